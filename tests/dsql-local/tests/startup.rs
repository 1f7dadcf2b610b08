//! TLS, tokens, roles and startup parameters, with a real client.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{assert_error, config, ctl, db, start, try_connect};
use dsql_local::server::Server;
use tokio_postgres::config::SslNegotiation;

#[tokio::test(flavor = "multi_thread")]
async fn tls_tokens_and_roles() {
    let server = start().await;
    startup(&server).await;
    server.stop().await.unwrap();
}

async fn startup(server: &Server) {
    let mut direct = config(server, "admin");
    direct.ssl_negotiation(SslNegotiation::Direct);
    let client = try_connect(server, &direct).await.expect("direct TLS");
    assert_eq!(client.query_one("SHOW timezone", &[]).await.unwrap().get::<_, String>(0), "UTC");
    let isolation = client.query_one("SHOW transaction_isolation", &[]).await.unwrap();
    assert_eq!(isolation.get::<_, String>(0), "repeatable read");

    let access = |error: tokio_postgres::Error| {
        let error = db(&error);
        assert_eq!(error.code().code(), "08006");
        assert_eq!(error.message(), "unable to accept connection, access denied");
        error.hint().unwrap_or_default().to_owned()
    };
    let wrong_action = try_connect(server, config(server, "bob").password(common::token("admin"))).await;
    assert_eq!(
        access(wrong_action.err().unwrap()),
        "Wrong user to action mapping. user: bob, action: DbConnectAdmin"
    );
    ctl(server, "clock 3600").await;
    let stale = try_connect(server, &config(server, "admin")).await.err().unwrap();
    assert!(access(stale).starts_with("Signature expired: "));
    ctl(server, "clock 0").await;

    let unmapped = try_connect(server, &config(server, "bob")).await.err().unwrap();
    assert_eq!(access(unmapped), "IAM authentication failed for user \"bob\"");
    client.batch_execute("CREATE ROLE bob LOGIN").await.unwrap();
    client.batch_execute("AWS IAM GRANT bob TO 'arn:aws:iam::123456789012:user/local'").await.unwrap();
    let bob = try_connect(server, &config(server, "bob")).await.expect("bob is mapped now");
    assert_eq!(bob.query_one("SELECT current_user::text", &[]).await.unwrap().get::<_, String>(0), "bob");
    let create = bob.batch_execute("CREATE TABLE public.mine (id int)").await;
    assert_error(create, "42501", "permission denied for schema public");
    client.batch_execute("AWS IAM REVOKE bob FROM 'arn:aws:iam::123456789012:user/local'").await.unwrap();
    assert!(try_connect(server, &config(server, "bob")).await.is_err());

    let other_database = try_connect(server, config(server, "admin").dbname("app")).await;
    assert_error(other_database, "3D000", "database \"app\" does not exist");
    let option = try_connect(server, config(server, "admin").options("-c statement_timeout=5")).await;
    assert_error(option, "0A000", "setting configuration parameter \"statement_timeout\" not supported");
}
