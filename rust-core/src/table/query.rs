//! The user's own statement (option `query`) instead of the sink's, with numbered parameters.
//!
//! `?` stands for the columns of a row in their order, `:name` for the column of that name. `??` is a question mark, as
//! in JDBC. Quoted text and comments are not changed.

use std::fmt::Write;

use crate::error::{ErrorKind, SinkError};

/// A statement that runs once for each row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The statement with its parameters as `$1`, `$2` ...
    pub text: String,
    /// For each parameter the position of its column in the rows, ascending.
    pub columns: Vec<usize>,
}

/// A part of the statement.
enum Part<'a> {
    Text(&'a str),
    Next,
    Named(&'a str),
}

impl Query {
    /// Numbers the parameters of `text`, which are columns of `columns`.
    ///
    /// # Errors
    /// Kind `Config`, naming the parameter: a column that rows do not have, fewer or more `?` than columns, both
    /// kinds of parameters, or none.
    pub fn parse(text: &str, columns: &[&str]) -> Result<Self, SinkError> {
        let parts = parts(text);
        let mut used: Vec<usize> = Vec::new();
        for part in &parts {
            if let Part::Named(name) = part {
                let column = columns.iter().position(|column| column == name).ok_or_else(|| {
                    problem(format!("names :{name}, but rows have the columns {}", columns.join(", ")))
                })?;
                used.push(column);
            }
        }
        used.sort_unstable();
        used.dedup();
        let marks = parts.iter().filter(|part| matches!(part, Part::Next)).count();
        if marks > 0 && !used.is_empty() {
            return Err(problem("mixes ? and :name; use one of them"));
        }
        if marks == 0 && used.is_empty() {
            return Err(problem("has no parameter; write ? for each column or :name for those you need"));
        }
        if marks > 0 {
            if marks != columns.len() {
                return Err(problem(format!(
                    "has {marks} parameters, but rows have {} columns ({}); write one ? for each, or :name for those \
                     you need",
                    columns.len(),
                    columns.join(", ")
                )));
            }
            used = (0..marks).collect();
        }
        let mut numbered = String::with_capacity(text.len() + 16);
        let mut next = 0;
        for part in parts {
            let column = match part {
                Part::Text(text) => {
                    numbered.push_str(text);
                    continue;
                }
                Part::Next => {
                    next += 1;
                    next
                }
                Part::Named(name) => used.iter().position(|at| columns[*at] == name).map_or(0, |at| at + 1),
            };
            let _ = write!(numbered, "${column}");
        }
        Ok(Self { text: numbered, columns: used })
    }
}

fn problem(text: impl std::fmt::Display) -> SinkError {
    SinkError::new(ErrorKind::Config, format!("option 'query' {text}"))
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let bytes = text.as_bytes();
    let (mut parts, mut from, mut at) = (Vec::new(), 0, 0);
    while at < bytes.len() {
        let (parameter, end) = match bytes[at] {
            b'?' if bytes.get(at + 1) == Some(&b'?') => {
                parts.push(Part::Text(&text[from..=at]));
                (from, at) = (at + 2, at + 2);
                continue;
            }
            b'?' => (Some(Part::Next), at + 1),
            b':' if bytes.get(at + 1) == Some(&b':') => (None, at + 2),
            b':' => match word(bytes, at + 1) {
                end if end > at + 1 => (Some(Part::Named(&text[at + 1..end])), end),
                end => (None, end),
            },
            b'\'' => {
                let escapes =
                    at > 0 && bytes[at - 1].eq_ignore_ascii_case(&b'e') && !within_word(bytes, at - 1);
                (None, quoted(bytes, at, escapes))
            }
            b'"' => (None, quoted(bytes, at, false)),
            b'-' if bytes[at..].starts_with(b"--") => (None, until(bytes, at, b"\n")),
            b'/' if bytes[at..].starts_with(b"/*") => (None, comment(bytes, at)),
            b'$' if !within_word(bytes, at) => {
                let tag = word(bytes, at + 1);
                if bytes.get(tag) == Some(&b'$') {
                    (None, until(bytes, tag + 1, &bytes[at..=tag]))
                } else {
                    (None, at + 1)
                }
            }
            _ => (None, at + 1),
        };
        if let Some(parameter) = parameter {
            parts.push(Part::Text(&text[from..at]));
            parts.push(parameter);
            from = end;
        }
        at = end;
    }
    parts.push(Part::Text(&text[from..]));
    parts
}

/// End of the name that begins at `at`; `at` itself if none does.
fn word(bytes: &[u8], at: usize) -> usize {
    if bytes.get(at).is_none_or(u8::is_ascii_digit) {
        return at;
    }
    let length = bytes[at..].iter().take_while(|byte| in_word(**byte)).count();
    at + length
}

fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

/// True if the byte in front of `at` belongs to the same name.
fn within_word(bytes: &[u8], at: usize) -> bool {
    at > 0 && (in_word(bytes[at - 1]) || bytes[at - 1] == b'$')
}

/// End of the quoted text that begins at `at`. A doubled quote is read as an end and a new begin, with the same result.
fn quoted(bytes: &[u8], at: usize, escapes: bool) -> usize {
    let mut end = at + 1;
    while end < bytes.len() && bytes[end] != bytes[at] {
        end += if escapes && bytes[end] == b'\\' { 2 } else { 1 };
    }
    (end + 1).min(bytes.len())
}

/// Comments nest.
fn comment(bytes: &[u8], at: usize) -> usize {
    let (mut depth, mut end) = (0, at);
    while end < bytes.len() {
        let step = match &bytes[end..] {
            [b'/', b'*', ..] => {
                depth += 1;
                2
            }
            [b'*', b'/', ..] => {
                depth -= 1;
                2
            }
            _ => 1,
        };
        end += step;
        if depth == 0 {
            break;
        }
    }
    end
}

/// End of the first `mark` from `at` on.
fn until(bytes: &[u8], at: usize, mark: &[u8]) -> usize {
    let found = bytes[at..].windows(mark.len()).position(|window| window == mark);
    found.map_or(bytes.len(), |found| at + found + mark.len())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COLUMNS: [&str; 3] = ["id", "näme", "v"];

    #[track_caller]
    fn check(text: &str, numbered: &str, columns: &[usize]) {
        let expected = Query { text: numbered.to_owned(), columns: columns.to_vec() };
        assert_eq!(Query::parse(text, &COLUMNS).unwrap(), expected);
    }

    #[track_caller]
    fn refused(text: &str, says: &str) {
        let error = Query::parse(text, &COLUMNS).unwrap_err();
        assert!(error.message().starts_with("option 'query'") && error.message().contains(says), "{error}");
    }

    #[test]
    fn question_marks_are_the_columns_in_order() {
        check("INSERT INTO t VALUES (?, ?,?)", "INSERT INTO t VALUES ($1, $2,$3)", &[0, 1, 2]);
        check("CALL f(?, ?, ? ??| x)", "CALL f($1, $2, $3 ?| x)", &[0, 1, 2]);
    }

    #[test]
    fn names_are_columns_wherever_they_stand() {
        check(
            "UPDATE t SET v = :v, w = :v WHERE id = :id",
            "UPDATE t SET v = $2, w = $2 WHERE id = $1",
            &[0, 2],
        );
        check("SELECT :näme::text, a[1:2]", "SELECT $1::text, a[1:2]", &[1]);
    }

    #[test]
    fn what_is_quoted_or_a_comment_stays() {
        check("SELECT '?', ':id''?', \"?\", :id", "SELECT '?', ':id''?', \"?\", $1", &[0]);
        check("SELECT E'\\'?', e'?', :v", "SELECT E'\\'?', e'?', $1", &[2]);
        check("SELECT 'name\\', :v", "SELECT 'name\\', $1", &[2]);
        check(
            "/* ? /* :id */ ? */ SELECT :v -- ?\n, :id",
            "/* ? /* :id */ ? */ SELECT $2 -- ?\n, $1",
            &[0, 2],
        );
        check("SELECT $$ ? $$, $a$ :id $$ $a$, :v", "SELECT $$ ? $$, $a$ :id $$ $a$, $1", &[2]);
        check("SELECT a$b, :v, 'open ?", "SELECT a$b, $1, 'open ?", &[2]);
    }

    #[test]
    fn what_cannot_be_bound_is_named() {
        refused("INSERT INTO t VALUES (?, ?)", "has 2 parameters, but rows have 3 columns (id, näme, v)");
        refused("INSERT INTO t VALUES (:id, :nr)", "names :nr");
        refused("INSERT INTO t VALUES (:id, ?)", "mixes ? and :name");
        refused("INSERT INTO t VALUES (1)", "has no parameter");
    }

    proptest! {
        #[test]
        fn any_text_is_read_to_its_end(text in "[?:'\"$a-c/*\\\\ \n-]{0,40}", noise: String) {
            for text in [text, noise] {
                let length: usize = parts(&text)
                    .iter()
                    .map(|part| match part {
                        Part::Text(text) => text.len(),
                        Part::Next => 1,
                        Part::Named(name) => name.len() + 1,
                    })
                    .sum();
                // Of `??` one mark is left.
                prop_assert!(length <= text.len() && length * 2 >= text.len());
            }
        }
    }
}
