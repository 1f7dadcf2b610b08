//! Certificates and TLS configuration: a CA of its own, one server certificate for the endpoint's
//! name, rustls with ring.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// ALPN name of PostgreSQL, required when TLS starts without SSLRequest.
pub const ALPN: &[u8] = b"postgresql";

/// Creates or reads the CA in `dir`, and creates the server certificate. The CA is kept so that
/// clients can continue to trust it. The server certificate is new at every start, because the
/// endpoint's name may have changed.
pub fn prepare(dir: &Path, endpoint: &str) -> Result<(PathBuf, Arc<ServerConfig>)> {
    let ca_cert = dir.join("ca.pem");
    let ca_key = dir.join("ca.key");
    if !ca_cert.exists() || !ca_key.exists() {
        let key = KeyPair::generate()?;
        let cert = ca_params()?.self_signed(&key)?;
        fs::write(&ca_key, key.serialize_pem()).with_context(|| format!("write {}", ca_key.display()))?;
        fs::set_permissions(&ca_key, fs::Permissions::from_mode(0o600))?;
        fs::write(&ca_cert, cert.pem()).with_context(|| format!("write {}", ca_cert.display()))?;
    }
    let key = KeyPair::from_pem(&fs::read_to_string(&ca_key)?).context("read ca.key")?;
    let issuer = Issuer::new(ca_params()?, key);

    let server_key = KeyPair::generate()?;
    let mut params = CertificateParams::new(vec![endpoint.to_owned()])?;
    params.distinguished_name = name(endpoint);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let server_cert = params.signed_by(&server_key, &issuer)?;

    let chain = vec![server_cert.der().clone(), CertificateDer::from_pem_file(&ca_cert)?];
    let key = PrivateKeyDer::try_from(server_key.serialize_der()).map_err(anyhow::Error::msg)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok((ca_cert, Arc::new(config)))
}

fn ca_params() -> Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = name("dsql-local CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn name(common: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common);
    name
}
