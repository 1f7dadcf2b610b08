package io.dsqlsink.seatunnel.sink;

import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import org.apache.seatunnel.api.sink.SeaTunnelSink;
import org.apache.seatunnel.api.sink.SinkWriter;
import org.apache.seatunnel.api.sink.SupportMultiTableSink;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;

/**
 * The sink of one table. It is made and checked on the client, and sent to the workers, so it holds
 * nothing but its configuration.
 *
 * <p>It has no state and no committer: prepareCommit makes every row durable or throws, and a row
 * that is written again after a restart is the same row by its key.
 */
public final class DsqlSink
        implements SeaTunnelSink<SeaTunnelRow, Void, Void, Void>, SupportMultiTableSink {
    private static final long serialVersionUID = 1L;

    private final DsqlSinkConfig config;

    DsqlSink(DsqlSinkConfig config) {
        this.config = config;
    }

    @Override
    public String getPluginName() {
        return DsqlSinkFactory.IDENTIFIER;
    }

    @Override
    public SinkWriter<SeaTunnelRow, Void, Void> createWriter(SinkWriter.Context context) {
        return new DsqlSinkWriter(config, context);
    }

    @Override
    public String toString() {
        return "DsqlSink{" + config + "}";
    }
}
