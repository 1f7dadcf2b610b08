package io.dsqlsink.bench;

import org.apache.seatunnel.api.table.type.SeaTunnelRow;

/** What rows are written with. */
interface Writer {
    void write(SeaTunnelRow row) throws Exception;

    /** Returns when every row is durable. */
    void commit() throws Exception;

    void close() throws Exception;
}
