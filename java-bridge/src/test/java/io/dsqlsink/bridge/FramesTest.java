package io.dsqlsink.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FramesTest {
    @Test
    void goldenOptions() throws IOException {
        Map<String, String> options = new LinkedHashMap<>();
        options.put(
                "url",
                "jdbc:postgresql://abcdefghijklmnopqrst123456.dsql.us-east-1.on.aws:5432/postgres");
        options.put("username", "admin");
        options.put("region", null);
        options.put("access_key_id", "AKIAIOSFODNN7EXAMPLE");
        options.put("secret_access_key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        options.put("max_connections", "2");
        byte[] frame = Frames.options(options);
        options.values().removeIf(value -> value == null);
        new GoldenFile("options_v1.hex")
                .add(
                        "version 1, " + options.size() + " options: " + options,
                        frame,
                        0,
                        frame.length)
                .check();
    }

    @Test
    void goldenTable() throws IOException {
        byte[] frame =
                Frames.table(
                        "public",
                        "Bestellungen \u00e4\ud83d\ude00",
                        null,
                        List.of("shop", "id", "note"),
                        List.of("STRING", "BIGINT", "Decimal(10, 2)"),
                        List.of("shop", "id"));
        new GoldenFile("table_v1.hex")
                .add(
                        "version 1, \"public\".\"Bestellungen \u00e4\ud83d\ude00\", mode 0 (upsert),"
                                + " columns shop STRING, id BIGINT, note Decimal(10, 2), keys shop, id",
                        frame,
                        0,
                        frame.length)
                .check();
    }

    @Test
    void goldenQuery() throws IOException {
        byte[] frame =
                Frames.table(
                        "public",
                        "orders",
                        "DELETE FROM t WHERE id = :id",
                        List.of("id"),
                        List.of("BIGINT"),
                        List.of());
        new GoldenFile("query_v1.hex")
                .add(
                        "version 1, \"public\".\"orders\", mode 2 (query): DELETE FROM t WHERE id ="
                                + " :id, column id BIGINT, no keys",
                        frame,
                        0,
                        frame.length)
                .check();
    }

    @Test
    void tableWithoutKeyIsAppendedTo() {
        byte[] frame = Frames.table("", "", null, List.of(), List.of(), List.of());
        assertThat(frame).containsExactly(1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0);
    }

    @Test
    void secretsDoNotReachTheMessage() {
        assertThatThrownBy(
                        () ->
                                Frames.options(
                                        Collections.singletonMap("session_token", "abc\ud83d")))
                .hasMessage(
                        "The option session_token holds an unpaired surrogate, which UTF-8 cannot"
                                + " carry");
    }

    @Test
    void anAnswerIsRead() {
        ByteBuffer frame = ByteBuffer.allocate(8 + 4 + 2 * 2 + 3 * 4 + 3);
        frame.putLong(3_000).putInt(2);
        frame.putShort((short) 2).putInt(3).put("\u20ac".getBytes(StandardCharsets.UTF_8));
        frame.putInt(-1);
        frame.putShort((short) 1).putInt(0);

        NativeSession.Answer answer = Frames.answer(frame.array());
        assertThat(answer.affected()).isEqualTo(3_000);
        assertThat(answer.rows()).containsExactly(Arrays.asList("\u20ac", null), List.of(""));
    }

    @Test
    void noticesAreRead() {
        byte[] message = "table 3 \u20ac".getBytes(StandardCharsets.UTF_8);
        ByteBuffer frame = ByteBuffer.allocate(4 + 2 * (1 + 8 + 4) + message.length);
        frame.putInt(2);
        frame.put((byte) 2).putLong(1_700_000_000_123L).putInt(message.length).put(message);
        frame.put((byte) 4).putLong(5).putInt(0);

        List<Notice> notices = Frames.notices(frame.array());
        assertThat(notices).hasSize(2);
        assertThat(notices.get(0).level()).isEqualTo(Notice.LEVEL_WARN);
        assertThat(notices.get(0).epochMillis()).isEqualTo(1_700_000_000_123L);
        assertThat(notices.get(0).message()).isEqualTo("table 3 \u20ac");
        assertThat(notices.get(1).level()).isEqualTo(Notice.LEVEL_DEBUG);
        assertThat(notices.get(1).message()).isEmpty();
        assertThat(Frames.notices(null)).isEmpty();
    }
}
