package io.dsqlsink.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DsqlNativeExceptionTest {
    @Test
    void carriesWhatRustSays() {
        DsqlNativeException e =
                new DsqlNativeException(
                        DsqlNativeException.ERROR_DATA, ascii("22003"), ascii("column total"));
        assertThat(e.kind()).isEqualTo(DsqlNativeException.ERROR_DATA);
        assertThat(e.sqlState()).isEqualTo("22003");
        assertThat(e).hasMessage("column total");
    }

    @Test
    void nothingThatRustPassesMakesItFail() {
        for (int kind : new int[] {-1, 16, Integer.MAX_VALUE}) {
            DsqlNativeException e = new DsqlNativeException(kind, null, new byte[] {(byte) 0xff});
            assertThat(e.kind()).isEqualTo(DsqlNativeException.ERROR_UNKNOWN);
            assertThat(e.sqlState()).isEmpty();
            assertThat(e).hasMessage("\ufffd");
        }
        assertThat(new DsqlNativeException(0, new byte[0], null)).hasMessage("");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
