//! The main job from end to end, as a shopper lives it: a real browser, a real cross-site frame,
//! real mail. Three shoppers do the same: with a mouse, with keys alone, and with a finger on a
//! phone, in Russian.

use crate::support::shopper::{Hand, PANEL, Shopper, plain};
use crate::support::world::{Database, World, eventually};
use app::text::Text;
use server::domain::DAY;
use thirtyfour::By;

/// A customer of the shop, and what they read on the way.
struct Customer {
    id: &'static str,
    mail: &'static str,
    language: &'static str,
    rate: &'static str,
    consent: &'static str,
    confirmed: &'static str,
    rise: &'static str,
    subscribed: &'static str,
    held: &'static str,
    bought: fn(order: &str) -> String,
}

const ANNA: Customer = Customer {
    id: "anna",
    mail: "anna@example.com",
    language: "en",
    rate: "5 % back on every purchase",
    consent: "I agree to receive Morning Roast's newsletter by e-mail.",
    confirmed: "Thank you. 500 beans added to your balance.",
    rise: "Silver. 1,450 beans to Gold",
    subscribed: "+500: Subscribe to the newsletter.",
    held: "+150 beans on the way",
    bought: |order| {
        format!(
            "+150: order №{order}, ₽2,400 at 5 %, Silver ×1.25; available after 14 days because returns are open until then."
        )
    },
};

const IVAN: Customer = Customer {
    id: "ivan",
    mail: "ivan@example.com",
    language: "ru",
    rate: "5 % с каждой покупки — вам",
    consent: "Я согласен получать рассылку «Утренней обжарки» по электронной почте.",
    confirmed: "Спасибо. +500 зёрен уже на вашем балансе.",
    rise: "Серебро. Ещё 1 450 зёрен до уровня Золото",
    subscribed: "+500: Подписаться на рассылку.",
    held: "+150 зёрен в пути",
    bought: |order| {
        format!(
            "+150: заказ № {order}, 2 400 ₽ по 5 %, Серебро ×1,25; станут доступны через 14 дней, потому что до тех пор возможен возврат."
        )
    },
};

/// What is left in the panel's window: a document that was loaded anew would not have it.
const MARK: &str = "window.sameDocument = true";
const MARKED: &str = "return window.sameDocument === true";

async fn live_through(hand: Hand, size: (u32, u32), customer: &Customer) {
    let world = World::open(Database::Sqlite).await;
    let shopper = Shopper::open(&world, hand, size, customer.language, &[]).await;
    read_as_a_guest(&shopper, customer).await;
    sign_in_and_join(&shopper, customer).await;
    subscribe(&shopper, customer).await;
    buy(&shopper, customer).await;
}

async fn read_as_a_guest(shopper: &Shopper<'_>, customer: &Customer) {
    shopper.visit("/").await;
    shopper.open_panel().await;
    covers_the_screen_of_a_phone(shopper).await;
    shopper.see("main[data-viewer=guest]").await;
    shopper.read("[data-region=pitch]", customer.rate).await;
    shopper.picture("guest").await;
    shopper.section("how").await;
    shopper.read("[data-region=how]", "+500").await;
    shopper.close_panel().await;
    let launcher = "return document.activeElement === document.querySelector('laurel-host')";
    assert_eq!(
        shopper.run(launcher, vec![]).await,
        true,
        "the focus returns to the launcher"
    );
}

/// On a phone the panel fills the screen, elsewhere it leaves the page beside it.
async fn covers_the_screen_of_a_phone(shopper: &Shopper<'_>) {
    shopper.leave_panel().await;
    let script =
        "const {width, height} = document.querySelector(arguments[0]).getBoundingClientRect();
        return [innerWidth <= 480, width === innerWidth && height === innerHeight,
            getComputedStyle(document.documentElement).overflow === 'hidden']";
    let seen = shopper.run(script, vec![PANEL.into()]).await;
    let phone = &seen[0];
    assert_eq!(
        (&seen[1], &seen[2]),
        (phone, phone),
        "full-screen, and the page behind stands still"
    );
    shopper.enter_panel().await;
}

async fn sign_in_and_join(shopper: &Shopper<'_>, customer: &Customer) {
    shopper.press("#sign-in").await;
    shopper
        .press(&format!("button[value={}]", customer.id))
        .await;
    shopper.see("#sign-out").await;
    shopper.open_panel().await;
    shopper.see("main[data-viewer=signed-in]").await;
    shopper.run(MARK, vec![]).await;
    shopper.press("#join-form button").await;
    shopper.see("main[data-viewer=member]").await;
    shopper.read(".hero b", "50").await;
    shopper.picture("joined").await;
}

async fn subscribe(shopper: &Shopper<'_>, customer: &Customer) {
    let task = "details#task-tsk_newsletter";
    assert!(
        shopper
            .see(task)
            .await
            .attr("open")
            .await
            .unwrap()
            .is_some(),
        "the next step is open"
    );
    shopper
        .read("label[for=tsk_newsletter-consent]", customer.consent)
        .await;
    shopper.fill("#tsk_newsletter-email", customer.mail).await;
    shopper.press("#tsk_newsletter-consent").await;
    shopper.press("#tsk_newsletter-start button").await;
    shopper.see(&format!("{task}[data-state=started]")).await;
    shopper.picture("started").await;

    confirm_in_another_tab(shopper, customer).await;

    shopper.enter_panel().await;
    shopper.read(".hero b", "550").await;
    assert_eq!(
        shopper.run(MARKED, vec![]).await,
        true,
        "nothing was loaded anew"
    );
    let rise = shopper
        .see("[role=progressbar]")
        .await
        .attr("aria-valuetext")
        .await
        .unwrap();
    assert_eq!(plain(&rise.unwrap_or_default()), customer.rise);
    eventually("the task's end", async || {
        let done = format!("#tasks-done {task}[data-state=earned]");
        shopper.browser.find(By::Css(done)).await.ok()
    })
    .await;
    newest_line_says(shopper, customer.subscribed).await;
    shopper.picture("history").await;
    shopper.close_panel().await;
}

/// The link of the mail is opened beside the shop, and its button pressed there.
async fn confirm_in_another_tab(shopper: &Shopper<'_>, customer: &Customer) {
    let letter = shopper.world.letter(customer.mail, 0).await;
    shopper.leave_panel().await;
    let shop = shopper.browser.window().await.unwrap();
    let tab = shopper.browser.new_tab().await.unwrap();
    shopper.browser.switch_to_window(tab).await.unwrap();
    shopper.browser.goto(letter.link().unwrap()).await.unwrap();
    shopper.read("blockquote", customer.consent).await;
    shopper.press("#confirm form button").await;
    shopper.read("#confirm", customer.confirmed).await;
    shopper.browser.close_window().await.unwrap();
    shopper.browser.switch_to_window(shop).await.unwrap();
}

/// Opens the first line of the statement and compares its sentence, word by word.
async fn newest_line_says(shopper: &Shopper<'_>, sentence: &str) {
    shopper.section("history").await;
    let line = "#panel .statement > .line:first-child";
    shopper.press(&format!("{line} summary")).await;
    shopper.see(&format!("{line} .inside")).await;
    shopper
        .read(&format!("{line} .inside > p:first-child"), sentence)
        .await;
    let whole = shopper
        .text(&format!("{line} .inside > p:first-child"))
        .await;
    assert_eq!(whole.as_deref(), Some(sentence));
}

async fn buy(shopper: &Shopper<'_>, customer: &Customer) {
    shopper.visit("/product/huila").await;
    shopper.fill("#quantity", "2").await;
    shopper.press("#add").await;
    shopper.press("#pay").await;
    shopper.see("#earned[data-outcome=earned]").await;
    // The shop knows no zone of the customer's and uses its own.
    let day = in_two_weeks(shopper, customer, "Europe/Moscow");
    shopper.read("#earned", &day).await;
    let order = shopper
        .see("#order")
        .await
        .attr("data-order")
        .await
        .unwrap()
        .unwrap();

    shopper.press("a.brand").await;
    shopper.see(".hero h1").await;
    shopper.open_panel().await;
    shopper.read(".hero b", "550").await;
    shopper.read("#why-held summary", customer.held).await;
    shopper.picture("silver").await;
    shopper.press("#why-held summary").await;
    let zone = "return Intl.DateTimeFormat().resolvedOptions().timeZone";
    let zone = shopper.run(zone, vec![]).await;
    let day = in_two_weeks(shopper, customer, zone.as_str().unwrap());
    shopper.read("#why-held li", &day).await;
    shopper.picture("held").await;
    let sentence = (customer.bought)(&order);
    newest_line_says(shopper, &sentence).await;
    shopper
        .see("#panel .line:first-child[data-state=held]")
        .await;
    shopper.picture("statement").await;
    shopper.close_panel().await;
}

/// The day in this zone that the hold of today's order ends.
fn in_two_weeks(shopper: &Shopper<'_>, customer: &Customer, zone: &str) -> String {
    let now = shopper.world.now();
    let at = now + 14 * DAY;
    plain(&app::text::date(
        Text::by_locale(customer.language),
        at,
        zone,
        now,
    ))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shopper_with_a_mouse_earns_and_buys() {
    live_through(Hand::Mouse, (1280, 800), &ANNA).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shopper_with_keys_alone_earns_and_buys() {
    live_through(Hand::Keys, (1280, 800), &ANNA).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shopper_with_a_phone_earns_and_buys_in_russian() {
    live_through(Hand::Finger, (390, 844), &IVAN).await;
}
