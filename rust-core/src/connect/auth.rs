//! Who signs: static keys from the configuration, a profile, a role, or the default chain of the AWS SDK.

mod chain;
mod shared;
mod token;

use std::error::Error;
use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;

use crate::config::Config;
use crate::connect::clock;
use crate::error::SinkError;
use crate::failure::classify::{Failure, Fault};
use crate::secret::Secret;

use chain::Origin;
use shared::Shared;

/// Signs a new token for each connection.
#[derive(Debug)]
pub struct TokenSigner {
    source: Source,
    host: String,
    region: String,
    role: String,
    lifetime: Duration,
}

#[derive(Debug)]
enum Source {
    Keys(Credentials),
    Shared(Arc<Shared>),
}

impl TokenSigner {
    /// Reads identity, host, region and role from the configuration.
    ///
    /// # Errors
    /// Kind `Config` if the environment names certificates that cannot be read.
    pub fn new(config: &Config) -> Result<Self, SinkError> {
        let source = match (&config.identity.keys, &config.identity.role) {
            (Some(keys), None) => Source::Keys(chain::credentials(keys)),
            _ => {
                let origin = Origin {
                    identity: config.identity.clone(),
                    region: config.region.clone(),
                    ca_bundle: config.ca_bundle.clone(),
                };
                origin.check()?;
                Source::Shared(Shared::of(origin))
            }
        };
        Ok(Self {
            source,
            host: config.endpoint.host.clone(),
            region: config.region.clone(),
            role: config.role.clone(),
            lifetime: config.token_lifetime,
        })
    }

    /// A token that is valid from now on.
    ///
    /// # Errors
    /// Why there is none, for [`crate::failure::retry`].
    pub async fn token(&self) -> Result<Secret, Failure> {
        let credentials = match &self.source {
            Source::Keys(keys) => keys.clone(),
            Source::Shared(shared) => {
                shared.credentials().await.map_err(|error| refusal(&error, shared.given()))?
            }
        };
        token::presign(&credentials, &self.host, &self.region, &self.role, SystemTime::now(), self.lifetime)
            .map_err(|error| Failure::local(Fault::Denied, error.message()))
    }

    /// The database says that a token has expired: either a clock is wrong, or the credentials have expired.
    pub fn doubt(&self) {
        if let Source::Shared(shared) = &self.source {
            shared.doubt();
        }
    }
}

/// The SDK does not distinguish a network fault from a permanent refusal, so every error of a provider is retried. But
/// the SDK treats an instance that does not answer as no instance at all. So if credentials were `given` before, or an
/// instance's are expected, missing credentials are a fault too.
fn refusal(error: &CredentialsError, given: bool) -> Failure {
    let mut text = words(error);
    if text.contains("ignature expired") || text.contains("ignature not yet current") {
        let _ = write!(text, "; {}", clock::told(&text, SystemTime::now()));
    }
    let fault = match error {
        CredentialsError::CredentialsNotLoaded(_) if !given && !chain::expects_metadata() => {
            Fault::NoCredentials
        }
        CredentialsError::InvalidConfiguration(_) => Fault::NoCredentials,
        _ => Fault::CredentialsAway,
    };
    Failure::local(fault, text)
}

/// The texts of the error and of its causes.
fn words(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}
