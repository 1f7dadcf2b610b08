package io.dsqlsink.seatunnel.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.dsqlsink.seatunnel.TestTables;
import io.dsqlsink.seatunnel.catalog.TableDefinition;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.source.SourceTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.apache.seatunnel.api.sink.SaveModeHandler;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.ConstraintKey;
import org.apache.seatunnel.api.table.catalog.PhysicalColumn;
import org.apache.seatunnel.api.table.catalog.TableIdentifier;
import org.apache.seatunnel.api.table.type.BasicType;
import org.apache.seatunnel.api.table.type.PrimitiveByteArrayType;
import org.apache.seatunnel.api.table.type.SeaTunnelDataType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Which of a source's indexes a table gets. In tests that read the catalog, the source is the
 * PostgreSQL behind dsql-local; the jobs of tests/e2e do the same with MySQL.
 */
@Timeout(120)
class IndexesTest extends DsqlFixture {
    private static final String MYSQL = "jdbc:mysql://nowhere/shop";

    @AfterEach
    void drop() {
        dsql.sql("DROP SCHEMA IF EXISTS src CASCADE");
        dsql.sql("DROP SCHEMA IF EXISTS dst CASCADE");
    }

    /** SeaTunnel's description of a source with the given address. */
    private static CatalogTable source(
            String url,
            String name,
            List<String> key,
            List<ConstraintKey> constraints,
            PhysicalColumn... columns) {
        return TestTables.table(
                TableIdentifier.of("source", "postgres", "src", name),
                url == null ? Map.of() : Map.of("url", url),
                key,
                constraints,
                columns);
    }

    private static PhysicalColumn column(String name, String type) {
        return column(name, type, true);
    }

    private static PhysicalColumn column(String name, String type, boolean nullable) {
        SeaTunnelDataType<?> carried =
                type.matches("int\\d?")
                        ? BasicType.INT_TYPE
                        : type.startsWith("bytea") || type.startsWith("blob")
                                ? PrimitiveByteArrayType.INSTANCE
                                : BasicType.STRING_TYPE;
        return PhysicalColumn.of(
                name, carried, 0, nullable, null, "", type, false, false, 0L, Map.of(), 0L);
    }

    private static ConstraintKey unique(String name, String... columns) {
        return constraint(ConstraintKey.ConstraintType.UNIQUE_KEY, name, "ASC", columns);
    }

    private static ConstraintKey index(String name, String... columns) {
        return constraint(ConstraintKey.ConstraintType.INDEX_KEY, name, "ASC", columns);
    }

    private static ConstraintKey constraint(
            ConstraintKey.ConstraintType type, String name, String order, String... columns) {
        List<ConstraintKey.ConstraintKeyColumn> keys = new ArrayList<>();
        for (String column : columns) {
            keys.add(
                    ConstraintKey.ConstraintKeyColumn.of(
                            column, ConstraintKey.ColumnSortType.valueOf(order)));
        }
        return ConstraintKey.of(type, name, keys);
    }

    private static TableDefinition prepare(SourceTable source, String... more) throws Exception {
        Map<String, Object> all = new LinkedHashMap<>(TestTables.options());
        all.remove("primary_keys");
        all.put("url", dsql.url());
        all.put("schema", "dst");
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        DsqlSinkConfig config = DsqlSinkConfig.of(ReadonlyConfig.fromMap(all), source.table());
        TableDefinition definition = TableDefinition.of(config.table(), source);
        SaveModeHandler handler =
                new DsqlSink(config, definition).getSaveModeHandler().orElseThrow();
        try {
            handler.handleSaveMode();
        } finally {
            handler.close();
        }
        return definition;
    }

    /** The secondary indexes of a target table, without the parts that are the same in each. */
    private static List<String> created(String table) {
        return dsql
                .sql(
                        "SELECT regexp_replace(indexdef, ' ON dst\\.\\S+ USING btree', ':')"
                                + " FROM pg_indexes WHERE schemaname = 'dst' AND tablename = '"
                                + table
                                + "' AND indexname <> '"
                                + table
                                + "_pkey' ORDER BY indexname")
                .stream()
                .map(line -> line.replace("INDEX " + table + "_", "INDEX "))
                .collect(Collectors.toList());
    }

    private static String leftOut(TableDefinition definition, String index) {
        List<String> lines =
                definition.leftOut().stream()
                        .filter(line -> line.contains("ndex " + index + " ("))
                        .collect(Collectors.toList());
        assertThat(lines).as("%s in %s", index, definition.leftOut()).hasSize(1);
        return lines.get(0);
    }

    @Test
    void indexesOfPostgresqlMeanTheSame() throws Exception {
        dsql.sql("CREATE SCHEMA src");
        dsql.sql(
                "CREATE TABLE src.t (id int PRIMARY KEY, a int, b int, name varchar(40), url text,"
                        + " doc jsonb, bin bytea, span interval, gone timestamp)");
        for (String ddl :
                List.of(
                        "UNIQUE INDEX whole ON src.t (name)",
                        "INDEX plain ON src.t (a, b)",
                        "INDEX again ON src.t (a, b)",
                        "INDEX of_key ON src.t (id)",
                        "UNIQUE INDEX living ON src.t (url) WHERE gone IS NULL",
                        "UNIQUE INDEX folded ON src.t (a, lower(name))",
                        "UNIQUE INDEX carrying ON src.t (b) INCLUDE (name)",
                        "UNIQUE INDEX nulls ON src.t (a, name) NULLS NOT DISTINCT",
                        "INDEX backwards ON src.t (b DESC, a DESC)",
                        "INDEX mixed ON src.t (b DESC, a)",
                        "INDEX pattern ON src.t (name text_pattern_ops)",
                        "INDEX nulls_first ON src.t (a NULLS FIRST)",
                        "INDEX hashed_short ON src.t USING hash (name)",
                        "INDEX hashed ON src.t USING hash (url)",
                        "INDEX in_doc ON src.t USING gin (doc)",
                        "INDEX of_doc ON src.t (doc)",
                        "INDEX by_range ON src.t USING brin (gone)",
                        "UNIQUE INDEX of_bin ON src.t (bin)",
                        "INDEX of_span ON src.t (span)",
                        "INDEX nowhere ON src.t (gone)")) {
            dsql.sql("CREATE " + ddl);
        }
        CatalogTable told =
                source(
                        dsql.postgres(),
                        "t",
                        List.of("id"),
                        List.of(unique("living", "url"), unique("whole", "name")),
                        column("id", "int4"),
                        column("a", "int4"),
                        column("b", "int4"),
                        column("name", "varchar(40)"),
                        column("url", "text"),
                        column("doc", "jsonb"),
                        column("bin", "bytea"),
                        column("span", "interval"));
        SourceTable found =
                SourceTable.withCatalog(told, "postgres", null, getClass().getClassLoader());
        assertThat(found.unknown()).isNull();
        TableDefinition definition = prepare(found);
        // The table lacks a column of the index's condition, so the database refuses the index.
        assertThat(created("t"))
                .containsExactly(
                        "CREATE INDEX again: (a, b)",
                        "CREATE INDEX backwards: (b, a)",
                        "CREATE UNIQUE INDEX carrying: (b) INCLUDE (name)",
                        "CREATE UNIQUE INDEX folded: (a, lower((name)::text))",
                        "CREATE UNIQUE INDEX nulls: (a, name) NULLS NOT DISTINCT",
                        "CREATE UNIQUE INDEX whole: (name)");
        assertThat(leftOut(definition, "mixed")).contains("some of its columns ascend");
        assertThat(leftOut(definition, "nulls_first")).contains("a non-default order of NULLs");
        assertThat(leftOut(definition, "hashed")).contains("HASH");
        assertThat(leftOut(definition, "in_doc")).contains("no GIN indexes");
        assertThat(leftOut(definition, "of_doc")).contains("type jsonb");
        assertThat(leftOut(definition, "by_range")).contains("no BRIN indexes");
        assertThat(leftOut(definition, "of_bin"))
                .startsWith("Unique index of_bin (bin)")
                .contains("type bytea")
                .endsWith("the target does not enforce that its values are unique");
        assertThat(leftOut(definition, "of_span")).contains("interval");
        assertThat(leftOut(definition, "nowhere")).contains("no column 'gone'");
    }

    @Test
    void anExpressionIsNotUsedForColumnsOfOtherNames() throws Exception {
        dsql.sql("CREATE SCHEMA src");
        dsql.sql("CREATE TABLE src.t (id int PRIMARY KEY, name varchar(40))");
        dsql.sql("CREATE UNIQUE INDEX folded ON src.t (lower(name))");
        dsql.sql("CREATE UNIQUE INDEX partial ON src.t (name) WHERE id > 5");
        CatalogTable told =
                source(
                        dsql.postgres(),
                        "t",
                        List.of("id"),
                        List.of(),
                        column("id", "int4"),
                        column("name", "varchar(40)"));
        SourceTable found =
                SourceTable.withCatalog(told, "postgres", null, getClass().getClassLoader());
        TableDefinition definition = prepare(found, "field_ide", "UPPERCASE");
        assertThat(leftOut(definition, "folded")).contains("names columns as the source does");
        assertThat(leftOut(definition, "partial")).contains("its condition (id > 5)");
        assertThat(created("T")).isEmpty();
    }

    /**
     * Earlier, a partial unique index was used as the key of a table without one, and rows were
     * merged.
     */
    @Test
    void onlyAUniqueIndexOfAllRowsIsUsedAsAKey() throws Exception {
        dsql.sql("CREATE SCHEMA src");
        dsql.sql("CREATE TABLE src.t (a int NOT NULL, b int NOT NULL)");
        dsql.sql("CREATE UNIQUE INDEX partial ON src.t (a) WHERE b > 5");
        CatalogTable told =
                source(
                        dsql.postgres(),
                        "t",
                        List.of(),
                        List.of(unique("partial", "a")),
                        column("a", "int4", false),
                        column("b", "int4", false));
        ClassLoader loader = getClass().getClassLoader();
        SourceTable found = SourceTable.withCatalog(told, "postgres", null, loader);
        assertThat(prepare(found).target().getTableId().getTableName()).isEqualTo("t");
        assertThat(created("t")).containsExactly("CREATE UNIQUE INDEX partial: (a) WHERE (b > 5)");
        assertThat(
                        dsql.sql(
                                "SELECT 1 FROM pg_index WHERE indisprimary AND indrelid = 'dst.t'::regclass"))
                .isEmpty();

        // Without the catalog it is not known which rows the index contains.
        dsql.sql("DROP TABLE dst.t");
        SourceTable unread = SourceTable.withCatalog(told, "nobody", null, loader);
        assertThat(unread.unknown()).contains("its catalog cannot be read").contains("nobody");
        TableDefinition definition = prepare(unread);
        assertThat(leftOut(definition, "partial"))
                .contains("whether it holds all rows is not known")
                .contains("'source_username'");
        assertThat(created("t")).isEmpty();

        dsql.sql("DROP TABLE dst.t");
        dsql.sql("CREATE UNIQUE INDEX of_all ON src.t (b)");
        prepare(SourceTable.withCatalog(told, "postgres", null, loader));
        assertThat(dsql.sql("SELECT indexdef FROM pg_indexes WHERE indexname = 't_pkey'"))
                .containsExactly("CREATE UNIQUE INDEX t_pkey ON dst.t USING btree (b)");
    }

    /** From 2.3.6 on SeaTunnel does not pass on the source's account. */
    @Test
    void missingInformationAboutMysqlIsNotGuessed() throws Exception {
        ConstraintKey fulltext =
                constraint(ConstraintKey.ConstraintType.INDEX_KEY, "fulltext", "DESC", "name");
        ConstraintKey descending =
                constraint(ConstraintKey.ConstraintType.INDEX_KEY, "descending", "DESC", "a");
        CatalogTable told =
                source(
                        MYSQL,
                        "t",
                        List.of("id"),
                        List.of(
                                fulltext,
                                descending,
                                index("name", "name"),
                                index("url", "url"),
                                index("note", "note"),
                                unique("note_u", "note"),
                                unique("name_u", "name", "a"),
                                index("", "a", "name")),
                        column("id", "int"),
                        column("a", "int"),
                        column("name", "varchar(40)"),
                        column("url", "varchar(700)"),
                        column("note", "text"));
        SourceTable source = SourceTable.withCatalog(told, null, null, getClass().getClassLoader());
        assertThat(source.unknown()).contains("does not pass on the account");
        TableDefinition definition = prepare(source);
        assertThat(created("t"))
                .containsExactly(
                        "CREATE INDEX descending: (a)",
                        "CREATE INDEX name: (name)",
                        "CREATE UNIQUE INDEX name_u: (name, a)");
        assertThat(leftOut(definition, "fulltext")).contains("whether it is FULLTEXT");
        assertThat(leftOut(definition, "url")).contains("how much of column 'url' it holds");
        assertThat(leftOut(definition, "note")).contains("how much of column 'note'");
        assertThat(leftOut(definition, "note_u")).contains("how much of column 'note'");
        assertThat(leftOut(definition, "")).contains("which columns it has");
    }

    @Test
    void limitsAreKnownBeforehand() throws Exception {
        List<PhysicalColumn> columns = new ArrayList<>(List.of(column("id", "int")));
        List<ConstraintKey> constraints = new ArrayList<>();
        for (int i = 1; i <= 26; i++) {
            columns.add(column("c" + i, "int"));
            constraints.add(index("i" + i, "c" + i));
        }
        columns.add(column("w", "varchar(1500)"));
        columns.add(column("v", "varchar(501)"));
        columns.add(column("n", "text"));
        constraints.add(unique("u", "c26", "c1"));
        constraints.add(0, index("nine", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9"));
        constraints.add(0, index("declared", "w", "v"));
        constraints.add(0, index("any", "n"));
        PhysicalColumn[] all = columns.toArray(new PhysicalColumn[0]);
        TableDefinition definition =
                prepare(
                        SourceTable.withoutCatalog(
                                source(null, "t", List.of("id"), constraints, all)));
        assertThat(created("t")).hasSize(23).contains("CREATE UNIQUE INDEX u: (c26, c1)");
        assertThat(leftOut(definition, "nine")).contains("9 columns").contains("takes 8");
        assertThat(leftOut(definition, "declared")).contains("2001 bytes").contains("2000");
        assertThat(leftOut(definition, "i22")).contains("24 indexes");
        assertThat(definition.leftOut()).hasSize(2 + 5);
        assertThat(definition.notes())
                .containsExactly(
                        "Index any (n): a row is refused if its values in the index and in the"
                                + " key have more than 1974 bytes together; create_index ="
                                + " false creates no indexes");
    }

    /** Index names are unique per table in MySQL, and per schema in Aurora DSQL. */
    @Test
    void namesOfIndexesAvoidExistingNames() throws Exception {
        PhysicalColumn[] columns = {column("id", "int"), column("a", "int")};
        List<String> key = List.of("id");
        prepare(
                SourceTable.withoutCatalog(
                        source(null, "x", key, List.of(index("y_z", "a")), columns)));
        assertThat(created("x")).containsExactly("CREATE INDEX y_z: (a)");
        // Index x_y_z exists.
        prepare(
                SourceTable.withoutCatalog(
                        source(null, "x_y", key, List.of(index("z", "a")), columns)));
        assertThat(created("x_y")).hasSize(1).first().asString().doesNotContain("z: (a)");
        // The same again, as after an interruption.
        prepare(
                SourceTable.withoutCatalog(
                        source(null, "x_y", key, List.of(index("z", "a")), columns)));
        assertThat(created("x_y")).hasSize(1);
        // A table with the index's name.
        prepare(SourceTable.withoutCatalog(source(null, "x_y_z", key, List.of(), columns)));
        assertThat(dsql.sql("SELECT count(*) FROM dst.x_y_z")).containsExactly("0");
        assertThat(created("x")).hasSize(1).first().asString().endsWith(": (a)");
        prepare(
                SourceTable.withoutCatalog(
                        source(null, "x", key, List.of(index("y_z", "a")), columns)));
        assertThat(created("x")).hasSize(1);
        // An index with a table's name.
        prepare(
                SourceTable.withoutCatalog(
                        source(null, "x_y", key, List.of(index("z", "id", "a")), columns)));
        prepare(SourceTable.withoutCatalog(source(null, "p", key, List.of(), columns)));
        prepare(SourceTable.withoutCatalog(source(null, "p_q", key, List.of(), columns)));
        dsql.sql("DROP TABLE dst.p");
        prepare(
                SourceTable.withoutCatalog(
                        source(null, "p", key, List.of(index("q", "a")), columns)));
        assertThat(created("p")).hasSize(1);
    }

    @Test
    void longNamesOfIndexesStayDifferent() throws Exception {
        String same = "a_name_of_an_index_that_has_far_more_bytes_than_postgresql_takes_";
        PhysicalColumn[] columns = {column("id", "int"), column("a", "int"), column("b", "int")};
        List<ConstraintKey> constraints =
                List.of(
                        index(same + "1", "a"),
                        index(same + "2", "b"),
                        index("\uD83D\uDE00".repeat(20), "a", "b"),
                        index("quote\" and . dot", "b", "a"));
        prepare(SourceTable.withoutCatalog(source(null, "名", List.of("id"), constraints, columns)));
        assertThat(created("名")).hasSize(4);
    }
}
