package io.dsqlsink.bench;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.apache.seatunnel.api.sink.SinkWriter;
import org.apache.seatunnel.api.table.factory.TableSinkFactory;
import org.apache.seatunnel.api.table.factory.TableSinkFactoryContext;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;

/**
 * The writer of {@code sink { Jdbc { ... } }}. Both connectors have its factory under the same
 * name, so the class path decides which writer it is.
 */
final class JdbcSink implements Writer {
    private static final String FACTORY =
            "org.apache.seatunnel.connectors.seatunnel.jdbc.sink.JdbcSinkFactory";

    private final SinkWriter<SeaTunnelRow, ?, ?> writer;

    @SuppressWarnings("unchecked")
    JdbcSink(Rows.Kind kind, Map<String, String> given)
            throws ReflectiveOperationException, java.io.IOException {
        Map<String, Object> options = new HashMap<>(given);
        options.put("primary_keys", List.of("id"));
        ClassLoader loader = JdbcSink.class.getClassLoader();
        TableSinkFactory<SeaTunnelRow, ?, ?, ?> factory =
                (TableSinkFactory<SeaTunnelRow, ?, ?, ?>)
                        Class.forName(FACTORY).getDeclaredConstructor().newInstance();
        writer =
                factory.createSink(
                                new TableSinkFactoryContext(
                                        Rows.table(kind), ReadonlyConfig.fromMap(options), loader))
                        .createSink()
                        .createWriter(context(loader));
    }

    /** The first and only subtask, without metrics and events. */
    private static SinkWriter.Context context(ClassLoader loader) {
        Class<?>[] type = {SinkWriter.Context.class};
        return (SinkWriter.Context)
                Proxy.newProxyInstance(
                        loader,
                        type,
                        (proxy, method, arguments) ->
                                method.getName().equals("getNumberOfParallelSubtasks")
                                        ? (Object) 1
                                        : method.getReturnType() == int.class ? 0 : null);
    }

    @Override
    public void write(SeaTunnelRow row) throws java.io.IOException {
        writer.write(row);
    }

    @Override
    public void commit() throws java.io.IOException {
        writer.prepareCommit();
    }

    @Override
    public void close() throws java.io.IOException {
        writer.close();
    }
}
