//! The configuration parameters that a session may set, in the startup packet and by SET, and those that the stand-in
//! sets itself in PostgreSQL.

use crate::wire::SqlError;

/// Recorded from AWS's own tools; every `enable_*` is allowed too.
const ALLOWED: &[&str] = &[
    "application_name",
    "client_encoding",
    "datestyle",
    "dsql.enable_batched_nestloop",
    "disable_sync_create_index",
    "extra_float_digits",
    "intervalstyle",
    "role",
    "search_path",
    "timezone",
];

/// Settings that make PostgreSQL behave like Aurora DSQL.
pub const BACKEND: &[(&str, &str)] = &[
    ("default_transaction_isolation", "repeatable read"),
    // The session ends a wait for a row much earlier; this is for tables that DDL has locked.
    ("lock_timeout", "5s"),
];

/// Whether a session may set `name`.
pub fn check(name: &str) -> Result<(), SqlError> {
    let lower = name.to_ascii_lowercase();
    if ALLOWED.contains(&lower.as_str()) || lower.starts_with("enable_") {
        return Ok(());
    }
    refuse(name)
}

/// Whether SET may change `name` in a running session. Recorded: not the role. The message is that
/// of the others.
pub fn check_set(name: &str) -> Result<(), SqlError> {
    if name.eq_ignore_ascii_case("role") { refuse(name) } else { check(name) }
}

fn refuse(name: &str) -> Result<(), SqlError> {
    Err(SqlError::error("0A000", format!("setting configuration parameter \"{name}\" not supported")))
}

/// Names the cluster behind PrivateLink without private DNS.
const CLUSTER_ID: &str = "amzn-cluster-id";

/// The settings of the `options` startup parameter: `-c name=value` and `--name=value`. `None`
/// stands for a word that is not a setting.
fn options(text: &str) -> Vec<Option<(&str, &str)>> {
    let mut out = Vec::new();
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        let setting = match (word.strip_prefix("--"), word.strip_prefix("-c")) {
            (Some(long), _) => Some(long),
            (None, Some("")) => words.next(),
            (None, short) => short,
        };
        out.push(setting.map(|s| s.split_once('=').unwrap_or((s, ""))));
    }
    out
}

/// Whether a session may start with these options.
pub fn check_options(text: &str) -> Result<(), SqlError> {
    for setting in options(text) {
        let Some((name, _)) = setting else {
            return Err(SqlError::fatal("0A000", format!("unsupported startup options {text}")));
        };
        if name != CLUSTER_ID {
            check(&name.replace('-', "_")).map_err(|e| SqlError { severity: "FATAL", ..e })?;
        }
    }
    Ok(())
}

/// The cluster that the options name.
pub fn cluster_id(text: &str) -> Option<&str> {
    options(text).into_iter().flatten().find_map(|(name, value)| (name == CLUSTER_ID).then_some(value))
}

/// The options in a form that PostgreSQL accepts.
pub fn without_cluster_id(text: &str) -> String {
    let settings = options(text).into_iter().flatten().filter(|(name, _)| *name != CLUSTER_ID);
    settings.map(|(name, value)| format!("--{name}={value}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_startup_options() {
        let text = "-c amzn-cluster-id=abc --search_path=x -cTimeZone=UTC";
        assert_eq!(cluster_id(text), Some("abc"));
        assert_eq!(without_cluster_id(text), "--search_path=x --TimeZone=UTC");
        assert!(check_options(text).is_ok());
        let refused = check_options("-c statement_timeout=5").map_err(|e| e.message);
        assert_eq!(
            refused,
            Err("setting configuration parameter \"statement_timeout\" not supported".to_owned())
        );
        assert!(check_options("-B 10").is_err());
    }
}
