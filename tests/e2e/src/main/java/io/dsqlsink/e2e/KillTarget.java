package io.dsqlsink.e2e;

import java.util.Locale;

/** What is killed in a run of {@link KillTest}. */
enum KillTarget {
    /** The JVM with engine, source and sink; the job is submitted again from its checkpoint. */
    ENGINE,
    /**
     * The same of a job with SeaTunnel's own sink, into the PostgreSQL behind dsql-local. It copies
     * the one table of the shop whose types that sink can write.
     */
    STOCK,
    /** Every process of PostgreSQL that serves; its main process starts them again. */
    POSTGRES,
    /** dsql-local itself; it is started again after up to {@link KillTest#MOST_AWAY}. */
    DSQL_LOCAL,
    /** The network between sink and dsql-local, for {@link KillTest#CUT}. */
    NETWORK;

    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Otherwise the job has to go on by itself. */
    boolean endsJob() {
        return this == ENGINE || this == STOCK;
    }
}
