//! What is done on a connection before rows: it is opened, and a declared table is read.

use log::Level;

use crate::catalog;
use crate::classify::Failure;
use crate::connect::Connection;
use crate::error::SinkError;
use crate::outcome;
use crate::pool::Slot;
use crate::retry::{self, Bounds, Operation, Retry, Sent};
use crate::row::frame;
use crate::schema::Table;
use crate::sink::Core;
use crate::sql::Form;
use crate::transact;
use crate::wait::Patience;

/// A connection that is made ready, and a table that is read on it if one is declared.
struct Preparing<'a> {
    core: &'a Core,
    slot: &'a mut Slot,
    declaration: Option<&'a frame::Declaration>,
}

impl Operation for Preparing<'_> {
    type Done = Result<Option<(Table, Form)>, SinkError>;

    fn sent(&self) -> Sent {
        Sent { rows: 0, idempotent: true, may_displace: false }
    }

    fn bounds(&self) -> Bounds {
        self.core.bounds()
    }

    async fn attempt(&mut self, patience: Patience) -> Result<Self::Done, Failure> {
        if let Err(error) = self.core.latch.check() {
            return Ok(Err(error));
        }
        let connection = self.slot.connection(&self.core.pool, patience).await?;
        let Some(declaration) = self.declaration else { return Ok(Ok(None)) };
        let read = self.core.read(connection, declaration, patience).await;
        read.map_err(|failure| connection.explain(failure))
    }

    fn again(&mut self, retry: &Retry<'_>) {
        let config = &self.core.config;
        let text = || outcome::connect_again(config, retry.failure, retry.after);
        self.core.again(self.slot, retry, text);
    }
}

impl Core {
    /// Opens the connection of a slot if there is none, with retries.
    ///
    /// # Errors
    /// The failure that cannot be retried.
    pub(crate) async fn connect(&self, slot: &mut Slot) -> Result<(), SinkError> {
        self.prepare(&mut Preparing { core: self, slot, declaration: None }).await.map(drop)
    }

    async fn prepare(&self, preparing: &mut Preparing<'_>) -> Result<Option<(Table, Form)>, SinkError> {
        retry::run(preparing).await.unwrap_or_else(|given_up| {
            Err(outcome::connection_error(&self.config, &given_up.failure, given_up.tries))
        })
    }

    /// Reads a declared table's catalog, and finds out the form of its statements.
    pub(crate) async fn resolve(&self, declaration: &frame::Declaration) -> Result<(Table, Form), SinkError> {
        let mut slot = self.pool.wait().await;
        let declaration = Some(declaration);
        let prepared = self.prepare(&mut Preparing { core: self, slot: &mut slot, declaration }).await;
        self.give_back(slot);
        prepared?.ok_or_else(|| SinkError::internal("a table was not read"))
    }

    async fn read(
        &self,
        connection: &Connection,
        declaration: &frame::Declaration,
        patience: Patience,
    ) -> Result<Result<Option<(Table, Form)>, SinkError>, Failure> {
        match catalog::resolve(&connection.client, declaration, patience).await? {
            Ok(table) => {
                let form = self.form(connection, &table, patience).await?;
                Ok(Ok(Some((table, form))))
            }
            Err(error) => Ok(Err(error)),
        }
    }

    /// The form of a table's statements: as the options say, else unnest if the database takes it, which it is asked.
    async fn form(
        &self,
        connection: &Connection,
        table: &Table,
        patience: Patience,
    ) -> Result<Form, Failure> {
        if let Some(form) = self.config.form {
            return Ok(form);
        }
        if table.query.is_some() {
            return Ok(Form::Values);
        }
        let Some(refusal) = transact::refuses_unnest(connection, table, patience).await? else {
            return Ok(Form::Unnest);
        };
        self.notices.push(Level::Info, || outcome::values_instead(table, &refusal));
        Ok(Form::Values)
    }
}
