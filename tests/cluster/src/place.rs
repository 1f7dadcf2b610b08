//! The cluster: its sessions, and our schema in it.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use dsql_sink::config::Config;
use dsql_sink::connect::auth::TokenSigner;
use dsql_sink::connect::reach::Reach;
use dsql_sink::connect::tls::Tls;
use dsql_sink::failure::classify::Failure;
use dsql_sink::failure::wait::Timeout;

use crate::cli::Options;
use crate::common::raw::{self, Answer, Place, Raw};

/// The longest wait for a connection, and for an answer.
const ANSWER: Duration = Duration::from_secs(60);
/// Tries of a connection, and of a statement that prepares something: a change of the schema takes some time to reach
/// all nodes.
const TRIES: u32 = 8;
const PAUSE: Duration = Duration::from_millis(250);

/// A cluster and our schema in it.
pub struct Cluster {
    config: Config,
    options: Vec<(String, String)>,
    signer: TokenSigner,
    tls: Tls,
    reach: Reach,
    /// Name of the schema. The names of other objects begin with it.
    pub schema: String,
}

impl Cluster {
    /// Connects for the first time.
    pub async fn connect(options: &Options) -> Result<Self> {
        let endpoint = options.endpoint.as_deref().unwrap_or_default();
        let url = format!("jdbc:postgresql://{endpoint}:{}/postgres?{}", options.port, options.parameters);
        let options = vec![("url".to_owned(), url), ("username".to_owned(), options.role.clone())];
        let config =
            Config::new(options.clone(), |name| std::env::var(name).ok()).map_err(|e| anyhow!("{e}"))?;
        let cluster = Self {
            signer: TokenSigner::new(&config).map_err(|e| anyhow!("{e}"))?,
            tls: Tls::new(&config.endpoint).map_err(|e| anyhow!("{e}"))?,
            reach: Reach::default(),
            schema: format!("dsql_probes_{}", std::process::id()),
            options,
            config,
        };
        cluster
            .open()
            .await
            .map_err(|failure| anyhow!("{}", failure))
            .context("the cluster cannot be reached")?;
        Ok(cluster)
    }

    /// Options of a sink on this cluster.
    pub fn sink(&self, more: &[(&str, &str)]) -> Result<Config> {
        let mut options: HashMap<String, String> = self.options.iter().cloned().collect();
        options.extend(more.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        Config::new(options.into_iter().collect(), |name| std::env::var(name).ok())
            .map_err(|e| anyhow!("{e}"))
    }

    /// The url, as in a job.
    pub fn url(&self) -> &str {
        self.options.first().map_or("", |(_, url)| url)
    }

    /// A fresh token, the password of a connection.
    pub async fn token(&self) -> Result<String> {
        let token = self.signer.token().await.map_err(|failure| anyhow!("{}", failure.text))?;
        Ok(token.expose().to_owned())
    }

    /// The AWS region.
    pub fn region(&self) -> &str {
        &self.config.region
    }

    /// The role in facts about grants.
    pub fn grantee(&self) -> String {
        format!("{}_rw", self.schema)
    }

    /// Creates the schema.
    pub async fn create_schema(&self) -> Result<()> {
        self.make(&format!("CREATE SCHEMA {}", self.schema)).await
    }

    /// Empties the schema.
    pub async fn reset(&self) -> Result<()> {
        self.make(&format!("DROP SCHEMA IF EXISTS {} CASCADE", self.schema)).await?;
        self.create_schema().await
    }

    /// Drops everything that was created.
    pub async fn clean_up(&self) -> Result<()> {
        self.make(&format!("DROP SCHEMA IF EXISTS {} CASCADE", self.schema)).await?;
        self.make(&format!("DROP SCHEMA IF EXISTS {}_b CASCADE", self.schema)).await?;
        self.make(&format!("DROP ROLE IF EXISTS {}", self.grantee())).await
    }

    /// Runs statements that prepare something. Repeats one that fails because the schema has just changed.
    pub async fn make(&self, statements: &str) -> Result<()> {
        let mut session = raw::connect(self).await;
        for statement in statements.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            let mut tries = 0;
            while let Some(error) = session.simple(statement).await.into_iter().find_map(|a| a.error) {
                tries += 1;
                if error.code != "40001" || tries == TRIES {
                    bail!("{statement}: {} {}", error.code, error.message);
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
        Ok(())
    }

    async fn open(&self) -> Result<Raw, String> {
        let timeout = Timeout::first(ANSWER, ANSWER);
        let failed = |failure: Failure| failure.text;
        let token = self.signer.token().await.map_err(failed)?;
        let stream = self.reach.connect(&self.config.endpoint, timeout).await.map_err(failed)?;
        let stream = self.tls.handshake(stream).await.map_err(failed)?;
        let connected = raw::login(Box::new(stream), &self.config.role, token.expose(), &[]).await;
        let mut session = connected.map_err(|refused| match refused {
            Some(error) => {
                format!("{} {}; {}", error.code, error.message, error.hint.unwrap_or_default())
            }
            None => "it closed the connection".to_owned(),
        })?;
        session.renamed = vec![
            ("baseline_schema".to_owned(), format!("{}_b", self.schema)),
            ("app_rw".to_owned(), self.grantee()),
            // The last one, because its new name is a part of the other new names.
            ("public".to_owned(), self.schema.clone()),
        ];
        let path = session.simple("SET search_path TO public").await;
        match path.into_iter().find_map(|answer| answer.error) {
            Some(error) => Err(format!("SET search_path: {}", error.message)),
            None => Ok(session),
        }
    }
}

impl Place for Cluster {
    async fn session(&self) -> Raw {
        for tries in 0..TRIES {
            match self.open().await {
                Ok(session) => return session,
                Err(why) if tries + 1 == TRIES => eprintln!("no connection: {why}"),
                Err(_) => tokio::time::sleep(PAUSE * 2_u32.pow(tries)).await,
            }
        }
        // All its answers are empty, so each question counts as not answered.
        Raw::gone()
    }
}

/// An answer as one line.
pub fn told(answer: &Answer) -> String {
    match (&answer.error, &answer.tag) {
        (Some(error), _) => format!("{} {}", error.code, error.message),
        (None, Some(tag)) => tag.clone(),
        (None, None) => "the connection was closed".to_owned(),
    }
}
