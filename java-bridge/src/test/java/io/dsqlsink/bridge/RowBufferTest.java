package io.dsqlsink.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowBufferTest {
    private final RowBuffer buffer = new RowBuffer();

    @Test
    void integersAreBigEndian() {
        buffer.putByte(-1);
        buffer.putShort(0x0102);
        buffer.putInt(0x03040506);
        buffer.putLong(Long.MIN_VALUE);
        assertThat(buffer.toByteArray())
                .containsExactly(0xff, 1, 2, 3, 4, 5, 6, 0x80, 0, 0, 0, 0, 0, 0, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "nul\0inside", "é", "\u07ff\u0800\uffff", "a😀b", "😀"})
    void textIsStandardUtf8(String text) {
        checkText(text);
    }

    @Test
    void textOfAnyShapeIsStandardUtf8() {
        Random random = new Random(20240229);
        for (int round = 0; round < 2_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(80); i > 0; i--) {
                int limit = random.nextInt(4) == 0 ? Character.MAX_CODE_POINT + 1 : 0x80;
                int point = random.nextInt(limit);
                if (point < 0xD800 || point > 0xDFFF) {
                    text.appendCodePoint(point);
                }
            }
            checkText(text.toString());
        }
    }

    /** Long texts are encoded in chunks, and no pair of surrogates may be cut in two. */
    @Test
    void pairsStayWholeWhereverTheyAre() {
        for (int at = 1000; at < 1050; at++) {
            String before = "é" + String.join("", Collections.nCopies(at, "x"));
            String after = String.join("", Collections.nCopies(1050, "é"));
            checkText(before + "😀" + after);
            assertThat(buffer.putText(before + "\ud83d" + after)).isFalse();
            assertThat(buffer.putText(before + "\ude00" + after)).isFalse();
        }
    }

    private void checkText(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        buffer.truncate(0);
        assertThat(buffer.putText(text)).isTrue();
        assertThat(buffer.toByteArray())
                .isEqualTo(
                        ByteBuffer.allocate(4 + utf8.length).putInt(utf8.length).put(utf8).array());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\ud83d",
                "a\ud83d",
                "\ude00",
                "\ude00\ud83d",
                "\ud83d\ud83d\ude00",
                "é\ud83dx",
                "long enough for the JVM's encoder \ud83d",
                "did it ask? \ude00"
            })
    void textWithUnpairedSurrogateIsRefused(String text) {
        buffer.putByte(1);
        assertThat(buffer.putText(text)).isFalse();
        assertThat(buffer.toByteArray()).containsExactly(1);
    }

    @Test
    void growsAndGivesBack() {
        byte[] large = new byte[1 << 20];
        large[large.length - 1] = 9;
        buffer.putBytes(large);
        buffer.putInt(7);
        assertThat(buffer.length()).isEqualTo(4 + large.length + 4);
        assertThat(buffer.array()[4 + large.length - 1]).isEqualTo((byte) 9);

        buffer.shrink(1 << 16);
        assertThat(buffer.length()).isZero();
        assertThat(buffer.array()).hasSize(1 << 16);
    }
}
