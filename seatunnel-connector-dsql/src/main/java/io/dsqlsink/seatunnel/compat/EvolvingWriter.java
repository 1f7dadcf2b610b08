package io.dsqlsink.seatunnel.compat;

import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.sink.DsqlSinkWriter;
import org.apache.seatunnel.api.sink.SinkWriter;
import org.apache.seatunnel.api.sink.SupportSchemaEvolutionSinkWriter;
import org.apache.seatunnel.api.table.schema.event.SchemaChangeEvent;

/** The writer for releases from 2.3.9 on; only they load this class. */
final class EvolvingWriter extends DsqlSinkWriter implements SupportSchemaEvolutionSinkWriter {
    EvolvingWriter(DsqlSinkConfig config, SinkWriter.Context context, TaskThread task) {
        super(config, context, task);
    }

    @Override
    public void applySchemaChange(SchemaChangeEvent event) {
        evolve(event);
    }
}
