package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A column is renamed at the source while a job runs whose source does not pass this on: releases
 * up to 2.3.4 cannot, and later ones are not configured to. The target accepts NULL in every
 * column, so only the source's own declaration shows that the rows are wrong.
 */
class LostColumnIT {
    private static final Duration PATIENCE = Duration.ofSeconds(100);

    @Test
    void rowsWithoutAColumnThatIsNeverNullStopTheJob() throws Exception {
        MySqlSource mysql = MySqlSource.of("lost_column");
        try (Connection source = mysql.connect();
                Connection target = Servers.dsql().connectBehind()) {
            Sql.run(
                    source,
                    "CREATE TABLE lost (id bigint PRIMARY KEY, name varchar(40) NOT NULL, n int)",
                    "INSERT INTO lost VALUES (1, 'one', 1)");
            Servers.dsql().create("CREATE TABLE lost (id bigint PRIMARY KEY, name text, n int)");
            String config =
                    mysql.mainJob(List.of("lost"))
                            .replace(
                                    "checkpoint.interval = 6000",
                                    "checkpoint.interval = 2000\n  job.retry.times = 0");
            try (Job job = Servers.run("lost-column", config)) {
                awaitRow(job, target, 1);
                Sql.run(source, "INSERT INTO lost VALUES (2, 'two', NULL)");
                awaitRow(job, target, 2);
                Sql.run(
                        source,
                        "ALTER TABLE lost CHANGE COLUMN name title varchar(40) NOT NULL",
                        "INSERT INTO lost VALUES (3, 'three', 3)");
                assertThat(job.await(PATIENCE)).as("exit code").isNotZero();
                assertThat(job.log())
                        .contains(
                                "DSQL-05",
                                "a row has NULL in column 'name', which the source declared NOT"
                                        + " NULL",
                                "To go on");
            }
            assertThat(Sql.number(target, "SELECT count(*) FROM lost WHERE name IS NULL")).isZero();
            assertThat(Sql.number(target, "SELECT count(*) FROM lost")).isEqualTo(2);
        }
    }

    private static void awaitRow(Job job, Connection target, int id) {
        Poll.until(
                () -> "row " + id + " in the target; " + job.tail(),
                PATIENCE,
                Duration.ofMillis(100),
                () -> {
                    job.requireAlive();
                    return Sql.number(target, "SELECT count(*) FROM lost WHERE id = " + id) == 1;
                });
    }
}
