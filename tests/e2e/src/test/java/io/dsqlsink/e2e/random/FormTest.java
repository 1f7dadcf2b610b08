package io.dsqlsink.e2e.random;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Checks the comparison itself: if it found everything equal, the tests would find nothing. */
class FormTest {
    @Test
    void textsOfTheSameValueAreEqual() {
        assertThat(Form.NUMBER.of("1.50")).isEqualTo(Form.NUMBER.of("1.5"));
        assertThat(Form.NUMBER.of("t")).isEqualTo(Form.NUMBER.of("1"));
        assertThat(Form.DOUBLE.of("1e+22")).isEqualTo(Form.DOUBLE.of("1E22"));
        assertThat(Form.MOMENT.of("2024-01-01 00:00:00.500")).isEqualTo("2024-01-01 00:00:00.5");
        assertThat(Form.MOMENT.of("10:00:00.000000")).isEqualTo("10:00:00");
        assertThat(Form.BYTES.of("\\x0aff")).isEqualTo(Form.BYTES.of("0AFF"));
        assertThat(Form.JSON.of("{\"a\":1}")).isEqualTo(Form.JSON.of("{ \"a\" : 1 }"));
    }

    @Test
    void differentValuesDiffer() {
        assertThat(Form.NUMBER.of("1.5")).isNotEqualTo(Form.NUMBER.of("1.51"));
        assertThat(Form.DOUBLE.of("-0")).isNotEqualTo(Form.DOUBLE.of("0"));
        assertThat(Form.TEXT.of("a ")).isNotEqualTo(Form.TEXT.of("a"));
        assertThat(Form.MOMENT.of("10:00:00")).isNotEqualTo(Form.MOMENT.of("10:00:01"));
        assertThat(Form.BYTES.of("\\x0a00")).isNotEqualTo(Form.BYTES.of("0A"));
    }

    @Test
    void aRowThatOccursTwiceIsTwoRows() {
        RowDifference difference = RowDifference.of(List.of("a", "a", "b"), List.of("a", "c"));
        assertThat(difference.onlyInSource()).containsExactly("a", "b");
        assertThat(difference.onlyInTarget()).containsExactly("c");
        assertThat(RowDifference.of(List.of("a"), List.of("a")).isNone()).isTrue();
    }

    @Test
    void theSameSeedGivesTheSameTables() {
        for (Origin origin : Origin.values()) {
            String first = new RandomTable(new Random(5), origin, "t0001_").toString();
            assertThat(new RandomTable(new Random(5), origin, "t0001_")).hasToString(first);
            assertThat(new RandomTable(new Random(6), origin, "t0001_").toString())
                    .isNotEqualTo(first);
        }
    }
}
