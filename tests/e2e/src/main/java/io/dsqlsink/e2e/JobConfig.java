package io.dsqlsink.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The config of the main job, mysql-to-dsql.conf, with nothing but its {@code <...>} filled in and
 * its tables listed.
 */
final class JobConfig {
    private static final String TEMPLATE = "/mysql-to-dsql.conf";
    private static final String TABLE = "\"<db>.<table>\"";
    private static final String TABLE_ENTRY =
            "      {\n        table = " + TABLE + "\n        primaryKeys = [\"id\"]\n      }";

    private JobConfig() {}

    static String template() {
        try (InputStream in = JobConfig.class.getResourceAsStream(TEMPLATE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String mysqlToDsql(String mysqlHost, String database, List<String> tables) {
        String entries =
                tables.stream()
                        .map(t -> TABLE_ENTRY.replace("<table>", t))
                        .collect(Collectors.joining(",\n"));
        String names =
                tables.stream()
                        .map(t -> TABLE.replace("<table>", t))
                        .collect(Collectors.joining(", "));
        return template()
                .replace(TABLE_ENTRY, entries)
                .replace("[" + TABLE + "]", "[" + names + "]")
                .replace("<db>", database)
                .replace("<host>", mysqlHost)
                .replace("<user>", MySqlServer.USER)
                .replace("<password>", MySqlServer.PASSWORD)
                .replace("<dsql_endpoint>", DsqlLocal.ENDPOINT)
                .replace("<access key id>", DsqlLocal.ACCESS_KEY_ID)
                .replace("<secret access key>", DsqlLocal.SECRET_ACCESS_KEY);
    }

    static Path write(Path file, String config) {
        try {
            Files.createDirectories(file.getParent());
            return Files.writeString(file, config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
