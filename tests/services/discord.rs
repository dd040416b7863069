//! Discord, as <https://discord.com/developers/docs/resources/guild#get-guild-member> and
//! <https://discord.com/developers/docs/topics/oauth2> describe it.

use super::Outsider;
use super::net::{ANNA, Authorize, CLIENT_ID, Net, authorize, token};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use server::clock::Clock;
use server::connections::{self, Account, Answer, Outside, Secrets, Setup, Trouble};
use server::domain::program::Connection;
use std::collections::BTreeMap;
use std::sync::Arc;

const SERVER: &str = "197038439483310086";
const INVITE: &str = "https://discord.gg/AbCdEf";
const BOT: &str = "4242";
const BOT_TOKEN: &str = "a-secret-of-the-bots";
/// Whoever "follows" this has not passed the server's screening yet.
const PENDING: &str = "pending";

pub(super) fn outsider() -> Outsider {
    Outsider {
        kind: "discord",
        target: SERVER,
        target_id: SERVER,
        asked: |_| String::new(),
        settings: |url| {
            format!(
                "client_id = \"{CLIENT_ID}\"\ninvite = \"{INVITE}\"\napi = \"{url}/api/v10\"\nweb = \"{url}\""
            )
        },
        secrets: &[("bot_token", BOT_TOKEN)],
        routes,
        hook: None,
    }
}

fn routes() -> Router<Arc<Net>> {
    Router::new()
        .route("/oauth2/authorize", get(say_yes))
        .route("/api/v10/oauth2/token", post(token))
        .route("/api/v10/users/@me", get(own))
        .route("/api/v10/guilds/{server}/members/{user}", get(member))
        .route("/api/v10/invites/{code}", get(invitation))
}

#[derive(Deserialize)]
struct More {
    scope: String,
}

async fn say_yes(
    net: State<Arc<Net>>,
    asked: Query<Authorize>,
    Query(more): Query<More>,
) -> Response {
    if more.scope != "identify" {
        return StatusCode::BAD_REQUEST.into_response();
    }
    authorize(net, asked).await
}

fn refused(status: StatusCode, code: u64, message: &str) -> Response {
    let answer = json!({ "message": message, "code": code });
    (status, Json(answer)).into_response()
}

fn unauthorized() -> Response {
    refused(StatusCode::UNAUTHORIZED, 0, "401: Unauthorized")
}

fn user(id: &str) -> Value {
    json!({
        "id": id, "username": format!("user_{id}"), "discriminator": "0", "global_name": format!("User {id}"),
        "avatar": null, "bot": id == BOT,
    })
}

fn is_bot(headers: &HeaderMap) -> bool {
    let expected = format!("Bot {BOT_TOKEN}");
    let brought = headers.get(header::AUTHORIZATION);
    brought.is_some_and(|brought| *brought == *expected)
}

/// Whether it says what it is, as everybody has to.
fn says_what_it_is(headers: &HeaderMap) -> bool {
    let agent = headers.get(header::USER_AGENT);
    let agent = agent.and_then(|agent| agent.to_str().ok());
    agent.is_some_and(|agent| agent.starts_with("DiscordBot (http"))
}

async fn own(headers: HeaderMap) -> Response {
    if !says_what_it_is(&headers) {
        return refused(StatusCode::FORBIDDEN, 40333, "internal network error");
    }
    if is_bot(&headers) {
        return Json(user(BOT)).into_response();
    }
    let found = Net::bearer(&headers);
    found.map_or_else(unauthorized, |id| Json(user(&id)).into_response())
}

async fn member(
    State(net): State<Arc<Net>>,
    headers: HeaderMap,
    Path((server, id)): Path<(String, String)>,
) -> Response {
    if !is_bot(&headers) {
        return unauthorized();
    }
    if server != SERVER {
        return refused(StatusCode::NOT_FOUND, 10004, "Unknown Guild");
    }
    if id != BOT && !net.follows(&id, SERVER) {
        return refused(StatusCode::NOT_FOUND, 10007, "Unknown Member");
    }
    let member = json!({
        "user": user(&id), "nick": null, "avatar": null, "roles": [], "deaf": false, "mute": false, "flags": 0,
        "joined_at": "2026-01-02T03:04:05.678000+00:00", "pending": net.follows(&id, PENDING),
    });
    Json(member).into_response()
}

async fn invitation(Path(code): Path<String>) -> Response {
    let server = match code.as_str() {
        "AbCdEf" => SERVER,
        "elsewhere" => "1",
        _ => return refused(StatusCode::NOT_FOUND, 10006, "Unknown Invite"),
    };
    let guild = json!({ "id": server, "name": "Morning Roast" });
    Json(json!({ "type": 0, "code": code, "guild": guild })).into_response()
}

fn connection(url: &str, invite: &str) -> Connection {
    let settings = [
        ("client_id", CLIENT_ID.to_owned()),
        ("invite", invite.to_owned()),
        ("api", format!("{url}/api/v10")),
        ("web", url.to_owned()),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value));
    Connection {
        id: "discord".into(),
        kind: "discord".into(),
        settings: BTreeMap::from(settings),
    }
}

fn setup<'a>(connection: &'a Connection, outside: &'a Outside, bot_token: &str) -> Setup<'a> {
    let secret = ("bot_token".to_owned(), bot_token.to_owned());
    Setup {
        connection,
        secrets: Secrets(BTreeMap::from([secret])),
        keeper: None,
        outside,
        public_url: "http://localhost",
        name: "demo.discord".into(),
        now: Clock::System.now(),
    }
}

#[tokio::test]
async fn what_the_shop_has_to_mend_is_said_and_no_secret_with_it() {
    let net = Net::open(routes).await;
    let outside = Outside::new(true);
    let service = connections::service("discord").unwrap();
    let ours = connection(&net.url, INVITE);
    let good = setup(&ours, &outside, BOT_TOKEN);
    let tried = service.test(&good, SERVER).await;
    let said = "Discord answers, and user_4242 is in server 197038439483310086";
    assert_eq!(tried, Ok(said.into()));
    for (bot_token, server, invite) in [
        ("another-token", SERVER, INVITE),
        (BOT_TOKEN, "1", INVITE),
        (BOT_TOKEN, SERVER, "https://discord.gg/elsewhere"),
        (BOT_TOKEN, SERVER, "https://discord.gg/expired"),
        (BOT_TOKEN, SERVER, "https://example.com/AbCdEf"),
    ] {
        let wrong = connection(&net.url, invite);
        let wrong = setup(&wrong, &outside, bot_token);
        let tried = service.test(&wrong, server).await;
        let Err(Trouble::Setup(why)) = &tried else {
            panic!("{bot_token} {server} {invite}: {tried:?}");
        };
        assert!(!why.contains(bot_token), "{why}");
    }
}

#[tokio::test]
async fn whoever_has_not_passed_the_screening_is_not_in_yet() {
    let net = Net::open(routes).await;
    let outside = Outside::new(true);
    let service = connections::service("discord").unwrap();
    let connection = connection(&net.url, INVITE);
    let setup = setup(&connection, &outside, BOT_TOKEN);
    let anna = Account {
        id: ANNA.into(),
        handle: "anna".into(),
        created_at: None,
    };
    net.follow(ANNA, SERVER);
    net.follow(ANNA, PENDING);
    let waiting = service.check(&setup, &anna, SERVER, None).await;
    assert_eq!(waiting, Ok(Answer::NotDone("not_followed")));
    net.unfollow(ANNA, PENDING);
    let passed = service.check(&setup, &anna, SERVER, None).await;
    assert!(matches!(passed, Ok(Answer::Done(_))), "{passed:?}");
}

#[test]
fn a_server_has_an_id_and_an_invitation() {
    let service = connections::service("discord").unwrap();
    let page = |invite: &str, target: &str| service.page(&connection("", invite), target);
    for invite in [INVITE, "https://discord.com/invite/morning-roast"] {
        assert_eq!(page(invite, SERVER).as_deref(), Ok(invite));
    }
    for target in ["", "-1", "1a", "morning-roast", INVITE] {
        assert!(page(INVITE, target).is_err(), "{target}");
    }
    for invite in [
        "",
        "AbCdEf",
        "https://discord.gg/",
        "https://discord.gg/a/b",
        "https://discord.gg/AbCdEf?x",
        "http://discord.gg/AbCdEf",
        "https://example.com/AbCdEf",
        "javascript:alert(1)",
    ] {
        assert!(page(invite, SERVER).is_err(), "{invite}");
    }
}
