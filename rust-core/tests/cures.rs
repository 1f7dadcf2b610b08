//! For mistakes of users, the error says what to do.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use common::{Cluster, Field, Rows, declare, flush};
use dsql_sink::abi::*;
use dsql_sink::error::SinkError;
use dsql_sink::sink::Sink;

#[test]
fn an_error_says_what_to_do() {
    let cluster = Cluster::start();
    cluster.sql(
        "CREATE SCHEMA shop; CREATE TABLE shop.orders (id bigint); CREATE TABLE once (id bigint PRIMARY KEY, v smallint);
         CREATE ROLE reader LOGIN; CREATE ROLE \"Writer\" LOGIN",
    );
    let told = |sink: Sink, error: SinkError, says: &[&str]| {
        sink.close();
        assert!(says.iter().all(|part| error.message().contains(part)), "{error}");
    };
    let sink = cluster.sink(&[]);
    let absent = declare(&sink, "Orders", &["id"], &["id"]).unwrap_err();
    told(sink, absent, &["public.Orders does not exist", "; there is shop.orders;", "'schema'"]);

    let sink = cluster.sink(&[]);
    let table = declare(&sink, "once", &["id", "v"], &[]).unwrap();
    let twice = || Rows::new(table).row(ROW_INSERT, &[Field::Int(1), Field::Int(1)]);
    twice().write(&sink).unwrap();
    flush(&sink).unwrap();
    twice().write(&sink).unwrap();
    let again = flush(&sink).unwrap_err();
    told(sink, again, &["is there already", "'primary_keys'", "DROP_DATA"]);

    let sink = cluster.sink(&[]);
    let table = declare(&sink, "once", &["id", "v"], &["id"]).unwrap();
    let wide =
        Rows::new(table).row(ROW_INSERT, &[Field::Int(1), Field::Int(40_000)]).write(&sink).unwrap_err();
    told(sink, wide, &["out of range for smallint", "wider type", "row_error_policy"]);

    for (role, says) in
        [("reader", "created with double quotes"), ("Writer", "created without double quotes")]
    {
        let sink = cluster.sink(&[("username", role)]);
        let unmapped = declare(&sink, "once", &["id"], &["id"]).unwrap_err();
        told(sink, unmapped, &[&format!("AWS IAM GRANT \"{role}\" TO '<arn"), says]);
    }
}
