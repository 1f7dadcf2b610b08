//! Every recorded fact that can be checked on a cluster.

use anyhow::Result;
use serde_json::Value;

use crate::place::Cluster;
use crate::report::Report;
use crate::{run, steps, tables};

/// Facts that are not checked on a cluster, and the reasons. A name that ends with a slash is a group.
pub const LEFT_OUT: &[(&str, &str)] = &[
    ("connect/", "needs a cluster in a state that cannot be triggered"),
    ("server/unavailable", "cannot be triggered"),
    ("limits/txn_age", "takes five minutes"),
    ("limits/txn_age_detail", "takes five minutes"),
    ("limits/temp_space", "the recording has no statement"),
    ("limits/schemas", "would use up all schemas of the cluster"),
    ("ddl/schema_cascade", "would create a second schema"),
    ("roles/grant_usage_public", "is about the schema public, which is not touched"),
    ("roles/iam_mappings", "would change who may connect"),
    ("catalog/sys_functions", "changes with each release of the service"),
];

/// Tries of a fact: the schema change of the previous fact may be reported during it (OC001).
const TRIES: u32 = 4;

/// The recorded facts.
pub fn recorded() -> Vec<(String, Value)> {
    let all: Value = serde_json::from_str(include_str!("../../dsql-local/tests/data/dsql_recorded.json"))
        .unwrap_or_default();
    let text = |fact: &Value, key: &str| fact[key].as_str().unwrap_or_default().to_owned();
    let named = |fact: &Value| (format!("{}/{}", text(fact, "group"), text(fact, "name")), fact.clone());
    all["facts"].as_array().into_iter().flatten().map(named).collect()
}

/// Why a fact is left out.
pub fn left_out(name: &str) -> Option<&'static str> {
    let fits = |of: &str| of == name || of.ends_with('/') && name.starts_with(of);
    LEFT_OUT.iter().find(|(of, _)| fits(of)).map(|(_, why)| *why)
}

/// The statements that create the tables which a fact mentions.
pub fn tables_of(name: &str, fact: &Value) -> Vec<&'static str> {
    let steps = steps::recorded(name, fact).steps.join("\n");
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mentions = |table: &str| {
        let conflict = name.starts_with("occ_conflict/") && ["r", "parent", "child"].contains(&table);
        conflict
            || name == "index/unique_async_not_enforced_until_built" && table == "t"
            // A child refers to its parent.
            || steps.split(|c: char| !word(c)).any(|part| part == table || table == "parent" && part == "child")
    };
    tables::TABLES.iter().filter(|(table, _)| mentions(table)).map(|(_, statements)| *statements).collect()
}

/// Runs the statements of each fact again.
pub async fn check(cluster: &Cluster, report: &mut Report) -> Result<()> {
    let made = cluster.make(&format!("CREATE ROLE {}", cluster.grantee())).await.is_ok();
    for (number, (name, fact)) in recorded().iter().enumerate() {
        let role = fact.to_string().contains("app_rw");
        if let Some(why) = left_out(name).or((role && !made).then_some("this role may not create roles")) {
            report.leave_out(name, why);
            continue;
        }
        let mut outcome = Ok(());
        for _ in 0..TRIES {
            cluster.reset().await?;
            cluster.make(&tables_of(name, fact).join(";")).await?;
            outcome = run::check(cluster, name, fact).await;
            let changed = |why: &String| why.contains("OC001") && !fact.to_string().contains("OC001");
            if !outcome.as_ref().is_err_and(changed) {
                break;
            }
        }
        if let Err(why) = &outcome {
            println!("does not hold: {name} (fact {number}): {why}");
        }
        report.fact(name, fact, outcome);
    }
    cluster.reset().await
}
