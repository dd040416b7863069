//! A whole demo for one test: Laurel, its shop and its mailbox on ports of their own, over a
//! database of its own, with a clock that the test turns.

mod quiet;

use super::postgres::{self, Lent};
use jsonwebtoken::{EncodingKey, Header};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::App;
use server::clock::Clock;
use server::config::{Authorities, Config};
use server::demo::{Demo, Letter, Mailbox, Places};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// How long a test waits for something that happens by itself.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// The name of the key that the demo's shop signs with.
pub(crate) const KID: &str = "demo-token-1";

/// Which engine a world stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

/// A running demo.
pub(crate) struct World {
    pub(crate) app: Arc<App>,
    /// Laurel's address, without a slash at the end.
    pub(crate) url: String,
    /// The shop's address, on another site.
    pub(crate) shop: String,
    pub(crate) mailbox: Mailbox,
    pub(crate) api_key: String,
    pub(crate) secret: [u8; 32],
    pub(crate) database_url: String,
    pub(crate) http: reqwest::Client,
    clock: Arc<AtomicI64>,
    stop: Option<oneshot::Sender<()>>,
    folder: TempDir,
    _database: Option<Lent>,
}

impl World {
    /// A demo without request limits, which are tested by themselves.
    pub(crate) async fn open(database: Database) -> Self {
        Self::with(database, |_| {}).await
    }

    /// A demo with other settings.
    pub(crate) async fn with(database: Database, change: impl FnOnce(&mut Config)) -> Self {
        let (world, demo, [laurel, shop], end) = Self::build(database, change).await;
        tokio::spawn(demo.serve(laurel, shop, end));
        world
    }

    async fn build(
        database: Database,
        change: impl FnOnce(&mut Config),
    ) -> (
        Self,
        Demo,
        [TcpListener; 2],
        impl Future<Output = ()> + Send + 'static,
    ) {
        let laurel = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let shop = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let folder = TempDir::new().unwrap();
        let lent = match database {
            Database::Sqlite => None,
            Database::Postgres => Some(postgres::database().await),
        };
        let database_url = match &lent {
            None => format!("sqlite:{}", folder.path().join("laurel.db").display()),
            Some(lent) => lent.url.clone(),
        };
        let listen = laurel.local_addr().unwrap();
        let shop_url = format!("http://localhost:{}", shop.local_addr().unwrap().port());
        let mut config = Config {
            database_url: database_url.clone(),
            authorities: Authorities::default(),
            listen,
            public_url: None,
            smtp_url: None,
            mail_from: "Morning Roast <hello@morning-roast.example>".into(),
            master_key_file: folder.path().join("laurel.key"),
            trusted_proxies: Vec::new(),
            rate_limit: 0,
            allow_private: true,
            site: PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/site"),
        };
        change(&mut config);
        let places = Places {
            shop_origin: shop_url.clone(),
            data: folder.path().into(),
            has_more: false,
        };
        // The browser has the machine's time, so the test's clock begins there.
        let clock = Arc::new(AtomicI64::new(Clock::System.now()));
        let demo = Demo::open(config, &places, Clock::Manual(clock.clone())).await;
        let demo = demo
            .unwrap_or_else(|error| panic!("{error:?}\n{}", postgres::last_words(&database_url)));
        let (end, ended) = oneshot::channel::<()>();
        let world = Self {
            app: demo.app.clone(),
            url: format!("http://{listen}"),
            shop: shop_url,
            mailbox: demo.mailbox.clone(),
            api_key: demo.api_key.clone(),
            secret: demo.token_secret,
            database_url,
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
            clock,
            stop: Some(end),
            folder,
            _database: lent,
        };
        let end = async {
            // Also when the world is dropped without a word.
            let _told = ended.await;
        };
        (world, demo, [laurel, shop], end)
    }

    /// The folder of the database and the key.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Microseconds since 1970, by the test's clock.
    pub(crate) fn now(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    /// Turns the clock forward.
    pub(crate) fn pass(&self, micros: i64) {
        self.clock.fetch_add(micros, Ordering::SeqCst);
    }

    /// A good token's claims for this customer, to be changed by a test.
    pub(crate) fn claims(&self, customer: &str) -> Value {
        let now = self.now() / 1_000_000;
        json!({ "aud": "demo", "sub": customer, "iat": now, "exp": now + 300 })
    }

    /// Signs claims as the shop does.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        let header = Header {
            kid: Some(KID.into()),
            ..Header::default()
        };
        jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(&self.secret)).unwrap()
    }

    /// Sends a request; the answer's status and JSON body, null if it has none.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        bearer: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> (StatusCode, Value) {
        let request = super::together::request(self, method, path, bearer, body, key);
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    pub(crate) async fn get(&self, path: &str, bearer: &str) -> (StatusCode, Value) {
        self.send(Method::GET, path, bearer, None, None).await
    }

    pub(crate) async fn post(&self, path: &str, bearer: &str, body: &Value) -> (StatusCode, Value) {
        self.send(Method::POST, path, bearer, Some(body), None)
            .await
    }

    /// Opens a session for a customer; answers its bearer.
    pub(crate) async fn session(&self, customer: &str) -> String {
        let token = self.sign(&self.claims(customer));
        self.session_of(&token).await
    }

    /// Opens a session with a token; answers its bearer.
    pub(crate) async fn session_of(&self, token: &str) -> String {
        let body = json!({ "program": "demo", "token": token });
        let (status, answer) = self.post("/api/v1/sessions", "", &body).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer["token"].as_str().unwrap().to_owned()
    }

    /// A customer who has joined; answers their bearer.
    pub(crate) async fn member(&self, customer: &str) -> String {
        let bearer = self.session(customer).await;
        let (status, answer) = self
            .post("/api/v1/me/join", &bearer, &json!({ "version": 1 }))
            .await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        bearer
    }

    /// Tells Laurel an order, as the shop's backend does.
    pub(crate) async fn order(&self, order: &Value) -> (StatusCode, Value) {
        self.post("/api/v1/programs/demo/orders", &self.api_key, order)
            .await
    }

    /// Puts a customer's balance right by so many points.
    pub(crate) async fn adjust(&self, customer: &str, amount: i64) -> (StatusCode, Value) {
        let body =
            json!({ "member": { "customer": customer }, "amount": amount, "note": "a test" });
        self.post("/api/v1/programs/demo/adjustments", &self.api_key, &body)
            .await
    }

    /// Waits until a mail has come in for this address that was not there before; `seen` mails were.
    pub(crate) async fn letter(&self, to: &str, seen: usize) -> Letter {
        eventually(&format!("a mail to {to}"), async || {
            let letters = self.mailbox.letters().into_iter();
            letters.filter(|letter| letter.to.contains(to)).nth(seen)
        })
        .await
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The server may have stopped by itself.
            let _told = stop.send(());
        }
    }
}

/// A paid order of a customer, over `total` kopecks.
pub(crate) fn paid(id: &str, customer: &str, total: i64) -> Value {
    json!({
        "id": id,
        "customer": { "id": customer },
        "currency": "RUB",
        "total": total,
        "lines": [{ "id": "1", "sku": "beans", "amount": total, "qty": 1 }],
        "status": "paid",
        "at": "2026-11-21T12:00:00Z",
    })
}

/// What `GET /api/v1/me` says of a member who has no coupons, and whose points do not run out.
pub(crate) fn balance(available: i64, held: i64) -> Value {
    json!({ "asset": "points", "available": available, "held": held, "reserved": 0, "expiring": null })
}

/// Asks again and again until there is an answer.
pub(crate) async fn eventually<O>(what: &str, ask: impl AsyncFn() -> Option<O>) -> O {
    let waiting = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .unwrap_or_else(|_| panic!("{what} did not come"))
}

/// Makes each test twice, one for each engine: `sqlite::name` and `postgres::name`. With `quiet` before
/// them, in worlds without a worker.
macro_rules! on_both_databases {
    (@ $open:ident $($(#[$meta:meta])* async fn $name:ident($world:ident: World) $body:block)*) => {
        mod sqlite {
            use super::*;
            $($(#[$meta])* #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                let $world = $crate::support::world::World::$open($crate::support::world::Database::Sqlite).await;
                $body
            })*
        }
        mod postgres {
            use super::*;
            $($(#[$meta])* #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                let $world = $crate::support::world::World::$open($crate::support::world::Database::Postgres).await;
                $body
            })*
        }
    };
    (quiet $($tests:tt)*) => { on_both_databases! { @ quiet $($tests)* } };
    ($($tests:tt)*) => { on_both_databases! { @ open $($tests)* } };
}
pub(crate) use on_both_databases;
