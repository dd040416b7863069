//! A stand-in for an outside service: who is there, who follows whom, what mood it is in; and OAuth 2 as all of
//! them speak it (RFC 6749 §4.1 with PKCE, RFC 7636).

use axum::Router;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::json;
use server::crypto::{base64url, sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;

/// The client that every stand-in knows.
pub(crate) const CLIENT_ID: &str = "laurel-at-the-shop";
/// Its secret.
pub(crate) const CLIENT_SECRET: &str = "a secret of the shop's";
/// The account that signs in unless a test says otherwise.
pub(crate) const ANNA: &str = "1001";

/// How a service answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// As documented.
    Well,
    /// With this status, and perhaps a wish to be left alone for so many seconds.
    Status(u16, Option<u32>),
    /// After this time.
    Slow(Duration),
    /// With something that is no JSON.
    Garbage,
    /// With JSON of another shape.
    Contradictory,
}

/// A service's memory.
pub(crate) struct Net {
    /// Its address.
    pub(crate) url: String,
    /// Accounts and whom they follow.
    follows: Mutex<BTreeSet<(String, String)>>,
    mood: Mutex<Mood>,
    /// What accounts were written to last.
    said: Mutex<BTreeMap<String, String>>,
    /// Who signs in next.
    user: Mutex<String>,
    /// Codes that were given out: for whom, and PKCE's challenge.
    codes: Mutex<BTreeMap<String, (String, String)>>,
    calls: AtomicUsize,
    /// The accounts that it is being asked about.
    asked: Mutex<BTreeSet<String>>,
    collisions: AtomicUsize,
    /// The refresh tokens that were used, in their order. Each is good once.
    refreshed: Mutex<Vec<String>>,
    /// The number of the only access token of the shop's that is good.
    shop_token: AtomicUsize,
}

/// A question that is under way.
pub(crate) struct UnderWay<'n> {
    net: &'n Net,
    account: String,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.net.asked.lock().unwrap().remove(&self.account);
    }
}

#[derive(Deserialize)]
pub(crate) struct Authorize {
    client_id: String,
    redirect_uri: String,
    response_type: String,
    state: String,
    code_challenge: String,
    code_challenge_method: String,
}

#[derive(Deserialize)]
pub(crate) struct Exchange {
    grant_type: String,
    code: String,
    client_id: String,
    client_secret: String,
    code_verifier: String,
}

impl Net {
    /// Starts one with these routes.
    pub(crate) async fn open(routes: fn() -> Router<Arc<Self>>) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let net = Arc::new(Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            follows: Mutex::default(),
            mood: Mutex::new(Mood::Well),
            said: Mutex::default(),
            user: Mutex::new(ANNA.into()),
            codes: Mutex::default(),
            calls: AtomicUsize::new(0),
            asked: Mutex::default(),
            collisions: AtomicUsize::new(0),
            refreshed: Mutex::default(),
            shop_token: AtomicUsize::new(0),
        });
        let mood = from_fn_with_state(Arc::clone(&net), in_mood);
        let served = routes().layer(mood).with_state(Arc::clone(&net));
        tokio::spawn(async move { axum::serve(listener, served).await });
        net
    }

    pub(crate) fn be(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// Who signs in from now on.
    pub(crate) fn sign_in_as(&self, account: &str) {
        account.clone_into(&mut self.user.lock().unwrap());
    }

    pub(crate) fn follow(&self, account: &str, target: &str) {
        let pair = (account.to_owned(), target.to_owned());
        self.follows.lock().unwrap().insert(pair);
    }

    pub(crate) fn unfollow(&self, account: &str, target: &str) {
        let pair = (account.to_owned(), target.to_owned());
        self.follows.lock().unwrap().remove(&pair);
    }

    pub(crate) fn follows(&self, account: &str, target: &str) -> bool {
        let pair = (account.to_owned(), target.to_owned());
        self.follows.lock().unwrap().contains(&pair)
    }

    /// Writes to an account.
    pub(crate) fn say(&self, account: &str, text: &str) {
        let mut said = self.said.lock().unwrap();
        said.insert(account.to_owned(), text.to_owned());
    }

    /// What an account was written to last.
    pub(crate) fn said(&self, account: &str) -> Option<String> {
        self.said.lock().unwrap().get(account).cloned()
    }

    /// How often it was called.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// Takes a moment over an account, as services do, and notices who asks about it meanwhile.
    pub(crate) async fn think(&self, account: &str) {
        let account = account.to_owned();
        if !self.asked.lock().unwrap().insert(account.clone()) {
            self.collisions.fetch_add(1, Ordering::SeqCst);
        }
        let _under_way = UnderWay { net: self, account };
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    /// How often it was asked about an account while it was being asked about it.
    pub(crate) fn collisions(&self) -> usize {
        self.collisions.load(Ordering::SeqCst)
    }

    /// Uses a refresh token up: the one that takes its place, with the number of an access token. Nothing if it was
    /// used before.
    pub(crate) fn refresh(&self, token: &str) -> Option<(String, usize)> {
        let mut all = self.refreshed.lock().unwrap();
        let is_good = !all.iter().any(|used| used == token);
        all.push(token.to_owned());
        is_good.then(|| {
            let number = self.shop_token.fetch_add(1, Ordering::SeqCst) + 1;
            (format!("{token}+"), number)
        })
    }

    /// The refresh tokens that were used, also in vain.
    pub(crate) fn refreshed(&self) -> Vec<String> {
        self.refreshed.lock().unwrap().clone()
    }

    /// Takes the shop's access token back before its time.
    pub(crate) fn take_back(&self) {
        self.shop_token.fetch_add(1, Ordering::SeqCst);
    }

    /// Whether this is the number of the shop's access token.
    pub(crate) fn is_shop_token(&self, number: &str) -> bool {
        number == self.shop_token.load(Ordering::SeqCst).to_string()
    }

    /// The account whose token a request brings.
    pub(crate) fn bearer(headers: &HeaderMap) -> Option<String> {
        let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        Some(value.strip_prefix("Bearer token-of-")?.to_owned())
    }
}

/// `GET` of the authorisation endpoint: the shopper says yes at once, and is sent back.
pub(crate) async fn authorize(
    State(net): State<Arc<Net>>,
    Query(asked): Query<Authorize>,
) -> Response {
    let good = asked.client_id == CLIENT_ID
        && asked.response_type == "code"
        && asked.code_challenge_method == "S256"
        && asked.redirect_uri.contains("/auth/demo.");
    if !good {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let user = net.user.lock().unwrap().clone();
    let mut codes = net.codes.lock().unwrap();
    let code = format!("code-{}", codes.len());
    codes.insert(code.clone(), (user, asked.code_challenge));
    Redirect::to(&format!(
        "{}?code={code}&state={}",
        asked.redirect_uri, asked.state
    ))
    .into_response()
}

/// `POST` of the token endpoint. A code is good once.
pub(crate) async fn token(State(net): State<Arc<Net>>, Form(asked): Form<Exchange>) -> Response {
    let error = |status: StatusCode, error: &str| {
        (status, axum::Json(json!({ "error": error }))).into_response()
    };
    if (asked.client_id.as_str(), asked.client_secret.as_str()) != (CLIENT_ID, CLIENT_SECRET) {
        return error(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    let code = net.codes.lock().unwrap().remove(&asked.code);
    let digest = base64url(&sha256(asked.code_verifier.as_bytes()));
    match code
        .filter(|(_, challenge)| *challenge == digest && asked.grant_type == "authorization_code")
    {
        Some((user, _)) => axum::Json(json!({
            "access_token": format!("token-of-{user}"), "token_type": "bearer", "expires_in": 3600,
        }))
        .into_response(),
        None => error(StatusCode::BAD_REQUEST, "invalid_grant"),
    }
}

async fn in_mood(
    State(net): State<Arc<Net>>,
    request: axum::extract::Request,
    inner: Next,
) -> Response {
    net.calls.fetch_add(1, Ordering::SeqCst);
    let mood = *net.mood.lock().unwrap();
    match mood {
        Mood::Well => inner.run(request).await,
        Mood::Status(status, wait) => {
            let mut answer = StatusCode::from_u16(status).unwrap().into_response();
            if let Some(wait) = wait {
                answer.headers_mut().insert("retry-after", wait.into());
            }
            answer
        }
        Mood::Slow(time) => {
            tokio::time::sleep(time).await;
            inner.run(request).await
        }
        Mood::Garbage => "<html>It works!</html>".into_response(),
        Mood::Contradictory => {
            axum::Json(json!({ "ok": true, "result": [], "data": "" })).into_response()
        }
    }
}
