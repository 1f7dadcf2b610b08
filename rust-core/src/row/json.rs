//! Values as JSON, for dead letters: a number, a boolean or a text that the database reads as the same value.

use serde_json::{Map, Value as Json};

use crate::row::column::{Column, ColumnType};
use crate::row::numeric::{self, Decimal};
use crate::row::temporal::{self, EPOCH_DAYS};
use crate::row::tuple::Param;
use crate::row::value::Value;

/// Seconds from 1970-01-01 to 2000-01-01.
const EPOCH_SECONDS: i64 = EPOCH_DAYS * 86_400;

/// Columns with their values, in the order of the table.
pub fn object<'a>(values: impl Iterator<Item = (&'a Column, Json)>) -> Map<String, Json> {
    values.map(|(column, value)| (column.name.clone(), value)).collect()
}

/// A value as the source gave it.
#[must_use]
pub fn of_value(value: Value<'_>) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => value.into(),
        Value::Int(value) => value.into(),
        Value::Float32(value) => float(value.into(), &value.to_string()),
        Value::Float64(value) => float(value, &value.to_string()),
        Value::Decimal { scale, unscaled } => text(Decimal::from_i64(unscaled, scale).map(|n| n.to_text())),
        Value::BigDecimal { scale, unscaled } => {
            text(Decimal::from_digits(unscaled, scale).map(|n| n.to_text()))
        }
        Value::Text(value) => value.into(),
        Value::Bytes(value) => hex(value),
        Value::Date { .. } | Value::Time { .. } | Value::Timestamp { .. } | Value::TimestampTz { .. } => {
            value.to_string().into()
        }
    }
}

/// A parameter of a statement.
#[must_use]
pub fn of_param(ty: ColumnType, param: Param<'_>) -> Json {
    let Some(bytes) = param.bytes else { return Json::Null };
    if param.text {
        return String::from_utf8_lossy(bytes).into();
    }
    binary(ty, bytes).unwrap_or_else(|| hex(bytes))
}

/// `None` if the bytes do not have the type's format. This library never writes such bytes.
fn binary(ty: ColumnType, bytes: &[u8]) -> Option<Json> {
    Some(match ty {
        ColumnType::Bool => (*bytes.first()? != 0).into(),
        ColumnType::Int2 => i16::from_be_bytes(bytes.try_into().ok()?).into(),
        ColumnType::Int4 => i32::from_be_bytes(bytes.try_into().ok()?).into(),
        ColumnType::Int8 => i64::from_be_bytes(bytes.try_into().ok()?).into(),
        ColumnType::Float4 => {
            let value = f32::from_be_bytes(bytes.try_into().ok()?);
            float(value.into(), &value.to_string())
        }
        ColumnType::Float8 => {
            let value = f64::from_be_bytes(bytes.try_into().ok()?);
            float(value, &value.to_string())
        }
        ColumnType::Numeric(_) => text(numeric::decode(bytes)),
        ColumnType::Text | ColumnType::Varchar(_) | ColumnType::Bpchar(_) | ColumnType::Json => {
            std::str::from_utf8(bytes).ok()?.into()
        }
        // A version number stands before the text.
        ColumnType::Jsonb => std::str::from_utf8(bytes.get(1..)?).ok()?.into(),
        ColumnType::Bytea => hex(bytes),
        ColumnType::Uuid => {
            let digits = format!("{:032x}", u128::from_be_bytes(bytes.try_into().ok()?));
            let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
            parts.join("-").into()
        }
        ColumnType::Date => {
            let days = i32::from_be_bytes(bytes.try_into().ok()?);
            match days {
                i32::MAX => "infinity".into(),
                i32::MIN => "-infinity".into(),
                days => text(temporal::date_text(i64::from(days) + EPOCH_DAYS)),
            }
        }
        ColumnType::Time(_) => time(bytes)?.into(),
        ColumnType::Timetz(_) => {
            let (micros, west) = bytes.split_at_checked(8)?;
            let west = i32::from_be_bytes(west.try_into().ok()?);
            let (sign, zone) = (if west > 0 { '-' } else { '+' }, west.unsigned_abs());
            format!("{}{sign}{:02}:{:02}:{:02}", time(micros)?, zone / 3_600, zone / 60 % 60, zone % 60)
                .into()
        }
        ColumnType::Timestamp(_) => text(moment(bytes, None)?),
        ColumnType::Timestamptz(_) => text(moment(bytes, Some(0))?),
        ColumnType::Interval => {
            let (micros, rest) = bytes.split_at_checked(8)?;
            let (days, months) = rest.split_at_checked(4)?;
            let micros = i64::from_be_bytes(micros.try_into().ok()?);
            let days = i32::from_be_bytes(days.try_into().ok()?);
            let months = i32::from_be_bytes(months.try_into().ok()?);
            format!("{months} months {days} days {micros} microseconds").into()
        }
    })
}

fn time(bytes: &[u8]) -> Option<String> {
    temporal::time_text(i64::from_be_bytes(bytes.try_into().ok()?).checked_mul(1_000)?)
}

fn moment(bytes: &[u8], offset: Option<i32>) -> Option<Option<String>> {
    let micros = i64::from_be_bytes(bytes.try_into().ok()?);
    Some(match micros {
        i64::MAX => Some("infinity".to_owned()),
        i64::MIN => Some("-infinity".to_owned()),
        micros => {
            let seconds = micros.div_euclid(1_000_000) + EPOCH_SECONDS;
            let nanos = i32::try_from(micros.rem_euclid(1_000_000) * 1_000).ok()?;
            temporal::timestamp_text(seconds, nanos, offset)
        }
    })
}

/// JSON has no infinity, and no number that is none.
fn float(value: f64, shown: &str) -> Json {
    match value {
        f64::INFINITY => "Infinity".into(),
        f64::NEG_INFINITY => "-Infinity".into(),
        _ if value.is_nan() => "NaN".into(),
        // By its own shortest text, so that a real keeps its digits.
        _ => shown
            .parse()
            .ok()
            .and_then(serde_json::Number::from_f64)
            .map_or_else(|| shown.into(), Json::Number),
    }
}

fn text(text: Option<String>) -> Json {
    text.map_or(Json::Null, Json::String)
}

/// As the database reads bytea.
fn hex(bytes: &[u8]) -> Json {
    let mut text = String::with_capacity(2 + 2 * bytes.len());
    text.push_str("\\x");
    bytes.iter().for_each(|byte| text.push_str(&format!("{byte:02x}")));
    text.into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::row::{encode, tuple};

    /// What is written for a column of the type, read back.
    #[track_caller]
    fn check(value: Value<'_>, ty: ColumnType, shown: Json) {
        let column = Column {
            name: "c".to_owned(),
            source_type: String::new(),
            ty,
            nullable: true,
            key: false,
            sent: true,
            identity: false,
        };
        let mut run = Vec::new();
        encode::encode(value, &column, &mut run).unwrap();
        assert_eq!(of_param(ty, tuple::params(&run).next().unwrap()), shown, "{ty}");
    }

    #[test]
    fn parameters_are_read_back() {
        check(Value::Null, ColumnType::Int4, Json::Null);
        check(Value::Int(-7), ColumnType::Int2, (-7).into());
        check(Value::Int(i64::MIN), ColumnType::Int8, i64::MIN.into());
        check(Value::Bool(true), ColumnType::Bool, true.into());
        check(Value::Float32(0.1), ColumnType::Float4, 0.1.into());
        check(Value::Float64(f64::NAN), ColumnType::Float8, "NaN".into());
        for text in ["-0.05", "12345678901234567890.5", "10000", "0", "0.00001234"] {
            let number = Decimal::parse(text).unwrap().to_text();
            check(Value::Text(text), ColumnType::Numeric(None), number.into());
        }
        check(Value::Text("a\u{1F600}"), ColumnType::Text, "a\u{1F600}".into());
        check(Value::Text("{}"), ColumnType::Jsonb, "{}".into());
        check(Value::Bytes(&[0, 255]), ColumnType::Bytea, "\\x00ff".into());
        let uuid = "0a1b2c3d-0000-1111-2222-0123456789ab";
        check(Value::Text(uuid), ColumnType::Uuid, uuid.into());
        check(Value::Date { days: -1 }, ColumnType::Date, "1969-12-31".into());
        check(Value::Time { nanos: 1_500_000_000 }, ColumnType::Time(6), "00:00:01.5".into());
        let moment = Value::Timestamp { seconds: -1, nanos: 500_000_000 };
        check(moment, ColumnType::Timestamp(6), "1969-12-31 23:59:59.5".into());
        check(moment, ColumnType::Timestamptz(6), "1969-12-31 23:59:59.5+00:00".into());
        check(Value::Text("1 day"), ColumnType::Interval, "1 day".into());
    }

    #[test]
    fn values_of_the_source_are_shown() {
        assert_eq!(of_value(Value::Decimal { scale: 2, unscaled: 150 }), "1.50");
        assert_eq!(of_value(Value::Date { days: 0 }), "1970-01-01");
        assert_eq!(of_value(Value::Float64(1e300)), Json::from(1e300));
    }
}
