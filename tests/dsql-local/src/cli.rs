//! The command line: flags of the server, and the client of the control port.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::cost::Costs;
use crate::faults::Refuse;
use crate::token::Principal;
use clap::{Args, Parser, Subcommand};

/// A local stand-in for Amazon Aurora DSQL in front of a real PostgreSQL 16.
///
/// Without flags it starts an embedded PostgreSQL in a temporary directory and prints one line when it is ready:
/// `ready listen=IP:PORT control=IP:PORT postgres=IP:PORT ca=/path/ca.pem dir=/path`.
#[derive(Debug, Parser)]
#[command(name = "dsql-local", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// A command to run instead of the server.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Flags of the server.
    #[command(flatten)]
    pub options: Options,
}

/// Other uses of the program.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Send one command to the control port of a running dsql-local and print its answer.
    Ctl {
        /// Address that the running server printed as control=.
        #[arg(long)]
        control: SocketAddr,
        /// The command, for example `faults add OC000 --when after --count 1`. `help` lists them all.
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
    /// Create a token for the first principal and print it; use it as the password.
    Token {
        /// Database role; `admin` gets DbConnectAdmin.
        #[arg(long, default_value = "admin")]
        user: String,
        /// Validity in seconds.
        #[arg(long, default_value_t = 900)]
        expires: i64,
        /// Flags of the server; only endpoint, region and credentials are used here.
        #[command(flatten)]
        options: Box<Options>,
    },
}

/// Flags of the server.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// Address for clients.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Name of the cluster endpoint: the only name in the certificate, the only SNI accepted, the host a token must sign.
    #[arg(long, default_value = "abcdefghijklmnopqrst123456.dsql.us-east-1.on.aws")]
    pub endpoint: String,
    /// Region of the cluster, as tokens must name it.
    #[arg(long, default_value = "us-east-1")]
    pub region: String,
    /// Access key id of the principal that may connect with every role. The default is AWS's documentation example.
    #[arg(long, default_value = "AKIAIOSFODNN7EXAMPLE")]
    pub access_key_id: String,
    /// Secret access key of that principal.
    #[arg(long, default_value = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", hide_default_value = true)]
    pub secret_access_key: String,
    /// A further principal: access_key_id=..,secret_access_key=..[,session_token=..][,expires_at=UNIX_SECONDS]
    /// [,actions=DbConnect+DbConnectAdmin|none][,arn=..]. May be repeated.
    #[arg(long, value_parser = parse_principal)]
    pub principal: Vec<Principal>,
    /// Folder for ca.pem, the server certificate and pgdata, kept after exit. Default: a temporary
    /// folder, removed at exit.
    #[arg(long)]
    pub dir: Option<PathBuf>,
    /// A running PostgreSQL with trust authentication for user postgres. Default: start one in the state directory.
    #[arg(long)]
    pub backend: Option<SocketAddr>,
    /// PostgreSQL 16 installation (the folder with bin/postgres). Default: the download cache, then pg_config --bindir.
    #[arg(long, env = "DSQL_LOCAL_POSTGRES_HOME")]
    pub postgres_home: Option<PathBuf>,
    /// Address of the control port.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub control: SocketAddr,
    /// Connections at once.
    #[arg(long, default_value_t = 10_000)]
    pub max_connections: usize,
    /// New connections per second, after a burst of 1,000 (for a rate below 100: after a burst of
    /// that size).
    #[arg(long, default_value_t = 100)]
    pub connection_rate: u32,
    /// Seconds after which a connection is closed.
    #[arg(long, default_value_t = 3_600)]
    pub connection_lifetime: u64,
    /// Seconds after which a transaction can no longer commit.
    #[arg(long, default_value_t = 300)]
    pub transaction_age_limit: u64,
    /// Milliseconds that an asynchronous index build takes; tens of seconds on a real cluster.
    #[arg(long, default_value_t = 200)]
    pub job_delay_ms: u64,
    /// Seconds after which sys.jobs forgets a finished job.
    #[arg(long, default_value_t = 1_800)]
    pub job_memory: u64,
    /// How long operations take: none, or region for the figures of real clusters.
    #[arg(long, value_parser = Costs::profile, default_value = "none")]
    pub profile: Costs,
    /// One figure of the profile, as NAME=MICROSECONDS (jitter in percent). May be repeated.
    #[arg(long, value_parser = parse_cost)]
    pub cost: Vec<(String, u64)>,
    /// Refuse statements with unnest, when they are parsed or when they are executed: unnest, unnest-execute.
    #[arg(long, value_parser = Refuse::parse, default_value = "nothing")]
    pub refuse: Refuse,
    /// Check TLS and tokens, then relay without any rule: all answers are PostgreSQL's.
    #[arg(long)]
    pub relay_only: bool,
    /// Answer INSERTs and DELETEs with parameters without executing them, and relay the rest:
    /// measures a client alone.
    #[arg(long, conflicts_with = "relay_only")]
    pub answer_only: bool,
    /// Do not answer OC001 to other sessions after a schema change.
    #[arg(long)]
    pub no_schema_conflicts: bool,
}

impl Default for Options {
    fn default() -> Self {
        // The defaults are defined once, in the attributes above.
        Cli::parse_from(["dsql-local"]).options
    }
}

fn parse_cost(text: &str) -> Result<(String, u64), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("{text} is not NAME=MICROSECONDS"))?;
    let value = value.parse().map_err(|_| format!("{value} is not a number"))?;
    Costs::default().set(name, value)?;
    Ok((name.to_owned(), value))
}

fn parse_principal(text: &str) -> Result<Principal, String> {
    let mut principal = Principal {
        access_key_id: String::new(),
        secret_access_key: String::new(),
        session_token: None,
        expires_at: None,
        may_connect: true,
        may_connect_admin: true,
        arn: "arn:aws:iam::123456789012:user/other".to_owned(),
    };
    for pair in text.split(',') {
        let (name, value) = pair.split_once('=').ok_or_else(|| format!("{pair} is not name=value"))?;
        match name {
            "access_key_id" => principal.access_key_id = value.to_owned(),
            "secret_access_key" => principal.secret_access_key = value.to_owned(),
            "session_token" => principal.session_token = Some(value.to_owned()),
            "expires_at" => {
                principal.expires_at = Some(value.parse().map_err(|_| format!("{value} is not a number"))?)
            }
            "arn" => principal.arn = value.to_owned(),
            "actions" => {
                principal.may_connect = value.split('+').any(|a| a == "DbConnect");
                principal.may_connect_admin = value.split('+').any(|a| a == "DbConnectAdmin");
            }
            _ => return Err(format!("unknown key {name}")),
        }
    }
    if principal.access_key_id.is_empty() || principal.secret_access_key.is_empty() {
        return Err("access_key_id and secret_access_key are required".to_owned());
    }
    Ok(principal)
}

impl Options {
    /// All principals that may connect.
    pub fn principals(&self) -> Vec<Principal> {
        std::iter::once(self.principal()).chain(self.principal.iter().cloned()).collect()
    }

    /// How long operations take: the profile, with the figures that replace its own.
    pub fn costs(&self) -> Costs {
        let mut costs = self.profile;
        for (name, value) in &self.cost {
            // The names were checked on the command line.
            costs.set(name, *value).unwrap_or_default();
        }
        costs
    }

    /// The principal that the flags describe; it may use both actions.
    pub fn principal(&self) -> Principal {
        Principal {
            access_key_id: self.access_key_id.clone(),
            secret_access_key: self.secret_access_key.clone(),
            session_token: None,
            expires_at: None,
            may_connect: true,
            may_connect_admin: true,
            arn: "arn:aws:iam::123456789012:user/local".to_owned(),
        }
    }
}
