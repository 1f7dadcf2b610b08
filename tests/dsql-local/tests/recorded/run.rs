//! Replays a recorded fact: its steps one by one, each answer compared with the recorded one.

use serde_json::Value;

use crate::common::raw::{self, Place};
use crate::compare::compare;
use crate::{conflict, probe, special, steps};

/// Returns why a fact does not hold; the tables that it uses must exist.
pub(crate) async fn check(place: &impl Place, name: &str, fact: &Value) -> Result<(), String> {
    match name {
        _ if name.starts_with("occ_conflict/") => return conflict::check(place, name).await,
        _ if name.starts_with("probe/") => return probe::check(place, name, fact).await,
        "protocol/message_over_10MiB" => return special::message_too_long(place).await,
        "limits/row_size" | "limits/value_size" | "limits/txn_bytes_detail" => {
            return special::check_values(place, name, fact).await;
        }
        "limits/txn_bytes" => return special::check_bytes(place, fact).await,
        "types/jsonb_limits" => return special::check_jsonb(place, fact).await,
        "index/unique_async_not_enforced_until_built" => {
            return special::duplicate_while_building(place).await;
        }
        _ => {}
    }
    let recorded = steps::recorded(name, fact);
    let mut client = raw::connect(place).await;
    let skipped = recorded.steps.len().saturating_sub(recorded.observations.len());
    let mut job = String::new();
    for (at, step) in recorded.steps.iter().enumerate() {
        let step = step.replace("<job_id>", &job);
        let answers = if recorded.simple {
            client.simple(&step).await
        } else {
            vec![client.extended(&step, &[]).await]
        };
        if let Some(id) = answers.first().filter(|a| a.columns == ["job_id"]).and_then(|a| a.rows.first()) {
            job = id[0].clone().unwrap_or_default();
        }
        if at < skipped {
            if let Some(error) = answers.iter().find_map(|a| a.error.as_ref()) {
                return Err(format!("preparing step {step}: {error:?}"));
            }
            continue;
        }
        let expected = &recorded.observations[at - skipped];
        let (answers, expected) = match expected["results"].as_array() {
            Some(results) => (answers, results.clone()),
            // For a query string that failed, only the error was recorded.
            None => (answers.into_iter().next_back().into_iter().collect(), vec![expected.clone()]),
        };
        if answers.len() != expected.len() {
            return Err(format!("{step}: {} answers, recorded {}", answers.len(), expected.len()));
        }
        for (answer, expected) in answers.iter().zip(&expected) {
            compare(answer, expected).map_err(|why| format!("{step}: {why}"))?;
        }
    }
    Ok(())
}
