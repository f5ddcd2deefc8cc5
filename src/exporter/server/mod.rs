//! HTTP for Prometheus, people and programs. What a request may cost is bounded in every direction.

mod routes;

use super::console;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
pub(super) use routes::{App, router};
use socket2::SockRef;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Connections at one time; others wait in the kernel until one has gone.
const CONNECTIONS: usize = 256;
/// How long a client may take to send the head of a request, and how long a connection may be idle.
const HEAD_TIME: Duration = Duration::from_secs(15);
/// How long a client may leave what was sent unread (tcp(7), TCP_USER_TIMEOUT).
const UNREAD_TIME: Duration = Duration::from_secs(30);
/// How long a connection may be used: one that takes an answer byte by byte is never idle.
const LIFE: Duration = Duration::from_secs(300);
/// Bytes of a request's head, and of what is written at one time.
const BUFFER: usize = 16 * 1024;
/// Headers of a request.
const HEADERS: usize = 64;
/// How often it is told that others wait.
const TELL_AGAIN: Duration = Duration::from_secs(60);
/// How long to wait when the machine has no descriptors left.
const EXHAUSTED: Duration = Duration::from_millis(100);

/// How often text is made ahead of scrapes.
const AHEAD: Duration = Duration::from_secs(1);

/// Makes the text of new results ahead of the next scrape, until the task is dropped.
pub(super) async fn prepare(app: Arc<App>) {
    loop {
        tokio::time::sleep(AHEAD).await;
        let app = Arc::clone(&app);
        // What the encoder refuses is said to whoever scrapes.
        let _ = tokio::task::spawn_blocking(move || app.metrics.prepare().is_ok()).await;
    }
}

/// Serves until the task is dropped.
pub(super) async fn serve(listener: TcpListener, router: Router) {
    let permits = Arc::new(Semaphore::new(CONNECTIONS));
    let mut told: Option<Instant> = None;
    loop {
        if permits.available_permits() == 0 && told.is_none_or(|told| told.elapsed() > TELL_AGAIN) {
            told = Some(Instant::now());
            console::log(&format!("{CONNECTIONS} connections are open: others wait until one has gone"));
        }
        // Never closed.
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(EXHAUSTED).await;
            continue;
        };
        let router = router.clone();
        tokio::spawn(async move {
            converse(stream, router).await;
            drop(permit);
        });
    }
}

/// One connection. Its errors are the client's.
async fn converse(stream: TcpStream, router: Router) {
    let _ = SockRef::from(&stream).set_tcp_user_timeout(Some(UNREAD_TIME));
    let _ = stream.set_nodelay(true);
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME)
            .max_buf_size(BUFFER)
            .max_headers(HEADERS)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
    );
    if timeout(LIFE, connection.as_mut()).await.is_err() {
        // Not within an answer, unless that takes too long as well.
        connection.as_mut().graceful_shutdown();
        let _ = timeout(UNREAD_TIME, connection).await;
    }
}
