//! Facts about two sessions that change the same rows.

use crate::common::raw::{self, Place, Raw};

/// Two sessions at the same time. One of the commits fails; on a real cluster either can.
pub(crate) async fn check(place: &impl Place, name: &str) -> Result<(), String> {
    let (a, b): (&[&str], &[&str]) = match name {
        "occ_conflict/for_update_vs_write" => {
            (&["SELECT * FROM r WHERE id = 1 FOR UPDATE"], &["UPDATE r SET v = 2 WHERE id = 1"])
        }
        "occ_conflict/fk_delete_vs_referencing_insert" => {
            (&["DELETE FROM parent WHERE id = 1"], &["INSERT INTO child (id, p) VALUES (1, 1)"])
        }
        "occ_conflict/fk_on_delete_set_default_vs_child_write" => {
            (&["DELETE FROM parent WHERE id = 1"], &["UPDATE child SET v = 2 WHERE id = 9"])
        }
        "occ_conflict/for_update_write_skew" => (
            &["SELECT * FROM r WHERE id = 1 FOR UPDATE", "UPDATE r SET v = 1 WHERE id = 2"],
            &["SELECT * FROM r WHERE id = 1 FOR UPDATE", "UPDATE r SET v = 1 WHERE id = 3"],
        ),
        _ => (&["UPDATE r SET v = 1 WHERE id = 1"], &["UPDATE r SET v = 2 WHERE id = 1"]),
    };
    let (mut one, mut two) = (raw::connect(place).await, raw::connect(place).await);
    if name.ends_with("child_write") {
        one.simple("INSERT INTO child VALUES (9, 1, 0)").await;
    }
    for round in 0..2 {
        run_in(&mut one, "BEGIN", round).await?;
        run_in(&mut two, "BEGIN", round).await?;
        for (x, y) in a.iter().zip(b) {
            let (x, y) = (run_in(&mut one, x, round).await?, run_in(&mut two, y, round).await?);
            let counted = |tag: &str| ["SELECT 1", "UPDATE 1", "DELETE 1", "INSERT 0 1"].contains(&tag);
            if !counted(&x) || !counted(&y) {
                return Err(format!("round {round}: tags {x} and {y}"));
            }
        }
        let (x, y) = (run_in(&mut one, "COMMIT", round).await, run_in(&mut two, "COMMIT", round).await);
        let lost = match (x, y) {
            (Ok(_), Err(lost)) | (Err(lost), Ok(_)) => lost,
            other => return Err(format!("round {round}: {other:?}")),
        };
        if !lost.contains("40001 change conflicts with another transaction (OC000)") {
            return Err(lost);
        }
        if one.status != b'I' || two.status != b'I' {
            return Err("a session is not idle after COMMIT".to_owned());
        }
        if name.contains("/fk_") {
            return Ok(());
        }
    }
    Ok(())
}

/// Runs one statement, alternating between the two protocols.
async fn run_in(client: &mut Raw, sql: &str, round: usize) -> Result<String, String> {
    let answer =
        if round == 0 { client.simple(sql).await.remove(0) } else { client.extended(sql, &[]).await };
    match answer.error {
        Some(error) => Err(format!("{sql}: {} {}", error.code, error.message)),
        None => Ok(answer.tag.unwrap_or_default()),
    }
}
