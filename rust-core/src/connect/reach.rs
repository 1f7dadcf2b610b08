//! From a host name to a TCP connection: all its addresses in parallel, each one a short time after the previous one
//! (RFC 8305).
//!
//! Endpoints have addresses of both families and several of each. One of them may not answer, and only a timeout shows
//! this. So the next one is tried in the meantime, and the address that worked is tried first the next time.

use parking_lot::Mutex;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;

use crate::config::endpoint::{Endpoint, Place};
use crate::failure::classify::{Failure, Fault};
use crate::failure::wait::{Step, Timeout};

/// How long an address is tried before the next one is tried as well (RFC 8305, section 5).
const HEAD_START: Duration = Duration::from_millis(250);
/// Time limit for lookups if addresses from an earlier lookup are known.
const LOOKUP: Duration = Duration::from_secs(2);

/// Idle time after which the kernel probes the peer, and the pause between probes. Load balancers drop an idle
/// connection after minutes.
const KEEPALIVE: Duration = Duration::from_secs(20);
/// How long sent bytes may stay unacknowledged: after a longer network outage the connection is lost.
const USER_TIMEOUT: Duration = Duration::from_secs(30);

/// Connects to an endpoint, and remembers which of its addresses worked.
#[derive(Debug, Default)]
pub struct Reach {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// The addresses of the names from the last lookup.
    found: Vec<SocketAddr>,
    /// The address of the last successful connection.
    good: Option<IpAddr>,
    /// Addresses that accepted a connection which then failed, the most recent one last.
    bad: Vec<IpAddr>,
}

impl Reach {
    /// A TCP connection to one of the endpoint's addresses.
    ///
    /// # Errors
    /// The error of each address, for [`crate::failure::retry`].
    pub async fn connect(&self, endpoint: &Endpoint, timeout: Timeout) -> Result<TcpStream, Failure> {
        let found = self.find(endpoint, timeout).await?;
        let addresses = self.known.lock().order(found);
        let told = addresses.iter().map(|address| address.ip().to_string()).collect::<Vec<_>>().join(", ");
        let raced = timeout.wait(Step::Connect, race(addresses)).await;
        let stream = raced.map_err(|late| Failure { text: format!("{} ({told})", late.text), ..late })?;
        let stream = stream.map_err(|why| Failure::local(Fault::Unreachable, why))?;
        tune(&stream);
        Ok(stream)
    }

    /// The whole login over an address succeeded.
    pub fn worked(&self, address: IpAddr) {
        let mut known = self.known.lock();
        known.good = Some(address);
        known.bad.retain(|bad| *bad != address);
    }

    /// An address accepted a connection, but the login failed.
    pub fn failed(&self, address: IpAddr) {
        let mut known = self.known.lock();
        known.good = known.good.filter(|good| *good != address);
        known.bad.retain(|bad| *bad != address);
        known.bad.push(address);
    }

    async fn find(&self, endpoint: &Endpoint, timeout: Timeout) -> Result<Vec<SocketAddr>, Failure> {
        let before = self.known.lock().found.clone();
        let looked_up = look_up(endpoint);
        let found = if before.is_empty() {
            timeout.wait(Step::Lookup, looked_up).await?
        } else {
            tokio::time::timeout(LOOKUP, looked_up).await.unwrap_or_else(|_| Ok(before.clone()))
        };
        match found {
            Ok(found) if !found.is_empty() => {
                self.known.lock().found.clone_from(&found);
                Ok(found)
            }
            // The name service may be unavailable for a moment.
            _ if !before.is_empty() => Ok(before),
            Ok(_) => Err(Failure::local(Fault::UnknownHost, "the name has no address")),
            Err(why) => Err(Failure::local(Fault::UnknownHost, why)),
        }
    }
}

impl Known {
    /// First the address that worked, then untried ones with alternating families, then failed ones, the oldest failure
    /// first.
    fn order(&self, found: Vec<SocketAddr>) -> Vec<SocketAddr> {
        let Some(first) = found.first().map(SocketAddr::is_ipv6) else { return found };
        let (mut same, mut other): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|address| address.is_ipv6() == first);
        let mut turns = Vec::with_capacity(same.len() + other.len());
        same.reverse();
        other.reverse();
        while !same.is_empty() || !other.is_empty() {
            turns.extend(same.pop());
            turns.extend(other.pop());
        }
        // The sort is stable.
        turns.sort_by_key(|address| {
            let ip = address.ip();
            let failed = self.bad.iter().position(|bad| *bad == ip).map_or(0, |place| place + 1);
            (self.good != Some(ip), failed)
        });
        turns
    }
}

/// The addresses of an endpoint: those of the url, or those of its names. The error has the error of each name.
async fn look_up(endpoint: &Endpoint) -> Result<Vec<SocketAddr>, String> {
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for place in &endpoint.places {
        match place {
            Place::Address(address) => found.push(SocketAddr::new(*address, endpoint.port)),
            Place::Name(name) => match lookup_host((name.as_str(), endpoint.port)).await {
                Ok(addresses) => found.extend(addresses),
                Err(error) => errors.push(format!("'{name}': {error}")),
            },
        }
    }
    if found.is_empty() && !errors.is_empty() { Err(errors.join("; ")) } else { Ok(found) }
}

/// The first successful connection. Otherwise the errors of all addresses.
async fn race(addresses: Vec<SocketAddr>) -> Result<TcpStream, String> {
    let mut waiting = addresses.into_iter();
    // Attempts in progress are cancelled when it is dropped.
    let mut tries: JoinSet<(SocketAddr, io::Result<TcpStream>)> = JoinSet::new();
    let mut errors = Vec::new();
    loop {
        if let Some(address) = waiting.next() {
            tries.spawn(async move { (address, TcpStream::connect(address).await) });
        }
        let more = waiting.len() > 0;
        tokio::select! {
            ended = tries.join_next() => match ended {
                Some(Ok((_, Ok(stream)))) => return Ok(stream),
                Some(Ok((address, Err(error)))) => errors.push(format!("{address}: {error}")),
                Some(Err(error)) => errors.push(error.to_string()),
                None => return Err(errors.join("; ")),
            },
            () = tokio::time::sleep(HEAD_START), if more => {}
        }
    }
}

/// Best effort: a connection without these options still works.
fn tune(stream: &TcpStream) {
    let _ = stream.set_nodelay(true);
    let socket = SockRef::from(stream);
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE).with_interval(KEEPALIVE);
    let _ = socket.set_tcp_keepalive(&keepalive);
    #[cfg(target_os = "linux")]
    let _ = socket.set_tcp_user_timeout(Some(USER_TIMEOUT));
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn addresses(list: &[&str]) -> Vec<SocketAddr> {
        list.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 1)).collect()
    }

    fn order(known: &Known, list: &[&str]) -> Vec<String> {
        known.order(addresses(list)).iter().map(|address| address.ip().to_string()).collect()
    }

    #[test]
    fn families_take_turns() {
        let known = Known::default();
        assert_eq!(order(&known, &["::1", "::2", "::3", "10.0.0.1"]), ["::1", "10.0.0.1", "::2", "::3"]);
        assert_eq!(order(&known, &["10.0.0.1", "::1"]), ["10.0.0.1", "::1"]);
    }

    #[test]
    fn what_worked_comes_first_and_what_failed_last() {
        let reach = Reach::default();
        let list = ["::1", "10.0.0.1", "10.0.0.2"];
        let order = || order(&reach.known.lock(), &list);
        reach.failed("::1".parse().unwrap());
        assert_eq!(order(), ["10.0.0.1", "10.0.0.2", "::1"]);
        reach.failed("10.0.0.1".parse().unwrap());
        assert_eq!(order(), ["10.0.0.2", "::1", "10.0.0.1"]);
        reach.worked("10.0.0.1".parse().unwrap());
        assert_eq!(order(), ["10.0.0.1", "10.0.0.2", "::1"]);
    }
}
