//! One value into one column: exact, or refused with the reason.
//!
//! | value | columns |
//! |---|---|
//! | BOOL | boolean, integers and numeric (0, 1), text |
//! | INT*, DECIMAL, FLOAT* | numeric, integers and floats, boolean (0, 1; not FLOAT*), text |
//! | TEXT | text, json, uuid, numbers; any other column that is not in the key is parsed by the database |
//! | BYTES | bytea, uuid if 16 bytes |
//! | DATE, TIME, TIMESTAMP, TIMESTAMP_TZ | the same; date to timestamp, timestamp to timestamptz and back (UTC), time to interval; text |
//!
//! Nothing is rounded, cut or replaced. A float column holds a number if the nearest float, written in its
//! shortest form, is that number again: 0.1, but not 16777217 in a real.

use std::fmt;

use crate::limits;
use crate::row::numeric::{self, Decimal};
use crate::row::value::{Value, shorten};
use crate::row::{temporal, tuple};
use crate::schema::{Column, ColumnType};

/// Why a value cannot be written to its column; the sentence goes on after the column's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit(String);

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Appends `value` as a parameter for `column`.
///
/// # Errors
/// The reason, if the column cannot hold exactly this value. Nothing is appended then.
#[inline]
pub fn encode(value: Value<'_>, column: &Column, out: &mut Vec<u8>) -> Result<(), Misfit> {
    match value {
        Value::Null => null(column, out),
        Value::Bool(value) => integer(value.into(), Some(value), column, out),
        Value::Int(value) => integer(value, None, column, out),
        Value::Float32(value) => float(value.into(), &value, column, out),
        Value::Float64(value) => float(value, &value, column, out),
        Value::Decimal { scale, unscaled } => {
            let number = Decimal::from_i64(unscaled, scale).ok_or_else(|| scale_misfit(scale))?;
            decimal(&number, column, out)
        }
        Value::BigDecimal { scale, unscaled } => {
            let number = Decimal::from_digits(unscaled, scale).ok_or_else(|| {
                misfit(format!("a number of {} digits and scale {scale} is too long", unscaled.len()))
            })?;
            decimal(&number, column, out)
        }
        Value::Text(value) => text(value, column, out),
        Value::Bytes(value) => bytes(value, column, out),
        Value::Date { days } => date(days, column, out),
        Value::Time { nanos } => time(nanos, column, out),
        Value::Timestamp { seconds, nanos } => timestamp(seconds, nanos, None, column, out),
        Value::TimestampTz { seconds, nanos, offset } => timestamp(seconds, nanos, Some(offset), column, out),
    }
}

fn null(column: &Column, out: &mut Vec<u8>) -> Result<(), Misfit> {
    if column.key {
        return Err(misfit(
            "is NULL, but it is part of the key; correct the row or choose other primary_keys",
        ));
    }
    if !column.nullable {
        return Err(misfit("is NULL, but the column is NOT NULL; correct the row or drop the constraint"));
    }
    tuple::push_null(out);
    Ok(())
}

#[inline]
fn integer(value: i64, flag: Option<bool>, column: &Column, out: &mut Vec<u8>) -> Result<(), Misfit> {
    match column.ty {
        ColumnType::Int2 => i16::try_from(value)
            .map(|v| tuple::push_array(v.to_be_bytes(), out))
            .map_err(|_| range(value, column)),
        ColumnType::Int4 => i32::try_from(value)
            .map(|v| tuple::push_array(v.to_be_bytes(), out))
            .map_err(|_| range(value, column)),
        ColumnType::Int8 => {
            tuple::push_array(value.to_be_bytes(), out);
            Ok(())
        }
        ColumnType::Bool => match value {
            0 | 1 => {
                tuple::push_array([u8::from(value == 1)], out);
                Ok(())
            }
            _ => Err(misfit(format!("{value} is neither 0 nor 1, as {} needs it", column.ty))),
        },
        ColumnType::Numeric(_) => {
            let number = Decimal::from_i64(value, 0).ok_or_else(|| scale_misfit(0))?;
            decimal(&number, column, out)
        }
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // compared after it
        ColumnType::Float4 | ColumnType::Float8 if flag.is_none() => {
            let nearest = value as f64;
            if nearest as i128 != i128::from(value) {
                return Err(inexact(&value.to_string(), column));
            }
            push_float(nearest, column, out)
        }
        ColumnType::Text | ColumnType::Varchar(_) | ColumnType::Bpchar(_) => match flag {
            Some(flag) => push_text(if flag { "true" } else { "false" }, column, out),
            None => push_text(&value.to_string(), column, out),
        },
        _ => Err(unwritable(if flag.is_some() { "a boolean" } else { "an integer" }, column)),
    }
}

/// `shown` is the value in its own width, whose shortest text is exact for it.
fn float(value: f64, shown: &dyn fmt::Display, column: &Column, out: &mut Vec<u8>) -> Result<(), Misfit> {
    match column.ty {
        ColumnType::Float4 | ColumnType::Float8 => push_float(value, column, out),
        ColumnType::Text | ColumnType::Varchar(_) | ColumnType::Bpchar(_) => {
            let text = match value {
                f64::INFINITY => "Infinity".to_owned(),
                f64::NEG_INFINITY => "-Infinity".to_owned(),
                _ => shown.to_string(),
            };
            push_text(&text, column, out)
        }
        ColumnType::Numeric(_) if value.is_nan() => {
            tuple::push_array(numeric::NAN, out);
            Ok(())
        }
        ColumnType::Numeric(_) | ColumnType::Int2 | ColumnType::Int4 | ColumnType::Int8 => {
            let number = Decimal::parse(&shown.to_string())
                .ok_or_else(|| misfit(format!("{shown} is no finite number, as {} needs it", column.ty)))?;
            decimal(&number, column, out)
        }
        _ => Err(unwritable("a floating point number", column)),
    }
}

fn push_float(value: f64, column: &Column, out: &mut Vec<u8>) -> Result<(), Misfit> {
    // PostgreSQL takes 0.0 and -0.0, and all NaNs, for equal; equal keys must be equal bytes.
    let value = if column.key && value == 0.0 {
        0.0
    } else if value.is_nan() {
        f64::NAN
    } else {
        value
    };
    if column.ty == ColumnType::Float8 {
        tuple::push_array(value.to_be_bytes(), out);
        return Ok(());
    }
    #[allow(clippy::cast_possible_truncation)] // to the nearest real, which is then compared
    let narrow = value as f32;
    if narrow.is_infinite() && value.is_finite() {
        return Err(misfit(format!("{value:e} is out of range for {}", column.ty)));
    }
    let exact = f64::from(narrow) == value || value.is_nan();
    if !exact && !numeric::same(&narrow.to_string(), &value.to_string()) {
        return Err(inexact(&value.to_string(), column));
    }
    tuple::push_array(narrow.to_be_bytes(), out);
    Ok(())
}

fn decimal(number: &Decimal, column: &Column, out: &mut Vec<u8>) -> Result<(), Misfit> {
    match column.ty {
        ColumnType::Numeric(limits) => tuple::push_with(out, false, misfit("is too long"), |out| {
            number.encode(limits, column.key, out).map_err(|why| {
                misfit(format!("{} does not fit {} exactly: {why}", shorten(&number.to_text()), column.ty))
            })
        }),
        ColumnType::Int2 | ColumnType::Int4 | ColumnType::Int8 | ColumnType::Bool => {
            let value = number.to_i64().ok_or_else(|| inexact(&number.to_text(), column))?;
            integer(value, None, column, out)
        }
        ColumnType::Float4 | ColumnType::Float8 => {
            // The standard library parses to the nearest float.
            let text = number.to_text();
            let value = text.parse::<f64>().map_err(|_| misfit("is not a number"))?;
            if value.is_infinite() || !numeric::same(&value.to_string(), &text) {
                return Err(inexact(&text, column));
            }
            push_float(value, column, out)
        }
        ColumnType::Text | ColumnType::Varchar(_) | ColumnType::Bpchar(_) => {
            push_text(&number.to_text(), column, out)
        }
        _ => Err(unwritable("a decimal number", column)),
    }
}

#[inline]
fn text(value: &str, column: &Column, out: &mut Vec<u8>) -> Result<(), Misfit> {
    match column.ty {
        ColumnType::Text | ColumnType::Varchar(_) | ColumnType::Bpchar(_) => push_text(value, column, out),
        ColumnType::Json => push_text(value, column, out),
        ColumnType::Jsonb => {
            no_nul(value)?;
            tuple::push_with(out, false, misfit("is too long for a message"), |out| {
                out.push(1); // version of jsonb's binary form
                out.extend_from_slice(value.as_bytes());
                Ok(())
            })
        }
        ColumnType::Uuid => {
            let bytes = uuid(value).ok_or_else(|| misfit(format!("'{}' is not a uuid", shorten(value))))?;
            tuple::push_array(bytes, out);
            Ok(())
        }
        ColumnType::Int2
        | ColumnType::Int4
        | ColumnType::Int8
        | ColumnType::Numeric(_)
        | ColumnType::Float4
        | ColumnType::Float8 => {
            let number = Decimal::parse(value).ok_or_else(|| {
                misfit(format!("'{}' is not a number, as {} needs it", shorten(value), column.ty))
            })?;
            decimal(&number, column, out)
        }
        // Bytes may be written as text in many ways; only the source knows which it meant.
        ColumnType::Bytea => Err(unwritable("a text", column)),
        // Several texts can mean one value, and a key needs one form.
        _ if column.key => Err(unwritable("a text in a key", column)),
        _ => {
            no_nul(value)?;
            temporal_text(value, column)?;
            push_str(value, true, out)
        }
    }
}

/// Refuses what the database would leave out of a text: a finer fraction, a date, a time of the day, a zone.
fn temporal_text(value: &str, column: &Column) -> Result<(), Misfit> {
    if fraction(column.ty).is_some_and(|digits| temporal::text_fraction(value) > usize::from(digits)) {
        return Err(finer(&shorten(value), column));
    }
    let parts = temporal::text_parts(value);
    let lost = match column.ty {
        ColumnType::Date if parts.time => "a time of the day",
        ColumnType::Time(_) | ColumnType::Timetz(_) if parts.date => "a date",
        ColumnType::Time(_) | ColumnType::Timestamp(_) if parts.zone => "a time zone",
        _ => return Ok(()),
    };
    Err(misfit(format!("'{}' has {lost}, which {} does not hold", shorten(value), column.ty)))
}

/// Digits of a second's fraction that a column of this type holds.
fn fraction(ty: ColumnType) -> Option<u8> {
    match ty {
        ColumnType::Time(digits)
        | ColumnType::Timetz(digits)
        | ColumnType::Timestamp(digits)
        | ColumnType::Timestamptz(digits) => Some(digits),
        ColumnType::Interval => Some(6),
        _ => None,
    }
}

#[inline]
fn push_text(value: &str, column: &Column, out: &mut Vec<u8>) -> Result<(), Misfit> {
    no_nul(value)?;
    let value = match column.ty {
        // Trailing blanks mean nothing in a char column; equal keys must be equal bytes.
        ColumnType::Bpchar(_) => value.trim_end_matches(' '),
        _ => value,
    };
    if let ColumnType::Varchar(Some(limit)) | ColumnType::Bpchar(Some(limit)) = column.ty {
        // No text has more characters than bytes.
        if value.len() > limit {
            let length = value.chars().count();
            if length > limit {
                return Err(misfit(format!("has {length} characters, too many for {}", column.ty)));
            }
        }
    }
    push_str(value, false, out)
}

#[inline]
fn push_str(value: &str, as_text: bool, out: &mut Vec<u8>) -> Result<(), Misfit> {
    if value.len() > limits::ROW_MESSAGE_BYTES {
        return Err(misfit(format!(
            "has {} bytes, more than a message of Aurora DSQL holds (10 MiB)",
            value.len()
        )));
    }
    tuple::push_with(out, as_text, misfit(""), |out| {
        out.extend_from_slice(value.as_bytes());
        Ok(())
    })
}

#[inline]
fn no_nul(value: &str) -> Result<(), Misfit> {
    match memchr::memchr(0, value.as_bytes()) {
        None => Ok(()),
        Some(at) => Err(misfit(format!(
            "has a NUL character (U+0000) at byte {at}, which no text of the database can hold; remove it at the source, for example with a transform"
        ))),
    }
}

fn bytes(value: &[u8], column: &Column, out: &mut Vec<u8>) -> Result<(), Misfit> {
    match column.ty {
        ColumnType::Bytea if value.len() > limits::VALUE_BYTES => Err(misfit(format!(
            "has {} bytes; a bytea value of Aurora DSQL holds at most {}",
            value.len(),
            limits::VALUE_BYTES
        ))),
        ColumnType::Bytea => tuple::push_with(out, false, misfit(""), |out| {
            out.extend_from_slice(value);
            Ok(())
        }),
        ColumnType::Uuid => match <[u8; 16]>::try_from(value) {
            Ok(uuid) => {
                tuple::push_array(uuid, out);
                Ok(())
            }
            Err(_) => Err(misfit(format!("has {} bytes where a uuid has 16", value.len()))),
        },
        _ => Err(unwritable("a run of bytes", column)),
    }
}

fn date(days: i64, column: &Column, out: &mut Vec<u8>) -> Result<(), Misfit> {
    let outside = || misfit(format!("day {days} since 1970-01-01 is outside the range of {}", column.ty));
    match column.ty {
        ColumnType::Date => {
            tuple::push_array(temporal::date(days).ok_or_else(outside)?.to_be_bytes(), out);
            Ok(())
        }
        ColumnType::Timestamp(_) | ColumnType::Timestamptz(_) => {
            let seconds = days.checked_mul(86_400).ok_or_else(outside)?;
            timestamp(seconds, 0, None, column, out)
        }
        ColumnType::Text | ColumnType::Varchar(_) | ColumnType::Bpchar(_) => {
            push_text(&temporal::date_text(days).ok_or_else(outside)?, column, out)
        }
        _ => Err(unwritable("a date", column)),
    }
}

fn time(nanos: i64, column: &Column, out: &mut Vec<u8>) -> Result<(), Misfit> {
    let outside = || misfit(format!("{nanos} ns is not a time of the day"));
    let micros = temporal::time(nanos).ok_or_else(outside)?;
    let shown = || temporal::time_text(nanos).unwrap_or_default();
    match column.ty {
        ColumnType::Time(_)
        | ColumnType::Interval
        | ColumnType::Text
        | ColumnType::Varchar(_)
        | ColumnType::Bpchar(_) => check_fraction(nanos, &shown, column)?,
        _ => return Err(unwritable("a time", column)),
    }
    match column.ty {
        ColumnType::Time(_) => tuple::push_array(micros.to_be_bytes(), out),
        ColumnType::Interval => {
            // Microseconds, then days and months (both 0).
            let mut interval = [0; 16];
            interval[..8].copy_from_slice(&micros.to_be_bytes());
            tuple::push_array(interval, out);
        }
        _ => push_text(&shown(), column, out)?,
    }
    Ok(())
}

/// `offset` is there if the value names an instant. Sessions run in UTC, so an instant and the time
/// without zone that a timestamp column holds are the same number.
fn timestamp(
    seconds: i64,
    nanos: i32,
    offset: Option<i32>,
    column: &Column,
    out: &mut Vec<u8>,
) -> Result<(), Misfit> {
    let outside =
        || misfit(format!("second {seconds} since 1970-01-01 is outside the range of {}", column.ty));
    let shown = || temporal::timestamp_text(seconds, nanos, offset).unwrap_or_default();
    match column.ty {
        ColumnType::Timestamp(_) | ColumnType::Timestamptz(_) => {
            check_fraction(nanos.into(), &shown, column)?;
            let micros = temporal::timestamp(seconds, nanos).ok_or_else(outside)?;
            tuple::push_array(micros.to_be_bytes(), out);
            Ok(())
        }
        ColumnType::Date if offset.is_none() => {
            if seconds.rem_euclid(86_400) != 0 || nanos != 0 {
                return Err(misfit("has a time of the day, which a date column cannot hold"));
            }
            date(seconds.div_euclid(86_400), column, out)
        }
        ColumnType::Text | ColumnType::Varchar(_) | ColumnType::Bpchar(_) => {
            check_fraction(nanos.into(), &shown, column)?;
            push_text(&temporal::timestamp_text(seconds, nanos, offset).ok_or_else(outside)?, column, out)
        }
        _ => Err(unwritable("a timestamp", column)),
    }
}

/// Refuses a fraction of a second that is finer than the column, or than a microsecond where it becomes text.
fn check_fraction(nanos: i64, shown: &dyn Fn() -> String, column: &Column) -> Result<(), Misfit> {
    let digits = fraction(column.ty).unwrap_or(6);
    if temporal::holds(nanos, digits) {
        return Ok(());
    }
    let rest = nanos.rem_euclid(1_000);
    Err(finer(&if rest == 0 { shown() } else { format!("{} and {rest} ns", shown()) }, column))
}

fn finer(shown: &str, column: &Column) -> Misfit {
    misfit(format!(
        "{shown} has a finer fraction of a second than {} holds; cut it by a transform, or give the column more digits \
         (6 at most)",
        column.ty
    ))
}

fn inexact(number: &str, column: &Column) -> Misfit {
    misfit(format!("{} does not fit {} exactly", shorten(number), column.ty))
}

/// 32 hexadecimal digits, with or without hyphens and braces.
fn uuid(text: &str) -> Option<[u8; 16]> {
    let text = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).unwrap_or(text);
    let mut digits = text.chars().filter(|c| *c != '-').map(|c| c.to_digit(16));
    let mut bytes = [0; 16];
    for byte in &mut bytes {
        let pair = digits.next()?? * 16 + digits.next()??;
        *byte = u8::try_from(pair).ok()?;
    }
    digits.next().is_none().then_some(bytes)
}

fn scale_misfit(scale: i32) -> Misfit {
    misfit(format!("a decimal number of scale {scale} is out of any column's range"))
}

fn range(value: i64, column: &Column) -> Misfit {
    misfit(format!("{value} is out of range for {}", column.ty))
}

fn unwritable(what: &str, column: &Column) -> Misfit {
    misfit(format!(
        "is {what} (source type {}), which cannot be written to a column of type {}; change the column's type or convert the value with a transform",
        column.source_type, column.ty
    ))
}

fn misfit(why: impl Into<String>) -> Misfit {
    Misfit(why.into())
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests;
