package io.dsqlsink.seatunnel.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dsqlsink.seatunnel.TestTables;
import io.dsqlsink.seatunnel.compat.Subtask;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import org.apache.seatunnel.api.configuration.Option;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DsqlSinkConfigTest {
    private final Map<String, Object> options = TestTables.options();

    private DsqlSinkConfig config() {
        return DsqlSinkConfig.of(ReadonlyConfig.fromMap(options), TestTables.orders("id", null));
    }

    @Test
    void theMainJobsBlockBecomesNativeOptions() {
        DsqlSinkConfig config = config();
        assertThat(config.nativeOptions())
                .containsOnly(
                        Map.entry("url", (String) options.get("url")),
                        Map.entry("username", "admin"),
                        Map.entry("access_key_id", "AKIAIOSFODNN7EXAMPLE"),
                        Map.entry("secret_access_key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
                        Map.entry("region", "us-east-1"),
                        Map.entry("batch_size", "1000"),
                        Map.entry("batch_interval_ms", "200"),
                        Map.entry("max_retries", "3"),
                        Map.entry("retry_timeout_ms", "300000"),
                        Map.entry("max_connections", "256"),
                        Map.entry("max_buffer_bytes", "268435456"),
                        Map.entry("token_duration_secs", "900"),
                        Map.entry("connecting_processes", "2"),
                        Map.entry("log_values", "short"),
                        Map.entry("statement_form", "auto"),
                        Map.entry("commit_ledger", "dsql_commit_ledger"));
        assertThat(config.host()).isEqualTo("abcdefghijklmnopqrst123456.dsql.us-east-1.on.aws");
        assertThat(config.warnings()).isEmpty();
        assertThat(config.table()).hasToString("shop.orders -> public.orders");
    }

    @Test
    void onlyUrlAndUserNameAreNeeded() {
        options.keySet().retainAll(Arrays.asList("url", "username"));
        options.put("user", options.remove("username"));
        assertThat(config().nativeOptions())
                .containsEntry("username", "admin")
                .doesNotContainKeys("access_key_id", "region", "batch_size");
    }

    @Test
    void withoutGeneratedStatementsAQueryIsNeeded() {
        options.put("generate_sink_sql", "false");
        assertThatThrownBy(this::config)
                .hasMessageContaining("option 'query' is missing beside 'generate_sink_sql'");
        options.put("query", "INSERT INTO t VALUES (?)");
        assertThat(config().table().keys()).isEmpty();
    }

    @Test
    void allProblemsAreReportedAtOnce() {
        options.remove("url");
        options.put("username", " ");
        options.put("secret_access_key", "");
        options.put("batch_size", 0);
        options.put("max_retries", "many");
        options.put("row_error_policy", "ignore");
        assertThatThrownBy(this::config)
                .isInstanceOf(DsqlConnectorException.class)
                .hasMessage(
                        "ErrorCode:[DSQL-01], ErrorDescription:[A sink option is missing or wrong]"
                                + " - option 'url' is missing: write"
                                + " jdbc:postgresql://<cluster endpoint>:5432/postgres; "
                                + "option 'username' is empty: set it, or remove the line; "
                                + "option 'secret_access_key' is empty: set it, or remove the"
                                + " line; "
                                + "option 'batch_size' = 0 is not between 1 and 3000; Aurora DSQL"
                                + " takes at most 3000 rows in a transaction; remove the option to"
                                + " let the sink choose; "
                                + "option 'max_retries' = many is not a whole number; it is the"
                                + " number of tries after the first; "
                                + "option 'row_error_policy' = ignore is not one of: fail, skip");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "url | jdbc:mysql://h/postgres | does not start with jdbc:postgresql://",
                "url | jdbc:postgresql:///postgres | names no host",
                "url | jdbc:postgresql://a:1,b:2/postgres | names no host, or more than one",
                "url | jdbc:postgresql://u:p@h/postgres | use 'username' and AWS keys",
                "url | jdbc:postgresql://<host>/postgres | cannot be read at character 19",
                "database | shop | names 'shop', but a cluster of Aurora DSQL has only one"
                        + " database",
                "batch_size | 3001 | is not between 1 and 3000",
                "batch_size | 1.5 | is not a whole number",
                "batch_interval_ms | 0 | is not between 1 and 3600000",
                "statement_form | copy | is not one of: auto, unnest, values",
                "unique_conflict | skip | is not one of: replace, fail",
                "max_connections | 257 | is not between 1 and 256",
                "max_buffer_bytes | 1 | is not between 20971520 and",
                "socket_timeout_ms | -1 | is not between 0 and 86400000",
                "connecting_processes | 0 | is not between 1 and 1000",
                "token_duration_secs | 0 | is not between 1 and 604800",
                "profile | p | and 'access_key_id' exclude each other",
                "role_arn | r | is no ARN",
                "external_id | x | has no use without 'role_arn'",
                "retry_timeout_ms | -1 | is not between 0 and 86400000",
                "generate_sink_sql | maybe | is not true or false",
                "is_exactly_once | true | Aurora DSQL has no prepared transactions",
                "dead_letter_path | /var/dead | has no use without 'row_error_policy' = skip",
                "row_error_limit | 5 | has no use without 'row_error_policy' = skip",
                "dead_letter_values | false | has no use without 'row_error_policy' = skip",
                "schema_save_mode | CREATE_MAYBE | is not one of: recreate_schema, create_schema_when_not_exist",
                "data_save_mode | APPEND | is not one of: drop_data, append_data",
                "field_ide | camel | is not one of: original, uppercase, lowercase",
                "create_index | maybe | is not true or false",
                "primary_keys | ${unique_key} | names '${unique_key}', but the rows have [id, code]",
                "support_upsert_by_insert_only | maybe | is not true or false",
                "table | a.b.c | has more than two parts",
                "table | public.${nonsense} | has an unknown placeholder",
                "primary_keys | key | names 'key', but the rows have [id, code]",
                "primary_keys | 'id,id' | names a column twice",
                "batch_sise | 5 | is not known; did you mean 'batch_size'?",
                "accessKeyId | A | is not known; did you mean 'access_key_id'?",
            })
    void aWrongValueIsNamed(String key, String value, String says) {
        options.put(key, value);
        assertThatThrownBy(this::config)
                .isInstanceOf(DsqlConnectorException.class)
                .hasMessageContaining("option '" + key + "'")
                .hasMessageContaining(says);
    }

    @ParameterizedTest
    @CsvSource({
        "access_key_id, option 'access_key_id' is missing beside 'secret_access_key'",
        "secret_access_key, option 'secret_access_key' is missing beside 'access_key_id'"
    })
    void bothKeysAreRequired(String absent, String says) {
        options.remove(absent);
        assertThatThrownBy(this::config).hasMessageContaining(says);
    }

    /** SeaTunnel's encryption of configs knows these names. */
    @Test
    void keysHaveTheNamesThatSeaTunnelEncrypts() {
        options.put("access_key", options.remove("access_key_id"));
        options.put("secret_key", options.remove("secret_access_key"));
        options.put("token", "FwoGZXIvYXdz");
        assertThat(config().warnings()).isEmpty();
        assertThat(config().nativeOptions())
                .containsEntry("access_key_id", "AKIAIOSFODNN7EXAMPLE")
                .containsEntry("secret_access_key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
                .containsEntry("session_token", "FwoGZXIvYXdz");
    }

    @Test
    void skippedRowsNeedAPath() {
        options.put("row_error_policy", "SKIP");
        assertThatThrownBy(this::config)
                .hasMessageContaining(
                        "option 'dead_letter_path' is missing beside 'row_error_policy' = skip: set");
        options.put("dead_letter_path", "/var/dead");
        assertThat(config().nativeOptions())
                .containsEntry("row_error_policy", "skip")
                .containsEntry("dead_letter_path", "/var/dead");
        options.put("row_error_limit", 0);
        options.put("row_error_limit_percent", 101);
        options.put("dead_letter_max_bytes", 5);
        options.put("dead_letter_values", "maybe");
        options.put("dead_letter_path", " ");
        assertThatThrownBy(this::config)
                .hasMessageContaining("option 'row_error_limit' = 0 is not between 1 and")
                .hasMessageContaining("option 'row_error_limit_percent' = 101 is not between 0")
                .hasMessageContaining("option 'dead_letter_max_bytes' = 5 is not between 1048576")
                .hasMessageContaining("option 'dead_letter_values' = maybe is not true or false")
                .hasMessageContaining("option 'dead_letter_path' is empty");
    }

    @Test
    void theLogShowsValuesAsTheOptionSays() {
        assertThat(config().nativeOptions()).containsEntry("log_values", "short");
        options.put("log_values", "None");
        assertThat(config().nativeOptions()).containsEntry("log_values", "none");
        options.put("log_values", "all");
        assertThatThrownBy(this::config)
                .hasMessageContaining("option 'log_values' = all is not one of: short, keys, none");
    }

    @Test
    void aSessionTokenNeedsKeys() {
        options.keySet().removeAll(Arrays.asList("access_key_id", "secret_access_key"));
        options.put("session_token", "FwoGZXIvYXdz");
        assertThatThrownBy(this::config)
                .hasMessageContaining("option 'session_token' needs 'access_key_id'")
                .hasMessageNotContaining("FwoGZXIvYXdz");
    }

    @ParameterizedTest
    @ValueSource(strings = {"schema", "table", "tablePrefix", "tableSuffix"})
    void aNameThatCannotBeSentIsRefusedByItsName(String option) {
        options.put(option, "sh\0op");
        assertThatThrownBy(this::config)
                .isInstanceOf(DsqlConnectorException.class)
                .hasMessageContaining("sh\\u{0}op")
                .hasMessageContaining("has a NUL character (U+0000) in its name");
        options.put(option, "sh\ud83dop");
        assertThatThrownBy(this::config)
                .isInstanceOf(DsqlConnectorException.class)
                .hasMessageContaining("sh\\u{d83d}op")
                .hasMessageContaining("has half a surrogate pair (\\u{d83d}) in its name");
    }

    @Test
    void anOptionThatCannotBeSentIsNamedAndNotShown() {
        options.put("username", "ad\0min");
        options.put("secret_access_key", "wJalr\ud83d");
        assertThatThrownBy(this::config)
                .isInstanceOf(DsqlConnectorException.class)
                .hasMessageContaining("option 'username' has a NUL character (U+0000): take it out")
                .hasMessageContaining("option 'secret_access_key' has half a surrogate pair")
                .hasMessageNotContaining("wJalr");
    }

    @Test
    void customProcessingNeedsItsStatement() {
        options.put("data_save_mode", "custom_processing");
        assertThatThrownBy(this::config)
                .hasMessageContaining("option 'custom_sql' is missing beside 'data_save_mode'");
        options.put("custom_sql", "DELETE FROM ${table_name}");
        assertThat(config().saveModes().customSql()).isEqualTo("DELETE FROM orders");
    }

    @Test
    void optionsWithoutEffectAreLoggedOnce() {
        options.put("password", "the-password");
        options.put("parallelism", 2);
        options.put("user", "somebody");
        options.put("auto_commit", "true");
        options.put("something_else", 1);
        assertThat(config().warnings())
                .containsExactly("Options that are not known: something_else");
        assertThat(config().withoutEffect()).containsExactly("auto_commit", "password");
    }

    @Test
    void secretsAreNotInItsText() throws Exception {
        options.put("session_token", "FwoGZXIvYXdz");
        options.put("password", "the-password");
        options.put("url", options.get("url") + "?sslpassword=the-url-password");
        DsqlSinkConfig config = config();
        assertThat(config.nativeOptions()).containsEntry("session_token", "FwoGZXIvYXdz");
        assertThat(config + String.join("", config.warnings()))
                .doesNotContain("wJalr", "FwoGZ", "the-password", "the-url-password");

        // The source's options and the ignored password are not sent to the workers.
        byte[] sent = serialize(config);
        assertThat(new String(sent, StandardCharsets.ISO_8859_1))
                .doesNotContain("the-source-password", "the-password");
        DsqlSinkConfig received =
                (DsqlSinkConfig) new ObjectInputStream(new ByteArrayInputStream(sent)).readObject();
        assertThat(received.nativeOptions()).isEqualTo(config.nativeOptions());
        assertThat(received).hasToString(config.toString());
    }

    private static byte[] serialize(Object object) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        return bytes.toByteArray();
    }

    @Test
    void everyOptionIsInTheOptionRule() {
        assertThat(OptionRules.rule().getOptionalOptions())
                .hasSize(DsqlSinkOptions.all().size() - 2);
        for (Option<?> option : DsqlSinkOptions.all().values()) {
            assertThat(option.getDescription()).as(option.key()).isNotBlank();
        }
    }

    @ParameterizedTest
    @CsvSource({"a, a, 0", "'', abc, 3", "kitten, sitting, 3", "batchsize, batch_size, 1"})
    void editsAreCounted(String a, String b, int edits) {
        assertThat(OptionKeys.edits(a, b)).isEqualTo(edits);
        assertThat(OptionKeys.edits(b, a)).isEqualTo(edits);
    }

    @Test
    void aShortUnknownKeyIsNotTakenForOneOfOurs() {
        options.put("udl1", 1);
        assertThat(config().warnings())
                .isEqualTo(Collections.singletonList("Options that are not known: udl1"));
    }

    @Test
    void rowsAreDisplacedOnlyInAStreamWithOneWriter() {
        assertThat(config().sinkOptions(1, 0, Subtask.of(null, 1)))
                .containsEntry("unique_conflict", "fail");
        DsqlSinkConfig streaming = config();
        streaming.setStreaming(true);
        assertThat(streaming.sinkOptions(1, 0, Subtask.of(null, 1)))
                .doesNotContainKey("unique_conflict");
        assertThat(streaming.sinkOptions(2, 0, Subtask.of(null, 2)))
                .containsEntry("unique_conflict", "fail");
        options.put("unique_conflict", "replace");
        assertThat(config().sinkOptions(2, 0, Subtask.of(null, 2)))
                .containsEntry("unique_conflict", "replace");
    }
}
