package io.dsqlsink.e2e;

/** When in the life of a job a kill comes. */
enum Phase {
    STREAM("stream"),
    LOAD("load"),
    /** In the load, and there is nothing that a job could be restored from. */
    NO_CHECKPOINT("load, no checkpoint"),
    /** After a checkpoint that was made while the source read its first split. */
    FIRST_SPLIT("load, first split");

    private static final String INTERVAL = "checkpoint.interval = ";

    private final String word;

    Phase(String word) {
        this.word = word;
    }

    /** An even seed kills in the load; of those, every fifth where little of its state is kept. */
    static Phase of(long seed, KillTarget killed) {
        if (seed % 2 != 0) {
            return STREAM;
        }
        if (!killed.endsJob()) {
            return LOAD;
        }
        return switch ((int) (seed % 10)) {
            case 0 -> FIRST_SPLIT;
            case 8 -> NO_CHECKPOINT;
            default -> LOAD;
        };
    }

    boolean inLoad() {
        return this != STREAM;
    }

    /** The job's config until the kill; it comes back with its own. */
    String before(String config) {
        return switch (this) {
                // Nothing in the ten minutes that no run lasts.
            case NO_CHECKPOINT -> config.replace(INTERVAL + "6000", INTERVAL + "600000");
                // A split has 8096 rows, so that several intervals pass while it is read.
            case FIRST_SPLIT ->
                    config.replace(INTERVAL, "read_limit.rows_per_second = 300\n  " + INTERVAL);
            default -> config;
        };
    }

    String word() {
        return word;
    }
}
