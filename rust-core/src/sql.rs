//! The text of the statements. Values are parameters, never text.

use std::fmt::Write;

use crate::schema::Table;

/// What a batch does to its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Inserts rows, or updates those whose key exists; appends if the table has no key.
    Upsert,
    /// Deletes rows by key.
    Delete,
}

impl Verb {
    /// Positions in the table's columns of one row's parameters.
    pub fn columns(self, table: &Table) -> Vec<usize> {
        match self {
            Self::Upsert => (0..table.columns.len()).filter(|at| table.columns[*at].sent).collect(),
            Self::Delete => table.keys.clone(),
        }
    }
}

/// The statement for `rows` rows, whose parameters follow each other row by row. A query has but one row.
#[must_use]
pub fn statement(verb: Verb, table: &Table, rows: usize) -> String {
    if let Some(query) = &table.query {
        return query.text.clone();
    }
    match verb {
        Verb::Upsert => upsert(table, rows),
        Verb::Delete => delete(table, rows),
    }
}

fn upsert(table: &Table, rows: usize) -> String {
    let all = Verb::Upsert.columns(table);
    let mut sql = format!("INSERT INTO {} ({}) VALUES ", target(table), names(table, &all));
    tuples(&mut sql, all.len(), rows);
    if !table.append() {
        let _ = write!(sql, " ON CONFLICT ({}) DO ", names(table, &table.keys));
        let assignments: Vec<String> = table
            .columns
            .iter()
            .filter(|column| !column.key)
            .map(|column| quote(&column.name))
            .map(|name| format!("{name} = EXCLUDED.{name}"))
            .collect();
        if assignments.is_empty() {
            sql.push_str("NOTHING");
        } else {
            let _ = write!(sql, "UPDATE SET {}", assignments.join(", "));
        }
    }
    sql
}

/// A key of one column is an IN list. A longer one joins the keys as rows: that form is recorded on DSQL,
/// a list of row values is not.
fn delete(table: &Table, rows: usize) -> String {
    let mut sql = format!("DELETE FROM {}", target(table));
    if let [key] = table.keys[..] {
        let _ = write!(sql, " WHERE {} IN (", quote(&table.columns[key].name));
        parameters(&mut sql, 1, rows);
        sql.push(')');
        return sql;
    }
    sql.push_str(" AS t USING (VALUES ");
    tuples(&mut sql, table.keys.len(), rows);
    let names: Vec<String> = (0..table.keys.len()).map(|key| format!("k{key}")).collect();
    let _ = write!(sql, ") AS d ({}) WHERE ", names.join(", "));
    let conditions: Vec<String> = table
        .keys
        .iter()
        .zip(&names)
        .map(|(key, name)| format!("t.{} = d.{name}", quote(&table.columns[*key].name)))
        .collect();
    sql.push_str(&conditions.join(" AND "));
    sql
}

fn tuples(sql: &mut String, width: usize, rows: usize) {
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ",(" });
        parameters(sql, row * width + 1, width);
        sql.push(')');
    }
}

/// Without blanks: these are most of a statement's bytes, and of what making it costs.
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

fn target(table: &Table) -> String {
    format!("{}.{}", quote(&table.schema), quote(&table.name))
}

/// An identifier as SQL takes it literally.
#[must_use]
pub fn quote(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, ColumnType};

    fn table(columns: &[&str], keys: &[usize]) -> Table {
        let column = |(at, name): (usize, &&str)| Column {
            name: (*name).to_owned(),
            source_type: String::new(),
            ty: ColumnType::Int4,
            nullable: true,
            key: keys.contains(&at),
            sent: true,
        };
        Table {
            schema: "public".to_owned(),
            name: "or\"ders".to_owned(),
            columns: columns.iter().enumerate().map(column).collect(),
            keys: keys.to_vec(),
            indexes: Vec::new(),
            query: None,
        }
    }

    #[track_caller]
    fn check(verb: Verb, columns: &[&str], keys: &[usize], rows: usize, expected: &str) {
        assert_eq!(statement(verb, &table(columns, keys), rows), expected);
    }

    #[test]
    fn upserts_set_all_but_the_key() {
        check(
            Verb::Upsert,
            &["id", "a", "b"],
            &[0],
            2,
            "INSERT INTO \"public\".\"or\"\"ders\" (\"id\", \"a\", \"b\") VALUES ($1,$2,$3),($4,$5,$6) \
             ON CONFLICT (\"id\") DO UPDATE SET \"a\" = EXCLUDED.\"a\", \"b\" = EXCLUDED.\"b\"",
        );
        check(
            Verb::Upsert,
            &["a", "b"],
            &[1, 0],
            1,
            "INSERT INTO \"public\".\"or\"\"ders\" (\"a\", \"b\") VALUES ($1,$2) \
             ON CONFLICT (\"b\", \"a\") DO NOTHING",
        );
    }

    #[test]
    fn tables_without_a_key_are_appended_to() {
        check(Verb::Upsert, &["a"], &[], 1, "INSERT INTO \"public\".\"or\"\"ders\" (\"a\") VALUES ($1)");
    }

    #[test]
    fn deletes_go_by_key() {
        check(
            Verb::Delete,
            &["a", "id"],
            &[1],
            3,
            "DELETE FROM \"public\".\"or\"\"ders\" WHERE \"id\" IN ($1,$2,$3)",
        );
        check(
            Verb::Delete,
            &["a", "b", "c"],
            &[0, 2],
            2,
            "DELETE FROM \"public\".\"or\"\"ders\" AS t USING (VALUES ($1,$2),($3,$4)) AS d (k0, k1) \
             WHERE t.\"a\" = d.k0 AND t.\"c\" = d.k1",
        );
    }
}
