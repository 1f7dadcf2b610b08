//! Gives a test its own cluster, sinks on it, and frames as Java writes them.
#![allow(dead_code, missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod child;
pub mod journal;
pub mod network;

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use dsql_local::cli::Options;
use dsql_local::server::Server;
use dsql_sink::abi::*;
use dsql_sink::config::Config;
use dsql_sink::error::SinkError;
use dsql_sink::sink::Sink;
use tokio::runtime::Runtime;

/// The longest time for any condition of a test. A machine with cold caches is slow.
pub const DEADLINE: Duration = Duration::from_secs(60);
/// The key of dsql-local's first principal.
pub const SECRET_ACCESS_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// The wait of one call, as on the Java side.
pub const SLICE: Duration = Duration::from_millis(50);

/// dsql-local and a session with the PostgreSQL behind it.
pub struct Cluster {
    server: Option<Server>,
    runtime: Runtime,
    postgres: tokio_postgres::Client,
    options: Options,
}

impl Cluster {
    pub fn start() -> Self {
        Self::with(Options::default())
    }

    pub fn with(options: Options) -> Self {
        let runtime = Runtime::new().unwrap();
        let (server, postgres) = runtime.block_on(serve(&options));
        Self { server: Some(server), runtime, postgres, options }
    }

    /// Kills PostgreSQL as a power failure would, then starts it and dsql-local again on the same
    /// address. The options need a `dir`, which keeps the data.
    pub fn crash(&mut self) {
        let server = self.server.take().unwrap();
        self.options.listen = server.listen;
        kill_postgres(&server.dir.join("pgdata/postmaster.pid"));
        self.runtime.block_on(server.stop()).unwrap();
        let (server, postgres) = self.runtime.block_on(serve(&self.options));
        (self.server, self.postgres) = (Some(server), postgres);
    }

    fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    /// Runs statements directly on PostgreSQL.
    pub fn sql(&self, statements: &str) {
        self.runtime.block_on(self.postgres.batch_execute(statements)).unwrap();
    }

    /// Runs statements directly on PostgreSQL that no role of Aurora DSQL may run.
    pub fn superuser(&self, statements: &str) {
        self.runtime.block_on(async {
            let client = session(self.server(), "postgres").await;
            client.batch_execute(statements).await.unwrap();
        });
    }

    /// The rows of a query, columns as text joined by `|`.
    pub fn rows(&self, query: &str) -> Vec<String> {
        let messages = self.runtime.block_on(self.postgres.simple_query(query)).unwrap();
        let row = |row: tokio_postgres::SimpleQueryRow| {
            (0..row.len()).map(|at| row.get(at).unwrap_or("NULL")).collect::<Vec<_>>().join("|")
        };
        messages
            .into_iter()
            .filter_map(|message| match message {
                tokio_postgres::SimpleQueryMessage::Row(found) => Some(row(found)),
                _ => None,
            })
            .collect()
    }

    /// Sends a command to the control port.
    pub fn control(&self, command: &str) -> String {
        let mut stream = TcpStream::connect(self.server().control).unwrap();
        writeln!(stream, "{command}").unwrap();
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).unwrap();
        assert!(!answer.contains("\"error\""), "{command}: {answer}");
        answer
    }

    /// PostgreSQL's log from byte `since` on: it has every statement that failed.
    pub fn log(&self, since: u64) -> String {
        let mut log = std::fs::File::open(self.server().dir.join("postgres.log")).unwrap();
        log.seek(SeekFrom::Start(since)).unwrap();
        let mut bytes = Vec::new();
        log.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The log's length, for [`Cluster::log`].
    pub fn logged(&self) -> u64 {
        std::fs::metadata(self.server().dir.join("postgres.log")).unwrap().len()
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.server().listen
    }

    /// A counter of dsql-local.
    pub fn stat(&self, name: &str) -> i64 {
        let answer: serde_json::Value = serde_json::from_str(&self.control("stats")).unwrap();
        answer[name].as_i64().unwrap()
    }

    pub fn url(&self) -> String {
        self.url_at(self.address())
    }

    /// The url of a cluster that is reached at another address.
    pub fn url_at(&self, address: SocketAddr) -> String {
        format!(
            "jdbc:postgresql://abcdefghijklmnopqrst123456.dsql.us-east-1.on.aws:{}/postgres?hostaddr={}&sslrootcert={}",
            address.port(),
            address.ip(),
            self.server().ca.display()
        )
    }

    /// A sink with some options changed; an empty value removes an option.
    pub fn sink(&self, changes: &[(&str, &str)]) -> Sink {
        self.try_sink(changes).unwrap()
    }

    pub fn try_sink(&self, changes: &[(&str, &str)]) -> Result<Sink, SinkError> {
        Sink::open(self.config(changes)?)
    }

    pub fn config(&self, changes: &[(&str, &str)]) -> Result<Config, SinkError> {
        config_at(self.url(), changes)
    }
}

/// The options of a sink on the cluster of this url, with some of them changed.
pub fn config_at(url: String, changes: &[(&str, &str)]) -> Result<Config, SinkError> {
    let mut options = std::collections::HashMap::from([
        ("url".to_owned(), url),
        ("username".to_owned(), "admin".to_owned()),
        ("access_key_id".to_owned(), "AKIAIOSFODNN7EXAMPLE".to_owned()),
        ("secret_access_key".to_owned(), SECRET_ACCESS_KEY.to_owned()),
        ("log_level".to_owned(), "debug".to_owned()),
    ]);
    // The whole suite can run with either form of statements.
    options.extend(std::env::var("DSQL_TEST_FORM").ok().map(|form| ("statement_form".to_owned(), form)));
    options.extend(changes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    Config::new(options.into_iter().collect(), |_| None)
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.stop()).unwrap();
        }
    }
}

async fn serve(options: &Options) -> (Server, tokio_postgres::Client) {
    let server = Server::start(options)
        .await
        .unwrap_or_else(|error| panic!("dsql-local does not start (scripts/fetch.sh postgres?): {error:#}"));
    let client = session(&server, "admin").await;
    (server, client)
}

/// A session with the PostgreSQL behind the stand-in.
async fn session(server: &Server, role: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::Config::new()
        .host(server.postgres.ip().to_string())
        .port(server.postgres.port())
        .user(role)
        .dbname("postgres")
        .connect(tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client
}

/// Kills the postmaster, whose idle children then end, and the children that are working.
fn kill_postgres(pid_file: &Path) {
    let text = std::fs::read_to_string(pid_file).unwrap();
    let postmaster = text.lines().next().unwrap().trim();
    let children = std::fs::read_to_string(format!("/proc/{postmaster}/task/{postmaster}/children")).unwrap();
    let pids = std::iter::once(postmaster).chain(children.split_whitespace());
    // A child may have ended by itself meanwhile.
    std::process::Command::new("kill").arg("-KILL").args(pids).output().unwrap();
}

/// Declares a table and returns its number.
pub fn declare(sink: &Sink, table: &str, columns: &[&str], keys: &[&str]) -> Result<u32, SinkError> {
    let mode = if keys.is_empty() { MODE_INSERT } else { MODE_UPSERT };
    declare_as(sink, table, &[mode], columns, keys)
}

/// Declares a table whose rows a query writes.
pub fn declare_query(sink: &Sink, query: &str, columns: &[&str]) -> Result<u32, SinkError> {
    let mut mode = vec![MODE_QUERY];
    string(&mut mode, query);
    declare_as(sink, "source", &mode, columns, &[])
}

fn declare_as(
    sink: &Sink,
    table: &str,
    mode: &[u8],
    columns: &[&str],
    keys: &[&str],
) -> Result<u32, SinkError> {
    let mut frame = vec![FRAME_VERSION];
    string(&mut frame, "public");
    string(&mut frame, table);
    frame.extend_from_slice(mode);
    frame.extend_from_slice(&u16::try_from(columns.len()).unwrap().to_be_bytes());
    for column in columns {
        string(&mut frame, column);
        string(&mut frame, "SOURCE");
    }
    frame.extend_from_slice(&u16::try_from(keys.len()).unwrap().to_be_bytes());
    keys.iter().for_each(|key| string(&mut frame, key));
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(number) = sink.declare(&frame, SLICE)? {
            return Ok(number.try_into().unwrap());
        }
        assert!(Instant::now() < deadline, "the table was not declared in time");
    }
}

/// A value of a row.
#[derive(Debug, Clone)]
pub enum Field {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl From<i64> for Field {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for Field {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

/// A row frame that is being filled.
pub struct Rows {
    table: u32,
    count: u32,
    rows: Vec<u8>,
}

impl Rows {
    pub fn new(table: u32) -> Self {
        Self { table, count: 0, rows: Vec::new() }
    }

    pub fn row(mut self, kind: u8, fields: &[Field]) -> Self {
        let mut values = Vec::new();
        for field in fields {
            match field {
                Field::Null => values.push(TAG_NULL),
                Field::Int(value) => {
                    values.push(TAG_INT64);
                    values.extend_from_slice(&value.to_be_bytes());
                }
                Field::Text(text) => {
                    values.push(TAG_TEXT);
                    string(&mut values, text);
                }
                Field::Bytes(bytes) => {
                    values.push(TAG_BYTES);
                    length(&mut values, bytes.len());
                    values.extend_from_slice(bytes);
                }
            }
        }
        self.rows.push(kind);
        length(&mut self.rows, values.len());
        self.rows.extend_from_slice(&values);
        self.count += 1;
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut frame = vec![FRAME_VERSION];
        frame.extend_from_slice(&self.table.to_be_bytes());
        frame.extend_from_slice(&self.count.to_be_bytes());
        frame.extend_from_slice(&self.rows);
        frame
    }

    /// Writes the frame; waits until the buffer has room.
    pub fn write(&self, sink: &Sink) -> Result<(), SinkError> {
        let frame = self.bytes();
        let deadline = Instant::now() + DEADLINE;
        while !sink.write(&frame, SLICE)? {
            assert!(Instant::now() < deadline, "no room in time");
        }
        Ok(())
    }
}

/// Flushes and waits until all is durable.
pub fn flush(sink: &Sink) -> Result<(), SinkError> {
    let ticket = sink.flush()?;
    let deadline = Instant::now() + DEADLINE;
    while !sink.wait(ticket, SLICE)? {
        assert!(Instant::now() < deadline, "not flushed in time");
    }
    Ok(())
}

/// Polls until `done`, or fails.
pub fn until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !done() {
        assert!(Instant::now() < deadline, "waited too long until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A number from an environment variable.
pub fn given(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

/// Prints a line that the test runner does not capture, so that a passing run shows it too.
pub fn tell(text: &str) {
    std::io::stderr().write_all(format!("{text}\n").as_bytes()).unwrap();
}

/// The lines of the notices since the last call that are warnings or errors.
pub fn warnings(sink: &Sink) -> Vec<String> {
    let block = sink.notices().unwrap_or_default();
    let (mut rest, mut lines) = (block.get(4..).unwrap_or_default(), Vec::new());
    while let [level, line @ ..] = rest {
        let length = u32::from_be_bytes(line[8..12].try_into().unwrap()) as usize;
        if matches!(*level, LEVEL_ERROR | LEVEL_WARN) {
            lines.push(String::from_utf8(line[12..12 + length].to_vec()).unwrap());
        }
        rest = &line[12 + length..];
    }
    lines
}

/// Text of the notices since the last call.
pub fn notices(sink: &Sink) -> String {
    String::from_utf8_lossy(&sink.notices().unwrap_or_default()).into_owned()
}

fn string(out: &mut Vec<u8>, text: &str) {
    length(out, text.len());
    out.extend_from_slice(text.as_bytes());
}

fn length(out: &mut Vec<u8>, length: usize) {
    out.extend_from_slice(&u32::try_from(length).unwrap().to_be_bytes());
}
