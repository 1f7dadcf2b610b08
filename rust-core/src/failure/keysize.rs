//! Finds the key or index for which a row is too large. The database does not say which one it is.

use crate::limits;
use crate::queue::batch::Batch;
use crate::row::tuple;
use crate::table::schema::Table;
use crate::table::sql::Verb;

/// What is too large.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TooLarge {
    /// The column, if there is only one.
    pub column: Option<String>,
    /// What is too large and what to do.
    pub text: String,
}

/// A key or an index, with the bytes of a row's entry in it.
struct Entry {
    /// Its name; `None` for the table's key.
    name: Option<String>,
    columns: Vec<usize>,
    bytes: usize,
}

/// The largest entry of the first row that a batch writes; `None` if the columns of no entry are known.
#[must_use]
pub fn of(batch: &Batch) -> Option<TooLarge> {
    let steps = batch.steps();
    let written = steps.iter().find(|step| matches!(step.verb, Verb::Upsert))?;
    let row = written.rows().next()?;
    let sizes: Vec<usize> = tuple::params(row).map(|param| param.bytes.map_or(0, <[u8]>::len)).collect();
    describe(&batch.table, &sizes)
}

/// `sizes` are the bytes of the row's values.
fn describe(table: &Table, sizes: &[usize]) -> Option<TooLarge> {
    let key = Entry { name: None, columns: table.keys.clone(), bytes: bytes(table, &table.keys, sizes) };
    let entries = table.indexes.iter().map(|index| Entry {
        name: Some(index.name.clone()),
        columns: index.columns.clone(),
        bytes: bytes(table, &index.columns, sizes),
    });
    let most = limits::KEY_BYTES;
    // A key that is too large is too large in every index as well, so only a shorter key helps.
    if key.bytes > most || table.indexes.iter().all(|index| index.columns.is_empty()) {
        let text = format!(
            "the row's key {} has {} bytes, and Aurora DSQL takes {most}; shorten its values, or give the table another \
             key (option 'primary_keys')",
            key.columns(table),
            key.bytes
        );
        return (!key.columns.is_empty()).then(|| TooLarge { column: key.column(table), text });
    }
    let mut found: Vec<Entry> = entries.filter(|entry| !entry.columns.is_empty()).collect();
    found.sort_by_key(|entry| std::cmp::Reverse(entry.bytes));
    // The exact count of the database is unknown, so the largest entry is named in any case.
    let fits = found.iter().skip(1).position(|entry| entry.bytes <= most).map_or(found.len(), |at| at + 1);
    found.truncate(fits);
    let shown: Vec<String> = found
        .iter()
        .map(|entry| {
            let name = entry.name.as_deref().unwrap_or_default();
            format!("{} bytes in index \"{name}\" {}", entry.bytes, entry.columns(table))
        })
        .collect();
    let text = format!(
        "the row has {}, with the key's, and Aurora DSQL takes {most}; shorten its values, or do without the index: DROP \
         INDEX, and create_index = false for a table that the job creates",
        shown.join(" and ")
    );
    let column = found.first().filter(|_| found.len() == 1).and_then(|entry| entry.column(table));
    Some(TooLarge { column, text })
}

impl Entry {
    /// `(a, b)`
    fn columns(&self, table: &Table) -> String {
        let names: Vec<&str> = self.columns.iter().map(|at| table.columns[*at].name.as_str()).collect();
        format!("({})", names.join(", "))
    }

    /// Its column, if there is only one.
    fn column(&self, table: &Table) -> Option<String> {
        match self.columns[..] {
            [at] => Some(table.columns[at].name.clone()),
            _ => None,
        }
    }
}

/// Bytes of an entry: the columns of the index and of the key, plus the cost of each column after the first.
fn bytes(table: &Table, columns: &[usize], sizes: &[usize]) -> usize {
    let key = table.keys.iter().filter(|at| !columns.contains(at));
    let all: Vec<usize> = columns.iter().chain(key).copied().collect();
    let values: usize = all.iter().filter_map(|at| sizes.get(*at)).sum();
    values + limits::KEY_COLUMN_BYTES * all.len().saturating_sub(1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::row::column::{Column, ColumnType};
    use crate::table::schema::Index;

    fn table() -> Table {
        let column = |name: &str, key: bool| Column {
            name: name.to_owned(),
            source_type: String::new(),
            ty: ColumnType::Text,
            nullable: !key,
            key,
            sent: true,
            identity: false,
        };
        let index =
            |name: &str, columns: &[usize]| Index { name: name.to_owned(), columns: columns.to_vec() };
        Table {
            schema: "public".to_owned(),
            name: "t".to_owned(),
            columns: vec![column("id", true), column("url", false), column("note", false)],
            keys: vec![0],
            indexes: vec![index("t_url", &[1]), index("t_both", &[1, 2]), index("t_expression", &[])],
            uniques: Vec::new(),
            query: None,
            keeps_existing: false,
        }
    }

    #[track_caller]
    fn check(sizes: &[usize], column: Option<&str>, says: &[&str]) {
        let found = describe(&table(), sizes).unwrap();
        assert_eq!(found.column.as_deref(), column, "{found:?}");
        says.iter().for_each(|part| assert!(found.text.contains(part), "{found:?}"));
    }

    #[test]
    fn the_largest_entry_is_named() {
        let create_index = "create_index = false";
        check(
            &[8, 2000, 0],
            None,
            &["2022 bytes in index \"t_both\" (url, note) and 2015", "\"t_url\" (url)", "1981", create_index],
        );
        check(&[8, 100, 1900], None, &["2022 bytes in index \"t_both\" (url, note), with"]);
        check(&[1982, 10, 10], Some("id"), &["key (id) has 1982 bytes", "'primary_keys'"]);
        let mut one = table();
        one.indexes.truncate(1);
        let found = describe(&one, &[8, 2000, 5000]).unwrap();
        assert_eq!(found.column.as_deref(), Some("url"));
        assert!(found.text.contains("2015 bytes in index \"t_url\" (url)"), "{found:?}");
    }

    #[test]
    fn nothing_is_named_where_nothing_is_known() {
        let mut none = table();
        none.keys.clear();
        none.indexes.remove(0);
        none.indexes.remove(0);
        assert_eq!(describe(&none, &[8, 2000, 0]), None);
    }
}
