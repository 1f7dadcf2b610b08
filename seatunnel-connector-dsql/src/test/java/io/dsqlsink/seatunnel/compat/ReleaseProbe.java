package io.dsqlsink.seatunnel.compat;

import io.dsqlsink.seatunnel.TestTables;
import io.dsqlsink.seatunnel.sink.DsqlSink;
import io.dsqlsink.seatunnel.sink.DsqlSinkFactory;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.apache.seatunnel.api.sink.SaveModeHandler;
import org.apache.seatunnel.api.sink.SeaTunnelSink;
import org.apache.seatunnel.api.sink.SinkWriter;
import org.apache.seatunnel.api.sink.SupportSaveMode;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.Column;
import org.apache.seatunnel.api.table.catalog.PhysicalColumn;
import org.apache.seatunnel.api.table.factory.TableSinkFactoryContext;
import org.apache.seatunnel.api.table.type.BasicType;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;

/**
 * Calls the sink as a newer engine does; {@link NewerReleaseTest} loads it with that engine's
 * classes.
 */
public final class ReleaseProbe {
    private ReleaseProbe() {}

    /**
     * Runs save modes like the master of a job, then rows, a change of columns, and rows.
     *
     * @return the classes of sink and writer
     */
    @SuppressWarnings({"rawtypes", "unchecked"})
    public static String run(ClassLoader job, Map<String, Object> options) throws Exception {
        CatalogTable source = TestTables.orders("id", null);
        Object sink =
                new DsqlSinkFactory()
                        .createSink(
                                new TableSinkFactoryContext(
                                        source, ReadonlyConfig.fromMap(options), job))
                        .createSink();
        SaveModeHandler handler = ((SupportSaveMode) sink).getSaveModeHandler().orElseThrow();
        Class.forName("org.apache.seatunnel.api.sink.SaveModeHandler")
                .getMethod("open")
                .invoke(handler);
        Class<?> wrapper = Class.forName("org.apache.seatunnel.api.sink.SaveModeExecuteWrapper");
        Object execution = wrapper.getConstructor(SaveModeHandler.class).newInstance(handler);
        wrapper.getMethod("execute").invoke(execution);
        handler.close();

        SinkWriter writer = ((DsqlSink) sink).createWriter(null);
        writeMarkers(writer);
        writer.write(new SeaTunnelRow(new Object[] {1L, "a"}));
        applySchemaChange(writer, source);
        writer.write(new SeaTunnelRow(new Object[] {2L, "b", "x"}));
        writer.prepareCommit();
        writer.close();
        return sink.getClass().getSimpleName() + " " + writer.getClass().getSimpleName();
    }

    /**
     * The information that a newer engine requests from a sink: the target's name, and the changes
     * that it supports.
     */
    public static String targetAndChanges(ClassLoader job, Map<String, Object> options)
            throws Exception {
        CatalogTable source = TestTables.orders("id", null);
        Object sink =
                new DsqlSinkFactory()
                        .createSink(
                                new TableSinkFactoryContext(
                                        source, ReadonlyConfig.fromMap(options), job))
                        .createSink();
        Object target = method(SeaTunnelSink.class, "getWriteCatalogTable").invoke(sink);
        Class<?> evolving =
                Class.forName("org.apache.seatunnel.api.sink.SupportSchemaEvolutionSink");
        return ((Optional<?>) target)
                        .map(table -> ((CatalogTable) table).getTablePath().getFullName())
                        .orElse("")
                + " "
                + method(evolving, "supports").invoke(sink);
    }

    /** The place of the third of four tasks, each with two writers, as MultiTableSink tells it. */
    public static String subtask() throws Exception {
        SinkWriter.Context engine =
                (SinkWriter.Context)
                        Proxy.newProxyInstance(
                                SinkWriter.Context.class.getClassLoader(),
                                new Class<?>[] {SinkWriter.Context.class},
                                (proxy, method, arguments) -> 4);
        Object writer =
                Class.forName("org.apache.seatunnel.api.sink.multitablesink.SinkContextProxy")
                        .getConstructor(int.class, int.class, SinkWriter.Context.class)
                        .newInstance(2 * 2 + 1, 2, engine);
        Subtask subtask = Subtask.of((SinkWriter.Context) writer, 2);
        return subtask.index() + " of " + subtask.count();
    }

    /** Writes rows in which newer releases pass events on Flink. */
    @SuppressWarnings({"rawtypes", "unchecked"})
    private static void writeMarkers(SinkWriter writer) throws Exception {
        try {
            for (String mark : new String[] {"flush_event", "schema_change_event"}) {
                SeaTunnelRow marker = new SeaTunnelRow(0);
                Method options = SeaTunnelRow.class.getMethod("getOptions");
                ((Map<String, Object>) options.invoke(marker)).put(mark, "");
                writer.write(marker);
            }
        } catch (NoSuchMethodException e) {
            // The rows of this release have no options.
        }
    }

    /** Calls it like the engine, by the engine's type of event. */
    private static void applySchemaChange(Object writer, CatalogTable source) throws Exception {
        String events = "org.apache.seatunnel.api.table.event.";
        Class<?> receiver = SinkWriter.class;
        try {
            Class.forName(events + "SchemaChangeEvent");
        } catch (ClassNotFoundException e) {
            events = "org.apache.seatunnel.api.table.schema.event.";
            receiver =
                    Class.forName("org.apache.seatunnel.api.sink.SupportSchemaEvolutionSinkWriter");
        }
        Column note = PhysicalColumn.of("note", BasicType.STRING_TYPE, 0, true, null, "");
        Object added =
                method(Class.forName(events + "AlterTableAddColumnEvent"), "add")
                        .invoke(null, source.getTableId(), note);
        Object event =
                Stream.of(Class.forName(events + "AlterTableColumnsEvent").getConstructors())
                        .filter(c -> c.getParameterCount() == 2)
                        .findFirst()
                        .orElseThrow()
                        .newInstance(source.getTableId(), Collections.singletonList(added));
        method(receiver, "applySchemaChange").invoke(writer, event);
    }

    private static Method method(Class<?> type, String name) {
        return Arrays.stream(type.getMethods())
                .filter(m -> m.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
