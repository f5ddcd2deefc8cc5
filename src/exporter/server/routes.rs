//! What is where. No part of an address reaches a file or a command.

use crate::exporter::board;
use crate::exporter::engine::Engine;
use crate::exporter::metrics::Metrics;
use crate::exporter::reload::Reloader;
use axum::Router;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ORIGIN, REFERRER_POLICY};
use axum::http::header::{X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

const HTML: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";
/// The exposition format of Prometheus that TextEncoder writes.
const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What requests are answered from.
pub(in crate::exporter) struct App {
    pub(in crate::exporter) engine: Engine,
    pub(in crate::exporter) metrics: Metrics,
    pub(in crate::exporter) reloader: Reloader,
}

type Shared = State<Arc<App>>;

pub(in crate::exporter) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(overview))
        .route("/check/{host}/{name}", get(check))
        .route(board::STYLE_PATH, get(|| asset("text/css; charset=utf-8", board::style())))
        .route(board::SCRIPT_PATH, get(|| asset("text/javascript; charset=utf-8", board::script())))
        .route("/icon/{file}", get(icon))
        .route("/metrics", get(metrics))
        .route("/-/healthy", get(|| async { answer(StatusCode::OK, TEXT, "healthy\n".to_owned()) }))
        .route("/-/ready", get(ready))
        .route("/-/reload", post(reload))
        .fallback(|| async { answer(StatusCode::NOT_FOUND, HTML, board::not_found()) })
        .layer(from_fn(with_headers))
        .with_state(app)
}

fn answer(status: StatusCode, kind: &'static str, body: String) -> Response {
    (status, [(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-store")], body).into_response()
}

async fn asset(kind: &'static str, body: &'static str) -> Response {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "max-age=300")], body).into_response()
}

/// Every answer says what a browser may do with it: nothing from elsewhere, nowhere else.
async fn with_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, board::CONTENT_SECURITY_POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Answers that are made at one time: each takes memory for all that it shows.
static TURNS: Semaphore = Semaphore::const_new(4);

/// An answer that is made of what is known.
async fn made(work: impl FnOnce() -> Response + Send + 'static) -> Response {
    // Never closed.
    let _turn = TURNS.acquire().await;
    aside(work).await
}

/// Work that takes milliseconds is done where it keeps no other request waiting.
async fn aside(work: impl FnOnce() -> Response + Send + 'static) -> Response {
    let failed = |_| answer(StatusCode::INTERNAL_SERVER_ERROR, TEXT, "the answer could not be made\n".to_owned());
    spawn_blocking(work).await.unwrap_or_else(failed)
}

async fn overview(State(app): Shared, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    made(move || answer(StatusCode::OK, HTML, board::overview(&app.engine.snapshot(), &query))).await
}

async fn check(State(app): Shared, Path((host, name)): Path<(String, String)>) -> Response {
    made(move || match board::check(&app.engine.snapshot(), &board::id_of(&host, &name)) {
        Some(page) => answer(StatusCode::OK, HTML, page),
        None => answer(StatusCode::NOT_FOUND, HTML, board::not_found()),
    })
    .await
}

async fn icon(Path(file): Path<String>) -> Response {
    match board::icon_of(&file) {
        Some(drawn) => ([(CONTENT_TYPE, "image/svg+xml"), (CACHE_CONTROL, "max-age=300")], drawn).into_response(),
        None => answer(StatusCode::NOT_FOUND, HTML, board::not_found()),
    }
}

async fn metrics(State(app): Shared) -> Response {
    made(move || match app.metrics.text() {
        Ok(text) => answer(StatusCode::OK, METRICS, text),
        Err(error) => answer(StatusCode::INTERNAL_SERVER_ERROR, TEXT, format!("no metrics: {error}\n")),
    })
    .await
}

async fn ready(State(app): Shared) -> Response {
    match app.engine.waiting() {
        0 => answer(StatusCode::OK, TEXT, "ready\n".to_owned()),
        checks => {
            let text = format!("{checks} of the checks have no first result yet\n");
            answer(StatusCode::SERVICE_UNAVAILABLE, TEXT, text)
        }
    }
}

async fn reload(State(app): Shared, headers: HeaderMap) -> Response {
    if is_of_a_page(&headers) {
        let text = "a page may not reload the configuration: use a program such as curl\n".to_owned();
        return answer(StatusCode::FORBIDDEN, TEXT, text);
    }
    aside(move || match app.reloader.reload() {
        Ok(said) => answer(StatusCode::OK, TEXT, format!("{said}\n")),
        Err(problems) => {
            let text = format!("the new configuration was refused; the old one stays in force\n{problems}\n");
            answer(StatusCode::INTERNAL_SERVER_ERROR, TEXT, text)
        }
    })
    .await
}

/// Whether a browser sends this for a page: browsers add the page's origin to each POST (Fetch Standard, "Origin"
/// header), programs do not. No page of ours asks for a reload, and a name that was bound anew to this address would
/// pass for one of ours.
fn is_of_a_page(headers: &HeaderMap) -> bool {
    headers.contains_key(ORIGIN) || headers.contains_key("sec-fetch-site")
}
