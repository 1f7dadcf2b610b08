//! Decides which values of rows log lines and errors show, and escapes texts so that they cannot look like a separate
//! log line.
//!
//! Values get into a text in two ways: our own messages about a row, which know where the value is, and the database's
//! messages, which quote it. The latter are shown in full only if their form is known: [`shape`].

mod shape;

/// Characters of a value that identify it. The dead-letter file has the rest.
const VALUE_CHARACTERS: usize = 60;
/// Characters of the database's message that are passed on. It may quote a value of several megabytes.
const MESSAGE_CHARACTERS: usize = 1_000;
/// The same for messages of unknown form, which may consist mostly of a value.
const UNKNOWN_CHARACTERS: usize = 200;
/// Of its detail: enough for a key.
const DETAIL_CHARACTERS: usize = 200;

/// Which values of rows are shown; option `log_values`. Names of tables and columns are not values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Values {
    /// Keys, and of other values the first characters.
    #[default]
    Short,
    /// Keys only.
    Keys,
    /// None at all.
    None,
}

/// Classes of SQLSTATE whose messages are about connections, statements and transactions. All others may quote a value.
const WITHOUT_VALUES: [&str; 15] =
    ["08", "0A", "25", "26", "28", "2B", "3D", "3F", "40", "42", "53", "54", "55", "57", "58"];

fn may_quote(sqlstate: &str) -> bool {
    sqlstate.get(..2).is_none_or(|class| !WITHOUT_VALUES.contains(&class))
}

/// The database's answer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Answer<'a> {
    /// The SQLSTATE.
    pub sqlstate: &'a str,
    /// The message.
    pub message: &'a str,
    /// The hint; empty if there is none.
    pub hint: &'a str,
    /// The detail; empty if there is none.
    pub detail: &'a str,
}

impl Values {
    /// True if keys are shown.
    #[must_use]
    pub fn keys(self) -> bool {
        self != Self::None
    }

    /// A value of a row for messages. `key` says whether it belongs to the row's key.
    #[must_use]
    pub fn value(self, value: &str, key: bool) -> String {
        // Space for quotes and dots around the characters.
        const SHOWN: usize = VALUE_CHARACTERS + 5;
        match self {
            Self::Short => cut(value, SHOWN),
            Self::Keys if key => cut(value, SHOWN),
            Self::Keys | Self::None => "the value".to_owned(),
        }
    }

    /// The database's message and hint; with `detail` its detail too.
    #[must_use]
    pub fn answer(self, answer: &Answer<'_>, detail: bool) -> String {
        let quotes = may_quote(answer.sqlstate);
        let mut text = self.message(answer, quotes);
        let mut add = |part: String| {
            if !part.is_empty() {
                text.push_str("; ");
                text.push_str(&part);
            }
        };
        match self {
            _ if !quotes => add(cut(answer.hint, MESSAGE_CHARACTERS)),
            Self::Short => add(cut(answer.hint, UNKNOWN_CHARACTERS)),
            Self::Keys | Self::None => {}
        }
        // Even if the message has no value: the detail of a conflict names the key.
        if detail && self == Self::Short {
            add(shape::detail(answer.detail));
        }
        text
    }

    fn message(self, answer: &Answer<'_>, quotes: bool) -> String {
        if !quotes {
            return cut(answer.message, MESSAGE_CHARACTERS);
        }
        match (shape::known(answer.message, |value| self.quoted(value)), self) {
            (Some(known), _) => known,
            (None, Self::Short) => cut(&shape::spans(answer.message), UNKNOWN_CHARACTERS),
            (None, Self::Keys | Self::None) => {
                format!(
                    "SQLSTATE {}; the database's message is left out because it may have values (option 'log_values')",
                    cut(answer.sqlstate, 5)
                )
            }
        }
    }

    /// A value in the database's message, which does not name the column.
    fn quoted(self, value: &str) -> String {
        match self {
            Self::Short => cut(value, VALUE_CHARACTERS),
            Self::Keys | Self::None => "...".to_owned(),
        }
    }

    /// A statement of a session. Its literals may be values.
    #[must_use]
    pub fn statement(self, sql: &str, most: usize) -> String {
        cut(&shape::literals(sql, |value| self.quoted(value)), most)
    }
}

/// The first characters of a text, followed by dots if it is longer: people read messages.
#[must_use]
pub fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text.to_owned(),
    }
}

/// The text with its control characters escaped: line breaks, and characters that reverse or hide text on a screen. A
/// value in a message must not look like a line of the log. The connector's `LogText` does the same.
#[must_use]
pub fn printable(text: String) -> String {
    let odd = |c: char| {
        c.is_control()
            || matches!(
                c,
                '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            )
    };
    if !text.contains(odd) {
        return text;
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if odd(c) { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    shown
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
