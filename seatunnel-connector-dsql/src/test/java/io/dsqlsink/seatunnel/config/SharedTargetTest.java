package io.dsqlsink.seatunnel.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.dsqlsink.seatunnel.TestTables;
import java.util.List;
import java.util.Map;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.TableIdentifier;
import org.junit.jupiter.api.Test;

class SharedTargetTest {
    private final Map<String, Object> options = TestTables.options();

    private DsqlTable table(String database, String schema, String name) {
        CatalogTable orders = TestTables.orders("id", null);
        CatalogTable source =
                CatalogTable.of(
                        TableIdentifier.of("MySQL", database, schema, name),
                        orders.getTableSchema(),
                        Map.of(),
                        List.of(),
                        "");
        return DsqlSinkConfig.of(ReadonlyConfig.fromMap(options), source).table();
    }

    @Test
    void tablesOfOneTargetAreReportedWithTheRemedy() {
        DsqlTable one = table("shop1", null, "orders");
        DsqlTable other = table("shop2", null, "orders");
        assertThat(SharedTarget.isShared(one, other)).isTrue();
        assertThat(SharedTarget.isShared(one, one)).isFalse();
        assertThat(SharedTarget.isShared(one, table("shop1", null, "items"))).isFalse();
        assertThat(SharedTarget.isRefused(one, other)).isTrue();
        assertThat(SharedTarget.message(one, other))
                .contains("shop1.orders and shop2.orders", "public.orders", "[id]")
                .contains("\"${database_name}_${table_name}\"", "merge_tables = true");
        assertThat(SharedTarget.message(table("d", "s1", "t"), table("d", "s2", "t")))
                .contains("\"${schema_name}_${table_name}\"");
        options.put("table", "all_of_them");
        assertThat(SharedTarget.message(table("d", null, "t1"), table("d", null, "t2")))
                .contains("\"${table_name}\"");
    }

    @Test
    void theJobMayAllowIt() {
        options.put("merge_tables", true);
        assertThat(SharedTarget.isRefused(table("a", null, "t"), table("b", null, "t"))).isFalse();
        options.remove("merge_tables");
        options.put("primary_keys", List.of());
        assertThat(SharedTarget.isRefused(table("a", null, "t"), table("b", null, "t"))).isFalse();
    }
}
