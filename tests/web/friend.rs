//! A friend, from the link to the reward and back: in a browser of their own that is fresh and keeps no third-party
//! cookies, through the landing page and a shop that only gets a code.

use super::shopping::{fill_cart, pay, sign_in, statement_says, with_rewards};
use crate::support::shopper::{Hand, Shopper, plain};
use crate::support::sql::{assert_books_balance, count, one};
use crate::support::world::{World, eventually};
use reqwest::StatusCode;
use serde_json::json;
use server::domain::DAY;

const SIZE: (u32, u32) = (1280, 900);
const STRICT: &str = "--test-third-party-cookie-phaseout";
/// The address that the friend orders with, and that the shop knows Ivan by.
const FRIEND: &str = "ivan@example.com";
/// What has moved for friends, among all that has.
const PAID: &str =
    "select count(distinct member_id) from transfer where explanation like '%\"friend_bought\"%'";
const PAID_FRIEND: &str =
    "select count(distinct member_id) from transfer where explanation like '%\"came_by_friend\"%'";
const UNDONE: &str =
    "select count(distinct member_id) from transfer where explanation like '%\"friend_undone\"%'";

/// The advocate, whom the shop knows as Anna; answers their link.
async fn advocate(world: &World) -> String {
    let mut claims = world.claims("anna");
    claims["email"] = json!("anna@example.com");
    claims["email_verified"] = json!(true);
    let bearer = world.session_of(&world.sign(&claims)).await;
    let join = json!({ "version": 2, "locale": "en" });
    let (status, answer) = world.post("/api/v1/me/join", &bearer, &join).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let (_, own) = world.get("/api/v1/me/referral", &bearer).await;
    let link = own["link"].as_str().unwrap_or_else(|| panic!("{own}"));
    link.to_owned()
}

/// A browser that nobody has used before.
async fn fresh(world: &World) -> Shopper<'_> {
    Shopper::open(world, Hand::Mouse, SIZE, "en", &[STRICT]).await
}

/// Takes the gift and goes to the shop with it; answers its code.
async fn take_gift(friend: &Shopper<'_>, link: &str) -> String {
    let gifts = async || count(&friend.world.app.store, "select count(*) from referral").await;
    friend.browser.goto(link).await.unwrap();
    friend.see("form[action$='/gift']").await;
    friend.picture("friend-landing").await;
    assert_eq!(gifts().await, 0, "looking takes nothing");
    friend.press("form[action$='/gift'] button").await;
    friend.see("#landing output").await;
    let code = friend.text("#landing output").await.unwrap();
    friend.picture("friend-gift").await;
    assert_eq!(gifts().await, 1);
    friend.press("#landing a.button").await;
    friend.read("#codes-kept", &code).await;
    let at = friend.browser.current_url().await.unwrap();
    assert_eq!(
        at.as_str(),
        format!("{}/", friend.world.shop),
        "the code is in no history"
    );
    code
}

/// Orders as a guest, with the gift; answers the order's number.
async fn order(friend: &Shopper<'_>, code: &str) -> String {
    fill_cart(friend).await;
    friend
        .see(&format!("li[data-coupon='{code}'][data-taken='30000']"))
        .await;
    friend.picture("friend-cart").await;
    friend.fill("#email", FRIEND).await;
    let order = pay(friend).await;
    friend.see("#saved[data-saved='30000']").await;
    order
}

async fn stage_becomes(world: &World, wanted: &str) {
    eventually(wanted, async || {
        let stage: String = one(&world.app.store, "select stage from referral").await;
        (stage == wanted).then_some(())
    })
    .await;
}

async fn available(world: &World, bearer: &str) -> i64 {
    let (_, me) = world.get("/api/v1/me", bearer).await;
    me["balance"]["available"].as_i64().unwrap()
}

/// What the advocate reads of the only friend.
async fn advocate_sees(advocate: &Shopper<'_>, stage: &str, available: i64) {
    advocate.open_as_member().await;
    advocate.read(".hero b", &available.to_string()).await;
    advocate.section("earn").await;
    advocate
        .see(&format!("ul.friends li[data-stage={stage}]"))
        .await;
    advocate.picture(&format!("advocate-{stage}")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_friend_buys_and_the_advocate_is_rewarded_until_the_order_comes_back() {
    let world = with_rewards().await;
    let link = advocate(&world).await;
    let (anna, friend) = tokio::join!(fresh(&world), fresh(&world));
    sign_in(&anna, "anna").await;
    let code = take_gift(&friend, &link).await;
    advocate_sees(&anna, "gift", 50).await;
    let id = order(&friend, &code).await;
    friend.see("#earned[data-outcome=no_member]").await;
    advocate_sees(&anna, "waiting", 50).await;

    // Thirteen days are not enough.
    world.pass(13 * DAY);
    advocate_sees(&anna, "waiting", 50).await;
    world.pass(2 * DAY);
    stage_becomes(&world, "rewarded").await;
    assert_eq!(available(&world, &world.session("anna").await).await, 350);
    advocate_sees(&anna, "rewarded", 350).await;
    statement_says(&anna, "your friend no. 1 has bought").await;

    // The friend sends the coffee back after all.
    friend.press("button[data-return='2']").await;
    friend.see("p[data-returned='2']").await;
    stage_becomes(&world, "reversed").await;
    assert_eq!(available(&world, &world.session("anna").await).await, 50);
    advocate_sees(&anna, "reversed", 50).await;
    let order: String = one(&world.app.store, "select order_id from referral").await;
    assert_eq!(order, id);
    assert_books_balance(&world.app.store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_friend_who_joins_in_time_is_rewarded_too_and_a_refund_reverses_both() {
    let world = with_rewards().await;
    let store = &world.app.store;
    let link = advocate(&world).await;
    let friend = fresh(&world).await;
    let code = take_gift(&friend, &link).await;
    let id = order(&friend, &code).await;
    stage_becomes(&world, "waiting").await;

    // With an account of the shop whose address is the order's.
    sign_in(&friend, "ivan").await;
    friend.visit("/").await;
    friend.open_panel().await;
    friend.press("#join-form button").await;
    friend.see("main[data-viewer=member]").await;
    friend.close_panel().await;
    world.pass(15 * DAY);
    stage_becomes(&world, "rewarded").await;
    assert_eq!(
        (count(store, PAID).await, count(store, PAID_FRIEND).await),
        (1, 1)
    );
    assert_eq!(available(&world, &world.session("anna").await).await, 350);
    friend.open_as_member().await;
    let said = format!("you came by a friend, order №{id}");
    statement_says(&friend, &said).await;
    let before = plain(&friend.text("#panel .statement").await.unwrap());
    friend.picture("friend-rewarded").await;

    let refund =
        json!({ "id": "R1", "order_id": id, "amount": 240_000, "at": "2026-11-21T12:00:00Z" });
    let path = "/api/v1/programs/demo/refunds";
    let (status, answer) = world.post(path, &world.api_key, &refund).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    stage_becomes(&world, "reversed").await;
    assert_eq!(count(store, UNDONE).await, 2, "on both sides");
    assert_eq!(available(&world, &world.session("anna").await).await, 50);
    friend.open_as_member().await;
    let undone = "the order that you came by a friend with came back";
    assert!(!before.contains(undone));
    statement_says(&friend, undone).await;
    assert_books_balance(store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_friend_who_lost_the_gift_can_name_the_code_at_the_checkout() {
    let world = with_rewards().await;
    let link = advocate(&world).await;
    let (_, code) = link.rsplit_once('/').unwrap();
    let friend = fresh(&world).await;
    fill_cart(&friend).await;
    friend.fill("#email", FRIEND).await;
    friend.fill("#friend", code).await;
    pay(&friend).await;
    stage_becomes(&world, "waiting").await;
    let by: String = one(&world.app.store, "select found_by from referral").await;
    assert_eq!(by, "code");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_that_is_none_is_refused_in_words_and_the_order_can_go_on() {
    let world = with_rewards().await;
    let friend = fresh(&world).await;
    fill_cart(&friend).await;
    for nonsense in ["G-AAAA-BBBB-CCCC-DDDD", "../use"] {
        friend.fill("#code", nonsense).await;
        friend.press("#apply").await;
        friend.read("#code-wrong", "There is no such code").await;
        let typed = friend.see("#code").await.prop("value").await.unwrap();
        assert_eq!(typed.as_deref(), Some(nonsense), "it can be mended");
    }
    friend.fill("#email", FRIEND).await;
    pay(&friend).await;
    friend.see("#earned[data-outcome=no_member]").await;
}
