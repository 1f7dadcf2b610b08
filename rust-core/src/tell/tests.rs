use proptest::prelude::*;

use super::*;

/// A value that no log may have.
const PLANTED: &str = "planted7value";

fn answer<'a>(sqlstate: &'a str, message: &'a str, detail: &'a str) -> Answer<'a> {
    Answer { sqlstate, message, hint: "", detail }
}

#[track_caller]
fn check(values: Values, answer: &Answer<'_>, expected: &str) {
    assert_eq!(values.answer(answer, true), expected);
}

#[test]
fn a_value_in_the_databases_words_is_told_as_the_option_says() {
    let long = "x".repeat(70);
    let message = format!("invalid input syntax for type date: \"{long}\"");
    let syntax = answer("22007", &message, "");
    check(Values::Short, &syntax, &format!("invalid input syntax for type date: \"{}...\"", &long[..60]));
    check(Values::Keys, &syntax, "invalid input syntax for type date: \"...\"");
    check(Values::None, &syntax, "invalid input syntax for type date: \"...\"");
    let range = answer("22003", "value \"4\" is out of range for type integer", "");
    check(Values::None, &range, "value \"...\" is out of range for type integer");
    let length = answer("22001", "value too long for type character varying(5)", "");
    check(Values::None, &length, "value too long for type character varying(5)");
}

#[test]
fn a_detail_names_the_key_where_values_are_told() {
    let unique = "duplicate key value violates unique constraint \"u\"";
    let row = answer("23505", unique, "Key (mail)=(a@b) already exists.");
    check(Values::Short, &row, &format!("{unique}; Key (mail)=(a@b) already exists."));
    check(Values::Keys, &row, unique);
    check(Values::None, &row, unique);
    let null = "null value in column \"n\" of relation \"t\" violates not-null constraint";
    let detail = format!("Failing row contains (1, {}).", "y".repeat(90));
    let told = Values::Short.answer(&answer("23502", null, &detail), true);
    assert!(told.ends_with("yyy...") && told.len() < null.len() + 90, "{told}");
    check(Values::None, &answer("23502", null, &detail), null);
    // Also where the message itself has none.
    let conflict = answer("40001", "change conflicts with another transaction (OC000)", "Key (id)=(5)");
    check(Values::None, &conflict, "change conflicts with another transaction (OC000)");
}

#[test]
fn words_of_an_unknown_form_are_left_out_or_cut() {
    let raised = answer("P0001", "customer 4711 is blocked", "");
    check(Values::Short, &raised, "customer 4711 is blocked");
    assert!(!Values::None.answer(&raised, true).contains("4711"));
    assert!(Values::None.answer(&raised, true).contains("P0001"));
    let long = format!("no \"{}\" here", "z".repeat(500));
    assert!(Values::Short.answer(&answer("22023", &long, ""), true).len() < 100);
}

#[test]
fn hints_on_connections_stay() {
    let denied =
        Answer { sqlstate: "08006", message: "access denied", hint: "Signature expired: now", detail: "" };
    check(Values::None, &denied, "access denied; Signature expired: now");
}

#[test]
fn literals_of_a_statement_are_told_as_the_option_says() {
    let sql =
        "DELETE FROM \"t\" WHERE a = 'b''c' AND n > 42 AND e = E'x\\'y' AND d = $$q$$ -- it's\n AND t1 = $1";
    let short = Values::Short.statement(sql, 300);
    assert!(short.contains("'b''c'") && short.contains("42"), "{short}");
    assert_eq!(
        Values::None.statement(sql, 300),
        "DELETE FROM \"t\" WHERE a = '...' AND n > ... AND e = '...' AND d = '...'  \n AND t1 = $1"
    );
}

/// Texts as an enemy writes them: quotes, escapes, ends of lines, what turns text around, and what SQL reads.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\"".to_owned()),
        Just("'".to_owned()),
        Just("\\".to_owned()),
        Just("\n2026-01-01 ERROR forged".to_owned()),
        Just("\r".to_owned()),
        Just("\u{1b}[2J".to_owned()),
        Just("\u{85}\u{2028}\u{2029}".to_owned()),
        Just("\u{202e}\u{2066}\u{200f}".to_owned()),
        Just("\" is out of range for type integer".to_owned()),
        Just("=(\"), (".to_owned()),
        Just("$$ $a$ /* -- */".to_owned()),
        any::<String>(),
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn without_lines(text: &str) -> bool {
    !text.contains(|c: char| {
        c.is_control()
            || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
    })
}

proptest! {
    #[test]
    fn no_text_ends_a_line(text in hostile()) {
        prop_assert!(without_lines(&printable(text)));
    }

    #[test]
    fn no_value_is_left_in_the_databases_words(before in hostile(), after in hostile(), column in "[a-z]{1,9}") {
        let value = format!("{before}{PLANTED}{after}");
        let messages = [
            ("22007", format!("invalid input syntax for type date: \"{value}\"")),
            ("22P02", format!("invalid input syntax for type double precision: \"{value}\"")),
            ("22003", format!("value \"{value}\" is out of range for type integer")),
            ("22008", format!("date/time field value out of range: \"{value}\"")),
            ("22P02", format!("invalid input value for enum \"{column}\": \"{value}\"")),
            ("22023", format!("time zone \"{value}\" not recognized")),
            ("22000", value.clone()),
            ("P0001", format!("no {value} here")),
            ("XX000", value.clone()),
            ("23505", "duplicate key value violates unique constraint \"u\"".to_owned()),
            ("40001", "change conflicts with another transaction (OC000)".to_owned()),
        ];
        let details = [
            format!("Key ({column})=({value}) already exists."),
            format!("Failing row contains ({value}, 1)."),
            value.clone(),
        ];
        for (sqlstate, message) in &messages {
            for detail in &details {
                for values in [Values::Keys, Values::None] {
                    let answer = Answer { sqlstate, message, hint: &value, detail };
                    // Hints about statements and transactions have no values, so they are shown.
                    let answer = if *sqlstate == "40001" { Answer { hint: "", ..answer } } else { answer };
                    let told = values.answer(&answer, true);
                    prop_assert!(!told.contains(PLANTED), "{told}");
                }
            }
        }
    }

    #[test]
    fn no_literal_is_left_in_a_statement(before in hostile(), after in hostile(), number in 1_000_000u64..) {
        let value = format!("{before}{PLANTED}{after}");
        let escaped = value.replace('\\', "\\\\").replace('\'', "\\'");
        let tagged = value.replace('$', "");
        let comment = value.replace(['\n', '\r'], " ");
        let nested = value.replace('*', "");
        let doubled = value.replace('\'', "''");
        let sql = format!(
            "DELETE FROM \"a'b\" /* {nested} */ WHERE a = '{doubled}' AND b = E'{escaped}' AND c = $t${tagged}$t$ \
             AND d = $${tagged}$$ -- {comment}\n AND e = {number} AND f = '{doubled}'"
        );
        let told = Values::None.statement(&sql, 10_000);
        prop_assert!(!told.contains(PLANTED), "{told}");
        prop_assert!(!told.contains(&number.to_string()), "{told}");
    }
}
