//! What the session must know about one statement: its kind, the text that PostgreSQL gets, and
//! Aurora DSQL's refusal.

use std::panic::{AssertUnwindSafe, catch_unwind};

use postgresql_cst_parser::syntax_kind::SyntaxKind as K;
use postgresql_cst_parser::{ResolvedNode, parse};

use super::{rewrite, scan, shadow, tree};
use crate::rules;
use crate::wire::SqlError;

/// The effect of a statement on its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// BEGIN, START TRANSACTION.
    Begin,
    /// COMMIT, END.
    Commit,
    /// ROLLBACK, ABORT.
    Rollback,
    /// INSERT, UPDATE, DELETE, COPY FROM, and SELECT with one of those inside.
    Write,
    /// SELECT ... FOR UPDATE or FOR KEY SHARE: writes nothing, but can lose a conflict.
    Lock,
    /// Changes the schema; also GRANT and REVOKE.
    Ddl,
    /// CREATE INDEX ASYNC.
    IndexAsync,
    /// ALTER TABLE ASYNC ... VALIDATE CONSTRAINT.
    ValidateAsync,
    /// Reads tables; also EXPLAIN, CALL, and text that does not parse.
    Read,
    /// SET, SHOW and queries that name no table.
    Session,
}

impl Kind {
    /// Whether it counts as DDL: one per transaction, and not together with writes.
    pub fn is_ddl(self) -> bool {
        matches!(self, Kind::Ddl | Kind::IndexAsync | Kind::ValidateAsync)
    }

    /// Whether it may lose a conflict with another session.
    pub fn may_conflict(self) -> bool {
        matches!(self, Kind::Write | Kind::Lock)
    }
}

/// One statement of a query string.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The statement's effect.
    pub kind: Kind,
    /// The text for PostgreSQL.
    pub text: String,
    /// Whether `text` differs from what the client sent.
    pub rewritten: bool,
    /// Bytes of the literals in the text.
    pub literal_bytes: u64,
    /// The table that it writes to or alters, as written.
    pub table: Option<String>,
    /// It writes values that the client did not send.
    pub computes: bool,
    /// It calls a function whose result may be large.
    pub may_be_large: bool,
    /// Columns that ALTER TABLE drops.
    pub dropped_columns: Vec<String>,
    /// Constraints that ALTER TABLE drops.
    pub dropped_constraints: Vec<String>,
    /// It updates or deletes, so foreign keys may change other rows.
    pub may_cascade: bool,
    /// The columns that INSERT names; empty for all.
    pub columns: Vec<String>,
    /// It calls unnest.
    pub unnest: bool,
    /// It deletes, and so writes no values.
    pub deletes: bool,
    /// Rows of its VALUES list, if that is long.
    pub value_rows: usize,
    /// The CommandComplete tag that the client expects, if `text` gives another one.
    pub tag: Option<&'static str>,
    /// How to find the answer without writing, after the statement has lost a conflict.
    pub shadow: Option<Shadow>,
    /// Aurora DSQL's error if it does not accept the statement.
    pub refusal: Option<SqlError>,
}

/// The answer of a statement that lost a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shadow {
    /// CommandComplete with this tag and number of rows.
    Rows(&'static str, u64),
    /// CommandComplete with this tag and the number that this query returns.
    Count(&'static str, String),
    /// The answer of this query itself.
    Query(String),
}

/// Analyses a statement.
pub fn analyse(text: &str) -> Statement {
    let without_async = scan::without_async(text);
    let is_async = without_async.is_some();
    let sent = without_async.unwrap_or_else(|| text.to_owned());
    let (shortened, rows) = match scan::shorten_values(&sent) {
        Some((short, rows)) => (Some(short), Some(rows)),
        None => (None, None),
    };
    let literal_bytes = scan::literal_bytes(&sent);
    let mut statement = Statement {
        kind: Kind::Read,
        text: sent,
        rewritten: is_async,
        literal_bytes,
        table: None,
        computes: false,
        may_be_large: false,
        dropped_columns: Vec::new(),
        dropped_constraints: Vec::new(),
        may_cascade: false,
        columns: Vec::new(),
        unnest: false,
        deletes: false,
        value_rows: rows.unwrap_or(1),
        tag: None,
        shadow: None,
        refusal: None,
    };
    if let Some((procedure, tag)) = rewrite::iam_mapping(&statement.text) {
        (statement.kind, statement.text, statement.tag) = (Kind::Ddl, procedure, Some(tag));
        statement.rewritten = true;
        return statement;
    }
    // PostgreSQL reports what is wrong with a text that does not parse. The parser panics at some
    // texts (`..`, a backslash or `{` outside a literal). Neither this nor an unexpected tree must
    // end a session.
    let unread = statement.clone();
    let read = || read(statement, shortened.as_deref(), rows, is_async);
    catch_unwind(AssertUnwindSafe(read)).unwrap_or(unread)
}

/// Fills in what the parse tree shows. `shortened`: the text with only the first of its `rows`.
fn read(mut statement: Statement, shortened: Option<&str>, rows: Option<usize>, is_async: bool) -> Statement {
    let Ok(root) = parse(shortened.unwrap_or(&statement.text)) else { return statement };
    let Some(node) = root.descendants().find(|n| n.kind() == K::toplevel_stmt).and_then(statement_node)
    else {
        return statement;
    };
    statement.kind = kind(node, is_async);
    statement.refusal = rules::check(node, is_async).err();
    let writes = matches!(
        node.kind(),
        K::InsertStmt | K::UpdateStmt | K::DeleteStmt | K::CopyStmt | K::AlterTableStmt
    );
    // With a data changing WITH the tag counts only the rows of the outer statement.
    let changing_with =
        tree::child(node, K::opt_with_clause).is_some_and(|w| writes_inside(w) == Kind::Write);
    if writes && !changing_with {
        statement.table = tree::find(node, K::qualified_name).map(|n| n.text().to_string());
    }
    statement.may_cascade = matches!(node.kind(), K::UpdateStmt | K::DeleteStmt);
    let named = node.descendants().filter(|n| n.kind() == K::insert_column_item);
    let named = named.filter_map(|n| tree::child(n, K::ColId)).map(|n| tree::identifier(&tree::text(n)));
    statement.columns = named.collect();
    statement.unnest = node.descendants().any(|n| calls(n, &["unnest"]));
    statement.deletes = node.kind() == K::DeleteStmt;
    if rows.is_none() && node.kind() == K::InsertStmt {
        // The list is left-recursive: one node of this kind per row.
        statement.value_rows = node.descendants().filter(|n| n.kind() == K::values_clause).count().max(1);
    }
    statement.shadow = shadow::of(node, rows);
    statement.computes = computes(node);
    statement.may_be_large = node.descendants().any(may_be_large);
    statement.dropped_columns = dropped(node, false);
    statement.dropped_constraints = dropped(node, true);
    // The ranges in the tree of a shortened text do not fit the whole text.
    let rewritten = rewrite::of(node, is_async, &statement.text).filter(|_| shortened.is_none());
    if let Some((text, tag)) = rewritten {
        statement.text = text;
        statement.tag = tag;
        statement.rewritten = true;
    }
    statement
}

/// UPDATE, INSERT ... SELECT, and VALUES that call functions.
fn computes(node: &ResolvedNode) -> bool {
    let values =
        || tree::find(node, K::values_clause).is_some() && tree::find(node, K::from_clause).is_none();
    match node.kind() {
        K::UpdateStmt => true,
        K::InsertStmt if passes_arrays(node) => false,
        K::InsertStmt => !values() || tree::find(node, K::func_application).is_some(),
        _ => false,
    }
}

/// Whether an INSERT ... SELECT selects only unnested values of the client, without a function or
/// operator: the bytes are those of the arrays.
fn passes_arrays(node: &ResolvedNode) -> bool {
    let mut tables = node.descendants().filter(|n| n.kind() == K::qualified_name);
    let target = tables.next();
    let mut functions = node.descendants().filter(|n| n.kind() == K::func_name).peekable();
    // A name before the target is that of a WITH.
    let simple =
        tree::child(node, K::opt_with_clause).is_none() && target.is_some() && tables.next().is_none();
    let computed = |text: &str| matches!(text, "+" | "-" | "/" | "%" | "^" | "||");
    simple
        && functions.peek().is_some()
        && functions.all(|n| calls(n, &["unnest"]))
        && !tree::tokens(node).any(|(kind, text)| kind == K::Op || computed(text))
}

fn may_be_large(node: &ResolvedNode) -> bool {
    const LARGE: &[&str] = &[
        "repeat",
        "string_agg",
        "array_agg",
        "json_agg",
        "jsonb_agg",
        "lpad",
        "rpad",
        "replace",
        "concat",
        "format",
        "decode",
        "encode",
        "convert_to",
        "array_to_string",
    ];
    calls(node, LARGE)
}

/// Whether the node names one of these functions.
fn calls(node: &ResolvedNode, functions: &[&str]) -> bool {
    let name = (node.kind() == K::func_name).then(|| tree::name_parts(node));
    name.is_some_and(|parts| parts.last().is_some_and(|last| functions.contains(&last.as_str())))
}

/// The columns, or the constraints, that ALTER TABLE drops.
fn dropped(node: &ResolvedNode, constraints: bool) -> Vec<String> {
    let commands = node.descendants().filter(|n| n.kind() == K::alter_table_cmd);
    let drops =
        commands.filter(|n| tree::has_token(n, K::DROP) && tree::has_token(n, K::CONSTRAINT) == constraints);
    let names = drops.filter_map(|n| tree::child(n, K::ColId).or_else(|| tree::child(n, K::name)));
    names.map(|n| tree::identifier(&tree::text(n))).collect()
}

/// The node that names the statement: below `stmt`, or the form of BEGIN and END beside it in
/// gram.y.
fn statement_node(top: &ResolvedNode) -> Option<&ResolvedNode> {
    let first = top.children().next()?;
    if first.kind() == K::stmt { first.children().next() } else { Some(first) }
}

fn kind(node: &ResolvedNode, is_async: bool) -> Kind {
    match node.kind() {
        K::TransactionStmt | K::TransactionStmtLegacy => {
            match tree::tokens(node).next().map(|(kind, _)| kind) {
                Some(K::BEGIN_P | K::START) => Kind::Begin,
                Some(K::COMMIT | K::END_P) => Kind::Commit,
                Some(K::ROLLBACK | K::ABORT_P) => Kind::Rollback,
                _ => Kind::Read,
            }
        }
        K::InsertStmt | K::UpdateStmt | K::DeleteStmt | K::MergeStmt => Kind::Write,
        K::CopyStmt if tree::has(node, K::FROM) && !tree::has(node, K::PreparableStmt) => Kind::Write,
        K::SelectStmt => writes_inside(node),
        K::ExplainStmt if tree::tokens(node).any(|(_, text)| text.eq_ignore_ascii_case("analyze")) => {
            writes_inside(node)
        }
        K::VariableSetStmt
        | K::VariableResetStmt
        | K::VariableShowStmt
        | K::ConstraintsSetStmt
        | K::DeallocateStmt => Kind::Session,
        K::ExplainStmt | K::CallStmt | K::CopyStmt | K::AnalyzeStmt => Kind::Read,
        K::IndexStmt if is_async => Kind::IndexAsync,
        K::AlterTableStmt if is_async => Kind::ValidateAsync,
        _ => Kind::Ddl,
    }
}

fn writes_inside(node: &ResolvedNode) -> Kind {
    let writes = |n: &ResolvedNode| matches!(n.kind(), K::InsertStmt | K::UpdateStmt | K::DeleteStmt);
    if node.descendants().any(writes) {
        Kind::Write
    } else if tree::find(node, K::for_locking_item).is_some() {
        Kind::Lock
    } else if tree::find(node, K::qualified_name).is_some() {
        Kind::Read
    } else {
        Kind::Session
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_of_the_client_are_not_computed() {
        let check = |text: &str, expect: bool| assert_eq!(analyse(text).computes, expect, "{text}");
        check("INSERT INTO t VALUES ($1, 'a')", false);
        check("INSERT INTO t VALUES (lower($1))", true);
        check("INSERT INTO t SELECT * FROM u", true);
        check("INSERT INTO t SELECT g FROM generate_series(1, 9) g", true);
        check("INSERT INTO t SELECT * FROM unnest($1::int8[], $2::text[])", false);
        check(
            "INSERT INTO s.t (a) SELECT x.a, $2 FROM unnest($1::int8[]) AS x(a) ON CONFLICT (a) DO NOTHING",
            false,
        );
        check("INSERT INTO t SELECT unnest($1::int8[])", false);
        check("INSERT INTO t SELECT repeat(x, 9) FROM unnest($1::text[]) x", true);
        check("INSERT INTO t SELECT x || x FROM unnest($1::text[]) x", true);
        check("INSERT INTO t SELECT x, v FROM unnest($1::text[]) x JOIN t ON v = x", true);
        check("WITH w AS (SELECT 1) INSERT INTO t SELECT * FROM unnest($1::int[])", true);
        check(
            "INSERT INTO t SELECT * FROM unnest($1::int[]) x ON CONFLICT (a) DO UPDATE SET v = t.v || 'x'",
            true,
        );
    }

    #[test]
    fn rows_of_values_are_counted() {
        let check = |text: &str, expect: usize| assert_eq!(analyse(text).value_rows, expect, "{text}");
        check("INSERT INTO t VALUES ($1), ($2), ($3)", 3);
        check("INSERT INTO t VALUES ($1)", 1);
        check("INSERT INTO t SELECT * FROM unnest($1::int[])", 1);
        check("UPDATE t SET v = $1", 1);
    }
}
