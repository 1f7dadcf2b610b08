//! The metrics that Prometheus reads from a sink; dashboard and alert rules use only these.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;

use common::{Cluster, Field, Rows, declare, flush, until};
use dsql_sink::abi::*;
use dsql_sink::sink::Sink;
use yaml_rust2::{Yaml, YamlLoader};

/// A free port.
fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// Head and body of an answer; `None` if no process listens.
fn get(port: u16, path: &str) -> Option<(String, String)> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    Some((head.to_owned(), body.to_owned()))
}

fn scrape(port: u16) -> String {
    get(port, "/metrics").unwrap().1
}

fn exposing(cluster: &Cluster, port: u16, task: &str) -> Sink {
    cluster.sink(&[("metrics_port", &port.to_string()), ("metrics_job", "7"), ("metrics_task", task)])
}

fn write(sink: &Sink, name: &str, count: i64) {
    let table = declare(sink, name, &["id"], &["id"]).unwrap();
    let rows = (0..count).fold(Rows::new(table), |rows, id| rows.row(ROW_INSERT, &[Field::Int(id)]));
    rows.write(sink).unwrap();
    flush(sink).unwrap();
}

#[test]
fn sinks_of_a_process_share_a_port_until_the_last_one_closes() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE a (id bigint PRIMARY KEY); CREATE TABLE b (id bigint PRIMARY KEY)");
    let port = free_port();
    let first = exposing(&cluster, port, "0");
    let second = exposing(&cluster, port, "1");
    write(&first, "a", 10);
    write(&second, "b", 20);
    let text = scrape(port);
    for line in [
        r#"dsql_sink_rows_committed_total{job_id="7",task="0",table="public.a"} 10"#,
        r#"dsql_sink_rows_committed_total{job_id="7",task="1",table="public.b"} 20"#,
        r#"dsql_sink_transaction_rows_count{job_id="7",task="1",table="public.b"} 1"#,
        r#"dsql_sink_transaction_rows_sum{job_id="7",task="1",table="public.b"} 20.0"#,
        r#"dsql_sink_retries_total{job_id="7",task="0",table="",kind="conflict"} 0"#,
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    assert!(text.ends_with("# EOF\n"), "{text}");
    let (head, _) = get(port, "/").unwrap();
    assert!(head.starts_with("HTTP/1.1 404"), "{head}");
    // The first sink served the port; the other one continues with the same socket.
    first.close();
    let text = scrape(port);
    assert!(!text.contains("public.a") && text.contains("public.b"), "{text}");
    second.close();
    until("the port is free", || TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok());
}

#[test]
fn a_port_in_use_is_reported_and_rows_are_written() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE a (id bigint PRIMARY KEY)");
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let sink = exposing(&cluster, taken.local_addr().unwrap().port(), "0");
    let told = String::from_utf8_lossy(&sink.notices().unwrap()).into_owned();
    assert!(told.contains("option 'metrics_port': 127.0.0.1:") && told.contains("the job goes on"), "{told}");
    write(&sink, "a", 3);
    assert_eq!(cluster.rows("SELECT count(*) FROM a"), ["3"]);
    sink.close();
}

/// Names of metrics in an expression or a text.
fn names(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.starts_with("dsql_sink_"))
        .map(str::to_owned)
}

/// Every expression of a document, at any depth.
fn expressions(of: &Yaml, found: &mut Vec<String>) {
    match of {
        Yaml::Array(items) => items.iter().for_each(|item| expressions(item, found)),
        Yaml::Hash(fields) => fields.iter().for_each(|(key, value)| match (key.as_str(), value.as_str()) {
            (Some("expr" | "query"), Some(text)) => found.push(text.to_owned()),
            _ => expressions(value, found),
        }),
        _ => {}
    }
}

#[test]
fn dashboard_rules_and_pages_name_existing_metrics() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE a (id bigint PRIMARY KEY)");
    let port = free_port();
    let sink = exposing(&cluster, port, "0");
    write(&sink, "a", 1);
    let text = scrape(port);
    sink.close();
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let there: BTreeSet<String> = samples.filter_map(|line| names(line).next()).collect();

    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let read = |name: &str| std::fs::read_to_string(docs.join(name)).unwrap();
    for file in ["monitoring/dashboard.json", "monitoring/alerts.yml"] {
        // JSON is YAML too; that the file is JSON is checked separately.
        if file.ends_with("json") {
            serde_json::from_str::<serde_json::Value>(&read(file)).unwrap();
        }
        let mut found = Vec::new();
        YamlLoader::load_from_str(&read(file)).unwrap().iter().for_each(|doc| expressions(doc, &mut found));
        assert!(found.len() >= 5, "{file} has {} expressions", found.len());
        for name in found.iter().flat_map(|expression| names(expression)) {
            assert!(there.contains(&name), "{file} uses {name}, which is not one of {there:?}");
        }
    }

    // The pages list each family once, without the suffixes of a histogram.
    let ends = ["_bucket", "_sum", "_count"];
    let families: BTreeSet<String> = there
        .iter()
        .map(|name| ends.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name).to_owned())
        .collect();
    for page in ["monitoring.md", "zh-CN/monitoring.md"] {
        let text = read(page);
        let rows = text.lines().filter(|line| line.starts_with("| `dsql_sink_"));
        let listed: BTreeSet<String> = rows.filter_map(|row| names(row).next()).collect();
        assert_eq!(listed, families, "{page}");
    }
}

/// A dashboard that was changed needs another run of scripts/dashboard.sh.
#[test]
fn the_picture_shows_every_panel() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/monitoring");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let dashboard: serde_json::Value = serde_json::from_str(&read("dashboard.json")).unwrap();
    let picture = read("dashboard.svg");
    for panel in dashboard["panels"].as_array().unwrap() {
        let targets = panel["targets"].as_array().unwrap().iter();
        let legends = targets.map(|target| target["legendFormat"].as_str().unwrap());
        // What stands for a label is another text in the picture.
        let told = legends.filter(|legend| !legend.contains("{{")).chain(panel["title"].as_str());
        for text in told {
            assert!(picture.contains(&format!(">{text}</text>")), "{text}");
        }
    }
}
