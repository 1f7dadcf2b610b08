//! Decimal numbers: exact, from their digits to PostgreSQL's base-10000 form.

use smallvec::SmallVec;

/// Digits of most numbers lie on the stack: 65 is MySQL's longest decimal.
type Digits = SmallVec<[u8; 65]>;

/// A decimal number: its digits without leading zeros (none for zero) times ten to the minus `scale`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    digits: Digits,
    scale: i32,
}

/// Longest text that is read as a number: DSQL's widest numeric with sign, point and exponent.
const TEXT_LENGTH: usize = crate::limits::NUMERIC_DIGITS + 16;

/// Digits after the point of PostgreSQL's longest numeric (NUMERIC_MAX_DISPLAY_SCALE is 1000, the binary
/// form holds 16,383).
const SCALE: i32 = 16_383;

impl Decimal {
    /// `unscaled` times ten to the minus `scale`; `None` if the scale is beyond any number of PostgreSQL.
    #[must_use]
    pub fn from_i64(unscaled: i64, scale: i32) -> Option<Self> {
        let mut digits = Digits::new();
        let mut rest = unscaled.unsigned_abs();
        while rest > 0 {
            digits.push(low_digit(rest));
            rest /= 10;
        }
        digits.reverse();
        Self { negative: unscaled < 0, digits, scale: 0 }.scaled(scale)
    }

    /// Reads decimal digits with an optional minus sign.
    #[must_use]
    pub fn from_digits(text: &str, scale: i32) -> Option<Self> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        if text.is_empty() || text.len() > TEXT_LENGTH || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let digits: Digits = text.bytes().map(|b| b - b'0').skip_while(|d| *d == 0).collect();
        Self { negative: negative && !digits.is_empty(), digits, scale: 0 }.scaled(scale)
    }

    /// Reads a number as people and programs write it: sign, digits, point, exponent.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], text[at + 1..].parse::<i16>().ok()?),
            None => (text, 0),
        };
        let unsigned = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let mut number = Self::from_digits(&format!("{whole}{fraction}"), 0)?;
        number.negative = mantissa.starts_with('-') && !number.digits.is_empty();
        number.scaled(i32::try_from(fraction.len()).ok()? - i32::from(exponent))
    }

    fn scaled(mut self, scale: i32) -> Option<Self> {
        self.scale = scale;
        (-SCALE..=SCALE).contains(&scale).then_some(self)
    }

    /// The number as an integer, if it is one and fits.
    #[must_use]
    pub fn to_i64(&self) -> Option<i64> {
        let (digits, scale) = self.shortest();
        if scale > 0 || digits.len() > 19 || scale < -19 {
            return if digits.is_empty() { Some(0) } else { None };
        }
        let mut value: i128 = 0;
        for digit in digits {
            value = value * 10 + i128::from(*digit);
        }
        for _ in scale..0 {
            value *= 10;
        }
        i64::try_from(if self.negative { -value } else { value }).ok()
    }

    /// The number in plain notation.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text: String = self.digits.iter().map(|digit| char::from(b'0' + digit)).collect();
        match usize::try_from(self.scale) {
            Ok(scale) => {
                // At least one digit stands before the point.
                while text.len() <= scale {
                    text.insert(0, '0');
                }
                if scale > 0 {
                    text.insert(text.len() - scale, '.');
                }
            }
            Err(_) if self.digits.is_empty() => text.push('0'),
            Err(_) => text.extend((self.scale..0).map(|_| '0')),
        }
        if self.negative {
            text.insert(0, '-');
        }
        text
    }

    /// Digits and scale with trailing zeros removed.
    fn shortest(&self) -> (&[u8], i32) {
        let zeros = self.digits.iter().rev().take_while(|d| **d == 0).count();
        let digits = &self.digits[..self.digits.len() - zeros];
        if digits.is_empty() {
            return (digits, 0);
        }
        (digits, self.scale - i32::try_from(zeros).unwrap_or(i32::MAX))
    }

    /// Appends PostgreSQL's binary form: four 16-bit numbers (groups, weight, sign, display scale) and
    /// the groups of four digits.
    ///
    /// `limits` are precision and scale of the column. Without them the number's own scale is shown,
    /// or, if `canonical`, the smallest one: then equal numbers are equal bytes, as a key needs it.
    ///
    /// # Errors
    /// What is too long, for a message.
    pub fn encode(
        &self,
        limits: Option<(i32, i32)>,
        canonical: bool,
        out: &mut Vec<u8>,
    ) -> Result<(), &'static str> {
        let (digits, scale) = self.shortest();
        let length = i32::try_from(digits.len()).map_err(|_| "too many digits")?;
        let shown = match limits {
            Some((precision, column_scale)) => {
                if scale > column_scale {
                    return Err("too many digits after the point");
                }
                if length > 0 && length - scale > precision - column_scale {
                    return Err("too many digits before the point");
                }
                column_scale.max(0)
            }
            None if canonical => scale.max(0),
            None => self.scale.max(scale).max(0),
        };
        // Position of the point in groups: digits before it, rounded up to whole groups.
        let whole = length - scale;
        let weight = if length == 0 { 0 } else { (whole + 3).div_euclid(4) - 1 };
        // Zeros that fill the first group, and the last.
        let lead = (weight + 1) * 4 - whole;
        let lead = if length == 0 { 0 } else { usize::try_from(lead).map_err(|_| "too many digits")? };
        let groups = (lead + digits.len()).div_ceil(4);
        let head = [
            i16::try_from(groups),
            i16::try_from(weight),
            Ok(if self.negative && length > 0 { 0x4000 } else { 0 }),
            i16::try_from(shown),
        ];
        for part in head {
            out.extend_from_slice(&part.map_err(|_| "too many digits")?.to_be_bytes());
        }
        let digit = |at: usize| at.checked_sub(lead).and_then(|at| digits.get(at)).copied().unwrap_or(0);
        for group in 0..groups {
            let value = (group * 4..group * 4 + 4).fold(0u16, |sum, at| sum * 10 + u16::from(digit(at)));
            out.extend_from_slice(&value.to_be_bytes());
        }
        Ok(())
    }
}

/// The text of a number in binary form, with as many digits after the point as it shows; `None` if it has no such form.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<String> {
    let mut parts = bytes.chunks_exact(2).map(|part| i16::from_be_bytes([part[0], part[1]]));
    let (groups, weight, sign, shown) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if sign.to_be_bytes() == [0xc0, 0] {
        return Some("NaN".to_owned());
    }
    let digits: String = parts.map(|group| format!("{group:04}")).collect();
    let mut number = Decimal::from_digits(if digits.is_empty() { "0" } else { &digits }, 0)?;
    number.negative = sign == 0x4000;
    // The first group is multiplied by 10,000 to the power of the weight. This gives the last group's distance from the
    // point.
    let text = number.scaled(4 * (i32::from(groups) - 1 - i32::from(weight)))?.to_text();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    // The last group has digits that are not shown, all of them 0.
    match usize::try_from(shown).ok()? {
        0 => Some(whole.to_owned()),
        shown => Some(format!("{whole}.{:0<shown$}", &fraction[..fraction.len().min(shown)])),
    }
}

/// Digits of a group of the binary form, and one more than the largest.
const GROUP_DIGITS: u32 = 4;
const GROUP: u64 = 10_000;
/// Groups before the point that hold any i64, and groups after it that hold what is left below 2^64 when it is widened
/// to whole groups.
const WHOLE_GROUPS: usize = 5;
const FRACTION_GROUPS: usize = 4;
/// The longest fraction that fits those groups.
const SHORT_SCALE: u32 = 16;

/// A number as [`Decimal::encode`] writes it for a column with limits, in a fraction of the time, and how many bytes of
/// the array it takes. `None` if it does not fit the column as it stands, or is not of the ordinary kind: that is for
/// [`Decimal`].
#[must_use]
pub fn short(unscaled: i64, scale: i32, limits: (i32, i32)) -> Option<([u8; 26], usize)> {
    let (precision, column_scale) = limits;
    let digits = u32::try_from(scale).ok().filter(|digits| *digits <= SHORT_SCALE)?;
    let shown = u16::try_from(column_scale).ok()?;
    let before = u32::try_from(precision - column_scale).ok()?;
    let point = 10u64.pow(digits);
    let (whole, fraction) = (unscaled.unsigned_abs() / point, unscaled.unsigned_abs() % point);
    if scale > column_scale || 10u64.checked_pow(before).is_some_and(|limit| whole >= limit) {
        return None;
    }
    let mut groups = [0u16; WHOLE_GROUPS + FRACTION_GROUPS];
    let after = digits.div_ceil(GROUP_DIGITS);
    let end = WHOLE_GROUPS + usize::try_from(after).ok()?;
    fill(&mut groups[..WHOLE_GROUPS], whole)?;
    fill(&mut groups[WHOLE_GROUPS..end], fraction * 10u64.pow(after * GROUP_DIGITS - digits))?;
    let first = groups.iter().position(|group| *group > 0).unwrap_or(WHOLE_GROUPS - 1);
    let last = groups.iter().rposition(|group| *group > 0).map_or(first, |last| last + 1);
    let weight = i16::try_from(WHOLE_GROUPS - 1).ok()? - i16::try_from(first).ok()?;
    let sign = if unscaled < 0 { 0x4000 } else { 0 };
    let head = [u16::try_from(last - first).ok()?, weight.cast_unsigned(), sign, shown];
    let mut bytes = [0; 26];
    let mut length = 0;
    for (part, bytes) in head.iter().chain(&groups[first..last]).zip(bytes.chunks_exact_mut(2)) {
        bytes.copy_from_slice(&part.to_be_bytes());
        length += 2;
    }
    Some((bytes, length))
}

/// Writes a number to the end of the groups.
fn fill(groups: &mut [u16], mut number: u64) -> Option<()> {
    for group in groups.iter_mut().rev() {
        *group = u16::try_from(number % GROUP).ok()?;
        number /= GROUP;
    }
    Some(())
}

/// True if both texts are the same number.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    let (Some(a), Some(b)) = (Decimal::parse(a), Decimal::parse(b)) else { return false };
    a.shortest() == b.shortest() && a.negative == b.negative
}

/// PostgreSQL's binary form of NaN.
pub const NAN: [u8; 8] = [0, 0, 0, 0, 0xc0, 0, 0, 0];

fn low_digit(value: u64) -> u8 {
    u8::try_from(value % 10).unwrap_or(0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, limits: Option<(i32, i32)>, expected: &[i16]) {
        let mut out = Vec::new();
        Decimal::parse(text).unwrap().encode(limits, false, &mut out).unwrap();
        let expected: Vec<u8> = expected.iter().flat_map(|part| part.to_be_bytes()).collect();
        assert_eq!(out, expected, "{text}");
    }

    #[track_caller]
    fn refused(text: &str, limits: (i32, i32)) {
        let mut out = Vec::new();
        assert!(Decimal::parse(text).unwrap().encode(Some(limits), false, &mut out).is_err(), "{text}");
    }

    #[test]
    fn groups_follow_the_point() {
        check("0", None, &[0, 0, 0, 0]);
        check("0.00", None, &[0, 0, 0, 2]);
        check("1", None, &[1, 0, 0, 0, 1]);
        check("10000", None, &[1, 1, 0, 0, 1]);
        check("12345678.91", None, &[3, 1, 0, 2, 1234, 5678, 9100]);
        check("-0.0001", None, &[1, -1, 0x4000, 4, 1]);
        check("0.00001", None, &[1, -2, 0, 5, 1000]);
        check("1e20", None, &[1, 5, 0, 0, 1]);
        check("1.50", Some((10, 2)), &[2, 0, 0, 2, 1, 5000]);
        check("1.5", Some((10, 4)), &[2, 0, 0, 4, 1, 5000]);
        check("1200", Some((2, -2)), &[1, 0, 0, 0, 1200]);
    }

    #[test]
    fn what_does_not_fit_exactly_is_refused() {
        refused("1.005", (10, 2));
        refused("100000000", (10, 2));
        refused("1", (2, 3));
        refused("1201", (2, -2));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        #[test]
        fn short_numbers_are_written_alike(
            digits in any::<i64>(), shift in 0u32..64, zeros in 0u32..4,
            scale in -2i32..20, precision in 1i32..39, column_scale in -2i32..20,
        ) {
            // Of all lengths, many with zeros at the end.
            let unscaled = digits >> shift;
            let unscaled = unscaled - unscaled % 10i64.pow(zeros);
            if let Some((bytes, length)) = short(unscaled, scale, (precision, column_scale)) {
                let mut out = Vec::new();
                let whole = Decimal::from_i64(unscaled, scale).unwrap();
                prop_assert_eq!(whole.encode(Some((precision, column_scale)), false, &mut out), Ok(()));
                prop_assert_eq!(&bytes[..length], out);
            }
        }
    }

    #[test]
    fn ordinary_numbers_are_short() {
        for (unscaled, scale, limits) in
            [(0, 2, (12, 2)), (-5, 0, (12, 2)), (999_999_999_999, 2, (12, 2)), (i64::MIN, 16, (38, 18))]
        {
            assert!(short(unscaled, scale, limits).is_some(), "{unscaled} {scale}");
        }
        assert_eq!(short(100_000_000_000_000, 2, (12, 2)), None);
        assert_eq!(short(1, 3, (12, 2)), None);
    }

    #[test]
    fn canonical_bytes_are_equal_for_equal_numbers() {
        let bytes = |text| {
            let mut out = Vec::new();
            Decimal::parse(text).unwrap().encode(None, true, &mut out).unwrap();
            out
        };
        assert_eq!(bytes("1.0"), bytes("1.000"));
        assert_eq!(bytes("-0"), bytes("0.0"));
        assert_ne!(bytes("1.0"), bytes("1.1"));
    }

    #[test]
    fn integers_are_taken_only_if_exact() {
        assert_eq!(Decimal::parse("-9223372036854775808").unwrap().to_i64(), Some(i64::MIN));
        assert_eq!(Decimal::parse("9223372036854775808").unwrap().to_i64(), None);
        assert_eq!(Decimal::parse("12.00").unwrap().to_i64(), Some(12));
        assert_eq!(Decimal::parse("1e3").unwrap().to_i64(), Some(1000));
        assert_eq!(Decimal::parse("12.5").unwrap().to_i64(), None);
        assert_eq!(Decimal::parse("0e-30").unwrap().to_i64(), Some(0));
    }

    #[test]
    fn text_is_plain() {
        for text in ["0", "-1", "0.001", "12.50", "-0.10", "100"] {
            assert_eq!(Decimal::parse(text).unwrap().to_text(), text);
        }
        assert_eq!(Decimal::from_i64(12, -2).unwrap().to_text(), "1200");
        assert_eq!(Decimal::from_i64(0, 2).unwrap().to_text(), "0.00");
    }

    #[test]
    fn other_text_is_no_number() {
        for text in ["", "-", ".", "1.2.3", "0x10", "1e99999", "ten", "1 2"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }
}
