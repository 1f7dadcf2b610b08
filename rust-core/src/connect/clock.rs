//! Computes the error of this machine's clock from a refusal. Pure.
//!
//! When AWS refuses a signature because of its time, the message has AWS's own time in brackets: `Signature expired:
//! <signed> is now earlier than <limit> (<now> - 900 sec.)`, `Signature not yet current: <signed> is still later than
//! <limit> (<now> + 5 min.)`. TLS carries no time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Length of `20260102T030405Z`.
const LENGTH: usize = 16;

/// What a refusal shows about the clocks, as the end of a sentence; `now` is this machine's time.
#[must_use]
pub fn told(refusal: &str, now: SystemTime) -> String {
    let Some(server) = server_time(refusal) else {
        return "the answer does not have the server's time, so the error of this clock cannot be known"
            .to_owned();
    };
    let text = server_text(refusal);
    let (off, where_to) = match now.duration_since(server) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(behind) => (behind.duration(), "behind"),
    };
    if off < Duration::from_secs(2) {
        // The clock may have been set after the answer.
        return format!("the server's clock is at {text}, as this machine's is now");
    }
    format!("this machine's clock is {} {where_to} the server's, which is at {text}", span(off))
}

/// `1 h 2 min 3 s`
fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    let parts = [
        (seconds / 86_400, "d"),
        (seconds / 3_600 % 24, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count} {unit}")).collect();
    if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }
}

fn server_text(refusal: &str) -> &str {
    refusal
        .match_indices('(')
        .find_map(|(at, _)| refusal.get(at + 1..at + 1 + LENGTH).filter(|text| parse(text).is_some()))
        .unwrap_or_default()
}

fn server_time(refusal: &str) -> Option<SystemTime> {
    parse(server_text(refusal))
}

/// `20260102T030405Z`
fn parse(text: &str) -> Option<SystemTime> {
    let bytes = text.as_bytes();
    if bytes.len() != LENGTH || bytes[8] != b'T' || bytes[15] != b'Z' {
        return None;
    }
    let number = |from: usize, to: usize| {
        let digits = text.get(from..to).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
        digits.parse::<u64>().ok()
    };
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let (hour, minute, second) = (number(9, 11)?, number(11, 13)?, number(13, 15)?);
    if year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years begin in March, so that the leap day is the last day.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1;
    // 1970-01-01 counted likewise.
    let since = days.checked_sub(719_468)? * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(UNIX_EPOCH + Duration::from_secs(since))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read() {
        let at = |text| parse(text).map(|time| time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs());
        assert_eq!(at("19700101T000000Z"), Some(0));
        assert_eq!(at("20240229T120000Z"), Some(1_709_208_000));
        assert_eq!(at("20260102T030405Z"), Some(1_767_323_045));
        for wrong in ["20261302T030405Z", "20260102 030405Z", "+0260102T030405Z", "", "2026"] {
            assert_eq!(at(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_difference_is_told() {
        let refusal = "Signature expired: 20260102T030405Z is now earlier than 20260102T040000Z (20260102T041500Z - 900 sec.)";
        let now = parse("20260102T030405Z").unwrap_or(UNIX_EPOCH);
        assert_eq!(
            told(refusal, now),
            "this machine's clock is 1 h 10 min 55 s behind the server's, which is at 20260102T041500Z"
        );
        let refusal = "Signature not yet current: 20260103T030405Z is still later than 20260102T031000Z (20260102T030500Z + 5 min.)";
        let now = parse("20260103T030501Z").unwrap_or(UNIX_EPOCH);
        assert!(told(refusal, now).contains("1 d 1 s ahead of"));
        assert!(
            told("The security token included in the request is expired", now).contains("cannot be known")
        );
    }
}
