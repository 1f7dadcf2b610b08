//! ALTER TABLE and the statements that share its node.

use postgresql_cst_parser::ResolvedNode;
use postgresql_cst_parser::syntax_kind::SyntaxKind as K;

use super::{Verdict, types, unsupported};
use crate::sql::tree;

pub(super) fn table(node: &ResolvedNode, is_async: bool) -> Verdict {
    node.descendants()
        .filter(|n| matches!(n.kind(), K::alter_table_cmd | K::partition_cmd))
        .try_for_each(|command| one(command, is_async))
}

fn one(command: &ResolvedNode, is_async: bool) -> Verdict {
    let words: Vec<String> = tree::tokens(command).map(|(_, text)| text.to_ascii_uppercase()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if let Some(column) = tree::child(command, K::columnDef) {
        return add_column(column);
    }
    if let Some(constraint) = tree::child(command, K::TableConstraint) {
        return add_constraint(constraint);
    }
    match words[..] {
        ["VALIDATE", ..] if is_async => Ok(()),
        ["VALIDATE", ..] => unsupported("unsupported ALTER TABLE VALIDATE CONSTRAINT statement"),
        // Only whether it is deferrable: PostgreSQL can alter nothing else of a constraint
        // (recorded).
        ["ALTER", "CONSTRAINT", ..] => Ok(()),
        ["ALTER", ref rest @ ..] => {
            // The column's name is between ALTER [COLUMN] and the action.
            let rest = if rest.first() == Some(&"COLUMN") { &rest[1..] } else { rest };
            alter_column(rest.get(1..).unwrap_or_default())
        }
        ["DROP" | "OWNER", ..] => Ok(()),
        _ => unsupported(format!("unsupported ALTER TABLE {} statement", action(&words))),
    }
}

/// PostgreSQL's name of the action in its own messages, which all recorded refusals use: its first
/// words, and ROW SECURITY for ROW LEVEL SECURITY.
fn action(words: &[&str]) -> String {
    let words: Vec<&str> = words.iter().copied().filter(|word| *word != "LEVEL").collect();
    let count = match words[..] {
        ["SET" | "RESET", "(", ..] | ["OPTIONS" | "INHERIT" | "OF", ..] => 1,
        ["SET", "WITHOUT" | "ACCESS", ..] | ["ENABLE" | "DISABLE" | "FORCE", "ROW", ..] => 3,
        ["ENABLE" | "DISABLE", "ALWAYS" | "REPLICA", ..] => 3,
        ["ENABLE" | "DISABLE", "TRIGGER", "ALL" | "USER", ..] => 3,
        ["NO", "FORCE", ..] => 4,
        _ => 2,
    };
    words.iter().take(count).copied().collect::<Vec<_>>().join(" ")
}

/// A new column may have only a type; STORAGE and COMPRESSION do not count as constraints.
fn add_column(column: &ResolvedNode) -> Verdict {
    if let Some(typename) = tree::child(column, K::Typename) {
        types::check(&types::read(typename))?;
    }
    if tree::child(column, K::ColQualList).is_some() {
        return unsupported("ALTER TABLE ADD COLUMN with constraint not supported");
    }
    Ok(())
}

/// CHECK and FOREIGN KEY must be NOT VALID; UNIQUE must use an existing index.
fn add_constraint(constraint: &ResolvedNode) -> Verdict {
    let not_valid = {
        let words: Vec<String> =
            tree::tokens(constraint).map(|(_, text)| text.to_ascii_uppercase()).collect();
        words.windows(2).any(|pair| pair == ["NOT", "VALID"])
    };
    let kind = tree::find(constraint, K::ConstraintElem)
        .and_then(|element| tree::tokens(element).next().map(|(kind, _)| kind));
    // PostgreSQL's grammar itself refuses these, before all other checks (recorded).
    let marked = match kind {
        Some(K::UNIQUE) => "UNIQUE",
        Some(K::PRIMARY) => "PRIMARY KEY",
        Some(K::EXCLUDE) => "EXCLUDE",
        _ => "",
    };
    if not_valid && !marked.is_empty() {
        return unsupported(format!("{marked} constraints cannot be marked NOT VALID"));
    }
    let fine = match kind {
        Some(K::CHECK | K::FOREIGN) => not_valid,
        Some(K::UNIQUE) => tree::has(constraint, K::ExistingIndex),
        _ => false,
    };
    if fine { Ok(()) } else { unsupported("unsupported ALTER TABLE ADD CONSTRAINT statement") }
}

/// ALTER DOMAIN: the forms that a cluster refuses. The messages are not recorded; they follow those
/// of ALTER TABLE.
pub(super) fn domain(node: &ResolvedNode) -> Verdict {
    let words: Vec<String> = tree::tokens(node).map(|(_, text)| text.to_ascii_uppercase()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // The name ends where the action begins; its parts can be one of these words only if quoted.
    let added =
        tree::child(node, K::DomainConstraint).is_some() || tree::child(node, K::TableConstraint).is_some();
    match words[..] {
        [.., "SET", "NOT", "NULL"] => unsupported("unsupported ALTER DOMAIN SET NOT NULL statement"),
        _ if added => unsupported("unsupported ALTER DOMAIN ADD CONSTRAINT statement"),
        _ => Ok(()),
    }
}

fn alter_column(action: &[&str]) -> Verdict {
    let refused = match action {
        ["SET", "DEFAULT", ..] | ["DROP", "DEFAULT" | "NOT" | "IDENTITY" | "EXPRESSION", ..] => return Ok(()),
        ["SET", "STORAGE", ..] | ["RESTART", ..] => return Ok(()),
        ["SET", "NOT", "NULL"] => "SET NOT NULL",
        ["TYPE" | "SET", "DATA", ..] | ["TYPE", ..] => "SET DATA TYPE",
        // Accepted since July 2026; only PostgreSQL checks the type and cache of the column.
        ["ADD", "GENERATED", ..] => return Ok(()),
        ["ADD", ..] => "ADD IDENTITY",
        ["SET", "STATISTICS", ..] => "SET STATISTICS",
        ["SET", "COMPRESSION", ..] => "SET COMPRESSION",
        ["SET", "GENERATED" | "INCREMENT" | "MINVALUE" | "MAXVALUE" | "CACHE" | "CYCLE" | "START", ..] => {
            return Ok(());
        }
        ["SET", ..] => "SET",
        _ => "RESET",
    };
    unsupported(format!("unsupported ALTER TABLE ALTER COLUMN ... {refused} statement"))
}
