package io.dsqlsink.seatunnel.install;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder of a comparison that was killed. */
class LookFolderTest {
    private static final String JOB = "the digest of a job";

    @TempDir Path root;

    private LookFolder folder;

    @BeforeEach
    void open() {
        folder = new LookFolder(root);
    }

    @Test
    void anUnfinishedRunOfTheSameJobContinues() throws IOException {
        assertThat(folder.looksDone(JOB)).isZero();
        look(false, "first");
        assertThat(folder.looksDone(JOB)).as("killed before it was recorded").isZero();
        folder.unfinished(JOB, 1);
        look(true, "second");
        folder.unfinished(JOB, 2);
        LookFolder later = new LookFolder(root);
        assertThat(later.looksDone(JOB)).isEqualTo(2);
        assertThat(later.json()).isEqualTo("second");
        assertThat(later.is("equal")).isTrue();
        assertThat(later.looksDone("another job")).isZero();
        later.finished();
        assertThat(later.looksDone(JOB)).isZero();
        assertThat(later.hasReport()).isTrue();
    }

    /** Its job has secrets. It may still write a report, which the next look must not use. */
    @Test
    void theFolderOfAKilledLookIsRemoved() throws IOException {
        look(false, "first");
        Path killed = folder.begin(true);
        assertThat(killed.resolve("verify.json")).hasContent("first");
        Files.writeString(killed.resolve("job.json"), "secrets");
        Path next = folder.begin(true);
        assertThat(next).isNotEqualTo(killed);
        assertThat(killed).doesNotExist();
        Files.createDirectories(killed);
        Files.writeString(killed.resolve("verify.json"), "late");
        assertThat(folder.json()).isEqualTo("first");
        assertThat(next.resolve("verify.json")).hasContent("first");
        LookFolder.discard(next);
        assertThat(next).doesNotExist();
    }

    private void look(boolean again, String report) throws IOException {
        Path look = folder.begin(again);
        Files.writeString(look.resolve("verify.txt"), report);
        Files.writeString(look.resolve("verify.properties"), "equal=true\n");
        Files.writeString(look.resolve("verify.json"), report);
        folder.keep(look);
        LookFolder.discard(look);
    }
}
