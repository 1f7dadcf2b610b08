package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.sql.Connection;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A job that compares by the option verify, without the jar's command: it runs on every engine. */
@Tag("engines")
class VerifyJobIT {
    private static final Path FOLDER = Places.ROOT.resolve("target/e2e/verify-job");
    private static final int ROWS = 500;

    private static final String SOURCE = Leftovers.listedRows(ROWS, id -> "name " + id);

    @Test
    void aJobComparesItsRowsWithTheTarget() throws Exception {
        Places.emptyFolder(FOLDER);
        String write = SinkBlock.dsqlInto("verified").batchFromFake(SOURCE);
        run("verified-write", write);

        JsonNode equal = verify("equal");
        assertThat(equal.required("equal").asBoolean()).as(equal::toString).isTrue();

        try (Connection target = Servers.dsql().connectBehind()) {
            Sql.run(
                    target,
                    "DELETE FROM verified WHERE id = 7",
                    "UPDATE verified SET name = 'other' WHERE id = 8",
                    "INSERT INTO verified VALUES (501, 'more')");
        }
        JsonNode different = verify("different");
        assertThat(different.required("equal").asBoolean()).isFalse();
        assertThat(different.findValuesAsText("kind"))
                .containsExactlyInAnyOrder("missing", "different", "extra");
    }

    private static JsonNode verify(String name) throws Exception {
        Path report = FOLDER.resolve(name);
        String config =
                SinkBlock.dsql()
                        .with("table", "\"verified\"")
                        .with("verify", "true")
                        .with("verify_report", "\"" + report + "\"")
                        .batchFromFake(SOURCE);
        run("verified-" + name, config);
        return new ObjectMapper().readTree(report.resolve("verify.json").toFile());
    }

    private static void run(String name, String config) {
        try (Job job = Servers.run(name, config)) {
            assertThat(job.await(Servers.JOB)).as(job::tail).isZero();
            Servers.assertNativeSink(job, 1);
        }
    }
}
