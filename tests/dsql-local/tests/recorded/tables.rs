//! The tables of the recordings, as far as the statements show, and the tables that a fact needs.

/// Each table with the statements that create it.
pub(crate) const TABLES: &[(&str, &str)] = &[
    ("baseline_bulk", "CREATE TABLE baseline_bulk (id int)"),
    ("baseline_idx", "CREATE TABLE baseline_idx (id text PRIMARY KEY, value text)"),
    ("baseline_parent", "CREATE TABLE baseline_parent (id uuid PRIMARY KEY, name text)"),
    ("baseline_drop_me", "CREATE TABLE baseline_drop_me (id int)"),
    ("baseline_alter", "CREATE TABLE baseline_alter (id bigint PRIMARY KEY, a text, b text)"),
    ("baseline_alter_pk", "CREATE TABLE baseline_alter_pk (id int PRIMARY KEY, a text)"),
    (
        "t",
        "CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int)",
    ),
    ("r", "CREATE TABLE r (id int PRIMARY KEY, v int); INSERT INTO r VALUES (1, 0), (2, 0), (3, 0)"),
    ("parent", "CREATE TABLE parent (id int PRIMARY KEY); INSERT INTO parent VALUES (1)"),
    (
        "child",
        "CREATE TABLE child (id int PRIMARY KEY, p int DEFAULT NULL REFERENCES parent(id) ON DELETE SET DEFAULT, v int)",
    ),
];
