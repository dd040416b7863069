//! Points are turned into a code, the code is applied in the page around, and given back again: with keys alone. And
//! nothing of it keeps anybody out.

#[path = "../../app/examples/preview/purse.rs"]
mod purse;

use super::access::{audit_all, member};
use super::shopping::sign_in;
use crate::support::rules::PLAIN;
use crate::support::shopper::{Hand, Shopper, plain};
use crate::support::world::{Database, World, eventually};
use app::panel::{Form, Panel, Theme, View, Viewer};
use app::shell::{self, Assets};
use serde_json::{Value, json};
use server::domain::DAY;
use std::collections::HashMap;
use std::sync::Arc;
use thirtyfour::Key;

/// 21 November 2026, noon in UTC, in microseconds.
const NOW: i64 = 1_795_262_400_000_000;

fn either(locale: &str, en: &str, ru: &str) -> String {
    if locale == "ru" { ru } else { en }.to_owned()
}

fn rfc(micros: i64) -> String {
    let at = jiff::Timestamp::from_microsecond(micros).unwrap();
    at.to_string()
}

/// What the panel has told the page around since `LISTEN`. The shop, which would go to its cart, does not hear it.
const LISTEN: &str = "window.heard = [];
    const hear = e => { heard.push([e.type.slice(7), e.detail]); e.stopImmediatePropagation(); };
    for (const name of ['redeemed', 'apply']) document.addEventListener('laurel:' + name, hear, true)";

async fn heard(shopper: &Shopper<'_>, count: usize) -> Vec<Value> {
    shopper.leave_panel().await;
    let heard = eventually("what the panel tells", async || {
        let heard = shopper.run("return window.heard", vec![]).await;
        let heard = heard.as_array()?.clone();
        (heard.len() >= count).then_some(heard)
    })
    .await;
    shopper.enter_panel().await;
    heard
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shopper_with_keys_alone_redeems_and_changes_their_mind() {
    const HAS: &str = "[data-region=spend] > .lead";
    let world = World::open(Database::Sqlite).await;
    world.rule(&PLAIN.file()).await;
    let join = json!({ "customer": "anna", "locale": "en" });
    let members = "/api/v1/programs/demo/members";
    world.post(members, &world.api_key, &join).await;
    world.adjust("anna", 450).await;

    let shopper = Shopper::open(&world, Hand::Keys, (1280, 800), "en", &[]).await;
    sign_in(&shopper, "anna").await;
    shopper.visit("/").await;
    shopper.run(LISTEN, vec![]).await;
    shopper.open_panel().await;
    shopper.see("main[data-viewer=member]").await;
    shopper
        .read(
            "[data-region=teaser]",
            "You can have “400 off” for 400 beans",
        )
        .await;
    shopper.section("spend").await;
    shopper.read(HAS, "You have 450 beans.").await;
    shopper.press("#reward-r300 > summary").await;
    let consequence = "300 beans are set aside, and you get a code for ₽300 until";
    shopper.read("#reward-r300 .inside", consequence).await;
    shopper.picture("spend-consequence").await;
    shopper.press("#reward-r300-form button").await;

    shopper.see("#codes").await;
    shopper.read(HAS, "You have 150 beans.").await;
    let focused = "return document.activeElement.id";
    eventually("the focus on the codes", async || {
        (shopper.run(focused, vec![]).await == "codes").then_some(())
    })
    .await;
    let code = shopper.text(".coupon code").await.unwrap();
    shopper.picture("spend-code").await;
    shopper.press("[data-apply]").await;
    let told = heard(&shopper, 2).await;
    assert_eq!(told.len(), 2, "each is told once: {told:?}");
    assert_eq!(told[0][0], "redeemed");
    assert_eq!(told[0][1]["code"], code.as_str());
    assert_eq!(told[0][1]["state"], "open");
    assert_eq!(told[1][0], "apply");
    let applied = json!({
        "code": code, "reward": "r300", "kind": "amount", "amount": 30_000, "currency": "RUB",
    });
    assert_eq!(told[1][1], applied);

    shopper.press(".coupon form button").await;
    shopper.read(HAS, "You have 450 beans.").await;
    shopper.see("#codes-earlier").await;
    let bearer = world.session("anna").await;
    let (_, me) = world.get("/api/v1/me", &bearer).await;
    assert_eq!(me["balance"]["available"], 450, "{me}");
    assert_eq!(me["balance"]["reserved"], 0, "{me}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slider_says_what_is_chosen_as_it_moves() {
    let world = World::open(Database::Sqlite).await;
    let slide = "[[reward]]\nid = \"slide\"\nkind = \"slider\"\npoints = 10\namount = \"10.00\"\n\
        min_points = 100\nname = { en = \"A part\", ru = \"Часть\" }\n";
    world.rule(&format!("{}{slide}", PLAIN.file())).await;
    let members = "/api/v1/programs/demo/members";
    world
        .post(
            members,
            &world.api_key,
            &json!({ "customer": "ivan", "locale": "ru" }),
        )
        .await;
    world.adjust("ivan", 1455).await;
    let shopper = Shopper::open(&world, Hand::Keys, (1280, 800), "ru", &[]).await;
    sign_in(&shopper, "ivan").await;
    shopper.visit("/").await;
    shopper.open_panel().await;
    shopper.see("main[data-viewer=member]").await;
    shopper.section("spend").await;
    shopper.press("#reward-slide > summary").await;
    let chosen = "#reward-slide-points-chosen";
    shopper.read(chosen, "1 450 = 1 450 ₽").await;
    shopper.reach("#reward-slide-points").await;
    shopper.key(Key::Left).await;
    shopper.read(chosen, "1 440 = 1 440 ₽").await;
    shopper.key(Key::Home).await;
    shopper.read(chosen, "100 = 100 ₽").await;
    let told =
        "return document.getElementById('reward-slide-points').getAttribute('aria-valuetext')";
    let told = shopper.run(told, vec![]).await;
    let told = plain(told.as_str().unwrap_or_default());
    assert_eq!(told, "100 = 100 ₽", "what a screen reader says");
    shopper.press("#reward-slide-form button").await;
    shopper
        .read("[data-region=spend] > .lead", "У вас 1 355")
        .await;
    shopper.read(".coupon", "100 ₽").await;
}

/// Every document in which rewards stand, by name.
async fn documents(world: &World, language: &str) -> HashMap<String, String> {
    let mut panel = member(world, language).await;
    let mut program = (*panel.program).clone();
    program.rewards = purse::rewards(language);
    program.spending.max_permille = 300;
    program.spending.on_sale = false;
    program.spending.with_other_codes = false;
    panel.prints = Arc::default();
    panel.view = View::Spend;
    panel.now = NOW;
    panel.quote = Some(purse::quote(450, &["max_percent", "on_sale", "balance"]));
    let rich = purse::purse(&program, 740);
    let mut poor = purse::purse(&program, 0);
    poor.coupons.clear();
    panel.program = Arc::new(program);
    let own = |mine: &app::api::MyRewards| {
        let mut viewer = panel.viewer.clone();
        if let Viewer::Member { me, rewards, .. } = &mut viewer {
            me.balance.available = if mine.coupons.is_empty() { 0 } else { 740 };
            **rewards = mine.clone();
        }
        viewer
    };
    let known = Viewer::SignedIn {
        name: Some("Anna".into()),
        email: None,
    };
    let viewers = [
        ("rich", own(&rich)),
        ("poor", own(&poor)),
        ("guest", Viewer::Guest),
        ("known", known),
    ];
    let assets = Assets {
        css: &world.app.css,
        pkg: "/pkg",
        nonce: "",
    };
    let mut documents = HashMap::new();
    for (who, viewer) in viewers {
        for form in [Form::Panel, Form::Rewards, Form::Slider, Form::Earn] {
            let panel = Panel {
                viewer: viewer.clone(),
                form,
                ..panel.clone()
            };
            let name = format!("spend-{}-{who}", form.name());
            documents.insert(name, shell::document(&panel, &assets));
        }
    }
    documents
}

async fn every_document(language: &str, theme: Theme) {
    let world = World::open(Database::Sqlite).await;
    audit_all(documents(&world, language).await, language, theme).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_rewards_has_a_barrier() {
    tokio::join!(
        every_document("en", Theme::Light),
        every_document("ru", Theme::Dark)
    );
}
