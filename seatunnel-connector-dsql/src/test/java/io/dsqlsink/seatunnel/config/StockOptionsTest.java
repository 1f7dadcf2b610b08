package io.dsqlsink.seatunnel.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dsqlsink.seatunnel.TestTables;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each option of the stock sink is honoured, refused with the reason, or named as ineffective. */
public class StockOptionsTest {
    /** The sink options of releases 2.3.4 to 2.3.13, each with a value that means something. */
    private static final String STOCK =
            """
            url                                       | jdbc:postgresql://h.dsql.us-east-1.on.aws/postgres | honoured
            base-url                                  | jdbc:postgresql://h.dsql.us-east-1.on.aws/postgres | honoured
            driver                                    | org.postgresql.Driver        | honoured
            dialect                                   | dsql                         | honoured
            username                                  | admin                        | honoured
            user                                      | admin                        | honoured
            password                                  | x                            | no effect
            access_key_id                             | AKIAIOSFODNN7EXAMPLE         | honoured
            secret_access_key                         | x                            | honoured
            region                                    | us-east-1                    | honoured
            query                                     | insert into t values (?)     | honoured
            generate_sink_sql                         | true                         | honoured
            database                                  | postgres                     | honoured
            table                                     | t                            | honoured
            schema                                    | s                            | honoured
            primary_keys                              | id                           | honoured
            batch_size                                | 10                           | honoured
            batch_interval_ms                         | 10                           | honoured
            max_retries                               | 3                            | honoured
            auto_commit                               | true                         | no effect
            connection_check_timeout_sec              | 30                           | no effect
            compatible_mode                           | postgresLow                  | no effect
            compatibleMode                            | postgresLow                  | no effect
            enable_upsert                             | false                        | no effect
            is_primary_key_updated                    | false                        | no effect
            support_upsert_by_insert_only             | true                         | honoured
            support_upsert_by_query_primary_key_exist | true                         | no effect
            use_copy_statement                        | false                        | honoured
            use_copy_statement                        | true                         | the sink sends large batches
            is_exactly_once                           | false                        | honoured
            is_exactly_once                           | true                         | has no prepared transactions
            xa_data_source_class_name                 | org.postgresql.xa.PGXADataSource | no effect
            max_commit_attempts                       | 3                            | no effect
            transaction_timeout_sec                   | -1                           | no effect
            schema_save_mode                          | CREATE_SCHEMA_WHEN_NOT_EXIST | honoured
            schema_save_mode                          | ERROR_WHEN_SCHEMA_NOT_EXIST  | honoured
            schema_save_mode                          | IGNORE                       | honoured
            schema_save_mode                          | RECREATE_SCHEMA              | honoured
            data_save_mode                            | APPEND_DATA                  | honoured
            data_save_mode                            | DROP_DATA                    | honoured
            data_save_mode                            | ERROR_WHEN_DATA_EXISTS       | honoured
            custom_sql                                | select 1                     | honoured
            create_index                              | true                         | honoured
            field_ide                                 | ORIGINAL                     | honoured
            field_ide                                 | UPPERCASE                    | honoured
            field_ide                                 | LOWERCASE                    | honoured
            tablePrefix                               | a_                           | honoured
            tableSuffix                               | _a                           | honoured
            properties                                | x                            | no effect
            decimal_type_narrowing                    | true                         | no effect
            int_type_narrowing                        | true                         | no effect
            handle_blob_as_string                     | false                        | no effect
            socket_timeout_ms                         | 1000                         | no effect
            connect_timeout_ms                        | 1000                         | no effect
            use_kerberos                              | false                        | honoured
            use_kerberos                              | true                         | authenticates by IAM token
            kerberos_principal                        | x                            | no effect
            kerberos_keytab_path                      | x                            | no effect
            krb5_path                                 | x                            | no effect
            multi_table_sink_replica                  | 2                            | honoured
            parallelism                               | 2                            | honoured
            source_table_name                         | x                            | honoured
            plugin_input                              | x                            | honoured
            """;

    /** Every stock option that this sink knows of. */
    public static Set<String> known() {
        return StockOptions.effects().keySet();
    }

    static List<String[]> stock() {
        return STOCK.lines().map(line -> line.split("\\s*\\|\\s*")).toList();
    }

    @ParameterizedTest(name = "{0} = {1}: {2}")
    @MethodSource("stock")
    void isHonouredRefusedOrNamed(String key, String value, String expected) {
        Map<String, Object> options = TestTables.options();
        options.put(key, value);
        if (!expected.equals("honoured") && !expected.equals("no effect")) {
            assertThatThrownBy(() -> config(options))
                    .hasMessageContaining("option '" + key + "' ")
                    .hasMessageContaining(expected);
            return;
        }
        DsqlSinkConfig config = config(options);
        assertThat(config.warnings()).isEmpty();
        assertThat(config.withoutEffect().contains(key)).isEqualTo(expected.equals("no effect"));
    }

    private static DsqlSinkConfig config(Map<String, Object> options) {
        return DsqlSinkConfig.of(ReadonlyConfig.fromMap(options), TestTables.orders("id", null));
    }

    @Test
    void theTableHasThemAll() {
        Set<String> walked = new TreeSet<>();
        stock().forEach(line -> walked.add(line[0]));
        assertThat(StockOptions.effects()).containsOnlyKeys(walked);
    }

    /** What is honoured without a value that is refused has an option here or in the engine. */
    @Test
    void whatIsHonouredIsRead() {
        List<String> engine =
                List.of(
                        "multi_table_sink_replica",
                        "parallelism",
                        "plugin_input",
                        "source_table_name");
        List<String> fallbacks = List.of("base-url", "user");
        List<String> unread = new ArrayList<>();
        StockOptions.effects()
                .forEach(
                        (key, effect) -> {
                            if (effect == StockOptions.Effect.HONOURED
                                    && !DsqlSinkOptions.all().containsKey(key)
                                    && !engine.contains(key)
                                    && !fallbacks.contains(key)) {
                                unread.add(key);
                            }
                        });
        assertThat(unread).isEmpty();
    }
}
