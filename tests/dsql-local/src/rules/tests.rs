//! Statements, each with its refusal; `None` if Aurora DSQL accepts it.

use crate::sql::statement::analyse;

fn check(text: &str, expect: Option<&str>) {
    let refusal = analyse(text).refusal.map(|e| format!("{} {}", e.code, e.message));
    assert_eq!(refusal.as_deref(), expect, "{text}");
}

fn unsupported(text: &str, name: &str) {
    check(text, Some(&format!("0A000 unsupported statement: {name}")));
}

#[test]
fn accepts_statements_of_applications() {
    for text in [
        "CREATE TABLE t (id bigint PRIMARY KEY, v varchar(10) NOT NULL DEFAULT 'x', n numeric(10, 2) CHECK (n > 0))",
        "CREATE TABLE t (a int, b uuid DEFAULT gen_random_uuid(), c timestamp(3), PRIMARY KEY (a, b))",
        "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) STORED)",
        "CREATE TABLE t (LIKE u)",
        "CREATE TABLE IF NOT EXISTS s.t (a int REFERENCES s.u (id) ON DELETE CASCADE)",
        "CREATE VIEW v AS SELECT 1",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$",
        "CREATE SEQUENCE s CACHE 65536",
        "CREATE ROLE app WITH LOGIN",
        "COMMENT ON TABLE t IS 'x'",
        "GRANT SELECT ON t TO app",
        "GRANT USAGE ON SCHEMA s TO app",
        "CREATE INDEX ASYNC ON t (a, b) INCLUDE (c) WHERE a > 1",
        "CREATE UNIQUE INDEX ASYNC i ON t (a) NULLS NOT DISTINCT",
        "ALTER TABLE t ADD COLUMN c text",
        "ALTER TABLE t RENAME TO u",
        "ALTER TABLE t RENAME COLUMN a TO b",
        "ALTER TABLE t SET SCHEMA s",
        "ALTER TABLE t OWNER TO app",
        "ALTER TABLE t DROP CONSTRAINT c",
        "ALTER TABLE t ALTER COLUMN id RESTART WITH 100",
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r",
        "SELECT a, rank() OVER (PARTITION BY b ORDER BY c) FROM t GROUP BY GROUPING SETS ((a), (b))",
        "SELECT DISTINCT ON (a) * FROM t FOR UPDATE",
        "SELECT * FROM t FOR KEY SHARE",
        "INSERT INTO t SELECT unnest($1::int[]) ON CONFLICT (id) DO UPDATE SET v = EXCLUDED.v RETURNING id",
        "UPDATE t SET a = v.a FROM (VALUES (1, 2)) v(id, a) WHERE t.id = v.id",
        "DELETE FROM t USING u WHERE t.id = u.id",
        "COPY t FROM STDIN WITH (FORMAT csv)",
        "EXPLAIN ANALYZE SELECT 1",
        "ANALYZE t",
        "BEGIN ISOLATION LEVEL REPEATABLE READ",
        "START TRANSACTION READ ONLY",
        "DEALLOCATE ALL",
        "DROP TABLE IF EXISTS t CASCADE",
        "SET search_path TO a, b",
        "SET TIME ZONE LOCAL",
        "SHOW timezone",
    ] {
        check(text, None);
    }
}

#[test]
fn refuses_statements_by_their_node() {
    unsupported("TRUNCATE t", "Truncate");
    unsupported("PREPARE p AS SELECT 1", "Prepare");
    unsupported("EXECUTE p", "Execute");
    unsupported("DISCARD ALL", "Discard");
    unsupported("DECLARE c CURSOR FOR SELECT 1", "DeclareCursor");
    unsupported("CREATE EXTENSION hstore", "CreateExtension");
    unsupported("CREATE RULE r AS ON INSERT TO t DO NOTHING", "Rule");
    unsupported("CREATE POLICY p ON t", "CreatePolicy");
    unsupported("CREATE TABLE u AS SELECT 1", "CreateTableAs");
    unsupported("REFRESH MATERIALIZED VIEW m", "RefreshMatView");
    unsupported("REINDEX TABLE t", "Reindex");
    unsupported("DO $$ BEGIN END $$", "Do");
    unsupported("DROP DATABASE d", "Dropdb");
    check("CREATE TYPE mood AS ENUM ('a')", Some("0A000 CREATE TYPE not supported"));
    check("RELEASE SAVEPOINT s", Some("0A000 unsupported transaction statement: RELEASE"));
    check("BEGIN ISOLATION LEVEL READ COMMITTED", Some("0A000 Unsupported isolation level: READ COMMITTED"));
    check("SELECT 1 INTO x", Some("0A000 SELECT INTO not supported"));
    let plpgsql = "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN END $$";
    check(plpgsql, Some("0A000 CREATE FUNCTION with language plpgsql not supported"));
    let range = "CREATE FUNCTION f() RETURNS int4range LANGUAGE sql AS $$ SELECT NULL $$";
    check(range, Some("0A000 datatype int4range not supported"));
    check("CREATE FUNCTION f(int[]) RETURNS int[] LANGUAGE sql AS $$ SELECT $1 $$", None);
}

/// Which of the two kinds of messages a statement gets.
#[test]
fn refusals_have_the_recorded_messages() {
    let refused = |text: &str, message: &str| check(text, Some(&format!("0A000 {message}")));
    refused(
        "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE TRIGGER not supported",
    );
    refused("CREATE TYPE p AS (a int, b int)", "unsupported statement: CompositeType");
    refused("CREATE TYPE p AS ()", "unsupported statement: CompositeType");
    refused("CREATE TYPE r AS RANGE (subtype = int4)", "unsupported statement: CreateRange");
    refused("CREATE TYPE s", "unsupported statement: Define");
    refused("CREATE TYPE s (INPUT = i, OUTPUT = o)", "unsupported statement: Define");
    refused("CREATE AGGREGATE a (int) (SFUNC = f, STYPE = int)", "unsupported statement: Define");
    refused("CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple)", "unsupported statement: Define");
    refused("CREATE COLLATION c FROM \"C\"", "unsupported statement: Define");
    refused(
        "ALTER TEXT SEARCH CONFIGURATION c ALTER MAPPING FOR word WITH simple",
        "unsupported statement: AlterTSConfiguration",
    );
    refused("ALTER TYPE mood ADD VALUE 'x'", "ALTER TYPE not supported");
    refused("ALTER TYPE p ADD ATTRIBUTE c int", "ALTER TYPE not supported");
    refused("ALTER TYPE mood RENAME TO m", "unsupported object in RENAME statement");
    refused("DROP TRIGGER g ON t", "unsupported object in DROP statement");
    refused("DROP AGGREGATE a (int)", "unsupported object in DROP statement");
    refused("DROP CAST (int AS text)", "unsupported object in DROP statement");
    refused("DROP DOMAIN IF EXISTS d CASCADE", "DROP DOMAIN with CASCADE unsupported");
    check("DROP DOMAIN d RESTRICT", None);
    refused("ALTER DOMAIN s.d SET NOT NULL", "unsupported ALTER DOMAIN SET NOT NULL statement");
    refused("ALTER DOMAIN d ADD CHECK (VALUE > 1)", "unsupported ALTER DOMAIN ADD CONSTRAINT statement");
    check("ALTER DOMAIN d DROP NOT NULL", None);
    check("ALTER DOMAIN d SET DEFAULT 'x'", None);
    refused("GRANT CREATE ON DATABASE postgres TO app", "unsupported object type in GRANT");
    refused("GRANT USAGE ON LANGUAGE sql TO app", "unsupported object type in GRANT");
    check("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA s TO app", None);
    let target = "ALTER STATISTICS s SET STATISTICS 101";
    check(target, Some("22023 statistics target 101 exceeds maximum allowed value of 100"));
    check("ALTER STATISTICS s SET STATISTICS 100", None);
    refused("CREATE INDEX ASYNC i ON t USING btree (a)", "USING not supported for CREATE INDEX");
    check("CREATE INDEX ASYNC i ON t USING btree_index (a NULLS FIRST)", None);
    // Inferred: this refusal is recorded only without the access method.
    refused("CREATE INDEX i ON t USING btree_index (a)", "unsupported mode. please use CREATE INDEX ASYNC.");
    refused("CREATE INDEX ASYNC i ON t (a DESC)", "specifying sort order not supported for index keys");
    let role = "setting configuration parameter \"role\" not supported";
    refused("CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $b$ SELECT 1; SET ROLE x $b$", role);
    refused("CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'SET ROLE ''x'''", role);
    check("CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT 'SET ROLE x' $$", None);
    check("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", None);
    refused(
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY",
        "Unsupported isolation level: READ COMMITTED",
    );
    refused(
        "CREATE TABLE u (a int) PARTITION BY RANGE (a)",
        "PARTITION BY clause not supported for CREATE TABLE",
    );
    refused("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "Unsupported isolation level: SERIALIZABLE");
    refused(
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "setting configuration parameter \"TRANSACTION\" not supported",
    );
    refused("SELECT pg_advisory_lock(1)", "unsupported function: pg_advisory_lock");
    refused("SELECT pg_try_advisory_xact_lock(1)", "unsupported function: pg_try_advisory_xact_lock");
    refused("SELECT pg_notify('a', 'b')", "unsupported function: pg_notify");
    refused("SELECT lo_create(0)", "unsupported function: lo_create");
    refused("SELECT pg_export_snapshot()", "unsupported function: pg_export_snapshot");
}

/// A keyword in a literal, a comment or a name does not make a statement of that kind.
#[test]
fn reads_the_tree_and_not_the_text() {
    check("SELECT 'TRUNCATE t' AS \"SAVEPOINT x\" -- VACUUM", None);
    check("INSERT INTO t VALUES ('SELECT set_config(1)')", None);
    check("/* hint */ truncate only t", Some("0A000 unsupported statement: Truncate"));
    check(
        "SELECT * FROM (SELECT 1 FROM t TABLESAMPLE SYSTEM (1)) x",
        Some("0A000 TABLESAMPLE clause not supported"),
    );
    let nested = "SELECT coalesce(pg_catalog.set_config('search_path', '', false), '')";
    check(nested, None);
    let other = "SELECT set_config('response.headers', '[]', true)";
    check(other, Some("0A000 setting configuration parameter \"response.headers\" not supported"));
    check(
        "WITH x AS (SELECT * FROM t FOR SHARE) SELECT * FROM x",
        Some("0A000 locking clauses other than FOR UPDATE/FOR KEY SHARE are not supported"),
    );
}

#[test]
fn reads_all_spellings_of_types() {
    let column = |spelled: &str, expect: Option<&str>| {
        let text = format!("CREATE TABLE t (v {spelled})");
        check(&text, expect.map(|name| format!("0A000 datatype {name} not supported")).as_deref());
    };
    for spelled in [
        "INT8",
        "pg_catalog.int4",
        "double  precision",
        "char varying(5)",
        "timestamp with time zone",
        "float(10)",
    ] {
        column(spelled, None);
    }
    column("int[]", Some("integer[]"));
    column("varchar(5) ARRAY", Some("character varying[]"));
    column("bit", Some("bit"));
    column("bit varying", Some("bit varying"));
    column("MONEY", Some("money"));
    column("tsrange", Some("tsrange"));
    check("CREATE TABLE t (v bigserial)", Some("42704 type \"bigserial\" does not exist"));
    check("CREATE DOMAIN d AS xml", Some("0A000 datatype xml not supported"));
    check("CREATE TABLE t (v jsonb PRIMARY KEY)", Some("0A000 datatype jsonb is not supported in a key"));
    check(
        "CREATE TABLE t (a int, v bytea, UNIQUE (a, v))",
        Some("0A000 datatype bytea is not supported in a key"),
    );
}

#[test]
fn knows_the_forms_of_alter_table() {
    let alter = |action: &str, expect: &str| {
        check(
            &format!("ALTER TABLE t {action}"),
            Some(&format!("0A000 unsupported ALTER TABLE {expect} statement")),
        );
    };
    alter("ALTER COLUMN c TYPE text", "ALTER COLUMN ... SET DATA TYPE");
    alter("ALTER c SET DATA TYPE text USING c::text", "ALTER COLUMN ... SET DATA TYPE");
    alter("ALTER COLUMN c SET NOT NULL", "ALTER COLUMN ... SET NOT NULL");
    alter("ADD CHECK (a > 1)", "ADD CONSTRAINT");
    alter("ADD PRIMARY KEY (a)", "ADD CONSTRAINT");
    alter("ALTER COLUMN c SET STATISTICS -1", "ALTER COLUMN ... SET STATISTICS");
    for kind in ["UNIQUE", "PRIMARY KEY"] {
        let marked = format!("0A000 {kind} constraints cannot be marked NOT VALID");
        check(&format!("ALTER TABLE t ADD {kind} (a) NOT VALID"), Some(&marked));
    }
    alter("ENABLE ROW LEVEL SECURITY", "ENABLE ROW SECURITY");
    alter("NO FORCE ROW LEVEL SECURITY", "NO FORCE ROW SECURITY");
    alter("ENABLE ALWAYS TRIGGER g", "ENABLE ALWAYS TRIGGER");
    alter("DISABLE TRIGGER USER", "DISABLE TRIGGER USER");
    alter("SET LOGGED", "SET LOGGED");
    alter("SET (fillfactor = 70)", "SET");
    alter("SET TABLESPACE s", "SET TABLESPACE");
    alter("SET WITHOUT CLUSTER", "SET WITHOUT CLUSTER");
    alter("INHERIT p", "INHERIT");
    alter("REPLICA IDENTITY FULL", "REPLICA IDENTITY");
    alter("ATTACH PARTITION p DEFAULT", "ATTACH PARTITION");
    for fine in [
        "ADD COLUMN c int, ALTER COLUMN c SET DEFAULT 7",
        "ALTER COLUMN c ADD GENERATED BY DEFAULT AS IDENTITY (CACHE 1)",
        "ALTER c DROP NOT NULL, ALTER d DROP EXPRESSION",
        "DROP CONSTRAINT x, ADD CONSTRAINT y CHECK (a > 1) NOT VALID",
    ] {
        check(&format!("ALTER TABLE t {fine}"), None);
    }
    // The refused action is not the first.
    alter("ADD COLUMN x int, ALTER COLUMN c SET NOT NULL", "ALTER COLUMN ... SET NOT NULL");
}
