package io.dsqlsink.seatunnel.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.dsqlsink.seatunnel.TestTables;
import io.dsqlsink.seatunnel.compat.EngineLoaders;
import io.dsqlsink.seatunnel.sink.DsqlSink;
import io.dsqlsink.seatunnel.sink.FactoryProbe;
import io.dsqlsink.seatunnel.sink.TestJars;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The sink that a job gets, with the jars and class loaders of real engines. */
public class StockFactoryTest {
    public static final String OURS = DsqlSink.class.getName();

    /** The sink's class on releases from 2.3.9 on. */
    public static final String OURS_NEWER = OURS.replace("sink.DsqlSink", "compat.EvolvingSink");

    public static final String STOCK =
            "org.apache.seatunnel.connectors.seatunnel.jdbc.sink.JdbcSink";

    @TempDir Path home;

    @ParameterizedTest
    @CsvSource({
        "2.3.4, connector-jdbc",
        "2.3.4, connector-cdc-mysql;connector-jdbc",
        "2.3.8, connector-jdbc",
        "2.3.8, connector-cdc-mysql;connector-jdbc"
    })
    void zetaWithTheJarInLib(String version, String connectors) throws Exception {
        try (URLClassLoader application = zeta(version, EngineLoaders.connector());
                URLClassLoader job =
                        EngineLoaders.zetaJob(application, connectors(version, connectors))) {
            check(job, "Jdbc", TestTables.options(), OURS);
            check(job, "Dsql", TestTables.options(), OURS);
            check(job, "Jdbc", stockOptions(), STOCK);
        }
    }

    /**
     * From 2.3.10 on a sink has a class loader of its own, without the source's connectors. The
     * connectors of those releases are not on Maven Central; connector-jdbc 2.3.8 is used instead.
     */
    @Test
    void zetaWithSeparateLoadersForSourceAndSink() throws Exception {
        List<Path> cdc = connectors("2.3.8", "connector-cdc-mysql");
        List<Path> jdbc = connectors("2.3.8", "connector-jdbc");
        try (URLClassLoader application = zeta("2.3.10", EngineLoaders.connector());
                URLClassLoader source = EngineLoaders.zetaJob(application, cdc);
                URLClassLoader sink = EngineLoaders.zetaJob(application, jdbc)) {
            check(sink, "Jdbc", TestTables.options(), OURS_NEWER);
            check(sink, "Dsql", TestTables.options(), OURS_NEWER);
            assertThat(source.loadClass(StockJdbcFactory.NAME))
                    .as("one class for all loaders of the node")
                    .isSameAs(sink.loadClass(StockJdbcFactory.NAME));
        }
    }

    /** The starter finds our factory in lib/ and therefore does not add connector-jdbc. */
    @Test
    void flinkClientWithTheJarInLib() throws Exception {
        List<Path> lib =
                List.of(
                        TestJars.connector(
                                Files.createDirectory(home.resolve("lib")).resolve("ours.jar")));
        List<Path> starter = List.of(EngineLoaders.jar("2.3.4", "flink", "seatunnel-flink"));
        Path connectors = Files.createDirectory(home.resolve("connectors"));
        Path stock = EngineLoaders.jar("2.3.4", "connectors", "connector-jdbc");
        Files.copy(stock, connectors.resolve("connector-jdbc-2.3.4.jar"));
        try (URLClassLoader client = EngineLoaders.flat(starter, lib, EngineLoaders.libraries())) {
            check(client, "Jdbc", TestTables.options(), OURS);
            check(client, "Jdbc", stockOptions(), STOCK);
        }
    }

    /** A misspelt or missing dialect must not end in an error of the stock sink. */
    @Test
    void aBlockForDsqlUnderAnotherDialectIsRefusedByName() throws Exception {
        try (URLClassLoader application = zeta("2.3.8", EngineLoaders.connector());
                URLClassLoader job =
                        EngineLoaders.zetaJob(application, connectors("2.3.8", "connector-jdbc"))) {
            Map<String, Object> options = stockOptions();
            options.put("url", "jdbc:postgresql://abc.dsql-fips.us-east-1.on.aws:5432/postgres");
            options.put("dialect", "dssql");
            assertThatThrownBy(() -> sink(job, "Jdbc", options))
                    .hasMessageContaining("DSQL-01")
                    .hasMessageContaining("'dialect' = \"dssql\"")
                    .hasMessageContaining("dialect = \"dsql\"");
            options.remove("dialect");
            assertThatThrownBy(() -> sink(job, "Jdbc", options))
                    .hasMessageContaining("'dialect' is missing")
                    .hasMessageContaining("'url'");
            options.put("dsql_native", false);
            check(job, "Jdbc", options, STOCK);
            Map<String, Object> keys = stockOptions();
            keys.put("secret_access_key", "s3cret");
            assertThatThrownBy(() -> sink(job, "Jdbc", keys))
                    .hasMessageContaining("'secret_access_key'")
                    .hasMessageNotContaining("s3cret");
            Map<String, Object> other = stockOptions();
            other.put("url", "jdbc:postgresql://dsql.example.com:5432/shop");
            check(job, "Jdbc", other, STOCK);
        }
    }

    @Test
    void withoutConnectorJdbcOnlyOurDialectWorks() throws Exception {
        try (URLClassLoader job = zeta("2.3.4", EngineLoaders.connector())) {
            check(job, "Jdbc", TestTables.options(), OURS);
            assertThatThrownBy(() -> sink(job, "Jdbc", stockOptions()))
                    .hasMessageContaining("DSQL-22")
                    .hasMessageContaining("connector-jdbc is neither on the class path");
        }
    }

    /** Up to 2.3.12 connector-jdbc ignores the dialect; later releases have one of this name. */
    @Test
    void aJobCanBeHandedOverToTheStockDialect() throws Exception {
        Map<String, Object> options = stockOptions();
        options.put("dialect", "dsql");
        options.put("dsql_native", false);
        List<Path> jdbc = connectors("2.3.8", "connector-jdbc");
        Path dialect = home.resolve(HandOver.DIALECT_CLASS);
        try (URLClassLoader application = zeta("2.3.8", EngineLoaders.connector());
                URLClassLoader without = EngineLoaders.zetaJob(application, jdbc)) {
            assertThatThrownBy(() -> sink(without, "Jdbc", options))
                    .hasMessageContaining("DSQL-01")
                    .hasMessageContaining("'dsql_native' = false")
                    .hasMessageContaining("2.3.13");
            assertThatThrownBy(() -> sink(without, "Dsql", options))
                    .hasMessageContaining("name the block Jdbc");
            Files.createDirectories(dialect.getParent());
            Files.createFile(dialect);
            try (URLClassLoader with = EngineLoaders.zetaJob(application, jdbc, List.of(home))) {
                check(with, "Jdbc", options, STOCK);
            }
        }
    }

    @Test
    void dialectIsFoundInUpperCaseToo() throws Exception {
        Map<String, Object> options = TestTables.options();
        options.put("dialect", "DSQL");
        try (URLClassLoader job = zeta("2.3.4", EngineLoaders.connector())) {
            check(job, "Jdbc", options, OURS);
        }
    }

    /** The engine's own check of the options runs first, and would stop at the first mistake. */
    @ParameterizedTest
    @ValueSource(strings = {"2.3.4", "2.3.8"})
    void allMistakesOfADsqlJobAreInOurError(String version) throws Exception {
        Map<String, Object> options = TestTables.options();
        options.keySet().removeAll(List.of("url", "driver", "username", "database"));
        options.put("schema_save_mode", "CREATE_MAYBE");
        options.put("data_save_mode", "APPEND_MAYBE");
        options.put("is_exactly_once", "maybe");
        options.put("max_retries", "abc");
        try (URLClassLoader application = zeta(version, EngineLoaders.connector());
                URLClassLoader job =
                        EngineLoaders.zetaJob(application, connectors(version, "connector-jdbc"))) {
            assertThatThrownBy(() -> sink(job, "Jdbc", options))
                    .hasMessageStartingWith("ErrorCode:[DSQL-01]")
                    .hasMessageContaining("option 'url' is missing: write jdbc:postgresql://")
                    .hasMessageContaining("option 'username' is missing: set the database role")
                    .hasMessageContaining(
                            "option 'schema_save_mode' = CREATE_MAYBE is not one of: recreate_schema")
                    .hasMessageContaining(
                            "option 'data_save_mode' = APPEND_MAYBE is not one of: drop_data")
                    .hasMessageContaining("option 'is_exactly_once' = maybe is not true or false")
                    .hasMessageContaining("option 'max_retries' = abc is not a whole number");
        }
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "2.3.4, url, -",
                "2.3.4, driver, -",
                "2.3.4, database, -",
                "2.3.4, generate_sink_sql, -",
                "2.3.4, is_exactly_once, true",
                "2.3.4, schema_save_mode, CREATE_MAYBE",
                "2.3.4, max_retries, abc",
                "2.3.8, driver, -",
                "2.3.8, schema_save_mode, CREATE_MAYBE",
                "2.3.8, data_save_mode, CUSTOM_PROCESSING",
            })
    void aStockJobFailsAsWithoutOurJar(String version, String key, String value) throws Exception {
        Map<String, Object> options = stockOptions();
        options.put(key, value);
        options.values().removeIf(Objects::isNull);
        List<Path> jdbc = connectors(version, "connector-jdbc");
        List<String> failures = new ArrayList<>();
        for (List<Path> lib : List.of(List.<Path>of(), EngineLoaders.connector())) {
            try (URLClassLoader application = zeta(version, lib);
                    URLClassLoader job = EngineLoaders.zetaJob(application, jdbc)) {
                failures.add(catchThrowable(() -> sink(job, "Jdbc", options)).toString());
            }
        }
        assertThat(failures.get(1)).isEqualTo(failures.get(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.3.4", "2.3.8"})
    void toolsSeeTheOptionsOfBothSinks(String version) throws Exception {
        List<Path> jdbc = connectors(version, "connector-jdbc");
        try (URLClassLoader without = zeta(version, List.of());
                URLClassLoader stock = EngineLoaders.zetaJob(without, jdbc);
                URLClassLoader with = zeta(version, EngineLoaders.connector());
                URLClassLoader both = EngineLoaders.zetaJob(with, jdbc)) {
            assertThat(keys(both)).containsAll(keys(stock)).contains("batch_interval_ms");
            assertThat(StockOptionsTest.known()).containsAll(keys(stock));
        }
    }

    @SuppressWarnings("unchecked")
    private static Set<String> keys(ClassLoader job) throws Exception {
        return (Set<String>)
                inContext(
                        job,
                        () ->
                                probe(job)
                                        .getMethod("keys", ClassLoader.class, String.class)
                                        .invoke(null, job, "Jdbc"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.3.4", "2.3.8", "2.3.10"})
    void theSinkRunsOnEachRelease(String version) throws Exception {
        try (URLClassLoader application = zeta(version, EngineLoaders.connector())) {
            assertThat(
                            probe(application)
                                    .getMethod("life", ClassLoader.class, Map.class)
                                    .invoke(null, application, TestTables.options()))
                    .isEqualTo(
                            "Dsql key Optional[0] shared true commit Optional.empty states 1"
                                    + " restored Optional[0] restored Optional[0]");
        }
    }

    /** Whether the engine replaces the placeholders, as from 2.3.8 on, or the sink does. */
    @ParameterizedTest
    @CsvSource({
        "${table_name}, ${primary_key}, public.orders key Optional[0]",
        "${database_name}.${table_name}_x, ${unique_key}, shop.orders_x key Optional[1]",
        "${table_full_name}, ${field_names}, shop.orders key Optional[0]",
        "${schema_full_name}.t, id, shop.t key Optional[0]",
        "${schema_name:app}.${table_name:t}, id, app.orders key Optional[0]",
        "${schema_name}.${database_name: x }, id, public.shop key Optional[0]",
        "a${schema_name:}b, id, public.ab key Optional[0]",
    })
    void placeholdersAreTheSameOnEachRelease(String table, String key, String target)
            throws Exception {
        Map<String, Object> options = TestTables.options();
        options.put("table", table);
        options.put("primary_keys", List.of(key));
        for (String version : List.of("2.3.4", "2.3.8", "2.3.10")) {
            try (URLClassLoader application = zeta(version, EngineLoaders.connector())) {
                String seen =
                        (String)
                                probe(application)
                                        .getMethod("target", ClassLoader.class, Map.class)
                                        .invoke(null, application, options);
                assertThat(seen.replace("}}", "")).as(version).endsWith(" -> " + target);
            }
        }
    }

    /** The application class path of a Zeta node. */
    public static URLClassLoader zeta(String version, List<Path> lib) throws IOException {
        return EngineLoaders.flat(
                lib,
                // First, as in the installed engine, because it contains patched copies of
                // config-base.
                List.of(EngineLoaders.jar(version, "engine", "seatunnel-config-shade")),
                List.of(EngineLoaders.jars(version, "engine")),
                EngineLoaders.libraries());
    }

    private static List<Path> connectors(String version, String prefixes) throws IOException {
        List<Path> jars = new ArrayList<>();
        for (String prefix : prefixes.split(";")) {
            jars.add(EngineLoaders.jar(version, "connectors", prefix));
        }
        return jars;
    }

    /** A sink block for PostgreSQL without a dialect. */
    public static Map<String, Object> stockOptions() {
        Map<String, Object> options = TestTables.options();
        options.keySet().retainAll(List.of("driver", "generate_sink_sql", "primary_keys"));
        options.put("url", "jdbc:postgresql://127.0.0.1:1/shop");
        options.put("user", "shop");
        options.put("password", "shop");
        options.put("database", "shop");
        options.put("table", "public.orders");
        return options;
    }

    /** Checks that a job with these jars and this sink block gets the sink of that class. */
    public static void check(
            ClassLoader job, String plugin, Map<String, Object> options, String sink)
            throws Exception {
        assertThat(sink(job, plugin, options)).isEqualTo(sink);
    }

    private static Object sink(ClassLoader job, String plugin, Map<String, Object> options)
            throws Exception {
        return inContext(
                job,
                () ->
                        probe(job)
                                .getMethod("sink", ClassLoader.class, String.class, Map.class)
                                .invoke(null, job, plugin, Collections.unmodifiableMap(options)));
    }

    private static Object inContext(ClassLoader job, Callable<?> call) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(job);
        try {
            return call.call();
        } catch (InvocationTargetException e) {
            throw (Exception) e.getCause();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static Class<?> probe(ClassLoader loader) throws ClassNotFoundException {
        return Class.forName(FactoryProbe.class.getName(), true, loader);
    }
}
