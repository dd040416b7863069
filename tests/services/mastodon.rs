//! Mastodon, as <https://docs.joinmastodon.org/methods/accounts/>, <https://docs.joinmastodon.org/methods/apps/> and
//! <https://docs.joinmastodon.org/methods/oauth/> describe it: one server, on which both the shop and its members
//! have their accounts.

use super::Outsider;
use super::net::{ANNA, Authorize, CLIENT_ID, CLIENT_SECRET, Mood, Net, authorize};
use super::redeem::{Fields, Refusal, redeem, refused};
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use reqwest::Url;
use serde::Deserialize;
use serde_json::{Value, json};
use server::clock::Clock;
use server::connections::{self, Account, Answer, Outside, Secrets, Setup, Trouble};
use server::domain::program::Connection;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The server's accounts have another name than the server, as happens.
const TARGET: &str = "@morning_roast@shop.example";
const SHOP: &str = "morning_roast";
const SHOP_ID: &str = "7";
const SHOP_TOKEN: &str = "a-token-of-the-shops";

#[derive(Deserialize)]
struct More {
    scope: String,
}

#[derive(Deserialize)]
struct Asked {
    acct: String,
}

pub(super) fn outsider() -> Outsider {
    Outsider {
        kind: "mastodon",
        target: TARGET,
        target_id: SHOP,
        asked: |net| format!("@anna@{}", host(&net.url)),
        settings: |url| format!("server = \"{}\"", host(url)),
        secrets: &[("access_token", SHOP_TOKEN)],
        routes,
        hook: None,
    }
}

fn host(url: &str) -> &str {
    url.strip_prefix("http://").unwrap()
}

fn routes() -> Router<Arc<Net>> {
    Router::new()
        .route("/api/v1/apps", post(apps))
        .route("/oauth/authorize", get(say_yes))
        .route("/oauth/token", post(exchange))
        .route("/oauth/revoke", post(revoke))
        .route("/api/v1/accounts/verify_credentials", get(own))
        .route("/api/v1/accounts/lookup", get(lookup))
        .route("/api/v1/accounts/relationships", get(relationships))
}

fn error(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error }))).into_response()
}

fn is(form: &Fields, name: &str, value: &str) -> bool {
    form.get(name).is_some_and(|found| found == value)
}

fn app(form: &Fields) -> Response {
    let uri = form.get("redirect_uris");
    let is_ours = uri.is_some_and(|uri| uri.contains("/auth/demo."));
    if !is_ours || !is(form, "client_name", "Laurel") {
        let why = "Validation failed: Redirect URI must be an absolute URI.";
        return error(StatusCode::UNPROCESSABLE_ENTITY, why);
    }
    Json(json!({
        "id": "563419", "name": "Laurel", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
    }))
    .into_response()
}

async fn apps(Form(form): Form<Fields>) -> Response {
    app(&form)
}

/// The same of a server before version 4.3.
async fn older_apps(Form(form): Form<Fields>) -> Response {
    if is(&form, "scopes", "read:accounts") {
        return app(&form);
    }
    let why = "Validation failed: Scopes doesn't match configured on the server.";
    error(StatusCode::UNPROCESSABLE_ENTITY, why)
}

async fn say_yes(
    net: State<Arc<Net>>,
    asked: Query<Authorize>,
    Query(more): Query<More>,
) -> Response {
    if more.scope != "profile" {
        return StatusCode::BAD_REQUEST.into_response();
    }
    authorize(net, asked).await
}

async fn exchange(
    State(net): State<Arc<Net>>,
    Form(form): Form<Fields>,
) -> Result<Json<Value>, Refusal> {
    if !is(&form, "scope", "profile") {
        return Err(refused("invalid_scope"));
    }
    let user = redeem(&net, &form).await?;
    Ok(Json(json!({
        "access_token": format!("token-of-{user}"), "token_type": "Bearer", "scope": "profile",
        "created_at": 1_573_979_017,
    })))
}

async fn revoke(Form(form): Form<Fields>) -> Response {
    if is(&form, "client_secret", CLIENT_SECRET) && form.contains_key("token") {
        return Json(json!({})).into_response();
    }
    error(StatusCode::FORBIDDEN, "unauthorized_client")
}

fn is_shop(headers: &HeaderMap) -> bool {
    let expected = format!("Bearer {SHOP_TOKEN}");
    headers
        .get(header::AUTHORIZATION)
        .is_some_and(|value| *value == *expected)
}

fn account(id: &str, username: &str) -> Response {
    Json(json!({
        "id": id, "username": username, "acct": username, "locked": false,
        "created_at": "2020-01-02T00:00:00.000Z",
    }))
    .into_response()
}

async fn own(headers: HeaderMap) -> Response {
    if is_shop(&headers) {
        return account(SHOP_ID, SHOP);
    }
    match Net::bearer(&headers) {
        // A server may write a name in more than one way.
        Some(user) => account(&user, &format!("User{user}")),
        None => error(StatusCode::UNAUTHORIZED, "The access token is invalid"),
    }
}

async fn lookup(Query(asked): Query<Asked>) -> Response {
    if TARGET.strip_prefix('@') == Some(asked.acct.as_str()) {
        return account(SHOP_ID, SHOP);
    }
    match asked.acct.strip_prefix("user") {
        Some(id) if !asked.acct.contains('@') => account(id, &asked.acct),
        _ => error(StatusCode::NOT_FOUND, "Record not found"),
    }
}

async fn relationships(
    State(net): State<Arc<Net>>,
    headers: HeaderMap,
    Query(asked): Query<Fields>,
) -> Response {
    if !is_shop(&headers) {
        return error(StatusCode::UNAUTHORIZED, "The access token is invalid");
    }
    let id = &asked["id[]"];
    let followed_by = net.follows(id, SHOP);
    Json(json!([{ "id": id, "following": false, "followed_by": followed_by, "requested": false }]))
        .into_response()
}

fn connection(net: &Net) -> Connection {
    let server = ("server".to_owned(), host(&net.url).to_owned());
    Connection {
        id: "mastodon".into(),
        kind: "mastodon".into(),
        settings: BTreeMap::from([server]),
    }
}

fn setup<'a>(connection: &'a Connection, outside: &'a Outside, token: &str) -> Setup<'a> {
    let token = ("access_token".to_owned(), token.to_owned());
    Setup {
        connection,
        secrets: Secrets(BTreeMap::from([token])),
        keeper: None,
        outside,
        public_url: "http://localhost",
        name: "demo.mastodon".into(),
        now: Clock::System.now(),
    }
}

#[tokio::test]
async fn what_the_shop_has_to_mend_is_said_and_no_secret_with_it() {
    let net = Net::open(routes).await;
    let (connection, outside) = (connection(&net), Outside::new(true));
    let service = connections::service("mastodon").unwrap();
    let good = setup(&connection, &outside, SHOP_TOKEN);
    let tried = service.test(&good, TARGET).await;
    let said = format!("{} answers, and knows who follows {TARGET}", host(&net.url));
    assert_eq!(tried, Ok(said));
    for (token, target) in [
        ("a-wrong-token", TARGET),
        (SHOP_TOKEN, "@somebody_else@shop.example"),
        // There may be one of the same name elsewhere.
        (SHOP_TOKEN, "@morning_roast@mastodon.example"),
    ] {
        let wrong = setup(&connection, &outside, token);
        let tried = service.test(&wrong, target).await;
        let Err(Trouble::Setup(why)) = &tried else {
            panic!("{tried:?}");
        };
        assert!(!why.contains(token), "{why}");
    }
}

#[tokio::test]
async fn an_older_server_is_asked_for_what_it_knows() {
    let net = Net::open(|| Router::new().route("/api/v1/apps", post(older_apps))).await;
    let (connection, outside) = (connection(&net), Outside::new(true));
    let service = connections::service("mastodon").unwrap();
    let setup = setup(&connection, &outside, SHOP_TOKEN);
    let begun = service.begin(&setup, "a-state", host(&net.url)).await;
    let url = Url::parse(&begun.unwrap().url).unwrap();
    let asked: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!(asked["scope"], "read:accounts");
    assert_eq!(asked["state"], "a-state");
}

#[tokio::test]
async fn a_server_has_one_name_and_has_to_be_one() {
    let net = Net::open(Router::new).await;
    let (connection, outside) = (connection(&net), Outside::new(true));
    let service = connections::service("mastodon").unwrap();
    let setup = setup(&connection, &outside, SHOP_TOKEN);
    // The last one is there, and no server of this kind.
    for asked in [
        "",
        "anna@",
        "mastodon.example.",
        "mastodon.example:8443",
        "mastodon.example?x",
        "no server",
        host(&net.url),
    ] {
        let begun = service.begin(&setup, "a-state", asked).await;
        assert_eq!(begun, Err(Trouble::Refused("bad_server")), "{asked}");
    }
}

/// Asks this server whether an account there or elsewhere follows the shop.
async fn check(net: &Net, user: &str, host: &str) -> Result<Answer, Trouble> {
    let (connection, outside) = (connection(net), Outside::new(true));
    let setup = setup(&connection, &outside, SHOP_TOKEN);
    let account = Account {
        id: format!("{user}@{host}"),
        handle: String::new(),
        created_at: None,
    };
    let service = connections::service("mastodon").unwrap();
    service.check(&setup, &account, TARGET, None).await
}

#[tokio::test]
async fn only_the_shops_server_says_no_and_only_in_its_own_words() {
    let (here, empty) = (Net::open(routes).await, Net::open(Router::new).await);
    let anna = format!("user{ANNA}");
    here.follow(ANNA, SHOP);
    let Ok(Answer::Done(evidence)) = check(&here, &anna, host(&here.url)).await else {
        panic!("the shop's server says that she follows");
    };
    assert_eq!(evidence["follows"], TARGET);
    // Her namesake elsewhere does not, and that server is not even asked.
    let calls = empty.calls();
    assert_eq!(
        check(&here, &anna, host(&empty.url)).await,
        Ok(Answer::NotDone("not_followed"))
    );
    assert_eq!(empty.calls(), calls);
    // Where the shop's server was, something else says that there is no such page.
    let answer = check(&empty, &anna, host(&empty.url)).await;
    assert!(matches!(answer, Err(Trouble::NotNow(..))), "{answer:?}");
    for mood in [
        Mood::Garbage,
        Mood::Contradictory,
        Mood::Status(404, None),
        Mood::Status(410, None),
        Mood::Status(500, None),
    ] {
        here.be(mood);
        let answer = check(&here, &anna, host(&here.url)).await;
        assert!(
            matches!(answer, Err(Trouble::NotNow(..))),
            "{mood:?}: {answer:?}"
        );
    }
}
