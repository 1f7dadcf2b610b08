package io.dsqlsink.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;

class JsonTextTest {
    @Test
    void arraysAreJson() {
        check(new Integer[] {1, null, -3}, "[1,null,-3]");
        check(new Long[] {9_007_199_254_740_993L}, "[9007199254740993]");
        check(new Object[] {new BigDecimal("1E+3"), new BigDecimal("0.10")}, "[1000,0.10]");
        check(
                new Double[] {1.5, Double.NaN, Double.NEGATIVE_INFINITY, -0.0},
                "[1.5,\"NaN\",\"-Infinity\",-0.0]");
        check(new Boolean[] {true, false}, "[true,false]");
        check(
                new String[] {"a\"b\\", "\n\u0001", "\u4f60"},
                "[\"a\\\"b\\\\\",\"\\u000a\\u0001\",\"\u4f60\"]");
        check(new Object[] {LocalDate.of(2024, 2, 29)}, "[\"2024-02-29\"]");
        check(new byte[][] {{0, -1}}, "[\"\\\\x00ff\"]");
        check(new Integer[][] {{1}, {}}, "[[1],[]]");
        check(new int[] {1, 2}, "[1,2]");
        check(new String[0], "[]");
    }

    private static void check(Object array, String json) {
        assertThat(JsonText.of(array)).isEqualTo(json);
    }
}
