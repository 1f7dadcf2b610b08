//! The protocol in detail: messages in unusual orders, refusals in the middle of a pipeline, cancel requests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use bytes::{BufMut, BytesMut};
use common::raw::{self, Answer, encode_extended};
use common::{ENDPOINT, config, connect, ctl, start_with, try_connect};
use dsql_local::cli::Options;
use dsql_local::server::Server;
use dsql_local::wire::{cstr, message};
use rustls_pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test(flavor = "multi_thread")]
async fn messages_in_every_order() {
    let server = start_with(Options { connection_rate: 2_000_000, ..Options::default() }).await;
    pipelines(&server).await;
    pipelining(&server).await;
    refusals_keep_the_state(&server).await;
    query_strings(&server).await;
    settings(&server).await;
    columns(&server).await;
    private_link(&server).await;
    proper_end(&server).await;
    cancel(&server).await;
    big_results(&server).await;
    errors_pass_unchanged(&server).await;
    server.stop().await.unwrap();
    limits_on_connections().await;
}

fn tags(answers: &[Answer]) -> Vec<String> {
    let text = |a: &Answer| match (&a.tag, &a.error) {
        (_, Some(e)) => format!("{} {}", e.code, e.message),
        (Some(tag), None) => tag.clone(),
        (None, None) => String::new(),
    };
    answers.iter().map(text).collect()
}

async fn pipelines(server: &Server) {
    let mut client = raw::connect(server).await;
    client.simple("CREATE TABLE p (id int PRIMARY KEY, v int)").await;
    // Three Syncs in one write: each ends a transaction, and the answers are in order.
    let mut out = BytesMut::new();
    for sql in ["INSERT INTO p VALUES (1, 1)", "INSERT INTO p VALUES (1, 2)", "INSERT INTO p VALUES (2, 2)"] {
        encode_extended(&mut out, sql, &[]);
        message(&mut out, b'S', |_| {});
    }
    client.write(&out).await;
    let duplicate = "23505 duplicate key value violates unique constraint \"p_pkey\"";
    for expected in [vec!["INSERT 0 1"], vec![duplicate], vec!["INSERT 0 1"]] {
        assert_eq!(tags(&client.until_ready().await.unwrap()), expected);
        assert_eq!(client.status, b'I');
    }
    // Several statements before one Sync are one transaction: the failure rolls back the first, and the third
    // is skipped.
    let mut out = BytesMut::new();
    for sql in ["INSERT INTO p VALUES (3, 3)", "INSERT INTO p VALUES (1, 9)", "INSERT INTO p VALUES (4, 4)"] {
        encode_extended(&mut out, sql, &[]);
    }
    message(&mut out, b'S', |_| {});
    client.write(&out).await;
    assert_eq!(tags(&client.until_ready().await.unwrap()), ["INSERT 0 1", duplicate]);
    // The same with the row limit.
    let mut out = BytesMut::new();
    for sql in [
        "INSERT INTO p SELECT generate_series(100, 2099)",
        "INSERT INTO p SELECT generate_series(3000, 4999)",
        "SELECT 1",
    ] {
        encode_extended(&mut out, sql, &[]);
    }
    message(&mut out, b'S', |_| {});
    client.write(&out).await;
    let answers = client.until_ready().await.unwrap();
    assert_eq!(tags(&answers), ["INSERT 0 2000", "54000 transaction row limit exceeded"]);
    let mut out = BytesMut::new();
    for sql in ["BEGIN", "INSERT INTO p VALUES (5, 5)", "COMMIT"] {
        encode_extended(&mut out, sql, &[]);
    }
    message(&mut out, b'S', |_| {});
    client.write(&out).await;
    assert_eq!(tags(&client.until_ready().await.unwrap()), ["BEGIN", "INSERT 0 1", "COMMIT"]);
    assert_eq!(client.status, b'I');
    let count = client.simple("SELECT count(*) FROM p").await;
    assert_eq!(count[0].rows, [[Some("3".to_owned())]]);
    // With Flush the answer comes before Sync.
    let mut out = BytesMut::new();
    encode_extended(&mut out, "INSERT INTO p VALUES (6, 6)", &[]);
    message(&mut out, b'H', |_| {});
    client.write(&out).await;
    loop {
        if client.read().await.unwrap().tag() == b'C' {
            break;
        }
    }
    let mut out = BytesMut::new();
    message(&mut out, b'S', |_| {});
    client.write(&out).await;
    assert_eq!(client.until_ready().await.unwrap(), []);
}

async fn refusals_keep_the_state(server: &Server) {
    let mut client = raw::connect(server).await;
    client.simple("BEGIN").await;
    assert_eq!(
        tags(&client.simple("SAVEPOINT s").await),
        ["0A000 unsupported transaction statement: SAVEPOINT"]
    );
    assert_eq!(client.status, b'E');
    let aborted = "25P02 current transaction is aborted, commands ignored until end of transaction block";
    assert_eq!(tags(&[client.extended("SELECT 1", &[]).await]), [aborted]);
    assert_eq!(tags(&client.simple("COMMIT").await), ["ROLLBACK"]);
    client.extended("BEGIN", &[]).await;
    assert_eq!(tags(&[client.extended("TRUNCATE p", &[]).await]), ["0A000 unsupported statement: Truncate"]);
    assert_eq!(client.status, b'E');
    assert_eq!(tags(&[client.extended("ROLLBACK", &[]).await]), ["ROLLBACK"]);
    // A named statement survives the refusal of another.
    let mut out = BytesMut::new();
    message(&mut out, b'P', |out| {
        cstr(out, "kept");
        cstr(out, "SELECT v FROM p WHERE id = $1");
        out.put_u16(0);
    });
    message(&mut out, b'S', |_| {});
    client.write(&out).await;
    client.until_ready().await.unwrap();
    client.extended("VACUUM", &[]).await;
    let mut out = BytesMut::new();
    message(&mut out, b'B', |out| {
        cstr(out, "");
        cstr(out, "kept");
        out.put_u16(0);
        out.put_u16(1);
        out.put_i32(1);
        out.put_slice(b"2");
        out.put_u16(0);
    });
    message(&mut out, b'E', |out| {
        cstr(out, "");
        out.put_u32(0);
    });
    message(&mut out, b'S', |_| {});
    client.write(&out).await;
    assert_eq!(tags(&client.until_ready().await.unwrap()), ["SELECT 1"]);
}

async fn query_strings(server: &Server) {
    let mut client = raw::connect(server).await;
    let answers =
        client.simple("INSERT INTO p VALUES (10, 0); SELECT 1; UPDATE p SET v = 1 WHERE id = 10").await;
    assert_eq!(tags(&answers), ["INSERT 0 1", "SELECT 1", "UPDATE 1"]);
    let answers = client.simple("BEGIN; INSERT INTO p VALUES (11, 0); COMMIT").await;
    assert_eq!(tags(&answers), ["BEGIN", "INSERT 0 1", "COMMIT"]);
    let answers = client.simple("INSERT INTO p VALUES (12, 0); LOCK TABLE p; SELECT 1").await;
    assert_eq!(tags(&answers), ["INSERT 0 1", "0A000 unsupported statement: Lock"]);
    assert_eq!(client.simple("SELECT * FROM p WHERE id = 12").await[0].rows.len(), 0);
    assert_eq!(tags(&client.simple("").await), [""]);
    assert_eq!(tags(&client.simple(";;").await), [""]);
    assert!(tags(&client.simple("SELEC 1").await)[0].starts_with("42601 syntax error at or near \"SELEC\""));
    client.simple("BEGIN").await;
    assert_eq!(client.status, b'T');
    assert_eq!(
        tags(&client.simple("INSERT INTO p VALUES (13, 0); ROLLBACK").await),
        ["INSERT 0 1", "ROLLBACK"]
    );
    assert_eq!(client.status, b'I');
}

async fn settings(server: &Server) {
    let mut client = raw::connect(server).await;
    let fine = [
        "SET search_path = public",
        "SET TIME ZONE 'UTC'",
        "SET extra_float_digits = 3",
        "SET enable_hashjoin = off",
        "SET LOCAL application_name = 'x'",
        "SET client_encoding = 'UTF8'",
        "RESET ALL",
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "DEALLOCATE ALL",
        "SET disable_sync_create_index = on",
    ];
    for sql in fine {
        assert!(client.simple(sql).await[0].error.is_none(), "{sql}");
    }
    for name in ["statement_timeout", "lock_timeout", "work_mem", "synchronous_commit"] {
        let expected = format!("0A000 setting configuration parameter \"{name}\" not supported");
        assert_eq!(tags(&client.simple(&format!("SET {name} = 0")).await), [expected.as_str()]);
        assert_eq!(
            tags(&[client.extended(&format!("SET SESSION {name} TO DEFAULT"), &[]).await]),
            [expected.as_str()]
        );
    }
    for sql in [
        "SET ROLE admin",
        "SET role = admin",
        "SET LOCAL ROLE NONE",
        "RESET ROLE",
        "SET SESSION role TO admin",
    ] {
        let refused = "0A000 setting configuration parameter \"role\" not supported";
        assert_eq!(tags(&client.simple(sql).await), [refused], "{sql}");
    }
    let level = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE";
    assert_eq!(tags(&client.simple(level).await), ["0A000 Unsupported isolation level: SERIALIZABLE"]);
    assert_eq!(client.simple("SHOW server_version").await[0].rows, [[Some("16.15".to_owned())]]);
    let number = client.extended("SELECT current_setting('server_version_num')::int + 1", &[]).await;
    assert_eq!(number.rows, [[Some("160016".to_owned())]]);
    let refused = "0A000 setting configuration parameter \"TRANSACTION\" not supported";
    assert_eq!(tags(&client.simple("SET TRANSACTION READ ONLY").await), [refused]);
    assert_eq!(tags(&client.simple("BEGIN READ ONLY; COMMIT").await), ["BEGIN", "COMMIT"]);
}

/// Another host name, and the cluster named in the startup options.
async fn private_link(server: &Server) {
    let host = || ServerName::try_from("vpce-1.dsql-x.us-east-1.vpce.amazonaws.com").unwrap();
    let id = ENDPOINT.split('.').next().unwrap();
    let options = format!("-c amzn-cluster-id={id}");
    let token = common::token("admin");
    assert!(raw::open(server, host(), "admin", &token, &[("options", &options)]).await.is_ok());
    assert!(raw::open(server, host(), "admin", &token, &[]).await.is_err());
}

/// The end of a connection has close_notify: libpq and rustls report an error without it.
async fn proper_end(server: &Server) {
    raw::connect(server).await.end().await.unwrap();
}

async fn cancel(server: &Server) {
    let client = connect(server).await;
    let token = client.cancel_token();
    let tls = common::tls(&server.ca);
    let past = dsql_local::postgres::connect(server.postgres, "postgres").await.unwrap();
    let running = async || {
        let query =
            "SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(3)' AND wait_event = 'PgSleep'";
        past.query_opt(query, &[]).await.unwrap().is_some()
    };
    // Recorded: a cancel request is accepted, with or without TLS, and has no effect.
    let (slept, ()) = tokio::join!(client.execute("SELECT pg_sleep(3)", &[]), async {
        while !running().await {}
        token.cancel_query(tls).await.unwrap();
        let mut request = 16u32.to_be_bytes().to_vec();
        request.extend_from_slice(&80_877_102u32.to_be_bytes());
        request.extend_from_slice(&[0; 8]);
        let mut tcp = tokio::net::TcpStream::connect(server.listen).await.unwrap();
        tcp.write_all(&request).await.unwrap();
        assert_eq!(tcp.read(&mut [0; 1]).await.unwrap(), 0, "the connection ends without an answer");
    });
    slept.unwrap();
}

async fn big_results(server: &Server) {
    let client = connect(server).await;
    let rows =
        client.query("SELECT g, repeat('x', 1000) FROM generate_series(1, 50000) g", &[]).await.unwrap();
    assert_eq!(rows.len(), 50_000);
    // Large data in both directions at once must not block.
    let text = "y".repeat(500_000);
    let (client, text) = (&client, &text);
    let futures = (0..8).map(|_| async move { client.query("SELECT repeat($1, 8)", &[text]).await });
    for result in common::join_all(futures).await {
        assert_eq!(result.unwrap()[0].get::<_, String>(0).len(), 4_000_000);
    }
}

async fn errors_pass_unchanged(server: &Server) {
    let client = connect(server).await;
    let error = client.execute("INSERT INTO p VALUES ($1, 1)", &[&1i32]).await.unwrap_err();
    let error = common::db(&error);
    assert_eq!((error.table(), error.constraint()), (Some("p"), Some("p_pkey")));
    assert_eq!(error.detail(), Some("Key (id)=(1) already exists."));
    let error = client.execute("SELECT * FROM nowhere", &[]).await.unwrap_err();
    assert_eq!(common::db(&error).code().code(), "42P01");
}

async fn limits_on_connections() {
    let options =
        Options { max_connections: 2, connection_rate: 4, connection_lifetime: 1, ..Options::default() };
    let server = start_with(options).await;
    let (first, _second) = (connect(&server).await, connect(&server).await);
    let third = try_connect(&server, &config(&server, "admin")).await.map(drop);
    common::assert_error(third, "53300", "Unable to accept connection, too many open connections.");
    assert_eq!(ctl(&server, "stats").await["connections_open"], 2);
    let begun = std::time::Instant::now();
    while !first.is_closed() {
        assert!(begun.elapsed().as_secs() < 5, "the connection lives longer than its limit");
        tokio::task::yield_now().await;
    }
    let mut refused = None;
    for _ in 0..20 {
        if let Err(error) = try_connect(&server, &config(&server, "admin")).await {
            refused = Some(common::db(&error).code().code().to_owned());
        }
    }
    assert!(matches!(refused.as_deref(), Some("53400" | "53300")), "{refused:?}");
    server.stop().await.unwrap();
}

async fn pipelining(server: &Server) {
    let client = connect(server).await;
    client.batch_execute("CREATE TABLE pipe (id int PRIMARY KEY, v text)").await.unwrap();
    let insert = client
        .prepare("INSERT INTO pipe VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET v = EXCLUDED.v")
        .await;
    let insert = insert.unwrap();
    let futures: Vec<_> = (0..50)
        .map(|i| {
            let (client, insert) = (&client, &insert);
            async move { client.execute(insert, &[&(i % 10), &format!("v{i}")]).await }
        })
        .collect();
    // Polled together, so that tokio-postgres sends all of them before the first answer.
    for result in common::join_all(futures).await {
        assert_eq!(result.unwrap(), 1);
    }
    let rows = client.query("SELECT id, v FROM pipe ORDER BY id", &[]).await.unwrap();
    assert_eq!(rows.len(), 10);
    assert_eq!(rows[3].get::<_, String>(1), "v43");
    // An error in the middle of a pipeline affects only its own statement.
    let (a, b, c) = tokio::join!(
        client.execute("INSERT INTO pipe VALUES (100, 'a')", &[]),
        client.execute("INSERT INTO pipe VALUES (100, 'b')", &[]),
        client.execute("INSERT INTO pipe VALUES (101, 'c')", &[]),
    );
    // The client decides which of the two comes first.
    let lost = if a.is_ok() { b } else { a };
    assert_eq!(common::db(&lost.unwrap_err()).code().code(), "23505");
    assert_eq!(c.unwrap(), 1);
}

/// Defaults and rules of columns that need the catalog.
async fn columns(server: &Server) {
    let mut client = raw::connect(server).await;
    client.simple("CREATE TABLE n (id int PRIMARY KEY, a numeric, b numeric(4,1), c decimal NOT NULL)").await;
    client.extended("ALTER TABLE n ADD COLUMN d NUMERIC", &[]).await;
    let types = "SELECT string_agg(format_type(atttypid, atttypmod), ' ' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = 'n'::regclass AND attnum > 1";
    let expected = "numeric(18,6) numeric(4,1) numeric(18,6) numeric(18,6)".to_owned();
    assert_eq!(client.simple(types).await[0].rows, [[Some(expected)]]);
    let key = "0A000 cannot drop primary key column id";
    assert_eq!(tags(&client.simple("ALTER TABLE n DROP COLUMN id").await), [key]);
    assert_eq!(tags(&[client.extended("ALTER TABLE n DROP COLUMN IF EXISTS id", &[]).await]), [key]);
    assert_eq!(tags(&client.simple("ALTER TABLE n DROP COLUMN a").await), ["ALTER TABLE"]);
    assert_eq!(
        tags(&client.simple("GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC").await),
        ["GRANT"]
    );
    let procedure = client.simple("SELECT sys.wait_for_job('x')").await;
    assert_eq!(procedure[0].error.as_ref().map(|e| e.code.as_str()), Some("42809"));
}
