package io.dsqlsink.seatunnel.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.dsqlsink.seatunnel.TestTables;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.config.DsqlTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.ConstraintKey;
import org.apache.seatunnel.api.table.catalog.PhysicalColumn;
import org.apache.seatunnel.api.table.catalog.TableIdentifier;
import org.apache.seatunnel.api.table.type.BasicType;
import org.apache.seatunnel.api.table.type.DecimalType;
import org.apache.seatunnel.api.table.type.LocalTimeType;
import org.apache.seatunnel.api.table.type.PrimitiveByteArrayType;
import org.apache.seatunnel.api.table.type.SeaTunnelDataType;
import org.junit.jupiter.api.Test;

/**
 * The statements for some source tables are equal to tests/golden/ddl.sql, which AWS's dsql-lint
 * checks. With -Dgolden.update=true the test writes the file instead.
 */
class DdlTest {
    private final List<String> statements = new ArrayList<>();

    @Test
    void statementsAreThoseOfTheGoldenFile() throws IOException {
        CatalogTable types =
                table(
                        "types",
                        List.of("id"),
                        List.of(),
                        column("id", BasicType.LONG_TYPE, "bigint", false),
                        column("flag", BasicType.BOOLEAN_TYPE, "bit(1)", true),
                        column("tiny", BasicType.BYTE_TYPE, "tinyint", true),
                        column("small", BasicType.SHORT_TYPE, "smallint", true),
                        column("whole", BasicType.INT_TYPE, "int", false),
                        column("big", BasicType.LONG_TYPE, "int unsigned", true),
                        column("huge", new DecimalType(20, 0), "bigint unsigned", true),
                        column("money", new DecimalType(10, 2), null, true),
                        column("exact", new DecimalType(38, 18), "decimal(65,30)", true),
                        column("single", BasicType.FLOAT_TYPE, "float", true),
                        column("twice", BasicType.DOUBLE_TYPE, "double", true),
                        column("word", BasicType.STRING_TYPE, "varchar(16383)", true),
                        column("long word", BasicType.STRING_TYPE, "varchar(16384)", true),
                        column("letters", BasicType.STRING_TYPE, "char(10)", true),
                        column("bytes2", BasicType.STRING_TYPE, "VARCHAR2(30 BYTE)", true),
                        column("note", BasicType.STRING_TYPE, null, true),
                        column("choice", BasicType.STRING_TYPE, "enum('a','b')", true),
                        column("document", BasicType.STRING_TYPE, "json", true),
                        column("uid", BasicType.STRING_TYPE, "uuid", true),
                        column("picture", PrimitiveByteArrayType.INSTANCE, "blob", true),
                        column("day", LocalTimeType.LOCAL_DATE_TYPE, "date", true),
                        column("hour", LocalTimeType.LOCAL_TIME_TYPE, "time(6)", true),
                        column("moment", LocalTimeType.LOCAL_DATE_TIME_TYPE, "datetime(3)", true));
        add("every type", types, Map.of());
        CatalogTable keys =
                table(
                        "keys",
                        List.of("tenant", "id"),
                        List.of(
                                index(ConstraintKey.ConstraintType.INDEX_KEY, "by_code", "code"),
                                index(ConstraintKey.ConstraintType.UNIQUE_KEY, "code", "code"),
                                index(
                                        ConstraintKey.ConstraintType.INDEX_KEY,
                                        "a name that is far longer than PostgreSQL takes it for a name",
                                        "id",
                                        "code"),
                                index(
                                        ConstraintKey.ConstraintType.UNIQUE_KEY,
                                        "PRIMARY",
                                        "tenant",
                                        "id"),
                                index(
                                        ConstraintKey.ConstraintType.INDEX_KEY,
                                        "not carried",
                                        "elsewhere")),
                        column("id", BasicType.LONG_TYPE, "bigint", true),
                        column("tenant", BasicType.STRING_TYPE, "varchar(20)", true),
                        column("code", BasicType.STRING_TYPE, "varchar(20)", true));
        add("the source's keys; a key column is never null", keys, Map.of());
        add("the job's key", keys, Map.of("primary_keys", List.of("code")));
        add(
                "the key stays where rows are appended",
                keys,
                Map.of("support_upsert_by_insert_only", true));
        add(
                "names in another case, with quotes, in another schema",
                table(
                        "od\"d",
                        List.of(),
                        List.of(),
                        column("a \"b\"", BasicType.LONG_TYPE, null, true)),
                Map.of("schema", "App", "field_ide", "UPPERCASE"));

        Path file = Path.of(System.getProperty("root.dir"), "tests/golden/ddl.sql");
        if (Boolean.getBoolean("golden.update")) {
            Files.write(file, statements);
        }
        assertThat(Files.readAllLines(file))
                .isEqualTo(String.join("\n", statements).lines().collect(Collectors.toList()));
    }

    private void add(String what, CatalogTable source, Map<String, Object> options) {
        Map<String, Object> all = TestTables.options();
        all.remove("primary_keys");
        all.putAll(options);
        DsqlTable table = DsqlSinkConfig.of(ReadonlyConfig.fromMap(all), source).table();
        TableDefinition definition = TableDefinition.of(table, source);
        definition.check();
        statements.add("-- " + what);
        statements.add(Ddl.createSchema(table) + ";");
        statements.add(Ddl.createTable(definition) + ";");
        definition.indexes().forEach(i -> statements.add(Ddl.createIndex(table, i) + ";"));
        List<List<String>> key = new ArrayList<>();
        for (TableDefinition.ColumnDefinition column : definition.columns()) {
            if (definition.primaryKey().contains(column.name())) {
                key.add(List.of(column.name(), column.type()));
            }
        }
        if (!key.isEmpty()) {
            List<String> from = Collections.nCopies(key.size(), "1");
            KeyPages pages = KeyPages.deletion(Map.of(), table, key, 1);
            statements.add(pages.lastOfPage(from) + ";");
            statements.add(pages.statement(from, Collections.nCopies(key.size(), "2")) + ";");
        }
        statements.add(Ddl.dropTable(table) + ";");
    }

    private static CatalogTable table(
            String name,
            List<String> key,
            List<ConstraintKey> constraints,
            PhysicalColumn... columns) {
        return TestTables.table(
                TableIdentifier.of("mysql", "shop", null, name),
                Collections.emptyMap(),
                key,
                constraints,
                columns);
    }

    private static PhysicalColumn column(
            String name, SeaTunnelDataType<?> type, String sourceType, boolean nullable) {
        return PhysicalColumn.of(
                name,
                type,
                0,
                nullable,
                null,
                "",
                sourceType,
                false,
                false,
                0L,
                Collections.emptyMap(),
                0L);
    }

    private static ConstraintKey index(
            ConstraintKey.ConstraintType type, String name, String... columns) {
        List<ConstraintKey.ConstraintKeyColumn> keys = new ArrayList<>();
        for (String column : columns) {
            keys.add(
                    ConstraintKey.ConstraintKeyColumn.of(column, ConstraintKey.ColumnSortType.ASC));
        }
        return ConstraintKey.of(type, name, keys);
    }

    /** In a key or an index 16 bytes become a uuid, which Aurora DSQL can index. */
    @Test
    void sixteenBytesAreAUuidWhereTheyAreIndexed() {
        ConstraintKey owner = index(ConstraintKey.ConstraintType.INDEX_KEY, "owner", "owner");
        CatalogTable source =
                table(
                        "t",
                        List.of("id"),
                        List.of(owner),
                        column("id", PrimitiveByteArrayType.INSTANCE, "binary(16)", false),
                        column("owner", PrimitiveByteArrayType.INSTANCE, "BINARY(16)", true),
                        column("digest", PrimitiveByteArrayType.INSTANCE, "binary(16)", true));
        Map<String, Object> options = TestTables.options();
        options.remove("primary_keys");
        DsqlTable table = DsqlSinkConfig.of(ReadonlyConfig.fromMap(options), source).table();
        assertThat(TableDefinition.of(table, source).columns())
                .extracting(TableDefinition.ColumnDefinition::type)
                .containsExactly("uuid", "uuid", "bytea");
    }

    /** By each name that a release has for a numeric without precision, and for a char. */
    @Test
    void typesOfPostgresAreKept() {
        assertThat(postgres(new DecimalType(38, 18), "numeric(38,18)")).isEqualTo(UNBOUNDED);
        assertThat(postgres(new DecimalType(38, 10), "numeric(38,10)")).isEqualTo(UNBOUNDED);
        assertThat(postgres(new DecimalType(38, 18), null)).isEqualTo(UNBOUNDED);
        assertThat(postgres(new DecimalType(-1, 65_531), "numeric(-1, 65531)"))
                .isEqualTo(UNBOUNDED);
        assertThat(postgres(new DecimalType(38, 18), "numeric(38, 18)"))
                .isEqualTo("numeric(38,18)");
        assertThat(postgres(new DecimalType(10, 2), "numeric(10, 2)")).isEqualTo("numeric(10,2)");
        assertThat(postgres(BasicType.STRING_TYPE, "char(5)")).isEqualTo("char(5)");
        assertThat(postgres(BasicType.STRING_TYPE, "bpchar(1024)")).isEqualTo("char(1024)");
        assertThat(postgres(BasicType.STRING_TYPE, "bpchar(1025)")).isEqualTo("varchar(1025)");
        assertThat(ColumnTypes.holds("character(5)", "char(5)")).isTrue();
        assertThat(ColumnTypes.holds("character varying(5)", "char(5)")).isTrue();
        assertThat(ColumnTypes.holds("character(4)", "char(5)")).isFalse();
    }

    private static final String UNBOUNDED = "numeric(1000,100)";

    private static String postgres(SeaTunnelDataType<?> type, String sourceType) {
        return ColumnTypes.of(column("c", type, sourceType, true), true);
    }

    @Test
    void allColumnsWithoutACounterpartAreNamed() {
        CatalogTable source =
                table(
                        "t",
                        List.of("digest"),
                        List.of(),
                        column("digest", PrimitiveByteArrayType.INSTANCE, "binary(8)", false),
                        column("nothing", BasicType.VOID_TYPE, "geometry", true),
                        column("wide", new DecimalType(1_001, 0), null, true));
        Map<String, Object> options = TestTables.options();
        options.remove("primary_keys");
        DsqlTable table = DsqlSinkConfig.of(ReadonlyConfig.fromMap(options), source).table();
        assertThat(catchThrowable(() -> TableDefinition.of(table, source).check()))
                .hasMessageContaining("Table shop.t -> public.t cannot be created")
                .hasMessageContaining("key column 'digest' would be of type bytea")
                .hasMessageContaining("'primary_keys'")
                .hasMessageContaining("digest_hex varchar(...) AS (HEX(digest)) STORED NOT NULL")
                .hasMessageContaining("column 'nothing' is of type NULL, geometry")
                .hasMessageContaining("column 'wide' is of type Decimal(1001, 0)");
    }
}
