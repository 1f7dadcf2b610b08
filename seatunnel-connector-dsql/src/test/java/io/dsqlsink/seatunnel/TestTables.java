package io.dsqlsink.seatunnel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.Column;
import org.apache.seatunnel.api.table.catalog.ConstraintKey;
import org.apache.seatunnel.api.table.catalog.PhysicalColumn;
import org.apache.seatunnel.api.table.catalog.PrimaryKey;
import org.apache.seatunnel.api.table.catalog.TableIdentifier;
import org.apache.seatunnel.api.table.catalog.TableSchema;
import org.apache.seatunnel.api.table.type.BasicType;
import org.apache.seatunnel.api.table.type.MapType;

/** Source tables and sink blocks that tests start from. */
public final class TestTables {
    private TestTables() {}

    /** shop.orders with the columns id and code, and the given keys; null for none. */
    public static CatalogTable orders(String primaryKey, String uniqueKey) {
        TableSchema.Builder schema =
                TableSchema.builder()
                        .column(column("id", BasicType.LONG_TYPE))
                        .column(column("code", BasicType.STRING_TYPE));
        if (primaryKey != null) {
            schema.primaryKey(PrimaryKey.of("pk", Collections.singletonList(primaryKey)));
        }
        if (uniqueKey != null) {
            List<ConstraintKey.ConstraintKeyColumn> columns = new ArrayList<>();
            columns.add(
                    ConstraintKey.ConstraintKeyColumn.of(
                            uniqueKey, ConstraintKey.ColumnSortType.ASC));
            schema.constraintKey(
                    Arrays.asList(
                            ConstraintKey.of(ConstraintKey.ConstraintType.INDEX_KEY, "ix", columns),
                            ConstraintKey.of(
                                    ConstraintKey.ConstraintType.UNIQUE_KEY, "uk", columns)));
        }
        return CatalogTable.of(
                TableIdentifier.of("mysql", "shop", null, "orders"),
                schema.build(),
                Collections.singletonMap("password", "the-source-password"),
                Collections.emptyList(),
                "");
    }

    /** A table of any form. */
    public static CatalogTable table(
            TableIdentifier name,
            Map<String, String> options,
            List<String> key,
            List<ConstraintKey> constraints,
            PhysicalColumn... columns) {
        TableSchema.Builder schema = TableSchema.builder();
        Arrays.asList(columns).forEach(schema::column);
        if (!key.isEmpty()) {
            schema.primaryKey(PrimaryKey.of("pk", key));
        }
        schema.constraintKey(constraints);
        return CatalogTable.of(name, schema.build(), options, Collections.emptyList(), "");
    }

    /** The same table with NOT NULL columns. */
    public static CatalogTable notNull(CatalogTable table) {
        TableSchema.Builder schema = TableSchema.builder();
        for (Column column : table.getTableSchema().getColumns()) {
            schema.column(
                    PhysicalColumn.of(column.getName(), column.getDataType(), 0, false, null, ""));
        }
        schema.primaryKey(table.getTableSchema().getPrimaryKey());
        schema.constraintKey(table.getTableSchema().getConstraintKeys());
        return CatalogTable.of(
                table.getTableId(),
                schema.build(),
                table.getOptions(),
                table.getPartitionKeys(),
                "");
    }

    /** shop.orders with text columns of these names, and without a key. */
    public static CatalogTable of(String... columns) {
        TableSchema.Builder schema = TableSchema.builder();
        for (String column : columns) {
            schema.column(column(column, BasicType.STRING_TYPE));
        }
        return CatalogTable.of(
                TableIdentifier.of("mysql", "shop", null, "orders"),
                schema.build(),
                Collections.emptyMap(),
                Collections.emptyList(),
                "");
    }

    /** shop.orders with the key id and a map. */
    public static CatalogTable withMap(String column) {
        TableSchema schema =
                TableSchema.builder()
                        .column(column("id", BasicType.LONG_TYPE))
                        .column(
                                PhysicalColumn.of(
                                        column,
                                        new MapType<>(BasicType.STRING_TYPE, BasicType.STRING_TYPE),
                                        0,
                                        true,
                                        null,
                                        ""))
                        .primaryKey(PrimaryKey.of("pk", Collections.singletonList("id")))
                        .build();
        return CatalogTable.of(
                TableIdentifier.of("mysql", "shop", null, "orders"),
                schema,
                Collections.emptyMap(),
                Collections.emptyList(),
                "");
    }

    private static PhysicalColumn column(String name, BasicType<?> type) {
        return PhysicalColumn.of(name, type, 0, true, null, "");
    }

    /** The sink block of the main job. */
    public static Map<String, Object> options() {
        Map<String, Object> options = new LinkedHashMap<>();
        options.put(
                "url",
                "jdbc:postgresql://abcdefghijklmnopqrst123456.dsql.us-east-1.on.aws:5432/postgres");
        options.put("dialect", "dsql");
        options.put("driver", "org.postgresql.Driver");
        options.put("username", "admin");
        options.put("access_key_id", "AKIAIOSFODNN7EXAMPLE");
        options.put("secret_access_key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        options.put("region", "us-east-1");
        options.put("database", "postgres");
        options.put("generate_sink_sql", "true");
        options.put("primary_keys", Collections.singletonList("id"));
        options.put("max_retries", "3");
        options.put("batch_size", 1000);
        return options;
    }
}
