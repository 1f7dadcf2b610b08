//! Types of columns and domains.

use postgresql_cst_parser::ResolvedNode;
use postgresql_cst_parser::syntax_kind::SyntaxKind as K;

use super::{Verdict, unsupported};
use crate::sql::tree;
use crate::wire::SqlError;

/// Types of PostgreSQL that a column of Aurora DSQL cannot have, by display name.
const REFUSED: &[(&str, &str)] = &[
    ("varbit", "bit varying"),
    ("money", "money"),
    ("inet", "inet"),
    ("cidr", "cidr"),
    ("macaddr", "macaddr"),
    ("macaddr8", "macaddr8"),
    ("point", "point"),
    ("line", "line"),
    ("lseg", "lseg"),
    ("box", "box"),
    ("path", "path"),
    ("polygon", "polygon"),
    ("circle", "circle"),
    ("tsvector", "tsvector"),
    ("tsquery", "tsquery"),
    ("xml", "xml"),
    ("pg_lsn", "pg_lsn"),
    ("pg_snapshot", "pg_snapshot"),
    ("txid_snapshot", "txid_snapshot"),
    ("jsonpath", "jsonpath"),
    ("oid", "oid"),
    ("name", "name"),
    ("regclass", "regclass"),
    ("regproc", "regproc"),
    ("regtype", "regtype"),
    ("xid", "xid"),
    ("cid", "cid"),
    ("tid", "tid"),
    ("int4range", "int4range"),
    ("int8range", "int8range"),
    ("numrange", "numrange"),
    ("tsrange", "tsrange"),
    ("tstzrange", "tstzrange"),
    ("daterange", "daterange"),
    ("int4multirange", "int4multirange"),
    ("int8multirange", "int8multirange"),
    ("nummultirange", "nummultirange"),
    ("tsmultirange", "tsmultirange"),
    ("tstzmultirange", "tstzmultirange"),
    ("datemultirange", "datemultirange"),
];

/// Types that a key or index cannot have.
const NOT_IN_KEY: &[&str] = &["bytea", "json", "jsonb", "interval", "time with time zone"];

/// Longest declared character; declared lengths count as bytes here (AWS skill).
const CHAR_LIMIT: u64 = 4_096;
/// Longest declared varchar.
const VARCHAR_LIMIT: u64 = 65_535;
/// Largest declared precision of numeric.
const NUMERIC_PRECISION: u64 = 1_000;

/// A type as written, in its parts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Type {
    /// PostgreSQL's display name, lower case, without length.
    pub(crate) name: String,
    /// The numbers in parentheses.
    pub(crate) modifiers: Vec<u64>,
    /// Declared as an array.
    pub(crate) array: bool,
}

/// Reads a Typename node.
pub(crate) fn read(node: &ResolvedNode) -> Type {
    let mut words = Vec::new();
    let (mut modifiers, mut array) = (Vec::new(), false);
    let mut depth = 0;
    for (kind, text) in tree::tokens(node) {
        match kind {
            K::LParen => depth += 1,
            K::RParen => depth -= 1,
            K::LBracket | K::ARRAY => array = true,
            K::RBracket | K::Comma => {}
            K::ICONST if depth > 0 => modifiers.extend(text.parse::<u64>()),
            K::ICONST => {}
            _ => words.push(tree::identifier(text)),
        }
    }
    let mut text = words.join(" ");
    if let Some(plain) = text.strip_prefix("pg_catalog . ") {
        text = plain.to_owned();
    }
    let name = match text.as_str() {
        "int" | "int4" | "integer" => "integer",
        "int2" | "smallint" => "smallint",
        "int8" | "bigint" => "bigint",
        "float4" | "real" => "real",
        "float" if modifiers.first().is_some_and(|p| *p <= 24) => "real",
        "float8" | "float" | "double precision" => "double precision",
        "dec" | "decimal" | "numeric" => "numeric",
        "bool" | "boolean" => "boolean",
        "varchar" | "character varying" | "char varying" | "national character varying" | "nchar varying" => {
            "character varying"
        }
        "char" | "character" | "bpchar" | "national character" | "nchar" => "character",
        "timetz" | "time with time zone" => "time with time zone",
        "time" | "time without time zone" => "time without time zone",
        "timestamptz" | "timestamp with time zone" => "timestamp with time zone",
        "timestamp" | "timestamp without time zone" => "timestamp without time zone",
        "bit varying" | "varbit" => "bit varying",
        other => other,
    };
    Type { name: name.to_owned(), modifiers, array }
}

/// Refuses a type that no column can have.
pub(super) fn check(written: &Type) -> Verdict {
    let name = written.name.as_str();
    if matches!(name, "serial" | "bigserial" | "smallserial" | "serial2" | "serial4" | "serial8") {
        return Err(SqlError::error("42704", format!("type \"{name}\" does not exist")));
    }
    if written.array {
        return unsupported(format!("datatype {name}[] not supported"));
    }
    let display = REFUSED.iter().find(|(refused, _)| *refused == name).map(|(_, display)| *display);
    if let Some(display) = display.or(matches!(name, "bit" | "bit varying").then_some(name)) {
        return unsupported(format!("datatype {display} not supported"));
    }
    let first = written.modifiers.first().copied();
    let too_long = |limit: u64, kind: &str| {
        let message = format!("Datatype limit greater than {limit} bytes not supported for {kind}");
        Err(SqlError::error("54000", message))
    };
    match (name, first) {
        ("character", Some(n)) if n > CHAR_LIMIT => too_long(CHAR_LIMIT, "char"),
        ("character varying", Some(n)) if n > VARCHAR_LIMIT => too_long(VARCHAR_LIMIT, "varchar"),
        ("numeric", Some(n)) if n == 0 || n > NUMERIC_PRECISION => {
            Err(SqlError::error("22023", format!("NUMERIC precision {n} must be between 1 and 1000")))
        }
        _ => Ok(()),
    }
}

/// Refuses a type that no key column can have.
pub(super) fn check_key(name: &str) -> Verdict {
    if NOT_IN_KEY.contains(&name) {
        return unsupported(format!("datatype {name} is not supported in a key"));
    }
    Ok(())
}

/// Checks every type that is named below `node`.
pub(super) fn check_all(node: &ResolvedNode) -> Verdict {
    node.children().filter(|n| n.kind() == K::Typename).try_for_each(|typename| check(&read(typename)))
}
