//! Every refusal of dsql-local, at every place that can get it: the kind of error that it becomes.
//!
//! At the login and the catalog a fake server sends it; elsewhere triggers of the PostgreSQL behind
//! dsql-local raise it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dsql_local::cli::Options;
use dsql_sink::abi::*;
use dsql_sink::error::{ErrorKind, SinkError};
use dsql_sink::session::Session;
use dsql_sink::sink::Sink;

use ErrorKind::{
    Authentication, Config, Conflict, Connection, Data, Limit, Permission, Quota, Rejected, Schema,
};

use crate::common::{Cluster, Rows, config_at, declare, declare_query, flush};
use crate::fake::{Fake, Peer};
use crate::silence::answer;

/// The kind of error that a refusal becomes at each place.
struct Told {
    /// At the query of the catalog.
    catalog: ErrorKind,
    /// At DDL of a session: CREATE SCHEMA, CREATE TABLE, CREATE INDEX ASYNC, ALTER TABLE, DROP TABLE.
    ddl: ErrorKind,
    /// At another statement of a session: one that empties a table, `custom_sql`, the query of an
    /// index's job.
    statement: ErrorKind,
    /// At an upsert, a delete, and at the COMMIT of one.
    row: ErrorKind,
}

const fn told(catalog: ErrorKind, ddl: ErrorKind, statement: ErrorKind, row: ErrorKind) -> Told {
    Told { catalog, ddl, statement, row }
}

const CONFLICT: Told = told(Conflict, Conflict, Conflict, Conflict);
const AWAY: Told = told(Connection, Connection, Connection, Connection);
const REJECTED: Told = told(Rejected, Rejected, Rejected, Rejected);
const PERMISSION: Told = told(Permission, Permission, Permission, Permission);
const MISSING: Told = told(Connection, Schema, Schema, Schema);
const TRANSACTION: Told = told(Rejected, Limit, Limit, Limit);
const LARGE_ROW: Told = told(Rejected, Schema, Rejected, Limit);
const FORM: Told = told(Rejected, Schema, Rejected, Rejected);
const QUOTA: Told = told(Quota, Quota, Quota, Quota);
const VALUE: Told = told(Rejected, Schema, Rejected, Data);
const OTHER_ROW: Told = told(Rejected, Rejected, Rejected, Data);

/// The refusals of statements by dsql-local. Of refusals that differ only in the object, one is
/// listed.
const ANSWERS: &[(&str, &str, Told)] = &[
    ("40001", "change conflicts with another transaction (OC000)", CONFLICT),
    ("40001", "schema has been updated by another transaction (OC001)", CONFLICT),
    ("XX000", "server unavailable", AWAY),
    ("42501", "permission denied for table t", PERMISSION),
    ("42P01", "relation \"t\" does not exist", MISSING),
    ("3F000", "schema \"s\" does not exist", MISSING),
    ("0A000", "unsupported statement: Truncate", REJECTED),
    ("0A000", "datatype jsonb is not supported in a key", REJECTED),
    ("0A000", "multiple ddl statements not supported in a transaction", REJECTED),
    ("0A000", "ddl and dml are not supported in the same transaction", REJECTED),
    ("0A000", "cannot drop primary key column id", REJECTED),
    ("0A000", "setting configuration parameter \"role\" not supported", REJECTED),
    ("42704", "type \"serial\" does not exist", REJECTED),
    ("42601", "syntax error at or near \"x\"", REJECTED),
    ("42P07", "relation \"t\" already exists", REJECTED),
    ("54000", "transaction row limit exceeded", TRANSACTION),
    ("54000", "transaction size limit 10mb exceeded", TRANSACTION),
    ("54000", "transaction age limit of 300s exceeded", told(Rejected, Limit, Limit, Connection)),
    ("54000", "query requires more than allowed temp space of 131072 KB to execute", TRANSACTION),
    ("53200", "query requires too much temp space, out of memory.", TRANSACTION),
    ("54000", "maximum row size exceeded", LARGE_ROW),
    ("54000", "key size too large", LARGE_ROW),
    ("54000", "datatype limit greater than 1048576 bytes not supported for text", LARGE_ROW),
    ("54000", "Datatype limit greater than 4096 bytes not supported for char", LARGE_ROW),
    ("54000", "key size greater than 2000 bytes not supported", FORM),
    ("54000", "view definition too large", FORM),
    ("54011", "tables can have at most 255 columns", FORM),
    ("54011", "cannot use more than 256 columns in an index", FORM),
    ("54011", "more than 8 column keys in an index are not supported", FORM),
    ("54000", "more than 10 schemas not allowed", QUOTA),
    ("54000", "creating more than 1000 tables not allowed", QUOTA),
    ("54000", "creating more than 5000 views not allowed", QUOTA),
    ("54000", "creating more than 5000 sequences is not allowed", QUOTA),
    ("54000", "more than 24 indexes per table are not allowed", QUOTA),
    ("54000", "more than 5 extended statistics per table are not allowed", QUOTA),
    ("53100", "Current cluster size exceeds cluster size limit.", QUOTA),
    ("22023", "NUMERIC precision 1001 must be between 1 and 1000", VALUE),
    ("22023", "job abc not found", VALUE),
    ("22P02", "Unable to convert text to UUID", VALUE),
    ("23502", "null value in column \"n\" of relation \"t\" violates not-null constraint", VALUE),
    ("23514", "new row for relation \"t\" violates check constraint \"c\"", VALUE),
    ("23505", "duplicate key value violates unique constraint \"u\"", OTHER_ROW),
    ("23503", "insert or update on table \"t\" violates foreign key constraint \"f\"", OTHER_ROW),
];

/// Its refusals of a login.
const LOGINS: &[(&str, &str, &str, ErrorKind)] = &[
    ("08006", "unable to accept connection, SSL is required", "", Rejected),
    ("08006", "unable to accept connection, sni was not received", "", Rejected),
    ("0A000", "unsupported frontend protocol 2.0", "", Rejected),
    ("0A000", "setting configuration parameter \"x\" not supported", "", Rejected),
    ("0A000", "unsupported startup options x", "", Rejected),
    ("3D000", "database \"x\" does not exist", "", Connection),
    ("08006", "unable to accept connection, waking up cluster, please retry later", "", Connection),
    ("53300", "Unable to accept connection, too many open connections.", "", Connection),
    ("53400", "Unable to accept connection, rate exceeded.", "", Connection),
    (
        "08006",
        "unable to accept connection, access denied",
        "The request is not a valid presigned token.",
        Authentication,
    ),
    (
        "08006",
        "unable to accept connection, access denied",
        "The security token included in the request is expired",
        Authentication,
    ),
    ("28000", "IAM authentication failed for user \"x\"", "", Authentication),
];

/// An ErrorResponse.
fn refusal(severity: &str, sqlstate: &str, message: &str, hint: &str) -> Vec<u8> {
    let hint = if hint.is_empty() { String::new() } else { format!("H{hint}\0") };
    format!("S{severity}\0V{severity}\0C{sqlstate}\0M{message}\0{hint}\0").into_bytes()
}

#[track_caller]
fn check(place: &str, answer: &str, expected: ErrorKind, error: &SinkError) {
    assert_eq!(error.kind(), expected, "{place}: {answer}: {error}");
    let text = error.message();
    // A conflict has the words of dsql-local.
    let said = text.contains(answer) || place == "login" || expected == Conflict;
    assert!(said, "{place}: the server's message is missing: {error}");
    if expected != Connection {
        assert!(
            !text.contains("cannot be reached") && !text.contains("the connection to"),
            "{place}: {error}"
        );
    }
    if expected == Quota {
        assert!(text.contains("quota") && (text.contains("drop ") || text.contains("delete ")), "{error}");
    }
    assert!(place == "row" || !text.contains("the row"), "{place} has no row: {error}");
}

#[test]
fn a_refused_login_has_its_kind() {
    for (sqlstate, message, hint, expected) in LOGINS {
        let answer = refusal("FATAL", sqlstate, message, hint);
        let fake = Fake::start(move |peer: Peer| {
            let Some(mut client) = peer.secure() else { return };
            let _ = client.startup();
            let _ = client.ask_password();
            let _ = client.send(b'E', &answer);
        });
        let session = Session::open(fake.config(&[("retry_timeout_ms", "0")])).unwrap();
        check("login", message, *expected, &crate::silence::answer(&session, "SELECT 1").unwrap_err());
        session.close();
    }
}

#[test]
fn a_refused_query_of_the_catalog_has_its_kind() {
    for (sqlstate, message, told) in ANSWERS {
        let answer = refusal("ERROR", sqlstate, message, "");
        let fake = Fake::start(move |peer: Peer| {
            let Some(mut client) = peer.ready() else { return };
            while let Some((tag, _)) = client.message() {
                if matches!(tag, b'S' | b'Q') {
                    let _ = client.send(b'E', &answer);
                    let _ = client.send(b'Z', b"I");
                }
            }
        });
        let sink = Sink::open(fake.config(&[("retry_timeout_ms", "0")])).unwrap();
        check("catalog", message, told.catalog, &declare(&sink, "t", &["id"], &["id"]).unwrap_err());
        sink.close();
    }
}

/// Triggers that raise the error in the table `told`, at the place in it.
const TRIGGERS: &str = "
    CREATE TABLE told (place text, code text, message text);
    CREATE TABLE t (id bigint PRIMARY KEY, v text);
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    DECLARE r record;
    BEGIN
      FOR r IN SELECT * FROM public.told WHERE place = TG_ARGV[0] LOOP
        RAISE EXCEPTION USING ERRCODE = r.code, MESSAGE = r.message;
      END LOOP;
      RETURN coalesce(NEW, OLD);
    END $$;
    CREATE TRIGGER at_row BEFORE INSERT OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION refuse('statement');
    CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT OR UPDATE ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
      EXECUTE FUNCTION refuse('commit');
    ";

/// The same for DDL.
const DDL_TRIGGER: &str = "
    CREATE FUNCTION refuse_ddl() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    DECLARE r record;
    BEGIN
      FOR r IN SELECT * FROM public.told WHERE place = 'ddl' LOOP
        RAISE EXCEPTION USING ERRCODE = r.code, MESSAGE = r.message;
      END LOOP;
    END $$;
    CREATE EVENT TRIGGER refuse_ddl ON ddl_command_start EXECUTE FUNCTION refuse_ddl();";

fn order(cluster: &Cluster, place: &str, sqlstate: &str, message: &str) {
    cluster.sql(&format!("DELETE FROM told; INSERT INTO told VALUES ('{place}', '{sqlstate}', '{message}')"));
}

const SHORT: &[(&str, &str)] = &[("retry_timeout_ms", "0"), ("unique_conflict", "fail")];

#[test]
fn a_refused_statement_of_a_session_has_its_kind() {
    // The conflict that every 50th DDL statement gets would disturb the test.
    let cluster = Cluster::with(Options { no_schema_conflicts: true, ..Options::default() });
    cluster.sql(TRIGGERS);
    cluster.superuser(DDL_TRIGGER);
    cluster.sql("INSERT INTO t VALUES (1, 'a')");
    let session = Session::open(cluster.config(SHORT).unwrap()).unwrap();
    for (sqlstate, message, told) in ANSWERS {
        order(&cluster, "ddl", sqlstate, message);
        for sql in
            ["CREATE SCHEMA s", "CREATE TABLE u (id bigint PRIMARY KEY)", "ALTER TABLE t ADD COLUMN w text"]
        {
            check("ddl", message, told.ddl, &answer(&session, sql).unwrap_err());
        }
        order(&cluster, "statement", sqlstate, message);
        check("statement", message, told.statement, &answer(&session, "DELETE FROM t").unwrap_err());
        order(&cluster, "commit", sqlstate, message);
        let insert = "INSERT INTO t VALUES (2, 'b')";
        check("statement", message, told.statement, &answer(&session, insert).unwrap_err());
    }
    session.close();
}

#[test]
fn a_refused_row_has_its_kind() {
    let cluster = Cluster::start();
    cluster.sql(TRIGGERS);
    cluster.sql("INSERT INTO t VALUES (1, 'a')");
    for (sqlstate, message, told) in ANSWERS {
        for (place, kind) in [("statement", ROW_INSERT), ("statement", ROW_DELETE), ("commit", ROW_INSERT)] {
            order(&cluster, "", "", "");
            let sink = cluster.sink(SHORT);
            let table = declare(&sink, "t", &["id", "v"], &["id"]).unwrap();
            order(&cluster, place, sqlstate, message);
            Rows::new(table).row(kind, &[1.into(), "v".into()]).write(&sink).unwrap();
            check("row", message, told.row, &flush(&sink).unwrap_err());
            sink.close();
        }
    }
}

#[test]
fn an_exhausted_quota_is_not_retried() {
    let cluster = Cluster::start();
    cluster.sql(TRIGGERS);
    let sink = cluster.sink(&[("max_retries", "5")]);
    let table = declare(&sink, "t", &["id", "v"], &["id"]).unwrap();
    order(&cluster, "statement", "53100", "Current cluster size exceeds cluster size limit.");
    let since = cluster.logged();
    Rows::new(table).row(ROW_INSERT, &[1.into(), "v".into()]).write(&sink).unwrap();
    let error = flush(&sink).unwrap_err();
    assert_eq!(error.kind(), Quota, "{error}");
    let tries = cluster.log(since).matches("ERROR:  Current cluster size").count();
    assert_eq!(tries, 1, "{error}");
    sink.close();
}

#[test]
fn an_exhausted_quota_or_a_wrong_form_has_its_cure() {
    let cluster = Cluster::start();
    let session = Session::open(cluster.config(&[]).unwrap()).unwrap();
    let refused = |sql: &str, kind: ErrorKind, says: &str| {
        let error = answer(&session, sql).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.message().contains(says), "{says}: {error}");
    };
    for schema in 0..10 {
        answer(&session, &format!("CREATE SCHEMA s{schema}")).unwrap();
    }
    refused(
        "CREATE SCHEMA s10",
        Quota,
        "drop a schema that is not needed, or write into one that exists (option 'schema')",
    );
    answer(&session, "CREATE TABLE t (id bigint PRIMARY KEY, n int)").unwrap();
    for index in 0..23 {
        answer(&session, &format!("CREATE INDEX ASYNC i{index} ON t (n)")).unwrap();
    }
    refused("CREATE INDEX ASYNC i23 ON t (n)", Quota, "create_index = false");
    let columns: Vec<String> = (0..300).map(|column| format!("c{column} int")).collect();
    refused(&format!("CREATE TABLE w ({})", columns.join(", ")), Schema, "of this form");
    refused("CREATE TABLE w (id char(5000))", Schema, "of this form");
    refused("CREATE TABLE w (id numeric(1001, 0))", Schema, "of this form");
    session.close();
}

#[test]
fn a_query_with_a_wrong_literal_is_a_wrong_query() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY, d date)");
    let sink = cluster.sink(&[]);
    let error = declare_query(&sink, "INSERT INTO t VALUES (:id, 'x'::date)", &["id"]).unwrap_err();
    assert_eq!(error.kind(), Rejected, "{error}");
    assert!(error.message().contains("option 'query'"), "{error}");
    sink.close();
}

#[test]
fn a_nul_is_refused_before_any_connection() {
    let connections = Arc::new(AtomicUsize::new(0));
    let fake = Fake::start({
        let connections = connections.clone();
        move |peer: Peer| {
            connections.fetch_add(1, Ordering::SeqCst);
            peer.be_silent();
        }
    });
    let refused = |error: SinkError, says: &[&str]| {
        assert_eq!(error.kind(), Config, "{error}");
        assert!(says.iter().all(|part| error.message().contains(part)), "{error}");
    };
    for (table, column, says) in
        [("a\0b", "id", ["table 'a\\u{0}b'", "NUL"]), ("t", "i\0d", ["column 'i\\u{0}d'", "NUL"])]
    {
        let sink = Sink::open(fake.config(&[])).unwrap();
        refused(declare(&sink, table, &[column], &[]).unwrap_err(), &says);
        sink.close();
    }
    let session = Session::open(fake.config(&[])).unwrap();
    refused(answer(&session, "CREATE TABLE \"a\0b\" (id int)").unwrap_err(), &["a\\u{0}b", "NUL"]);
    refused(config_at(fake.url(), &[("username", "ad\0min")]).unwrap_err(), &["option 'username'", "NUL"]);
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}
