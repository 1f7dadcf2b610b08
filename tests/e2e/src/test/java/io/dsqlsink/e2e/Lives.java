package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;

/** What all jobs of a JVM together may leave in it. */
final class Lives {
    /** From here on a JVM has loaded and compiled most of what jobs need. */
    static final int WARM_JOBS = 3;

    /** Pools of the engine grow to their size and shrink again; a job of ours has five threads. */
    private static final long THREADS = 8;

    /** A pooled connection or an open jar of the engine's; a leak of one a job is more. */
    private static final long DESCRIPTORS = 8;

    /** The engine's own: it loads classes later and generates accessors for serialization. */
    private static final long METASPACE_KIB = 8 * 1024;

    /**
     * A hundred jobs of Zeta were seen to end where forty did, 50 MiB above the third: each of the
     * allocator's arenas keeps some, and the JVM touches what it had counted before. Stock jobs add
     * 25 MiB.
     */
    private static final long NATIVE_KIB = 64 * 1024;

    private static final Duration SOON = Duration.ofSeconds(60);

    private Lives() {}

    /** Polls, as the engine may still be taking the last job down. */
    static void assertBackTo(Footprint early, long pid) throws IOException {
        Footprint[] late = {Footprint.of(pid)};
        System.out.println("after " + WARM_JOBS + " jobs " + early + "\nafter all " + late[0]);
        try {
            Poll.until(
                    "the level of the first jobs",
                    SOON,
                    Duration.ofSeconds(1),
                    () -> {
                        late[0] = Footprint.of(pid);
                        return isBack(early, late[0]);
                    });
        } catch (IllegalStateException e) {
            assertThat(late[0]).as(e.getMessage()).isEqualTo(early);
        }
        System.out.println("in the end " + late[0]);
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
