//! Accounts that are shown by writing to the shop's own: a code goes there, digits come back, and only the window
//! that began it takes them.

use super::Scene;
use super::net::ANNA;
use crate::support::sql::one;
use reqwest::StatusCode;
use scraper::{Html, Selector};
use serde_json::Value;
use server::domain::SECOND;

/// Somebody who is tricked into writing a code that is not theirs.
const VICTIM: &str = "1002";

/// A hook's body, and the header that vouches for it.
pub(crate) struct Delivery {
    pub(crate) header: (&'static str, String),
    pub(crate) body: String,
}

/// A window that waits for digits.
struct Window {
    code: String,
    state: String,
    action: String,
    cookie: String,
}

async fn open(scene: &Scene, bearer: &str) -> Window {
    let (html, cookie) = scene.open_window(bearer).await;
    let page = Html::parse_document(&html);
    let find = |selector: &str| {
        let selector = Selector::parse(selector).unwrap();
        page.select(&selector)
            .next()
            .unwrap_or_else(|| panic!("{html}"))
    };
    Window {
        code: find(".code").text().collect::<String>().trim().to_owned(),
        state: find("input[name=state]").attr("value").unwrap().to_owned(),
        action: find("form").attr("action").unwrap().to_owned(),
        cookie,
    }
}

async fn deliver(scene: &Scene, delivery: &Delivery) -> StatusCode {
    let url = format!("{}/hooks/demo.{}", scene.world.url, scene.outsider.kind);
    let (name, value) = &delivery.header;
    let call = scene.world.http.post(url).header(*name, value);
    let call = call.header("content-type", "application/json");
    call.body(delivery.body.clone())
        .send()
        .await
        .unwrap()
        .status()
}

/// An account writes something; the digits that it is sent, if any.
async fn write(scene: &Scene, account: &str, text: &str) -> Option<String> {
    let delivery = (scene.outsider.hook.unwrap())(account, text);
    assert_eq!(deliver(scene, &delivery).await, StatusCode::OK);
    let said = scene.net.said(account)?;
    let digits = said.split(|c: char| !c.is_ascii_digit());
    digits
        .filter(|digits| digits.len() == 6)
        .map(str::to_owned)
        .next()
}

/// Types digits into a window; its status and heading.
async fn type_in(
    scene: &Scene,
    window: &Window,
    cookie: &str,
    digits: &str,
) -> (StatusCode, String) {
    let form = [("state", window.state.as_str()), ("digits", digits)];
    let call = scene
        .world
        .http
        .post(format!("{}{}", scene.world.url, window.action));
    let call = call
        .header("origin", &scene.world.url)
        .header("cookie", cookie);
    let answer = call.form(&form).send().await.unwrap();
    let status = answer.status();
    let page = Html::parse_document(&answer.text().await.unwrap());
    let heading = Selector::parse("h1").unwrap();
    (
        status,
        page.select(&heading).next().unwrap().text().collect(),
    )
}

/// The whole of it, as somebody honest does it.
pub(crate) async fn sign_in(scene: &Scene, bearer: &str) -> (StatusCode, String) {
    let window = open(scene, bearer).await;
    let digits = write(scene, ANNA, &window.code).await.unwrap();
    type_in(scene, &window, &window.cookie, &digits).await
}

async fn accounts(scene: &Scene) -> i64 {
    one(
        &scene.world.app.store,
        "select count(*) from outside_account",
    )
    .await
}

/// Whoever is not the service itself moves nothing.
pub(crate) async fn forged(scene: Scene) {
    let bearer = scene.member("anna").await;
    let window = open(&scene, &bearer).await;
    let hook = scene.outsider.hook.unwrap();
    let good = hook(ANNA, &window.code);
    let (name, value) = good.header.clone();
    for (header, body) in [
        ((name, format!("{value}x")), good.body.clone()),
        ((name, String::new()), good.body.clone()),
        (("x-other", value.clone()), good.body.clone()),
    ] {
        let forged = Delivery { header, body };
        assert_eq!(deliver(&scene, &forged).await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(scene.net.said(ANNA), None);
    let nonsense = hook(ANNA, "no code at all, 123456");
    assert_eq!(deliver(&scene, &nonsense).await, StatusCode::OK);
    assert_eq!(scene.net.said(ANNA), None, "strangers are not written to");
    let another = hook(ANNA, "ABCDEFGH");
    assert_eq!(deliver(&scene, &another).await, StatusCode::OK);
    assert_eq!(scene.net.said(ANNA), None, "nobody waits for that");
    assert_eq!(accounts(&scene).await, 0);
}

/// Digits go to whoever wrote, and are good in the window that began it, for a while, and not to be guessed.
pub(crate) async fn digits(scene: Scene) {
    let thief = scene.member("anna").await;
    let window = open(&scene, &thief).await;
    // The victim is tricked into writing the thief's code: the digits go to the victim.
    let digits = write(&scene, VICTIM, &window.code).await.unwrap();
    assert_eq!(scene.net.said(ANNA), None);
    let wrong = if digits == "000000" {
        "000001"
    } else {
        "000000"
    };
    for _ in 0..5 {
        let (status, _) = type_in(&scene, &window, &window.cookie, wrong).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let (status, _) = type_in(&scene, &window, &window.cookie, &digits).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "five tries, and no more");
    assert_eq!(accounts(&scene).await, 0);

    // In another browser they are worth nothing, and in its own they are good once.
    let window = open(&scene, &thief).await;
    let other = open(&scene, &thief).await;
    let digits = write(&scene, ANNA, &window.code).await.unwrap();
    let (status, _) = type_in(&scene, &window, &other.cookie, &digits).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, said) = type_in(&scene, &window, &window.cookie, &digits).await;
    assert_eq!((status, said.as_str()), (StatusCode::OK, "Connected"));
    let (status, _) = type_in(&scene, &window, &window.cookie, &digits).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "once");
    assert_ne!(scene.standing(&thief).await["account"], Value::Null);

    // Too late.
    let window = open(&scene, &thief).await;
    let digits = write(&scene, ANNA, &window.code).await.unwrap();
    scene.world.pass(16 * 60 * SECOND);
    let (status, _) = type_in(&scene, &window, &window.cookie, &digits).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}
