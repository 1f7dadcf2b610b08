//! The text of the statements. Values are parameters, never text.

use std::fmt::Write;

use crate::table::schema::Table;
use crate::table::schema::UniqueIndex;

/// What a statement does to its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Inserts rows, or updates those whose key exists; appends if the table has no key.
    Upsert,
    /// Deletes rows by key.
    Delete,
    /// Deletes the rows that hold values of other rows in the unique index with this number.
    Displace(usize),
}

/// How rows become parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// An array for each column: one statement for any number of rows.
    Unnest,
    /// One parameter for each value.
    Values,
}

impl Form {
    /// Its name in the option and in the log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unnest => "unnest",
            Self::Values => "values",
        }
    }
}

impl Verb {
    /// Positions in the table's columns of one row's parameters.
    #[must_use]
    pub fn columns(self, table: &Table) -> Vec<usize> {
        let sent = || (0..table.columns.len()).filter(|at| table.columns[*at].sent).collect();
        match self {
            Self::Upsert => sent(),
            Self::Delete => table.keys.clone(),
            Self::Displace(index) => match &table.uniques[index].columns {
                Some(columns) => {
                    let mut columns = columns.clone();
                    columns.sort_unstable();
                    columns
                }
                None => sent(),
            },
        }
    }
}

/// The statement for `rows` rows. With VALUES the parameters follow each other row by row; with unnest there is one for
/// each column. The user's own query has only one row.
#[must_use]
pub fn statement(verb: Verb, form: Form, table: &Table, rows: usize) -> String {
    if let Some(query) = &table.query {
        return query.text.clone();
    }
    let rows = Rows { form, rows, columns: verb.columns(table) };
    match verb {
        Verb::Upsert => upsert(table, &rows),
        Verb::Delete => delete(table, &rows),
        Verb::Displace(index) => displace(table, &table.uniques[index], &rows),
    }
}

/// The rows that a statement works on.
struct Rows {
    form: Form,
    rows: usize,
    columns: Vec<usize>,
}

impl Rows {
    /// Their form after FROM, or instead of a SELECT.
    fn source(&self) -> String {
        let mut sql = String::new();
        let width = self.columns.len();
        match self.form {
            Form::Unnest => {
                sql.push_str("unnest(");
                parameters(&mut sql, 1, width);
                sql.push(')');
            }
            Form::Values => {
                sql.push_str("VALUES ");
                for row in 0..self.rows {
                    sql.push_str(if row == 0 { "(" } else { ",(" });
                    parameters(&mut sql, row * width + 1, width);
                    sql.push(')');
                }
            }
        }
        sql
    }

    /// Their form as a table with an alias and column names.
    fn table(&self, alias: &str, names: &[String]) -> String {
        let names = names.join(", ");
        match self.form {
            Form::Unnest => format!("{} AS {alias} ({names})", self.source()),
            Form::Values => format!("({}) AS {alias} ({names})", self.source()),
        }
    }
}

fn upsert(table: &Table, rows: &Rows) -> String {
    let mut sql = format!("INSERT INTO {} ({}) ", target(table), names(table, &rows.columns));
    if table.columns.iter().any(|column| column.identity) {
        sql.push_str("OVERRIDING SYSTEM VALUE ");
    }
    if rows.form == Form::Unnest {
        sql.push_str("SELECT * FROM ");
    }
    sql.push_str(&rows.source());
    if !table.append() {
        let _ = write!(sql, " ON CONFLICT ({}) DO ", names(table, &table.keys));
        let assignments: Vec<String> = table
            .columns
            .iter()
            .filter(|column| !column.key && column.sent)
            .map(|column| quote(&column.name))
            .map(|name| format!("{name} = EXCLUDED.{name}"))
            .collect();
        if assignments.is_empty() || table.keeps_existing {
            sql.push_str("NOTHING");
        } else {
            let _ = write!(sql, "UPDATE SET {}", assignments.join(", "));
        }
    }
    sql
}

/// A key of one column is a list. A longer one joins the keys as rows: that form is recorded on DSQL, a list of row
/// values is not.
fn delete(table: &Table, rows: &Rows) -> String {
    let mut sql = format!("DELETE FROM {}", target(table));
    if let [key] = table.keys[..] {
        let _ = write!(sql, " WHERE {} ", quote(&table.columns[key].name));
        match rows.form {
            Form::Unnest => sql.push_str("= ANY($1)"),
            Form::Values => {
                sql.push_str("IN (");
                parameters(&mut sql, 1, rows.rows);
                sql.push(')');
            }
        }
        return sql;
    }
    let names: Vec<String> = (0..table.keys.len()).map(|key| format!("k{key}")).collect();
    let conditions: Vec<String> = table
        .keys
        .iter()
        .zip(&names)
        .map(|(key, name)| format!("t.{} = d.{name}", quote(&table.columns[*key].name)))
        .collect();
    let _ = write!(sql, " AS t USING {} WHERE {}", rows.table("d", &names), conditions.join(" AND "));
    sql
}

/// The index's own expressions are on both sides. Inside the sub-select their columns are those of the new rows,
/// outside those of the table.
fn displace(table: &Table, index: &UniqueIndex, rows: &Rows) -> String {
    let named: Vec<String> = rows.columns.iter().map(|column| quote(&table.columns[*column].name)).collect();
    let held = index.expressions.join(", ");
    let when = |start: &str| {
        index.predicate.as_ref().map(|predicate| format!("{start} ({predicate})")).unwrap_or_default()
    };
    format!(
        "DELETE FROM {} WHERE ({held}) IN (SELECT {held} FROM {}{}){}",
        target(table),
        rows.table("d", &named),
        when(" WHERE"),
        when(" AND")
    )
}

/// Without blanks, because these are most of a statement's bytes and most of the cost of building it.
fn parameters(sql: &mut String, first: usize, count: usize) {
    let mut number = itoa::Buffer::new();
    for parameter in first..first + count {
        sql.push_str(if parameter == first { "$" } else { ",$" });
        sql.push_str(number.format(parameter));
    }
}

fn names(table: &Table, columns: &[usize]) -> String {
    let names: Vec<String> = columns.iter().map(|column| quote(&table.columns[*column].name)).collect();
    names.join(", ")
}

/// The table's name as a quoted SQL identifier.
#[must_use]
pub fn target(table: &Table) -> String {
    format!("{}.{}", quote(&table.schema), quote(&table.name))
}

/// A quoted SQL identifier.
#[must_use]
pub fn quote(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::column::{Column, ColumnType};

    fn table(columns: &[&str], keys: &[usize]) -> Table {
        let column = |(at, name): (usize, &&str)| Column {
            name: (*name).to_owned(),
            source_type: String::new(),
            ty: ColumnType::Int4,
            nullable: true,
            key: keys.contains(&at),
            sent: true,
            identity: false,
        };
        Table {
            schema: "public".to_owned(),
            name: "or\"ders".to_owned(),
            columns: columns.iter().enumerate().map(column).collect(),
            keys: keys.to_vec(),
            indexes: Vec::new(),
            uniques: Vec::new(),
            query: None,
            keeps_existing: false,
        }
    }

    #[track_caller]
    fn check(verb: Verb, table: &Table, rows: usize, values: &str, unnest: &str) {
        assert_eq!(statement(verb, Form::Values, table, rows), values);
        assert_eq!(statement(verb, Form::Unnest, table, rows), unnest);
    }

    #[test]
    fn upserts_set_all_but_the_key() {
        check(
            Verb::Upsert,
            &table(&["id", "a", "b"], &[0]),
            2,
            "INSERT INTO \"public\".\"or\"\"ders\" (\"id\", \"a\", \"b\") VALUES ($1,$2,$3),($4,$5,$6) \
             ON CONFLICT (\"id\") DO UPDATE SET \"a\" = EXCLUDED.\"a\", \"b\" = EXCLUDED.\"b\"",
            "INSERT INTO \"public\".\"or\"\"ders\" (\"id\", \"a\", \"b\") SELECT * FROM unnest($1,$2,$3) \
             ON CONFLICT (\"id\") DO UPDATE SET \"a\" = EXCLUDED.\"a\", \"b\" = EXCLUDED.\"b\"",
        );
        check(
            Verb::Upsert,
            &table(&["a", "b"], &[1, 0]),
            1,
            "INSERT INTO \"public\".\"or\"\"ders\" (\"a\", \"b\") VALUES ($1,$2) \
             ON CONFLICT (\"b\", \"a\") DO NOTHING",
            "INSERT INTO \"public\".\"or\"\"ders\" (\"a\", \"b\") SELECT * FROM unnest($1,$2) \
             ON CONFLICT (\"b\", \"a\") DO NOTHING",
        );
    }

    #[test]
    fn tables_without_a_key_are_appended_to() {
        check(
            Verb::Upsert,
            &table(&["a"], &[]),
            1,
            "INSERT INTO \"public\".\"or\"\"ders\" (\"a\") VALUES ($1)",
            "INSERT INTO \"public\".\"or\"\"ders\" (\"a\") SELECT * FROM unnest($1)",
        );
    }

    #[test]
    fn deletes_go_by_key() {
        check(
            Verb::Delete,
            &table(&["a", "id"], &[1]),
            3,
            "DELETE FROM \"public\".\"or\"\"ders\" WHERE \"id\" IN ($1,$2,$3)",
            "DELETE FROM \"public\".\"or\"\"ders\" WHERE \"id\" = ANY($1)",
        );
        check(
            Verb::Delete,
            &table(&["a", "b", "c"], &[0, 2]),
            2,
            "DELETE FROM \"public\".\"or\"\"ders\" AS t USING (VALUES ($1,$2),($3,$4)) AS d (k0, k1) \
             WHERE t.\"a\" = d.k0 AND t.\"c\" = d.k1",
            "DELETE FROM \"public\".\"or\"\"ders\" AS t USING unnest($1,$2) AS d (k0, k1) \
             WHERE t.\"a\" = d.k0 AND t.\"c\" = d.k1",
        );
    }

    #[test]
    fn holders_of_a_unique_value_are_found_by_its_index() {
        let mut table = table(&["id", "mail", "gone"], &[0]);
        let index = |columns, expressions: &[&str], predicate: Option<&str>| UniqueIndex {
            name: "u".to_owned(),
            columns,
            nulls_distinct: true,
            shown: true,
            expressions: expressions.iter().map(|text| (*text).to_owned()).collect(),
            predicate: predicate.map(str::to_owned),
        };
        table.uniques =
            vec![index(Some(vec![1]), &["\"mail\""], None), index(None, &["lower(mail)"], Some("NOT gone"))];
        check(
            Verb::Displace(0),
            &table,
            2,
            "DELETE FROM \"public\".\"or\"\"ders\" WHERE (\"mail\") IN \
             (SELECT \"mail\" FROM (VALUES ($1),($2)) AS d (\"mail\"))",
            "DELETE FROM \"public\".\"or\"\"ders\" WHERE (\"mail\") IN \
             (SELECT \"mail\" FROM unnest($1) AS d (\"mail\"))",
        );
        check(
            Verb::Displace(1),
            &table,
            1,
            "DELETE FROM \"public\".\"or\"\"ders\" WHERE (lower(mail)) IN (SELECT lower(mail) FROM \
             (VALUES ($1,$2,$3)) AS d (\"id\", \"mail\", \"gone\") WHERE (NOT gone)) AND (NOT gone)",
            "DELETE FROM \"public\".\"or\"\"ders\" WHERE (lower(mail)) IN (SELECT lower(mail) FROM \
             unnest($1,$2,$3) AS d (\"id\", \"mail\", \"gone\") WHERE (NOT gone)) AND (NOT gone)",
        );
    }
}
