package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;

/** The limits on what all jobs of a JVM together may leave in it. */
final class Lives {
    /** After this many jobs a JVM has loaded and compiled most of the code that jobs need. */
    static final int WARM_JOBS = 3;

    /** Thread pools of the engine grow and shrink; a job with our sink has five threads. */
    private static final long THREADS = 8;

    /** A pooled connection or an open jar of the engine. A leak of one per job would be more. */
    private static final long DESCRIPTORS = 8;

    /** For the engine itself: it loads classes later, and generates accessors for serialization. */
    private static final long METASPACE_KIB = 8 * 1024;

    /**
     * Measured: a hundred jobs of Zeta end at the same level as forty, 50 MiB above the third. Each
     * arena of the allocator keeps some memory, and the JVM touches memory that it counted before.
     * Stock jobs add 25 MiB.
     */
    private static final long NATIVE_KIB = 64 * 1024;

    private static final Duration SOON = Duration.ofSeconds(60);

    private Lives() {}

    /** Polls, because the engine may still be closing the last job. */
    static void assertBackTo(Footprint early, long pid) throws IOException {
        Footprint[] late = {Footprint.of(pid)};
        System.out.println("after " + WARM_JOBS + " jobs " + early + "\nafter all " + late[0]);
        try {
            Poll.until(
                    "the process to be at the level of the first jobs",
                    SOON,
                    Duration.ofSeconds(1),
                    () -> {
                        late[0] = Footprint.of(pid);
                        return isBack(early, late[0]);
                    });
        } catch (IllegalStateException e) {
            assertThat(late[0]).as(e.getMessage()).isEqualTo(early);
        }
        System.out.println("at the end " + late[0]);
    }

    private static boolean isBack(Footprint early, Footprint late) {
        return late.sinkThreads() == 0
                && late.connections() == 0
                && late.libraries() == 1
                && late.unpacked() <= 1
                && late.jobLoaders() <= early.jobLoaders()
                && late.threads() <= early.threads() + THREADS
                && late.descriptors() <= early.descriptors() + DESCRIPTORS
                && late.metaspaceKib() <= early.metaspaceKib() + METASPACE_KIB
                && late.nativeKib() <= early.nativeKib() + NATIVE_KIB;
    }
}
