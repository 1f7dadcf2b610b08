package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.sql.Connection;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A column becomes wider at the source, and the target's by the steps of docs/operating.md. */
@Tag("newer")
class WidenIT {
    /** More than two pages, and the last one not full. */
    private static final int ROWS = 7000;

    private final long jobId = ThreadLocalRandom.current().nextLong(1, 1L << 40);

    @Test
    void theJobGoesOnAfterTheDocumentedSteps() throws Exception {
        List<String> steps = steps();
        try (Connection source = Servers.database("shop");
                Connection target = Servers.dsql().connectBehind()) {
            Sql.run(source, "CREATE TABLE orders (id int PRIMARY KEY, amount int)");
            StringBuilder rows = new StringBuilder("INSERT INTO orders VALUES (1, NULL)");
            for (int id = 2; id <= ROWS; id++) {
                rows.append(", (").append(id).append(", ").append(id - 5).append(")");
            }
            Sql.run(source, rows.toString());
            Servers.dsql().create("CREATE SCHEMA shop");
            String config =
                    SchemaChangeIT.config("shop", "apply", "orders")
                            .replace(
                                    "    generate_sink_sql",
                                    "    schema = \"shop\"\n    generate_sink_sql");
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
            // By the rules of Aurora DSQL.
            try (Connection operator = Servers.dsql().connect()) {
                widen(operator, steps);
            }
            try (Job job = start("widen-restored", config, "-r")) {
                awaitSum(job, source, target);
            }
            assertThat(Sql.value(target, "SELECT amount FROM shop.orders WHERE id = 9"))
                    .isEqualTo("5000000000");
            assertThat(Sql.value(target, "SELECT count(amount) FROM shop.orders"))
                    .isEqualTo(String.valueOf(ROWS - 1));
        }
    }

    /** The statements of the one block that widens, without its comments. */
    private static List<String> steps() throws Exception {
        String docs = Files.readString(Places.ROOT.resolve("docs/operating.md"));
        String section = docs.substring(docs.indexOf("### To widen a column"));
        String block = section.substring(section.indexOf("```sql") + 6);
        block = block.substring(0, block.indexOf("```")).replaceAll("(?m)^--.*$", "");
        List<String> steps =
                Arrays.stream(block.split(";"))
                        .map(String::trim)
                        .filter(s -> !s.isEmpty())
                        .toList();
        assertThat(steps).hasSize(6);
        return steps;
    }

    private static void widen(Connection target, List<String> steps) throws Exception {
        Sql.run(target, steps.get(0));
        String from = "0";
        int pages = 0;
        while (true) {
            String to = Sql.value(target, steps.get(1).replace(":from", from));
            if (to == null) {
                break;
            }
            // Twice, as after an interruption.
            for (int time = 0; time < 2; time++) {
                Sql.run(target, steps.get(2).replace(":from", from).replace(":to", to));
            }
            from = to;
            pages++;
        }
        assertThat(pages).isEqualTo(3);
        for (String step : steps.subList(3, 6)) {
            Sql.run(target, step);
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
                    return Sql.value(target, "SELECT to_regclass('shop.orders')") != null
                            && Sql.value(source, sum + "orders")
                                    .equals(Sql.value(target, sum + "shop.orders"));
                });
    }

    /**
     * @param option {@code -r} to go on from the last checkpoint
     */
    private Job start(String name, String config, String option) {
        return Servers.runInOneJvm(name, config, option, String.valueOf(jobId));
    }
}
