package io.dsqlsink.bench;

import org.apache.seatunnel.api.table.type.SeaTunnelRow;

/** Writes rows. */
interface Writer {
    void write(SeaTunnelRow row) throws Exception;

    /** Returns when all rows are durable. */
    void commit() throws Exception;

    void close() throws Exception;
}
