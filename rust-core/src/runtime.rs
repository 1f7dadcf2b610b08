//! The threads that drive the connections. None of them is ever attached to the JVM.

use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use crate::error::{ErrorKind, SinkError};

/// Maximum number of threads. Encoding is cheap compared with the server's work, and the host has its own threads.
const THREADS: usize = 4;
/// How long closing waits for tasks to leave their last step; a name lookup may take longer and is not waited for.
const GRACE: Duration = Duration::from_millis(500);

/// Starts a runtime for `connections` connections.
///
/// # Errors
/// Kind `Internal` if the system cannot create threads.
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
                format!("the system cannot create threads for the native sink: {error}"),
            )
        })
}

/// Ends a runtime. Called by the owner, never on one of its own threads.
pub fn stop(runtime: Runtime) {
    runtime.shutdown_timeout(GRACE);
}
