//! The connections that callers open.
//!
//! `axum::serve` first looks which version of HTTP a connection speaks. What it read for that makes
//! the buffer behind it twice as large for as long as the connection lasts, and ten thousand idle
//! streams last long. Laurel stands behind proxies that speak HTTP/1.1 to it, so it asks for nothing
//! else.

use axum::extract::ConnectInfo;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tower::Layer;

/// The pause after a connection could not be taken, for want of file numbers for one.
const PAUSE: Duration = Duration::from_secs(1);

/// Serves until `shutdown` is ready, then lets open requests finish.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()>,
) {
    let open = GracefulShutdown::new();
    let http = http1::Builder::new();
    tokio::pin!(shutdown);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = accept(&listener) => accepted,
            () = &mut shutdown => break,
        };
        // An event is small, and is to leave at once.
        let _without = stream.set_nodelay(true);
        let service = Extension(ConnectInfo(peer)).layer(router.clone());
        let connection =
            http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        // How a connection ends is the caller's own affair.
        tokio::spawn(open.watch(connection));
    }
    drop(listener);
    open.shutdown().await;
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => {
                let callers = matches!(
                    error.kind(),
                    ErrorKind::ConnectionRefused
                        | ErrorKind::ConnectionAborted
                        | ErrorKind::ConnectionReset
                );
                if !callers {
                    tracing::error!(%error, "a connection could not be taken");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}
