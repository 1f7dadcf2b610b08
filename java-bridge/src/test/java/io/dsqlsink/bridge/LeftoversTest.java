package io.dsqlsink.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which folders in a shared folder for temporary files are removed, and that nothing else is. */
class LeftoversTest {
    private static final String FILE = "library.so";

    /** No process has this number: the kernel's own limit is 4,194,304. */
    private static final String DEAD = "dsql-sink-99999999-1-1";

    @TempDir Path tmp;
    @TempDir Path elsewhere;

    @Test
    void whatADeadProcessLeftGoesAndWhatALivingOneHasStays() throws Exception {
        Path dead = unpacked(tmp.resolve(DEAD));
        Path empty = Files.createDirectory(tmp.resolve("dsql-sink-99999999-2-1"));
        Path living = unpacked(tmp.resolve(Leftovers.prefix() + "1"));
        remove();
        assertThat(dead).doesNotExist();
        assertThat(empty).doesNotExist();
        assertThat(living.resolve(FILE)).exists();
    }

    /** The first process of a container has the number 1, as had the one that was killed. */
    @Test
    void aNumberThatCameAgainIsAnotherProcess() throws Exception {
        String[] words = Leftovers.prefix().split("-");
        long start = Long.parseLong(words[3]);
        Path before = unpacked(tmp.resolve("dsql-sink-" + words[2] + "-" + (start - 1) + "-1"));
        remove();
        assertThat(before).doesNotExist();
    }

    @Test
    void linksAreNotFollowed() throws Exception {
        Path target = unpacked(elsewhere.resolve("target"));
        Files.createSymbolicLink(tmp.resolve(DEAD), target);
        Path other = Files.createDirectory(tmp.resolve("dsql-sink-99999999-2-1"));
        Files.createSymbolicLink(other.resolve(FILE), target.resolve(FILE));
        remove();
        assertThat(target.resolve(FILE)).exists();
        assertThat(tmp.resolve(DEAD)).isSymbolicLink();
        assertThat(other).doesNotExist();
    }

    @Test
    void anotherUsersFolderStays() throws Exception {
        Path dead = unpacked(tmp.resolve(DEAD));
        UserPrincipal other =
                tmp.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
        assertThat(other).isNotEqualTo(Files.getOwner(tmp));
        Leftovers.remove(tmp, other, FILE);
        assertThat(dead.resolve(FILE)).exists();
    }

    @Test
    void whatIsNotOursStays() throws Exception {
        Path file = Files.writeString(unpacked(tmp.resolve(DEAD)).resolve("more"), "of a user");
        Path otherName = unpacked(tmp.resolve("dsql-sink-report-1"));
        Path noFolder = Files.writeString(tmp.resolve("dsql-sink-99999999-2-1"), "a file");
        remove();
        assertThat(file).exists();
        assertThat(otherName.resolve(FILE)).exists();
        assertThat(noFolder).exists();
    }

    private void remove() throws IOException {
        Leftovers.remove(tmp, Files.getOwner(tmp), FILE);
    }

    private static Path unpacked(Path folder) throws IOException {
        Files.writeString(Files.createDirectory(folder).resolve(FILE), "unpacked");
        return folder;
    }
}
