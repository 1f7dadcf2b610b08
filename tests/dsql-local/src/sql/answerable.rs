//! Statements that `--answer-only` answers itself: which ones, and how many rows they would change.
//! Found by a few searches in the text, because the parse tree of a large INSERT costs more than
//! the rest of an answer.

use std::ops::Range;

use crate::params;

/// How to find the number of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rows {
    /// It is in the text.
    Fixed(u64),
    /// The length of the longest of these parameters, counted from 0.
    Arrays(Vec<usize>),
}

/// A statement that can be answered without a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answerable {
    /// INSERT or DELETE.
    Write {
        /// CommandComplete without the number.
        tag: &'static str,
        /// The table, as written.
        table: String,
        /// How many rows.
        rows: Rows,
    },
    /// BEGIN.
    Begin,
    /// COMMIT.
    Commit,
    /// ROLLBACK.
    Rollback,
}

impl Rows {
    /// The number of rows, for a Bind whose body is given from its format codes on.
    pub fn count(&self, body: &[u8]) -> u64 {
        match self {
            Rows::Fixed(rows) => *rows,
            Rows::Arrays(numbers) => {
                let last = numbers.iter().max().map_or(0, |n| n + 1);
                let params = params::of(body).take(last).enumerate();
                params.filter(|(n, _)| numbers.contains(n)).map(|(_, p)| p.length()).max().unwrap_or(0)
            }
        }
    }
}

/// BEGIN, COMMIT and ROLLBACK in their usual forms.
pub fn control(text: &str) -> Option<Answerable> {
    // The longest form is "start transaction".
    let text = text.trim().trim_end_matches(';').trim_end();
    let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(&["begin", "begin transaction", "begin work", "start transaction"]) {
        Some(Answerable::Begin)
    } else if is(&["commit", "end", "commit transaction", "commit work"]) {
        Some(Answerable::Commit)
    } else if is(&["rollback", "abort", "rollback transaction", "rollback work"]) {
        Some(Answerable::Rollback)
    } else {
        None
    }
}

/// INSERT and DELETE with parameters, in the forms that writers of many rows use; `None` for all
/// others.
pub fn of(text: &str) -> Option<Answerable> {
    let (tag, rest) = match text.get(..12) {
        Some(head) if head.eq_ignore_ascii_case("insert into ") => ("INSERT 0", &text[12..]),
        Some(head) if head.eq_ignore_ascii_case("delete from ") => ("DELETE", &text[12..]),
        _ => return control(text),
    };
    let first = text.find('$')?;
    // RETURNING comes after the parameters; PostgreSQL must answer with its rows.
    let tail = text.rfind('$').map_or("", |at| &text[at..]);
    if find(tail, "returning").is_some() {
        return None;
    }
    let head = &text[..first];
    let before = head.trim_end_matches('(').trim_end();
    let ends = |word: &str| {
        before.len() >= word.len()
            && before.get(before.len() - word.len()..).is_some_and(|end| end.eq_ignore_ascii_case(word))
    };
    // With VALUES the text may be long, so only the part before the values is searched.
    let values = find(head, "values").is_some();
    let unnest = find(head, "unnest(").or_else(|| if values { None } else { find(text, "unnest") });
    let rows = if let Some(at) = unnest {
        Rows::Arrays(parameters(&text[at..], text.len())?)
    } else if values {
        // Each row begins with a parameter, so counting these is the cheapest way.
        Rows::Fixed(count(text.matches("($").count()))
    } else if let Some(at) = find(text, "any(").or_else(|| find(text, "any (")) {
        Rows::Arrays(parameters(&text[at..], text.len())?)
    } else if tag != "DELETE" {
        return None;
    } else if ends("in") && !head.ends_with("((") {
        Rows::Fixed(count(text.matches('$').count()))
    } else if ends("in") {
        Rows::Fixed(count(text.matches("($").count()))
    } else {
        Rows::Fixed(1)
    };
    Some(Answerable::Write { tag, table: rest[name(rest)].to_owned(), rows })
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(0)
}

/// A possibly qualified and quoted name at the start of a text.
fn name(text: &str) -> Range<usize> {
    let mut quoted = false;
    let end = text.find(|c: char| {
        quoted ^= c == '"';
        !quoted && (c.is_whitespace() || c == '(')
    });
    0..end.unwrap_or(text.len())
}

/// The position of a word, given in lower case, ignoring case in the text.
fn find(text: &str, word: &str) -> Option<usize> {
    text.as_bytes().windows(word.len()).position(|at| at.eq_ignore_ascii_case(word.as_bytes()))
}

/// The parameters between the next parentheses, counted from 0. `None` for a number above `most`: a
/// text has fewer parameters than bytes.
fn parameters(text: &str, most: usize) -> Option<Vec<usize>> {
    let (mut depth, mut numbers) = (0, Vec::new());
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 1 => break,
            b')' => depth -= 1,
            b'$' if depth > 0 => {
                let digits = &text[at + 1..];
                let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
                let number: usize = digits[..end].parse().ok()?;
                numbers.push(number.checked_sub(1).filter(|n| *n < most)?);
            }
            _ => {}
        }
    }
    (!numbers.is_empty()).then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<(&'static str, &str, Rows)>) {
        let expect =
            expect.map(|(tag, table, rows)| Answerable::Write { tag, table: table.to_owned(), rows });
        assert_eq!(of(text), expect, "{text}");
    }

    #[test]
    fn finds_statements_that_it_can_answer() {
        let fixed = |tag, table, rows| Some((tag, table, Rows::Fixed(rows)));
        check("INSERT INTO t (id, v) VALUES ($1, $2), ($3, $4)", fixed("INSERT 0", "t", 2));
        let upsert = r#"insert into "public"."or (ders"(a) values ($1) on conflict (a) do nothing"#;
        check(upsert, fixed("INSERT 0", r#""public"."or (ders""#, 1));
        check("INSERT INTO t VALUES (1, 2)", None);
        check("INSERT INTO t VALUES ($1) RETURNING id", None);
        check("INSERT INTO t SELECT $1", None);
        check("UPDATE t SET v = $1", None);
        check("DELETE FROM t WHERE id IN ($1,$2,$3)", fixed("DELETE", "t", 3));
        check("DELETE FROM t WHERE (a, b) IN (($1,$2),($3,$4))", fixed("DELETE", "t", 2));
        check("DELETE FROM t WHERE a = $1 AND b = $2", fixed("DELETE", "t", 1));
        let using =
            "DELETE FROM t AS t USING (VALUES ($1,$2),($3,$4)) AS d (k0, k1) WHERE t.a = d.k0 AND t.b = d.k1";
        check(using, fixed("DELETE", "t", 2));
        let arrays = |tag, numbers: &[usize]| Some((tag, "t", Rows::Arrays(numbers.to_vec())));
        check("DELETE FROM t WHERE a = ANY($1)", arrays("DELETE", &[0]));
        check("DELETE FROM t WHERE x = $1 AND a = any ($2::text[])", arrays("DELETE", &[1]));
        let unnest = "INSERT INTO t (a, b) SELECT * FROM unnest($1::bigint[], $2::numeric(10,2)[]) AS x(a, b) \
                      ON CONFLICT (a) DO UPDATE SET b = excluded.b";
        check(unnest, arrays("INSERT 0", &[0, 1]));
        check("DELETE FROM t USING unnest($1::int8[]) AS d(a) WHERE t.a = d.a", arrays("DELETE", &[0]));
        check("INSERT INTO t SELECT $1, x FROM UNNEST($2::text[]) x", arrays("INSERT 0", &[1]));
        check("INSERT INTO t SELECT x, $1 FROM unnest('{1,2}'::int[]) x", None);
        check("DELETE FROM t", None);
        check("DELETE FROM", None);
        assert_eq!(of(" Begin ;"), Some(Answerable::Begin));
        assert_eq!(of("COMMIT"), Some(Answerable::Commit));
        assert_eq!(of("ROLLBACK"), Some(Answerable::Rollback));
        assert_eq!(of("BEGIN; SELECT 1"), None);
        assert_eq!(of("COMMIT PREPARED 'x'"), None);
    }
}
