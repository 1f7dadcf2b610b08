-- The source: a table, and the account that the job reads it with.
CREATE DATABASE shop;
CREATE TABLE shop.orders (
  id bigint AUTO_INCREMENT PRIMARY KEY,
  customer varchar(100) NOT NULL,
  amount decimal(10, 2) NOT NULL,
  created_at datetime(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
);
INSERT INTO shop.orders (customer, amount) VALUES ('Li Wei', 19.90), ('Ana', 5.00), ('张敏', 120.50);
CREATE USER 'cdc'@'%' IDENTIFIED WITH mysql_native_password BY 'change-me';
GRANT SELECT, RELOAD, SHOW DATABASES, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO 'cdc'@'%';
