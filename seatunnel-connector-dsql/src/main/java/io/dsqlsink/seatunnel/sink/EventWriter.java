package io.dsqlsink.seatunnel.sink;

import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import org.apache.seatunnel.api.sink.SinkWriter;
import org.apache.seatunnel.api.table.event.SchemaChangeEvent;

/** The writer for releases up to 2.3.8, which have their schema events in this package. */
final class EventWriter extends DsqlSinkWriter {
    EventWriter(DsqlSinkConfig config, SinkWriter.Context context, TaskThread task) {
        super(config, context, task);
    }

    @Override
    public void applySchemaChange(SchemaChangeEvent event) {
        evolve(event);
    }
}
