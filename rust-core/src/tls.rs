//! TLS to the cluster: rustls with ring, the server's certificate checked unless the url says less.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use crate::endpoint::{Endpoint, TlsMode};
use crate::error::SinkError;

/// Name of PostgreSQL's protocol in ALPN, which direct TLS requires.
const ALPN: &[u8] = b"postgresql";

/// Builds the client's side of TLS for an endpoint.
///
/// # Errors
/// Kind `Config` if `sslrootcert` cannot be read or no trusted certificate is found.
pub fn client(endpoint: &Endpoint) -> Result<ClientConfig, SinkError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(SinkError::internal)?;
    let mut config = match endpoint.tls {
        TlsMode::VerifyFull => builder.with_root_certificates(roots(endpoint)?).with_no_client_auth(),
        mode => {
            let chain = match mode {
                TlsMode::Require => None,
                _ => Some(
                    WebPkiServerVerifier::builder_with_provider(Arc::new(roots(endpoint)?), provider.clone())
                        .build()
                        .map_err(SinkError::internal)?,
                ),
            };
            let verifier = Arc::new(Lenient { chain, provider });
            builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
        }
    };
    if endpoint.direct_tls {
        config.alpn_protocols = vec![ALPN.to_vec()];
    }
    Ok(config)
}

/// The certificates of `sslrootcert`, or the system's (`SSL_CERT_FILE` and `SSL_CERT_DIR` as OpenSSL has
/// them), or, on a machine without any, Mozilla's.
fn roots(endpoint: &Endpoint) -> Result<RootCertStore, SinkError> {
    let mut store = RootCertStore::empty();
    if let Some(path) = &endpoint.root_certificates {
        let wrong =
            |why: String| SinkError::option("url", format!("sslrootcert '{}': {why}", path.display()));
        let certificates = CertificateDer::pem_file_iter(path)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| wrong(error.to_string()))?;
        let (added, _) = store.add_parsable_certificates(certificates);
        return if added > 0 { Ok(store) } else { Err(wrong("holds no certificate in PEM".to_owned())) };
    }
    store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if store.is_empty() {
        store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    Ok(store)
}

/// Checks the chain but not the name (`verify-ca`), or nothing (`require`).
#[derive(Debug)]
struct Lenient {
    chain: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else { return Ok(ServerCertVerified::assertion()) };
        // The chain is checked before the name, so a wrong name means that the chain is good.
        match chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            result => result,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
