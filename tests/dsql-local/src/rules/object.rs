//! CREATE, ALTER, DROP and GRANT of objects that are not tables: types, functions, triggers and
//! others.

use postgresql_cst_parser::ResolvedNode;
use postgresql_cst_parser::syntax_kind::SyntaxKind as K;

use super::{Verdict, types, unsupported};
use crate::sql::tree;
use crate::wire::SqlError;

/// Recorded for DROP TYPE.
pub(super) const NOT_DROPPED: &str = "unsupported object in DROP statement";

/// CREATE TYPE, AGGREGATE, OPERATOR, COLLATION and the text search objects share one node in gram.y. PostgreSQL has nodes
/// of their own for the forms of a type, and the refusals follow those (recorded: enum, composite, range and text search).
pub(super) fn define(node: &ResolvedNode) -> Verdict {
    let kinds: Vec<K> = tree::tokens(node).map(|(kind, _)| kind).collect();
    let form = kinds.iter().position(|kind| *kind == K::AS).and_then(|at| kinds.get(at + 1));
    match form {
        Some(K::ENUM_P) if kinds.contains(&K::TYPE_P) => unsupported("CREATE TYPE not supported"),
        Some(K::RANGE) if kinds.contains(&K::TYPE_P) => unsupported("unsupported statement: CreateRange"),
        Some(_) if kinds.contains(&K::TYPE_P) => unsupported("unsupported statement: CompositeType"),
        _ => unsupported("unsupported statement: Define"),
    }
}

pub(super) fn function(node: &ResolvedNode) -> Verdict {
    if tree::has_token(node, K::PROCEDURE) {
        return unsupported("PROCEDURE is not supported");
    }
    let language = node.descendants().find(|n| {
        n.kind() == K::createfunc_opt_item
            && tree::tokens(n).next().is_some_and(|(kind, _)| kind == K::LANGUAGE)
    });
    let name = language.and_then(|n| tree::tokens(n).nth(1));
    let name = name.map(|(_, text)| tree::identifier(text.trim_matches('\'')));
    if let Some(name) = name.filter(|name| name != "sql") {
        return unsupported(format!("CREATE FUNCTION with language {name} not supported"));
    }
    body(node)?;
    // Columns cannot be arrays, but arguments and results can (recorded); ranges can be none of
    // them.
    let results = node.descendants().filter(|n| n.kind() == K::func_return);
    results
        .filter_map(|n| tree::find(n, K::Typename))
        .try_for_each(|typename| types::check(&types::Type { array: false, ..types::read(typename) }))
}

/// The statements of a body are parsed when the function is created: recorded for SET. The
/// functions that they call are checked when they run.
fn body(node: &ResolvedNode) -> Verdict {
    let Some(text) = tree::find(node, K::func_as).and_then(|n| tree::tokens(n).next()) else { return Ok(()) };
    let quoted = text.1.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
    let text = match quoted {
        Some(quoted) => quoted.replace("''", "'"),
        None => {
            let tag = text.1.split('$').nth(1).map_or(0, |tag| tag.len() + 2);
            text.1.get(tag..text.1.len().saturating_sub(tag)).unwrap_or_default().to_owned()
        }
    };
    let Ok(root) = postgresql_cst_parser::parse(&text) else { return Ok(()) };
    root.descendants()
        .filter(|n| matches!(n.kind(), K::VariableSetStmt | K::VariableResetStmt))
        .try_for_each(super::session::set)
}

pub(super) fn rename(node: &ResolvedNode) -> Verdict {
    match tree::tokens(node).nth(1).map(|(kind, _)| kind) {
        Some(
            K::TABLE
            | K::VIEW
            | K::INDEX
            | K::SCHEMA
            | K::SEQUENCE
            | K::DOMAIN_P
            | K::FUNCTION
            | K::ROLE
            | K::USER,
        ) => Ok(()),
        _ => unsupported("unsupported object in RENAME statement"),
    }
}

pub(super) fn drop(node: &ResolvedNode) -> Verdict {
    let object = tree::find(node, K::object_type_any_name)
        .map(tree::text)
        .unwrap_or_else(|| tree::tokens(node).nth(1).map(|(_, text)| text.to_owned()).unwrap_or_default());
    match object.to_ascii_uppercase().as_str() {
        "DOMAIN" if tree::has(node, K::CASCADE) => unsupported("DROP DOMAIN with CASCADE unsupported"),
        "TABLE" | "VIEW" | "INDEX" | "SCHEMA" | "SEQUENCE" | "DOMAIN" | "FUNCTION" | "STATISTICS" => Ok(()),
        _ => unsupported(NOT_DROPPED),
    }
}

/// The target of statistics; the other forms of ALTER STATISTICS are RENAME, OWNER and SET SCHEMA.
pub(super) fn statistics(node: &ResolvedNode) -> Verdict {
    const TARGET: u64 = 100;
    let number = tree::tokens(node).find_map(|(kind, text)| (kind == K::ICONST).then_some(text));
    match number.and_then(|text| text.parse::<u64>().ok()) {
        Some(target) if target > TARGET => Err(SqlError::error(
            "22023",
            format!("statistics target {target} exceeds maximum allowed value of {TARGET}"),
        )),
        _ => Ok(()),
    }
}

/// Refuses grants on system schemas, and on kinds of objects that do not exist. The message is
/// recorded for GRANT ON DATABASE; REVOKE has the same node in PostgreSQL.
pub(super) fn grant(node: &ResolvedNode) -> Verdict {
    let Some(target) = tree::find(node, K::privilege_target) else { return Ok(()) };
    match tree::tokens(target).next().map(|(kind, _)| kind) {
        Some(K::SCHEMA) => {}
        Some(K::DATABASE | K::FOREIGN | K::LANGUAGE | K::LARGE_P | K::PARAMETER | K::TABLESPACE) => {
            return unsupported("unsupported object type in GRANT");
        }
        _ => return Ok(()),
    }
    let system = |name: &str| matches!(name, "public" | "sys" | "pg_catalog" | "information_schema");
    if tree::tokens(target).any(|(_, text)| system(&tree::identifier(text))) {
        return unsupported("feature not supported on system entity");
    }
    Ok(())
}
