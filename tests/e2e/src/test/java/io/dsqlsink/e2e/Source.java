package io.dsqlsink.e2e;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/** A database that jobs read from. */
sealed interface Source permits MySqlSource, PostgresSource {
    Connection connect() throws SQLException;

    /** A table's full name in its catalog. */
    String path(String table);

    /**
     * The block of the source Jdbc.
     *
     * @param tables the option with the tables that it reads
     */
    String jdbcOf(String tables);

    /** The same for one table. */
    default String jdbc(String table) {
        return jdbcOf("table_path = \"" + path(table) + "\"");
    }

    /** The same for several tables. */
    default String jdbc(List<String> tables) {
        return jdbcOf(
                tables.stream()
                        .map(table -> "{table_path = \"" + path(table) + "\"}")
                        .collect(Collectors.joining(", ", "table_list = [", "]")));
    }
}
