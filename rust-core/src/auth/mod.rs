//! Who signs: static keys from the configuration, or the default chain of the AWS SDK.

mod token;

use std::error::Error;
use std::fmt::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_http_client::tls;
use aws_types::region::Region;
use tokio::sync::OnceCell;

use crate::classify::{Failure, Fault};
use crate::config::Config;
use crate::limits;
use crate::secret::Secret;

/// Mints a fresh token for every connection.
#[derive(Debug)]
pub struct Minter {
    source: Source,
    host: String,
    region: String,
    role: String,
    /// Whether the chain has ever given credentials.
    given: AtomicBool,
}

#[derive(Debug)]
enum Source {
    Keys(Credentials),
    /// Environment, profile, web identity, container and instance role, in the SDK's order. Built at the
    /// first use, as building it looks around the machine.
    Chain(Box<OnceCell<DefaultCredentialsChain>>),
}

impl Minter {
    /// Takes keys, host, region and role from the configuration.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let source = match &config.keys {
            Some(keys) => Source::Keys(Credentials::new(
                &keys.access_key_id,
                keys.secret_access_key.expose(),
                keys.session_token.as_ref().map(|token| token.expose().to_owned()),
                None,
                "options of the sink",
            )),
            None => Source::Chain(Box::default()),
        };
        Self {
            source,
            host: config.endpoint.host.clone(),
            region: config.region.clone(),
            role: config.role.clone(),
            given: AtomicBool::new(false),
        }
    }

    /// A token that is valid from now on for [`limits::TOKEN_LIFETIME`].
    ///
    /// # Errors
    /// Why there is none, for [`crate::retry`].
    pub async fn token(&self) -> Result<Secret, Failure> {
        let credentials = match &self.source {
            Source::Keys(keys) => keys.clone(),
            Source::Chain(chain) => {
                let chain = chain.get_or_init(|| chain_for(&self.region)).await;
                let given = chain.provide_credentials().await.map_err(|error| {
                    let fault = fault_of(&error, self.given.load(Ordering::Relaxed));
                    Failure::local(fault, words(&error))
                })?;
                self.given.store(true, Ordering::Relaxed);
                given
            }
        };
        token::mint(
            &credentials,
            &self.host,
            &self.region,
            &self.role,
            SystemTime::now(),
            limits::TOKEN_LIFETIME,
        )
        .map_err(|error| Failure::local(Fault::Denied, error.message()))
    }
}

/// The SDK does not tell a network's fault from a refusal for good, so whatever came from a provider is asked for
/// again. But it takes an instance that does not answer for one that is none: so where credentials were `given`
/// once, their absence is a fault too.
fn fault_of(error: &CredentialsError, given: bool) -> Fault {
    match error {
        CredentialsError::CredentialsNotLoaded(_) if !given => Fault::NoCredentials,
        CredentialsError::InvalidConfiguration(_) => Fault::NoCredentials,
        _ => Fault::CredentialsAway,
    }
}

/// What the error says and what its causes say.
fn words(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}

async fn chain_for(region: &str) -> DefaultCredentialsChain {
    // ring, as for the database: one cryptographic library in the process, no C++ to build.
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .build_https();
    DefaultCredentialsChain::builder()
        .configure(ProviderConfig::without_region().with_http_client(http))
        .region(Region::new(region.to_owned()))
        .build()
        .await
}
