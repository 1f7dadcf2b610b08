//! Bytes from a server, from its first answer on: the client's library reads them behind the guard, and asks for a table.
//! Any answer will do, as long as there is one, and none takes time or memory beyond the bytes.

use std::future::Future;
use std::io::Cursor;
use std::sync::OnceLock;
use std::time::Duration;

use dsql_sink::connect::guard::Guard;
use dsql_sink::failure::classify::Failure;
use dsql_sink::failure::wait::Timeout;
use dsql_sink::row::frame::Declaration;
use dsql_sink::tell::Values;
use dsql_sink::write::catalog;
use tokio_postgres::{Client, Config, NoTls};

/// Never reached: nothing waits, as the bytes are there already.
const LONG: Duration = Duration::from_secs(60);

/// Gives the bytes to a client that connects.
pub fn serve(bytes: &[u8]) {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime without I/O")
    });
    // Half of them with a query of the user's, whose parameters the server tells.
    let Some((first, bytes)) = bytes.split_first() else { return };
    let query = (first & 1 == 1).then(|| "INSERT INTO t VALUES (?, ?)".to_owned());
    runtime.block_on(connect(bytes, query));
}

async fn connect(bytes: &[u8], query: Option<String>) {
    let stream = tokio::io::join(Cursor::new(bytes.to_vec()), tokio::io::sink());
    let mut config = Config::new();
    config.user("admin").password("token").dbname("postgres");
    match config.connect_raw(Guard::new(stream), NoTls).await {
        Ok((client, connection)) => drop(tokio::join!(connection, ask(client, query))),
        Err(error) => drop(Failure::executing(&error)),
    }
}

/// The client goes with the last answer, and so does its connection.
fn ask(client: Client, query: Option<String>) -> impl Future<Output = ()> {
    let declared = Declaration {
        schema: "public".to_owned(),
        table: "t".to_owned(),
        append: false,
        query,
        columns: vec![("id".to_owned(), "BIGINT".to_owned()), ("name".to_owned(), "STRING".to_owned())],
        keys: vec!["id".to_owned()],
    };
    async move {
        let timeout = Timeout::first(LONG, LONG);
        let _ = catalog::resolve(&client, &declared, Values::Short, timeout).await;
        if let Err(error) = client.batch_execute("SELECT 1").await {
            let _ = Failure::executing(&error);
        }
    }
}
