-- The project's assumptions about Aurora DSQL, as plain SQL for the playground of AWS (no account needed).
-- Made by: cluster-probes --playground. Paste a block, and compare each answer with the line above it.
-- If one differs, please open an issue with the block and the answer.

-- transaction/savepoint (Dreamescaper/dsql-emulator:test/conformance/golden/transaction.json)
--   expected: error 0A000 unsupported transaction statement: SAVEPOINT
SAVEPOINT baseline_sp;

-- transaction/rollback_to_savepoint (Dreamescaper/dsql-emulator:test/conformance/golden/transaction.json)
--   expected: error 0A000 unsupported transaction statement: ROLLBACK TO
ROLLBACK TO SAVEPOINT baseline_sp;

-- transaction/two_ddl_one_txn (Dreamescaper/dsql-emulator:test/conformance/golden/transaction.json)
DROP TABLE IF EXISTS baseline_txn_b CASCADE;
DROP TABLE IF EXISTS baseline_txn_a CASCADE;
--   expected: BEGIN
BEGIN;
--   expected: CREATE TABLE
CREATE TABLE baseline_txn_a (id int);
--   expected: error 0A000 multiple ddl statements not supported in a transaction
CREATE TABLE baseline_txn_b (id int);
ROLLBACK;

-- transaction/ddl_then_dml (Dreamescaper/dsql-emulator:test/conformance/golden/transaction.json)
DROP TABLE IF EXISTS baseline_txn_c CASCADE;
--   expected: BEGIN
BEGIN;
--   expected: CREATE TABLE
CREATE TABLE baseline_txn_c (id int);
--   expected: error 0A000 ddl and dml are not supported in the same transaction
INSERT INTO baseline_txn_c (id) VALUES (1);
ROLLBACK;

-- transaction/row_cap (Dreamescaper/dsql-emulator:test/conformance/golden/transaction.json)
DROP TABLE IF EXISTS baseline_bulk CASCADE;
CREATE TABLE baseline_bulk (id int);
--   expected: BEGIN
BEGIN;
--   expected: error 54000 transaction row limit exceeded
INSERT INTO baseline_bulk SELECT generate_series(1, 3001);
--   expected: error 25P02 current transaction is aborted, commands ignored until end of transaction block
SELECT 1;
ROLLBACK;

-- isolation/begin_serializable (Dreamescaper/dsql-emulator:test/conformance/golden/isolation.json)
--   expected: error 0A000 Unsupported isolation level: SERIALIZABLE
BEGIN ISOLATION LEVEL SERIALIZABLE;
ROLLBACK;

-- multi_statement/multi_two_selects (Dreamescaper/dsql-emulator:test/conformance/golden/multi_statement.json)
--   expected: SELECT 1 [["1"]]; SELECT 1 [["2"]]
SELECT 1 AS a; SELECT 2 AS b;

-- multi_statement/multi_two_ddl (Dreamescaper/dsql-emulator:test/conformance/golden/multi_statement.json)
DROP TABLE IF EXISTS baseline_multi_a CASCADE;
--   expected: error 0A000 multiple ddl statements not supported in a transaction
CREATE TABLE baseline_multi_a (id int); CREATE TABLE baseline_multi_b (id int);

-- dml/q_insert_returning (Dreamescaper/dsql-emulator:test/conformance/golden/queries.json)
DROP TABLE IF EXISTS baseline_idx CASCADE;
CREATE TABLE baseline_idx (id text PRIMARY KEY, value text);
--   expected: INSERT 0 1 [["v1"]]
INSERT INTO baseline_idx (id, value) VALUES ('...a1','v1') RETURNING value;

-- dml/insert_on_conflict_do_nothing_returning (Dreamescaper/dsql-emulator:test/conformance/golden/supported.json)
DROP TABLE IF EXISTS baseline_idx CASCADE;
CREATE TABLE baseline_idx (id text PRIMARY KEY, value text);
--   expected: INSERT 0 1 [["v1"]]
INSERT INTO baseline_idx (id, value) VALUES ('...dd','v1') ON CONFLICT (id) DO NOTHING RETURNING value;

-- dml/q_insert_select (Dreamescaper/dsql-emulator:test/conformance/golden/queries.json)
DROP TABLE IF EXISTS baseline_bulk CASCADE;
CREATE TABLE baseline_bulk (id int);
--   expected: INSERT 0 3
INSERT INTO baseline_bulk SELECT generate_series(1, 3);

-- dml/q_update_returning (Dreamescaper/dsql-emulator:test/conformance/golden/queries.json)
DROP TABLE IF EXISTS baseline_idx CASCADE;
CREATE TABLE baseline_idx (id text PRIMARY KEY, value text);
--   expected: no error
INSERT INTO baseline_idx VALUES ('...a1', 'v1');
--   expected: UPDATE 1 [["v3"]]
UPDATE baseline_idx SET value='v3' WHERE id='...a1' RETURNING value;

-- dml/q_delete_returning (Dreamescaper/dsql-emulator:test/conformance/golden/queries.json)
DROP TABLE IF EXISTS baseline_idx CASCADE;
CREATE TABLE baseline_idx (id text PRIMARY KEY, value text);
--   expected: no error
INSERT INTO baseline_idx VALUES ('...a1', 'v3');
--   expected: DELETE 1 [["v3"]]
DELETE FROM baseline_idx WHERE id='...a1' RETURNING value;

-- dml/q_merge (Dreamescaper/dsql-emulator:test/conformance/golden/queries.json)
DROP TABLE IF EXISTS t CASCADE;
DROP TABLE IF EXISTS baseline_parent CASCADE;
DROP TABLE IF EXISTS baseline_idx CASCADE;
CREATE TABLE baseline_idx (id text PRIMARY KEY, value text);
CREATE TABLE baseline_parent (id uuid PRIMARY KEY, name text);
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: error 0A000 unsupported statement type: MERGE
MERGE INTO baseline_idx t USING baseline_parent s ON t.id='...a1' WHEN MATCHED THEN UPDATE SET value='x';

-- dml/q_unnest (Dreamescaper/dsql-emulator:test/conformance/golden/queries.json)
--   expected: SELECT 3 [["a"],["b"],["c"]]
SELECT unnest(string_to_array('a,b,c', ',')) ORDER BY 1;

-- dml/q_set_constraints (Dreamescaper/dsql-emulator:test/conformance/golden/queries.json)
--   expected: BEGIN
BEGIN;
--   expected: SET CONSTRAINTS
SET CONSTRAINTS ALL DEFERRED;
--   expected: COMMIT
COMMIT;

-- dml/q_analyze (Dreamescaper/dsql-emulator:test/conformance/golden/queries.json)
DROP TABLE IF EXISTS baseline_parent CASCADE;
CREATE TABLE baseline_parent (id uuid PRIMARY KEY, name text);
--   expected: ANALYZE
ANALYZE baseline_parent;

-- dml/q_explain (Dreamescaper/dsql-emulator:test/conformance/golden/queries.json)
--   expected: EXPLAIN [["Result  (cost=0.00..0.01 rows=1 width=4)"]]
EXPLAIN SELECT 1;

-- dml/q_tablesample (Dreamescaper/dsql-emulator:test/conformance/golden/queries.json)
DROP TABLE IF EXISTS baseline_parent CASCADE;
CREATE TABLE baseline_parent (id uuid PRIMARY KEY, name text);
--   expected: error 0A000 TABLESAMPLE clause not supported
SELECT name FROM baseline_parent TABLESAMPLE SYSTEM (1);

-- dml/q_group_by_all (Dreamescaper/dsql-emulator:test/conformance/golden/queries.json)
DROP TABLE IF EXISTS baseline_parent CASCADE;
CREATE TABLE baseline_parent (id uuid PRIMARY KEY, name text);
--   expected: error 42601 syntax error at end of input
SELECT name, count(*) FROM baseline_parent GROUP BY ALL;

-- dml/q_fulltext (Dreamescaper/dsql-emulator:test/conformance/golden/queries.json)
--   expected: error 42704 text search configuration "english" does not exist
SELECT to_tsvector('english', 'hello world');

-- dml/q_lateral_left_outer_ref (Dreamescaper/dsql-emulator:test/conformance/golden/queries.json)
--   expected: error 42804 attribute 1 of type baseline_lat_child has wrong type
SELECT p.id, x.pid FROM baseline_lat_parent AS p LEFT JOIN LATERAL (SELECT p.id AS pid FROM baseline_lat_child AS c WHERE p.id = c.parent_id) AS x ON TRUE;

-- ddl/create_schema (Dreamescaper/dsql-emulator:test/conformance/golden/supported.json)
--   expected: CREATE SCHEMA
CREATE SCHEMA baseline_schema;

-- ddl/drop_table (Dreamescaper/dsql-emulator:test/conformance/golden/supported.json)
DROP TABLE IF EXISTS baseline_drop_me CASCADE;
CREATE TABLE baseline_drop_me (id int);
--   expected: DROP TABLE
DROP TABLE baseline_drop_me;

-- ddl/create_sequence (Dreamescaper/dsql-emulator:test/conformance/golden/supported.json)
--   expected: error 0A000 CREATE SEQUENCE is not supported without an explicit cache size. please define CACHE greater than or equal to 65536 or equal to 1
CREATE SEQUENCE baseline_seq;

-- ddl/create_sequence_cache_one (Dreamescaper/dsql-emulator:test/conformance/golden/supported.json)
--   expected: CREATE SEQUENCE
CREATE SEQUENCE baseline_seq_one CACHE 1;

-- ddl/identity_column (Dreamescaper/dsql-emulator:test/conformance/golden/supported.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 0A000 identity column is not supported without an explicit cache size. please define CACHE greater than or equal to 65536 or equal to 1
CREATE TABLE t2 (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, value text);

-- ddl/identity_column_cached (Dreamescaper/dsql-emulator:test/conformance/golden/supported.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: CREATE TABLE
CREATE TABLE t2 (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 65536) PRIMARY KEY, value text);

-- ddl/identity_integer (Dreamescaper/dsql-emulator:test/conformance/golden/supported.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 0A000 datatype integer not supported, identity column type must be bigint
CREATE TABLE t2 (id integer GENERATED BY DEFAULT AS IDENTITY (CACHE 1) PRIMARY KEY);

-- ddl/identity_smallint (Dreamescaper/dsql-emulator:test/conformance/golden/supported.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 0A000 datatype smallint not supported, identity column type must be bigint
CREATE TABLE t2 (id smallint GENERATED BY DEFAULT AS IDENTITY (CACHE 1) PRIMARY KEY);

-- ddl/deferrable_foreign_key (Dreamescaper/dsql-emulator:test/conformance/golden/supported.json)
DROP TABLE IF EXISTS baseline_parent CASCADE;
DROP TABLE IF EXISTS baseline_deferred CASCADE;
CREATE TABLE baseline_parent (id uuid PRIMARY KEY, name text);
--   expected: CREATE TABLE
CREATE TABLE baseline_deferred (id int PRIMARY KEY, parent_id uuid REFERENCES baseline_parent(id) DEFERRABLE INITIALLY DEFERRED);

-- ddl/create_database (Dreamescaper/dsql-emulator:test/conformance/golden/unsupported.json)
--   expected: error 0A000 unsupported statement: Createdb
CREATE DATABASE baseline_other;

-- ddl/temporary_table (Dreamescaper/dsql-emulator:test/conformance/golden/unsupported.json)
--   expected: error 0A000 TEMPORARY or TEMP table not supported for CREATE TABLE
CREATE TEMPORARY TABLE baseline_temp (id int);

-- ddl/unlogged_table (Dreamescaper/dsql-emulator:test/conformance/golden/unsupported.json)
--   expected: error 0A000 UNLOGGED table not supported for CREATE TABLE
CREATE UNLOGGED TABLE baseline_unlogged (id int);

-- ddl/materialized_view (Dreamescaper/dsql-emulator:test/conformance/golden/unsupported.json)
--   expected: error 0A000 unsupported statement: CreateTableAs
CREATE MATERIALIZED VIEW baseline_mv AS SELECT 1 AS x;

-- ddl/tablespace (Dreamescaper/dsql-emulator:test/conformance/golden/unsupported.json)
--   expected: error 0A000 unsupported statement: CreateTableSpace
CREATE TABLESPACE baseline_ts LOCATION '/tmp/baseline';

-- ddl/foreign_table (Dreamescaper/dsql-emulator:test/conformance/golden/unsupported.json)
--   expected: error 0A000 unsupported statement: CreateForeignTable
CREATE FOREIGN TABLE baseline_ft (id int) SERVER baseline_srv;

-- ddl/vacuum (Dreamescaper/dsql-emulator:test/conformance/golden/unsupported.json)
DROP TABLE IF EXISTS baseline_parent CASCADE;
CREATE TABLE baseline_parent (id uuid PRIMARY KEY, name text);
--   expected: error 0A000 unsupported VACUUM statement
VACUUM baseline_parent;

-- ddl/listen (Dreamescaper/dsql-emulator:test/conformance/golden/unsupported.json)
--   expected: error 0A000 unsupported statement: Listen
LISTEN baseline_chan;

-- ddl/notify (Dreamescaper/dsql-emulator:test/conformance/golden/unsupported.json)
--   expected: error 0A000 unsupported statement: Notify
NOTIFY baseline_chan;

-- ddl/unlisten (Dreamescaper/dsql-emulator:test/conformance/golden/unsupported.json)
--   expected: error 0A000 unsupported statement: Unlisten
UNLISTEN baseline_chan;

-- ddl/alter_system (Dreamescaper/dsql-emulator:test/conformance/golden/unsupported.json)
--   expected: error 0A000 unsupported statement: AlterSystem
ALTER SYSTEM SET work_mem = '4MB';

-- ddl/create_function_sql (Dreamescaper/dsql-emulator:test/conformance/golden/unsupported.json)
--   expected: CREATE FUNCTION
CREATE FUNCTION baseline_fn() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;

-- ddl/create_domain (Dreamescaper/dsql-emulator:test/conformance/golden/unsupported.json)
--   expected: CREATE DOMAIN
CREATE DOMAIN baseline_domain AS int;

-- alter/add_column_storage (Dreamescaper/dsql-emulator:test/conformance/golden/alters.json)
DROP TABLE IF EXISTS baseline_alter CASCADE;
CREATE TABLE baseline_alter (id bigint PRIMARY KEY, a text, b text);
--   expected: ALTER TABLE
ALTER TABLE baseline_alter ADD COLUMN d text STORAGE PLAIN;

-- alter/set_storage (Dreamescaper/dsql-emulator:test/conformance/golden/alters.json)
DROP TABLE IF EXISTS baseline_alter CASCADE;
CREATE TABLE baseline_alter (id bigint PRIMARY KEY, a text, b text);
--   expected: ALTER TABLE
ALTER TABLE baseline_alter ALTER COLUMN a SET STORAGE PLAIN;

-- alter/drop_column (Dreamescaper/dsql-emulator:test/conformance/golden/alters.json)
DROP TABLE IF EXISTS baseline_alter CASCADE;
CREATE TABLE baseline_alter (id bigint PRIMARY KEY, a text, b text);
--   expected: ALTER TABLE
ALTER TABLE baseline_alter DROP COLUMN b;

-- alter/add_column_default (Dreamescaper/dsql-emulator:test/conformance/golden/backlog.json)
DROP TABLE IF EXISTS baseline_alter CASCADE;
CREATE TABLE baseline_alter (id bigint PRIMARY KEY, a text, b text);
--   expected: error 0A000 ALTER TABLE ADD COLUMN with constraint not supported
ALTER TABLE baseline_alter ADD COLUMN df int DEFAULT 7;

-- alter/add_column_not_null (Dreamescaper/dsql-emulator:test/conformance/golden/backlog.json)
DROP TABLE IF EXISTS baseline_alter CASCADE;
CREATE TABLE baseline_alter (id bigint PRIMARY KEY, a text, b text);
--   expected: error 0A000 ALTER TABLE ADD COLUMN with constraint not supported
ALTER TABLE baseline_alter ADD COLUMN nn int NOT NULL DEFAULT 0;

-- alter/add_column_check (Dreamescaper/dsql-emulator:test/conformance/golden/backlog.json)
DROP TABLE IF EXISTS baseline_alter CASCADE;
CREATE TABLE baseline_alter (id bigint PRIMARY KEY, a text, b text);
--   expected: error 0A000 ALTER TABLE ADD COLUMN with constraint not supported
ALTER TABLE baseline_alter ADD COLUMN ck int CHECK (ck > 0);

-- alter/add_column_unique (Dreamescaper/dsql-emulator:test/conformance/golden/backlog.json)
DROP TABLE IF EXISTS baseline_alter CASCADE;
CREATE TABLE baseline_alter (id bigint PRIMARY KEY, a text, b text);
--   expected: error 0A000 ALTER TABLE ADD COLUMN with constraint not supported
ALTER TABLE baseline_alter ADD COLUMN uq int UNIQUE;

-- alter/add_identity_bigint (Dreamescaper/dsql-emulator:test/conformance/golden/backlog.json)
DROP TABLE IF EXISTS baseline_alter CASCADE;
CREATE TABLE baseline_alter (id bigint PRIMARY KEY, a text, b text);
--   expected: error 0A000 ALTER TABLE ADD COLUMN with constraint not supported
ALTER TABLE baseline_alter ADD COLUMN seq2 bigint GENERATED BY DEFAULT AS IDENTITY (CACHE 1);

-- alter/add_column_serial (Dreamescaper/dsql-emulator:test/conformance/golden/alters.json)
DROP TABLE IF EXISTS baseline_alter CASCADE;
CREATE TABLE baseline_alter (id bigint PRIMARY KEY, a text, b text);
--   expected: error 42704 type "serial" does not exist
ALTER TABLE baseline_alter ADD COLUMN bad_serial serial;

-- alter/add_pk_constraint (Dreamescaper/dsql-emulator:test/conformance/golden/alters.json)
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: error 0A000 unsupported ALTER TABLE ADD CONSTRAINT statement
ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY (id);

-- alter/add_unique_constraint (Dreamescaper/dsql-emulator:test/conformance/golden/alters.json)
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: error 0A000 unsupported ALTER TABLE ADD CONSTRAINT statement
ALTER TABLE t ADD CONSTRAINT uq UNIQUE (v);

-- alter/add_fk_not_valid (Dreamescaper/dsql-emulator:test/conformance/golden/alters.json)
DROP TABLE IF EXISTS t CASCADE;
DROP TABLE IF EXISTS baseline_parent CASCADE;
CREATE TABLE baseline_parent (id uuid PRIMARY KEY, name text);
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: ALTER TABLE
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (parent_id) REFERENCES baseline_parent(id) NOT VALID;

-- alter/add_fk_without_not_valid (Dreamescaper/dsql-emulator:test/conformance/golden/alters.json)
DROP TABLE IF EXISTS t CASCADE;
DROP TABLE IF EXISTS baseline_parent CASCADE;
CREATE TABLE baseline_parent (id uuid PRIMARY KEY, name text);
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: error 0A000 unsupported ALTER TABLE ADD CONSTRAINT statement
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (parent_id) REFERENCES baseline_parent(id);

-- alter/add_check_not_valid (Dreamescaper/dsql-emulator:test/conformance/golden/alters.json)
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: ALTER TABLE
ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID;

-- alter/validate_sync (Dreamescaper/dsql-emulator:test/conformance/golden/alters.json)
DROP TABLE IF EXISTS t CASCADE;
DROP TABLE IF EXISTS baseline_parent CASCADE;
CREATE TABLE baseline_parent (id uuid PRIMARY KEY, name text);
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: no error
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (parent_id) REFERENCES baseline_parent(id) NOT VALID;
--   expected: error 0A000 unsupported ALTER TABLE VALIDATE CONSTRAINT statement
ALTER TABLE t VALIDATE CONSTRAINT fk;

-- alter/unique_using_index_still_building (Dreamescaper/dsql-emulator:test/conformance/golden/alters.json)
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: CREATE INDEX [["6wqatjesljbkxg2fwimtzcmxbu"]]
CREATE UNIQUE INDEX ASYNC uq ON t (big);
--   expected: error 55000 index "uq" is not valid
ALTER TABLE t ADD CONSTRAINT uq UNIQUE USING INDEX uq;

-- index/async_if_not_exists (Dreamescaper/dsql-emulator:test/conformance/golden/index.json)
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: CREATE INDEX [["<26 chars lowercase base32>"]]
CREATE INDEX ASYNC IF NOT EXISTS i ON t (value);

-- index/async_unique_partial (Dreamescaper/dsql-emulator:test/conformance/golden/index.json)
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: CREATE INDEX [["<26 chars lowercase base32>"]]
CREATE UNIQUE INDEX ASYNC i ON t (value) WHERE value <> '';

-- index/async_expression (Dreamescaper/dsql-emulator:test/conformance/golden/index.json)
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: CREATE INDEX [["<26 chars lowercase base32>"]]
CREATE INDEX ASYNC i ON t ((lower(value)));

-- index/async_unnamed (Dreamescaper/dsql-emulator:test/conformance/golden/index.json)
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: CREATE INDEX [["<26 chars lowercase base32>"]]
CREATE INDEX ASYNC ON t (value);

-- index/async_qualified (Dreamescaper/dsql-emulator:test/conformance/golden/index.json)
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: error 42601 syntax error at or near "."
CREATE INDEX ASYNC public.i ON t (value);

-- index/sys_jobs_columns (Dreamescaper/dsql-emulator:test/conformance/golden/index.json)
--   expected: SELECT 32 [["ndp3e4d2nveylnpth2nbbxfjli","completed","relation \"public.baseline_idx\" does not exist","INDEX_BUILD","1259","26937","NULL","2026-09-15T22:19:48Z","2026-09-15T22:20:41Z"],["4pb6kouml5cqljcv7vwa7iqem4","submitted","NULL","INDEX_BUILD","1259","27030","public.baseline_idx_value_async","2026-09-15T22:22:19Z","NULL"],["scqfjqiv2fdvdcdhtu3exbmm7e","submitted","NULL","DROP","1259","26990","NULL","2026-09-15T22:22:19Z","NULL"],["zbnnco4m5zcjleeuz5wznl7jcy","submitted","NULL","ANALYZE","1259","26965","public.baseline_parent","2026-09-15T22:22:11Z","NULL"]]
SELECT * FROM sys.jobs;

-- index/wait_for_job_literal (Dreamescaper/dsql-emulator:docs/PLAN.md)
--   expected: error 22P02 Unable to convert text to UUID
CALL sys.wait_for_job('no-such-job');

-- types/supported_columns (Dreamescaper/dsql-emulator:test/conformance/golden/types.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: CREATE TABLE
CREATE TABLE t2 (c0 smallint, c1 integer, c2 bigint, c3 real, c4 double precision, c5 numeric, c6 numeric(18,6), c7 decimal(10,2), c8 character(10), c9 character varying(20), c10 bpchar(5), c11 text, c12 date, c13 time, c14 time with time zone, c15 timestamp, c16 timestamp with time zone, c17 interval, c18 boolean, c19 bytea, c20 uuid, c21 json, c22 jsonb);

-- types/unsupported_money (Dreamescaper/dsql-emulator:test/conformance/golden/types.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 0A000 datatype money not supported
CREATE TABLE t2 (v money);

-- types/unsupported_inet (Dreamescaper/dsql-emulator:test/conformance/golden/types.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 0A000 datatype inet not supported
CREATE TABLE t2 (v inet);

-- types/unsupported_line (Dreamescaper/dsql-emulator:test/conformance/golden/types.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 0A000 datatype line not supported
CREATE TABLE t2 (v line);

-- types/unsupported_box (Dreamescaper/dsql-emulator:test/conformance/golden/types.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 0A000 datatype box not supported
CREATE TABLE t2 (v box);

-- types/unsupported_circle (Dreamescaper/dsql-emulator:test/conformance/golden/types.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 0A000 datatype circle not supported
CREATE TABLE t2 (v circle);

-- types/unsupported_tsvector (Dreamescaper/dsql-emulator:test/conformance/golden/types.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 0A000 datatype tsvector not supported
CREATE TABLE t2 (v tsvector);

-- types/unsupported_tsquery (Dreamescaper/dsql-emulator:test/conformance/golden/types.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 0A000 datatype tsquery not supported
CREATE TABLE t2 (v tsquery);

-- types/unsupported_int4range (Dreamescaper/dsql-emulator:test/conformance/golden/types.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 0A000 datatype int4range not supported
CREATE TABLE t2 (v int4range);

-- types/unsupported_bit(8) (Dreamescaper/dsql-emulator:test/conformance/golden/types.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 0A000 datatype bit not supported
CREATE TABLE t2 (v bit(8));

-- types/unsupported_varbit(8) (Dreamescaper/dsql-emulator:test/conformance/golden/types.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 0A000 datatype bit varying not supported
CREATE TABLE t2 (v varbit(8));

-- types/unsupported_pg_lsn (Dreamescaper/dsql-emulator:test/conformance/golden/types.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 0A000 datatype pg_lsn not supported
CREATE TABLE t2 (v pg_lsn);

-- types/enum_rename (Dreamescaper/dsql-emulator:test/conformance/golden/enum.json)
--   expected: error 0A000 unsupported object in RENAME statement
ALTER TYPE m RENAME TO n;

-- types/drop_type (Dreamescaper/dsql-emulator:test/conformance/golden/enum.json)
--   expected: error 0A000 unsupported object in DROP statement
DROP TYPE IF EXISTS m;

-- types/domain_check_violation (Dreamescaper/dsql-emulator:test/conformance/golden/enum.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: CREATE DOMAIN
CREATE DOMAIN baseline_mood_domain AS text CHECK (VALUE IN ('sad','ok'));
--   expected: CREATE TABLE
CREATE TABLE t2 (id int, m baseline_mood_domain);
--   expected: error 23514 value for domain baseline_mood_domain violates check constraint "baseline_mood_domain_check"
INSERT INTO t2 VALUES (1,'bogus');

-- environment/SELECT version() (Dreamescaper/dsql-emulator:test/conformance/golden/environment.json)
--   expected: SELECT 1 [["PostgreSQL 16"]]
SELECT version();

-- environment/SELECT current_schema() (Dreamescaper/dsql-emulator:test/conformance/golden/environment.json)
--   expected: SELECT 1 [["public"]]
SELECT current_schema();

-- environment/SHOW client_encoding (Dreamescaper/dsql-emulator:test/conformance/golden/environment.json)
--   expected: SHOW [["UTF8"]]
SHOW client_encoding;

-- environment/lc_collate (Dreamescaper/dsql-emulator:test/conformance/golden/environment.json)
--   expected: error 42704 unrecognized configuration parameter "lc_collate"
SHOW lc_collate;

-- occ/for_no_key_update (Dreamescaper/dsql-emulator:test/conformance/golden/occ.json)
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: error 0A000 locking clauses other than FOR UPDATE/FOR KEY SHARE are not supported
SELECT * FROM t FOR NO KEY UPDATE;

-- limits/row_cap (third-party protocol (German DSQL spike AP-S1, eu-central-1))
DROP TABLE IF EXISTS baseline_bulk CASCADE;
CREATE TABLE baseline_bulk (id int);
--   expected: error 54000 transaction row limit exceeded
INSERT INTO baseline_bulk SELECT generate_series(1, 3001);

-- alter/set_default_after_add (third-party protocol (German DSQL spike AP-S1, eu-central-1))
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: ALTER TABLE
ALTER TABLE t ADD COLUMN c text;
--   expected: ALTER TABLE
ALTER TABLE t ALTER COLUMN c SET DEFAULT 'x';
--   expected: error 0A000 unsupported ALTER TABLE ALTER COLUMN ... SET NOT NULL statement
ALTER TABLE t ALTER COLUMN c SET NOT NULL;
--   expected: ALTER TABLE
ALTER TABLE t ALTER COLUMN c DROP NOT NULL;
--   expected: ALTER TABLE
ALTER TABLE t ALTER COLUMN c DROP DEFAULT;
--   expected: ALTER TABLE
ALTER TABLE t RENAME COLUMN c TO c2;
--   expected: ALTER TABLE
ALTER TABLE t DROP COLUMN c2;

-- dml/on_conflict (third-party protocol (German DSQL spike AP-S1, eu-central-1))
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: INSERT 0 1
INSERT INTO t (id, n) VALUES (1, 1) ON CONFLICT (id) DO NOTHING RETURNING id;
--   expected: INSERT 0 0
INSERT INTO t (id, n) VALUES (1, 1) ON CONFLICT (id) DO NOTHING RETURNING id;
--   expected: INSERT 0 1 [["2"]]
INSERT INTO t (id, n) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET n = t.n + EXCLUDED.n RETURNING n;
--   expected: INSERT 0 0
INSERT INTO t (id, n) VALUES (1, 1) ON CONFLICT DO NOTHING;

-- index/wait_for_job (third-party protocol (German DSQL spike AP-S1, eu-central-1))
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: no error
CREATE INDEX ASYNC i ON t (value);
--   expected: CALL [["true"]]
CALL sys.wait_for_job('<job_id>');

-- index/using_btree (third-party protocol (Japanese DSQL PoC, us-east-1))
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: error 0A000 USING not supported for CREATE INDEX
CREATE INDEX i ON t USING btree (value);

-- index/unique_async_not_enforced_until_built (third-party protocol (Japanese DSQL PoC, us-east-1))
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: CREATE INDEX
CREATE UNIQUE INDEX ASYNC ...;
--   expected: error  
INSERT duplicates before the build finished;

-- limits/key_size_dml (awslabs/agent-plugins: plugins/databases-on-aws/skills/dsql/references/{limits-and-error-codes,troubleshooting}.md)
DROP TABLE IF EXISTS baseline_idx CASCADE;
CREATE TABLE baseline_idx (id text PRIMARY KEY, value text);
--   expected: error 54000 key size too large
INSERT INTO baseline_idx SELECT string_agg(md5(n::text), '') FROM generate_series(1, 200) n;

-- limits/key_size_ddl (awslabs/agent-plugins: plugins/databases-on-aws/skills/dsql/references/{limits-and-error-codes,troubleshooting}.md)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 54000 key size greater than 2000 bytes not supported
CREATE TABLE t2 (a varchar(1500), b varchar(501), PRIMARY KEY (a, b));

-- limits/char_decl (awslabs/agent-plugins: plugins/databases-on-aws/skills/dsql/references/{limits-and-error-codes,troubleshooting}.md)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 54000 Datatype limit greater than 4096 bytes not supported for char
CREATE TABLE t2 (v char(4097));

-- limits/varchar_decl (awslabs/agent-plugins: plugins/databases-on-aws/skills/dsql/references/{limits-and-error-codes,troubleshooting}.md)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 54000 Datatype limit greater than 65535 bytes not supported for varchar
CREATE TABLE t2 (v varchar(65536));

-- limits/index_cols (awslabs/agent-plugins: plugins/databases-on-aws/skills/dsql/references/{limits-and-error-codes,troubleshooting}.md)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 54011 more than 8 column keys in an index are not supported
CREATE TABLE t2 (a int, b int, c int, d int, e int, f int, g int, h int, i int, PRIMARY KEY (a, b, c, d, e, f, g, h, i));

-- limits/numeric_precision (awslabs/agent-plugins: plugins/databases-on-aws/skills/dsql/references/{limits-and-error-codes,troubleshooting}.md)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 22023 NUMERIC precision <n> must be between 1 and 1000
CREATE TABLE t2 (v numeric(1001, 0));

-- limits/index_count (awslabs/agent-plugins: plugins/databases-on-aws/skills/dsql/references/{limits-and-error-codes,troubleshooting}.md)
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: no error
CREATE INDEX ASYNC i0 ON t (v);
--   expected: no error
CREATE INDEX ASYNC i1 ON t (v);
--   expected: no error
CREATE INDEX ASYNC i2 ON t (v);
--   expected: no error
CREATE INDEX ASYNC i3 ON t (v);
--   expected: no error
CREATE INDEX ASYNC i4 ON t (v);
--   expected: no error
CREATE INDEX ASYNC i5 ON t (v);
--   expected: no error
CREATE INDEX ASYNC i6 ON t (v);
--   expected: no error
CREATE INDEX ASYNC i7 ON t (v);
--   expected: no error
CREATE INDEX ASYNC i8 ON t (v);
--   expected: no error
CREATE INDEX ASYNC i9 ON t (v);
--   expected: no error
CREATE INDEX ASYNC i10 ON t (v);
--   expected: no error
CREATE INDEX ASYNC i11 ON t (v);
--   expected: no error
CREATE INDEX ASYNC i12 ON t (v);
--   expected: no error
CREATE INDEX ASYNC i13 ON t (v);
--   expected: no error
CREATE INDEX ASYNC i14 ON t (v);
--   expected: no error
CREATE INDEX ASYNC i15 ON t (v);
--   expected: no error
CREATE INDEX ASYNC i16 ON t (v);
--   expected: no error
CREATE INDEX ASYNC i17 ON t (v);
--   expected: no error
CREATE INDEX ASYNC i18 ON t (v);
--   expected: no error
CREATE INDEX ASYNC i19 ON t (v);
--   expected: no error
CREATE INDEX ASYNC i20 ON t (v);
--   expected: no error
CREATE INDEX ASYNC i21 ON t (v);
--   expected: no error
CREATE INDEX ASYNC i22 ON t (v);
--   expected: error 54000 more than 24 indexes per table are not allowed
CREATE INDEX ASYNC i24 ON t (v);

-- limits/index_sort (awslabs/agent-plugins: plugins/databases-on-aws/skills/dsql/references/{limits-and-error-codes,troubleshooting}.md)
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: error 0A000 specifying sort order not supported for index keys
CREATE INDEX ASYNC i ON t (value DESC);

-- limits/index_opclass (awslabs/agent-plugins: plugins/databases-on-aws/skills/dsql/references/{limits-and-error-codes,troubleshooting}.md)
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: error 0A000 opclass not supported for index keys
CREATE INDEX ASYNC i ON t (value text_pattern_ops);

-- limits/index_type (awslabs/agent-plugins: plugins/databases-on-aws/skills/dsql/references/{limits-and-error-codes,troubleshooting}.md)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: no error
CREATE TABLE t2 (id int, v jsonb);
--   expected: error 0A000 datatype <type> is not supported in a key
CREATE INDEX ASYNC i ON t2 (v);

-- limits/index_concurrently (awslabs/agent-plugins: plugins/databases-on-aws/skills/dsql/references/{limits-and-error-codes,troubleshooting}.md)
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: error 0A000 CONCURRENTLY not supported for CREATE INDEX
CREATE INDEX CONCURRENTLY i ON t (value);

-- limits/create_procedure (awslabs/agent-plugins: plugins/databases-on-aws/skills/dsql/references/{limits-and-error-codes,troubleshooting}.md)
--   expected: error 0A000 PROCEDURE is not supported
CREATE PROCEDURE p() LANGUAGE sql AS $$ SELECT 1 $$;

-- session/set_params_rejected (awslabs/aurora-dsql-tools:pgdump-proxy/README.md)
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: error 0A000 setting configuration parameter "<name>" not supported
SET statement_timeout = 0;
--   expected: error 0A000 setting configuration parameter "<name>" not supported
SET lock_timeout = 0;
--   expected: error 0A000 setting configuration parameter "<name>" not supported
SET idle_in_transaction_session_timeout = 0;
--   expected: error 0A000 setting configuration parameter "<name>" not supported
SET synchronize_seqscans = off;
--   expected: error 0A000 setting configuration parameter "<name>" not supported
SET row_security = off;
--   expected: error 0A000 setting configuration parameter "<name>" not supported
SET standard_conforming_strings = on;
--   expected: error  unsupported statement: Lock
LOCK TABLE t IN ACCESS SHARE MODE;

-- unsupported/truncate_table (Dreamescaper/dsql-emulator:test/conformance/golden/unsupported.json)
DROP TABLE IF EXISTS baseline_parent CASCADE;
CREATE TABLE baseline_parent (id uuid PRIMARY KEY, name text);
--   expected: error 0A000 unsupported statement: Truncate
TRUNCATE TABLE baseline_parent;

-- unsupported/create_extension (Dreamescaper/dsql-emulator:test/conformance/golden/unsupported.json)
--   expected: error 0A000 unsupported statement: CreateExtension
CREATE EXTENSION IF NOT EXISTS pgcrypto;

-- unsupported/create_trigger (Dreamescaper/dsql-emulator:test/conformance/golden/unsupported.json)
DROP TABLE IF EXISTS baseline_parent CASCADE;
CREATE TABLE baseline_parent (id uuid PRIMARY KEY, name text);
--   expected: error 0A000 CREATE TRIGGER not supported
CREATE TRIGGER baseline_trg AFTER INSERT ON baseline_parent EXECUTE FUNCTION baseline_fn();

-- unsupported/serial_column (Dreamescaper/dsql-emulator:test/conformance/golden/unsupported.json)
DROP TABLE IF EXISTS baseline_serial CASCADE;
--   expected: error 42704 type "serial" does not exist
CREATE TABLE baseline_serial (id serial PRIMARY KEY);

-- unsupported/create_table_as (Dreamescaper/dsql-emulator:test/conformance/golden/unsupported.json)
DROP TABLE IF EXISTS baseline_ctas CASCADE;
--   expected: error 0A000 unsupported statement: CreateTableAs
CREATE TABLE baseline_ctas AS SELECT 1 AS x;

-- unsupported/enum_type (Dreamescaper/dsql-emulator:test/conformance/golden/unsupported.json)
--   expected: error 0A000 CREATE TYPE not supported
CREATE TYPE baseline_mood AS ENUM ('sad', 'ok');

-- unsupported/composite_type (Dreamescaper/dsql-emulator:test/conformance/golden/unsupported.json)
--   expected: error 0A000 unsupported statement: CompositeType
CREATE TYPE baseline_pair AS (a int, b int);

-- unsupported/range_type (Dreamescaper/dsql-emulator:test/conformance/golden/unsupported.json)
--   expected: error 0A000 unsupported statement: CreateRange
CREATE TYPE baseline_range AS RANGE (subtype = int4);

-- unsupported/create_function_plpgsql (Dreamescaper/dsql-emulator:test/conformance/golden/unsupported.json)
--   expected: error 0A000 CREATE FUNCTION with language plpgsql not supported
CREATE FUNCTION baseline_plpgsql() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;

-- unsupported/create_function_sql (Dreamescaper/dsql-emulator:test/conformance/golden/unsupported.json)
--   expected: CREATE FUNCTION
CREATE FUNCTION baseline_fn() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;

-- enum/alter_add_value (Dreamescaper/dsql-emulator:test/conformance/golden/enum.json)
--   expected: error 0A000 ALTER TYPE not supported
ALTER TYPE baseline_mood ADD VALUE 'meh';

-- enum/column_undefined (Dreamescaper/dsql-emulator:test/conformance/golden/enum.json)
DROP TABLE IF EXISTS baseline_enum_col CASCADE;
--   expected: error 42704 type "baseline_mood" does not exist
CREATE TABLE baseline_enum_col (m baseline_mood);

-- enum/cast_undefined (Dreamescaper/dsql-emulator:test/conformance/golden/enum.json)
--   expected: error 42704 type "baseline_mood" does not exist
SELECT 'sad'::baseline_mood;

-- enum/check_violation (Dreamescaper/dsql-emulator:test/conformance/golden/enum.json)
DROP TABLE IF EXISTS baseline_enum_check_v CASCADE;
--   expected: CREATE TABLE
CREATE TABLE baseline_enum_check_v (id int, m text CHECK (m IN ('sad', 'ok')));
--   expected: error 23514 new row for relation "baseline_enum_check_v" violates check constraint "baseline_enum_check_v_m_check"
INSERT INTO baseline_enum_check_v (id, m) VALUES (1, 'bogus');

-- isolation/set_transaction_serializable (Dreamescaper/dsql-emulator:test/conformance/golden/isolation.json)
--   expected: error 0A000 Unsupported isolation level: SERIALIZABLE
SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;

-- isolation/set_transaction_repeatable_read (Dreamescaper/dsql-emulator:test/conformance/golden/isolation.json)
--   expected: error 0A000 setting configuration parameter "TRANSACTION" not supported
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;

-- isolation/set_default_isolation (Dreamescaper/dsql-emulator:test/conformance/golden/isolation.json)
--   expected: error 0A000 setting configuration parameter "default_transaction_isolation" not supported
SET default_transaction_isolation = 'repeatable read';

-- transaction/read_only (Dreamescaper/dsql-emulator:test/conformance/golden/transaction.json)
--   expected: BEGIN
BEGIN;
--   expected: error 0A000 setting configuration parameter "TRANSACTION" not supported
SET TRANSACTION READ ONLY;
--   expected: error 25P02 current transaction is aborted, commands ignored until end of transaction block
SELECT 1;
--   expected: ROLLBACK
COMMIT;

-- transaction/rejection_aborts_txn (Dreamescaper/dsql-emulator:test/conformance/golden/transaction.json)
DROP TABLE IF EXISTS baseline_parent CASCADE;
CREATE TABLE baseline_parent (id uuid PRIMARY KEY, name text);
--   expected: BEGIN
BEGIN;
--   expected: error 0A000 unsupported statement: Truncate
TRUNCATE baseline_parent;
--   expected: error 25P02 current transaction is aborted, commands ignored until end of transaction block
SELECT 1;
--   expected: ROLLBACK
ROLLBACK;

-- transaction/aborted_txn_prefers_25P02 (Dreamescaper/dsql-emulator:test/conformance/golden/transaction.json)
DROP TABLE IF EXISTS baseline_parent CASCADE;
CREATE TABLE baseline_parent (id uuid PRIMARY KEY, name text);
--   expected: BEGIN
BEGIN;
--   expected: error 0A000 unsupported statement: Truncate
TRUNCATE baseline_parent;
--   expected: error 25P02 current transaction is aborted, commands ignored until end of transaction block
TRUNCATE baseline_parent;
--   expected: ROLLBACK
ROLLBACK;

-- transaction/aborted_txn_recovers_after_rollback (Dreamescaper/dsql-emulator:test/conformance/golden/transaction.json)
--   expected: BEGIN
BEGIN;
--   expected: error 0A000 setting configuration parameter "TRANSACTION" not supported
SET TRANSACTION READ ONLY;
--   expected: ROLLBACK
ROLLBACK;
--   expected: SELECT 1 [["1"]]
SELECT 1;
ROLLBACK;

-- transaction/rejection_outside_txn_does_not_abort (Dreamescaper/dsql-emulator:test/conformance/golden/transaction.json)
DROP TABLE IF EXISTS baseline_parent CASCADE;
CREATE TABLE baseline_parent (id uuid PRIMARY KEY, name text);
--   expected: error 0A000 unsupported statement: Truncate
TRUNCATE baseline_parent;
--   expected: SELECT 1 [["1"]]
SELECT 1;

-- transaction/row_cap_boundary (Dreamescaper/dsql-emulator:test/conformance/golden/transaction.json)
DROP TABLE IF EXISTS baseline_bulk CASCADE;
CREATE TABLE baseline_bulk (id int);
--   expected: BEGIN
BEGIN;
--   expected: INSERT 0 3000
INSERT INTO baseline_bulk SELECT generate_series(1, 3000);
--   expected: SELECT 1 [["1"]]
SELECT 1;
--   expected: ROLLBACK
ROLLBACK;

-- transaction/row_cap_discards_rows (Dreamescaper/dsql-emulator:test/conformance/golden/transaction.json)
DROP TABLE IF EXISTS baseline_bulk CASCADE;
CREATE TABLE baseline_bulk (id int);
--   expected: BEGIN
BEGIN;
--   expected: error 54000 transaction row limit exceeded
INSERT INTO baseline_bulk SELECT generate_series(1, 3001);
--   expected: ROLLBACK
ROLLBACK;
--   expected: SELECT 1 [["0"]]
SELECT count(*) FROM baseline_bulk;
ROLLBACK;

-- transaction/row_cap_implicit (Dreamescaper/dsql-emulator:test/conformance/golden/transaction.json)
DROP TABLE IF EXISTS baseline_bulk CASCADE;
CREATE TABLE baseline_bulk (id int);
--   expected: error 54000 transaction row limit exceeded
INSERT INTO baseline_bulk SELECT generate_series(1, 3001);

-- alter/drop_pk_column (Dreamescaper/dsql-emulator:test/conformance/golden/alters.json)
DROP TABLE IF EXISTS baseline_alter_pk CASCADE;
CREATE TABLE baseline_alter_pk (id int PRIMARY KEY, a text);
--   expected: error 0A000 cannot drop primary key column id
ALTER TABLE baseline_alter_pk DROP COLUMN id;

-- alter/add_check_without_not_valid (Dreamescaper/dsql-emulator:test/conformance/golden/alters.json)
DROP TABLE IF EXISTS baseline_alter CASCADE;
CREATE TABLE baseline_alter (id bigint PRIMARY KEY, a text, b text);
--   expected: error 0A000 unsupported ALTER TABLE ADD CONSTRAINT statement
ALTER TABLE baseline_alter ADD CONSTRAINT alter_chk2 CHECK (a IS NOT NULL);

-- alter/add_identity_integer (Dreamescaper/dsql-emulator:test/conformance/golden/alters.json)
DROP TABLE IF EXISTS baseline_alter CASCADE;
CREATE TABLE baseline_alter (id bigint PRIMARY KEY, a text, b text);
--   expected: error 0A000 ALTER TABLE ADD COLUMN with constraint not supported
ALTER TABLE baseline_alter ADD COLUMN seq integer GENERATED BY DEFAULT AS IDENTITY (CACHE 1);

-- alter/add_column_unsupported_type (Dreamescaper/dsql-emulator:test/conformance/golden/alters.json)
DROP TABLE IF EXISTS baseline_alter CASCADE;
CREATE TABLE baseline_alter (id bigint PRIMARY KEY, a text, b text);
--   expected: error 0A000 datatype money not supported
ALTER TABLE baseline_alter ADD COLUMN bad_money money;

-- alter/add_column_array (Dreamescaper/dsql-emulator:test/conformance/golden/alters.json)
DROP TABLE IF EXISTS baseline_alter CASCADE;
CREATE TABLE baseline_alter (id bigint PRIMARY KEY, a text, b text);
--   expected: error 0A000 datatype text[] not supported
ALTER TABLE baseline_alter ADD COLUMN bad_array text[];

-- alter/column_type_unsupported (Dreamescaper/dsql-emulator:test/conformance/golden/alters.json)
DROP TABLE IF EXISTS baseline_alter CASCADE;
CREATE TABLE baseline_alter (id bigint PRIMARY KEY, a text, b text);
--   expected: error 0A000 unsupported ALTER TABLE ALTER COLUMN ... SET DATA TYPE statement
ALTER TABLE baseline_alter ALTER COLUMN a TYPE xml;

-- alter/column_type_supported (Dreamescaper/dsql-emulator:test/conformance/golden/alters.json)
DROP TABLE IF EXISTS baseline_alter CASCADE;
CREATE TABLE baseline_alter (id bigint PRIMARY KEY, a text, b text);
--   expected: error 0A000 unsupported ALTER TABLE ALTER COLUMN ... SET DATA TYPE statement
ALTER TABLE baseline_alter ALTER COLUMN a TYPE varchar(20);

-- types/unsupported_xml (Dreamescaper/dsql-emulator:test/conformance/golden/types.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 0A000 datatype xml not supported
CREATE TABLE t2 (v xml);

-- types/unsupported_cidr (Dreamescaper/dsql-emulator:test/conformance/golden/types.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 0A000 datatype cidr not supported
CREATE TABLE t2 (v cidr);

-- types/unsupported_macaddr (Dreamescaper/dsql-emulator:test/conformance/golden/types.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 0A000 datatype macaddr not supported
CREATE TABLE t2 (v macaddr);

-- types/unsupported_point (Dreamescaper/dsql-emulator:test/conformance/golden/types.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 0A000 datatype point not supported
CREATE TABLE t2 (v point);

-- types/unsupported_lseg (Dreamescaper/dsql-emulator:test/conformance/golden/types.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 0A000 datatype lseg not supported
CREATE TABLE t2 (v lseg);

-- types/unsupported_path (Dreamescaper/dsql-emulator:test/conformance/golden/types.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 0A000 datatype path not supported
CREATE TABLE t2 (v path);

-- types/unsupported_polygon (Dreamescaper/dsql-emulator:test/conformance/golden/types.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 0A000 datatype polygon not supported
CREATE TABLE t2 (v polygon);

-- types/unsupported_tsrange (Dreamescaper/dsql-emulator:test/conformance/golden/types.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 0A000 datatype tsrange not supported
CREATE TABLE t2 (v tsrange);

-- types/array_int (Dreamescaper/dsql-emulator:test/conformance/golden/types.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 0A000 datatype integer[] not supported
CREATE TABLE t2 (v int[]);

-- types/array_text (Dreamescaper/dsql-emulator:test/conformance/golden/types.json)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 0A000 datatype text[] not supported
CREATE TABLE t2 (v text[]);

-- types/runtime_inet (Dreamescaper/dsql-emulator:test/conformance/golden/types.json)
--   expected: SELECT 1
SELECT '127.0.0.1'::inet;

-- index/sync (Dreamescaper/dsql-emulator:test/conformance/golden/index.json)
DROP TABLE IF EXISTS baseline_idx CASCADE;
CREATE TABLE baseline_idx (id text PRIMARY KEY, value text);
--   expected: error 0A000 unsupported mode. please use CREATE INDEX ASYNC.
CREATE INDEX baseline_idx_value ON baseline_idx (value);

-- index/async_partial (Dreamescaper/dsql-emulator:test/conformance/golden/index.json)
DROP TABLE IF EXISTS baseline_idx CASCADE;
CREATE TABLE baseline_idx (id text PRIMARY KEY, value text);
--   expected: CREATE INDEX [["<any>"]]
CREATE INDEX ASYNC baseline_partial_idx ON baseline_idx (value) WHERE value IS NOT NULL;

-- index/async_include (Dreamescaper/dsql-emulator:test/conformance/golden/index.json)
DROP TABLE IF EXISTS baseline_idx CASCADE;
CREATE TABLE baseline_idx (id text PRIMARY KEY, value text);
--   expected: CREATE INDEX [["<any>"]]
CREATE INDEX ASYNC baseline_include_idx ON baseline_idx (value) INCLUDE (id);

-- index/async_nulls_not_distinct (Dreamescaper/dsql-emulator:test/conformance/golden/index.json)
DROP TABLE IF EXISTS baseline_idx CASCADE;
CREATE TABLE baseline_idx (id text PRIMARY KEY, value text);
--   expected: CREATE INDEX [["<any>"]]
CREATE UNIQUE INDEX ASYNC baseline_nnd_idx ON baseline_idx (value) NULLS NOT DISTINCT;

-- multi_statement/ddl_then_async_index (Dreamescaper/dsql-emulator:test/conformance/golden/multi_statement.json)
DROP TABLE IF EXISTS baseline_multi_d CASCADE;
--   expected: error 0A000 multiple ddl statements not supported in a transaction
CREATE TABLE baseline_multi_d (id int); CREATE INDEX ASYNC baseline_multi_d_idx ON baseline_multi_d (id);

-- multi_statement/ddl_then_dml (Dreamescaper/dsql-emulator:test/conformance/golden/multi_statement.json)
DROP TABLE IF EXISTS baseline_multi_c CASCADE;
--   expected: error 0A000 ddl and dml are not supported in the same transaction
CREATE TABLE baseline_multi_c (id int); INSERT INTO baseline_multi_c (id) VALUES (1);

-- environment/server_version (Dreamescaper/dsql-emulator:test/conformance/golden/environment.json)
--   expected: SHOW [["16.15"]]
SHOW server_version;

-- environment/version_function (Dreamescaper/dsql-emulator:test/conformance/golden/environment.json)
--   expected: SELECT 1 [["PostgreSQL 16"]]
SELECT version();

-- environment/server_version_setting (Dreamescaper/dsql-emulator:test/conformance/golden/environment.json)
--   expected: SELECT 1 [["16.15"]]
SELECT current_setting('server_version');

-- environment/server_version_num (Dreamescaper/dsql-emulator:test/conformance/golden/environment.json)
--   expected: SELECT 1 [["160015"]]
SELECT current_setting('server_version_num');

-- environment/current_database (Dreamescaper/dsql-emulator:test/conformance/golden/environment.json)
--   expected: SELECT 1 [["postgres"]]
SELECT current_database();

-- environment/current_schema (Dreamescaper/dsql-emulator:test/conformance/golden/environment.json)
--   expected: SELECT 1 [["public"]]
SELECT current_schema();

-- environment/timezone (Dreamescaper/dsql-emulator:test/conformance/golden/environment.json)
--   expected: SHOW [["UTC"]]
SHOW timezone;

-- environment/client_encoding (Dreamescaper/dsql-emulator:test/conformance/golden/environment.json)
--   expected: SHOW [["UTF8"]]
SHOW client_encoding;

-- environment/transaction_isolation (Dreamescaper/dsql-emulator:test/conformance/golden/environment.json)
--   expected: SHOW [["repeatable read"]]
SHOW transaction_isolation;

-- supported/create_view (Dreamescaper/dsql-emulator:test/conformance/golden/supported.json)
--   expected: CREATE VIEW
CREATE VIEW baseline_v AS SELECT 1 AS x;

-- supported/create_sequence_cached (Dreamescaper/dsql-emulator:test/conformance/golden/supported.json)
--   expected: CREATE SEQUENCE
CREATE SEQUENCE baseline_seq2 CACHE 65536;

-- supported/foreign_key_violation (Dreamescaper/dsql-emulator:test/conformance/golden/supported.json)
DROP TABLE IF EXISTS baseline_parent CASCADE;
DROP TABLE IF EXISTS baseline_child CASCADE;
CREATE TABLE baseline_parent (id uuid PRIMARY KEY, name text);
--   expected: CREATE TABLE
CREATE TABLE baseline_child (id uuid PRIMARY KEY, parent_id uuid NOT NULL REFERENCES baseline_parent(id));
--   expected: error 23503 insert or update on table "baseline_child" violates foreign key constraint "baseline_child_parent_id_fkey"
INSERT INTO baseline_child (id, parent_id) VALUES ('00000000-0000-0000-0000-0000000000ff', '00000000-0000-0000-0000-0000000000ff');

-- supported/deferrable_foreign_key (Dreamescaper/dsql-emulator:test/conformance/golden/supported.json)
DROP TABLE IF EXISTS baseline_parent CASCADE;
DROP TABLE IF EXISTS baseline_deferred CASCADE;
CREATE TABLE baseline_parent (id uuid PRIMARY KEY, name text);
--   expected: CREATE TABLE
CREATE TABLE baseline_deferred (id int PRIMARY KEY, parent_id uuid REFERENCES baseline_parent(id) DEFERRABLE INITIALLY DEFERRED);

-- alter/enable_row_security (winebarrel/pistachio: notes of a live investigation)
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: error 0A000 unsupported ALTER TABLE ENABLE ROW SECURITY statement
ALTER TABLE t ENABLE ROW LEVEL SECURITY;

-- unsupported/create_policy (winebarrel/pistachio: notes of a live investigation)
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: error 0A000 unsupported statement: CreatePolicy
CREATE POLICY p ON t;

-- unsupported/partition_by (winebarrel/pistachio: notes of a live investigation)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 0A000 PARTITION BY clause not supported for CREATE TABLE
CREATE TABLE t2 (id int) PARTITION BY RANGE (id);

-- unsupported/partition_of (winebarrel/pistachio: notes of a live investigation)
DROP TABLE IF EXISTS t2 CASCADE;
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: error 0A000 PARTITION OF clause not supported for CREATE TABLE
CREATE TABLE t2 PARTITION OF t DEFAULT;

-- alter/drop_primary_key (winebarrel/pistachio: notes of a live investigation)
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: error 0A000 unsupported ALTER TABLE DROP CONSTRAINT statement
ALTER TABLE t DROP CONSTRAINT t_pkey;

-- unsupported/text_search_dictionary (conformance/DSQL-CAPABILITIES.md of a PostgREST port, probed on a cluster)
--   expected: error 0A000 unsupported statement: Define
CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple);

-- unsupported/text_search_configuration (conformance/DSQL-CAPABILITIES.md of a PostgREST port, probed on a cluster)
--   expected: error 0A000 unsupported statement: Define
CREATE TEXT SEARCH CONFIGURATION c (COPY = simple);

-- unsupported/alter_text_search_configuration (conformance/DSQL-CAPABILITIES.md of a PostgREST port, probed on a cluster)
--   expected: error 0A000 unsupported statement: AlterTSConfiguration
ALTER TEXT SEARCH CONFIGURATION simple ALTER MAPPING FOR word WITH simple;

-- session/set_role (conformance/DSQL-CAPABILITIES.md of a PostgREST port, probed on a cluster)
--   expected: error 0A000 setting configuration parameter "role" not supported
SET LOCAL ROLE app_rw;

-- session/set_namespaced (conformance/DSQL-CAPABILITIES.md of a PostgREST port, probed on a cluster)
--   expected: error 0A000 setting configuration parameter "response.headers" not supported
SET LOCAL "response.headers" = '[]';

-- session/set_config_namespaced (conformance/DSQL-CAPABILITIES.md of a PostgREST port, probed on a cluster)
--   expected: error 0A000 setting configuration parameter "response.headers" not supported
SELECT set_config('response.headers', '[]', true);

-- unsupported/references_missing_table (conformance/DSQL-CAPABILITIES.md of a PostgREST port, probed on a cluster)
DROP TABLE IF EXISTS t2 CASCADE;
--   expected: error 42P01 relation "nowhere" does not exist
CREATE TABLE t2 (id int REFERENCES nowhere (id));

-- session/set_config_search_path (aws-samples/aurora-dsql-loader 3.2.0: its migrate sends the head of a pg_dump as it is)
--   expected: SELECT 1
SELECT set_config('search_path', '', false);

-- session/dsql_major_version (winebarrel/pistachio:testdata/dsql/dsql.yaml@02d9f06e (pgx, its catalog queries in a form of our own))
--   expected: SELECT 1 [["1"]]
SELECT sys.dsql_major_version();

-- session/set_search_path (winebarrel/pistachio:testdata/dsql/dsql.yaml@02d9f06e (pgx, its catalog queries in a form of our own))
--   expected: SET
SET search_path TO public;

-- session/characteristics_read_only (winebarrel/pistachio:testdata/dsql/dsql.yaml@02d9f06e (pgx, its catalog queries in a form of our own))
--   expected: SET
SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY;
--   expected: SELECT 1
SELECT 1;

-- ddl/identity_in_a_named_key (winebarrel/pistachio:testdata/dsql/dsql.yaml@02d9f06e (pgx, its catalog queries in a form of our own))
DROP TABLE IF EXISTS public.users CASCADE;
--   expected: CREATE TABLE
CREATE TABLE public.users (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1), name text NOT NULL, email text, CONSTRAINT users_pkey PRIMARY KEY (id));

-- index/job_awaited (winebarrel/pistachio:testdata/dsql/dsql.yaml@02d9f06e (pgx, its catalog queries in a form of our own))
DROP TABLE IF EXISTS public.users CASCADE;
--   expected: CREATE TABLE
CREATE TABLE public.users (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1), name text NOT NULL, email text, CONSTRAINT users_pkey PRIMARY KEY (id));
--   expected: CREATE INDEX [["<any>"]]
CREATE INDEX ASYNC users_name_idx ON public.users (name);
--   expected: CALL [["t"]]
CALL sys.wait_for_job('<job_id>');

-- catalog/relation (winebarrel/pistachio:testdata/dsql/dsql.yaml@02d9f06e (pgx, its catalog queries in a form of our own))
DROP TABLE IF EXISTS t CASCADE;
DROP TABLE IF EXISTS public.users CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: CREATE TABLE
CREATE TABLE public.users (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1), name text NOT NULL, email text, CONSTRAINT users_pkey PRIMARY KEY (id));
--   expected: SELECT 1 [["public","users",null,"f","f",null,"f","f",null]]
SELECT n.nspname, c.relname, t.spcname, c.relpersistence = 'u' AS unlogged, c.relkind = 'p' AS partitioned, pg_catalog.pg_get_partkeydef(c.oid) AS partition_def, c.relrowsecurity, c.relforcerowsecurity, c.reloptions FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_catalog.pg_tablespace t ON t.oid = c.reltablespace WHERE c.oid = 'public.users'::regclass;

-- catalog/columns (winebarrel/pistachio:testdata/dsql/dsql.yaml@02d9f06e (pgx, its catalog queries in a form of our own))
DROP TABLE IF EXISTS public.users CASCADE;
--   expected: CREATE TABLE
CREATE TABLE public.users (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1), name text NOT NULL, email text, CONSTRAINT users_pkey PRIMARY KEY (id));
--   expected: SELECT 3 [["id","bigint","t",null,"a","","p",""],["name","text","t",null,"","","x","l"],["email","text","f",null,"","","x","l"]]
SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type_name, a.attnotnull, pg_get_expr(d.adbin, d.adrelid) AS default, a.attidentity, a.attgenerated, a.attstorage, a.attcompression FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attrelid = 'public.users'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum;

-- catalog/columns_after_alter (winebarrel/pistachio:testdata/dsql/dsql.yaml@02d9f06e (pgx, its catalog queries in a form of our own))
DROP TABLE IF EXISTS public.users CASCADE;
--   expected: CREATE TABLE
CREATE TABLE public.users (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1), name text NOT NULL, email text, CONSTRAINT users_pkey PRIMARY KEY (id));
--   expected: ALTER TABLE
ALTER TABLE public.users ADD COLUMN status text;
--   expected: ALTER TABLE
ALTER TABLE public.users ALTER COLUMN status SET DEFAULT 'active';
--   expected: SELECT 4 [["id","bigint","t",null,"a","","p",""],["name","text","t",null,"","","x","l"],["email","text","f",null,"","","x","l"],["status","text","f","'active'::text","","","x","l"]]
SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type_name, a.attnotnull, pg_get_expr(d.adbin, d.adrelid) AS default, a.attidentity, a.attgenerated, a.attstorage, a.attcompression FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attrelid = 'public.users'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum;

-- catalog/identity_sequence (winebarrel/pistachio:testdata/dsql/dsql.yaml@02d9f06e (pgx, its catalog queries in a form of our own))
DROP TABLE IF EXISTS public.users CASCADE;
--   expected: CREATE TABLE
CREATE TABLE public.users (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1), name text NOT NULL, email text, CONSTRAINT users_pkey PRIMARY KEY (id));
--   expected: SELECT 1 [["1","1","9223372036854775807","1","1","f"]]
SELECT s.seqstart, s.seqmin, s.seqmax, s.seqincrement, s.seqcache, s.seqcycle FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_sequence s ON s.seqrelid = d.objid WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'i' AND d.refobjid = 'public.users'::regclass AND d.refobjsubid = 1;

-- catalog/primary_key (winebarrel/pistachio:testdata/dsql/dsql.yaml@02d9f06e (pgx, its catalog queries in a form of our own))
DROP TABLE IF EXISTS public.users CASCADE;
--   expected: CREATE TABLE
CREATE TABLE public.users (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1), name text NOT NULL, email text, CONSTRAINT users_pkey PRIMARY KEY (id));
--   expected: SELECT 1 [["users_pkey","p","PRIMARY KEY (id) INCLUDE (name, email)","f","f","t","t"]]
SELECT c.conname, c.contype, pg_get_constraintdef(c.oid, true) AS definition, c.condeferrable, c.condeferred, c.convalidated, c.conislocal FROM pg_catalog.pg_constraint c WHERE c.conrelid = 'public.users'::regclass AND c.contype IN ('p', 'u') ORDER BY c.contype;

-- catalog/index_definition (winebarrel/pistachio:testdata/dsql/dsql.yaml@02d9f06e (pgx, its catalog queries in a form of our own))
DROP TABLE IF EXISTS public.users CASCADE;
--   expected: CREATE TABLE
CREATE TABLE public.users (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1), name text NOT NULL, email text, CONSTRAINT users_pkey PRIMARY KEY (id));
--   expected: CREATE INDEX [["<any>"]]
CREATE INDEX ASYNC users_name_idx ON public.users (name);
--   expected: CALL [["t"]]
CALL sys.wait_for_job('<job_id>');
--   expected: SELECT 1 [["public","users_name_idx","CREATE INDEX users_name_idx ON public.users USING btree_index (name)","f"]]
SELECT n.nspname, c.relname AS name, pg_catalog.pg_get_indexdef(i.indexrelid) AS definition, NOT i.indisvalid AS invalid FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE i.indrelid = 'public.users'::regclass AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid) AND i.indislive ORDER BY c.relname;

-- catalog/index_being_built (winebarrel/pistachio:testdata/dsql/dsql.yaml@02d9f06e (pgx, its catalog queries in a form of our own))
DROP TABLE IF EXISTS public.users CASCADE;
--   expected: CREATE TABLE
CREATE TABLE public.users (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1), name text NOT NULL, email text, CONSTRAINT users_pkey PRIMARY KEY (id));
--   expected: CREATE INDEX [["<any>"]]
CREATE INDEX ASYNC users_name_idx ON public.users (name);
--   expected: SELECT 1 [["public","users_name_idx","CREATE INDEX users_name_idx ON public.users USING btree_index (name)","t"]]
SELECT n.nspname, c.relname AS name, pg_catalog.pg_get_indexdef(i.indexrelid) AS definition, NOT i.indisvalid AS invalid FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE i.indrelid = 'public.users'::regclass AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid) AND i.indislive ORDER BY c.relname;

-- alter/unique_using_index (winebarrel/pistachio:testdata/dsql/dsql.yaml@02d9f06e (pgx, its catalog queries in a form of our own))
DROP TABLE IF EXISTS public.users CASCADE;
--   expected: CREATE TABLE
CREATE TABLE public.users (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1), name text NOT NULL, email text, CONSTRAINT users_pkey PRIMARY KEY (id));
--   expected: ALTER TABLE
ALTER TABLE public.users ADD COLUMN status text;
--   expected: CREATE INDEX [["<any>"]]
CREATE UNIQUE INDEX ASYNC users_email_key ON public.users (email);
--   expected: CALL [["t"]]
CALL sys.wait_for_job('<job_id>');
--   expected: ALTER TABLE
ALTER TABLE public.users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;
--   expected: SELECT 2 [["users_pkey","p","PRIMARY KEY (id) INCLUDE (name, email, status)","f","f","t","t"],["users_email_key","u","UNIQUE (email)","f","f","t","t"]]
SELECT c.conname, c.contype, pg_get_constraintdef(c.oid, true) AS definition, c.condeferrable, c.condeferred, c.convalidated, c.conislocal FROM pg_catalog.pg_constraint c WHERE c.conrelid = 'public.users'::regclass AND c.contype IN ('p', 'u') ORDER BY c.contype;

-- index/dropped_and_made_anew (winebarrel/pistachio:testdata/dsql/dsql.yaml@02d9f06e (pgx, its catalog queries in a form of our own))
DROP TABLE IF EXISTS public.users CASCADE;
--   expected: CREATE TABLE
CREATE TABLE public.users (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1), name text NOT NULL, email text, CONSTRAINT users_pkey PRIMARY KEY (id));
--   expected: CREATE INDEX [["<any>"]]
CREATE INDEX ASYNC users_email_idx ON public.users (email);
--   expected: CALL [["t"]]
CALL sys.wait_for_job('<job_id>');
--   expected: DROP INDEX
DROP INDEX public.users_email_idx;
--   expected: CREATE INDEX [["<any>"]]
CREATE INDEX ASYNC users_email_idx ON public.users (email, name);
--   expected: CALL [["t"]]
CALL sys.wait_for_job('<job_id>');
--   expected: SELECT 1 [["public","users_email_idx","CREATE INDEX users_email_idx ON public.users USING btree_index (email, name)","f"]]
SELECT n.nspname, c.relname AS name, pg_catalog.pg_get_indexdef(i.indexrelid) AS definition, NOT i.indisvalid AS invalid FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE i.indrelid = 'public.users'::regclass AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid) AND i.indislive ORDER BY c.relname;

-- catalog/no_trigger_and_nothing_depends_on_a_key (winebarrel/pistachio:testdata/dsql/dsql.yaml@02d9f06e (pgx, its catalog queries in a form of our own))
DROP TABLE IF EXISTS t CASCADE;
DROP TABLE IF EXISTS public.users CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: CREATE TABLE
CREATE TABLE public.users (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1), name text NOT NULL, email text, CONSTRAINT users_pkey PRIMARY KEY (id));
--   expected: SELECT 0
SELECT t.tgname FROM pg_catalog.pg_trigger t WHERE t.tgrelid = 'public.users'::regclass AND NOT t.tgisinternal;
--   expected: SELECT 0
SELECT d.objid FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_constraint c ON d.refclassid = 'pg_catalog.pg_constraint'::regclass AND d.refobjid = c.oid WHERE d.deptype = 'n' AND c.conrelid = 'public.users'::regclass;

-- catalog/extensions (winebarrel/pistachio: notes of a live investigation)
--   expected: SELECT 1 [["plpgsql"]]
SELECT extname FROM pg_extension;
--   expected: SELECT 0
SELECT name FROM pg_available_extensions;

-- dml/on_conflict_do_nothing_count (tokeira/tokeira:crates/tokeira-storage/tests/dsql_on_conflict_counts.rs (live suite))
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: INSERT 0 1
INSERT INTO t (id, value) VALUES (1, 'a') ON CONFLICT (id) DO NOTHING;
--   expected: INSERT 0 0
INSERT INTO t (id, value) VALUES (1, 'b') ON CONFLICT (id) DO NOTHING;
--   expected: SELECT 1 [["a"]]
SELECT value FROM t WHERE id = 1;

-- dml/on_conflict_guarded_count (tokeira/tokeira:crates/tokeira-storage/tests/dsql_on_conflict_counts.rs (live suite))
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: INSERT 0 1
INSERT INTO t (id, value, v) VALUES (1, 'p', 10) ON CONFLICT (id) DO UPDATE SET v = EXCLUDED.v WHERE t.v = 99;
--   expected: INSERT 0 0
INSERT INTO t (id, value, v) VALUES (1, 'p', 20) ON CONFLICT (id) DO UPDATE SET v = EXCLUDED.v WHERE t.v = 99;
--   expected: SELECT 1 [["10"]]
SELECT v FROM t WHERE id = 1;
--   expected: INSERT 0 1
INSERT INTO t (id, value, v) VALUES (1, 'p', 20) ON CONFLICT (id) DO UPDATE SET v = EXCLUDED.v WHERE t.v = 10;
--   expected: SELECT 1 [["20"]]
SELECT v FROM t WHERE id = 1;

-- alter/validate_async (third-party protocol (German DSQL spike AP-S1, eu-central-1))
DROP TABLE IF EXISTS spike_parent CASCADE;
DROP TABLE IF EXISTS spike_child2 CASCADE;
--   expected: CREATE TABLE
CREATE TABLE spike_parent (id uuid PRIMARY KEY, name text NOT NULL);
--   expected: CREATE TABLE
CREATE TABLE spike_child2 (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), parent_id uuid);
--   expected: INSERT 0 1
INSERT INTO spike_parent (id, name) VALUES ('00000000-0000-4000-8000-000000000001', 'p1');
--   expected: INSERT 0 1
INSERT INTO spike_child2 (parent_id) VALUES ('00000000-0000-4000-8000-000000000001');
--   expected: ALTER TABLE
ALTER TABLE spike_child2 ADD CONSTRAINT fk_child2_parent FOREIGN KEY (parent_id) REFERENCES spike_parent(id) NOT VALID;
--   expected:  [["<any>"]]
ALTER TABLE ASYNC spike_child2 VALIDATE CONSTRAINT fk_child2_parent;
--   expected: CALL [["t"]]
CALL sys.wait_for_job('<job_id>');
--   expected: SELECT 1 [["completed","VALIDATE_CONSTRAINT"]]
SELECT status, job_type FROM sys.jobs WHERE job_id = '<job_id>';
--   expected: error 23503 insert or update on table "spike_child2" violates foreign key constraint "fk_child2_parent"
INSERT INTO spike_child2 (parent_id) VALUES ('00000000-0000-4000-8000-00000000dead');

-- index/job_row (third-party protocol (German DSQL spike AP-S1, eu-central-1))
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: CREATE INDEX [["<any>"]]
CREATE INDEX ASYNC i ON t (value);
--   expected: CALL [["t"]]
CALL sys.wait_for_job('<job_id>');
--   expected: SELECT 1 [["completed","INDEX_BUILD"]]
SELECT status, job_type FROM sys.jobs WHERE job_id = '<job_id>';

-- index/wait_for_job_is_a_procedure (third-party protocol (German DSQL spike AP-S1, eu-central-1))
--   expected: error 42809 sys.wait_for_job(unknown) is a procedure
SELECT sys.wait_for_job('4mnye5meqjdrvnkw7sbs5ojc5e') AS done;

-- catalog/pg_indexes (third-party protocol (German DSQL spike AP-S1, eu-central-1))
DROP TABLE IF EXISTS spike_idx CASCADE;
--   expected: CREATE TABLE
CREATE TABLE spike_idx (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), tenant_id uuid NOT NULL, k text);
--   expected: CREATE INDEX [["<any>"]]
CREATE INDEX ASYNC ix_spike_idx_tenant_k ON spike_idx (tenant_id, k);
--   expected: SELECT 2 [["ix_spike_idx_tenant_k","CREATE INDEX ix_spike_idx_tenant_k ON public.spike_idx USING btree_index (tenant_id, k)"],["spike_idx_pkey","CREATE UNIQUE INDEX spike_idx_pkey ON public.spike_idx USING btree_index (id) INCLUDE (tenant_id, k)"]]
SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'spike_idx' ORDER BY 1;

-- roles/grant_select (third-party protocol (German DSQL spike AP-S1, eu-central-1))
DROP TABLE IF EXISTS spike_granted CASCADE;
--   expected: CREATE TABLE
CREATE TABLE spike_granted (id int PRIMARY KEY, v text NOT NULL);
--   expected: GRANT
GRANT SELECT ON spike_granted TO app_rw;

-- types/jsonb_operators (third-party protocol (German DSQL spike AP-S1, eu-central-1))
DROP TABLE IF EXISTS spike_doc CASCADE;
--   expected: CREATE TABLE
CREATE TABLE spike_doc (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), doc jsonb NOT NULL);
--   expected: INSERT 0 1
INSERT INTO spike_doc (doc) VALUES ('{"a": 1, "b": [1, 2], "c": {"d": "x"}}'::jsonb);
--   expected: SELECT 1 [["1","x","true","array"]]
SELECT doc->>'a' AS a, doc->'c'->>'d' AS d, doc @> '{"a": 1}' AS contains, jsonb_typeof(doc->'b') AS b FROM spike_doc;

-- alter/refused_add_column_adds_nothing (third-party protocol (German DSQL spike AP-S1, eu-central-1))
DROP TABLE IF EXISTS baseline_alter CASCADE;
CREATE TABLE baseline_alter (id bigint PRIMARY KEY, a text, b text);
--   expected: error 0A000 ALTER TABLE ADD COLUMN with constraint not supported
ALTER TABLE baseline_alter ADD COLUMN c text DEFAULT 'x';
--   expected: error 42703 column "c" does not exist
SELECT count(*)::int AS n FROM baseline_alter WHERE c = 'x';
--   expected: error 42703 column "n" of relation "baseline_alter" does not exist
ALTER TABLE baseline_alter DROP COLUMN n;

-- supported/on_delete_cascade (third-party protocol (German DSQL spike AP-S1, eu-central-1))
DROP TABLE IF EXISTS spike_parent CASCADE;
DROP TABLE IF EXISTS spike_cascade CASCADE;
--   expected: CREATE TABLE
CREATE TABLE spike_parent (id uuid PRIMARY KEY, name text NOT NULL);
--   expected: CREATE TABLE
CREATE TABLE spike_cascade (id uuid PRIMARY KEY, p uuid REFERENCES spike_parent(id) ON DELETE CASCADE);

-- supported/generated_column (third-party protocol (Japanese DSQL PoC, us-east-1))
DROP TABLE IF EXISTS parent CASCADE;
DROP TABLE IF EXISTS og2 CASCADE;
DROP TABLE IF EXISTS child CASCADE;
CREATE TABLE parent (id int PRIMARY KEY);
INSERT INTO parent VALUES (1);
CREATE TABLE child (id int PRIMARY KEY, p int DEFAULT NULL REFERENCES parent(id) ON DELETE SET DEFAULT, v int);
--   expected: CREATE TABLE
CREATE TABLE og2 (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), family_id uuid, role text, owner_guard uuid GENERATED ALWAYS AS (CASE WHEN role = 'owner' THEN family_id END) STORED);
--   expected: CREATE INDEX [["<any>"]]
CREATE UNIQUE INDEX ASYNC og2_owner_uniq ON og2 (owner_guard);
--   expected: CALL [["t"]]
CALL sys.wait_for_job('<job_id>');
--   expected: INSERT 0 1
INSERT INTO og2 (family_id, role) VALUES ('00000000-0000-4000-8000-000000000001', 'owner');
--   expected: INSERT 0 2
INSERT INTO og2 (family_id, role) VALUES ('00000000-0000-4000-8000-000000000001', 'child'), ('00000000-0000-4000-8000-000000000001', 'child');
--   expected: error 23505 duplicate key value violates unique constraint "og2_owner_uniq"
INSERT INTO og2 (family_id, role) VALUES ('00000000-0000-4000-8000-000000000001', 'owner');

-- unsupported/generation_not_immutable (third-party protocol (Japanese DSQL PoC, us-east-1))
DROP TABLE IF EXISTS t CASCADE;
DROP TABLE IF EXISTS g CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: error 42P17 generation expression is not immutable
CREATE TABLE g (t text, u timestamptz GENERATED ALWAYS AS (CAST(t AS timestamptz)) STORED);

-- index/unique_using_btree (third-party protocol (Japanese DSQL PoC, us-east-1))
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: error 0A000 USING not supported for CREATE INDEX
CREATE UNIQUE INDEX i ON t USING btree (value, v);

-- catalog/access_methods (notes "infra - DSQL DDL constraints": each statement sent to a live cluster (eu-north-1))
--   expected: SELECT 9 [["brin"],["btree"],["btree_index"],["btree_table"],["gin"],["gist"],["hash"],["heap"],["spgist"]]
SELECT amname FROM pg_am ORDER BY 1;

-- index/using_btree_async (notes "infra - DSQL DDL constraints": each statement sent to a live cluster (eu-north-1))
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: error 0A000 USING not supported for CREATE INDEX
CREATE INDEX ASYNC i ON t USING btree (value);

-- index/using_btree_index (notes "infra - DSQL DDL constraints": each statement sent to a live cluster (eu-north-1))
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: CREATE INDEX [["<any>"]]
CREATE INDEX ASYNC i ON t USING btree_index (value);

-- index/using_gin (conformance/DSQL-CAPABILITIES.md of a PostgREST port, probed on a cluster)
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: error 0A000 USING not supported for CREATE INDEX
CREATE INDEX i ON t USING gin (value);

-- alter/unique_not_valid (notes "infra - DSQL DDL constraints": each statement sent to a live cluster (eu-north-1))
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: error 0A000 UNIQUE constraints cannot be marked NOT VALID
ALTER TABLE t ADD CONSTRAINT u UNIQUE (v) NOT VALID;

-- alter/primary_key_not_valid (notes "infra - DSQL DDL constraints": each statement sent to a live cluster (eu-north-1))
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: error 0A000 PRIMARY KEY constraints cannot be marked NOT VALID
ALTER TABLE t ADD CONSTRAINT p PRIMARY KEY (id) NOT VALID;

-- alter/add_generated_column (notes "infra - DSQL DDL constraints": each statement sent to a live cluster (eu-north-1))
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: error 0A000 ALTER TABLE ADD COLUMN with constraint not supported
ALTER TABLE t ADD COLUMN g int GENERATED ALWAYS AS (v + 1) STORED;

-- alter/set_default_keeps_rows (notes "infra - DSQL DDL constraints": each statement sent to a live cluster (eu-north-1))
DROP TABLE IF EXISTS r CASCADE;
CREATE TABLE r (id int PRIMARY KEY, v int);
INSERT INTO r VALUES (1, 0), (2, 0), (3, 0);
--   expected: INSERT 0 1
INSERT INTO r VALUES (4, 1);
--   expected: ALTER TABLE
ALTER TABLE r ADD COLUMN d int;
--   expected: ALTER TABLE
ALTER TABLE r ALTER COLUMN d SET DEFAULT 5;
--   expected: INSERT 0 1
INSERT INTO r (id) VALUES (5);
--   expected: SELECT 2 [["4",null],["5","5"]]
SELECT id, d FROM r WHERE id > 3 ORDER BY id;

-- index/failed_unique_build (notes "infra - DSQL DDL constraints": each statement sent to a live cluster (eu-north-1))
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: INSERT 0 2
INSERT INTO t (id, v) VALUES (1, 7), (2, 7);
--   expected: CREATE INDEX [["<any>"]]
CREATE UNIQUE INDEX ASYNC u ON t (v);
--   expected: CALL [["f"]]
CALL sys.wait_for_job('<job_id>');
--   expected: SELECT 1 [["failed","found duplicate key(s) while validating index uniqueness"]]
SELECT status, details FROM sys.jobs WHERE job_id = '<job_id>';
--   expected: SELECT 1 [["f"]]
SELECT indisvalid FROM pg_index WHERE indexrelid = 'u'::regclass;
--   expected: DROP INDEX
DROP INDEX u;

-- supported/referenced_row_deleted (notes "infra - DSQL DDL constraints": each statement sent to a live cluster (eu-north-1))
DROP TABLE IF EXISTS r CASCADE;
DROP TABLE IF EXISTS c CASCADE;
CREATE TABLE r (id int PRIMARY KEY, v int);
INSERT INTO r VALUES (1, 0), (2, 0), (3, 0);
--   expected: CREATE TABLE
CREATE TABLE c (user_id int, id int, p int, PRIMARY KEY (user_id, id), CONSTRAINT c_fk FOREIGN KEY (p) REFERENCES r (id) ON DELETE RESTRICT);
--   expected: INSERT 0 1
INSERT INTO c VALUES (1, 1, 2);
--   expected: INSERT 0 1
INSERT INTO c VALUES (1, 2, NULL);
--   expected: error 23503 update or delete on table "r" violates foreign key constraint "c_fk" on table "c"
DELETE FROM r WHERE id = 2;
--   expected: SELECT 1 [["FOREIGN KEY (p) REFERENCES r(id) ON DELETE RESTRICT"]]
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'c_fk';

-- alter/several_actions (slsdotdev/dsqlbase:docs/internals/dsql-capabilities.md (rows marked live))
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: ALTER TABLE
ALTER TABLE t ADD COLUMN c int, ALTER COLUMN c SET DEFAULT 7, DROP COLUMN a;

-- alter/failed_validation (slsdotdev/dsqlbase:docs/internals/dsql-capabilities.md (rows marked live))
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: INSERT 0 1
INSERT INTO t (id, a) VALUES (1, -1);
--   expected: ALTER TABLE
ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 0) NOT VALID;
--   expected:  [["<any>"]]
ALTER TABLE ASYNC t VALIDATE CONSTRAINT positive;
--   expected: CALL [["f"]]
CALL sys.wait_for_job('<job_id>');
--   expected: SELECT 1 [["failed","VALIDATE_CONSTRAINT","check constraint \"positive\" is violated by some row"]]
SELECT status, job_type, details FROM sys.jobs WHERE job_id = '<job_id>';
--   expected: SELECT 1 [["f"]]
SELECT convalidated FROM pg_constraint WHERE conname = 'positive';
--   expected: error 23514 
INSERT INTO t (id, a) VALUES (2, -1);

-- alter/rename_index (slsdotdev/dsqlbase:docs/internals/dsql-capabilities.md (rows marked live))
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: CREATE INDEX [["<any>"]]
CREATE INDEX ASYNC i ON t (value);
--   expected: CALL [["t"]]
CALL sys.wait_for_job('<job_id>');
--   expected: ALTER INDEX
ALTER INDEX i RENAME TO j;

-- alter/drop_constraints (slsdotdev/dsqlbase:docs/internals/dsql-capabilities.md (rows marked live))
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: ALTER TABLE
ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;
--   expected: ALTER TABLE
ALTER TABLE t DROP CONSTRAINT c;
--   expected: ALTER TABLE
ALTER TABLE t DROP CONSTRAINT IF EXISTS c;

-- alter/fk_deferrable (slsdotdev/dsqlbase:docs/internals/dsql-capabilities.md (rows marked live))
DROP TABLE IF EXISTS t CASCADE;
DROP TABLE IF EXISTS baseline_parent CASCADE;
CREATE TABLE baseline_parent (id uuid PRIMARY KEY, name text);
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: ALTER TABLE
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (parent_id) REFERENCES baseline_parent(id) NOT VALID;
--   expected: ALTER TABLE
ALTER TABLE t ALTER CONSTRAINT fk DEFERRABLE;

-- alter/drop_expression (slsdotdev/dsqlbase:docs/internals/dsql-capabilities.md (rows marked live))
DROP TABLE IF EXISTS g CASCADE;
--   expected: CREATE TABLE
CREATE TABLE g (id int PRIMARY KEY, d int GENERATED ALWAYS AS (id + 1) STORED);
--   expected: ALTER TABLE
ALTER TABLE g ALTER COLUMN d DROP EXPRESSION;

-- alter/identity_actions (slsdotdev/dsqlbase:docs/internals/dsql-capabilities.md (rows marked live))
DROP TABLE IF EXISTS g CASCADE;
DROP TABLE IF EXISTS baseline_alter_pk CASCADE;
CREATE TABLE baseline_alter_pk (id int PRIMARY KEY, a text);
--   expected: ALTER TABLE
ALTER TABLE baseline_alter_pk DROP COLUMN a;
--   expected: CREATE TABLE
CREATE TABLE g (id bigint PRIMARY KEY, n bigint NOT NULL);
--   expected: ALTER TABLE
ALTER TABLE g ALTER COLUMN n ADD GENERATED BY DEFAULT AS IDENTITY (CACHE 1);
--   expected: ALTER TABLE
ALTER TABLE g ALTER COLUMN n SET GENERATED ALWAYS;
--   expected: ALTER TABLE
ALTER TABLE g ALTER COLUMN n SET CACHE 65536;
--   expected: ALTER TABLE
ALTER TABLE g ALTER COLUMN n RESTART WITH 100;
--   expected: ALTER TABLE
ALTER TABLE g ALTER COLUMN n DROP IDENTITY;

-- domain/drop_cascade (slsdotdev/dsqlbase:docs/internals/dsql-capabilities.md (rows marked live))
--   expected: CREATE DOMAIN
CREATE DOMAIN d AS text;
--   expected: error 0A000 DROP DOMAIN with CASCADE unsupported
DROP DOMAIN d CASCADE;

-- domain/drop_used (slsdotdev/dsqlbase:docs/internals/dsql-capabilities.md (rows marked live))
DROP TABLE IF EXISTS g CASCADE;
--   expected: CREATE DOMAIN
CREATE DOMAIN d AS text DEFAULT 'x' NOT NULL CONSTRAINT k CHECK (VALUE <> '');
--   expected: CREATE TABLE
CREATE TABLE g (id int PRIMARY KEY, v d);
--   expected: error 2BP01 
DROP DOMAIN d;
--   expected: DROP TABLE
DROP TABLE g;
--   expected: DROP DOMAIN
DROP DOMAIN d;

-- domain/alter_taken (slsdotdev/dsqlbase:docs/internals/dsql-capabilities.md (rows marked live))
--   expected: CREATE DOMAIN
CREATE DOMAIN d AS text NOT NULL CONSTRAINT k CHECK (VALUE <> '');
--   expected: ALTER DOMAIN
ALTER DOMAIN d SET DEFAULT 'x';
--   expected: ALTER DOMAIN
ALTER DOMAIN d DROP DEFAULT;
--   expected: ALTER DOMAIN
ALTER DOMAIN d DROP NOT NULL;
--   expected: ALTER DOMAIN
ALTER DOMAIN d RENAME CONSTRAINT k TO l;
--   expected: ALTER DOMAIN
ALTER DOMAIN d RENAME TO e;

-- domain/alter_set_not_null (slsdotdev/dsqlbase:docs/internals/dsql-capabilities.md (rows marked live))
--   expected: CREATE DOMAIN
CREATE DOMAIN d AS text;
--   expected: error 0A000 
ALTER DOMAIN d SET NOT NULL;

-- domain/alter_add_constraint (slsdotdev/dsqlbase:docs/internals/dsql-capabilities.md (rows marked live))
--   expected: CREATE DOMAIN
CREATE DOMAIN d AS text;
--   expected: error 0A000 
ALTER DOMAIN d ADD CONSTRAINT k CHECK (VALUE <> '');
--   expected: error 0A000 
ALTER DOMAIN d ADD CONSTRAINT k CHECK (VALUE <> '') NOT VALID;

-- sequence/alter (slsdotdev/dsqlbase:docs/internals/dsql-capabilities.md (rows marked live))
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: CREATE SEQUENCE
CREATE SEQUENCE s CACHE 1;
--   expected: ALTER SEQUENCE
ALTER SEQUENCE s CACHE 65536;
--   expected: ALTER SEQUENCE
ALTER SEQUENCE s AS bigint;
--   expected: ALTER SEQUENCE
ALTER SEQUENCE s RESTART WITH 5;
--   expected: ALTER SEQUENCE
ALTER SEQUENCE s OWNED BY t.id;
--   expected: ALTER SEQUENCE
ALTER SEQUENCE s RENAME TO z;
--   expected: DROP SEQUENCE
DROP SEQUENCE z;

-- view/forms (slsdotdev/dsqlbase:docs/internals/dsql-capabilities.md (rows marked live))
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: CREATE VIEW
CREATE OR REPLACE VIEW w AS SELECT id, value FROM t;
--   expected: CREATE VIEW
CREATE RECURSIVE VIEW x (n) AS SELECT 1 UNION ALL SELECT n + 1 FROM x WHERE n < 3;
--   expected: ALTER VIEW
ALTER VIEW w ALTER COLUMN value SET DEFAULT 'x';
--   expected: ALTER VIEW
ALTER VIEW w RENAME COLUMN value TO v;
--   expected: ALTER VIEW
ALTER VIEW w RENAME TO y;
--   expected: DROP VIEW
DROP VIEW y;

-- comment/table_and_column (slsdotdev/dsqlbase:docs/internals/dsql-capabilities.md (rows marked live))
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: COMMENT
COMMENT ON TABLE t IS 'x';
--   expected: COMMENT
COMMENT ON COLUMN t.v IS 'y';
--   expected: SELECT 2 [["0","x"],["3","y"]]
SELECT objsubid, description FROM pg_description WHERE objoid = 't'::regclass ORDER BY 1;

-- ddl/identifier_cut (slsdotdev/dsqlbase:docs/internals/dsql-capabilities.md (rows marked live))
DROP TABLE IF EXISTS r CASCADE;
DROP TABLE IF EXISTS nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn CASCADE;
CREATE TABLE r (id int PRIMARY KEY, v int);
INSERT INTO r VALUES (1, 0), (2, 0), (3, 0);
--   expected: CREATE TABLE
CREATE TABLE nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn (id int PRIMARY KEY);
--   expected: SELECT 1 [["nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"]]
SELECT relname FROM pg_class WHERE relname LIKE 'nnnnn%' AND relkind = 'r';

-- types/numeric_without_precision (slsdotdev/dsqlbase:docs/internals/dsql-capabilities.md (rows marked live))
DROP TABLE IF EXISTS g CASCADE;
--   expected: CREATE TABLE
CREATE TABLE g (id int PRIMARY KEY, n numeric);
--   expected: INSERT 0 1
INSERT INTO g VALUES (1, 1.23456789);
--   expected: error 22003 
INSERT INTO g VALUES (2, 1234567890123);
--   expected: SELECT 1 [["1.234568"]]
SELECT n FROM g;

-- index/nulls_order (slsdotdev/dsqlbase:docs/internals/dsql-capabilities.md (rows marked live))
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: CREATE INDEX [["<any>"]]
CREATE INDEX ASYNC i ON t (value NULLS FIRST);

-- ddl/create_statistics (slsdotdev/dsqlbase:docs/internals/dsql-capabilities.md (rows marked live))
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: CREATE STATISTICS
CREATE STATISTICS s ON v, a FROM t;

-- supported/foreign_key_forms (conformance/DSQL-CAPABILITIES.md of a PostgREST port, probed on a cluster)
DROP TABLE IF EXISTS r CASCADE;
DROP TABLE IF EXISTS m CASCADE;
DROP TABLE IF EXISTS k CASCADE;
CREATE TABLE r (id int PRIMARY KEY, v int);
INSERT INTO r VALUES (1, 0), (2, 0), (3, 0);
--   expected: CREATE TABLE
CREATE TABLE k (id int PRIMARY KEY, p int REFERENCES k);
--   expected: CREATE TABLE
CREATE TABLE m (a int, b int, CONSTRAINT f FOREIGN KEY (a) REFERENCES r (id) MATCH FULL ON DELETE SET NULL ON UPDATE CASCADE, FOREIGN KEY (b) REFERENCES r DEFERRABLE INITIALLY DEFERRED);
--   expected: ALTER TABLE
ALTER TABLE ONLY m ADD CONSTRAINT g FOREIGN KEY (a) REFERENCES r (id) NOT VALID, ADD CONSTRAINT h FOREIGN KEY (b) REFERENCES r (id) NOT VALID;
--   expected: ALTER TABLE
ALTER TABLE m DROP CONSTRAINT g;
--   expected: DROP TABLE
DROP TABLE r CASCADE;

-- dml/text_search_simple (conformance/DSQL-CAPABILITIES.md of a PostgREST port, probed on a cluster)
--   expected: SELECT 1 [["true"]]
SELECT to_tsvector('simple', 'a fat rat') @@ to_tsquery('simple', 'rat') AS found;
--   expected: SELECT 1 [["simple"]]
SELECT cfgname FROM pg_ts_config;
--   expected: SELECT 4 [["ispell"],["simple"],["synonym"],["thesaurus"]]
SELECT tmplname FROM pg_ts_template ORDER BY 1;

-- types/arrays_and_ranges_in_expressions (conformance/DSQL-CAPABILITIES.md of a PostgREST port, probed on a cluster)
DROP TABLE IF EXISTS r CASCADE;
CREATE TABLE r (id int PRIMARY KEY, v int);
INSERT INTO r VALUES (1, 0), (2, 0), (3, 0);
--   expected: SELECT 1 [["true"]]
SELECT ARRAY[1, 2] @> ARRAY[2] AS a;
--   expected: SELECT 1 [["true"]]
SELECT int4range(1, 5) @> 3 AS r;
--   expected: SELECT 1 [["true"]]
SELECT 'abc' ~ '^a' AS m;

-- session/set_role_plain (conformance/DSQL-CAPABILITIES.md of a PostgREST port, probed on a cluster)
--   expected: error 0A000 setting configuration parameter "role" not supported
SET ROLE app_rw;

-- dml/explain_analyze (conformance/DSQL-CAPABILITIES.md of a PostgREST port, probed on a cluster)
--   expected: EXPLAIN
EXPLAIN (ANALYZE) SELECT 1;

-- session/set_inside_a_function (conformance/DSQL-CAPABILITIES.md of a PostgREST port, probed on a cluster)
--   expected: error 0A000 setting configuration parameter "response.headers" not supported
CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ SET LOCAL "response.headers" = '[]' $$;

-- session/set_config_inside_a_function (conformance/DSQL-CAPABILITIES.md of a PostgREST port, probed on a cluster)
--   expected: CREATE FUNCTION
CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT set_config('response.headers', '[]', true) $$;
--   expected: error 0A000 setting configuration parameter "response.headers" not supported
SELECT f();

-- limits/set_statistics (awslabs/agent-plugins: plugins/databases-on-aws/skills/dsql/references/limits-and-error-codes.md)
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: error 0A000 unsupported ALTER TABLE ALTER COLUMN ... SET STATISTICS statement
ALTER TABLE t ALTER COLUMN v SET STATISTICS 50;

-- limits/statistics_target (awslabs/agent-plugins: plugins/databases-on-aws/skills/dsql/references/limits-and-error-codes.md)
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: CREATE STATISTICS
CREATE STATISTICS s ON v, a FROM t;
--   expected: error 22023 statistics target 101 exceeds maximum allowed value of 100
ALTER STATISTICS s SET STATISTICS 101;

-- limits/statistics_count (awslabs/agent-plugins: plugins/databases-on-aws/skills/dsql/references/limits-and-error-codes.md)
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: CREATE STATISTICS
CREATE STATISTICS s1 ON v, a FROM t;
--   expected: CREATE STATISTICS
CREATE STATISTICS s2 ON v, a FROM t;
--   expected: CREATE STATISTICS
CREATE STATISTICS s3 ON v, a FROM t;
--   expected: CREATE STATISTICS
CREATE STATISTICS s4 ON v, a FROM t;
--   expected: CREATE STATISTICS
CREATE STATISTICS s5 ON v, a FROM t;
--   expected: error 54000 more than 5 extended statistics per table are not allowed
CREATE STATISTICS s6 ON v, a FROM t;

-- limits/bytea_value (awslabs/agent-plugins: plugins/databases-on-aws/skills/dsql/references/limits-and-error-codes.md)
DROP TABLE IF EXISTS b CASCADE;
--   expected: no error
CREATE TABLE b (id int PRIMARY KEY, v bytea);
--   expected: error 54000 datatype limit greater than 1048576 bytes not supported for bytea
INSERT INTO b VALUES (1, decode(repeat('ab', 1048577), 'hex'));

-- index/not_immutable (awslabs/agent-plugins: plugins/databases-on-aws/skills/dsql/references/limits-and-error-codes.md)
DROP TABLE IF EXISTS t CASCADE;
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
--   expected: error 42P17 functions in index expression must be marked IMMUTABLE
CREATE INDEX ASYNC i ON t ((value || now()::text));

-- roles/grant_on_database (notes of a Terraform project (Japanese): errors met on a cluster, terraform/sql/errorlog.md)
--   expected: error 0A000 unsupported object type in GRANT
GRANT CONNECT ON DATABASE postgres TO app_rw;
