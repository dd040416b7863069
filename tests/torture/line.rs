//! A line to one server: requests and their answers, and how a missing answer differs from a wrong
//! one.

use crate::operations::{PROGRAM, Request, Sender};
use crate::order::address_of;
use jsonwebtoken::{EncodingKey, Header};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::clock::Clock;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Far longer than any answer takes: a server that hangs is a failure.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a shop needs to speak to Laurel.
#[derive(Clone, Debug)]
pub(crate) struct Shop {
    /// The bearer of its backend.
    pub(crate) api_key: String,
    /// The name of the key that signs its customers' tokens.
    pub(crate) kid: String,
    /// That key.
    pub(crate) secret: String,
}

/// Why there is no good answer.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// None came, or "later": whether it was done is not known.
    Unanswered,
    /// An answer that knows nothing of what was acknowledged.
    Gone(String),
    /// Another answer that must not be.
    Wrong(String),
}

/// The bearers of sessions that were opened, by customer and by whether the address is proven.
pub(crate) type Bearers = Arc<Mutex<HashMap<(String, bool), String>>>;

/// What a customer has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Points {
    /// Below zero: owed.
    pub(crate) available: i64,
    pub(crate) held: i64,
    pub(crate) reserved: i64,
    /// The metric that lifts them.
    pub(crate) counted: i64,
}

impl Points {
    /// All of it.
    pub(crate) fn sum(self) -> i64 {
        self.available + self.held + self.reserved
    }
}

/// Connections to one start of one server.
#[derive(Clone)]
pub(crate) struct Line {
    http: reqwest::Client,
    url: String,
    shop: Arc<Shop>,
    clock: Clock,
    bearers: Bearers,
}

impl Line {
    /// A line to the server at `url`; tokens are signed by `clock`.
    pub(crate) fn new(url: &str, shop: Arc<Shop>, clock: Clock, bearers: Bearers) -> Self {
        Self {
            http: reqwest::Client::builder()
                .timeout(PATIENCE)
                .build()
                .unwrap(),
            url: url.to_owned(),
            shop,
            clock,
            bearers,
        }
    }

    /// Sends a request under its key.
    pub(crate) async fn send(&self, request: &Request) -> Result<Value, Fault> {
        let operation = &request.operation;
        let bearer = match operation.sender() {
            Sender::Shop => self.shop.api_key.clone(),
            Sender::Shopper => self.bearer(&request.customer, false).await?,
            Sender::Proven => self.bearer(&request.customer, true).await?,
        };
        let body = operation.body(&request.customer, &request.key);
        let (path, key) = (operation.path(), Some(request.key.as_str()));
        let (status, answer) = self
            .call(operation.method(), &path, &bearer, Some(&body), key)
            .await?;
        if operation.is_answered_by(status, &answer) {
            return Ok(answer);
        }
        Err(unexpected(
            status,
            format!("{request:?}: {status} {answer}"),
        ))
    }

    /// The customer's points. Nobody who is no member has any.
    pub(crate) async fn points(&self, customer: &str) -> Result<Points, Fault> {
        let bearer = self.bearer(customer, false).await?;
        let (status, answer) = self
            .call(Method::GET, "/api/v1/me", &bearer, None, None)
            .await?;
        if status == StatusCode::FORBIDDEN && answer["code"] == "not_a_member" {
            return Ok(Points::default());
        }
        let balance = &answer["balance"];
        let number = |name: &str| balance[name].as_i64();
        let points = (|| {
            Some(Points {
                available: number("available")?,
                held: number("held")?,
                reserved: number("reserved")?,
                counted: answer["standing"]["value"].as_i64()?,
            })
        })();
        let text = || format!("GET /me of {customer}: {status} {answer}");
        points.ok_or_else(|| unexpected(status, text()))
    }

    /// The customer's session, opened if none was. One that was opened is acknowledged, so it must
    /// be there after any crash.
    async fn bearer(&self, customer: &str, is_proven: bool) -> Result<String, Fault> {
        let key = (customer.to_owned(), is_proven);
        let known = self.known().get(&key).cloned();
        if let Some(bearer) = known {
            return Ok(bearer);
        }
        let body = json!({ "program": PROGRAM, "token": self.token(customer, is_proven) });
        let (status, answer) = self
            .call(Method::POST, "/api/v1/sessions", "", Some(&body), None)
            .await?;
        let Some(bearer) = answer["token"].as_str() else {
            return Err(Fault::Wrong(format!(
                "a session of {customer}: {status} {answer}"
            )));
        };
        self.known().insert(key, bearer.to_owned());
        Ok(bearer.to_owned())
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<(String, bool), String>> {
        self.bearers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn token(&self, customer: &str, is_proven: bool) -> String {
        let now = self.clock.now() / 1_000_000;
        let header = Header {
            kid: Some(self.shop.kid.clone()),
            ..Header::default()
        };
        let mut claims = json!({ "aud": PROGRAM, "sub": customer, "iat": now, "exp": now + 300 });
        if is_proven {
            claims["email"] = json!(address_of(customer));
            claims["email_verified"] = json!(true);
        }
        let key = EncodingKey::from_secret(self.shop.secret.as_bytes());
        jsonwebtoken::encode(&header, &claims, &key).unwrap()
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        bearer: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> Result<(StatusCode, Value), Fault> {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if !bearer.is_empty() {
            request = request.bearer_auth(bearer);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        let answer = request.send().await.map_err(|error| lost(&error))?;
        let status = answer.status();
        let text = answer.text().await.map_err(|error| lost(&error))?;
        if status == StatusCode::SERVICE_UNAVAILABLE {
            return Err(Fault::Unanswered);
        }
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
    }
}

/// A session, an attempt or an order that a client names has been acknowledged.
fn unexpected(status: StatusCode, text: String) -> Fault {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND => Fault::Gone(text),
        _ => Fault::Wrong(text),
    }
}

fn lost(error: &reqwest::Error) -> Fault {
    if error.is_timeout() {
        return Fault::Wrong(format!("a server hangs: {error}"));
    }
    Fault::Unanswered
}
