//! The threads that drive the connections. None of them is ever attached to the JVM.

use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use crate::error::{ErrorKind, SinkError};

/// Threads at most: encoding is cheap beside the server's work, and the host has threads of its own.
const THREADS: usize = 4;
/// How long closing waits for tasks to leave their last step; a name lookup may take longer and is left behind.
const GRACE: Duration = Duration::from_millis(500);

/// Starts a runtime for `connections` connections.
///
/// # Errors
/// Kind `Internal` if the system gives no threads.
pub fn start(connections: usize) -> Result<Runtime, SinkError> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Builder::new_multi_thread()
        .worker_threads(cores.min(connections).clamp(1, THREADS))
        .thread_name("dsql-sink")
        .enable_all()
        .build()
        .map_err(|error| {
            SinkError::new(
                ErrorKind::Internal,
                format!("the system gives no threads for the native sink: {error}"),
            )
        })
}

/// Ends a runtime. Called by the owner, never on one of its own threads.
pub fn stop(runtime: Runtime) {
    runtime.shutdown_timeout(GRACE);
}
