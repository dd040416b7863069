//! Under which policies of a merchant's page Laurel works: with two grants in a strict one, with or
//! without our place in `form-action`, without a referrer, isolated, and nowhere else than on the
//! programme's own origins.

use serde_json::{Value, json};

use super::{Host, PANEL, Page, Setup};

/// The narrowest policy that the documentation promises to work under.
const STRICT: &str = "default-src 'none'; script-src {laurel}; frame-src {laurel}; \
    base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// What the panel shows of the member, and how it came by it: whether its first answer was asked
/// for with a token, and what it had to fetch afterwards.
const SHOWN: &str = "({
    balance: document.querySelector('#panel .hero')?.textContent,
    viewer: document.querySelector('#panel').dataset.viewer,
    personal: !!document.querySelector('meta[name=laurel-session]'),
    fetched: performance.getEntriesByType('resource')
        .map(entry => new URL(entry.name).pathname).filter(path => path.endsWith('/panel')).length,
})";

/// A member with 50 beans, and a page that has their token.
async fn opened(page: Page) -> Host {
    let host = Host::start(Setup::default()).await;
    host.member().await;
    host.visit(page).await;
    host.ready().await;
    host.open_panel().await;
    host.until_in(
        PANEL,
        "the member",
        "document.querySelector('#panel').dataset.viewer === 'member'",
    )
    .await;
    host
}

async fn shown(host: &Host) -> Value {
    let mut shown = host.ask_in(PANEL, SHOWN).await.unwrap();
    let balance = shown["balance"].as_str().unwrap_or_default().trim();
    shown["balance"] = balance.replace('\u{a0}', " ").into();
    shown
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_grants_are_enough_and_the_first_answer_is_the_members() {
    let policy = format!("{STRICT}; form-action {{laurel}}");
    let page = Page::snippet("data-token=\"{token}\"").header("content-security-policy", &policy);
    let host = opened(page).await;
    let expected =
        json!({ "balance": "50 beans", "viewer": "member", "personal": true, "fetched": 0 });
    assert_eq!(shown(&host).await, expected);
    assert_eq!(host.ask("probe.violations").await, json!([]));
    assert_eq!(host.faults().await, json!([]));
    // Our own looks, without the shop's leave for inline styles.
    let colour = "getComputedStyle(document.querySelector('laurel-host').shadowRoot.querySelector('button')).backgroundColor";
    assert_eq!(host.ask(colour).await, "rgb(122, 75, 42)");
    assert_eq!(
        host.ask("getComputedStyle(document.querySelector('laurel-host iframe')).width")
            .await,
        "400px"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_action_that_forbids_the_post_costs_one_step_more() {
    for directive in ["form-action 'self'", "form-action 'none'"] {
        let policy = format!("{STRICT}; {directive}");
        let page =
            Page::snippet("data-token=\"{token}\"").header("content-security-policy", &policy);
        let host = opened(page).await;
        let expected =
            json!({ "balance": "50 beans", "viewer": "member", "personal": false, "fetched": 1 });
        assert_eq!(shown(&host).await, expected, "{directive}");
        // The browser says so once, and that is all that went wrong.
        assert_eq!(host.ask("probe.violations").await, json!(["form-action"]));
        assert_eq!(host.faults().await, json!([]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_without_referrers_sends_no_origin_and_still_works() {
    let page = Page::snippet("data-token=\"{token}\"").header("referrer-policy", "no-referrer");
    let host = opened(page).await;
    let expected =
        json!({ "balance": "50 beans", "viewer": "member", "personal": true, "fetched": 0 });
    assert_eq!(shown(&host).await, expected);
    assert_eq!(
        host.ask_in(PANEL, "document.referrer").await,
        Some(json!(""))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_isolated_page_can_load_everything() {
    let page = Page::snippet("data-token=\"{token}\"")
        .header("cross-origin-embedder-policy", "require-corp")
        .header("cross-origin-opener-policy", "same-origin");
    let host = opened(page).await;
    assert_eq!(host.ask("crossOriginIsolated").await, true);
    let expected =
        json!({ "balance": "50 beans", "viewer": "member", "personal": true, "fetched": 0 });
    assert_eq!(shown(&host).await, expected);
    // The guest's document is another route.
    host.run("laurel('logout')").await;
    host.until_in(
        PANEL,
        "the guest",
        "document.querySelector('#panel').dataset.viewer === 'guest'",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_origin_that_is_not_listed_opens_nothing_and_is_told_why() {
    let host = Host::start(Setup {
        origins: &["https://shop.example"],
        ..Setup::default()
    })
    .await;
    let page = Page::snippet("data-token-url=\"/token\"").body(
        "<laurel-widget view=balance></laurel-widget><button data-laurel-open=tasks>Earn</button>",
    );
    host.visit(page).await;
    host.ready().await;
    host.launcher().await.click().await.unwrap();
    host.click("[data-laurel-open]").await;
    host.run("laurel('open')").await;
    assert_eq!(host.ask("window.length").await, 0, "a frame was made");
    assert_eq!(host.events("open").await, [json!(null); 0]);
    let why = format!(
        "Laurel: add {} to the origins of the programme",
        host.shop.origin
    );
    let said = host.ask("[...new Set(probe.said)]").await;
    assert_eq!(said, json!([why]));
    assert_eq!(
        host.events("error").await[0]["message"],
        why["Laurel: ".len()..]
    );
}

/// The loader can be left out; the server's own refusal cannot.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frame_that_is_put_in_by_hand_is_refused_elsewhere() {
    const INSIDE: &str = "document.querySelector('#panel')?.dataset.viewer ?? document.URL";
    let frame = "<iframe id=frame src=\"{laurel}/w/demo?host={host}\"></iframe>";
    let host = Host::start(Setup {
        origins: &["https://shop.example"],
        ..Setup::default()
    })
    .await;
    host.visit(Page::default().body(frame)).await;
    assert_eq!(
        host.until_in("#frame", "a page", INSIDE).await,
        "chrome-error://chromewebdata/"
    );

    // On a listed origin the very same page is there, so it was the origin.
    let host = Host::open(Page::default().body(frame)).await;
    assert_eq!(host.until_in("#frame", "a page", INSIDE).await, "guest");
    // Its address in another window is nobody's frame.
    host.browser
        .goto(format!("{}/w/demo", host.world.url))
        .await
        .unwrap();
    assert_eq!(host.ask(INSIDE).await, "guest");
}
