//! Classifies an error of the database or the network as a kind of fault. One table, pure.
//!
//! Only the SQLSTATE and a stable beginning of the message decide. Words inside the message could come from a value.
//! Messages and hints were recorded on real clusters and are compared without regard to case.

use std::error::Error as _;
use std::time::Duration;

use tokio_postgres::Error;
use tokio_postgres::error::ErrorPosition;

use crate::failure::quota;
use crate::tell::{Answer, Values, cut};

/// Kind of fault. [`crate::failure::retry`] decides what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Another transaction changed the same rows (OC000). Not committed.
    Conflict,
    /// The schema changed somewhere in the cluster (OC001). Not committed.
    SchemaChanged,
    /// The server could not serve the request; the connection stays usable.
    Unavailable,
    /// The connection broke, or was closed by the server.
    Lost,
    /// The cluster cannot be reached.
    Unreachable,
    /// The host name has no address.
    UnknownHost,
    /// Too many connections, or too many new ones per second.
    Throttled,
    /// The cluster was idle and is starting.
    Waking,
    /// The token has expired or is not valid yet: this machine's clock is wrong, or its credentials have expired.
    TokenExpired,
    /// The token was refused.
    Denied,
    /// The AWS default chain has no credentials.
    NoCredentials,
    /// The provider of the credentials for the AWS default chain did not return them.
    CredentialsAway,
    /// The server's certificate was refused.
    Certificate,
    /// The server sent more than the bounds allow.
    Excess,
    /// The role lacks a privilege.
    Permission,
    /// A table or column does not exist.
    Missing,
    /// More rows, bytes or memory than a transaction may take.
    TooBig,
    /// A transaction took longer than allowed.
    TooSlow,
    /// A quota of the cluster or of a table is used up.
    Quota,
    /// A table, column or index of a form that the database does not support.
    Form,
    /// A unique value is taken. Another task may be about to release it.
    Unique,
    /// A referenced row is missing. Another batch may be about to write it.
    Reference,
    /// A value or a constraint: one row is to blame.
    BadRow,
    /// Anything else.
    Rejected,
}

impl Fault {
    /// True if the database does not answer any request.
    #[must_use]
    pub fn is_outage(self) -> bool {
        self.breaks() || self == Self::Unavailable
    }

    /// True if the connection, if there is one, is no longer usable.
    #[must_use]
    pub fn breaks(self) -> bool {
        matches!(
            self,
            Self::Lost
                | Self::Unreachable
                | Self::UnknownHost
                | Self::CredentialsAway
                | Self::Throttled
                | Self::Waking
                | Self::TokenExpired
        )
    }
}

/// A fault with the database's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Kind of fault.
    pub fault: Fault,
    /// SQLSTATE, if the database answered.
    pub sqlstate: Option<String>,
    /// The database's message, or the network's.
    pub text: String,
    /// The database's hint.
    pub hint: Box<str>,
    /// The database's detail. It quotes values, so only the error shows it, once.
    pub detail: Box<str>,
    /// True if the statement may have been committed nevertheless.
    pub outcome_unknown: bool,
    /// The column that the database blames, if it names one.
    pub column: Option<Box<str>>,
    /// How long the sink waited for an answer that did not come.
    pub waited: Duration,
    /// The position in the statement, in characters from 1 on, where the database found the error; 0 if it did not say.
    pub position: u16,
}

/// feature_not_supported, syntax_error, undefined_function, datatype_mismatch, indeterminate_datatype, wrong_object_type.
const UNSUPPORTED: [&str; 6] = ["0A000", "42601", "42883", "42804", "42P18", "42809"];

/// How the hint begins when a correct clock or new credentials may fix the refusal.
const STALE: [&str; 3] = [
    "signature expired",
    "signature not yet current",
    "the security token included in the request is expired",
];

/// How the client's error begins for a request that it cannot encode. The connection stays usable.
const UNSENT: [&str; 3] = ["error encoding message", "error serializing parameter", "expected "];

/// Characters that are kept of each text from the database. It may quote a value of several megabytes.
const KEPT: usize = 2_000;
/// Characters of message and hint in a dead letter.
const LETTER: usize = 1_000;
/// Characters of the detail in a dead letter.
const LETTER_DETAIL: usize = 200;

impl Failure {
    /// A fault that does not come from an answer of the database.
    pub fn local(fault: Fault, text: impl Into<String>) -> Self {
        Self {
            fault,
            sqlstate: None,
            text: text.into(),
            hint: Box::default(),
            detail: Box::default(),
            outcome_unknown: false,
            column: None,
            waited: Duration::ZERO,
            position: 0,
        }
    }

    /// The same where it is known that nothing was committed.
    #[must_use]
    pub fn not_committed(self) -> Self {
        Self { outcome_unknown: false, ..self }
    }

    /// True if the database does not support the statement's form. False if it refuses what the statement does.
    #[must_use]
    pub fn unsupported(&self) -> bool {
        self.sqlstate.as_deref().is_some_and(|state| UNSUPPORTED.contains(&state))
    }

    /// True if a key or an index entry is larger than the database allows.
    #[must_use]
    pub fn key_too_large(&self) -> bool {
        self.sqlstate.as_deref() == Some("54000") && starts(&self.text, "key size too large")
    }

    /// What happened, for a log line at each try: without the detail.
    #[must_use]
    pub fn told(&self, values: Values) -> String {
        self.words(values, false)
    }

    /// The database's whole answer, for the error.
    #[must_use]
    pub fn told_all(&self, values: Values) -> String {
        self.words(values, true)
    }

    /// The text for a dead letter. Unlike a log, it holds the full value anyway.
    #[must_use]
    pub fn letter(&self) -> String {
        let Self { text, hint, detail, .. } = self;
        let hint = if hint.is_empty() { String::new() } else { format!("; {hint}") };
        let detail = if detail.is_empty() { String::new() } else { format!("; {detail}") };
        format!("{}{}", cut(&format!("{text}{hint}"), LETTER), cut(&detail, LETTER_DETAIL))
    }

    fn words(&self, values: Values, detail: bool) -> String {
        match &self.sqlstate {
            // Text from the network or from this library: it has no values.
            None => self.text.clone(),
            Some(sqlstate) => {
                let Self { text, hint, detail: more, .. } = self;
                values.answer(&Answer { sqlstate, message: text, hint, detail: more }, detail)
            }
        }
    }

    /// Classifies an error of a statement that commits by itself.
    #[must_use]
    pub fn executing(error: &Error) -> Self {
        let Some(answer) = error.as_db_error() else {
            let text = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            if UNSENT.iter().any(|start| starts(&error.to_string(), start)) {
                return Self::local(Fault::Rejected, format!("nothing was sent: {text}"));
            }
            return Self { outcome_unknown: true, ..Self::local(Fault::Lost, text) };
        };
        let position = match answer.position() {
            Some(ErrorPosition::Original(position)) => u16::try_from(*position).unwrap_or_default(),
            _ => 0,
        };
        let kept = |text: Option<&str>| cut(text.unwrap_or_default(), KEPT);
        let fault = fault_of(answer.code().code(), answer.message(), answer.hint().unwrap_or_default());
        Self {
            fault,
            sqlstate: Some(answer.code().code().to_owned()),
            text: kept(Some(answer.message())),
            hint: kept(answer.hint()).into(),
            detail: kept(answer.detail()).into(),
            outcome_unknown: matches!(fault, Fault::Unavailable | Fault::Lost),
            column: answer.column().map(Into::into),
            waited: Duration::ZERO,
            position,
        }
    }
}

/// The table. Order matters only where a SQLSTATE covers several conditions.
fn fault_of(sqlstate: &str, message: &str, hint: &str) -> Fault {
    let says = |start: &str| starts(message, start);
    match sqlstate {
        // Some clients report the marker in place of the SQLSTATE.
        "OC000" => Fault::Conflict,
        "OC001" => Fault::SchemaChanged,
        "40001" if says("schema has been updated by another transaction") => Fault::SchemaChanged,
        "40001" | "40P01" => Fault::Conflict,
        "0A000" if says("cached plan must not change result type") => Fault::SchemaChanged,
        "XX000" if says("server unavailable") => Fault::Unavailable,
        _ if says("unable to accept connection, waking up") => Fault::Waking,
        _ if says("unable to accept connection, access denied") => {
            if STALE.iter().any(|start| starts(hint, start)) { Fault::TokenExpired } else { Fault::Denied }
        }
        _ if says("unable to accept connection, rate exceeded") => Fault::Throttled,
        _ if says("unable to accept connection, too many") => Fault::Throttled,
        // The client or its address is wrong, so each try would fail.
        _ if says("unable to accept connection, sni was") || says("unable to accept connection, ssl is") => {
            Fault::Rejected
        }
        _ if says("iam authentication failed") => Fault::Denied,
        "53300" | "53400" => Fault::Throttled,
        "28000" | "28P01" => Fault::Denied,
        "42501" => Fault::Permission,
        "42P01" | "42703" | "42P10" | "3F000" | "3D000" => Fault::Missing,
        "54000" if says("transaction row limit") || says("transaction size limit") => Fault::TooBig,
        "54000" if says("query requires") => Fault::TooBig,
        // A transaction with fewer rows takes less time.
        "54000" if says("transaction age limit") => Fault::TooSlow,
        _ if quota::cure(sqlstate, message).is_some() => Fault::Quota,
        "54011" => Fault::Form,
        "54000" if says("key size greater than") || says("view definition too large") => Fault::Form,
        "54000" => Fault::BadRow,
        "53200" => Fault::TooBig,
        "23505" => Fault::Unique,
        "23503" => Fault::Reference,
        // Not even the rollback succeeded: the connection is no longer usable.
        "25P02" => Fault::Lost,
        "57P01" | "57P02" | "57P03" | "57P05" => Fault::Lost,
        _ => match sqlstate.get(..2) {
            Some("22" | "23") => Fault::BadRow,
            Some("08") => Fault::Lost,
            _ => Fault::Rejected,
        },
    }
}

/// True if a text begins with `start`, without regard to case.
pub(super) fn starts(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sqlstate: &str, message: &str, hint: &str, expected: Fault) {
        assert_eq!(fault_of(sqlstate, message, hint), expected, "{sqlstate} {message} {hint}");
    }

    #[test]
    fn recorded_answers_are_told_apart() {
        check("40001", "change conflicts with another transaction (OC000)", "", Fault::Conflict);
        check("40001", "schema has been updated by another transaction (OC001)", "", Fault::SchemaChanged);
        check("OC001", "", "", Fault::SchemaChanged);
        check("XX000", "server unavailable", "", Fault::Unavailable);
        check("XX000", "invalid memory alloc request", "", Fault::Rejected);
        check("54000", "transaction row limit exceeded", "", Fault::TooBig);
        check("54000", "transaction size limit 10mb exceeded", "", Fault::TooBig);
        check("54000", "maximum row size exceeded", "", Fault::BadRow);
        check("54000", "transaction age limit of 300s exceeded", "", Fault::TooSlow);
        check("54000", "More than 10 schemas not allowed", "", Fault::Quota);
        check("53100", "Current cluster size exceeds cluster size limit.", "", Fault::Quota);
        check("54011", "tables can have at most 255 columns", "", Fault::Form);
        check("08006", "unable to accept connection, sni was not received", "", Fault::Rejected);
        check(
            "54000",
            "datatype limit greater than 1048576 bytes not supported for bytea",
            "",
            Fault::BadRow,
        );
        check("22003", "numeric field overflow", "", Fault::BadRow);
        check("23505", "duplicate key value violates unique constraint \"u\"", "", Fault::Unique);
        check("23502", "null value in column \"n\"", "", Fault::BadRow);
        check("42501", "permission denied for table orders", "", Fault::Permission);
        check("42P01", "relation \"orders\" does not exist", "", Fault::Missing);
        check("53400", "Unable to accept connection, rate exceeded.", "", Fault::Throttled);
        check(
            "08006",
            "unable to accept connection, waking up cluster, please retry later",
            "",
            Fault::Waking,
        );
    }

    #[test]
    fn a_refused_token_is_not_a_lost_connection() {
        let denied = "unable to accept connection, access denied";
        check("08006", denied, "Signature expired: 20260102T030405Z is now earlier", Fault::TokenExpired);
        check("08006", denied, "Signature not yet current: 20260102T030405Z is still", Fault::TokenExpired);
        check("08006", denied, "The security token included in the request is expired", Fault::TokenExpired);
        check("08006", denied, "The security token included in the request is invalid.", Fault::Denied);
        check("08006", denied, "User: arn:aws:iam::1:user/x is not authorized", Fault::Denied);
        check("08006", denied, "Wrong user to action mapping. user: admin, action: DbConnect", Fault::Denied);
        check("08006", "connection failure", "", Fault::Lost);
    }

    #[test]
    fn words_within_a_message_decide_nothing() {
        check("23505", "Key (name)=(server unavailable) already exists", "", Fault::Unique);
        check("22P02", "invalid input: \"transaction row limit exceeded\"", "", Fault::BadRow);
    }
}
