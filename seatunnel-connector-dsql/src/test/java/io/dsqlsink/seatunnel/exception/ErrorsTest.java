package io.dsqlsink.seatunnel.exception;

import static org.assertj.core.api.Assertions.assertThat;

import io.dsqlsink.bridge.DsqlNativeException;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** ERRORS.md has every error, and no other. */
class ErrorsTest {
    private static final int COLUMNS = 5;

    @Test
    void everyCodeHasItsRowAndEveryRowItsCode() throws IOException {
        List<String> rows =
                Arrays.stream(DsqlErrorCode.values())
                        .map(c -> c.getCode() + " `" + c.name() + "` " + c.getDescription())
                        .collect(Collectors.toList());
        assertThat(rows().stream().map(r -> String.join(" ", r.subList(0, 3))))
                .containsExactlyElementsOf(rows);
    }

    @Test
    void everyRowSaysWhyAndWhatToDo() throws IOException {
        assertThat(rows())
                .allSatisfy(
                        row ->
                                assertThat(row)
                                        .hasSize(COLUMNS)
                                        .allSatisfy(cell -> assertThat(cell).isNotBlank()));
    }

    /** The page has the same advice as the log, and may have more. */
    @Test
    void everyCureOfTheLogIsInItsRow() throws IOException {
        List<List<String>> rows = rows();
        for (DsqlErrorCode code : DsqlErrorCode.values()) {
            String told = rows.get(code.ordinal()).get(COLUMNS - 1).replace("`", "");
            assertThat(told).startsWith(code.cure());
        }
    }

    @Test
    void theChinesePageHasTheSameRows() throws IOException {
        List<List<String>> rows = rows("docs/zh-CN/errors.md");
        assertThat(rows)
                .allSatisfy(
                        row ->
                                assertThat(row)
                                        .hasSize(COLUMNS)
                                        .allSatisfy(cell -> assertThat(cell).isNotBlank()));
        assertThat(rows.stream().map(row -> row.subList(0, 2)))
                .containsExactlyElementsOf(
                        rows().stream().map(row -> row.subList(0, 2)).collect(Collectors.toList()));
    }

    @Test
    void oneLineHasCodeCauseAndCure() {
        String data =
                new DsqlConnectorException(DsqlErrorCode.DATA, "table t: column \"n\"").line();
        assertThat(data)
                .startsWith(
                        "Aurora DSQL sink failed, DSQL-06 DATA: table t: column \"n\". What to do: ")
                .contains(DsqlErrorCode.DATA.cure(), "every restart of the job");
        String away = new DsqlConnectorException(DsqlErrorCode.CONNECTION, "away").line();
        assertThat(away).doesNotContain("every restart of the job");
    }

    @Test
    void everyNativeKindHasItsRow() throws IOException, IllegalAccessException {
        List<String> codes = rows().stream().map(row -> row.get(0)).collect(Collectors.toList());
        for (Field field : DsqlNativeException.class.getFields()) {
            if (field.getName().startsWith("ERROR_")) {
                assertThat(codes)
                        .as(field.getName())
                        .contains(String.format("DSQL-%02d", field.getInt(null)));
            }
        }
    }

    private static List<List<String>> rows() throws IOException {
        return rows("ERRORS.md");
    }

    private static List<List<String>> rows(String page) throws IOException {
        return Files.readAllLines(Path.of(System.getProperty("root.dir"), page)).stream()
                .filter(line -> line.startsWith("| DSQL-"))
                .map(
                        line ->
                                Arrays.stream(line.substring(1, line.lastIndexOf('|')).split("\\|"))
                                        .map(String::trim)
                                        .collect(Collectors.toList()))
                .collect(Collectors.toList());
    }
}
