//! The recorded steps as SQL: with placeholders filled in, and prose translated into statements.

use serde_json::Value;

/// Steps, and the observations of the last ones.
pub(crate) struct Recorded {
    pub steps: Vec<String>,
    pub observations: Vec<Value>,
    /// Sent as query strings instead of by the extended protocol.
    pub simple: bool,
}

/// The steps as SQL.
pub(crate) fn recorded(name: &str, fact: &Value) -> Recorded {
    let given =
        || fact["steps"].as_array().map(|s| s.iter().map(|v| v.as_str().unwrap().to_owned()).collect());
    let sql = |steps: &[&str]| Some(steps.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>());
    let columns = |n: usize| (0..n).map(|i| format!("c{i} int")).collect::<Vec<_>>().join(", ");
    let steps: Option<Vec<String>> = match name {
        "dml/q_update_returning" => sql(&[
            "INSERT INTO baseline_idx VALUES ('...a1', 'v1')",
            "UPDATE baseline_idx SET value='v3' WHERE id='...a1' RETURNING value",
        ]),
        "dml/q_delete_returning" => sql(&[
            "INSERT INTO baseline_idx VALUES ('...a1', 'v3')",
            "DELETE FROM baseline_idx WHERE id='...a1' RETURNING value",
        ]),
        "ddl/identity_column"
        | "ddl/identity_column_cached"
        | "ddl/identity_integer"
        | "ddl/identity_smallint" => given()
            .map(|steps: Vec<String>| steps.iter().map(|s| s.replace("TABLE t ", "TABLE t2 ")).collect()),
        "types/supported_columns" => {
            let types = fact["steps"][0]
                .as_str()
                .unwrap()
                .trim_start_matches("CREATE TABLE t (")
                .trim_end_matches(')');
            let types = types.replace("(18,6)", "(18;6)").replace("(10,2)", "(10;2)");
            let list: Vec<String> =
                types.split(", ").enumerate().map(|(i, t)| format!("c{i} {}", t.replace(';', ","))).collect();
            sql(&[&format!("CREATE TABLE t2 ({})", list.join(", "))])
        }
        "types/domain_check_violation" => sql(&[
            "CREATE DOMAIN baseline_mood_domain AS text CHECK (VALUE IN ('sad','ok'))",
            "CREATE TABLE t2 (id int, m baseline_mood_domain)",
            "INSERT INTO t2 VALUES (1,'bogus')",
        ]),
        _ if name.starts_with("types/unsupported") => given()
            .map(|steps: Vec<String>| steps.iter().map(|s| s.replace("TABLE t ", "TABLE t2 ")).collect()),
        "alter/validate_sync" => sql(&[
            "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (parent_id) REFERENCES baseline_parent(id) NOT VALID",
            "ALTER TABLE t VALIDATE CONSTRAINT fk",
        ]),
        "index/wait_for_job" => {
            sql(&["CREATE INDEX ASYNC i ON t (value)", "CALL sys.wait_for_job('<job_id>')"])
        }
        "index/using_btree" => sql(&["CREATE INDEX i ON t USING btree (value)"]),
        "occ/for_no_key_update" => sql(&["SELECT * FROM t FOR NO KEY UPDATE"]),
        "limits/row_cap" => sql(&["INSERT INTO baseline_bulk SELECT generate_series(1, 3001)"]),
        // The age limit of this server is four seconds.
        "limits/txn_age" => sql(&["BEGIN", "SELECT pg_sleep(4.1)", "COMMIT"]),
        "limits/txn_age_detail" => {
            sql(&["BEGIN", "INSERT INTO baseline_bulk VALUES (1)", "SELECT pg_sleep(4.1)", "COMMIT"])
        }
        "limits/key_size_dml" => sql(&[
            "INSERT INTO baseline_idx SELECT string_agg(md5(n::text), '') FROM generate_series(1, 200) n",
        ]),
        "limits/key_size_ddl" => {
            sql(&["CREATE TABLE t2 (a varchar(1500), b varchar(501), PRIMARY KEY (a, b))"])
        }
        "limits/char_decl" => sql(&["CREATE TABLE t2 (v char(4097))"]),
        "limits/varchar_decl" => sql(&["CREATE TABLE t2 (v varchar(65536))"]),
        "limits/index_cols" => sql(&[
            "CREATE TABLE t2 (a int, b int, c int, d int, e int, f int, g int, h int, i int, PRIMARY KEY (a, b, c, d, e, f, g, h, i))",
        ]),
        "limits/table_cols_no_pk" => sql(&[
            &format!("CREATE TABLE t2 ({})", columns(256)),
            &format!("CREATE TABLE t3 ({})", columns(257)),
        ]),
        "limits/table_cols_pk" => sql(&[&format!("CREATE TABLE t2 ({}, PRIMARY KEY (c0))", columns(257))]),
        "limits/numeric_precision" => sql(&["CREATE TABLE t2 (v numeric(1001, 0))"]),
        "limits/index_count" => {
            let mut steps: Vec<String> =
                (0..23).map(|i| format!("CREATE INDEX ASYNC i{i} ON t (v)")).collect();
            steps.push("CREATE INDEX ASYNC i24 ON t (v)".to_owned());
            Some(steps)
        }
        "limits/index_sort" => sql(&["CREATE INDEX ASYNC i ON t (value DESC)"]),
        "limits/index_opclass" => sql(&["CREATE INDEX ASYNC i ON t (value text_pattern_ops)"]),
        "limits/index_type" => sql(&["CREATE TABLE t2 (id int, v jsonb)", "CREATE INDEX ASYNC i ON t2 (v)"]),
        "limits/index_concurrently" => sql(&["CREATE INDEX CONCURRENTLY i ON t (value)"]),
        "limits/create_procedure" => sql(&["CREATE PROCEDURE p() LANGUAGE sql AS $$ SELECT 1 $$"]),
        "limits/view_definition" => {
            sql(&[&format!("CREATE VIEW too_large AS SELECT '{}' AS c", "x".repeat(600 * 1024))])
        }
        "limits/bytea_value" => sql(&[
            "CREATE TABLE b (id int PRIMARY KEY, v bytea)",
            "INSERT INTO b VALUES (1, decode(repeat('ab', 1048577), 'hex'))",
        ]),
        "limits/schemas" => Some((0..11).map(|i| format!("CREATE SCHEMA s{i}")).collect()),
        "dml/on_conflict" => sql(&[
            "INSERT INTO t (id, n) VALUES (1, 1) ON CONFLICT (id) DO NOTHING RETURNING id",
            "INSERT INTO t (id, n) VALUES (1, 1) ON CONFLICT (id) DO NOTHING RETURNING id",
            "INSERT INTO t (id, n) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET n = t.n + EXCLUDED.n RETURNING n",
            "INSERT INTO t (id, n) VALUES (1, 1) ON CONFLICT DO NOTHING",
        ]),
        "types/enum_rename" => sql(&["ALTER TYPE m RENAME TO n"]),
        "alter/add_pk_constraint" => given(),
        _ => given(),
    };
    let mut observations = fact["observations"].as_array().cloned().unwrap_or_default();
    if name == "alter/set_default_after_add" {
        // The steps are one log; every observation has its step.
        observations.truncate(7);
    }
    Recorded { steps: steps.unwrap_or_default(), observations, simple: name.starts_with("multi_statement/") }
}
