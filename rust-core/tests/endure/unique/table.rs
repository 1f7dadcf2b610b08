//! Tables with secondary unique indexes, the rows in them, and which unique values a row holds.

use crate::common::{Field, declare};
use dsql_sink::sink::Sink;

/// A row of any table. Its unique columns depend on the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) a: Option<i64>,
    /// The number in the text of column b.
    pub(super) b: Option<i64>,
    pub(super) c: Option<i64>,
    pub(super) v: i64,
}

/// A column whose values move between rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    A,
    B,
    C,
}

impl Row {
    pub(super) fn get(&self, column: Column) -> Option<i64> {
        match column {
            Column::A => self.a,
            Column::B => self.b,
            Column::C => self.c,
        }
    }

    pub(super) fn with(mut self, column: Column, value: Option<i64>) -> Self {
        match column {
            Column::A => self.a = value,
            Column::B => self.b = value,
            Column::C => self.c = value,
        }
        self
    }

    /// Column b. The case of its letters depends on `v`, so that different texts are equal in an
    /// index on lower(b).
    fn text(&self) -> Option<String> {
        self.b.map(|number| if self.v % 2 == 0 { format!("x{number}") } else { format!("X{number}") })
    }
}

/// The unique columns of a table in addition to its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    One,
    /// Three indexes, each on one column.
    Several,
    /// Two columns, either of which may be NULL.
    Composite,
    Nullable,
    /// An index with a WHERE.
    Partial,
    /// An index on an expression.
    Expression,
    /// The key has two columns; one index is composite, another has an expression and a WHERE.
    Keyed,
}

pub(super) const KINDS: [Kind; 7] =
    [Kind::One, Kind::Several, Kind::Composite, Kind::Nullable, Kind::Partial, Kind::Expression, Kind::Keyed];

/// A value of a row in a unique index: the index's number in the table, and the values of its
/// columns.
pub(super) type Held = (u8, i64, i64);

impl Kind {
    pub(super) fn name(self, prefix: &str) -> String {
        format!("{prefix}_{self:?}").to_lowercase()
    }

    pub(super) fn ddl(self, prefix: &str) -> String {
        let name = self.name(prefix);
        let key = if self == Self::Keyed { "part text, PRIMARY KEY (id, part)" } else { "PRIMARY KEY (id)" };
        let mut ddl =
            format!("CREATE TABLE {name} (id bigint, a bigint, b text, c bigint, v bigint, {key});");
        let indexes: &[&str] = match self {
            Self::One | Self::Nullable => &["(a)"],
            Self::Several => &["(a)", "(b)", "(c)"],
            Self::Composite => &["(c, a)"],
            Self::Partial => &["(a) WHERE c = 1"],
            Self::Expression => &["(lower(b))"],
            Self::Keyed => &["(b, a)", "(abs(c)) WHERE a IS NOT NULL"],
        };
        for (number, index) in indexes.iter().enumerate() {
            ddl += &format!("CREATE UNIQUE INDEX {name}_{number} ON {name} {index};");
        }
        ddl
    }

    pub(super) fn declare(self, sink: &Sink, prefix: &str) -> u32 {
        let keys: &[&str] = if self == Self::Keyed { &["id", "part"] } else { &["id"] };
        declare(sink, &self.name(prefix), self.columns(), keys).unwrap()
    }

    pub(super) fn columns(self) -> &'static [&'static str] {
        &["id", "a", "b", "c", "v", "part"][..if self == Self::Keyed { 6 } else { 5 }]
    }

    /// The row as the source sends it.
    pub(super) fn fields(self, row: &Row) -> Vec<Field> {
        let number = |value: Option<i64>| value.map_or(Field::Null, Field::Int);
        let text = row.text().map_or(Field::Null, Field::Text);
        let mut fields = vec![row.id.into(), number(row.a), text, number(row.c), row.v.into()];
        if self == Self::Keyed {
            fields[0] = (row.id / 2).into();
            fields.push(Field::Text(format!("p{}", row.id % 2)));
        }
        fields
    }

    /// A key of the history whose row has this id in the target.
    pub(super) fn key(self, id: i64) -> i64 {
        if self == Self::Keyed { id * 2 } else { id }
    }

    /// The row's values as SQL literals.
    pub(super) fn literals(self, row: &Row) -> String {
        let literal = |field: Field| match field {
            Field::Int(value) => value.to_string(),
            Field::Text(text) => format!("'{text}'"),
            _ => "NULL".to_owned(),
        };
        let literals: Vec<String> = self.fields(row).into_iter().map(literal).collect();
        literals.join(", ")
    }

    /// The condition that a row has this row's key.
    pub(super) fn has_key(self, row: &Row) -> String {
        match self {
            Self::Keyed => format!("id = {} AND part = 'p{}'", row.id / 2, row.id % 2),
            _ => format!("id = {}", row.id),
        }
    }

    /// All rows, in the form of [`Kind::told`].
    pub(super) fn select(self, prefix: &str) -> String {
        let key = if self == Self::Keyed { "id * 2 + right(part, 1)::bigint" } else { "id" };
        format!("SELECT {key}, a, b, c, v FROM {}", self.name(prefix))
    }

    pub(super) fn told(row: &Row) -> String {
        let number = |value: Option<i64>| value.map_or_else(|| "NULL".to_owned(), |value| value.to_string());
        let text = row.text().unwrap_or_else(|| "NULL".to_owned());
        format!("{}|{}|{text}|{}|{}", row.id, number(row.a), number(row.c), row.v)
    }

    /// The values of this row that no other row may have.
    pub(super) fn held(self, row: &Row) -> impl Iterator<Item = Held> {
        let one = |index: u8, value: Option<i64>| value.map(|value| (index, value, 0));
        let two = |left: Option<i64>, right: Option<i64>| Some((0, left?, right?));
        let held = match self {
            Self::One | Self::Nullable => [one(0, row.a), None, None],
            Self::Several => [one(0, row.a), one(1, row.b), one(2, row.c)],
            Self::Composite => [two(row.c, row.a), None, None],
            Self::Partial => [one(0, row.a.filter(|_| row.c == Some(1))), None, None],
            Self::Expression => [one(0, row.b), None, None],
            Self::Keyed => [two(row.b, row.a), one(1, row.c.map(i64::abs).filter(|_| row.a.is_some())), None],
        };
        held.into_iter().flatten()
    }

    /// Columns whose values are moved.
    pub(super) fn moving(self) -> &'static [Column] {
        match self {
            Self::One | Self::Composite | Self::Nullable | Self::Partial => &[Column::A],
            Self::Several => &[Column::A, Column::B, Column::C],
            Self::Expression => &[Column::B],
            Self::Keyed => &[Column::A, Column::C],
        }
    }

    /// Whether a row may have no value in a column that is moved.
    pub(super) fn nullable(self) -> bool {
        matches!(self, Self::Composite | Self::Nullable | Self::Keyed)
    }
}
