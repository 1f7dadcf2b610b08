//! The configuration parameters that a session may set, in the startup packet and by SET, and those that the stand-in
//! sets itself in PostgreSQL.

use crate::wire::SqlError;

/// Recorded by AWS's own tools; every `enable_*` is allowed too.
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

/// Makes PostgreSQL behave like Aurora DSQL where a setting can.
pub const BACKEND: &[(&str, &str)] = &[
    ("default_transaction_isolation", "repeatable read"),
    // Waits for rows are ended much earlier by the session; this is for tables that DDL has locked.
    ("lock_timeout", "5s"),
];

/// Whether a session may set `name`.
pub fn check(name: &str) -> Result<(), SqlError> {
    let lower = name.to_ascii_lowercase();
    if ALLOWED.contains(&lower.as_str()) || lower.starts_with("enable_") {
        return Ok(());
    }
    Err(SqlError::error("0A000", format!("setting configuration parameter \"{name}\" not supported")))
}

/// The `options` startup parameter: `-c name=value` and `--name=value`.
pub fn check_options(options: &str) -> Result<(), SqlError> {
    let mut words = options.split_whitespace();
    while let Some(word) = words.next() {
        let setting = match (word.strip_prefix("--"), word.strip_prefix("-c")) {
            (Some(long), _) => long,
            (None, Some("")) => words.next().unwrap_or_default(),
            (None, Some(short)) => short,
            (None, None) => {
                return Err(SqlError::fatal("0A000", format!("unsupported startup option {word}")));
            }
        };
        let name = setting.split('=').next().unwrap_or_default().replace('-', "_");
        // PrivateLink without private DNS names the cluster this way.
        if name != "amzn_cluster_id" {
            check(&name).map_err(|e| SqlError { severity: "FATAL", ..e })?;
        }
    }
    Ok(())
}
