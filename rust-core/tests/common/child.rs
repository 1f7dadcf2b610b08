//! Runs a test in a process of its own, because the environment belongs to a whole process.

use std::process::Command;

/// Runs an ignored test of this suite by itself, without an instance's or a user's credentials.
pub fn in_child(test: &str, environment: &[(&str, &str)]) {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", test, "--ignored", "--nocapture"]).env_clear();
    for kept in ["PATH", "DSQL_SINK_CACHE", "LD_LIBRARY_PATH"] {
        if let Ok(value) = std::env::var(kept) {
            child.env(kept, value);
        }
    }
    // The cache of PostgreSQL is in the home folder; the profiles of AWS are not read from there.
    child.env("HOME", std::env::var("HOME").unwrap_or_default());
    child.env("AWS_CONFIG_FILE", "/nowhere").env("AWS_SHARED_CREDENTIALS_FILE", "/nowhere");
    child.env("AWS_EC2_METADATA_DISABLED", "true").envs(environment.iter().copied());
    let output = child.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    // The message of a failed test is on the other stream.
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}{failed}");
}
