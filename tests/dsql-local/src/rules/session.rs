//! Transaction control and settings.

use postgresql_cst_parser::ResolvedNode;
use postgresql_cst_parser::syntax_kind::SyntaxKind as K;

use super::{Verdict, unsupported};
use crate::settings;
use crate::sql::tree;
use crate::wire::SqlError;

/// Savepoints and two-phase commit do not exist; the isolation level is fixed.
pub(super) fn transaction(node: &ResolvedNode) -> Verdict {
    let words: Vec<String> = tree::tokens(node).map(|(_, text)| text.to_ascii_uppercase()).collect();
    let word = |i: usize| words.get(i).map_or("", String::as_str);
    let refused = match (word(0), word(1)) {
        ("SAVEPOINT", _) => Some("SAVEPOINT"),
        ("RELEASE", _) => Some("RELEASE"),
        ("ROLLBACK" | "ABORT", _) if words.iter().any(|w| w == "TO") => Some("ROLLBACK TO"),
        ("PREPARE", _) => Some("PREPARE TRANSACTION"),
        ("COMMIT", "PREPARED") => Some("COMMIT PREPARED"),
        ("ROLLBACK", "PREPARED") => Some("ROLLBACK PREPARED"),
        _ => None,
    };
    if let Some(name) = refused {
        return unsupported(format!("unsupported transaction statement: {name}"));
    }
    isolation(node)
}

fn isolation(node: &ResolvedNode) -> Verdict {
    for level in node.descendants().filter(|n| n.kind() == K::iso_level) {
        let level = tree::text(level).to_ascii_uppercase();
        if level != "REPEATABLE READ" {
            return unsupported(format!("Unsupported isolation level: {level}"));
        }
    }
    Ok(())
}

/// SET and RESET of a parameter.
pub(super) fn set(node: &ResolvedNode) -> Verdict {
    if let Some(name) = tree::find(node, K::var_name) {
        let name = tree::name_parts(name).join(".");
        return settings::check_set(&name);
    }
    // The forms with their own syntax: SET TIME ZONE, SET SESSION AUTHORIZATION, SET TRANSACTION,
    // ...
    let words: Vec<String> = tree::tokens(node).map(|(_, text)| text.to_ascii_uppercase()).collect();
    let words: Vec<&str> =
        words.iter().map(String::as_str).filter(|w| !matches!(*w, "LOCAL" | "SESSION")).collect();
    match words.get(1).copied().unwrap_or_default() {
        "TIME" | "NAMES" | "SCHEMA" | "CATALOG" => Ok(()),
        "ROLE" => settings::check_set("role"),
        // Accepted for the only isolation level, and for READ ONLY and READ WRITE.
        "CHARACTERISTICS" if !words.contains(&"DEFERRABLE") => isolation(node),
        // RESET ALL resets only what could be set.
        "ALL" if words[0] == "RESET" => Ok(()),
        // Recorded: an unknown level is reported before the statement is refused.
        "TRANSACTION" => isolation(node).and_then(|()| settings::check("TRANSACTION")),
        "CHARACTERISTICS" => settings::check("TRANSACTION"),
        "AUTHORIZATION" => settings::check("session_authorization"),
        "XML" => settings::check("xmloption"),
        other => settings::check(&other.to_ascii_lowercase()),
    }
}

/// Refuses parameters that Aurora DSQL does not know.
pub(super) fn show(node: &ResolvedNode) -> Verdict {
    let name = tree::find(node, K::var_name).map(|n| tree::name_parts(n).join(".")).unwrap_or_default();
    if matches!(name.as_str(), "lc_collate" | "lc_ctype") {
        return Err(SqlError::error("42704", format!("unrecognized configuration parameter \"{name}\"")));
    }
    Ok(())
}
