//! A value as it crosses the border, and as messages show it.

use std::fmt;

use crate::row::numeric::Decimal;
use crate::row::temporal::{self, Infinite};
use crate::tell::cut;

/// A value as it crossed the border.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)] // the tags in crate::abi tell units
pub enum Value<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float32(f32),
    Float64(f64),
    Decimal { scale: i32, unscaled: i64 },
    BigDecimal { scale: i32, unscaled: &'a str },
    Text(&'a str),
    Bytes(&'a [u8]),
    Date { days: i64 },
    Time { nanos: i64 },
    Timestamp { seconds: i64, nanos: i32 },
    TimestampTz { seconds: i64, nanos: i32, offset: i32 },
}

/// As it is shown in messages.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |end: Infinite| end.text().to_owned();
        let shown = match *self {
            Value::Null => None,
            Value::Bool(value) => Some(value.to_string()),
            Value::Int(value) => Some(value.to_string()),
            Value::Float32(value) => Some(value.to_string()),
            Value::Float64(value) => Some(value.to_string()),
            Value::Decimal { scale, unscaled } => Decimal::from_i64(unscaled, scale).map(|n| n.to_text()),
            Value::BigDecimal { scale, unscaled } => {
                Decimal::from_digits(unscaled, scale).map(|n| n.to_text())
            }
            Value::Text(value) => Some(format!("'{}'", shorten(&value.escape_debug().to_string()))),
            Value::Bytes(value) => Some(format!("{} bytes", value.len())),
            Value::Date { days } if Infinite::of(days).is_some() => Infinite::of(days).map(shown),
            Value::Timestamp { seconds, .. } | Value::TimestampTz { seconds, .. }
                if Infinite::of_seconds(seconds).is_some() =>
            {
                Infinite::of_seconds(seconds).map(shown)
            }
            Value::Date { days } => temporal::date_text(days),
            Value::Time { nanos } => temporal::time_text(nanos),
            Value::Timestamp { seconds, nanos } => temporal::timestamp_text(seconds, nanos, None),
            Value::TimestampTz { seconds, nanos, offset } => {
                temporal::timestamp_text(seconds, nanos, Some(offset))
            }
        };
        f.write_str(shown.as_deref().unwrap_or("NULL"))
    }
}

/// Shortens a value for people who read the log.
pub(super) fn shorten(text: &str) -> String {
    const SHOWN: usize = 60;
    cut(text, SHOWN)
}
