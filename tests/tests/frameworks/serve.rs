//! Servers on threads of their own, each on a port that was free.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::mpsc::{channel, Sender};
use std::thread;

use error_tracker_tests::LIMIT;
use tokio::net::TcpListener;
use tokio::runtime::Builder;

/// Serves on one thread, on which all requests take turns; returns the address that it told.
pub fn on_a_thread<F: Future<Output = ()>>(
    serve: impl FnOnce(Sender<SocketAddr>) -> F + Send + 'static,
) -> SocketAddr {
    started(|told| {
        let runtime = Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime can be built").block_on(serve(told));
    })
}

pub fn started(serve: impl FnOnce(Sender<SocketAddr>) + Send + 'static) -> SocketAddr {
    let (told, tells) = channel();
    thread::spawn(move || serve(told));
    tells.recv_timeout(LIMIT).expect("the server starts")
}

/// Listens, and tells where.
pub async fn listener(told: Sender<SocketAddr>) -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    told.send(listener.local_addr().expect("it has an address")).expect("the test waits");
    listener
}
