//! Points that become money off: made in the panel or in the cart, used at the checkout of a shop that knows of
//! Laurel only the public contract, and given back wherever they were not spent after all.

use crate::support::shopper::{Hand, Shopper};
use crate::support::sql::{assert_books_balance, count, one};
use crate::support::world::{Database, World, eventually};
use serde_json::{Value, json};
use server::demo::{PROGRAM, REWARDS};
use server::domain::DAY;
use thirtyfour::By;

const SIZE: (u32, u32) = (1280, 900);
/// What Anna begins with: 50 beans for joining, and 500 from the shop.
const BEGIN: i64 = 550;
/// A reward of 300 beans: 300 roubles off.
const CARD: &str = "#reward-off-300";

/// The demo with its rewards, but without the tasks that need the internet.
pub(super) async fn with_rewards() -> World {
    let world = World::open(Database::Sqlite).await;
    world.rule(&[PROGRAM, REWARDS].concat()).await;
    world
}

/// Anna, with `given` beans beside those for joining.
async fn anna(world: &World, given: i64) -> String {
    let bearer = world.session("anna").await;
    let join = json!({ "version": 2, "locale": "en" });
    let (_, answer) = world.post("/api/v1/me/join", &bearer, &join).await;
    assert_eq!(answer["balance"]["available"], 50, "{answer}");
    world.adjust("anna", given).await;
    bearer
}

/// Signs in at the shop.
pub(super) async fn sign_in(shopper: &Shopper<'_>, customer: &str) {
    shopper.visit("/sign-in").await;
    shopper.press(&format!("button[value={customer}]")).await;
    shopper.see("#sign-out").await;
}

/// Puts two bags of Huila into the cart: ₽2,400, and ₽300 for their delivery.
pub(super) async fn fill_cart(shopper: &Shopper<'_>) {
    shopper.visit("/product/huila").await;
    shopper.fill("#quantity", "2").await;
    shopper.press("#add").await;
    shopper.see("#pay").await;
}

/// Anna's browser, signed in at the shop.
async fn browser(world: &World) -> Shopper<'_> {
    let shopper = Shopper::open(world, Hand::Mouse, SIZE, "en", &[]).await;
    sign_in(&shopper, "anna").await;
    shopper
}

/// Opens the panel in the shop's page, and there what points can become.
async fn open_spend(shopper: &Shopper<'_>) {
    shopper.open_panel().await;
    shopper.see("main[data-viewer=member]").await;
    shopper.section("spend").await;
}

/// Turns 300 beans into a code, and leaves the panel open at it.
async fn redeem(shopper: &Shopper<'_>) {
    open_spend(shopper).await;
    shopper.press(&format!("{CARD} > summary")).await;
    shopper.press(&format!("{CARD}-form button")).await;
    shopper.see("li.coupon[data-state=open]").await;
}

/// Clicks what makes the page go elsewhere: it may take the frame with it before the driver has answered.
async fn leave_by(shopper: &Shopper<'_>, selector: &str) {
    let button = shopper.see(selector).await;
    let _answered = button.click().await.is_ok();
    shopper.leave_panel().await;
}

/// Takes the open code of the panel along to the cart.
async fn apply(shopper: &Shopper<'_>) {
    leave_by(shopper, "li.coupon[data-state=open] button[data-apply]").await;
    shopper.see("li[data-coupon][data-taken='30000']").await;
}

/// Pays the cart; answers the order's number.
pub(super) async fn pay(shopper: &Shopper<'_>) -> String {
    shopper.press("#pay").await;
    let order = shopper.see("#order").await;
    order.attr("data-order").await.unwrap().unwrap()
}

/// What Anna's panel says that she has, once it does.
async fn has(shopper: &Shopper<'_>, available: i64) {
    shopper.open_as_member().await;
    shopper.read(".hero b", &available.to_string()).await;
}

/// Waits until one of the statement's lines says this.
pub(super) async fn statement_says(shopper: &Shopper<'_>, wanted: &str) {
    shopper.section("history").await;
    // Each line says its whole sentence once it is opened.
    let open = "for (const line of document.querySelectorAll('#panel .statement details')) line.open = true";
    eventually(wanted, async || {
        shopper.run(open, vec![]).await;
        let said = shopper.text("#panel .statement").await?;
        said.contains(wanted).then_some(())
    })
    .await;
}

async fn balance(world: &World, bearer: &str) -> [i64; 2] {
    let (_, me) = world.get("/api/v1/me", bearer).await;
    ["available", "held"].map(|name| me["balance"][name].as_i64().unwrap())
}

async fn state_of_code(world: &World) -> String {
    one(&world.app.store, "select state from coupon").await
}

async fn state_becomes(world: &World, wanted: &str) {
    eventually(wanted, async || {
        (state_of_code(world).await == wanted).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn beans_become_a_code_that_pays_at_the_checkout() {
    let world = with_rewards().await;
    let bearer = anna(&world, BEGIN - 50).await;
    let shopper = browser(&world).await;
    fill_cart(&shopper).await;
    redeem(&shopper).await;
    shopper.picture("spend-redeemed").await;
    assert_eq!(balance(&world, &bearer).await, [BEGIN - 300, 0]);
    apply(&shopper).await;
    shopper.picture("cart-with-code").await;
    shopper
        .read("ul.lines strong[data-pays='210000']", "2,100")
        .await;
    shopper.read("#earns[data-points='105']", "105").await;

    let order = pay(&shopper).await;
    shopper.see("#saved[data-saved='30000']").await;
    shopper.see("#earned[data-outcome=earned]").await;
    assert_eq!(state_of_code(&world).await, "used");
    assert_eq!(balance(&world, &bearer).await, [BEGIN - 300, 105]);
    has(&shopper, BEGIN - 300).await;
    statement_says(&shopper, &format!("reward “₽300 off”, order №{order}")).await;
    shopper.close_panel().await;
    shopper.visit("/cart").await;
    let left = shopper.browser.find(By::Css("[data-coupon]")).await;
    assert!(left.is_err(), "a code that is used is in no cart");
    assert_books_balance(&world.app.store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_slider_in_the_cart_pays_with_as_many_beans_as_one_likes() {
    let world = with_rewards().await;
    let bearer = anna(&world, BEGIN - 50).await;
    let shopper = browser(&world).await;
    fill_cart(&shopper).await;
    let widget = "laurel-widget[view=slider]";
    let near = "document.querySelector(arguments[0]).scrollIntoView()";
    shopper.run(near, vec![widget.into()]).await;
    eventually("the slider", async || {
        let alive = "return !!document.querySelector(arguments[0]).frame?.port";
        (shopper.run(alive, vec![widget.into()]).await == true).then_some(())
    })
    .await;
    shopper.picture("cart-slider").await;
    let frame = By::Css(format!("{widget} > iframe"));
    let frame = shopper.browser.find(frame).await.unwrap();
    frame.enter_frame().await.unwrap();
    let most = shopper.see("#reward-beans-points").await;
    assert_eq!(most.attr("max").await.unwrap().as_deref(), Some("550"));
    let choose =
        "const input = document.querySelector('#reward-beans-points'); input.value = arguments[0];
        input.dispatchEvent(new Event('input', {bubbles: true}))";
    shopper.run(choose, vec![json!(200)]).await;
    leave_by(&shopper, "#reward-beans-form button").await;

    // The shop's page takes the code by itself.
    shopper.see("li[data-coupon][data-taken='20000']").await;
    pay(&shopper).await;
    shopper.see("#saved[data-saved='20000']").await;
    assert_eq!(balance(&world, &bearer).await, [BEGIN - 200, 110]);
    assert_eq!(state_of_code(&world).await, "used");
    assert_books_balance(&world.app.store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_that_is_undone_gives_the_beans_back() {
    let world = with_rewards().await;
    let bearer = anna(&world, BEGIN - 50).await;
    let shopper = browser(&world).await;
    redeem(&shopper).await;
    shopper.section("home").await;
    shopper.read(".hero b", "250").await;
    shopper.section("spend").await;
    shopper
        .press("li.coupon[data-state=open] form[data-api$='/cancel'] button")
        .await;
    state_becomes(&world, "released").await;
    shopper.section("home").await;
    shopper.read(".hero b", "550").await;
    statement_says(&shopper, "you cancelled “₽300 off”").await;
    assert_eq!(balance(&world, &bearer).await, [BEGIN, 0]);
    assert_books_balance(&world.app.store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_that_nobody_uses_gives_the_beans_back_by_itself() {
    let world = with_rewards().await;
    anna(&world, BEGIN - 50).await;
    let shopper = browser(&world).await;
    redeem(&shopper).await;
    shopper.close_panel().await;
    world.pass(29 * DAY);
    assert_eq!(state_of_code(&world).await, "open");
    world.pass(2 * DAY);
    state_becomes(&world, "lapsed").await;
    has(&shopper, BEGIN).await;
    statement_says(&shopper, "“₽300 off” was not used in time").await;
    shopper.section("spend").await;
    shopper.press("#codes-earlier > summary").await;
    shopper
        .see("#codes-earlier li.coupon[data-state=lapsed]")
        .await;
    shopper.picture("spend-lapsed").await;
    assert_books_balance(&world.app.store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_order_that_is_called_off_gives_the_beans_back() {
    let world = with_rewards().await;
    let bearer = anna(&world, BEGIN - 50).await;
    let shopper = browser(&world).await;
    fill_cart(&shopper).await;
    redeem(&shopper).await;
    apply(&shopper).await;
    let order = pay(&shopper).await;
    assert_eq!(balance(&world, &bearer).await, [BEGIN - 300, 105]);
    shopper.press("#cancel-order").await;
    shopper.see("#order-cancelled").await;
    shopper.picture("order-cancelled").await;
    assert_eq!(state_of_code(&world).await, "released");
    assert_eq!(balance(&world, &bearer).await, [BEGIN, 0]);
    has(&shopper, BEGIN).await;
    let why = format!("order №{order} was cancelled");
    statement_says(&shopper, &why).await;
    assert_books_balance(&world.app.store).await;
}

/// Sends the form of [`CARD`] as soon as `go` is heard by all tabs, and keeps what became of it.
const LISTEN: &str = "
    const own = window.fetch;
    window.fetch = async (...asked) => {
        const answer = await own(...asked);
        if (answer.url.endsWith('/redemptions')) {
            window.became = [answer.status, (await answer.clone().json()).code || ''];
        }
        return answer;
    };
    const send = () => document.querySelector(arguments[0]).requestSubmit();
    window.start = new BroadcastChannel('go');
    start.onmessage = send;
    window.go = () => { start.postMessage('go'); send(); };";

async fn became(shopper: &Shopper<'_>) -> Value {
    eventually("what became of it", async || {
        let answer = shopper.run("return window.became || null", vec![]).await;
        (!answer.is_null()).then_some(answer)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_tabs_cannot_spend_the_same_beans() {
    let world = with_rewards().await;
    let bearer = anna(&world, 300).await;
    let shopper = browser(&world).await;
    let form: Value = format!("{CARD}-form").into();
    shopper.visit("/").await;
    open_spend(&shopper).await;
    shopper.run(LISTEN, vec![form.clone()]).await;
    let first = shopper.browser.window().await.unwrap();
    let second = shopper.browser.new_tab().await.unwrap();
    shopper.browser.switch_to_window(second).await.unwrap();
    shopper.visit("/").await;
    open_spend(&shopper).await;
    shopper.run(LISTEN, vec![form]).await;
    shopper.run("window.go()", vec![]).await;

    let mut all = vec![became(&shopper).await];
    let card = format!("{CARD}[data-state=locked]");
    shopper.see(&card).await;
    shopper.read(&card, "250").await;
    shopper.picture("spend-second-tab").await;
    shopper.browser.switch_to_window(first).await.unwrap();
    shopper.enter_panel().await;
    all.push(became(&shopper).await);
    shopper.see(&card).await;
    shopper.read(&card, "250").await;
    all.sort_by_key(|answer| answer[0].as_i64());
    assert_eq!(all, [json!([200, ""]), json!([409, "balance_too_low"])]);
    let codes = count(&world.app.store, "select count(*) from coupon").await;
    assert_eq!((codes, balance(&world, &bearer).await), (1, [50, 0]));
    assert_books_balance(&world.app.store).await;
}
