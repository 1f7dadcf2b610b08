//! Where values are in the messages of PostgreSQL and Aurora DSQL. Text of any other form is treated as a value.

use super::{DETAIL_CHARACTERS, VALUE_CHARACTERS, cut};

/// Messages that may have a value, or appear together with such messages. `{v}` is a value in quotes, up to the last
/// quote that fits; `{n}` a name in quotes; `{t}` the words of a type, possibly with a length.
const MESSAGES: &[&str] = &[
    "invalid input syntax for type {t}: {v}",
    "invalid input syntax for type {t}",
    "value {v} is out of range for type {t}",
    "value too long for type {t}",
    "{t} out of range: {v}",
    "{t} out of range",
    "{t} field value out of range: {v}",
    "numeric field overflow",
    "division by zero",
    "date/time field value out of range: {v}",
    "time zone {v} not recognized",
    "time zone displacement out of range: {v}",
    "invalid input value for enum {n}: {v}",
    "malformed array literal: {v}",
    "malformed record literal: {v}",
    "unsupported Unicode escape sequence",
    "null value in column {n} of relation {n} violates not-null constraint",
    "duplicate key value violates unique constraint {n}",
    "new row for relation {n} violates check constraint {n}",
    "value for domain {t} violates check constraint {n}",
    "domain {t} does not allow null values",
    "check constraint {n} of relation {n} is violated by some row",
    "insert or update on table {n} violates foreign key constraint {n}",
    "update or delete on table {n} violates foreign key constraint {n} on table {n}",
    "found duplicate key(s) while validating index uniqueness",
    "ON CONFLICT DO UPDATE command cannot affect row a second time",
    "Unable to convert text to UUID",
    "server unavailable",
];

/// Longest name of a type: `timestamp(6) without time zone`, plus a margin.
const TYPE_CHARACTERS: usize = 40;

/// The message if its form is known, with each value in it replaced.
pub(super) fn known(message: &str, value: impl Fn(&str) -> String) -> Option<String> {
    MESSAGES.iter().find_map(|shape| matched(shape, message, &value))
}

fn matched(shape: &str, text: &str, value: &impl Fn(&str) -> String) -> Option<String> {
    let Some((before, rest)) = shape.split_once('{') else {
        return (shape == text).then(|| text.to_owned());
    };
    let text = text.strip_prefix(before)?;
    let (token, rest) = rest.split_once('}')?;
    let told =
        |shown: &str, after: &str| matched(rest, after, value).map(|after| format!("{before}{shown}{after}"));
    match token {
        "t" => {
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]).take(TYPE_CHARACTERS);
            ends.filter(|end| is_type(&text[..*end])).find_map(|end| told(&text[..end], &text[end..]))
        }
        "n" => {
            let (name, after) = text.strip_prefix('"')?.split_once('"')?;
            told(&format!("\"{name}\""), after)
        }
        _ => {
            let inside = text.strip_prefix('"')?;
            let mut ends = inside.rmatch_indices('"').map(|(at, _)| at);
            ends.find_map(|end| told(&format!("\"{}\"", value(&inside[..end])), &inside[end + 1..]))
        }
    }
}

/// Letters and blanks, and digits only between parentheses.
fn is_type(text: &str) -> bool {
    let mut inside = false;
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| match c {
            '(' => !std::mem::replace(&mut inside, true),
            ')' => std::mem::replace(&mut inside, false),
            '0'..='9' | ',' => inside,
            _ => c.is_ascii_lowercase() || c == ' ',
        })
        && !inside
}

/// A text of an unknown form: from its first quote to its last all may be one value.
pub(super) fn spans(text: &str) -> String {
    match (text.find('"'), text.rfind('"')) {
        (Some(first), Some(last)) if first < last => {
            let value = cut(&text[first + 1..last], VALUE_CHARACTERS);
            format!("{}{value}{}", &text[..=first], &text[last..])
        }
        _ => text.to_owned(),
    }
}

/// A detail: the key in full, of other values the first characters.
pub(super) fn detail(text: &str) -> String {
    const ROW: &str = "Failing row contains (";
    match text.strip_prefix(ROW) {
        Some(row) => format!("{ROW}{}", cut(row, VALUE_CHARACTERS)),
        None if text.starts_with("Key (") => cut(text, DETAIL_CHARACTERS),
        None if text.starts_with("Current transaction ") => cut(text, DETAIL_CHARACTERS),
        None => cut(text, VALUE_CHARACTERS),
    }
}

/// A statement with each of its literals replaced, strings in all their forms and numbers, and without its comments. Names
/// stay.
pub(super) fn literals(sql: &str, value: impl Fn(&str) -> String) -> String {
    let mut shown = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '-' if rest.starts_with("--") => {
                left_out(rest.find(['\n', '\r']).unwrap_or(rest.len()), &mut shown)
            }
            '/' if rest.starts_with("/*") => left_out(comment_end(rest), &mut shown),
            '\'' => string(rest, &mut shown, &value),
            '"' => copied(rest, quoted_end(rest, '"', false), &mut shown),
            '$' => dollars(rest, &mut shown, &value),
            '0'..='9' => number(rest, &mut shown, &value),
            c if c.is_alphabetic() || c == '_' => word(rest, &mut shown, &value),
            c => copied(rest, c.len_utf8(), &mut shown),
        };
        rest = &rest[length..];
    }
    shown
}

fn copied(rest: &str, length: usize, shown: &mut String) -> usize {
    shown.push_str(&rest[..length]);
    length
}

fn left_out(length: usize, shown: &mut String) -> usize {
    shown.push(' ');
    length
}

/// End of a comment. Comments nest.
fn comment_end(rest: &str) -> usize {
    let (mut depth, mut at) = (0usize, 0);
    while let Some(left) = rest.get(at..).filter(|left| !left.is_empty()) {
        if left.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if left.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += left.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// End of a quoted text that begins with its quote. A doubled quote stands for one quote.
fn quoted_end(rest: &str, quote: char, escapes: bool) -> usize {
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && escapes {
            chars.next();
        } else if c == quote {
            if chars.peek().is_none_or(|(_, next)| *next != quote) {
                return at + 1;
            }
            chars.next();
        }
    }
    rest.len()
}

fn string(rest: &str, shown: &mut String, value: &impl Fn(&str) -> String) -> usize {
    replaced(rest, quoted_end(rest, '\'', false), shown, value)
}

fn replaced(rest: &str, end: usize, shown: &mut String, value: &impl Fn(&str) -> String) -> usize {
    let inside = rest.get(1..end.saturating_sub(1)).unwrap_or_default();
    shown.push('\'');
    shown.push_str(&value(inside));
    shown.push('\'');
    end
}

/// `$1`, or `$tag$ ... $tag$`.
fn dollars(rest: &str, shown: &mut String, value: &impl Fn(&str) -> String) -> usize {
    let tag = rest[1..].find('$').map(|end| &rest[..end + 2]);
    let is_tag = |tag: &&str| {
        let name = &tag[1..tag.len() - 1];
        !name.starts_with(|c: char| c.is_ascii_digit())
            && name.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    let Some(tag) = tag.filter(is_tag) else {
        let digits = rest[1..].chars().take_while(char::is_ascii_digit).count();
        return copied(rest, 1 + digits, shown);
    };
    let body = &rest[tag.len()..];
    let end = body.find(tag).map_or(rest.len(), |at| tag.len() + at + tag.len());
    shown.push('\'');
    shown.push_str(&value(&body[..body.find(tag).unwrap_or(body.len())]));
    shown.push('\'');
    end
}

fn number(rest: &str, shown: &mut String, value: &impl Fn(&str) -> String) -> usize {
    let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.')).unwrap_or(rest.len());
    shown.push_str(&value(&rest[..length]));
    length
}

/// A word; the prefix of a string belongs to the string.
fn word(rest: &str, shown: &mut String, value: &impl Fn(&str) -> String) -> usize {
    let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
    let (word, after) = rest.split_at(length);
    if after.starts_with('\'') && matches!(word, "e" | "E" | "b" | "B" | "x" | "X" | "n" | "N") {
        let end = quoted_end(after, '\'', matches!(word, "e" | "E"));
        return length + replaced(after, end, shown, value);
    }
    copied(rest, length, shown)
}
