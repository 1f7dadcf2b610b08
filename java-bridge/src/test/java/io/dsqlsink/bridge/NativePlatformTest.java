package io.dsqlsink.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NativePlatformTest {
    @ParameterizedTest
    @CsvSource({
        "Linux, amd64, linux-x86_64",
        "Linux, x86_64, linux-x86_64",
        "Linux, aarch64, linux-aarch64",
        "Mac OS X, arm64, macos-aarch64",
        "Windows 11, amd64, windows-x86_64",
        "AIX, ppc64, aix-ppc64"
    })
    void oneNameForEachMachine(String os, String arch, String platform) {
        assertThat(NativePlatform.name(os, arch)).isEqualTo(platform);
    }

    @Test
    void muslIsDetectedByTheMappedLoader(@TempDir Path dir) throws IOException {
        Path maps = dir.resolve("maps");
        Files.writeString(maps, "7f0 r-xp 0 08:01 9 /lib/ld-musl-x86_64.so.1\n");
        assertThat(NativePlatform.isMusl(maps)).isTrue();
        Files.writeString(maps, "7f0 r-xp 0 08:01 9 /usr/lib64/ld-linux-x86-64.so.2\n");
        assertThat(NativePlatform.isMusl(maps)).isFalse();
        assertThat(NativePlatform.isMusl(dir.resolve("absent"))).isFalse();
    }
}
