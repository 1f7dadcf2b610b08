//! The facts as plain SQL for AWS's playground in a browser, which needs no account.

use std::fmt::Write as _;

use serde_json::Value;

use crate::facts;
use crate::steps;

/// Longer statements are not for people to paste.
const LONGEST: usize = 2_000;

/// Groups whose steps need two sessions, other roles, or values that no statement has.
const NOT_SQL: [&str; 4] = ["occ_conflict/", "probe/", "connect/", "server/"];

/// The file.
pub fn text() -> String {
    let mut text = String::from(
        "-- The project's assumptions about Aurora DSQL, as plain SQL for the playground of AWS (no account needed).\n\
         -- Made by: cluster-probes --playground. Paste a block, and compare each answer with the line above it.\n\
         -- If one differs, please open an issue with the block and the answer.\n",
    );
    for (name, fact) in facts::recorded() {
        if NOT_SQL.iter().any(|group| name.starts_with(group)) || facts::left_out(&name).is_some() {
            continue;
        }
        let recorded = steps::recorded(&name, &fact);
        let steps = &recorded.steps;
        if steps.is_empty() || steps.iter().any(|step| step.len() > LONGEST || !is_sql(step)) {
            continue;
        }
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n-- {name} ({})", fact["source"].as_str().unwrap_or_default());
        let tables = facts::tables_of(&name, &fact);
        let made = tables.iter().copied().chain(steps.iter().map(String::as_str)).filter_map(created);
        // In reverse order, because one may refer to another.
        for named in made.collect::<std::collections::BTreeSet<_>>().iter().rev() {
            let _ = writeln!(text, "DROP TABLE IF EXISTS {named} CASCADE;");
        }
        for table in tables {
            table.split("; ").for_each(|statement| {
                let _ = writeln!(text, "{statement};");
            });
        }
        let skipped = steps.len().saturating_sub(recorded.observations.len());
        for (at, step) in steps.iter().enumerate() {
            let expected = at.checked_sub(skipped).and_then(|at| recorded.observations.get(at));
            let _ = writeln!(text, "--   expected: {}", expected.map_or_else(|| "no error".to_owned(), told));
            let _ = writeln!(text, "{};", step.replace('\n', " ").trim_end_matches(';'));
        }
        let ends = |step: &String| step.starts_with("COMMIT") || step.starts_with("ROLLBACK");
        if steps.iter().any(|step| step.starts_with("BEGIN")) && !steps.last().is_some_and(ends) {
            text.push_str("ROLLBACK;\n");
        }
    }
    text
}

/// The table that a statement creates.
fn created(statement: &str) -> Option<&str> {
    let name = statement.strip_prefix("CREATE TABLE ")?.split([' ', '(']).next()?;
    (!name.is_empty() && name != "IF").then_some(name)
}

/// True if a step is a statement, not a description.
fn is_sql(step: &str) -> bool {
    let first = step.split_whitespace().next().unwrap_or_default();
    first.len() > 2 && first.chars().all(|c| c.is_ascii_uppercase()) && !step.contains(" .. ")
}

fn told(expected: &Value) -> String {
    let text = |key: &str| expected[key].as_str().unwrap_or_default().to_owned();
    if let Some(results) = expected["results"].as_array() {
        return results.iter().map(told).collect::<Vec<_>>().join("; ");
    }
    if expected["outcome"] != "ok" {
        return format!("error {} {}", text("sqlstate"), text("message").replace('\n', " "));
    }
    match expected["rows"].as_array() {
        Some(rows) => format!("{} {}", text("command_tag"), Value::from(rows.clone())),
        None => text("command_tag"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `UPDATE_PLAYGROUND=1` writes the file.
    #[test]
    fn the_file_is_made_of_the_recorded_facts() -> std::io::Result<()> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/playground.sql");
        if std::env::var_os("UPDATE_PLAYGROUND").is_some() {
            std::fs::write(path, text())?;
        }
        assert_eq!(std::fs::read_to_string(path)?, text());
        assert!(text().matches("expected: ").count() > 300);
        Ok(())
    }
}
