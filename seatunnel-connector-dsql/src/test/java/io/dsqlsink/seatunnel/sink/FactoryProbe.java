package io.dsqlsink.seatunnel.sink;

import io.dsqlsink.seatunnel.TestTables;
import io.dsqlsink.seatunnel.compat.EngineLoaders;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.seatunnel.api.configuration.Option;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.apache.seatunnel.api.configuration.util.ConfigValidator;
import org.apache.seatunnel.api.configuration.util.OptionRule;
import org.apache.seatunnel.api.sink.SeaTunnelSink;
import org.apache.seatunnel.api.sink.SinkWriter;
import org.apache.seatunnel.api.sink.SupportMultiTableSinkWriter;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.factory.Factory;
import org.apache.seatunnel.api.table.factory.FactoryUtil;
import org.apache.seatunnel.api.table.factory.TableSinkFactory;
import org.apache.seatunnel.api.table.factory.TableSinkFactoryContext;

/**
 * Runs inside the class loaders of {@link EngineLoaders}, and acts like an engine's client. It
 * exchanges only JDK types with the tests.
 */
public final class FactoryProbe {
    private FactoryProbe() {}

    /** The class name of the sink that a job with this sink block would get. */
    @SuppressWarnings({"rawtypes", "unchecked"})
    public static String sink(ClassLoader job, String plugin, Map<String, Object> options)
            throws Exception {
        TableSinkFactory factory = FactoryUtil.discoverFactory(job, TableSinkFactory.class, plugin);
        try {
            factory.createSink(null);
        } catch (NullPointerException e) {
            // The stock factory throws this, and the engines ignore it.
        }
        ReadonlyConfig config = ReadonlyConfig.fromMap(options);
        ConfigValidator.of(config).validate(((Factory) factory).optionRule());
        SeaTunnelSink sink =
                factory.createSink(
                                new TableSinkFactoryContext(
                                        TestTables.orders("id", null), config, job))
                        .createSink();
        return sink.getClass().getName();
    }

    /** The keys that a plugin lists for tools. */
    public static Set<String> keys(ClassLoader job, String plugin) {
        OptionRule rule =
                FactoryUtil.discoverFactory(job, TableSinkFactory.class, plugin).optionRule();
        return Stream.concat(
                        rule.getOptionalOptions().stream(),
                        rule.getRequiredOptions().stream().flatMap(r -> r.getOptions().stream()))
                .map(Option::key)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Our sink and its key, after the engine has replaced the placeholders. */
    public static String target(ClassLoader job, Map<String, Object> options) throws Exception {
        CatalogTable source = TestTables.orders("id", "code");
        ReadonlyConfig config = ReadonlyConfig.fromMap(options);
        try {
            config =
                    (ReadonlyConfig)
                            Class.forName("org.apache.seatunnel.api.sink.TablePlaceholderProcessor")
                                    .getMethod(
                                            "replaceTablePlaceholder",
                                            ReadonlyConfig.class,
                                            CatalogTable.class)
                                    .invoke(null, config, source);
        } catch (ClassNotFoundException e) {
            // Before 2.3.8 the engine does not replace them.
        }
        DsqlSink sink =
                (DsqlSink)
                        new DsqlSinkFactory()
                                .createSink(new TableSinkFactoryContext(source, config, job))
                                .createSink();
        return sink
                + " key "
                + ((SupportMultiTableSinkWriter<?>) sink.createWriter(null)).primaryKey();
    }

    /** Runs our sink as far as possible without a cluster. */
    @SuppressWarnings({"rawtypes", "unchecked"})
    public static String life(ClassLoader job, Map<String, Object> options) throws Exception {
        SeaTunnelSink sink =
                new DsqlSinkFactory()
                        .createSink(
                                new TableSinkFactoryContext(
                                        TestTables.orders("id", null),
                                        ReadonlyConfig.fromMap(options),
                                        job))
                        .createSink();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(sink);
        }
        try (ObjectInputStream in =
                new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())) {
                    @Override
                    protected Class<?> resolveClass(ObjectStreamClass type)
                            throws ClassNotFoundException {
                        return Class.forName(type.getName(), false, job);
                    }
                }) {
            sink = (SeaTunnelSink) in.readObject();
        }
        SinkWriter writer = sink.createWriter(null);
        SupportMultiTableSinkWriter shared = (SupportMultiTableSinkWriter) writer;
        StringBuilder seen = new StringBuilder(sink.getPluginName());
        seen.append(" key ").append(shared.primaryKey());
        seen.append(" shared ").append(shared.initMultiTableResourceManager(2, 1) != null);
        seen.append(" commit ").append(writer.prepareCommit());
        List<?> states = writer.snapshotState(1);
        seen.append(" states ").append(states.size());
        writer.abortPrepare();
        writer.close();
        for (List<?> saved : Arrays.asList(states, Collections.emptyList())) {
            SinkWriter restored = sink.restoreWriter(null, saved);
            seen.append(" restored ").append(((SupportMultiTableSinkWriter) restored).primaryKey());
            restored.close();
        }
        return seen.toString();
    }
}
