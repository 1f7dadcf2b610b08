//! CREATE TABLE, its columns and constraints, and sequences.

use postgresql_cst_parser::ResolvedNode;
use postgresql_cst_parser::syntax_kind::SyntaxKind as K;

use super::{Verdict, types, unsupported};
use crate::sql::tree;
use crate::wire::SqlError;

/// Maximum number of columns of a table, as measured on a real cluster (the documentation and the message say
/// 255).
const COLUMNS: usize = 256;
/// Maximum number of columns of a key or index.
const KEY_COLUMNS: usize = 8;
/// Smallest cache of a sequence that is not 1.
const SEQUENCE_CACHE: u64 = 65_536;
/// Maximum declared bytes of all columns of a key together.
const KEY_BYTES: u64 = 2_000;

pub(super) fn create(node: &ResolvedNode) -> Verdict {
    if let Some(kind) = tree::child(node, K::OptTemp) {
        let word = if tree::has(kind, K::UNLOGGED) { "UNLOGGED" } else { "TEMPORARY or TEMP" };
        return unsupported(format!("{word} table not supported for CREATE TABLE"));
    }
    let refused = [
        (K::OptPartitionSpec, "PARTITION BY"),
        (K::PartitionBoundSpec, "PARTITION OF"),
        (K::OptInherit, "INHERITS"),
        (K::OptTableSpace, "TABLESPACE"),
        (K::OptTypedTableElementList, "OF type"),
        (K::table_access_method_clause, "USING"),
        (K::OptWith, "WITH"),
    ];
    for (kind, name) in refused {
        if tree::child(node, kind).is_some_and(|n| n.text() != "") {
            // Recorded for both forms of PARTITION.
            return unsupported(format!("{name} clause not supported for CREATE TABLE"));
        }
    }
    let columns: Vec<&ResolvedNode> = node.descendants().filter(|n| n.kind() == K::columnDef).collect();
    let mut declared = Vec::new();
    for column in &columns {
        declared.push(column_definition(column)?);
    }
    let keys = keys(node, &columns);
    if columns.len() > COLUMNS {
        let message = if keys.iter().any(|key| key.primary) {
            "cannot use more than 256 columns in an index"
        } else {
            "tables can have at most 255 columns"
        };
        return Err(SqlError::error("54011", message));
    }
    for key in keys {
        check_key(&key.columns, &declared)?;
    }
    Ok(())
}

/// A column: its name and type.
fn column_definition(column: &ResolvedNode) -> Result<(String, types::Type), SqlError> {
    let name = tree::child(column, K::ColId).map(tree::text).unwrap_or_default();
    let Some(typename) = tree::child(column, K::Typename) else { return Ok((name, empty())) };
    let written = types::read(typename);
    types::check(&written)?;
    for constraint in column.descendants().filter(|n| n.kind() == K::ColConstraint) {
        if tree::has_token(constraint, K::COLLATE) {
            let collation = tree::find(constraint, K::any_name).map(tree::name_parts).unwrap_or_default();
            if collation.last().is_none_or(|c| !matches!(c.as_str(), "C" | "POSIX")) {
                return unsupported("COLLATE not supported");
            }
        }
    }
    if tree::has(column, K::IDENTITY_P) {
        if written.name != "bigint" {
            return unsupported(format!(
                "datatype {} not supported, identity column type must be bigint",
                written.name
            ));
        }
        check_cache(column, "identity column is not supported")?;
    }
    Ok((tree::identifier(&name), written))
}

fn empty() -> types::Type {
    types::Type { name: String::new(), modifiers: Vec::new(), array: false }
}

/// CREATE SEQUENCE needs the same explicit cache as an identity column.
pub(super) fn create_sequence(node: &ResolvedNode) -> Verdict {
    if tree::child(node, K::OptTemp).is_some() {
        return unsupported("TEMPORARY or TEMP sequence not supported for CREATE SEQUENCE");
    }
    check_cache(node, "CREATE SEQUENCE is not supported")
}

fn check_cache(node: &ResolvedNode, what: &str) -> Verdict {
    let option = node.descendants().find(|n| n.kind() == K::SeqOptElem && tree::has_token(n, K::CACHE));
    let cache =
        option.and_then(|n| tree::tokens(n).find_map(|(kind, text)| (kind == K::ICONST).then_some(text)));
    match cache.and_then(|text| text.parse::<u64>().ok()) {
        Some(n) if n == 1 || n >= SEQUENCE_CACHE => Ok(()),
        _ => unsupported(format!(
            "{what} without an explicit cache size. please define CACHE greater than or equal to 65536 or equal to 1"
        )),
    }
}

/// A primary key or unique constraint.
struct Key {
    primary: bool,
    columns: Vec<String>,
}

fn keys(node: &ResolvedNode, columns: &[&ResolvedNode]) -> Vec<Key> {
    let mut keys = Vec::new();
    for column in columns {
        for element in column.descendants().filter(|n| n.kind() == K::ColConstraintElem) {
            let primary = tree::has_token(element, K::PRIMARY);
            if primary || tree::has_token(element, K::UNIQUE) {
                let name = tree::child(column, K::ColId).map(tree::text).unwrap_or_default();
                keys.push(Key { primary, columns: vec![tree::identifier(&name)] });
            }
        }
    }
    for element in node.descendants().filter(|n| n.kind() == K::ConstraintElem) {
        let primary = tree::has_token(element, K::PRIMARY);
        if primary || tree::has_token(element, K::UNIQUE) {
            let list = tree::child(element, K::columnList);
            let columns =
                list.map(|l| l.descendants().filter(|n| n.kind() == K::ColId).map(tree::text).collect());
            let columns: Vec<String> = columns.unwrap_or_default();
            keys.push(Key { primary, columns: columns.iter().map(|c| tree::identifier(c)).collect() });
        }
    }
    keys
}

fn check_key(key: &[String], declared: &[(String, types::Type)]) -> Verdict {
    if key.len() > KEY_COLUMNS {
        return Err(SqlError::error("54011", "more than 8 column keys in an index are not supported"));
    }
    let mut bytes = 0;
    for column in key {
        let Some((_, written)) = declared.iter().find(|(name, _)| name == column) else { continue };
        types::check_key(&written.name)?;
        // Only a declared length counts; a text value in a key is checked when it is written.
        if matches!(written.name.as_str(), "character" | "character varying") {
            bytes += written.modifiers.first().copied().unwrap_or(0);
        }
    }
    if bytes > KEY_BYTES {
        return Err(SqlError::error("54000", "key size greater than 2000 bytes not supported"));
    }
    Ok(())
}
