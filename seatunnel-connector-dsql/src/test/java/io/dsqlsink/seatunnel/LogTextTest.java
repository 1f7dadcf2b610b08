package io.dsqlsink.seatunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LogTextTest {
    /** Characters that end a line, or that hide or reverse text on a screen. */
    private static final String ODD =
            "\0\t\n\u000b\f\r\u001b\u007f\u0080\u0085\u009b\u009f\u061c\u200b\u200e\u200f\u2028\u2029"
                    + "\u202a\u202e\u2060\u2066\u2069\ufeff\ud800\udfff";

    private static final String PLAIN = "aZ 0'\"\\{}\u00e4\u4e2d\ud83d\ude00";

    @Test
    void eachOddCharacterIsEscaped() {
        assertThat(LogText.printable("a\nb\r\t\u001b[31m\u2028\u202e\u00e4\0"))
                .isEqualTo("a\\nb\\r\\t\\u{1b}[31m\\u{2028}\\u{202e}\u00e4\\u{0}");
        assertThat(LogText.printable(PLAIN)).isSameAs(PLAIN);
    }

    /** A failure prints the seed. Any text is valid input. */
    @Test
    void noTextEndsALine() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int j = random.nextInt(20); j > 0; j--) {
                String from = random.nextBoolean() ? ODD : PLAIN;
                text.append(
                        random.nextInt(4) == 0
                                ? (char) random.nextInt(0x10000)
                                : from.charAt(random.nextInt(from.length())));
            }
            String shown = LogText.printable(text.toString());
            assertThat(shown.codePoints())
                    .as("seed %d", seed)
                    .noneMatch(
                            c ->
                                    Character.isISOControl(c)
                                            || c >= 0x2028 && c <= 0x202e
                                            || c >= 0x2066 && c <= 0x2069
                                            || c >= 0xd800 && c <= 0xdfff);
        }
    }

    @Test
    void anErrorIsOneLine() {
        DsqlConnectorException e =
                new DsqlConnectorException(
                        DsqlErrorCode.DATA, "table t\n2026-01-01 ERROR forged\u001b[2J");
        assertThat(e.line()).contains("table t\\n2026-01-01 ERROR forged\\u{1b}[2J");
        assertThat(e.getMessage()).doesNotContain("\n", "\u001b");
    }
}
