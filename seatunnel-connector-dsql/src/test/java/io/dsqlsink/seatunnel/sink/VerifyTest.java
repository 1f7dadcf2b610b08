package io.dsqlsink.seatunnel.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sink that compares, with every value and type of the type matrix. */
class VerifyTest extends DsqlWriterFixture {
    /** Written rows are equal for every column type; only refused rows are missing. */
    @Test
    void writtenValuesAreEqualAndDeletedRowsAreMissing(@TempDir Path dir) throws IOException {
        List<Object> values = new ArrayList<>(TypeMatrixTest.values().values());
        for (String column : TypeMatrixTest.COLUMNS) {
            dsql.sql("CREATE TABLE matrix (id bigint PRIMARY KEY, code " + column + ")");
            Path report = dir.resolve(column.replaceAll("\\W", "_"));
            run(values, Map.of(), dir.resolve("letters"));
            run(
                    values,
                    Map.of("verify", true, "verify_report", report.toString()),
                    dir.resolve("more"));
            String told = Files.readString(report.resolve("verify.txt"));
            Set<String> missing =
                    told.lines()
                            .filter(line -> line.startsWith("  missing"))
                            .map(line -> line.replaceAll("\\D", ""))
                            .collect(Collectors.toCollection(TreeSet::new));
            assertThat(told).as(column).doesNotContain("different", "extra");
            assertThat(missing)
                    .as(column)
                    .doesNotContainAnyElementsOf(dsql.sql("SELECT id FROM matrix"));
            // After a delete each of these rows is reported as missing, so they were compared.
            int there = dsql.sql("SELECT id FROM matrix").size();
            dsql.sql("DELETE FROM matrix");
            run(
                    values,
                    Map.of("verify", true, "verify_report", report.toString()),
                    dir.resolve("more"));
            assertThat(
                            Files.readAllLines(report.resolve("verify.txt")).stream()
                                    .filter(line -> line.startsWith("  missing")))
                    .as(column)
                    .hasSize(there + missing.size());
            dsql.sql("DROP TABLE matrix");
        }
    }

    private static void run(List<Object> values, Map<String, Object> options, Path letters) {
        Map<String, Object> all = new LinkedHashMap<>(options);
        all.put("row_error_policy", "skip");
        all.put("row_error_limit_percent", 100);
        all.put("dead_letter_path", letters.toString());
        DsqlSinkWriter writer = writer("matrix", NEVER_MS, null, all, "id");
        for (int value = 0; value < values.size(); value++) {
            writer.write(insert((long) value, values.get(value)));
        }
        writer.prepareCommit();
        writer.close();
    }
}
