//! How the limits of a transaction are counted: facts whose steps describe numbers of rows and bytes in
//! prose.

use serde_json::Value;

use crate::common::raw::{self, Place, Raw};
use crate::compare::compare;
use crate::special::random;

const MIB: usize = 1024 * 1024;

/// One step of a transaction.
enum Step {
    /// Inserts rows from this number on, each with a value of this many bytes that do not compress.
    Insert { first: usize, rows: usize, bytes: usize },
    /// Deletes the rows below this number.
    Delete { below: usize },
    /// Reads the rows below this number FOR UPDATE.
    Lock { below: usize },
}

/// Runs one transaction for each recorded answer: that of the failed statement, or of COMMIT.
pub(crate) async fn check(place: &impl Place, name: &str, fact: &Value) -> Result<(), String> {
    use Step::{Delete, Insert, Lock};
    let small = |first, rows| Insert { first, rows, bytes: 16 };
    let transactions: Vec<Vec<Step>> = match name {
        "probe/rows" => vec![vec![small(0, 3000)], vec![small(3000, 3001)]],
        "probe/rows_of_several_statements" => vec![vec![small(0, 2000), small(2000, 1001)]],
        "probe/deleted_rows" => vec![
            vec![small(0, 1500)],
            vec![small(1500, 1501)],
            vec![Delete { below: 3001 }],
            vec![Delete { below: 3000 }],
            vec![Delete { below: 3001 }],
        ],
        "probe/deleted_bytes" => vec![
            vec![Insert { first: 0, rows: 6, bytes: 1_000_000 }],
            vec![Insert { first: 6, rows: 6, bytes: 1_000_000 }],
            vec![Delete { below: 12 }],
        ],
        "probe/rows_read_for_update" => {
            vec![vec![small(0, 3000)], vec![Lock { below: 3000 }, small(3000, 1)]]
        }
        "probe/value" => vec![
            vec![Insert { first: 0, rows: 1, bytes: MIB }],
            vec![Insert { first: 1, rows: 1, bytes: MIB + 1 }],
        ],
        "probe/bytes" => vec![
            vec![Insert { first: 0, rows: 9, bytes: MIB }],
            vec![Insert { first: 9, rows: 10, bytes: MIB }],
        ],
        _ => return Err("no such probe".to_owned()),
    };
    let mut client = raw::connect(place).await;
    let table = "CREATE TABLE probe (batch uuid DEFAULT gen_random_uuid(), seq int, data bytea NOT NULL, PRIMARY KEY (seq, batch))";
    client.simple(table).await;
    let expected = fact["observations"].as_array().unwrap();
    assert_eq!(expected.len(), transactions.len());
    for (at, (steps, expected)) in transactions.iter().zip(expected).enumerate() {
        let answer = transaction(&mut client, steps).await;
        compare(&answer, expected).map_err(|why| format!("transaction {}: {why}", at + 1))?;
    }
    Ok(())
}

async fn transaction(client: &mut Raw, steps: &[Step]) -> raw::Answer {
    client.simple("BEGIN").await;
    for step in steps {
        let answer = match *step {
            Step::Insert { first, rows, bytes } if bytes < 1000 => {
                let insert = format!(
                    "INSERT INTO probe (seq, data) SELECT n, sha256(int4send(n)) FROM generate_series({first}, {}) n",
                    first + rows - 1
                );
                client.extended(&insert, &[]).await
            }
            Step::Insert { first, rows, bytes } => insert(client, first, rows, bytes).await,
            Step::Delete { below } => {
                client.extended(&format!("DELETE FROM probe WHERE seq < {below}"), &[]).await
            }
            Step::Lock { below } => {
                client.extended(&format!("SELECT seq FROM probe WHERE seq < {below} FOR UPDATE"), &[]).await
            }
        };
        if answer.error.is_some() {
            client.simple("ROLLBACK").await;
            return answer;
        }
    }
    client.simple("COMMIT").await.remove(0)
}

/// One statement for each value, because DSQL closes a connection whose message is over 10 MiB.
async fn insert(client: &mut Raw, first: usize, rows: usize, bytes: usize) -> raw::Answer {
    let mut answer = raw::Answer::default();
    for row in first..first + rows {
        let value: String = random(bytes, row as u64 + 7).iter().map(|b| format!("{b:02x}")).collect();
        let (seq, value) = (row.to_string(), format!("\\x{value}"));
        let values: [&[u8]; 2] = [seq.as_bytes(), value.as_bytes()];
        answer = client.extended("INSERT INTO probe (seq, data) VALUES ($1::int, $2)", &values).await;
        if answer.error.is_some() {
            break;
        }
    }
    answer
}
