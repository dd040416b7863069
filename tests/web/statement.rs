//! The statement in a browser: a few lines come with the panel, the rest when somebody looks, and what is looked at stays.

use super::shopping::sign_in;
use crate::support::shopper::{Hand, Shopper};
use crate::support::world::{Database, World, eventually};
use serde_json::json;
use std::time::Duration;

/// What is in the statement: its lines, whether there is more to ask for, and where the focus is.
const SEEN: &str = "const more = document.getElementById('history-more');
    const active = document.activeElement;
    return [document.querySelectorAll('#panel .statement > .line').length, more && more.hasAttribute('data-soon'),
        active.id || active.parentElement.id]";

/// Anna with her panel open, and so many lines in her statement.
async fn with_lines(world: &World, hand: Hand, lines: i64) -> Shopper<'_> {
    world.member("anna").await;
    for amount in 1..lines {
        world.adjust("anna", amount).await;
    }
    let shopper = Shopper::open(world, hand, (1280, 800), "en", &[]).await;
    sign_in(&shopper, "anna").await;
    shopper.open_as_member().await;
    shopper
}

async fn becomes(shopper: &Shopper<'_>, lines: u32) {
    eventually(&format!("{lines} lines"), async || {
        let seen = shopper.run(SEEN, vec![]).await;
        (seen[0] == lines).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_rest_of_the_statement_comes_once_somebody_looks() {
    for hand in [Hand::Mouse, Hand::Keys] {
        let world = World::open(Database::Sqlite).await;
        let shopper = with_lines(&world, hand, 31).await;
        let seen = shopper.run(SEEN, vec![]).await;
        assert_eq!((&seen[0], &seen[1]), (&json!(3), &json!(true)));

        shopper.section("history").await;
        becomes(&shopper, 23).await;
        let seen = shopper.run(SEEN, vec![]).await;
        assert_eq!(seen[1], json!(false), "the rest is for whoever asks");
        if hand == Hand::Keys {
            assert_eq!(seen[2], "tab-history", "nobody's focus is taken away");
        }

        shopper.press("#history-more button").await;
        becomes(&shopper, 31).await;
        shopper
            .see(".statement > .line:nth-child(24) > details > summary:focus")
            .await;

        // News do not fold it up again.
        world.adjust("anna", 777).await;
        shopper.read("#panel .line .sum", "+777").await;
        becomes(&shopper, 32).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_statement_that_cannot_be_had_can_be_asked_for() {
    let world = World::open(Database::Sqlite).await;
    let shopper = with_lines(&world, Hand::Mouse, 10).await;
    let away = "window.kept = window.fetch; window.asked = 0;
        window.fetch = (at) => { window.asked += String(at.url || at).includes('/me/panel'); return Promise.reject(new TypeError('away')) }";
    shopper.run(away, vec![]).await;
    shopper.section("history").await;
    shopper
        .read("#history-more .problem", "could not be reached")
        .await;
    becomes(&shopper, 3).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(
        shopper.run("return window.asked", vec![]).await,
        1,
        "it is not asked for again and again"
    );
    shopper.run("window.fetch = window.kept", vec![]).await;
    shopper.press("#history-more button").await;
    becomes(&shopper, 10).await;
    // The oldest line stays, open and with the focus on it, when something is new.
    let last = ".statement > .line:nth-child(10) summary";
    shopper.press(last).await;
    world.adjust("anna", 777).await;
    shopper.read("#panel .line .sum", "+777").await;
    shopper
        .see(".statement > .line:nth-child(11) > details[open] > summary:focus")
        .await;
    becomes(&shopper, 11).await;
}
