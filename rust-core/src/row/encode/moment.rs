//! Dates and times into their columns, as values and as texts.

use super::{Misfit, misfit, push_text, unwritable, valued};
use crate::row::column::{Column, ColumnType};
use crate::row::temporal::Infinite;
use crate::row::value::shorten;
use crate::row::{temporal, tuple};

/// Refuses texts of which the database would ignore a part: a finer fraction, a date, a time of day, a zone.
pub(super) fn check_text(value: &str, column: &Column) -> Result<(), Misfit> {
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
    Err(valued(format!("'{}'", shorten(value)), format!("has {lost}, which {} does not hold", column.ty)))
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

pub(super) fn date(days: i64, column: &Column, out: &mut Vec<u8>) -> Result<(), Misfit> {
    if let Some(end) = Infinite::of(days) {
        return infinite(end, "a date", column, out);
    }
    let outside =
        || valued(format!("day {days} since 1970-01-01"), format!("is outside the range of {}", column.ty));
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

pub(super) fn time(nanos: i64, column: &Column, out: &mut Vec<u8>) -> Result<(), Misfit> {
    let outside = || valued(format!("{nanos} ns"), "is not a time of the day");
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
pub(super) fn timestamp(
    seconds: i64,
    nanos: i32,
    offset: Option<i32>,
    column: &Column,
    out: &mut Vec<u8>,
) -> Result<(), Misfit> {
    if let Some(end) = Infinite::of_seconds(seconds) {
        return infinite(end, "a timestamp", column, out);
    }
    let outside = || {
        valued(format!("second {seconds} since 1970-01-01"), format!("is outside the range of {}", column.ty))
    };
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

fn infinite(end: Infinite, what: &str, column: &Column, out: &mut Vec<u8>) -> Result<(), Misfit> {
    match column.ty {
        ColumnType::Date => tuple::push_array(end.date().to_be_bytes(), out),
        ColumnType::Timestamp(_) | ColumnType::Timestamptz(_) => {
            tuple::push_array(end.timestamp().to_be_bytes(), out);
        }
        ColumnType::Text | ColumnType::Varchar(_) | ColumnType::Bpchar(_) => {
            push_text(end.text(), column, out)?;
        }
        _ => return Err(unwritable(what, column)),
    }
    Ok(())
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
    valued(
        shown,
        format!(
            "has a finer fraction of a second than {} holds; cut it by a transform, or give the column more digits \
         (6 at most)",
            column.ty
        ),
    )
}
