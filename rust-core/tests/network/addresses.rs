//! Unreachable addresses, next to one that works.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use socket2::{Domain, SockFilter, SockRef, Socket, Type};

use dsql_sink::session::Session;

use crate::common::{Cluster, config_at};
use crate::fake::{Fake, Peer};
use crate::silence::answer;

/// An address of this machine at which every packet is lost, like one behind a failed router.
struct BlackHole {
    address: IpAddr,
    _socket: Socket,
}

impl BlackHole {
    fn at(address: &str, port: u16) -> Self {
        let address: IpAddr = address.parse().unwrap();
        let socket =
            Socket::new(Domain::for_address(SocketAddr::new(address, port)), Type::STREAM, None).unwrap();
        // `return 0` drops every packet, so not even a refusal is sent.
        SockRef::from(&socket).attach_filter(&[SockFilter::new(0x06, 0, 0, 0)]).unwrap();
        socket.bind(&SocketAddr::new(address, port).into()).unwrap();
        socket.listen(1).unwrap();
        Self { address, _socket: socket }
    }
}

/// The url of a cluster with these addresses before its own.
fn url(cluster: &Cluster, before: &[IpAddr], after: &str) -> String {
    let own = format!("hostaddr={}", cluster.address().ip());
    let list: Vec<String> = before.iter().map(ToString::to_string).collect();
    cluster.url().replace(&own, &format!("hostaddr={},{}{after}", list.join(","), cluster.address().ip()))
}

#[test]
fn dead_addresses_before_a_good_one_cost_a_head_start() {
    let cluster = Cluster::start();
    let port = cluster.address().port();
    let holes =
        [BlackHole::at("127.0.7.1", port), BlackHole::at("127.0.7.2", port), BlackHole::at("::1", port)];
    let before = holes.each_ref().map(|hole| hole.address);
    // Tried one after the other, they would take 10 s each.
    let config = config_at(url(&cluster, &before, ""), &[("retry_timeout_ms", "0")]).unwrap();
    let session = Session::open(config).unwrap();
    answer(&session, "SELECT 1").unwrap();
    session.close();
}

#[test]
fn an_address_that_accepts_but_does_not_answer_is_not_tried_first_again() {
    let cluster = Cluster::start();
    let port = cluster.address().port();
    let silent = Fake::start_at(SocketAddr::new("127.0.7.3".parse().unwrap(), port), Peer::be_silent);
    let url = url(&cluster, &[silent.address.ip()], "") + "&connectTimeout=1";
    let session = Session::open(config_at(url, &[]).unwrap()).unwrap();
    answer(&session, "SELECT 1").unwrap();
    // The first connection is closed; the next one begins with the address that worked.
    cluster.control("drop-all");
    let told = session.notices();
    answer(&session, "SELECT 1").unwrap();
    assert!(String::from_utf8_lossy(&told.unwrap_or_default()).contains("TLS handshake"));
    let told = String::from_utf8_lossy(&session.notices().unwrap_or_default()).into_owned();
    assert!(!told.contains("TLS handshake"), "{told}");
}

#[test]
fn each_address_that_refuses_is_named() {
    let refuses = |address: &str| {
        let listener = TcpListener::bind((address, 0)).unwrap();
        listener.local_addr().unwrap().port()
    };
    let port = refuses("127.0.7.4");
    let fake = Fake::start(Peer::be_silent);
    let url = fake.url().replace(&format!(":{}/", fake.address.port()), &format!(":{port}/"));
    let url = url.replace("hostaddr=127.0.0.1", "hostaddr=127.0.7.4,127.0.7.5");
    let session = Session::open(config_at(url, &[("retry_timeout_ms", "0")]).unwrap()).unwrap();
    let error = answer(&session, "SELECT 1").unwrap_err();
    assert!(error.message().contains("127.0.7.4") && error.message().contains("127.0.7.5"), "{error}");
}

#[test]
fn dead_addresses_are_named() {
    let holes = [BlackHole::at("127.0.7.6", 5439), BlackHole::at("127.0.7.7", 5439)];
    let fake = Fake::start(Peer::be_silent);
    let url = fake.url().replace(&format!(":{}/", fake.address.port()), ":5439/");
    let url = url.replace("hostaddr=127.0.0.1", "hostaddr=127.0.7.6,127.0.7.7");
    let session = Session::open(config_at(url, &[("retry_timeout_ms", "0")]).unwrap()).unwrap();
    let started = Instant::now();
    let error = answer(&session, "SELECT 1").unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(10));
    let says = ["TCP connection", "connectTimeout", "127.0.7.6", "127.0.7.7"];
    assert!(says.iter().all(|part| error.message().contains(part)), "{error}");
    drop(holes);
}

#[test]
fn an_endpoint_of_private_link_is_reached_by_its_own_name() {
    let cluster = Cluster::start();
    let name = "vpce-0a1b2c3d-abcdefgh.dsql-fnh4.us-east-1.vpce.amazonaws.com";
    let url = cluster.url().replace("abcdefghijklmnopqrst123456.dsql.us-east-1.on.aws", name);
    let url = url + "&options=-c%20amzn-cluster-id%3Dabcdefghijklmnopqrst123456";
    let session = Session::open(config_at(url, &[("retry_timeout_ms", "0")]).unwrap()).unwrap();
    answer(&session, "SELECT 1").unwrap();
}
