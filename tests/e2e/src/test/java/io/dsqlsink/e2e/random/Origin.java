package io.dsqlsink.e2e.random;

/** What tables are read from, and by which of SeaTunnel's sources. */
public enum Origin {
    MYSQL_JDBC,
    MYSQL_CDC,
    POSTGRES_JDBC;

    public boolean isMySql() {
        return this != POSTGRES_JDBC;
    }

    /** A name as the database takes it in a statement. */
    String quoted(String name) {
        return isMySql()
                ? "`" + name.replace("`", "``") + "`"
                : "\"" + name.replace("\"", "\"\"") + "\"";
    }

    /** How a statement takes a value of a type that is given as text, {@code ?} in its place. */
    String placeholder(Kind kind) {
        return isMySql() || !kind.written().equals("?")
                ? kind.written()
                : "?::text::" + kind.type();
    }
}
