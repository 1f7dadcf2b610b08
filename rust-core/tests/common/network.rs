//! A network between a sink and its cluster that can be cut: a relay whose sockets then lose every
//! packet.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use socket2::{SockFilter, SockRef};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// A packet filter program that drops everything: `return 0`. The kernel drops packets before TCP
/// sees them, so the other side gets no acknowledgement, as from a machine that has failed.
const NOTHING: [SockFilter; 1] = [SockFilter::new(0x06, 0, 0, 0)];

/// A relay to `cluster`.
pub struct Network {
    pub address: SocketAddr,
    listener: Arc<TcpListener>,
    links: Arc<Mutex<Vec<Arc<TcpStream>>>>,
    cut: watch::Sender<bool>,
    _runtime: Runtime,
}

impl Network {
    pub fn start(cluster: SocketAddr) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = Arc::new(runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap());
        let (cut, links) = (watch::Sender::new(false), Arc::new(Mutex::new(Vec::new())));
        runtime.spawn(accept(listener.clone(), cluster, links.clone(), cut.clone()));
        Self { address: listener.local_addr().unwrap(), listener, links, cut, _runtime: runtime }
    }

    /// From now on no packet arrives, in either direction.
    pub fn cut(&self) {
        self.cut.send_replace(true);
        SockRef::from(&*self.listener).attach_filter(&NOTHING).unwrap();
        for link in &*self.links.lock().unwrap() {
            // A link that has ended needs no filter.
            let _ = SockRef::from(&**link).attach_filter(&NOTHING);
        }
    }

    /// Packets arrive again.
    pub fn heal(&self) {
        SockRef::from(&*self.listener).detach_filter().unwrap();
        for link in &*self.links.lock().unwrap() {
            let _ = SockRef::from(&**link).detach_filter();
        }
        self.cut.send_replace(false);
    }
}

async fn accept(
    listener: Arc<TcpListener>,
    cluster: SocketAddr,
    links: Arc<Mutex<Vec<Arc<TcpStream>>>>,
    cut: watch::Sender<bool>,
) {
    while let Ok((client, _)) = listener.accept().await {
        let client = Arc::new(client);
        links.lock().unwrap().push(client.clone());
        let cut = cut.clone();
        tokio::spawn(async move {
            let Ok(server) = TcpStream::connect(cluster).await else { return };
            let _ = (client.set_nodelay(true), server.set_nodelay(true));
            tokio::select! {
                // Bytes that were acknowledged before the cut are delivered; the filter drops the
                // rest.
                () = carry(&client, &server, || false) => {}
                () = carry(&server, &client, || *cut.borrow()) => {}
            }
            // Other references keep the socket open, so shut it down: the peer must see its end.
            let _ = SockRef::from(&*client).shutdown(std::net::Shutdown::Both);
        });
    }
}

/// Copies bytes in one direction until the end; stops while `held`.
async fn carry(from: &TcpStream, to: &TcpStream, held: impl Fn() -> bool) {
    let mut bytes = vec![0; 64 * 1024];
    loop {
        if from.readable().await.is_err() {
            return;
        }
        let mut rest = match from.try_read(&mut bytes) {
            Ok(0) => return,
            Ok(read) => &bytes[..read],
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
            Err(_) => return,
        };
        while !rest.is_empty() {
            while held() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            if to.writable().await.is_err() {
                return;
            }
            match to.try_write(rest) {
                Ok(written) => rest = &rest[written..],
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
        }
    }
}
