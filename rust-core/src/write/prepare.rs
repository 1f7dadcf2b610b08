//! The work on a connection before rows are sent: open it, and read a declared table.

use std::time::Instant;

use log::Level;

use crate::connect::Connection;
use crate::error::SinkError;
use crate::failure::classify::Failure;
use crate::failure::messages;
use crate::failure::retry::{self, Bounds, Operation, Retry, Sent};
use crate::failure::wait::Timeout;
use crate::row::frame;
use crate::table::schema::Table;
use crate::table::sql::Form;
use crate::write::catalog;
use crate::write::engine::Engine;
use crate::write::pool::Slot;
use crate::write::transact;

/// Opens a connection, and reads a table on it if one is declared.
struct Preparing<'a> {
    engine: &'a Engine,
    slot: &'a mut Slot,
    declaration: Option<&'a frame::Declaration>,
}

impl Operation for Preparing<'_> {
    type Done = Result<Option<(Table, Form)>, SinkError>;

    fn sent(&self) -> Sent {
        Sent::QUESTION
    }

    fn bounds(&self) -> Bounds {
        self.engine.bounds()
    }

    async fn attempt(&mut self, timeout: Timeout) -> Result<Self::Done, Failure> {
        if let Err(error) = self.engine.latch.check() {
            return Ok(Err(error));
        }
        let began = Instant::now();
        let connection = self.slot.connection(&self.engine.pool, timeout).await?;
        let Some(declaration) = self.declaration else {
            self.engine.answered(began, true);
            return Ok(Ok(None));
        };
        let read = self.engine.read(connection, declaration, timeout).await;
        let read = read.map_err(|failure| connection.explain(failure))?;
        self.engine.answered(began, false);
        Ok(read)
    }

    fn again(&mut self, retry: &Retry<'_>) {
        let config = &self.engine.config;
        let text = || messages::connect_again(config, retry.failure, retry.after);
        self.engine.again(self.slot, None, retry, text);
    }
}

impl Engine {
    /// Opens the connection of a slot if there is none, with retries.
    ///
    /// # Errors
    /// The failure that cannot be retried.
    pub(crate) async fn connect(&self, slot: &mut Slot) -> Result<(), SinkError> {
        self.prepare(&mut Preparing { engine: self, slot, declaration: None }).await.map(drop)
    }

    async fn prepare(&self, preparing: &mut Preparing<'_>) -> Result<Option<(Table, Form)>, SinkError> {
        retry::run(preparing).await.unwrap_or_else(|given_up| {
            Err(messages::connection_error(&self.config, &given_up.failure, given_up.tries))
        })
    }

    /// Reads a declared table's catalog, and determines the form of its statements.
    pub(crate) async fn resolve(&self, declaration: &frame::Declaration) -> Result<(Table, Form), SinkError> {
        let mut slot = self.pool.wait().await;
        let declaration = Some(declaration);
        let prepared = self.prepare(&mut Preparing { engine: self, slot: &mut slot, declaration }).await;
        self.give_back(slot);
        prepared?.ok_or_else(|| SinkError::internal("a table was not read"))
    }

    async fn read(
        &self,
        connection: &Connection,
        declaration: &frame::Declaration,
        timeout: Timeout,
    ) -> Result<Result<Option<(Table, Form)>, SinkError>, Failure> {
        match catalog::resolve(&connection.client, declaration, self.config.log_values, timeout).await? {
            Ok(table) => {
                let table = Table { keeps_existing: self.config.keeps_existing, ..table };
                if table.append() {
                    self.ledger.prepare(&connection.client, &table, &self.notices, timeout).await?;
                }
                let form = self.form(connection, &table, timeout).await?;
                Ok(Ok(Some((table, form))))
            }
            Err(error) => Ok(Err(error)),
        }
    }

    /// The form of a table's statements: as the options say, otherwise unnest if a check shows that the database
    /// supports it.
    async fn form(&self, connection: &Connection, table: &Table, timeout: Timeout) -> Result<Form, Failure> {
        if let Some(form) = self.config.form {
            return Ok(form);
        }
        if table.query.is_some() {
            return Ok(Form::Values);
        }
        let Some(refusal) = transact::refuses_unnest(connection, table, timeout).await? else {
            return Ok(Form::Unnest);
        };
        self.notices.push(Level::Info, || messages::values_instead(&self.config, table, &refusal));
        Ok(Form::Values)
    }
}
