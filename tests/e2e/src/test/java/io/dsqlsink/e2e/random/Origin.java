package io.dsqlsink.e2e.random;

/** The database and the SeaTunnel source that tables are read from. */
public enum Origin {
    MYSQL_JDBC,
    MYSQL_CDC,
    POSTGRES_JDBC;

    public boolean isMySql() {
        return this != POSTGRES_JDBC;
    }

    /** A name quoted for a statement. */
    String quoted(String name) {
        return isMySql()
                ? "`" + name.replace("`", "``") + "`"
                : "\"" + name.replace("\"", "\"\"") + "\"";
    }

    /** How a statement converts a value that is given as text, with {@code ?} for the value. */
    String placeholder(Kind kind) {
        return isMySql() || !kind.written().equals("?")
                ? kind.written()
                : "?::text::" + kind.type();
    }
}
