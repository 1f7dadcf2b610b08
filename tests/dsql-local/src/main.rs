//! The program: parses the command line, then runs the server until a signal, or sends a command to
//! a running one.

use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use clap::Parser;
use dsql_local::cli::{Cli, Command, Options};
use dsql_local::server::Server;
use dsql_local::token;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    match cli.command {
        None => serve(&cli.options).await,
        Some(Command::Ctl { control, words }) => ctl(control, &words).await,
        Some(Command::Token { user, expires, options }) => {
            let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
            let principal = options.principal();
            println!(
                "{}",
                token::mint(&principal, &options.endpoint, &options.region, user == "admin", now, expires)
            );
            Ok(())
        }
    }
}

async fn serve(options: &Options) -> Result<()> {
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let server = tokio::select! {
        server = Server::start(options) => server?,
        _ = term.recv() => return Ok(()),
        _ = int.recv() => return Ok(()),
    };
    println!("{}", server.ready_line());
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
    server.stop().await
}

/// Sends one line and prints one line; fails if the answer has the key `error`.
async fn ctl(control: SocketAddr, words: &[String]) -> Result<()> {
    let mut tcp = TcpStream::connect(control).await.with_context(|| format!("connect to {control}"))?;
    tcp.write_all(format!("{}\n", words.join(" ")).as_bytes()).await?;
    let answer = BufReader::new(tcp).lines().next_line().await?.context("no answer")?;
    println!("{answer}");
    if answer.starts_with("{\"error\"") {
        bail!("refused");
    }
    Ok(())
}
