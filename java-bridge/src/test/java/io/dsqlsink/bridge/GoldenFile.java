package io.dsqlsink.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A file in tests/golden whose bytes the Rust tests read too. Lines that start with # are comments.
 * With -Dgolden.update=true it is written instead of compared.
 */
final class GoldenFile {
    /** Bytes of a line of hex. */
    private static final int LINE = 32;

    private final Path path;
    private final StringBuilder text = new StringBuilder();

    GoldenFile(String name) {
        path = TestPaths.root().resolve("tests/golden").resolve(name);
    }

    GoldenFile add(String comment, byte[] bytes, int from, int to) {
        text.append("# ").append(comment).append('\n');
        for (int at = from; at < to; at += LINE) {
            text.append(hex(Arrays.copyOfRange(bytes, at, Math.min(at + LINE, to)))).append('\n');
        }
        return this;
    }

    static String hex(byte[] bytes) {
        StringBuilder hex = new StringBuilder();
        for (byte b : bytes) {
            hex.append(String.format("%02x", b));
        }
        return hex.toString();
    }

    void check() throws IOException {
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(path, text);
        }
        assertThat(path).content().isEqualTo(text.toString());
    }
}
