//! A merchant's site on a port of its own: pages with a merchant's own headers, the answer that
//! `data-token-url` asks for, React, and a page that plays the stranger.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::{Path as Named, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use server::App;
use tokio::net::TcpListener;

use crate::support::world::KID;

/// The customer who is signed in to the shop.
pub(super) const CUSTOMER: &str = "42";

/// One page of the shop. In its texts, `{laurel}`, `{host}` and `{port}` stand for the two origins
/// and for the shop's port, and `{token}` for a fresh token of [`CUSTOMER`].
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    headers: Vec<(&'static str, String)>,
    head: String,
    body: String,
}

impl Page {
    /// A page with the snippet as it is documented, and these attributes on it.
    pub(super) fn snippet(attributes: &str) -> Self {
        Self::default().head(&format!(
            r#"<script async src="{{laurel}}/embed.js?program=demo" {attributes}></script>"#
        ))
    }

    /// The page with what another one has, after its own.
    pub(super) fn and(self, other: Self) -> Self {
        let mut both = self.head(&other.head).body(&other.body);
        both.headers.extend(other.headers);
        both
    }

    /// The page with more in its head.
    pub(super) fn head(mut self, html: &str) -> Self {
        self.head += html;
        self
    }

    /// The page with more in its body.
    pub(super) fn body(mut self, html: &str) -> Self {
        self.body += html;
        self
    }

    /// The page with a header of the shop's choice.
    pub(super) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// The merchant's server.
pub(super) struct Shop {
    /// Where it is opened, on another site than Laurel.
    pub(super) origin: String,
    laurel: String,
    app: Arc<App>,
    secret: [u8; 32],
    page: Mutex<Page>,
    tokens: AtomicUsize,
}

impl Shop {
    /// Starts it; it ends with the test's runtime.
    pub(super) async fn start(app: Arc<App>, laurel: &str, secret: [u8; 32]) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let shop = Arc::new(Self {
            origin: format!("http://localhost:{}", listener.local_addr().unwrap().port()),
            laurel: laurel.to_owned(),
            app,
            secret,
            page: Mutex::default(),
            tokens: AtomicUsize::new(0),
        });
        let router = Router::new()
            .route("/", get(page))
            .route(
                "/other",
                get(|| async { Html("<!DOCTYPE html><h1>Other</h1>") }),
            )
            .route("/token", get(token))
            .route("/react.js", get(react))
            .route("/stranger/{name}", get(stranger))
            .with_state(shop.clone());
        tokio::spawn(axum::serve(listener, router).into_future());
        shop
    }

    /// What the shop answers at `/` from now on.
    pub(super) fn show(&self, page: Page) {
        *self.page.lock().unwrap() = page;
    }

    /// How often it was asked for a token.
    pub(super) fn tokens(&self) -> usize {
        self.tokens.load(Ordering::SeqCst)
    }

    /// The text with its placeholders filled in.
    pub(super) fn filled(&self, text: &str) -> String {
        let port = self.origin.rsplit(':').next().unwrap_or_default();
        text.replace("{laurel}", &self.laurel)
            .replace("{host}", &self.origin)
            .replace("{port}", port)
            .replace("{token}", &self.sign(CUSTOMER))
    }

    /// A token that the shop's backend signs now.
    pub(super) fn sign(&self, customer: &str) -> String {
        let now = self.app.clock.now() / 1_000_000;
        let claims = json!({ "aud": "demo", "sub": customer, "iat": now, "exp": now + 300 });
        let header = jsonwebtoken::Header {
            kid: Some(KID.into()),
            ..Default::default()
        };
        let key = jsonwebtoken::EncodingKey::from_secret(&self.secret);
        jsonwebtoken::encode(&header, &claims, &key).unwrap()
    }
}

async fn page(State(shop): State<Arc<Shop>>) -> Response {
    let page = shop.page.lock().unwrap().clone();
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Shop</title>{}</head><body><h1>Shop</h1>{}</body></html>",
        page.head, page.body
    );
    let mut response = Html(shop.filled(&html)).into_response();
    for (name, value) in &page.headers {
        response.headers_mut().insert(
            HeaderName::from_static(name),
            HeaderValue::from_str(&shop.filled(value)).unwrap(),
        );
    }
    response
}

async fn token(State(shop): State<Arc<Shop>>) -> Json<Value> {
    shop.tokens.fetch_add(1, Ordering::SeqCst);
    Json(json!({ "token": shop.sign(CUSTOMER) }))
}

/// React's development build, which alone mounts everything twice under `StrictMode`. It is
/// published as modules of Node's own kind, so each file becomes a function that a small `require` calls.
async fn react() -> Response {
    const FILES: [(&str, &str); 4] = [
        ("react", "react/cjs/react.development.js"),
        ("scheduler", "scheduler/cjs/scheduler.development.js"),
        ("react-dom", "react-dom/cjs/react-dom.development.js"),
        (
            "react-dom/client",
            "react-dom/cjs/react-dom-client.development.js",
        ),
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("node_modules");
    let mut script = String::from(
        "const process = { env: { NODE_ENV: 'development' } }, files = {}, done = {};\n\
         const require = name => {\n\
           if (!done[name]) {\n\
             const module = (done[name] = { exports: {} });\n\
             files[name](module, module.exports, require);\n\
           }\n\
           return done[name].exports;\n\
         };\n",
    );
    for (name, file) in FILES {
        let source = std::fs::read_to_string(folder.join(file)).expect("`npm ci` has run");
        let module = [
            "files['",
            name,
            "'] = (module, exports, require) => {\n",
            &source,
            "\n};\n",
        ];
        script.extend(module);
    }
    ([(header::CONTENT_TYPE, "text/javascript")], script).into_response()
}

/// A page that only listens. What it says, a test says in its name.
async fn stranger(Named(name): Named<String>) -> Html<String> {
    Html(format!(
        "<!DOCTYPE html><title>{name}</title><script>window.heard = [];\
         addEventListener('message', e => heard.push({{ data: e.data, ports: e.ports.length }}));\
         </script>"
    ))
}
