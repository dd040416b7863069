//! What goes wrong on an ordinary day: a wrong address, a forgotten tick, a tunnel, the back button,
//! another language. Nothing that was typed is lost, and everybody is told in their language.

use super::shopping::sign_in;
use crate::support::shopper::{Hand, PANEL, Shopper};
use crate::support::world::{Database, World};
use serde_json::json;
use thirtyfour::By;

const SIZE: (u32, u32) = (1280, 800);
const EMAIL: &str = "#tsk_newsletter-email";
const CONSENT: &str = "#tsk_newsletter-consent";
const SEND: &str = "#tsk_newsletter-start button";

/// A member with the panel open on a page of the shop.
async fn member_in_panel<'w>(
    world: &'w World,
    customer: &str,
    language: &str,
    more: &[&str],
) -> Shopper<'w> {
    let bearer = world.session(customer).await;
    let join = json!({"version": 1, "locale": language});
    world.post("/api/v1/me/join", &bearer, &join).await;
    let shopper = Shopper::open(world, Hand::Mouse, SIZE, language, more).await;
    sign_in(&shopper, customer).await;
    shopper.open_as_member().await;
    shopper
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_address_is_named_in_the_shoppers_language() {
    for (customer, language, wanted) in [("anna", "en", "e-mail address"), ("ivan", "ru", "адрес")]
    {
        let world = World::open(Database::Sqlite).await;
        let shopper = member_in_panel(&world, customer, language, &[]).await;
        shopper.fill(EMAIL, "nobody@nowhere").await;
        shopper.press(CONSENT).await;
        shopper.press(SEND).await;
        shopper.read("#tsk_newsletter-email-fault", wanted).await;
        let kept = "const field = document.querySelector(arguments[0]); return [field.value, field === document.activeElement]";
        let kept = shopper.run(kept, vec![EMAIL.into()]).await;
        assert_eq!(
            kept,
            json!(["nobody@nowhere", true]),
            "it can be mended at once"
        );
        shopper.picture(&format!("mishap-address-{language}")).await;
        shopper.fill(EMAIL, "me@example.com").await;
        shopper.press(SEND).await;
        shopper
            .see("#task-tsk_newsletter[data-state=started]")
            .await;
        world.letter("me@example.com", 0).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_without_consent() {
    let world = World::open(Database::Sqlite).await;
    let shopper = member_in_panel(&world, "anna", "en", &[]).await;
    shopper.fill(EMAIL, "me@example.com").await;
    shopper.press(SEND).await;
    let stopped = "return document.activeElement === document.querySelector(arguments[0])
        && document.activeElement.matches(':invalid')";
    assert_eq!(
        shopper.run(stopped, vec![CONSENT.into()]).await,
        true,
        "the browser asks for the tick"
    );
    let (_, me) = world.get("/api/v1/me", &world.session("anna").await).await;
    assert_eq!(me["tasks"][1]["state"], "available");
    assert!(world.mailbox.letters().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tunnel_loses_nothing() {
    let world = World::open(Database::Sqlite).await;
    let together = "--disable-site-isolation-trials";
    let shopper = member_in_panel(&world, "anna", "en", &[together]).await;
    let line = async |offline: bool| {
        let network = json!({"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
        shopper.browser.devtools("Network.enable", json!({})).await;
        shopper
            .browser
            .devtools("Network.emulateNetworkConditions", network)
            .await;
    };
    shopper.fill(EMAIL, "me@example.com").await;
    shopper.press(CONSENT).await;
    line(true).await;
    shopper.read("#offline", "You are offline").await;
    shopper.press(SEND).await;
    shopper
        .read("#tsk_newsletter-start .problem", "could not be reached")
        .await;
    shopper.picture("mishap-offline").await;
    let typed = "return [document.querySelector(arguments[0]).value, document.querySelector(arguments[1]).checked]";
    let kept = shopper.run(typed, vec![EMAIL.into(), CONSENT.into()]).await;
    assert_eq!(kept, json!(["me@example.com", true]));
    line(false).await;
    shopper.press(SEND).await;
    shopper
        .see("#task-tsk_newsletter[data-state=started]")
        .await;
    assert!(
        !shopper
            .see("#panel")
            .await
            .text()
            .await
            .unwrap()
            .contains("could not be reached")
    );
    let notice = shopper.browser.find(By::Css("#offline")).await.unwrap();
    assert!(!notice.is_displayed().await.unwrap(), "the notice is gone");
    world.letter("me@example.com", 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_panel_leaves_the_history_alone() {
    let world = World::open(Database::Sqlite).await;
    let shopper = member_in_panel(&world, "anna", "en", &[]).await;
    shopper.section("earn").await;
    shopper.close_panel().await;
    let before = shopper.run("return history.length", vec![]).await;
    shopper.open_panel().await;
    shopper.leave_panel().await;
    assert_eq!(shopper.run("return history.length", vec![]).await, before);
    shopper.visit("/product/guji").await;
    shopper.browser.back().await.unwrap();
    assert!(
        shopper.browser.current_url().await.unwrap().path() == "/",
        "one step back is the page before"
    );
    if shopper.panel_is_open().await {
        shopper.enter_panel().await;
    } else {
        shopper.open_panel().await;
    }
    shopper.section("home").await;
    shopper.read(".hero b", "50").await;
    shopper.leave_panel().await;
    shopper.browser.forward().await.unwrap();
    shopper.see("#add").await;
    assert!(
        shopper.browser.find(By::Css(PANEL)).await.is_err(),
        "a page that was not opened has no frame"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_panel_speaks_the_language_of_the_page() {
    let world = World::open(Database::Sqlite).await;
    let shopper = member_in_panel(&world, "anna", "en", &[]).await;
    shopper.read("#balance-title", "Your balance").await;
    shopper.close_panel().await;
    shopper.press("a.language").await;
    shopper.see("html[lang=ru] #sign-out").await;
    shopper.open_panel().await;
    shopper.read("#balance-title", "Ваш баланс").await;
    shopper.section("history").await;
    shopper
        .read("#panel .line .what", "Вступить в программу")
        .await;
    // The page may also ask without being loaded anew.
    shopper.leave_panel().await;
    shopper
        .run("laurel('update', {locale: 'en', theme: 'dark'})", vec![])
        .await;
    shopper.enter_panel().await;
    shopper
        .read("#panel .line .what", "Join the programme")
        .await;
    shopper.read("header h1", "Morning Roast").await;
    assert_eq!(
        shopper
            .see("#close")
            .await
            .attr("aria-label")
            .await
            .unwrap()
            .as_deref(),
        Some("Close")
    );
    let dark = "return getComputedStyle(document.documentElement).colorScheme";
    assert_eq!(shopper.run(dark, vec![]).await, "dark");
    shopper.read(".tabs", "How it works").await;
    shopper.picture("mishap-updated").await;
}
