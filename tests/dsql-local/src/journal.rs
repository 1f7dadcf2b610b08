//! The committed changes, in commit order, read from PostgreSQL's own log by logical decoding. With it a test
//! can prove that nothing was lost, duplicated or reordered. It costs nothing while it is not used.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use tokio_postgres::Client;

const SLOT: &str = "dsql_local_journal";
/// Decoding stops at the flushed end of the log, and commits do not wait for the flush
/// (synchronous_commit=off). This commit does.
const FLUSH: &str = "BEGIN; SET LOCAL synchronous_commit = on;
    SELECT pg_logical_emit_message(true, 'dsql_local', ''); COMMIT";
/// The default number of changes returned at once. Whole transactions are returned, so it may be a
/// few more.
pub const DEFAULT_LIMIT: i32 = 10_000;

/// Begins a new journal and discards an earlier one.
pub async fn start(client: &Client) -> Result<Value> {
    stop(client).await?;
    client
        .execute("SELECT pg_create_logical_replication_slot($1, 'test_decoding')", &[&SLOT])
        .await
        .context("logical decoding needs wal_level=logical")?;
    Ok(json!({ "journal": "started" }))
}

/// Ends the journal, so that PostgreSQL need not keep its log.
pub async fn stop(client: &Client) -> Result<Value> {
    let drop = "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1";
    client.execute(drop, &[&SLOT]).await?;
    Ok(json!({ "journal": "stopped" }))
}

/// Returns the next changes and removes them from the journal.
pub async fn read(client: &Client, limit: i32) -> Result<Value> {
    client.batch_execute(FLUSH).await?;
    let query = "SELECT xid::text, data FROM pg_logical_slot_get_changes($1, NULL, $2, 'include-xids', '0')";
    let rows = client.query(query, &[&SLOT, &limit]).await.context("no journal: `journal start` first")?;
    let keys = keys(client).await?;
    let mut changes = Vec::new();
    let mut transactions = HashSet::new();
    for row in rows {
        let (xid, data): (&str, &str) = (row.get(0), row.get(1));
        match data {
            "BEGIN" | "COMMIT" => {}
            _ if data.starts_with("message:") => {}
            _ => {
                if let Some(change) =
                    change(data, &keys).with_context(|| format!("unexpected change {data}"))?
                {
                    transactions.insert(xid.to_owned());
                    changes.push(with_transaction(change, xid));
                }
            }
        }
    }
    Ok(json!({ "transactions": transactions.len(), "changes": changes }))
}

fn with_transaction(mut change: Map<String, Value>, xid: &str) -> Value {
    change.insert("transaction".to_owned(), json!(xid.parse::<u64>().unwrap_or(0)));
    Value::Object(change)
}

/// Primary key columns by table.
async fn keys(client: &Client) -> Result<HashMap<String, Vec<String>>> {
    let query = "SELECT format('%I.%I', n.nspname, c.relname), a.attname::text
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, place) ON true
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
        WHERE i.indisprimary ORDER BY c.oid, k.place";
    let mut keys: HashMap<String, Vec<String>> = HashMap::new();
    for row in client.query(query, &[]).await? {
        keys.entry(row.get(0)).or_default().push(row.get(1));
    }
    Ok(keys)
}

/// Parses one line of test_decoding: `table public.t: INSERT: id[integer]:1 v[text]:'x'`. The
/// stand-in's own tables are skipped.
fn change(data: &str, keys: &HashMap<String, Vec<String>>) -> Result<Option<Map<String, Value>>> {
    let rest = data.strip_prefix("table ").context("not a table")?;
    let (table, rest) = rest.split_once(": ").context("no table")?;
    let (operation, rest) = rest.split_once(": ").unwrap_or((rest, ""));
    if table.starts_with("dsql_local.") {
        return Ok(None);
    }
    let (old, new) = match rest.strip_prefix("old-key: ").and_then(|r| r.split_once(" new-tuple: ")) {
        Some((old, new)) => (Some(columns(old)?), columns(new)?),
        None => (None, columns(rest)?),
    };
    let empty = Vec::new();
    let names = keys.get(table).unwrap_or(&empty);
    let key = |row: &Map<String, Value>| -> Map<String, Value> {
        names.iter().filter_map(|name| Some((name.clone(), row.get(name)?.clone()))).collect()
    };
    let mut out = Map::new();
    out.insert("table".to_owned(), json!(table));
    out.insert("operation".to_owned(), json!(operation.to_ascii_lowercase()));
    out.insert("key".to_owned(), Value::Object(key(&new)));
    if let Some(old) = old {
        out.insert("old_key".to_owned(), Value::Object(key(&old)));
    }
    if operation != "DELETE" {
        out.insert("row".to_owned(), Value::Object(new));
    }
    Ok(Some(out))
}

/// `name[type]:value name[type]:'text with ''quotes''' name[type]:null`; every value is returned as
/// text.
fn columns(text: &str) -> Result<Map<String, Value>> {
    let mut out = Map::new();
    let mut rest = text;
    while !rest.is_empty() && rest != "(no-tuple-data)" {
        let (name, tail) = name(rest)?;
        // Array types contain brackets themselves.
        let colon = tail.find("]:").context("no type")?;
        let (value, tail) = value(&tail[colon + 2..])?;
        out.insert(name, value);
        rest = tail.strip_prefix(' ').unwrap_or(tail);
    }
    Ok(out)
}

fn name(text: &str) -> Result<(String, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (name, tail) = quoted_until(quoted, '"')?;
        return Ok((name, tail));
    }
    let end = text.find('[').context("no column name")?;
    Ok((text[..end].to_owned(), &text[end..]))
}

fn value(text: &str) -> Result<(Value, &str)> {
    if let Some(quoted) = text.strip_prefix('\'') {
        let (value, tail) = quoted_until(quoted, '\'')?;
        return Ok((Value::String(value), tail));
    }
    let end = text.find(' ').unwrap_or(text.len());
    let value = if &text[..end] == "null" { Value::Null } else { Value::String(text[..end].to_owned()) };
    Ok((value, &text[end..]))
}

/// The text up to the closing quote, with doubled quotes undone, and the rest.
fn quoted_until(text: &str, quote: char) -> Result<(String, &str)> {
    let mut out = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c != quote {
            out.push(c);
        } else if chars.next_if(|(_, next)| *next == quote).is_some() {
            out.push(quote);
        } else {
            return Ok((out, &text[at + quote.len_utf8()..]));
        }
    }
    bail!("unterminated quote")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_lines_of_test_decoding() {
        let keys = HashMap::from([("public.t".to_owned(), vec!["id".to_owned()])]);
        let check = |line: &str, expect: Value| {
            assert_eq!(Value::Object(change(line, &keys).unwrap().unwrap()), expect, "{line}");
        };
        check(
            "table public.t: INSERT: id[integer]:1 v[text]:'it''s: [x]' \"Odd \"\" name\"[character varying]:null",
            json!({ "table": "public.t", "operation": "insert", "key": { "id": "1" },
                    "row": { "id": "1", "v": "it's: [x]", "Odd \" name": null } }),
        );
        check(
            "table public.t: UPDATE: old-key: id[integer]:1 new-tuple: id[integer]:2 v[text]:'b'",
            json!({ "table": "public.t", "operation": "update", "key": { "id": "2" }, "old_key": { "id": "1" },
                    "row": { "id": "2", "v": "b" } }),
        );
        check(
            "table public.t: DELETE: id[integer]:1",
            json!({ "table": "public.t", "operation": "delete", "key": { "id": "1" } }),
        );
        assert!(change("table dsql_local.jobs: INSERT: job_id[text]:'x'", &keys).unwrap().is_none());
    }
}
