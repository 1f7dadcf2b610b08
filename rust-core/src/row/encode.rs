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
//! No value is rounded, cut or replaced. A float column can hold a number if the nearest float, written in its shortest
//! form, is that number again: 0.1, but not 16777217 in a real.

mod moment;

use std::fmt;

use crate::limits;
use crate::row::column::{Column, ColumnType};
use crate::row::numeric::{self, Decimal};
use crate::row::tuple;
use crate::row::value::{Value, shorten};
use crate::tell::Values;

/// Why a value cannot be written to its column. The sentence continues after the column's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The shortened value with which the sentence begins; empty if it begins without one.
    value: String,
    words: String,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blank = if self.value.is_empty() { "" } else { " " };
        write!(f, "{}{blank}{}", self.value, self.words)
    }
}

impl Misfit {
    /// The same for logs; `key` if the value is one of the row's key.
    #[must_use]
    pub fn told(&self, values: Values, key: bool) -> String {
        if self.value.is_empty() {
            return self.words.clone();
        }
        format!("{} {}", values.value(&self.value, key), self.words)
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
        Value::Decimal { scale, unscaled } => small_decimal(unscaled, scale, column, out),
        Value::BigDecimal { scale, unscaled } => {
            let number = Decimal::from_digits(unscaled, scale).ok_or_else(|| {
                misfit(format!("a number of {} digits and scale {scale} is too long", unscaled.len()))
            })?;
            decimal(&number, column, out)
        }
        Value::Text(value) => text(value, column, out),
        Value::Bytes(value) => bytes(value, column, out),
        Value::Date { days } => moment::date(days, column, out),
        Value::Time { nanos } => moment::time(nanos, column, out),
        Value::Timestamp { seconds, nanos } => moment::timestamp(seconds, nanos, None, column, out),
        Value::TimestampTz { seconds, nanos, offset } => {
            moment::timestamp(seconds, nanos, Some(offset), column, out)
        }
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
            _ => Err(valued(value, format!("is neither 0 nor 1, as {} needs it", column.ty))),
        },
        ColumnType::Numeric(_) => small_decimal(value, 0, column, out),
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
                .ok_or_else(|| valued(shown, format!("is no finite number, as {} needs it", column.ty)))?;
            decimal(&number, column, out)
        }
        _ => Err(unwritable("a floating point number", column)),
    }
}

fn push_float(value: f64, column: &Column, out: &mut Vec<u8>) -> Result<(), Misfit> {
    // For PostgreSQL 0.0 equals -0.0, and all NaNs are equal. Equal keys must have equal bytes.
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
        return Err(valued(format!("{value:e}"), format!("is out of range for {}", column.ty)));
    }
    let exact = f64::from(narrow) == value || value.is_nan();
    if !exact && !numeric::same(&narrow.to_string(), &value.to_string()) {
        return Err(inexact(&value.to_string(), column));
    }
    tuple::push_array(narrow.to_be_bytes(), out);
    Ok(())
}

fn small_decimal(unscaled: i64, scale: i32, column: &Column, out: &mut Vec<u8>) -> Result<(), Misfit> {
    if let ColumnType::Numeric(Some(limits)) = column.ty
        && let Some((bytes, length)) = numeric::short(unscaled, scale, limits)
    {
        return push_bytes(&bytes[..length], false, out);
    }
    let number = Decimal::from_i64(unscaled, scale).ok_or_else(|| scale_misfit(scale))?;
    decimal(&number, column, out)
}

fn decimal(number: &Decimal, column: &Column, out: &mut Vec<u8>) -> Result<(), Misfit> {
    match column.ty {
        ColumnType::Numeric(limits) => tuple::push_with(out, false, misfit("is too long"), |out| {
            number.encode(limits, column.key, out).map_err(|why| {
                valued(shorten(&number.to_text()), format!("does not fit {} exactly: {why}", column.ty))
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

/// True for column types whose texts the database parses, sent in text format.
#[must_use]
pub fn in_text_format(ty: ColumnType) -> bool {
    matches!(
        ty,
        ColumnType::Bool
            | ColumnType::Date
            | ColumnType::Time(_)
            | ColumnType::Timetz(_)
            | ColumnType::Timestamp(_)
            | ColumnType::Timestamptz(_)
            | ColumnType::Interval
    )
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
            let bytes =
                uuid(value).ok_or_else(|| valued(format!("'{}'", shorten(value)), "is not a uuid"))?;
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
                valued(format!("'{}'", shorten(value)), format!("is not a number, as {} needs it", column.ty))
            })?;
            decimal(&number, column, out)
        }
        // Bytes can be written as text in many ways, and only the source knows which one it used.
        ColumnType::Bytea => Err(unwritable("a text", column)),
        // Several texts can mean one value, and a key needs one form.
        _ if column.key => Err(unwritable("a text in a key", column)),
        _ => {
            no_nul(value)?;
            moment::check_text(value, column)?;
            push_str(value, true, out)
        }
    }
}

#[inline]
fn push_text(value: &str, column: &Column, out: &mut Vec<u8>) -> Result<(), Misfit> {
    no_nul(value)?;
    let value = match column.ty {
        // Trailing blanks have no meaning in a char column. Equal keys must have equal bytes.
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
    push_bytes(value.as_bytes(), as_text, out)
}

/// For values that are known to fit in a message.
#[inline]
fn push_bytes(value: &[u8], as_text: bool, out: &mut Vec<u8>) -> Result<(), Misfit> {
    tuple::push_with(out, as_text, misfit(""), |out| {
        out.extend_from_slice(value);
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
        ColumnType::Bytea => push_bytes(value, false, out),
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

fn inexact(number: &str, column: &Column) -> Misfit {
    valued(shorten(number), format!("does not fit {} exactly", column.ty))
}

fn scale_misfit(scale: i32) -> Misfit {
    misfit(format!("a decimal number of scale {scale} is out of any column's range"))
}

fn range(value: i64, column: &Column) -> Misfit {
    valued(value, format!("is out of range for {}", column.ty))
}

fn unwritable(what: &str, column: &Column) -> Misfit {
    misfit(format!(
        "is {what} (source type {}), which cannot be written to a column of type {}; change the column's type or convert the value with a transform",
        column.source_type, column.ty
    ))
}

fn misfit(why: impl Into<String>) -> Misfit {
    Misfit { value: String::new(), words: why.into() }
}

/// A sentence that begins with the value.
fn valued(value: impl fmt::Display, words: impl Into<String>) -> Misfit {
    Misfit { value: value.to_string(), words: words.into() }
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests;
