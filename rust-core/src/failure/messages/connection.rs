//! Messages for a connection that could not be opened or was lost.

use crate::config::Config;
use crate::error::ErrorKind;
use crate::failure::classify::{Failure, Fault};
use crate::failure::messages::quota;

/// What failed and what to do, without the number of tries.
#[must_use]
pub(super) fn connection(config: &Config, failure: &Failure) -> String {
    let host = &config.endpoint.host;
    let said = failure.told_all(config.log_values);
    match failure.fault {
        Fault::UnknownHost => format!(
            "host '{host}' of option 'url' cannot be resolved; check its spelling and this machine's DNS: {said}"
        ),
        Fault::Unreachable => format!(
            "host '{host}', port {} of option 'url' cannot be reached; check network, security group and endpoint: {said}",
            config.endpoint.port
        ),
        Fault::TokenExpired => format!(
            "'{host}' refuses a token that was just signed; set this machine's clock (NTP), or renew the temporary \
             credentials: {said}"
        ),
        Fault::Denied => format!(
            "'{host}' refuses role '{}' in region '{}'; check 'access_key_id', 'secret_access_key', 'region' and the \
             permission dsql:DbConnect{} of the principal{}: {said}",
            config.role,
            config.region,
            if config.role == crate::limits::ADMIN { "Admin" } else { "" },
            mapping(&config.role)
        ),
        Fault::NoCredentials => format!(
            "no AWS credentials: {}: {said}",
            whence(config, "(environment, profile, container, instance) has none")
        ),
        Fault::CredentialsAway => {
            format!("no AWS credentials for now: {}: {said}", whence(config, "got no usable answer"))
        }
        Fault::Certificate => format!("the certificate of '{host}' is refused: {said}"),
        Fault::Excess => format!(
            "'{host}' sends more than Aurora DSQL does, so the connection was closed; check that the url leads to the \
             cluster, and that a statement of your own has a short answer: {said}"
        ),
        Fault::Permission => format!("role '{}' may not read the catalog of '{host}': {said}", config.role),
        Fault::Throttled => {
            format!("'{host}' accepts no more connections now; lower 'max_connections': {said}")
        }
        Fault::Unavailable => format!("'{host}' is unavailable: {said}"),
        Fault::Waking => format!("cluster '{host}' is waking up: {said}"),
        Fault::Lost => format!("the connection to '{host}' failed: {said}"),
        Fault::Conflict | Fault::SchemaChanged => format!(
            "the catalog of '{host}' kept changing while it was read; let fewer jobs change tables at a time, or raise \
             'retry_timeout_ms': {said}"
        ),
        Fault::Quota => quota(config, failure),
        Fault::Missing
        | Fault::TooBig
        | Fault::TooSlow
        | Fault::Form
        | Fault::Unique
        | Fault::Reference
        | Fault::BadRow
        | Fault::Rejected => format!(
            "'{host}' refuses the first statements of a session; check that the url leads to a cluster of Aurora DSQL: \
             {said}"
        ),
    }
}

/// What every role except admin needs in addition.
fn mapping(role: &str) -> String {
    if role == crate::limits::ADMIN {
        return String::new();
    }
    let case = if role.chars().any(char::is_uppercase) {
        "; a role that was created without double quotes has a lower-case name: write it in lower case in 'username'"
    } else {
        "; a role that was created with double quotes keeps the case of its name: write it the same way in 'username'"
    };
    format!(
        ", and map it to the role, as admin: AWS IAM GRANT {} TO '<arn of the principal>' (sys.iam_pg_role_mappings shows \
         what is mapped){case}",
        crate::table::sql::quote(role)
    )
}

/// Which provider returned no credentials.
fn whence(config: &Config, problem: &str) -> String {
    let identity = &config.identity;
    match (&identity.role, &identity.profile) {
        (Some(role), _) => {
            format!(
                "the role '{}' of option 'role_arn' could not be assumed; check its trust policy, 'external_id' and \
                     the network path to STS",
                role.arn
            )
        }
        (None, Some(profile)) => {
            format!("option 'profile': '{profile}' has none; check the AWS configuration files")
        }
        (None, None) => format!(
            "the options 'access_key_id' and 'secret_access_key' are not set, and the default chain {problem}"
        ),
    }
}

/// The kind of error of a connection that failed.
#[must_use]
pub(super) fn connection_kind(fault: Fault) -> ErrorKind {
    match fault {
        Fault::TokenExpired | Fault::Denied | Fault::NoCredentials | Fault::CredentialsAway => {
            ErrorKind::Authentication
        }
        Fault::Permission => ErrorKind::Permission,
        Fault::Conflict | Fault::SchemaChanged => ErrorKind::Conflict,
        Fault::Quota => ErrorKind::Quota,
        Fault::TooBig
        | Fault::TooSlow
        | Fault::Form
        | Fault::Unique
        | Fault::Reference
        | Fault::BadRow
        | Fault::Rejected => ErrorKind::Rejected,
        // Every cluster has the objects that a session reads first, so another kind of server answered.
        Fault::Missing
        | Fault::Unavailable
        | Fault::Lost
        | Fault::Unreachable
        | Fault::UnknownHost
        | Fault::Throttled
        | Fault::Waking
        | Fault::Certificate
        | Fault::Excess => ErrorKind::Connection,
    }
}
