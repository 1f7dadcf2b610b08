//! Sources of credentials: the AWS SDK's providers, combined for an identity.

use std::fs;
use std::path::PathBuf;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::region::Region;

use crate::config::{Identity, Keys};
use crate::error::SinkError;

/// Files in which the kernel shows that a machine is an EC2 instance, for current and older instance types.
const VENDORS: [(&str, &str); 2] =
    [("/sys/devices/virtual/dmi/id/sys_vendor", "Amazon EC2"), ("/sys/hypervisor/uuid", "ec2")];

/// Session of an assumed role unless `role_session_name` says otherwise.
const SESSION: &str = "seatunnel-dsql-sink";

/// Origin of credentials: an identity in a region, and the trusted certificates for the requests.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Origin {
    pub(super) identity: Identity,
    pub(super) region: String,
    pub(super) ca_bundle: Option<PathBuf>,
}

impl Origin {
    /// Detects at the start the errors that waiting cannot fix.
    pub(super) fn check(&self) -> Result<(), SinkError> {
        let Some(path) = &self.ca_bundle else { return Ok(()) };
        fs::read(path).map(drop).map_err(|error| {
            SinkError::new(
                crate::error::ErrorKind::Config,
                format!(
                    "environment variable AWS_CA_BUNDLE: '{}' cannot be read: {error}; correct or unset it",
                    path.display()
                ),
            )
        })
    }
}

/// Keys of the configuration.
pub(super) fn credentials(keys: &Keys) -> Credentials {
    Credentials::new(
        &keys.access_key_id,
        keys.secret_access_key.expose(),
        keys.session_token.as_ref().map(|token| token.expose().to_owned()),
        None,
        "options of the sink",
    )
}

/// The provider for an origin.
pub(super) async fn provider(origin: &Origin) -> Box<dyn ProvideCredentials> {
    let Origin { identity, region, .. } = origin;
    let http = http_client(origin.ca_bundle.as_deref());
    let region = Region::new(region.clone());
    let own =
        ProviderConfig::without_region().with_http_client(http.clone()).with_region(Some(region.clone()));
    let base = if let Some(keys) = &identity.keys {
        SharedCredentialsProvider::new(credentials(keys))
    } else if let Some(profile) = &identity.profile {
        let provider = ProfileFileCredentialsProvider::builder().configure(&own).profile_name(profile);
        SharedCredentialsProvider::new(provider.build())
    } else {
        let chain = DefaultCredentialsChain::builder().configure(own).region(region.clone());
        SharedCredentialsProvider::new(chain.build().await)
    };
    let Some(role) = &identity.role else { return Box::new(base) };
    let mut assume = AssumeRoleProvider::builder(&role.arn)
        .session_name(role.session_name.as_deref().unwrap_or(SESSION))
        .configure(&settings(http, region).await);
    if let Some(id) = &role.external_id {
        assume = assume.external_id(id);
    }
    Box::new(assume.build_from_provider(base).await)
}

/// The SDK's settings by environment and profile, such as another endpoint of STS.
async fn settings(http: SharedHttpClient, region: Region) -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .region(region)
        .no_credentials()
        .load()
        .await
}

/// Uses the proxies of the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`), and `AWS_CA_BUNDLE` instead of the
/// system's authorities. Uses ring, as for the database: one cryptographic library in the process, no C++ to build.
fn http_client(ca_bundle: Option<&std::path::Path>) -> SharedHttpClient {
    let trust = match ca_bundle.map(fs::read) {
        Some(Ok(pem)) => TrustStore::empty().with_pem_certificate(pem),
        // It could be read at the start. If it is missing now, trust no authority, not all of them.
        Some(Err(_)) => TrustStore::empty(),
        None => TrustStore::default(),
    };
    let context = TlsContext::builder().with_trust_store(trust).build().unwrap_or_default();
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut builder = Connector::builder();
        builder.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            builder.set_sleep_impl(components.sleep_impl());
        }
        builder
            .proxy_config(ProxyConfig::from_env())
            .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
            .tls_context(context.clone())
            .build()
    })
}

/// True if the metadata service of an instance should be there, so that it is worth waiting for.
pub(super) fn expects_metadata() -> bool {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if set("AWS_EC2_METADATA_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return false;
    }
    set("AWS_EC2_METADATA_SERVICE_ENDPOINT").is_some()
        || VENDORS
            .iter()
            .any(|(file, name)| fs::read_to_string(file).is_ok_and(|text| text.starts_with(name)))
}
