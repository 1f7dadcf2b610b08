//! The target table: its catalog entries, matched with the source's columns.
//!
//! Pure: [`crate::write::catalog`] reads the rows that [`resolve`] works on.

use std::fmt;

use crate::error::{ErrorKind, SinkError};
use crate::row::column::{Column, ColumnType};
use crate::row::frame::Declaration;
use crate::table::query::Query;
use crate::table::sql::quote;

/// A target table, ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Columns in the order of the rows' values.
    pub columns: Vec<Column>,
    /// Positions in `columns` of the key, in the key's order; empty if rows are only appended.
    pub keys: Vec<usize>,
    /// The secondary indexes.
    pub indexes: Vec<Index>,
    /// The unique indexes other than the key.
    pub uniques: Vec<UniqueIndex>,
    /// The user's own statement, which runs for each row.
    pub query: Option<Query>,
    /// Whether a row whose key exists is not changed.
    pub keeps_existing: bool,
}

/// A unique index of the target table other than that of the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UniqueIndex {
    /// Its name.
    pub name: String,
    /// Positions of its columns in the rows; `None` if a row does not have its value: an index on an expression, with a
    /// predicate, or on a column that the rows do not have.
    pub columns: Option<Vec<usize>>,
    /// False if two NULLs are equal in it.
    pub nulls_distinct: bool,
    /// True if the rows have every column that it needs. Then a statement can find the rows that hold their values.
    pub shown: bool,
    /// SQL of each of its columns.
    pub expressions: Vec<String>,
    /// SQL of its predicate.
    pub predicate: Option<String>,
}

/// A secondary index of the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Positions of its columns in the table's columns; expressions have none.
    pub columns: Vec<usize>,
}

impl Table {
    /// True if rows are only appended.
    #[must_use]
    pub fn append(&self) -> bool {
        self.keys.is_empty()
    }

    /// The columns that the rows have but the database computes, so they are not written.
    #[must_use]
    pub fn computed(&self) -> Vec<&str> {
        let computed = self.columns.iter().filter(|column| !column.sent && self.query.is_none());
        computed.map(|column| column.name.as_str()).collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema, self.name)
    }
}

/// A column in the catalog.
#[derive(Debug, Clone)]
pub struct CatalogColumn {
    /// `attname`
    pub name: String,
    /// `attnum`
    pub number: i16,
    /// Type; for a domain its base type.
    pub oid: u32,
    /// `atttypmod`; for a domain that of the domain.
    pub modifier: i32,
    /// The type as SQL writes it.
    pub type_name: String,
    /// `attnotnull`
    pub not_null: bool,
    /// True if a default fills the column when an INSERT leaves it out.
    pub has_default: bool,
    /// True if the database computes the column from others: GENERATED ALWAYS AS (...).
    pub generated: bool,
    /// True if it is an identity GENERATED ALWAYS.
    pub identity: bool,
}

/// An index in the catalog.
#[derive(Debug, Clone)]
pub struct CatalogIndex {
    /// Column numbers in order; 0 for an expression.
    pub columns: Vec<i16>,
    /// True if ON CONFLICT can name its columns: unique, valid, neither partial nor on an expression.
    pub arbiter: bool,
    /// True for the primary key.
    pub primary: bool,
    /// True if it is unique, in any form, valid or not.
    pub unique: bool,
    /// Its name.
    pub name: String,
    /// False if two NULLs are equal in it.
    pub nulls_distinct: bool,
    /// True if it is neither partial nor on an expression.
    pub plain: bool,
    /// SQL of each of its columns, if it is unique.
    pub expressions: Vec<String>,
    /// SQL of its predicate.
    pub predicate: Option<String>,
}

/// The error of a table that does not exist.
#[must_use]
pub fn absent(declared: &Declaration, elsewhere: &[String]) -> SinkError {
    let found = match elsewhere {
        [] => String::new(),
        found => format!("; there is {}", found.join(", ")),
    };
    schema_error(format!(
        "table {}.{} does not exist in the target{found}; create it, or correct the options 'schema' and 'table' (names \
         are case-sensitive)",
        declared.schema, declared.table
    ))
}

/// Matches the declared columns with the catalog's.
///
/// # Errors
/// Kind `Schema`, naming every column with a problem: missing in the target, of an unsupported type, computed by the database, required but not in the source; or a key without a unique index.
pub fn resolve(
    declared: &Declaration,
    columns: &[CatalogColumn],
    indexes: &[CatalogIndex],
) -> Result<Table, SinkError> {
    let name = format!("{}.{}", declared.schema, declared.table);
    if columns.is_empty() {
        return Err(absent(declared, &[]));
    }
    let mut problems = Vec::new();
    let mut resolved = Vec::with_capacity(declared.columns.len());
    let mut numbers = Vec::with_capacity(declared.columns.len());
    for (column, source_type) in &declared.columns {
        match columns.iter().find(|c| c.name == *column) {
            None => problems.push(missing(column, columns)),
            Some(found) if found.generated && declared.keys.contains(column) => problems.push(format!(
                "key column \"{column}\" is computed by the database; name other columns by option 'primary_keys'"
            )),
            Some(found) if found.identity && !declared.append && !declared.keys.contains(column) => problems
                .push(format!(
                    "column \"{column}\" is GENERATED ALWAYS AS IDENTITY, so no update may set it; run ALTER TABLE \
                     {}.{} ALTER COLUMN {} SET GENERATED BY DEFAULT, or leave it out of the source's columns",
                    quote(&declared.schema),
                    quote(&declared.table),
                    quote(column)
                )),
            Some(found) => match ColumnType::from_catalog(found.oid, found.modifier) {
                None => problems.push(format!(
                    "column \"{column}\" has type {}, which the sink cannot write",
                    found.type_name
                )),
                Some(ty) => {
                    numbers.push(found.number);
                    resolved.push(Column {
                        name: column.clone(),
                        source_type: source_type.clone(),
                        ty,
                        nullable: !found.not_null,
                        key: declared.keys.contains(column),
                        sent: !found.generated,
                        identity: found.identity,
                    });
                }
            },
        }
    }
    for column in columns.iter().filter(|c| c.not_null && !c.has_default && !c.generated && !c.identity) {
        if !declared.columns.iter().any(|(name, _)| *name == column.name) {
            problems.push(format!(
                "column \"{}\" is NOT NULL without a default and the source does not bring it; give it a default, \
                 or add it to the rows by a transform",
                column.name
            ));
        }
    }
    let mut keys = Vec::new();
    if !declared.append {
        for key in &declared.keys {
            match declared.columns.iter().position(|(name, _)| name == key) {
                Some(position) => keys.push(position),
                None => problems.push(format!(
                    "key column \"{key}\" is not among the source's columns; correct the option 'primary_keys'"
                )),
            }
        }
        if declared.keys.is_empty() {
            problems.push("an upsert needs a key; set the option 'primary_keys'".to_owned());
        } else if problems.is_empty() && !indexes.is_empty() {
            let (keys, held) = (&declared.keys, unique(columns, indexes));
            let has_all = |held: &Vec<&str>| keys.iter().all(|key| held.contains(&key.as_str()));
            if !held.iter().any(|held| held.len() == keys.len() && has_all(held)) {
                let held = held.iter().map(|held| format!("({})", held.join(", ")));
                let held = held.reduce(|one, other| format!("{one} or {other}"));
                problems.push(format!(
                    "no primary key or unique index has exactly the columns ({}) of the key; set the option \
                     'primary_keys' to the table's key: {}",
                    keys.join(", "),
                    held.as_deref().unwrap_or("it has none")
                ));
            }
        }
    }
    if !problems.is_empty() {
        return Err(schema_error(format!("table {name} cannot be written: {}", problems.join("; "))));
    }
    let unsent: Vec<&str> = columns
        .iter()
        .map(|column| column.name.as_str())
        .filter(|name| !resolved.iter().any(|column| column.sent && column.name == *name))
        .collect();
    let uniques =
        if declared.append { Vec::new() } else { uniques(&numbers, &resolved, &keys, indexes, &unsent) };
    let indexes = indexes
        .iter()
        .filter(|index| !index.primary)
        .map(|index| {
            let held = |number: &i16| numbers.iter().position(|n| n == number);
            Index { name: index.name.clone(), columns: index.columns.iter().filter_map(held).collect() }
        })
        .collect();
    Ok(Table {
        schema: declared.schema.clone(),
        name: declared.table.clone(),
        columns: resolved,
        keys,
        indexes,
        uniques,
        query: None,
        keeps_existing: false,
    })
}

/// The table of a query. `parameters` has the object identifier and the name of each parameter's type.
///
/// # Errors
/// Kind `Schema`, naming the column and its parameter's type if the sink cannot write it.
pub fn resolve_query(
    declared: &Declaration,
    query: Query,
    parameters: &[(u32, String)],
) -> Result<Table, SinkError> {
    let mut columns: Vec<Column> = declared
        .columns
        .iter()
        .map(|(name, source_type)| Column {
            name: name.clone(),
            source_type: source_type.clone(),
            ty: ColumnType::Text,
            nullable: true,
            key: false,
            sent: false,
            identity: false,
        })
        .collect();
    for (column, (oid, type_name)) in query.columns.iter().zip(parameters) {
        let column = &mut columns[*column];
        column.ty = ColumnType::from_catalog(*oid, -1).ok_or_else(|| {
            schema_error(format!(
                "option 'query': the parameter of column \"{}\" has type {type_name}, which the sink cannot write; \
                 cast it, such as CAST(:{} AS text)",
                column.name, column.name
            ))
        })?;
        column.sent = true;
    }
    Ok(Table {
        schema: declared.schema.clone(),
        name: declared.table.clone(),
        columns,
        keys: Vec::new(),
        indexes: Vec::new(),
        uniques: Vec::new(),
        query: Some(query),
        keeps_existing: false,
    })
}

/// The unique indexes, without those on exactly the key's columns. `numbers` are the catalog's numbers of the columns
/// that rows have, `unsent` the columns of the table that are not written.
fn uniques(
    numbers: &[i16],
    columns: &[Column],
    keys: &[usize],
    indexes: &[CatalogIndex],
    unsent: &[&str],
) -> Vec<UniqueIndex> {
    let place = |number: &i16| numbers.iter().position(|n| n == number).filter(|at| columns[*at].sent);
    // In an expression the name may mean something else. Then a row is refused that could have been displaced.
    let names_unsent = |sql: &String| unsent.iter().any(|name| sql.contains(&name.replace('"', "\"\"")));
    let unique = |index: &CatalogIndex| {
        let places: Option<Vec<usize>> = index.columns.iter().map(place).collect();
        let places = places.filter(|_| index.plain);
        let is_key = places
            .as_ref()
            .is_some_and(|places| places.len() == keys.len() && keys.iter().all(|key| places.contains(key)));
        // Two intervals can be equal without being alike.
        let comparable =
            |places: &Vec<usize>| places.iter().all(|at| columns[*at].ty != ColumnType::Interval);
        (!is_key).then(|| UniqueIndex {
            name: index.name.clone(),
            columns: places.filter(comparable),
            nulls_distinct: index.nulls_distinct,
            shown: !index.expressions.iter().chain(&index.predicate).any(names_unsent),
            expressions: index.expressions.clone(),
            predicate: index.predicate.clone(),
        })
    };
    indexes.iter().filter(|index| index.unique).filter_map(unique).collect()
}

/// The columns of each index that no two rows may share.
fn unique<'a>(columns: &'a [CatalogColumn], indexes: &[CatalogIndex]) -> Vec<Vec<&'a str>> {
    let name = |number: &i16| columns.iter().find(|c| c.number == *number).map(|c| c.name.as_str());
    indexes.iter().filter(|i| i.arbiter).map(|i| i.columns.iter().filter_map(name).collect()).collect()
}

fn missing(column: &str, columns: &[CatalogColumn]) -> String {
    let similar = columns.iter().find(|c| c.name.eq_ignore_ascii_case(column));
    match similar {
        Some(similar) => format!(
            "column \"{column}\" does not exist, but \"{}\" does (names are case-sensitive)",
            similar.name
        ),
        None => format!(
            "column \"{column}\" does not exist; add it (ALTER TABLE ... ADD COLUMN) or leave it out of the source"
        ),
    }
}

fn schema_error(message: String) -> SinkError {
    SinkError::new(ErrorKind::Schema, message)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
