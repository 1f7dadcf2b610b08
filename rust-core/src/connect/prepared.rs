//! Statements prepared on a connection.

use std::collections::HashMap;

use tokio_postgres::Statement;

use crate::limits;
use crate::table::sql::{Form, Verb};

/// Parameters of all statements prepared on a connection. Client and server remember the type of each, the client in 16
/// bytes: 4 MiB, enough for the full batches of eight tables with ten columns. Other statements are sent with text and
/// types.
const MAX_PARAMETERS: usize = 4 * limits::PARAMETERS;

/// At most one statement for each table, verb and form.
#[derive(Debug, Default)]
pub struct Prepared {
    statements: HashMap<(usize, Verb, Form), (usize, Statement)>,
    parameters: usize,
}

impl Prepared {
    /// Drops all statements: after a schema change they may no longer be valid.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The statement for this number of rows. The number matters only with VALUES.
    #[must_use]
    pub fn get(&self, table: usize, verb: Verb, form: Form, rows: usize) -> Option<&Statement> {
        let (of, statement) = self.statements.get(&(table, verb, form))?;
        (form == Form::Unnest || *of == rows).then_some(statement)
    }

    /// True if a statement with this many parameters can be kept.
    #[must_use]
    pub fn has_room(&self, parameters: usize) -> bool {
        self.parameters + parameters <= MAX_PARAMETERS
    }

    /// Keeps a statement.
    pub fn keep(&mut self, table: usize, verb: Verb, form: Form, rows: usize, statement: Statement) {
        self.parameters += statement.params().len();
        if let Some((_, former)) = self.statements.insert((table, verb, form), (rows, statement)) {
            self.parameters -= former.params().len();
        }
    }
}
