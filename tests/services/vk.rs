//! VK, as <https://id.vk.com/about/business/go/docs/en/vkid/latest/vk-id/connection/api-description> and
//! <https://dev.vk.com/en/method/groups.isMember> describe it.

use super::Outsider;
use super::net::{Authorize, CLIENT_ID, CLIENT_SECRET, Net, authorize};
use super::redeem::{Fields, Refusal, redeem, refused};
use axum::extract::{Form, Query, State};
use axum::http::header;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use server::clock::Clock;
use server::connections::{self, Outside, Secrets, Setup, Trouble};
use server::domain::program::Connection;
use std::collections::BTreeMap;
use std::sync::Arc;

const COMMUNITY: &str = "morning_roast";
const SERVICE_TOKEN: &str = "a-service-key";
/// The browser, as it is named when the shopper is sent back.
const DEVICE: &str = "a-browser";

pub(super) fn outsider() -> Outsider {
    Outsider {
        kind: "vk",
        target: COMMUNITY,
        target_id: COMMUNITY,
        asked: |_| String::new(),
        settings: |url| format!("client_id = \"{CLIENT_ID}\"\napi = \"{url}\"\noauth = \"{url}\""),
        secrets: &[("service_token", SERVICE_TOKEN)],
        routes,
        hook: None,
    }
}

fn routes() -> Router<Arc<Net>> {
    Router::new()
        .route("/authorize", get(say_yes))
        .route("/oauth2/auth", post(exchange))
        .route("/oauth2/user_info", post(user_info))
        .route("/method/groups.isMember", post(is_member))
}

async fn say_yes(net: State<Arc<Net>>, asked: Query<Authorize>) -> Response {
    let mut answer = authorize(net, asked).await;
    let back = answer.headers().get(header::LOCATION);
    let back = back.map(|back| {
        let back = back.to_str().unwrap();
        format!("{back}&type=code_v2&expires_in=600&device_id={DEVICE}")
    });
    if let Some(back) = back {
        let headers = answer.headers_mut();
        headers.insert(header::LOCATION, back.parse().unwrap());
    }
    answer
}

async fn exchange(
    State(net): State<Arc<Net>>,
    Form(mut form): Form<Fields>,
) -> Result<Json<Value>, Refusal> {
    let state = form.get("state").cloned();
    let device = form.get("device_id");
    if state.is_none() || device.is_none_or(|device| device != DEVICE) {
        return Err(refused("invalid_request"));
    }
    // Its clients have no secret, and everybody's have.
    form.insert("client_secret".into(), CLIENT_SECRET.into());
    let user = redeem(&net, &form).await?;
    let id: u64 = user.parse().unwrap();
    Ok(Json(json!({
        "access_token": format!("token-of-{user}"), "refresh_token": "another", "token_type": "Bearer",
        "expires_in": 3600, "user_id": id, "state": state, "scope": "vkid.personal_info",
    })))
}

async fn user_info(Form(form): Form<Fields>) -> Json<Value> {
    let is_ours = form
        .get("client_id")
        .is_some_and(|client| client == CLIENT_ID);
    let token = form.get("access_token").filter(|_| is_ours);
    let user = token.and_then(|token| token.strip_prefix("token-of-"));
    Json(match user {
        Some(user) => {
            json!({ "user": { "user_id": user, "first_name": "Anna", "last_name": user } })
        }
        None => json!({ "error": "invalid_token" }),
    })
}

async fn is_member(State(net): State<Arc<Net>>, Form(form): Form<Fields>) -> Json<Value> {
    let is = |name: &str, value: &str| form.get(name).is_some_and(|found| found == value);
    let refused =
        |code: u16, why: &str| Json(json!({ "error": { "error_code": code, "error_msg": why } }));
    if !is("access_token", SERVICE_TOKEN) || !is("v", "5.199") {
        return refused(5, "User authorization failed: invalid access_token (4).");
    }
    if is("group_id", COMMUNITY) {
        let yes = net.follows(&form["user_id"], COMMUNITY);
        return Json(json!({ "response": u8::from(yes) }));
    }
    refused(
        100,
        "One of the parameters specified was missing or invalid: group_id is undefined",
    )
}

#[tokio::test]
async fn what_the_shop_has_to_mend_is_said_and_no_secret_with_it() {
    let net = Net::open(routes).await;
    let connection = Connection {
        id: "vk".into(),
        kind: "vk".into(),
        settings: BTreeMap::from([("api".to_owned(), net.url.clone())]),
    };
    let outside = Outside::new(true);
    let setup = |token: &str| Setup {
        connection: &connection,
        secrets: Secrets(BTreeMap::from([(
            "service_token".to_owned(),
            token.to_owned(),
        )])),
        keeper: None,
        outside: &outside,
        public_url: "http://localhost",
        name: "demo.vk".into(),
        now: Clock::System.now(),
    };
    let service = connections::service("vk").unwrap();
    let good = setup(SERVICE_TOKEN);
    let tried = service.test(&good, COMMUNITY).await;
    assert_eq!(
        tried,
        Ok("VK answers, and knows who is in morning_roast".into())
    );
    for (token, community) in [
        ("a-wrong-key", COMMUNITY),
        (SERVICE_TOKEN, "somebody_elses"),
    ] {
        let wrong = setup(token);
        let tried = service.test(&wrong, community).await;
        let Err(Trouble::Setup(why)) = &tried else {
            panic!("{tried:?}");
        };
        assert!(!why.contains(token), "{why}");
    }
}
