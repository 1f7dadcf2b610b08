//! The two connections of a session, each with the bytes that are to be written.

use std::io;

use anyhow::Result;
use bytes::BytesMut;
use rustix::net::sockopt::set_socket_linger;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::watch;
use tokio_rustls::server::TlsStream;

use crate::startup::Connected;
use crate::wire::FrameReader;

/// Bytes of answers from which they are sent to the client, although more answers are expected.
pub(super) const OUT_ENOUGH: usize = 64 * 1024;

/// Both connections.
pub(super) struct Pipes {
    /// The client.
    pub(super) client: FrameReader<TlsStream<TcpStream>>,
    /// PostgreSQL.
    pub(super) backend: FrameReader<OwnedReadHalf>,
    /// Bytes for the client.
    pub(super) out: BytesMut,
    writer: OwnedWriteHalf,
    waiting: BytesMut,
    cut: watch::Receiver<bool>,
}

impl Pipes {
    pub(super) fn new(connected: Connected, cut: watch::Receiver<bool>) -> Self {
        Pipes {
            client: connected.client,
            backend: connected.backend_reader,
            out: BytesMut::new(),
            writer: connected.backend_writer,
            waiting: BytesMut::new(),
            cut,
        }
    }

    /// Puts a message in the queue to PostgreSQL.
    pub(super) fn send(&mut self, message: &[u8]) {
        self.waiting.extend_from_slice(message);
    }

    /// The queue to PostgreSQL, for messages built in place.
    pub(super) fn backend_queue(&mut self) -> &mut BytesMut {
        &mut self.waiting
    }

    /// Writes the queue to PostgreSQL. Reads answers meanwhile, because PostgreSQL stops reading
    /// while nobody reads its answers.
    pub(super) async fn flush_backend(&mut self) -> io::Result<()> {
        while !self.waiting.is_empty() {
            tokio::select! {
                biased;
                n = self.writer.write_buf(&mut self.waiting) => { n?; }
                n = self.backend.fill() => if n? == 0 { return Err(io::ErrorKind::UnexpectedEof.into()) },
            }
        }
        Ok(())
    }

    /// Writes the bytes for the client.
    pub(super) async fn flush_client(&mut self) -> io::Result<()> {
        if self.out.is_empty() {
            return Ok(());
        }
        // The network lives longer than its sessions, so this does not fail.
        self.cut.wait_for(|cut| !cut).await.ok();
        let stream = self.client.get_mut();
        stream.write_all_buf(&mut self.out).await?;
        stream.flush().await
    }

    /// Closes the client's connection properly: without TLS's close_notify, clients report an
    /// unexpected end.
    pub(super) async fn close(mut self) -> Result<()> {
        // A client that has disconnected already does not need it.
        self.client.get_mut().shutdown().await.ok();
        Ok(())
    }

    /// Closes the client's connection, while the session continues.
    pub(super) fn hang_up(&mut self) {
        // A client that has disconnected already does not need it.
        let _ = rustix::net::shutdown(self.client.get_mut().get_ref().0, rustix::net::Shutdown::Both);
    }

    /// Closes the client's connection with a TCP reset.
    pub(super) fn reset(mut self) -> Result<()> {
        let tcp = self.client.get_mut().get_ref().0;
        // Closing with unsent data discarded makes the kernel send RST.
        set_socket_linger(tcp, Some(std::time::Duration::ZERO))?;
        Ok(())
    }
}
