//! Dates and times: from Java's epoch to PostgreSQL's, in its ranges, in microseconds.

use std::fmt::Write;

/// Days from 1970-01-01 to 2000-01-01, where PostgreSQL counts from.
pub(super) const EPOCH_DAYS: i64 = 10_957;
const DAY_SECONDS: i64 = 86_400;
const DAY_MICROS: i64 = 86_400_000_000;

/// First day of a PostgreSQL date, 4713-11-24 BC, from 2000-01-01 (datatype/timestamp.h).
const FIRST_DAY: i64 = -2_451_545;
/// Last day of a PostgreSQL date, 5874897-12-31.
const LAST_DAY: i64 = 2_145_031_948;
/// First and last microsecond of a PostgreSQL timestamp: 4713-11-24 BC to the end of 294276.
const FIRST_MICRO: i64 = FIRST_DAY * DAY_MICROS;
const LAST_MICRO: i64 = 9_223_371_331_199_999_999;

/// PostgreSQL's JDBC driver returns these days since 1970-01-01 for infinity and -infinity: 292278994-08-17 and
/// 292269055-12-02 BC (PGStatement.DATE_POSITIVE_INFINITY). A time zone may move them, and Java's LocalDate loses the
/// era of the second. No column of the database can hold these days.
const INFINITY_DAY: i64 = 106_751_991_167;
const NEGATIVE_INFINITY_DAY: i64 = 106_748_361_128;
const ZONE_DAYS: i64 = 2;

/// An end of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Infinite {
    /// `infinity`
    Future,
    /// `-infinity`
    Past,
}

impl Infinite {
    /// `infinity` or `-infinity` if the driver means that by this day since 1970-01-01; `None` for a real day.
    #[must_use]
    pub fn of(days: i64) -> Option<Self> {
        let near = |day: i64| (day - ZONE_DAYS..=day + ZONE_DAYS).contains(&days);
        if near(INFINITY_DAY) {
            Some(Self::Future)
        } else {
            near(NEGATIVE_INFINITY_DAY).then_some(Self::Past)
        }
    }

    /// The same for seconds since 1970-01-01T00:00.
    #[must_use]
    pub fn of_seconds(seconds: i64) -> Option<Self> {
        Self::of(seconds.div_euclid(DAY_SECONDS))
    }

    /// As the database writes it.
    #[must_use]
    pub fn text(self) -> &'static str {
        if self == Self::Future { "infinity" } else { "-infinity" }
    }

    /// A date in binary format (DATEVAL_NOEND, DATEVAL_NOBEGIN).
    #[must_use]
    pub fn date(self) -> i32 {
        if self == Self::Future { i32::MAX } else { i32::MIN }
    }

    /// A timestamp in binary format (DT_NOEND, DT_NOBEGIN).
    #[must_use]
    pub fn timestamp(self) -> i64 {
        if self == Self::Future { i64::MAX } else { i64::MIN }
    }
}

/// Days since 2000-01-01 for days since 1970-01-01; `None` outside PostgreSQL's range.
#[must_use]
pub fn date(days: i64) -> Option<i32> {
    let days = days.checked_sub(EPOCH_DAYS)?;
    if (FIRST_DAY..=LAST_DAY).contains(&days) { i32::try_from(days).ok() } else { None }
}

/// Microseconds of the day, without what is shorter; 24:00 is PostgreSQL's upper end.
#[must_use]
pub fn time(nanos: i64) -> Option<i64> {
    let micros = nanos.div_euclid(1_000);
    (0..=DAY_MICROS).contains(&micros).then_some(micros)
}

/// Whether `digits` digits after the second hold this fraction of it.
#[must_use]
pub fn holds(nanos: i64, digits: u8) -> bool {
    let unit = 10_i64.saturating_pow(u32::from(9_u8.saturating_sub(digits)));
    nanos.rem_euclid(unit) == 0
}

/// Digits after the second that a time written as text needs.
#[must_use]
pub fn text_fraction(text: &str) -> usize {
    let after = text.split_once('.').map_or("", |(_, after)| after);
    let digits = after.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    digits.trim_end_matches('0').len()
}

/// What a date or time written as text names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    /// A date.
    pub date: bool,
    /// A time of the day.
    pub time: bool,
    /// A zone other than `Z`: sessions run in UTC, so that one changes nothing.
    pub zone: bool,
}

/// Tells what a text names, in the forms that programs write.
#[must_use]
pub fn text_parts(text: &str) -> Parts {
    let (before, after) = text.split_once(':').map_or((text, None), |(before, after)| (before, Some(after)));
    let after = after.unwrap_or_default().trim_end_matches([' ', 'Z', 'z']);
    let era = [" BC", " AD", " AM", " PM"].iter().any(|mark| after.ends_with(mark));
    let after = if era { &after[..after.len() - 3] } else { after };
    Parts {
        date: before.trim_start_matches('-').contains(['-', '/']),
        time: text.contains(':'),
        zone: after.contains(|c: char| c == '+' || c == '-' || c.is_alphabetic()),
    }
}

/// Microseconds since 2000-01-01T00:00 for seconds since 1970-01-01T00:00 and nanoseconds, without what is
/// shorter; `None` outside PostgreSQL's range.
#[must_use]
pub fn timestamp(seconds: i64, nanos: i32) -> Option<i64> {
    let micros = seconds
        .checked_sub(EPOCH_DAYS * DAY_SECONDS)?
        .checked_mul(1_000_000)?
        .checked_add(i64::from(nanos).div_euclid(1_000))?;
    (FIRST_MICRO..=LAST_MICRO).contains(&micros).then_some(micros)
}

/// `2024-02-29`, a year before 1 with PostgreSQL's ` BC`.
#[must_use]
pub fn date_text(days: i64) -> Option<String> {
    date(days)?;
    let mut text = String::new();
    let before_christ = push_date(days, &mut text);
    text.push_str(before_christ);
    Some(text)
}

/// `12:34:56.5`
#[must_use]
pub fn time_text(nanos: i64) -> Option<String> {
    let mut text = String::new();
    push_time(time(nanos)?, &mut text);
    Some(text)
}

/// `2024-02-29 12:34:56.5`, with `offset` seconds also `+05:30`.
#[must_use]
pub fn timestamp_text(seconds: i64, nanos: i32, offset: Option<i32>) -> Option<String> {
    let local = seconds.checked_add(offset.unwrap_or(0).into())?;
    let micros = timestamp(local, nanos)?;
    let mut text = String::new();
    let before_christ = push_date(micros.div_euclid(DAY_MICROS) + EPOCH_DAYS, &mut text);
    text.push(' ');
    push_time(micros.rem_euclid(DAY_MICROS), &mut text);
    if let Some(offset) = offset {
        let minutes = offset.unsigned_abs() / 60;
        let sign = if offset < 0 { '-' } else { '+' };
        // Writing to a String cannot fail.
        let _ = write!(text, "{sign}{:02}:{:02}", minutes / 60, minutes % 60);
    }
    text.push_str(before_christ);
    Some(text)
}

fn push_date(days: i64, text: &mut String) -> &'static str {
    let (year, month, day) = civil(days);
    let (year, era) = if year > 0 { (year, "") } else { (1 - year, " BC") };
    let _ = write!(text, "{year:04}-{month:02}-{day:02}");
    era
}

fn push_time(micros: i64, text: &mut String) {
    let seconds = micros / 1_000_000;
    let fraction = micros % 1_000_000;
    let _ = write!(text, "{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if fraction > 0 {
        let digits = format!("{fraction:06}");
        let _ = write!(text, ".{}", digits.trim_end_matches('0'));
    }
}

/// Year, month and day of a day since 1970-01-01 in the proleptic Gregorian calendar, after Howard
/// Hinnant's "chrono-Compatible Low-Level Date Algorithms": 400-year eras that start on 1 March.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_cover_postgresql_range_and_no_more() {
        assert_eq!(date(0), Some(-10_957));
        assert_eq!(date(EPOCH_DAYS + FIRST_DAY), Some(-2_451_545));
        assert_eq!(date(EPOCH_DAYS + FIRST_DAY - 1), None);
        assert_eq!(date(EPOCH_DAYS + LAST_DAY), Some(2_145_031_948));
        assert_eq!(date(EPOCH_DAYS + LAST_DAY + 1), None);
        assert_eq!(date(i64::MIN), None);
    }

    #[test]
    fn fractions_of_a_second_are_held_or_not() {
        assert_eq!(time(DAY_MICROS * 1_000), Some(DAY_MICROS));
        assert_eq!(time(-1), None);
        assert_eq!(timestamp(EPOCH_DAYS * DAY_SECONDS, 1_000), Some(1));
        assert!(holds(1_000, 6) && !holds(1_001, 6) && holds(-5_000_000, 3) && !holds(-5_001_000, 3));
        assert!(holds(86_399_000_000_000, 0) && !holds(500_000_000, 0));
        for (text, digits) in [("12:00", 0), ("1.50", 1), ("12:00:00.123456789+02", 9), ("0.000", 0)] {
            assert_eq!(text_fraction(text), digits, "{text}");
        }
    }

    #[test]
    fn a_text_names_a_date_a_time_or_a_zone() {
        let check = |text: &str, date, time, zone| {
            assert_eq!(text_parts(text), Parts { date, time, zone }, "{text}");
        };
        check("2024-02-29", true, false, false);
        check("23:59:59.5", false, true, false);
        check("23:59+02", false, true, true);
        check("2024-02-29T12:00:00Z", true, true, false);
        check("2024-02-29 12:00:00 BC", true, true, false);
        check("2024-02-29 12:00 Asia/Tokyo", true, true, true);
        check("-12:00", false, true, false);
        assert_eq!(timestamp(i64::MAX, 0), None);
    }

    #[test]
    fn text_is_postgresql_style() {
        assert_eq!(date_text(0).as_deref(), Some("1970-01-01"));
        assert_eq!(date_text(19_782).as_deref(), Some("2024-02-29"));
        assert_eq!(date_text(-719_529).as_deref(), Some("0002-12-31 BC"));
        assert_eq!(time_text(45_296_500_000_000).as_deref(), Some("12:34:56.5"));
        assert_eq!(timestamp_text(-1, 0, None).as_deref(), Some("1969-12-31 23:59:59"));
        assert_eq!(timestamp_text(0, 0, Some(19_800)).as_deref(), Some("1970-01-01 05:30:00+05:30"));
    }
}
