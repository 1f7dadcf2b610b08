package io.dsqlsink.seatunnel.compat;

import io.dsqlsink.seatunnel.catalog.TableDefinition;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.sink.DsqlSink;
import io.dsqlsink.seatunnel.sink.DsqlSinkWriter;
import java.util.Arrays;
import java.util.List;
import org.apache.seatunnel.api.sink.SinkWriter;
import org.apache.seatunnel.api.sink.SupportSchemaEvolutionSink;
import org.apache.seatunnel.api.table.schema.SchemaChangeType;

/** The sink for releases from 2.3.9 on; only they load this class. */
public final class EvolvingSink extends DsqlSink implements SupportSchemaEvolutionSink {
    private static final long serialVersionUID = 1L;

    public EvolvingSink(DsqlSinkConfig config, TableDefinition definition) {
        super(config, definition);
    }

    /**
     * All kinds that this sink knows; a later release may add others. Whether Aurora DSQL can make
     * a change is checked and reported when the change arrives.
     */
    @Override
    public List<SchemaChangeType> supports() {
        return Arrays.asList(
                SchemaChangeType.ADD_COLUMN,
                SchemaChangeType.DROP_COLUMN,
                SchemaChangeType.UPDATE_COLUMN,
                SchemaChangeType.RENAME_COLUMN);
    }

    @Override
    protected DsqlSinkWriter writer(
            DsqlSinkConfig config, SinkWriter.Context context, TaskThread task) {
        return new EvolvingWriter(config, context, task);
    }
}
