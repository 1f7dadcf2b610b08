//! The IAM token: a presigned request that the database accepts as a password.
//!
//! It is the url of `GET https://<host>/?Action=DbConnect[Admin]` signed with SigV4 in the query, without the scheme.
//! Signing is local: no request is made.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{self, SignableBody, SignableRequest, SignatureLocation, SigningSettings};
use aws_sigv4::sign::v4;

use crate::error::SinkError;
use crate::limits;
use crate::secret::Secret;

/// Name of the service in a signature.
const SERVICE: &str = "dsql";

/// Signs the token with which `role` connects to `host`.
///
/// # Errors
/// Kind `Internal` if the request cannot be signed, which no checked configuration causes.
pub(super) fn presign(
    credentials: &Credentials,
    host: &str,
    region: &str,
    role: &str,
    now: SystemTime,
    lifetime: Duration,
) -> Result<Secret, SinkError> {
    let action = if role == limits::ADMIN { "DbConnectAdmin" } else { "DbConnect" };
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(lifetime);
    let identity = credentials.clone().into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(SERVICE)
        .time(now)
        .settings(settings)
        .build()
        .map_err(SinkError::internal)?
        .into();
    let mut url = format!("https://{host}/?Action={action}");
    let request = SignableRequest::new("GET", url.as_str(), std::iter::empty(), SignableBody::Bytes(&[]))
        .map_err(SinkError::internal)?;
    let (signing, _) = http_request::sign(request, &params).map_err(SinkError::internal)?.into_parts();
    let (_, mut query) = signing.into_parts();
    // aws-sigv4 appends a session token after the signature; AWS's other SDKs put the signature last.
    query.sort_by_key(|(name, _)| *name == "X-Amz-Signature");
    for (name, value) in query {
        url.push('&');
        url.push_str(name);
        url.push('=');
        url.extend(url::form_urlencoded::byte_serialize(value.as_bytes()));
    }
    Ok(Secret::new(&url["https://".len()..]))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Tokens signed by botocore with a fixed clock and AWS's public example keys.
    const VECTORS: &str = include_str!("../../../../tests/golden/token_vectors.json");

    #[test]
    fn tokens_equal_botocore_byte_for_byte() {
        let file: serde_json::Value = serde_json::from_str(VECTORS).unwrap();
        let vectors = file["vectors"].as_array().unwrap();
        assert_eq!(vectors.len(), 5);
        for vector in vectors {
            let text = |key: &str| vector[key].as_str().unwrap_or_default();
            let credentials = Credentials::new(
                text("access_key"),
                text("secret_key"),
                vector["session_token"].as_str().map(str::to_owned),
                None,
                "test",
            );
            let role = if text("action") == "DbConnectAdmin" { "admin" } else { "loader" };
            let lifetime = text("token").split("X-Amz-Expires=").nth(1).unwrap();
            let lifetime = lifetime.split('&').next().unwrap().parse().unwrap();
            let token = presign(
                &credentials,
                text("hostname"),
                text("client_region"),
                role,
                instant(text("amz_date")),
                Duration::from_secs(lifetime),
            );
            assert_eq!(token.unwrap().expose(), text("token"), "{}", text("name"));
        }
    }

    /// `20260102T030405Z`
    fn instant(date: &str) -> SystemTime {
        let part = |from: usize, to: usize| date[from..to].parse::<i64>().unwrap();
        let (year, month, day) = (part(0, 4), part(4, 6), part(6, 8));
        // Days since 1970-01-01, counted by months, so that the test shares no code with the product.
        let leap = |year: i64| i64::from((year % 4 == 0 && year % 100 != 0) || year % 400 == 0);
        let mut days: i64 = (1970..year).map(|year| 365 + leap(year)).sum();
        let lengths = [31, 28 + leap(year), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        days += lengths.iter().zip(1..month).map(|(length, _)| length).sum::<i64>() + day - 1;
        let seconds = days * 86_400 + part(9, 11) * 3_600 + part(11, 13) * 60 + part(13, 15);
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.try_into().unwrap())
    }
}
