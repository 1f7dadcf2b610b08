//! The sink: the calls of a writer, and the owner of all parts behind them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use log::Level;
use parking_lot::Mutex;
use tokio::runtime::{Handle, Runtime};

use crate::abi;
use crate::config::Config;
use crate::error::{ErrorKind, SinkError};
use crate::metrics::exposition::Source;
use crate::metrics::port::{self, Exposed};
use crate::queue::change::Op;
use crate::queue::progress::Ticket;
use crate::queue::stage::{Staged, Staging};
use crate::row::frame;
use crate::runtime;
use crate::table::schema::Table;
use crate::verify::Verifier;
use crate::write::dispatch;
use crate::write::engine::Engine;

/// A sink: connections to one cluster for any number of tables.
pub struct Sink {
    engine: Arc<Engine>,
    runtime: Mutex<Option<Runtime>>,
    staging: Staging,
    verifier: Option<Arc<Verifier>>,
    exposed: Mutex<Option<Exposed>>,
}

impl Sink {
    /// Starts a sink. No connection is opened yet.
    ///
    /// # Errors
    /// Kind `Config` if trusted certificates cannot be read; kind `Internal` without threads.
    pub fn open(config: Config) -> Result<Self, SinkError> {
        let runtime = runtime::start(config.connections)?;
        let verifier = Verifier::new(&config, runtime.handle().clone())?.map(Arc::new);
        let engine = Arc::new(Engine::new(config)?);
        runtime.spawn(dispatch::run(engine.clone()));
        let exposed = Mutex::new(expose(&engine, runtime.handle()));
        let runtime = Mutex::new(Some(runtime));
        Ok(Self { engine, runtime, staging: Staging::default(), verifier, exposed })
    }

    /// Declares a table by its frame, waiting at most `timeout` for the catalog; `None` means not yet:
    /// the call is repeated with the same frame. Returns the table's number.
    ///
    /// # Errors
    /// Kind `Schema` if table or columns do not fit; the kinds of connection errors if the cluster does not answer.
    pub fn declare(&self, bytes: &[u8], timeout: Duration) -> Result<Option<usize>, SinkError> {
        let engine = &self.engine;
        engine.latch.check()?;
        let mut declared = engine.declared.lock();
        if !declared.contains_key(bytes) {
            let declaration = frame::declaration(bytes)?;
            declared.insert(bytes.to_vec(), None);
            let (engine, bytes, verifier) = (engine.clone(), bytes.to_vec(), self.verifier.clone());
            let task = async move {
                let resolved = engine.resolve(&declaration).await.and_then(|(table, form)| {
                    let table = Arc::new(table);
                    verifier.map_or(Ok(()), |verifier| verifier.declared(&table))?;
                    Ok((table, form))
                });
                match resolved {
                    Ok((table, form)) => engine.resolved(bytes, table, form),
                    Err(error) => engine.fail(error),
                }
            };
            match &*self.runtime.lock() {
                Some(runtime) => drop(runtime.spawn(task)),
                None => return Err(closed()),
            }
        }
        let pending = |declared: &mut HashMap<Vec<u8>, Option<usize>>| {
            !engine.latch.is_set() && declared.get(bytes).copied().flatten().is_none()
        };
        engine.resolved.wait_while_for(&mut declared, pending, timeout);
        engine.latch.check()?;
        Ok(declared.get(bytes).copied().flatten())
    }

    /// Drops the cached catalog of the tables declared so far. The next declaration of any of them reads it again and
    /// gets another number. Earlier numbers stay valid.
    pub fn forget_tables(&self) {
        self.engine.declared.lock().retain(|_, number| number.is_none());
    }

    /// Takes the rows of a frame. `false` means that there was no memory within `timeout` and nothing was taken: the
    /// call must be repeated.
    ///
    /// # Errors
    /// Kind `Data` or `Limit` for a row that cannot be written; the latched failure.
    pub fn write(&self, bytes: &[u8], timeout: Duration) -> Result<bool, SinkError> {
        let copy = |frame: &mut [u8]| {
            frame.copy_from_slice(bytes);
            Ok(())
        };
        self.write_copied(bytes.len(), copy, timeout)
    }

    /// [`Sink::write`] for a frame of `length` bytes that `copy` copies.
    ///
    /// # Errors
    /// As [`Sink::write`], and those of `copy`.
    pub fn write_copied<E: From<SinkError>>(
        &self,
        length: usize,
        copy: impl FnOnce(&mut [u8]) -> Result<(), E>,
        timeout: Duration,
    ) -> Result<bool, E> {
        self.engine.latch.check()?;
        let mut staged = self.staging.take();
        let mut frame = std::mem::take(&mut staged.frame);
        frame.resize(frame.len().max(length), 0);
        let taken = copy(&mut frame[..length]).and_then(|()| {
            let taken = self.take(&frame[..length], &mut staged, timeout);
            // The row is not written, so no later row may be written either.
            Ok(taken.inspect_err(|error| self.engine.fail(error.clone()))?)
        });
        staged.frame = frame;
        self.staging.keep(staged);
        taken
    }

    fn take(&self, frame: &[u8], staged: &mut Staged, timeout: Duration) -> Result<bool, SinkError> {
        match &self.verifier {
            None => self.engine.take(frame, staged, timeout, None),
            Some(verifier) if verifier.repairs() => {
                let keep = |table: &Table, staged: &Staged, op: &Op| verifier.wants(table, staged, op);
                self.engine.take(frame, staged, timeout, Some(&keep))
            }
            Some(verifier) => verifier.take(&self.engine, frame, staged).map(|()| true),
        }
    }

    /// The source has ended: compares, or ends a repair. Waits at most `timeout`; false means not yet: the call must be
    /// repeated.
    ///
    /// # Errors
    /// The latched failure; kind `Config` if the report cannot be written; kind `Internal` if nothing is compared.
    pub fn compare(&self, timeout: Duration) -> Result<bool, SinkError> {
        self.engine.latch.check()?;
        let verifier = self.verifier.as_ref();
        let verifier =
            verifier.ok_or_else(|| SinkError::internal("a sink that writes is asked to compare"))?;
        verifier.compare(&self.engine, timeout).inspect_err(|error| self.engine.fail(error.clone()))
    }

    /// Starts to make everything written so far durable; returns the ticket to wait for.
    ///
    /// # Errors
    /// The latched failure.
    pub fn flush(&self) -> Result<Ticket, SinkError> {
        self.engine.latch.check()?;
        let (ticket, times) = self.engine.queue.flush();
        self.engine.metrics.flushed(&times);
        self.engine.wake.notify_one();
        Ok(ticket)
    }

    /// Waits at most `timeout`; true if all rows before `ticket` are durable, or their dead letters.
    ///
    /// # Errors
    /// The latched failure.
    pub fn wait(&self, ticket: Ticket, timeout: Duration) -> Result<bool, SinkError> {
        let done = self.engine.queue.wait(ticket, timeout, || self.engine.latch.is_set());
        if done {
            self.engine.sync_letters().inspect_err(|error| self.engine.fail(error.clone()))?;
        } else {
            self.engine.latch.check()?;
        }
        Ok(done)
    }

    /// Counters and gauges.
    #[must_use]
    pub fn stats(&self) -> [i64; abi::STAT_COUNT] {
        self.engine.stats()
    }

    /// The counters of each table, laid out as [`crate::metrics`] says.
    #[must_use]
    pub fn table_stats(&self) -> Vec<u8> {
        self.engine.metrics.tables()
    }

    /// How long transactions took and rows waited since the last call.
    #[must_use]
    pub fn latencies(&self) -> [i64; abi::LATENCY_COUNT] {
        self.engine.metrics.latencies()
    }

    /// Log lines since the last call, laid out as [`crate::notice`] says.
    #[must_use]
    pub fn notices(&self) -> Option<Vec<u8>> {
        self.engine.notices.drain()
    }

    /// Ends the sink; rows that were not flushed are dropped. Calls in progress return with kind `Closed`.
    pub fn close(&self) {
        self.engine.fail(closed());
        if let Some(verifier) = &self.verifier {
            verifier.close();
        }
        drop(self.exposed.lock().take());
        let runtime = self.runtime.lock().take();
        if let Some(runtime) = runtime {
            runtime::stop(runtime);
        }
    }
}

/// Shows the counters to Prometheus if the job asks for it. A job never fails because of its metrics.
fn expose(engine: &Arc<Engine>, runtime: &Handle) -> Option<Exposed> {
    let exposure = engine.config.metrics.clone()?;
    let address = exposure.address;
    let counted = engine.clone();
    let stats = Box::new(move || counted.stats());
    let source = Source { exposure, metrics: engine.metrics.clone(), stats };
    let opened = Exposed::open(address, source, runtime);
    opened.inspect_err(|error| engine.notices.push(Level::Warn, || port::refused(address, error))).ok()
}

fn closed() -> SinkError {
    SinkError::new(ErrorKind::Closed, "the native sink is closed")
}
