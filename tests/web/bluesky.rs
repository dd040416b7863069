//! Following on Bluesky, with a real AT Protocol server and its own sign-in pages: in a window beside the shop,
//! with third-party cookies blocked.

use crate::support::atproto::{Account, PASSWORD, atproto};
use crate::support::rules::PLAIN;
use crate::support::shopper::{Hand, Shopper};
use crate::support::sql::{assert_books_balance, one};
use crate::support::world::{Database, World, eventually};
use serde_json::Value;
use server::domain::DAY;
use thirtyfour::By;

const TASK: &str = "details#task-tsk_bluesky";

fn rules(shop: &Account) -> String {
    let settings = atproto().settings();
    let task = format!(
        "\n[[connection]]\nid = \"bluesky\"\nkind = \"bluesky\"\n[connection.settings]\n{settings}\n\
         [[task]]\nid = \"bluesky\"\nkind = \"follow\"\nconnection = \"bluesky\"\ntarget = \"{}\"\npoints = 200\n\
         title = {{ en = \"Follow us on Bluesky\", ru = \"Подписаться в Bluesky\" }}\n",
        shop.did
    );
    [PLAIN.file(), task].concat()
}

/// Somebody who has joined, in front of the task's card.
async fn at_the_card(world: &World, hand: Hand, size: (u32, u32)) -> Shopper<'_> {
    let shopper = Shopper::open(
        world,
        hand,
        size,
        "en",
        &["--test-third-party-cookie-phaseout"],
    )
    .await;
    shopper.visit("/").await;
    shopper.press("#sign-in").await;
    shopper.press("button[value=anna]").await;
    shopper.see("#sign-out").await;
    shopper.open_panel().await;
    shopper.press("#join-form button").await;
    shopper.see("main[data-viewer=member]").await;
    shopper.section("earn").await;
    shopper
}

/// Signs in at the other service, in the window that opens, and comes back to the shop's page.
async fn sign_in_there(shopper: &Shopper<'_>, handle: &str) {
    shopper.fill("#tsk_bluesky-asked", handle).await;
    let here = shopper.browser.window().await.unwrap();
    shopper.press("#tsk_bluesky-sign-in button").await;
    let window = eventually("the window", async || {
        let all = shopper.browser.windows().await.unwrap();
        all.into_iter().find(|window| *window != here)
    })
    .await;
    shopper.browser.switch_to_window(window).await.unwrap();
    shopper.fill("input[type=password]", PASSWORD).await;
    shopper.picture("bluesky-password").await;
    shopper.press("button[type=submit]").await;
    eventually("the question whether Laurel may know", async || {
        let buttons = shopper.browser.find_all(By::Css("button")).await.ok()?;
        for button in buttons {
            if button.text().await.ok()?.contains("Authorize") {
                shopper.picture("bluesky-authorize").await;
                return button.click().await.ok();
            }
        }
        None
    })
    .await;
    shopper
        .read(
            "#linking",
            &format!("{handle} at Bluesky is yours: we know now."),
        )
        .await;
    shopper.picture("bluesky-linked").await;
    shopper.browser.close_window().await.unwrap();
    shopper.browser.switch_to_window(here).await.unwrap();
    shopper.enter_panel().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_follow_is_paid_and_an_unfollow_is_noticed() {
    let network = atproto();
    let (shop, anna) = (
        network.account("roast1").await,
        network.account("anna1").await,
    );
    let world = World::open(Database::Sqlite).await;
    world.rule(&rules(&shop)).await;
    let shopper = at_the_card(&world, Hand::Mouse, (1280, 900)).await;
    shopper.read(TASK, "A click alone earns nothing.").await;
    shopper.picture("bluesky-card").await;
    sign_in_there(&shopper, &anna.handle).await;

    // She does not follow yet, and is told so by itself.
    eventually("that she does not follow", async || {
        world.pass(1_000_000);
        shopper
            .browser
            .find(By::Css(format!("{TASK}[data-state=rejected]")))
            .await
            .ok()
    })
    .await;
    shopper
        .read(
            TASK,
            "We asked Bluesky, and it says that you do not follow yet.",
        )
        .await;
    shopper
        .read(TASK, &format!("There you are {}.", anna.handle))
        .await;
    shopper.picture("bluesky-not-yet").await;
    let record = network.follow(&anna, &shop).await;
    shopper.press("#tsk_bluesky-proof button").await;
    eventually("the points", async || {
        shopper
            .browser
            .find(By::Css(format!("{TASK}[data-state=earned]")))
            .await
            .ok()
    })
    .await;
    shopper.picture("bluesky-earned").await;
    let evidence: String = one(&world.app.store, "select evidence from transfer").await;
    let evidence: Value = serde_json::from_str(&evidence).unwrap();
    assert_eq!(evidence["record"], record, "what showed it is kept");
    assert_eq!(evidence["account"], *anna.did);

    network.unfollow(&anna, &record).await;
    world.pass(15 * DAY);
    let state =
        "select coalesce(reason, '') from attempt where task = 'bluesky' and state <> 'rejected'";
    let says = async |wanted: &str| {
        eventually(wanted, async || {
            let found: String = one(&world.app.store, state).await;
            (found == wanted).then_some(())
        })
        .await;
    };
    says("notice").await;
    world.pass(4 * DAY);
    says("not_kept").await;
    let available: i64 = one(&world.app.store, "select available from account").await;
    assert_eq!(available, 0);
    assert_books_balance(&world.app.store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_phone_can_do_it_too() {
    let network = atproto();
    let (shop, anna) = (
        network.account("roast2").await,
        network.account("anna2").await,
    );
    network.follow(&anna, &shop).await;
    let world = World::open(Database::Sqlite).await;
    world.rule(&rules(&shop)).await;
    let shopper = at_the_card(&world, Hand::Mouse, (390, 844)).await;
    sign_in_there(&shopper, &anna.handle).await;
    // Who follows already is paid as soon as it is known who they are.
    eventually("the points", async || {
        shopper
            .browser
            .find(By::Css(format!("{TASK}[data-state=earned]")))
            .await
            .ok()
    })
    .await;
    shopper.picture("bluesky-phone").await;
}
