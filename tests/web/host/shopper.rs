//! Who the shopper is, as the page says it: by a token, by a function, by an address; what happens
//! when it changes, when it ends, and when it is wrong.

use serde_json::json;

use super::{Host, PANEL, Page, Setup};
use crate::support::world::{eventually, paid};

/// Twelve hours is the longest that a session lasts.
const HALF_A_DAY: i64 = 13 * 3600 * 1_000_000;

async fn viewer(host: &Host, who: &str) {
    let shown = format!("document.querySelector('#panel')?.dataset.viewer === '{who}'");
    host.until_in(PANEL, who, &shown).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shopper_comes_and_goes_while_the_panel_is_open() {
    let host = Host::start(Setup::default()).await;
    host.member().await;
    host.visit(Page::snippet("")).await;
    host.ready().await;
    host.open_panel().await;
    viewer(&host, "guest").await;

    let token = host.shop.sign("42");
    host.run(&format!("laurel('identify', '{token}')")).await;
    viewer(&host, "member").await;
    // The same again is no news, as frameworks repeat it on every render.
    host.run(&format!(
        "for (let i = 0; i < 5; i++) laurel('identify', '{token}')"
    ))
    .await;
    let exchanges = "performance.getEntriesByType('resource').filter(it => it.name.endsWith('/sessions')).length";
    assert_eq!(host.ask_in(PANEL, exchanges).await, Some(json!(1)));

    host.reconnected(PANEL, "laurel('logout')").await;
    viewer(&host, "guest").await;
    // Another customer by a function that takes its time, overtaken by a third.
    let (second, third) = (host.shop.sign("43"), host.shop.sign("42"));
    host.run(&format!(
        "laurel('identify', () => new Promise(then => (window.late = () => then('{second}'))));
         laurel('identify', async () => '{third}')"
    ))
    .await;
    viewer(&host, "member").await;
    host.run("late && late()").await;
    host.run("laurel('open', 'how')").await;
    host.until_in(
        PANEL,
        "the rules",
        "document.querySelector('#tab-how').checked",
    )
    .await;
    viewer(&host, "member").await;
    // And one who is known, but no member.
    host.run(&format!("laurel('identify', '{second}')")).await;
    viewer(&host, "signed-in").await;
    assert_eq!(host.faults().await, json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_ended_asks_the_shop_again_and_goes_on() {
    let host = Host::open(Page::snippet("data-token-url=\"/token\"")).await;
    host.ready().await;
    host.open_panel().await;
    viewer(&host, "signed-in").await;
    assert_eq!(host.shop.tokens(), 1);

    // The shopper reads for half a day, and then joins by one press.
    host.world.pass(HALF_A_DAY);
    host.click_in(PANEL, "#join-form button").await;
    viewer(&host, "member").await;
    assert_eq!(host.shop.tokens(), 2);

    // And again, with nothing pressed: the event stream notices by itself.
    host.world.pass(HALF_A_DAY);
    let bearer = host.world.session_of(&host.shop.sign("42")).await;
    host.earn(&bearer).await;
    host.until(
        "the news",
        "probe.events.some(([name]) => name === 'earned')",
    )
    .await;
    host.until_in(
        PANEL,
        "the balance",
        "document.querySelector('.hero').textContent.includes('550')",
    )
    .await;
    assert_eq!(host.shop.tokens(), 3);
    assert_eq!(host.events("earned").await.len(), 1);
    assert_eq!(host.events("error").await.len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_that_has_no_token_any_more_gets_the_guests_panel() {
    let host = Host::start(Setup::default()).await;
    host.member().await;
    host.visit(Page::snippet("data-token=\"{token}\"")).await;
    host.ready().await;
    host.open_panel().await;
    viewer(&host, "member").await;
    // The token in the page is as old as the page.
    host.world.pass(HALF_A_DAY);
    host.run("laurel('update', { locale: 'ru' })").await;
    viewer(&host, "guest").await;
    assert_eq!(host.events("error").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_not_accepted_still_shows_the_programme() {
    let host = Host::open(Page::snippet("data-token=forged")).await;
    host.ready().await;
    host.open_panel().await;
    viewer(&host, "guest").await;
    // By the channel, the page is told.
    host.run("laurel('identify', 'forged too')").await;
    host.until(
        "the error",
        "probe.events.some(([name]) => name === 'error')",
    )
    .await;
    assert_eq!(host.events("error").await[0]["code"], "bad_token");
    viewer(&host, "guest").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logging_out_ends_the_event_stream() {
    let host = Host::start(Setup::default()).await;
    host.member().await;
    host.visit(Page::snippet("data-token=\"{token}\"")).await;
    host.ready().await;
    host.open_panel().await;
    let streams = |wanted: usize| {
        let hub = &host.world.app.hub;
        eventually("the streams", async move || {
            (hub.members() == wanted).then_some(())
        })
    };
    streams(1).await;
    host.run("laurel('logout')").await;
    streams(0).await;
    viewer(&host, "guest").await;
    let session = "document.querySelector('meta[name=laurel-session]')";
    assert_eq!(host.ask_in(PANEL, session).await, Some(json!(null)));
}

/// A shared tablet: the next customer must not see what the one before them earns.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_customer_hears_only_their_own_news() {
    let host = Host::start(Setup::default()).await;
    let first = host.member().await;
    let second = host.member_of("43").await;
    host.visit(Page::snippet("data-token=\"{token}\"")).await;
    host.ready().await;
    host.open_panel().await;
    viewer(&host, "member").await;
    let hub = &host.world.app.hub;
    eventually("a stream", async || (hub.streams() == 1).then_some(())).await;

    host.run(&format!("laurel('identify', '{}')", host.shop.sign("43")))
        .await;
    let exchanged =
        "performance.getEntriesByType('resource').some(it => it.name.includes('/me/panel'))";
    host.until_in(PANEL, "the second's panel", exchanged).await;
    eventually("a stream", async || (hub.streams() == 1).then_some(())).await;
    host.earn(&first).await;
    host.world.order(&paid("7", "43", 100_000)).await;
    host.until(
        "the second's news",
        "probe.events.some(([name]) => name === 'held')",
    )
    .await;
    assert_eq!(host.events("earned").await.len(), 0, "the first one's news");
    let (_, me) = host.world.get("/api/v1/me", &second).await;
    assert_eq!(me["balance"]["available"], 50);
    host.until_in(
        PANEL,
        "50",
        "document.querySelector('.hero').textContent.includes('50')",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_signs_out_while_signing_in_is_signed_out() {
    let host = Host::start(Setup::default()).await;
    host.member().await;
    host.visit(Page::snippet("")).await;
    host.ready().await;
    host.open_panel().await;
    let token = host.shop.sign("42");
    host.run(&format!(
        "laurel('identify', '{token}'); setTimeout(() => laurel('logout'))"
    ))
    .await;
    // The exchange was on its way, and its answer is there.
    let exchanged =
        "performance.getEntriesByType('resource').some(it => it.name.endsWith('/sessions'))";
    host.until_in(PANEL, "the exchange", exchanged).await;
    host.run("laurel('open', 'how')").await;
    host.until_in(
        PANEL,
        "the rules",
        "document.querySelector('#tab-how').checked",
    )
    .await;
    viewer(&host, "guest").await;
    let fetched =
        "performance.getEntriesByType('resource').some(it => it.name.includes('/me/panel'))";
    assert_eq!(host.ask_in(PANEL, fetched).await, Some(json!(false)));

    // The same while the document is on its way that was asked for with the token.
    host.visit(Page::snippet("data-token=\"{token}\"")).await;
    host.ready().await;
    host.run("laurel('open'); setTimeout(() => laurel('logout'))")
        .await;
    host.connected(PANEL).await;
    viewer(&host, "guest").await;
    // And who comes back while the guest's document is on its way, with the very same token.
    host.visit(Page::snippet("data-token=\"{token}\"")).await;
    host.ready().await;
    host.open_panel().await;
    viewer(&host, "member").await;
    let same = "const { token } = document.querySelector('script[data-token]').dataset;
        laurel('logout'); setTimeout(() => laurel('identify', token), 3)";
    host.reconnected(PANEL, same).await;
    viewer(&host, "member").await;
}
