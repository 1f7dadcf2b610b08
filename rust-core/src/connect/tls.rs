//! TLS to the cluster: rustls with ring. The server's certificate is checked unless the url asks for less, as in libpq.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::config::endpoint::{Endpoint, TlsMode};
use crate::error::SinkError;
use crate::failure::classify::{Failure, Fault};

/// Name of PostgreSQL's protocol in ALPN, which direct TLS requires.
const ALPN: &[u8] = b"postgresql";

/// PostgreSQL's request for TLS (SSLRequest), and the answer that agrees.
const REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];
const AGREED: u8 = b'S';

/// The client's side of TLS to an endpoint.
pub struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
    /// True if TLS starts without PostgreSQL's request for it.
    direct: bool,
}

impl Tls {
    /// Reads the trusted certificates.
    ///
    /// # Errors
    /// Kind `Config` if `sslrootcert` cannot be read or no trusted certificate is found.
    pub fn new(endpoint: &Endpoint) -> Result<Self, SinkError> {
        let name = ServerName::try_from(endpoint.host.clone())
            .map_err(|error| SinkError::option("url", format!("host '{}': {error}", endpoint.host)))?;
        Ok(Self {
            connector: TlsConnector::from(Arc::new(client(endpoint)?)),
            name,
            direct: endpoint.direct_tls,
        })
    }

    /// Starts TLS on a connection.
    ///
    /// # Errors
    /// The failure, for [`crate::failure::retry`].
    pub async fn handshake(&self, mut stream: TcpStream) -> Result<TlsStream<TcpStream>, Failure> {
        if !self.direct {
            let broken = |error: io::Error| lost(format!("the connection broke: {error}"));
            stream.write_all(&REQUEST).await.map_err(broken)?;
            let answer = stream.read_u8().await.map_err(broken)?;
            if answer != AGREED {
                return Err(lost(format!("the server answers byte {answer:#04x} to the request for TLS")));
            }
        }
        let secured = self.connector.connect(self.name.clone(), stream).await;
        secured.map_err(|error| match refused_certificate(&error) {
            Some(text) => Failure::local(Fault::Certificate, text),
            None => lost(error.to_string()),
        })
    }
}

fn lost(what: String) -> Failure {
    Failure::local(Fault::Lost, format!("TLS handshake: {what}"))
}

/// Why rustls refused a certificate, and what to do. An error of the stream has it.
fn refused_certificate(error: &io::Error) -> Option<String> {
    let tls = error.get_ref()?.downcast_ref::<Error>()?;
    let Error::InvalidCertificate(fault) = tls else { return None };
    Some(format!("{} ({tls})", advice(fault)))
}

fn advice(fault: &CertificateError) -> &'static str {
    match fault {
        CertificateError::UnknownIssuer => {
            "its authority is not trusted; name the authority's file by the url parameter sslrootcert"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another host; check the host in option 'url', and that hostaddr, PGHOSTADDR and DNS lead to it"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "it has expired; check this machine's clock, else the server needs a new one"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet; check this machine's clock"
        }
        CertificateError::Revoked => "it was revoked; the server needs a new one",
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "it is not one for servers; check that the url leads to the cluster"
        }
        CertificateError::BadSignature | CertificateError::BadEncoding => {
            "it is damaged or forged; check who sits between this machine and the cluster"
        }
        _ => "it cannot be verified; check that the url leads to the cluster",
    }
}

/// The configuration of TLS to an endpoint.
fn client(endpoint: &Endpoint) -> Result<ClientConfig, SinkError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(SinkError::internal)?;
    let mut config = match checked(endpoint)? {
        Checked::ChainAndName => builder.with_root_certificates(roots(endpoint)?).with_no_client_auth(),
        checked => {
            let chain = match checked {
                Checked::Nothing => None,
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

/// Which parts of a certificate are checked.
enum Checked {
    ChainAndName,
    Chain,
    Nothing,
}

/// The modes as in libpq: `require` with a given root checks the chain. `verify-ca` needs a root, because otherwise any
/// public authority would be accepted. `system` is allowed only with `verify-full`.
fn checked(endpoint: &Endpoint) -> Result<Checked, SinkError> {
    let given = endpoint.root_certificates.as_deref();
    match endpoint.tls {
        TlsMode::VerifyFull => Ok(Checked::ChainAndName),
        _ if given.is_some_and(is_system) => Err(SinkError::option(
            "url",
            "sslrootcert=system needs sslmode=verify-full: a public authority gives certificates to everybody",
        )),
        TlsMode::VerifyCa if given.is_none() => Err(SinkError::option(
            "url",
            "sslmode=verify-ca needs sslrootcert: a public authority gives certificates to everybody; name a file, or \
             use verify-full",
        )),
        TlsMode::Require if given.is_none() => Ok(Checked::Nothing),
        TlsMode::VerifyCa | TlsMode::Require => Ok(Checked::Chain),
    }
}

fn is_system(path: &Path) -> bool {
    path == Path::new("system")
}

/// The checks that a weaker mode skips, for the log; `None` for `verify-full`.
#[must_use]
pub fn weakness(endpoint: &Endpoint) -> Option<String> {
    let mode = match endpoint.tls {
        TlsMode::VerifyFull => return None,
        TlsMode::VerifyCa => "verify-ca",
        TlsMode::Require => "require",
    };
    let unchecked = if endpoint.root_certificates.is_some() {
        "the host name is not checked: whoever has a certificate of the authorities in sslrootcert"
    } else {
        "the server's certificate is not checked: whoever sits in between"
    };
    Some(format!(
        "url parameter sslmode={mode}: {unchecked} can take the token and every row of '{}'; sslmode=verify-full, the \
         default, checks both",
        endpoint.host
    ))
}

/// The certificates of `sslrootcert`, or the system's (`SSL_CERT_FILE` and `SSL_CERT_DIR` as OpenSSL has them), or
/// Mozilla's on a machine without any.
fn roots(endpoint: &Endpoint) -> Result<RootCertStore, SinkError> {
    let mut store = RootCertStore::empty();
    if let Some(path) = endpoint.root_certificates.as_deref().filter(|path| !is_system(path)) {
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

/// Checks only the chain and not the name, or nothing.
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
