//! A scanner for PostgreSQL's lexical structure. It does only what is needed to split a text at the
//! right semicolons, to find a keyword outside of literals, and to shorten the VALUES list of a
//! large INSERT before it is parsed.

use std::ops::Range;

/// INSERT texts longer than this are shortened to their first row before parsing. The tree of 1,000
/// rows contains no more information than that of one row, and costs 70 ms.
const SHORTEN_FROM: usize = 4096;

/// The kind of a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// Identifier or keyword, not quoted.
    Word,
    /// Anything quoted: literal, quoted identifier, dollar quote.
    Quoted,
    /// `$1`.
    Param,
    /// A number.
    Number,
    /// One character of punctuation.
    Punct(u8),
}

/// Iterates over the tokens of a text; comments and white space are skipped.
#[derive(Debug)]
pub struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    /// A scanner at the start of `text`.
    pub fn new(text: &'a str) -> Self {
        Scanner { text: text.as_bytes(), at: 0 }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn skip_while(&mut self, keep: impl Fn(u8) -> bool) {
        while self.at < self.text.len() && keep(self.text[self.at]) {
            self.at += 1;
        }
    }

    fn skip_blank(&mut self) {
        loop {
            self.skip_while(|b| b.is_ascii_whitespace());
            match (self.peek(0), self.peek(1)) {
                (b'-', b'-') => self.skip_while(|b| b != b'\n'),
                (b'/', b'*') if self.skip_block_comment() => {}
                _ => return,
            }
        }
    }

    /// Block comments nest in PostgreSQL. False if it does not end, and so is not a comment.
    fn skip_block_comment(&mut self) -> bool {
        let (start, mut depth) = (self.at, 0);
        while self.at < self.text.len() {
            match (self.peek(0), self.peek(1)) {
                (b'/', b'*') => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return true;
                    }
                }
                _ => self.at += 1,
            }
        }
        self.at = start;
        false
    }

    fn skip_quoted(&mut self, quote: u8, backslash: bool) {
        self.at += 1;
        while self.at < self.text.len() {
            let byte = self.peek(0);
            if backslash && byte == b'\\' || byte == quote && self.peek(1) == quote {
                self.at += 2;
            } else if byte == quote {
                self.at += 1;
                return;
            } else {
                self.at += 1;
            }
        }
        self.at = self.text.len();
    }

    /// `$tag$ ... $tag$`; false if this dollar does not begin one.
    fn skip_dollar_quoted(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let Some(end) = rest[1..].iter().position(|b| !is_word(*b) || *b == b'$') else { return false };
        if rest[end + 1] != b'$' {
            return false;
        }
        let tag = &rest[..end + 2];
        let body = &rest[tag.len()..];
        let close = body.windows(tag.len()).position(|window| window == tag);
        self.at += tag.len() + close.map_or(body.len(), |at| at + tag.len());
        true
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

impl Iterator for Scanner<'_> {
    type Item = (Token, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        self.skip_blank();
        let start = self.at;
        let byte = *self.text.get(start)?;
        let token = match byte {
            // A comment that does not end stays in the statement, and PostgreSQL refuses it.
            b'/' if self.peek(1) == b'*' => {
                self.at = self.text.len();
                Token::Quoted
            }
            b'\'' => {
                self.skip_quoted(b'\'', false);
                Token::Quoted
            }
            b'"' => {
                self.skip_quoted(b'"', false);
                Token::Quoted
            }
            b'e' | b'E' if self.peek(1) == b'\'' => {
                self.at += 1;
                self.skip_quoted(b'\'', true);
                Token::Quoted
            }
            b'$' if self.peek(1).is_ascii_digit() => {
                self.at += 1;
                self.skip_while(|b| b.is_ascii_digit());
                Token::Param
            }
            b'$' if self.skip_dollar_quoted() => Token::Quoted,
            b'0'..=b'9' => {
                self.skip_while(|b| is_word(b) || b == b'.');
                Token::Number
            }
            byte if is_word(byte) => {
                self.skip_while(|b| is_word(b) || b == b'$');
                Token::Word
            }
            byte => {
                self.at += 1;
                Token::Punct(byte)
            }
        };
        self.at = self.at.min(self.text.len());
        Some((token, start..self.at))
    }
}

/// The statements of a query string, without their semicolons; empty ones are skipped.
///
/// A semicolon in a function body with BEGIN ATOMIC does not end the statement.
pub fn split(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut depth, mut atomic, mut last_word) = (0i32, 0i32, "");
    let mut span: Option<Range<usize>> = None;
    for (token, range) in Scanner::new(text) {
        match token {
            Token::Punct(b'(') => depth += 1,
            Token::Punct(b')') => depth -= 1,
            Token::Word => {
                let word = &text[range.clone()];
                let starts_body =
                    word.eq_ignore_ascii_case("atomic") && last_word.eq_ignore_ascii_case("begin");
                if starts_body || (atomic > 0 && word.eq_ignore_ascii_case("case")) {
                    atomic += 1;
                } else if atomic > 0 && word.eq_ignore_ascii_case("end") {
                    atomic -= 1;
                }
                last_word = word;
            }
            Token::Punct(b';') if depth <= 0 && atomic == 0 => {
                out.extend(span.take().map(|span| &text[span]));
                continue;
            }
            _ => {}
        }
        span = Some(span.map_or(range.start, |span| span.start)..range.end);
    }
    out.extend(span.map(|span| &text[span]));
    out
}

/// Removes the word ASYNC that Aurora DSQL adds after `CREATE [UNIQUE] INDEX` and `ALTER TABLE`.
pub fn without_async(text: &str) -> Option<String> {
    let mut words = Vec::new();
    for (token, range) in Scanner::new(text).take(4) {
        if token != Token::Word {
            break;
        }
        words.push((text[range.clone()].to_ascii_lowercase(), range));
    }
    let at = |i: usize| words.get(i).map_or("", |(word, _)| word.as_str());
    let position = match (at(0), at(1), at(2), at(3)) {
        ("create", "index", "async", _) | ("alter", "table", "async", _) => 2,
        ("create", "unique", "index", "async") => 3,
        _ => return None,
    };
    let (_, range) = &words[position];
    Some(format!("{}{}", &text[..range.start], &text[range.end..]))
}

/// `AWS IAM GRANT role TO 'arn'` and `AWS IAM REVOKE role FROM 'arn'`, which PostgreSQL does not know: the verb, the role
/// and the quoted identity.
pub fn iam_mapping(text: &str) -> Option<(&str, &str, &str)> {
    let tokens: Vec<(Token, &str)> =
        Scanner::new(text).take(7).map(|(token, range)| (token, &text[range])).collect();
    let [(_, aws), (_, iam), (_, verb), (_, role), (_, preposition), (Token::Quoted, arn)] = tokens[..]
    else {
        return None;
    };
    let word = |text: &str, wanted: &str| text.eq_ignore_ascii_case(wanted);
    let form =
        word(verb, "grant") && word(preposition, "to") || word(verb, "revoke") && word(preposition, "from");
    (word(aws, "aws") && word(iam, "iam") && form).then_some((verb, role, arn))
}

/// The number of bytes of all literals in a text.
pub fn literal_bytes(text: &str) -> u64 {
    let literals = Scanner::new(text).filter(|(token, _)| matches!(token, Token::Quoted | Token::Number));
    literals.map(|(_, range)| u64::try_from(range.len()).unwrap_or(0)).sum()
}

/// For a long `INSERT ... VALUES (row), (row) ...`: the same text with only the first row, and the
/// number of rows.
///
/// A text is not shortened if a row contains a word that is followed by anything but a parenthesis,
/// a comma or a cast: it may contain a subquery.
pub fn shorten_values(text: &str) -> Option<(String, usize)> {
    if text.len() < SHORTEN_FROM {
        return None;
    }
    let mut depth = 0;
    let (mut in_values, mut rows, mut keep_to, mut end) = (false, 0usize, 0, 0);
    for (token, range) in Scanner::new(text) {
        match token {
            Token::Punct(b'(') => depth += 1,
            Token::Punct(b')') => {
                depth -= 1;
                if in_values && depth == 0 {
                    rows += 1;
                    if rows == 1 {
                        keep_to = range.end;
                    }
                    end = range.end;
                }
            }
            Token::Word => {
                let word = &text[range];
                if in_values && depth == 0 {
                    break;
                }
                // INSERT ... SELECT, or a subquery among the values.
                if word.eq_ignore_ascii_case("select") && (in_values || depth == 0) {
                    return None;
                }
                in_values |= depth == 0 && word.eq_ignore_ascii_case("values");
            }
            _ => {}
        }
    }
    (rows > 1).then(|| (format!("{}{}", &text[..keep_to], &text[end..]), rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_at_statement_ends_only() {
        let check = |text: &str, expect: &[&str]| assert_eq!(split(text), expect, "{text}");
        check("select 1; select 2", &["select 1", "select 2"]);
        check(" ; ;", &[]);
        check("select ';' ; select \"a;b\"", &["select ';'", "select \"a;b\""]);
        check("select $$;$$, $x$;$y$;$x$; b", &["select $$;$$, $x$;$y$;$x$", "b"]);
        check("a -- ; x\n; b /* ; /* ; */ ; */ ; c", &["a", "b", "c"]);
        check("a; b /* ; /* */ c", &["a", "b /* ; /* */ c"]);
        check(r"select E'\';' ; b", &[r"select E'\';'", "b"]);
        check("insert into t values ($1);x", &["insert into t values ($1)", "x"]);
        check(
            "create function f() returns int begin atomic select case when true then 1 end; end; x",
            &["create function f() returns int begin atomic select case when true then 1 end; end", "x"],
        );
    }

    #[test]
    fn removes_async() {
        let check =
            |text: &str, expect: Option<&str>| assert_eq!(without_async(text).as_deref(), expect, "{text}");
        check("create index async i on t (a)", Some("create index  i on t (a)"));
        check("CREATE UNIQUE INDEX ASYNC ON t (a)", Some("CREATE UNIQUE INDEX  ON t (a)"));
        check("alter table async t validate constraint c", Some("alter table  t validate constraint c"));
        check("create index i on t (async)", None);
    }

    #[test]
    fn shortens_long_values_lists() {
        let rows: Vec<String> = (0..1000).map(|i| format!("(${}, 'it''s )', now())", i + 1)).collect();
        let text = format!("insert into t (a, b, c) values {} on conflict (a) do nothing", rows.join(", "));
        let (short, count) = shorten_values(&text).unwrap_or_default();
        assert_eq!(count, 1000);
        assert_eq!(short, "insert into t (a, b, c) values ($1, 'it''s )', now()) on conflict (a) do nothing");
        assert_eq!(shorten_values(&text.replace("now()", "(select 1)")), None);
    }
}
