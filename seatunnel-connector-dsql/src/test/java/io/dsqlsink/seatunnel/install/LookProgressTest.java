package io.dsqlsink.seatunnel.install;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The progress of a comparison. */
class LookProgressTest {
    private static final String LOG = "2026-01-01 00:00:00,000 INFO  [engine] - ";
    private static final String READ = "table public.t: 600 rows of the source read, 20 rows/s";

    private final LookProgress progress = new LookProgress();

    @Test
    void percentAndTimeLeftNeedTheNumberOfRows() {
        assertThat(progress.of(LOG + "verify: " + READ)).isEqualTo(READ);
        progress.know(Map.of("public.t", 800L, "public.empty", 0L));
        assertThat(progress.of(LOG + "verify: " + READ))
                .isEqualTo(READ + ", 75 % of 800, 10 s left");
        assertThat(progress.of("verify: " + READ.replace(".t:", ".empty:")))
                .isEqualTo(READ.replace(".t:", ".empty:"));
    }

    /** There may be more rows than counted before, because the source is written to. */
    @Test
    void percentEndsAt100() {
        progress.know(Map.of("public.t", 500L));
        assertThat(progress.of("verify: " + READ)).isEqualTo(READ + ", 100 % of 500, 0 s left");
    }

    @Test
    void theSinkKnowsTheProgressOfTheTarget() {
        String line =
                "table public.t: 600 rows of the target read, 20 rows/s, 60 % of 1000, 20 s left";
        progress.know(Map.of("public.t", 800L));
        assertThat(progress.of(LOG + "verify: " + line)).isEqualTo(line);
        assertThat(progress.of(LOG + "verify: table public.t: equal")).isNull();
    }

    @Test
    void aTerminalShowsOneChangingLine() throws Exception {
        assertThat(told(true)).isEqualTo("\r\u001b[K1 %\r\u001b[K2 %\r\u001b[Kdone\n");
        assertThat(told(false)).isEqualTo("1 %\n2 %\ndone\n");
    }

    private static String told(boolean terminal) throws Exception {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<String> out = new ArrayList<>();
        StatusLine status = new StatusLine(new PrintStream(err, true, "UTF-8"), terminal);
        Report report = new Report(out::add, status);
        report.progress("1 %");
        report.progress("2 %");
        report.log("done");
        report.done();
        assertThat(out).as("findings").isEmpty();
        return new String(err.toByteArray(), StandardCharsets.UTF_8)
                .replace(System.lineSeparator(), "\n");
    }
}
