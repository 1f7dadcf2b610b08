package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Tables are created with those indexes of the source that mean the same in Aurora DSQL, and only
 * under their full names. The sources are MySQL by Jdbc and MySQL-CDC, and PostgreSQL.
 */
class IndexesIT {
    private static final String DOCS =
            "CREATE TABLE docs (id int PRIMARY KEY, url varchar(2000), title varchar(100), body"
                    + " text, a int, b int, FULLTEXT KEY words (title, body), KEY url_begin"
                    + " (url(100)), UNIQUE KEY url_rule (url(100)), KEY body_begin (body(50)), KEY"
                    + " folded ((lower(title))), UNIQUE KEY folded_rule (a, (lower(title))), UNIQUE"
                    + " KEY title_rule (title), KEY plain (a, b), KEY backwards (a DESC), KEY mixed"
                    + " (a, b DESC), KEY unseen (b) INVISIBLE)";

    private static final String[] CREATED = {
        "CREATE INDEX docs_backwards ON %s.docs USING btree (a)",
        "CREATE INDEX docs_plain ON %s.docs USING btree (a, b)",
        "CREATE UNIQUE INDEX docs_pkey ON %s.docs USING btree (id)",
        "CREATE UNIQUE INDEX docs_title_rule ON %s.docs USING btree (title)",
        "CREATE UNIQUE INDEX docs_url_rule ON %s.docs USING btree (\"left\"((url)::text, 100))"
    };

    private static final String[] LEFT_OUT = {
        "Index words (title, body) is left out: Aurora DSQL has no FULLTEXT indexes",
        "Index url_begin (url(100)) is left out: it holds the first 100 characters",
        "Index body_begin (body(50)) is left out",
        "Index folded ((lower(`title`))) is left out: the expression lower(`title`) is SQL of",
        "Unique index folded_rule (a, (lower(`title`))) is left out",
        "Index mixed (a, b) is left out: some of its columns ascend",
        "Index unseen (b) is left out: it is invisible",
        "Unique index url_rule (url(100)) is created on left(url, 100)"
    };

    @Test
    void indexesOfMysqlMeanTheSame() throws Exception {
        MySqlSource mysql = MySqlSource.of("indexed");
        try (Connection source = mysql.connect();
                Connection target = Servers.dsql().connectBehind()) {
            Sql.run(source, DOCS);
            // 1,900 characters of two bytes are too long for a key.
            Sql.run(
                    source,
                    "INSERT INTO docs VALUES (1, repeat('\u00fc', 1900), 'T', repeat('b', 9000), 1, 2)",
                    "INSERT INTO docs VALUES (2, 'u', 't2', 'b', 1, 2)");
            String config = with(SinkBlock.dsql(), "by_jdbc").batchFrom(mysql.jdbc("docs"));
            try (Job job = Servers.run("indexes-jdbc", config)) {
                assertThat(job.await(Servers.JOB)).as(job::tail).isZero();
                assertIndexes(target, "by_jdbc", job);
            }
            // MySQL-CDC itself cannot read a table that has an index on an expression.
            Sql.run(source, "ALTER TABLE docs DROP KEY folded, DROP KEY folded_rule");
            String cdc =
                    mysql.mainJob(List.of("docs"))
                            .replace(
                                    "generate_sink_sql = true",
                                    "generate_sink_sql = true\n    schema = \"by_cdc\"\n"
                                            + "    source_username = \""
                                            + MySqlServer.USER
                                            + "\"\n    source_password = \""
                                            + MySqlServer.PASSWORD
                                            + "\"");
            try (Job job = Servers.run("indexes-cdc", cdc)) {
                Poll.until(
                        () -> "rows to arrive; " + job.tail(),
                        Servers.JOB,
                        Duration.ofMillis(300),
                        () -> {
                            job.requireAlive();
                            return Sql.value(target, "SELECT to_regclass('by_cdc.docs')") != null
                                    && Sql.number(target, "SELECT count(*) FROM by_cdc.docs") == 2;
                        });
                assertIndexes(target, "by_cdc", job);
            }
        }
    }

    private static void assertIndexes(Connection target, String schema, Job job)
            throws SQLException {
        List<String> expected = new ArrayList<>();
        for (String index : CREATED) {
            expected.add(index.formatted(schema));
        }
        assertThat(
                        Sql.values(
                                target,
                                "SELECT indexdef FROM pg_indexes WHERE schemaname = '"
                                        + schema
                                        + "'"))
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(Sql.number(target, "SELECT count(*) FROM " + schema + ".docs")).isEqualTo(2);
        List<String> warnings = job.log().lines().filter(l -> l.contains(" WARN ")).toList();
        for (String line : LEFT_OUT) {
            boolean there = !schema.equals("by_cdc") || !line.contains("folded");
            assertThat(warnings.stream().filter(w -> w.contains(line)))
                    .as(line)
                    .hasSize(there ? 1 : 0);
        }
    }

    @Test
    void indexesOfPostgresqlMeanTheSame() throws Exception {
        PostgresSource postgres =
                PostgresSource.of(
                        "pgsource",
                        "CREATE TABLE docs (id int PRIMARY KEY, mail text, gone int)",
                        "CREATE UNIQUE INDEX living ON docs (mail) WHERE gone = 0",
                        "CREATE UNIQUE INDEX folded ON docs (gone, lower(mail))",
                        "CREATE INDEX hashed ON docs USING hash (mail)",
                        // A unique index of all rows would refuse these rows.
                        "INSERT INTO docs VALUES (1, 'm', 1), (2, 'm', 0), (3, 'n', 1)");
        try (Connection behind = Servers.dsql().connectBehind()) {
            String config =
                    with(SinkBlock.dsql(), "pgtarget")
                            .with("source_username", "\"postgres\"")
                            .with("source_password", "\"none\"")
                            .batchFrom(postgres.jdbc("docs"));
            try (Job job = Servers.run("indexes-postgresql", config)) {
                assertThat(job.await(Servers.JOB)).as(job::tail).isZero();
                assertThat(
                                Sql.values(
                                        behind,
                                        "SELECT indexdef FROM pg_indexes WHERE schemaname ="
                                                + " 'pgtarget'"))
                        .containsExactlyInAnyOrder(
                                "CREATE UNIQUE INDEX docs_pkey ON pgtarget.docs USING btree (id)",
                                "CREATE UNIQUE INDEX docs_living ON pgtarget.docs USING btree"
                                        + " (mail) WHERE (gone = 0)",
                                "CREATE UNIQUE INDEX docs_folded ON pgtarget.docs USING btree"
                                        + " (gone, lower(mail))");
                assertThat(Sql.number(behind, "SELECT count(*) FROM pgtarget.docs")).isEqualTo(3);
                assertThat(job.log()).contains("Index hashed (mail) is left out: a HASH index");
            }
        }
    }

    /** Cut to 63 bytes, the name would be that of another table, and that one would be dropped. */
    @Test
    void aTableWhoseNameWouldBeCutIsRefused() throws Exception {
        String name = "t".repeat(64);
        MySqlSource mysql = MySqlSource.of("named");
        try (Connection source = mysql.connect();
                Connection target = Servers.dsql().connectBehind()) {
            Sql.run(source, "CREATE TABLE " + name + " (id int PRIMARY KEY)");
            Sql.run(
                    target,
                    "CREATE TABLE " + name.substring(1) + " (id int PRIMARY KEY)",
                    "INSERT INTO " + name.substring(1) + " VALUES (7)");
            String config =
                    SinkBlock.dsql()
                            .with("schema_save_mode", "\"RECREATE_SCHEMA\"")
                            .batchFrom(mysql.jdbc(name));
            try (Job job = Servers.run("long-name", config)) {
                assertThat(job.await(Servers.JOB)).isNotZero();
                assertThat(job.log())
                        .contains("DSQL-01")
                        .contains("'" + name + "' has a name of 64 bytes");
            }
            assertThat(Sql.number(target, "SELECT id FROM " + name.substring(1))).isEqualTo(7);
        }
    }

    private static SinkBlock with(SinkBlock sink, String schema) {
        return sink.with("schema", "\"" + schema + "\"")
                .with("source_username", "\"" + MySqlServer.USER + "\"")
                .with("source_password", "\"" + MySqlServer.PASSWORD + "\"");
    }
}
