package io.dsqlsink.seatunnel.install;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dsqlsink.seatunnel.compat.EngineLoaders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged files of a home are refused with a message; scripts/fuzz.sh tests more. */
class HomeFuzzTest {
    private static final int CASES = 500;

    @TempDir Path folder;

    /** A jar with only the stock factory; each case has some bytes changed, or the end cut off. */
    @Test
    void damagedJarsAreRefused() throws Exception {
        byte[] whole = factoryAlone();
        Random random = new Random(17);
        for (int i = 0; i < CASES; i++) {
            byte[] damaged = whole.clone();
            for (int changes = 1 + random.nextInt(8); changes > 0; changes--) {
                damaged[1 + random.nextInt(whole.length - 1)] = (byte) random.nextInt(256);
            }
            int length = random.nextInt(4) > 0 ? whole.length : 1 + random.nextInt(whole.length);
            HomeFuzz.fuzzerTestOneInput(Arrays.copyOf(damaged, length));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mseatunnel.sink.Dsql = \\u12",
                "rversion 1\nmode lib\nstate installed\njar 0\nfile - 0 \0",
                "rversion 1\nmode \u00ff",
                "rfile 1"
            })
    void damagedTextsAreRefused(String input) {
        HomeFuzz.fuzzerTestOneInput(input.getBytes(ISO_8859_1));
    }

    @Test
    void aRefusalNamesTheFile() throws Exception {
        TestHome home = new TestHome(folder, "2.3.4");
        Path jdbc = home.connector("connector-jdbc");
        Path ours = home.ours;
        Path damaged = Files.write(folder.resolve("damaged.jar"), new byte[] {1, 2, 3});
        assertThatThrownBy(() -> JarMerge.merge(damaged, ours, Staging.of(jdbc)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(damaged + " cannot be merged with " + ours);
        Files.writeString(home.mapping(), "seatunnel.sink.Dsql = \\u12");
        assertThatThrownBy(() -> home.installer().install(Mode.connectors))
                .isInstanceOf(InstallException.class)
                .hasMessageContaining(home.mapping() + " cannot be read");
    }

    /** The record names the files that an uninstall removes. */
    @Test
    void aRecordOfFilesOutsideTheHomeIsRefused() throws Exception {
        TestHome home = new TestHome(folder, "2.3.4");
        Path outside = Files.writeString(folder.resolve("outside"), "of a user");
        Files.writeString(
                home.root.resolve("dsql-sink.installed"),
                "version 1\nmode lib\nstate installed\njar 0\nfile - "
                        + Jars.digest(outside)
                        + " ../outside\n");
        assertThatThrownBy(() -> home.installer().uninstall())
                .isInstanceOf(InstallException.class)
                .hasMessageContaining("dsql-sink.installed cannot be read");
        assertThat(outside).exists();
    }

    private static byte[] factoryAlone() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write('j');
        Path stock = EngineLoaders.jar("2.3.4", "connectors", "connector-jdbc");
        try (ZipFile from = Jars.open(stock);
                ZipOutputStream to = new ZipOutputStream(bytes)) {
            to.putNextEntry(new ZipEntry(Jars.STOCK_CLASS));
            to.write(from.getInputStream(from.getEntry(Jars.STOCK_CLASS)).readAllBytes());
        }
        return bytes.toByteArray();
    }
}
