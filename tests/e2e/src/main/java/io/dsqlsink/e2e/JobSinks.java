package io.dsqlsink.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** The sink blocks of the jobs that {@link WholeJob} compares, each with its default options. */
final class JobSinks {
    private static final List<String> COLUMNS =
            List.of(
                    "id",
                    "customer",
                    "status",
                    "quantity",
                    "price",
                    "weight",
                    "paid",
                    "note",
                    "day",
                    "at");

    private JobSinks() {}

    /**
     * The table is named because 2.3.4's Jdbc source calls the rows of a query "default".
     *
     * @param options further lines of the sink's block
     */
    static String ours(String... options) {
        return """
               sink {
                 Jdbc {
                   url = "jdbc:postgresql://%s:%d/postgres"
                   dialect = "dsql"
                   driver = "org.postgresql.Driver"
                   username = "admin"
                   access_key_id = "%s"
                   secret_access_key = "%s"
                   table = "orders"
                   primary_keys = ["id"]
                   %s
                 }
               }
               """
                .formatted(
                        DsqlLocal.ENDPOINT,
                        DsqlLocal.PORT,
                        DsqlLocal.ACCESS_KEY_ID,
                        DsqlLocal.SECRET_ACCESS_KEY,
                        String.join("\n", options));
    }

    /**
     * The stock sink as it can be made to work on Aurora DSQL: a token as its password, and the
     * statement that it would write itself, because what 2.3.4 asks the catalog first does not work
     * there.
     */
    static String stock(DsqlLocal dsql, boolean rewriting) {
        String updates =
                COLUMNS.stream()
                        .filter(column -> !column.equals("id"))
                        .map(column -> column + " = EXCLUDED." + column)
                        .collect(Collectors.joining(", "));
        return """
               sink {
                 Jdbc {
                   url = "jdbc:postgresql://%s:%d/postgres?sslmode=verify-full&sslrootcert=%s&reWriteBatchedInserts=%s"
                   driver = "org.postgresql.Driver"
                   user = "admin"
                   password = "%s"
                   query = "INSERT INTO public.orders (%s) VALUES (%s) ON CONFLICT (id) DO UPDATE SET %s"
                 }
               }
               """
                .formatted(
                        DsqlLocal.ENDPOINT,
                        DsqlLocal.PORT,
                        dsql.environment().get("PGSSLROOTCERT"),
                        rewriting,
                        token(),
                        String.join(", ", COLUMNS),
                        COLUMNS.stream().map(column -> "?").collect(Collectors.joining(", ")),
                        updates);
    }

    /** dsql-local mints for its default endpoint and keys, which are those of all jobs here. */
    private static String token() {
        try {
            Process minting = new ProcessBuilder(System.getenv("DSQL_LOCAL"), "token").start();
            return new String(minting.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .trim();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Console still turns every value into a text, but writes none of them. */
    static String thrownAway() {
        return "sink {\n  Console {\n    log.print.data = false\n    log.print.delay.ms = 0\n  }\n}\n";
    }
}
