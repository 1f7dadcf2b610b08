package io.dsqlsink.e2e;

import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The Jdbc sink block of a job as a table of options; it begins with that of the main job. */
final class SinkBlock {
    private final Map<String, String> options = new LinkedHashMap<>();
    private String plugin = "Jdbc";

    private SinkBlock() {}

    /** Values are in HOCON: texts with quotes. */
    static SinkBlock dsql() {
        return new SinkBlock()
                .with(
                        "url",
                        "\"jdbc:postgresql://"
                                + DsqlLocal.ENDPOINT
                                + ":"
                                + DsqlLocal.PORT
                                + "/postgres\"")
                .with("dialect", "\"dsql\"")
                .with("driver", "\"org.postgresql.Driver\"")
                .with("username", "\"admin\"")
                .with("access_key_id", "\"" + DsqlLocal.ACCESS_KEY_ID + "\"")
                .with("secret_access_key", "\"" + DsqlLocal.SECRET_ACCESS_KEY + "\"")
                .with("region", "\"" + DsqlLocal.REGION + "\"")
                .with("database", "\"postgres\"")
                .with("generate_sink_sql", "true")
                .with("primary_keys", "[\"id\"]")
                .with("max_retries", "\"3\"")
                .with("batch_size", "1000");
    }

    /** The same into a new table, with an id as its key and a name. */
    static SinkBlock dsqlInto(String table) throws SQLException {
        Servers.dsql().create("CREATE TABLE " + table + " (id bigint PRIMARY KEY, name text)");
        return dsql().with("table", "\"" + table + "\"");
    }

    /** The stock sink, for a PostgreSQL database. */
    static SinkBlock stock(String url, String database) {
        return new SinkBlock()
                .with("url", "\"" + url + "\"")
                .with("driver", "\"org.postgresql.Driver\"")
                .with("user", "\"postgres\"")
                .with("database", "\"" + database + "\"")
                .with("generate_sink_sql", "true")
                .with("primary_keys", "[\"id\"]");
    }

    SinkBlock with(String option, String value) {
        options.put(option, value);
        return this;
    }

    SinkBlock without(String option) {
        options.remove(option);
        return this;
    }

    /** The same options under the sink's own name. */
    SinkBlock named(String plugin) {
        this.plugin = plugin;
        return this;
    }

    /**
     * A whole config of a batch job, without restarts after a failure: they would only repeat it.
     */
    String batchFrom(String source) {
        return batchFrom(source, 1);
    }

    /**
     * The same with rows of FakeSource.
     *
     * @param fake the source's options; JSON is HOCON too
     */
    String batchFromFake(String fake) {
        return batchFrom("  FakeSource {" + fake + "}\n");
    }

    /** The same in several tasks, each with its own sink. */
    String batchFrom(String source, int tasks) {
        StringBuilder config = new StringBuilder();
        config.append("env {\n  parallelism = " + tasks + "\n  job.mode = \"BATCH\"\n}\n");
        config.append("source {\n").append(source).append("}\nsink {\n  " + plugin + " {\n");
        options.forEach((option, value) -> config.append("    " + option + " = " + value + "\n"));
        return config.append("  }\n}\n").toString();
    }

    /**
     * The job in the form of Zeta's REST interface, with rows of FakeSource and without restarts
     * after a failure.
     *
     * @param fake the source's options, as JSON
     */
    String jsonFromFake(String mode, String fake) {
        StringBuilder config = new StringBuilder();
        config.append("{\"env\": {\"parallelism\": 1, \"job.mode\": \"" + mode + "\"");
        config.append(", \"job.retry.times\": 0}, \"transform\": [], \"source\": [{");
        config.append("\"plugin_name\": \"FakeSource\", \"result_table_name\": \"rows\", " + fake);
        config.append("}], \"sink\": [{\"plugin_name\": \"" + plugin + "\"");
        config.append(", \"source_table_name\": \"rows\"");
        options.forEach((option, value) -> config.append(", \"" + option + "\": " + value));
        return config.append("}]}").toString();
    }
}
