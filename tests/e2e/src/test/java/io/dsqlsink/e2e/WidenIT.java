package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A column becomes wider at the source; the jar's command widen then changes the target's column.
 */
@Tag("newer")
class WidenIT {
    private static final Path FOLDER = Places.ROOT.resolve("target/e2e/widen");

    /** More than two pages, and the last page is not full. */
    private static final int ROWS = 7000;

    private final long jobId = ThreadLocalRandom.current().nextLong(1, 1L << 40);

    @Test
    void theJobContinuesAfterTheCommand() throws Exception {
        MySqlSource mysql = MySqlSource.of("widening");
        try (Connection source = mysql.connect();
                Connection target = Servers.dsql().connectBehind()) {
            Sql.run(source, "CREATE TABLE orders (id int PRIMARY KEY, amount int)");
            StringBuilder rows = new StringBuilder("INSERT INTO orders VALUES (1, NULL)");
            for (int id = 2; id <= ROWS; id++) {
                rows.append(", (").append(id).append(", ").append(id - 5).append(")");
            }
            Sql.run(source, rows.toString());
            Servers.dsql().create("CREATE SCHEMA widening");
            String config =
                    SchemaChangeIT.config("widening", "apply", "orders")
                            .replace(
                                    "    generate_sink_sql",
                                    "    schema = \"widening\"\n    generate_sink_sql");
            try (Job job = start("widen", config, "--set-job-id")) {
                awaitSum(job, source, target);
                Sql.run(
                        source,
                        "ALTER TABLE orders MODIFY COLUMN amount bigint",
                        "UPDATE orders SET amount = 5000000000 WHERE id = 9");
                assertThat(job.await(Servers.JOB)).as("exit code").isNotZero();
                assertThat(job.log())
                        .contains(
                                "column 'amount' is of type integer and would have to become bigint");
            }
            JarCommand widen = new JarCommand("widen", FOLDER, Servers.JOB);
            assertThat(widen.run("job", config, 0))
                    .contains("widening.orders: column amount: integer -> bigint")
                    .contains("widening.orders: column amount is bigint");
            try (Job job = start("widen-restored", config, "-r")) {
                awaitSum(job, source, target);
            }
            assertThat(Sql.value(target, "SELECT amount FROM widening.orders WHERE id = 9"))
                    .isEqualTo("5000000000");
            assertThat(Sql.value(target, "SELECT count(amount) FROM widening.orders"))
                    .isEqualTo(String.valueOf(ROWS - 1));
        }
    }

    private static void awaitSum(Job job, Connection source, Connection target) {
        String sum = "SELECT concat(count(*), ' ', sum(amount)) FROM ";
        Poll.until(
                () -> "source and target to be equal; " + job.tail(),
                Servers.JOB,
                Duration.ofMillis(200),
                () -> {
                    job.requireAlive();
                    return Sql.value(target, "SELECT to_regclass('widening.orders')") != null
                            && Sql.value(source, sum + "orders")
                                    .equals(Sql.value(target, sum + "widening.orders"));
                });
    }

    /**
     * @param option {@code -r} to continue from the last checkpoint
     */
    private Job start(String name, String config, String option) {
        return Servers.runInOneJvm(name, config, option, String.valueOf(jobId));
    }
}
