//! What a page may call, before and after the script is there, and what it is told.

use serde_json::json;

use super::{CUSTOMER, Host, PANEL, Page, Setup};

/// The stub of the documentation.
const STUB: &str =
    "window.laurel = window.laurel || function () { (laurel.q = laurel.q || []).push(arguments) };";

/// Counts what comes by callback and what comes by event.
const COUNT: &str = "window.called = []; window.dispatched = [];
    window.heard = {};
    for (const name of ['ready', 'open', 'close', 'earned', 'tier', 'error']) {
        laurel('on', name, heard[name] = e => called.push(e.type));
        document.addEventListener('laurel:' + name, e => dispatched.push(e.type));
    }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_called_before_the_script_is_there_is_done_when_it_is() {
    let host = Host::start(Setup::default()).await;
    host.member().await;
    let early = format!(
        "<script>{STUB}{COUNT} laurel('update', {{ locale: 'ru' }});
        laurel('identify', '{{token}}'); laurel('nonsense', 1); laurel('open', 'tasks');</script>"
    );
    host.visit(Page::default().head(&early).and(Page::snippet("")))
        .await;
    host.ready().await;
    host.connected(PANEL).await;
    let shown = "[document.documentElement.lang, document.querySelector('#panel').dataset.viewer,
        document.querySelector('input[name=view]:checked').value]";
    assert_eq!(
        host.ask_in(PANEL, shown).await,
        Some(json!(["ru", "member", "earn"]))
    );
    assert_eq!(
        host.ask("called").await,
        json!(["laurel:open", "laurel:ready"])
    );
    assert_eq!(host.ask("dispatched").await, host.ask("called").await);
    assert_eq!(host.faults().await, json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_come_as_callbacks_and_as_dom_events_until_they_are_not_wanted() {
    let host = Host::start(Setup::default()).await;
    let bearer = host.member().await;
    let page = Page::snippet("data-token-url=\"/token\"");
    host.visit(page.head(&format!("<script>{STUB}{COUNT}</script>")))
        .await;
    host.ready().await;
    host.run("laurel('open')").await;
    host.connected(PANEL).await;
    host.until_in(
        PANEL,
        "the member",
        "document.querySelector('#panel')?.dataset.viewer === 'member'",
    )
    .await;

    // Earned by a mail on another device, while the panel is open here. 500 beans are Silver.
    host.earn(&bearer).await;
    host.until("the tier", "called.includes('laurel:tier')")
        .await;
    let earned = host.events("earned").await;
    assert_eq!(earned.len(), 1);
    assert_eq!(earned[0]["amount"], 500);
    assert_eq!(earned[0]["balance"], 550);
    assert_eq!(host.events("tier").await[0]["tier"], "silver");
    // The panel says so, and shows it.
    let toast = "document.querySelector('#toast').textContent";
    assert!(
        !host
            .until_in(PANEL, "the toast", toast)
            .await
            .as_str()
            .unwrap()
            .is_empty()
    );
    host.until_in(
        PANEL,
        "the balance",
        "document.querySelector('.hero').textContent.includes('550')",
    )
    .await;

    host.run("laurel('off', 'close', heard.close); laurel('close'); laurel('close')")
        .await;
    host.run("laurel('open'); laurel('identify', () => { throw new Error('the shop is closed') })")
        .await;
    host.until("the error", "called.includes('laurel:error')")
        .await;
    let expected = ["ready", "open", "earned", "tier", "close", "open", "error"]
        .map(|name| format!("laurel:{name}"));
    assert_eq!(host.ask("dispatched").await, json!(expected));
    let expected: Vec<_> = expected
        .into_iter()
        .filter(|name| name != "laurel:close")
        .collect();
    assert_eq!(host.ask("called").await, json!(expected));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_reaches_the_launcher_and_the_open_panel() {
    let page = Page::snippet("data-locale=ru data-theme=dark data-z-index=77");
    let host = Host::open(page).await;
    host.ready().await;
    let shown = "(() => {
        const root = document.querySelector('laurel-host'), button = root.shadowRoot.querySelector('button');
        return [button.textContent, getComputedStyle(root).zIndex, button.getBoundingClientRect().left < 640];
    })()";
    let inside = "[document.documentElement.lang, document.documentElement.dataset.theme]";
    assert_eq!(host.ask(shown).await, json!(["Зёрна", "77", false]));
    host.open_panel().await;
    assert_eq!(
        host.ask_in(PANEL, inside).await,
        Some(json!(["ru", "dark"]))
    );

    let update = "laurel('update', { locale: 'en', theme: 'light', position: 'left' })";
    host.reconnected(PANEL, update).await;
    assert_eq!(host.ask(shown).await, json!(["Beans", "77", true]));
    assert_eq!(
        host.ask_in(PANEL, inside).await,
        Some(json!(["en", "light"]))
    );
    // The guest's panel came anew for it, and is one that can be talked to.
    host.run("laurel('open', 'how')").await;
    host.until_in(
        PANEL,
        "the rules",
        "document.querySelector('#tab-how').checked",
    )
    .await;

    // Said while a frame is on its way, it is heard when the frame is there.
    host.visit(Page::snippet("")).await;
    host.ready().await;
    host.run("laurel('open'); setTimeout(() => laurel('update', { locale: 'ru', theme: 'dark' }))")
        .await;
    host.until_in(
        PANEL,
        "Russian",
        "document.documentElement.lang === 'ru' && document.querySelector('#tab-how')",
    )
    .await;
    host.until_in(
        PANEL,
        "the theme",
        "document.documentElement.dataset.theme === 'dark'",
    )
    .await;
    host.reconnected(PANEL, "laurel('update', { locale: 'en', theme: 'light' })")
        .await;

    // A member's panel is not loaded anew.
    host.member().await;
    host.run(&format!(
        "laurel('identify', '{}')",
        host.shop.sign(CUSTOMER)
    ))
    .await;
    host.until_in(
        PANEL,
        "the member",
        "document.querySelector('#panel').dataset.viewer === 'member'",
    )
    .await;
    host.ask_in(PANEL, "window.mark = true").await;
    host.run("laurel('update', { locale: 'ru' })").await;
    host.until_in(
        PANEL,
        "Russian",
        "mark && document.querySelector('#balance-title').textContent.includes('баланс')",
    )
    .await;
    assert_eq!(host.faults().await, json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_can_have_no_launcher_and_open_the_panel_itself() {
    let page = Page::snippet("data-launcher=none")
        .body("<a href=\"/other\" data-laurel-open=\"history\"><b id=inner>Beans</b></a>");
    let host = Host::open(page).await;
    host.ready().await;
    assert!(!host.launcher().await.is_displayed().await.unwrap());
    host.click("#inner").await;
    host.connected(PANEL).await;
    assert_eq!(
        host.ask("location.pathname").await,
        "/",
        "the link was followed"
    );
    host.run("laurel('close')").await;
    host.run("laurel('open')").await;
    assert_eq!(host.ask("document.activeElement.localName").await, "iframe");
}

/// A loader that was not made for one programme does not know its origins; the server does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panel_that_does_not_answer_says_so_and_is_tried_again() {
    // The page's clock runs faster, so that ten seconds are over soon.
    let fast = "<script>const slow = window.setTimeout;
        window.setTimeout = (then, time, ...rest) => slow(then, time / 20, ...rest);</script>";
    let host = Host::start(Setup {
        origins: &["https://shop.example"],
        ..Setup::default()
    })
    .await;
    let neutral = "<script async src=\"{laurel}/embed.js\" data-program=demo></script>";
    host.visit(Page::default().head(fast).head(neutral)).await;
    host.ready().await;
    host.run("laurel('open')").await;
    host.until(
        "the error",
        "probe.events.some(([name]) => name === 'error')",
    )
    .await;
    assert_eq!(
        host.events("error").await,
        [json!({ "message": "no answer" })]
    );
    assert_eq!(host.ask("probe.said").await, json!(["Laurel: no answer"]));

    host.programme(&["{host}"]).await;
    host.run("laurel('close')").await;
    assert_eq!(host.ask("window.length").await, 0);
    host.open_panel().await;
}
