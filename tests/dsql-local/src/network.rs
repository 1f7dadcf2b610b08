//! The network to the clients, which can be cut: then their sockets lose every packet, as if one
//! side had failed.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::io;
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicU64, Ordering};

use socket2::{SockFilter, SockRef, Socket};
use tokio::sync::watch;

/// A packet filter program that drops everything: `return 0`. The kernel drops the packets before
/// TCP sees them, so the client gets no acknowledgement.
const NOTHING: [SockFilter; 1] = [SockFilter::new(0x06, 0, 0, 0)];

/// The sockets of the listener and of all clients.
#[derive(Debug, Default)]
pub struct Network {
    sockets: Mutex<HashMap<u64, Socket>>,
    last: AtomicU64,
    cut: watch::Sender<bool>,
}

/// The membership of a socket, until this is dropped. The socket stays open until then.
#[derive(Debug)]
pub struct Link<'n> {
    network: &'n Network,
    id: u64,
}

impl Network {
    /// Adds a socket to those that a cut affects.
    pub fn join(&self, socket: &impl AsFd) -> io::Result<Link<'_>> {
        let id = self.last.fetch_add(1, Ordering::Relaxed);
        self.sockets.lock().insert(id, SockRef::from(socket).try_clone()?);
        Ok(Link { network: self, id })
    }

    /// From now on no packet arrives, in either direction.
    pub fn cut(&self) -> io::Result<()> {
        self.cut.send_replace(true);
        self.sockets.lock().values().try_for_each(|socket| socket.attach_filter(&NOTHING))
    }

    /// Packets arrive again.
    pub fn heal(&self) {
        for socket in self.sockets.lock().values() {
            // A socket that was added after the cut has no filter.
            socket.detach_filter().ok();
        }
        self.cut.send_replace(false);
    }

    /// Answers wait for this, because a filter drops only incoming packets.
    pub fn watch(&self) -> watch::Receiver<bool> {
        self.cut.subscribe()
    }
}

impl Drop for Link<'_> {
    fn drop(&mut self) {
        self.network.sockets.lock().remove(&self.id);
    }
}
