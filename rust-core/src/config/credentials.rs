//! Who signs, and for which region.

use std::time::Duration;

use crate::config::bounds;
use crate::config::endpoint::{self, Endpoint};
use crate::error::SinkError;
use crate::limits;
use crate::secret::Secret;

use super::options::Options;

/// The credentials of a sink: keys or a profile, otherwise the default chain of the AWS SDK; and the role to assume.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Identity {
    /// Keys to sign with, or to assume the role with.
    pub keys: Option<Keys>,
    /// Profile of the AWS configuration files.
    pub profile: Option<String>,
    /// Role to assume.
    pub role: Option<Role>,
}

/// Access key, secret key and, for temporary credentials, the session token.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Keys {
    /// Access key id; not a secret.
    pub access_key_id: String,
    /// Secret access key.
    pub secret_access_key: Secret,
    /// Session token of temporary credentials.
    pub session_token: Option<Secret>,
}

/// A role to assume (AssumeRole).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Role {
    /// Its ARN.
    pub arn: String,
    /// The external ID that the role's owner requires.
    pub external_id: Option<String>,
    /// Name of the session in the audit log.
    pub session_name: Option<String>,
}

impl Identity {
    pub(super) fn read(options: &mut Options) -> Result<Self, SinkError> {
        let (keys, profile) = (keys(options)?, options.take("profile"));
        if keys.is_some() && profile.is_some() {
            return Err(SinkError::option("profile", "and 'access_key_id' exclude each other: remove one"));
        }
        Ok(Self { keys, profile, role: role(options)? })
    }
}

fn keys(options: &mut Options) -> Result<Option<Keys>, SinkError> {
    let session_token = options.take("session_token").map(Secret::new);
    match (options.take("access_key_id"), options.take("secret_access_key")) {
        (Some(access_key_id), Some(secret)) => {
            Ok(Some(Keys { access_key_id, secret_access_key: Secret::new(secret), session_token }))
        }
        (None, None) if session_token.is_none() => Ok(None),
        (None, None) => {
            Err(SinkError::option("session_token", "needs 'access_key_id' and 'secret_access_key' beside it"))
        }
        (Some(_), None) => Err(SinkError::option("secret_access_key", "is required beside 'access_key_id'")),
        (None, Some(_)) => Err(SinkError::option("access_key_id", "is required beside 'secret_access_key'")),
    }
}

fn role(options: &mut Options) -> Result<Option<Role>, SinkError> {
    let (external_id, session_name) = (options.take("external_id"), options.take("role_session_name"));
    let Some(arn) = options.take("role_arn") else {
        return match (external_id, session_name) {
            (None, None) => Ok(None),
            (Some(_), _) => Err(SinkError::option("external_id", "has no effect without 'role_arn'")),
            (None, Some(_)) => {
                Err(SinkError::option("role_session_name", "has no effect without 'role_arn'"))
            }
        };
    };
    if !arn.starts_with("arn:") {
        let text = format!("'{arn}' is no ARN; expected arn:aws:iam::<account>:role/<name>");
        return Err(SinkError::option("role_arn", text));
    }
    Ok(Some(Role { arn, external_id, session_name }))
}

/// How long a token is valid.
pub(super) fn token_lifetime(options: &mut Options) -> Result<Duration, SinkError> {
    let default = limits::TOKEN_LIFETIME.as_secs();
    options.number("token_duration_secs", default, 1..=bounds::MAX_TOKEN_SECS).map(Duration::from_secs)
}

pub(super) fn region(option: Option<String>, endpoint: &Endpoint) -> Result<String, SinkError> {
    match (option, endpoint::region_of(&endpoint.host)) {
        (Some(option), Some(host)) if option != host => Err(SinkError::option(
            "region",
            format!(
                "'{option}' is not the region of the cluster in option 'url', '{host}' ({}); tokens for another \
                 region are refused. Set region = \"{host}\" or leave it out",
                endpoint.host
            ),
        )),
        (Some(region), _) => Ok(region),
        (None, Some(region)) => Ok(region.to_owned()),
        (None, None) => Err(SinkError::option(
            "region",
            format!(
                "is required, as the host '{}' of option 'url' does not tell it; endpoints of Aurora DSQL are of the \
                 form <cluster>.dsql.<region>.on.aws",
                endpoint.host
            ),
        )),
    }
}
