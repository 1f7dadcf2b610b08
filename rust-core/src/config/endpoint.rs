//! Where the cluster is: the JDBC url, read as pgjdbc reads it.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use url::{Host, Url};

use crate::error::SinkError;
use crate::limits;

/// Default of the url's `connectTimeout`. A cold cluster answers within seconds, and pgjdbc waits the same time.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Default of the url's `ApplicationName`, shown in `pg_stat_activity` and the audit log.
const APPLICATION_NAME: &str = "seatunnel-dsql-sink";

/// How much of the server's certificate is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsMode {
    /// Chain and host name.
    VerifyFull,
    /// Chain only, of a given authority; for endpoints under a private name.
    VerifyCa,
    /// The chain if an authority is given, otherwise nothing: the connection is only encrypted.
    Require,
}

/// An address or name of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A name that has addresses.
    Name(String),
    /// An address.
    Address(IpAddr),
}

/// A cluster's address and how to speak to it.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Host name: sent as SNI, checked against the certificate, signed into the token.
    pub host: String,
    /// Where to connect: the host's name, or addresses to use instead.
    pub places: Vec<Place>,
    /// TCP port.
    pub port: u16,
    /// Database.
    pub database: String,
    /// Check of the certificate.
    pub tls: TlsMode,
    /// True if TLS starts without PostgreSQL's SSLRequest, which saves a round trip.
    pub direct_tls: bool,
    /// File of trusted certificates in PEM; the system's and then Mozilla's without it.
    pub root_certificates: Option<PathBuf>,
    /// Longest time of one attempt to connect.
    pub connect_timeout: Duration,
    /// Shown by the database.
    pub application_name: String,
    /// Startup `options`, which PrivateLink without private DNS needs.
    pub options: Option<String>,
}

impl Endpoint {
    /// Reads `jdbc:postgresql://host[:port]/[database][?parameter=value&...]`.
    ///
    /// Parameters: `sslmode` (verify-full, verify-ca, require), `sslrootcert`, `hostaddr`, `connectTimeout` (seconds),
    /// `ApplicationName`, `sslnegotiation` (postgres, direct), `options`. `currentSchema` is the connector's;
    /// parameters of pgjdbc without a meaning here are ignored.
    ///
    /// # Errors
    /// Kind `Config`, naming the option `url` and the part that is wrong.
    pub fn parse(url: &str) -> Result<Self, SinkError> {
        let wrong = |what: String| SinkError::option("url", what);
        let shape = "expected jdbc:postgresql://<cluster>.dsql.<region>.on.aws:5432/postgres";
        let rest = url.strip_prefix("jdbc:").unwrap_or(url);
        if !rest.starts_with("postgresql://") {
            return Err(wrong(format!("does not start with jdbc:postgresql://; {shape}")));
        }
        let parsed = Url::parse(rest).map_err(|error| wrong(format!("{error}; {shape}")))?;
        let place = match parsed.host() {
            Some(Host::Domain(name)) if !name.is_empty() => Place::Name(name.to_ascii_lowercase()),
            Some(Host::Ipv4(address)) => Place::Address(address.into()),
            Some(Host::Ipv6(address)) => Place::Address(address.into()),
            _ => return Err(wrong(format!("names no host; {shape}"))),
        };
        let host = match &place {
            Place::Name(name) => name.clone(),
            Place::Address(address) => address.to_string(),
        };
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(wrong("holds a user name or password; use the option 'username'".to_owned()));
        }
        let database = match parsed.path().trim_start_matches('/') {
            "" => limits::DATABASE.to_owned(),
            name => name.to_owned(),
        };
        let mut endpoint = Self {
            host,
            places: vec![place],
            port: parsed.port().unwrap_or(limits::PORT),
            database,
            tls: TlsMode::VerifyFull,
            direct_tls: false,
            root_certificates: None,
            connect_timeout: CONNECT_TIMEOUT,
            application_name: APPLICATION_NAME.to_owned(),
            options: None,
        };
        for (name, value) in parsed.query_pairs() {
            let bad = |expected: &str| wrong(format!("parameter {name}='{value}': expected {expected}"));
            match name.as_ref() {
                "sslmode" => {
                    endpoint.tls = match value.as_ref() {
                        "verify-full" => TlsMode::VerifyFull,
                        "verify-ca" => TlsMode::VerifyCa,
                        "require" => TlsMode::Require,
                        _ => {
                            return Err(bad(
                                "verify-full, verify-ca or require; Aurora DSQL speaks TLS only",
                            ));
                        }
                    }
                }
                "sslnegotiation" => {
                    endpoint.direct_tls = match value.as_ref() {
                        "postgres" => false,
                        "direct" => true,
                        _ => return Err(bad("postgres or direct")),
                    }
                }
                "sslrootcert" => endpoint.root_certificates = Some(PathBuf::from(value.as_ref())),
                "hostaddr" => {
                    endpoint.places =
                        addresses(&value).ok_or_else(|| bad("IP addresses with commas between"))?;
                }
                "connectTimeout" => {
                    let seconds = value.parse().ok().filter(|seconds| (1..=600).contains(seconds));
                    endpoint.connect_timeout =
                        seconds.map(Duration::from_secs).ok_or_else(|| bad("1 to 600 seconds"))?;
                }
                "ApplicationName" => endpoint.application_name = value.into_owned(),
                "options" => endpoint.options = Some(value.into_owned()),
                _ => {}
            }
        }
        endpoint.behind_private_link();
        Ok(endpoint)
    }

    /// Without private DNS an endpoint of PrivateLink is reached by its own name, and the startup option names the cluster.
    /// The cluster is the one that its certificate and the token are for.
    fn behind_private_link(&mut self) {
        let id = self.options.as_deref().and_then(cluster_id);
        if let (Some(id), Some(region)) = (id, private_link_region(&self.host)) {
            self.host = format!("{id}.dsql.{region}.on.aws");
        }
    }
}

/// Addresses separated by commas; `None` if one is not an address.
#[must_use]
pub fn addresses(list: &str) -> Option<Vec<Place>> {
    list.split(',').map(|text| text.trim().parse().ok().map(Place::Address)).collect()
}

/// The cluster in startup options: `-c amzn-cluster-id=<id>`.
fn cluster_id(options: &str) -> Option<String> {
    let (_, rest) = options.split_once("amzn-cluster-id=")?;
    let id: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
    (!id.is_empty()).then(|| id.to_ascii_lowercase())
}

/// The region in the own name of an endpoint of PrivateLink: `vpce-<id>.<service>.<region>.vpce.amazonaws.com`.
fn private_link_region(host: &str) -> Option<&str> {
    let name = host.strip_suffix(".vpce.amazonaws.com").filter(|name| name.starts_with("vpce-"))?;
    name.rsplit('.').next().filter(|region| !region.is_empty() && *region != name)
}

/// The region in a cluster's host name: `<id>.dsql.<region>.on.aws`, or with PrivateLink
/// `<id>.dsql-<suffix>.<region>.on.aws`.
#[must_use]
pub fn region_of(host: &str) -> Option<&str> {
    let (_, rest) = host.strip_suffix(".on.aws")?.split_once('.')?;
    let (service, region) = rest.split_once('.')?;
    let valid = !region.is_empty() && region.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (service.starts_with("dsql") && valid).then_some(region)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(url: &str, says: &str) {
        let error = Endpoint::parse(url).unwrap_err();
        assert!(error.message().starts_with("option 'url':"), "{error}");
        assert!(error.message().contains(says), "{error}");
    }

    #[test]
    fn parameters_are_read() {
        let endpoint = Endpoint::parse(
            "jdbc:postgresql://X.dsql.us-east-1.on.aws:6432/postgres?sslmode=verify-ca&hostaddr=127.0.0.2\
             &sslrootcert=%2Ftmp%2Fca.pem&connectTimeout=3&sslnegotiation=direct&reWriteBatchedInserts=true",
        )
        .unwrap();
        assert_eq!(endpoint.host, "x.dsql.us-east-1.on.aws");
        assert_eq!(endpoint.port, 6432);
        assert_eq!(endpoint.tls, TlsMode::VerifyCa);
        assert_eq!(endpoint.places, [Place::Address("127.0.0.2".parse().unwrap())]);
        assert_eq!(endpoint.root_certificates, Some(PathBuf::from("/tmp/ca.pem")));
        assert_eq!(endpoint.connect_timeout, Duration::from_secs(3));
        assert!(endpoint.direct_tls);
    }

    #[test]
    fn a_bare_url_means_the_defaults() {
        let endpoint = Endpoint::parse("jdbc:postgresql://c.dsql.eu-west-1.on.aws/").unwrap();
        assert_eq!((endpoint.port, endpoint.database.as_str()), (5432, "postgres"));
        assert_eq!(endpoint.tls, TlsMode::VerifyFull);
    }

    #[test]
    fn the_wrong_part_is_named() {
        refused("jdbc:mysql://h/postgres", "jdbc:postgresql://");
        refused("jdbc:postgresql:///postgres", "host");
        refused("jdbc:postgresql://h:port/postgres", "port");
        refused("jdbc:postgresql://u:p@h/postgres", "user name");
        refused("jdbc:postgresql://h/postgres?sslmode=disable", "TLS only");
        refused("jdbc:postgresql://h/postgres?connectTimeout=0", "connectTimeout='0'");
        refused("jdbc:postgresql://h/postgres?hostaddr=10.0.0.1,h", "hostaddr='10.0.0.1,h'");
    }

    #[test]
    fn an_endpoint_of_private_link_stands_for_its_cluster() {
        let name = "vpce-0a1b2c3d4e5f-abcdefgh.dsql-fnh4.us-east-1.vpce.amazonaws.com";
        let url = format!("jdbc:postgresql://{name}/postgres?options=-c%20amzn-cluster-id%3Dabc123");
        let endpoint = Endpoint::parse(&url).unwrap();
        assert_eq!(endpoint.host, "abc123.dsql.us-east-1.on.aws");
        assert_eq!(endpoint.places, [Place::Name(name.to_owned())]);
        let several = Endpoint::parse(&format!("{url}&hostaddr=10.0.0.1,%20::1")).unwrap();
        assert_eq!(several.places, addresses("10.0.0.1,::1").unwrap());
        // With private DNS the option is not needed, and the host is the cluster's.
        let url =
            "jdbc:postgresql://abc.dsql-fnh4.us-east-1.on.aws/postgres?options=-c%20amzn-cluster-id%3Dabc";
        assert_eq!(Endpoint::parse(url).unwrap().host, "abc.dsql-fnh4.us-east-1.on.aws");
    }

    #[test]
    fn the_region_stands_in_the_host() {
        assert_eq!(region_of("c.dsql.us-east-1.on.aws"), Some("us-east-1"));
        assert_eq!(region_of("c.dsql-fnh4.us-east-2.on.aws"), Some("us-east-2"));
        for host in ["localhost", "c.rds.us-east-1.on.aws", "c.dsql.on.aws", "c.dsql..on.aws"] {
            assert_eq!(region_of(host), None, "{host}");
        }
    }
}
