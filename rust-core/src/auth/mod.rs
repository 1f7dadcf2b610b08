//! Who signs: static keys from the configuration, or the default chain of the AWS SDK.

mod token;

use std::time::SystemTime;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_smithy_http_client::tls;
use aws_types::region::Region;
use tokio::sync::OnceCell;

use crate::config::Config;
use crate::error::{ErrorKind, SinkError};
use crate::limits;
use crate::secret::Secret;

/// Mints a fresh token for every connection.
#[derive(Debug)]
pub struct Minter {
    source: Source,
    host: String,
    region: String,
    role: String,
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
        }
    }

    /// A token that is valid from now on for [`limits::TOKEN_LIFETIME`].
    ///
    /// # Errors
    /// Kind `Authentication` if the default chain finds no credentials.
    pub async fn token(&self) -> Result<Secret, SinkError> {
        let credentials = match &self.source {
            Source::Keys(keys) => keys.clone(),
            Source::Chain(chain) => {
                let chain = chain.get_or_init(|| chain_for(&self.region)).await;
                chain.provide_credentials().await.map_err(|error| {
                    SinkError::new(
                        ErrorKind::Authentication,
                        format!(
                            "no AWS credentials: the options 'access_key_id' and 'secret_access_key' are not \
                             set and the default chain (environment, profile, role) found none: {error}"
                        ),
                    )
                })?
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
    }
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
