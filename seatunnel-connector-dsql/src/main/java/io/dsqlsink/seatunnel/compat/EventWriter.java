package io.dsqlsink.seatunnel.compat;

import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.sink.DsqlSinkWriter;
import org.apache.seatunnel.api.sink.SinkWriter;
import org.apache.seatunnel.api.table.event.SchemaChangeEvent;

/** The writer for releases up to 2.3.8, which have their schema events in this package. */
public final class EventWriter extends DsqlSinkWriter {
    public EventWriter(DsqlSinkConfig config, SinkWriter.Context context, TaskThread task) {
        super(config, context, task);
    }

    @Override
    public void applySchemaChange(SchemaChangeEvent event) {
        evolve(event);
    }
}
