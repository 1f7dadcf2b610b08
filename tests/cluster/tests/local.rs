//! Runs the program against the stand-in instead of a cluster.
#![allow(missing_docs, clippy::unwrap_used)]

use std::process::Command;

use dsql_local::cli::Options;
use dsql_local::server::Server;

/// Facts that the stand-in cannot show; its own test has them too.
const NOT_SHOWN: [&str; 2] = ["dml/q_lateral_left_outer_ref", "session/set_config_inside_a_function"];

#[tokio::test(flavor = "multi_thread")]
async fn the_stand_in_behaves_as_assumed() {
    let server = Server::start(&Options { job_delay_ms: 300, ..Options::default() }).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.md");
    let principal = Options::default();
    let program = Command::new(env!("CARGO_BIN_EXE_cluster-probes"))
        .args(["--endpoint", &principal.endpoint, "--port", &server.listen.port().to_string()])
        .args([
            "--parameters",
            &format!("hostaddr={}&sslrootcert={}", server.listen.ip(), server.ca.display()),
        ])
        .args(["--rows", "4000", "--connections", "1,4", "--report", report.to_str().unwrap()])
        .env("AWS_ACCESS_KEY_ID", &principal.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &principal.secret_access_key)
        .spawn()
        .unwrap();
    let output = tokio::task::spawn_blocking(|| program.wait_with_output()).await.unwrap().unwrap();
    let text = std::fs::read_to_string(&report).unwrap_or_default();
    println!("{text}");
    assert_eq!(output.status.code(), Some(1), "some facts cannot be shown by the stand-in");
    let wrong: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    assert_eq!(wrong, NOT_SHOWN);
    assert!(!text.contains("**differs**"), "an answer to an open question differs from the assumption");
    for part in ["## Open questions", "## Time of a transaction", "| 4 | ", "upsert of three rows by unnest"]
    {
        assert!(text.contains(part), "{part}");
    }
    let past = dsql_local::postgres::connect(server.postgres, "postgres").await.unwrap();
    let left = "SELECT (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'dsql_probes%') \
                + (SELECT count(*) FROM pg_roles WHERE rolname LIKE 'dsql_probes%')";
    assert_eq!(past.query_one(left, &[]).await.unwrap().get::<_, i64>(0), 0, "it cleans up");
    server.stop().await.unwrap();
}
