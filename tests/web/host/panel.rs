//! Opening and closing: where the focus goes, what a phone does, and what the history keeps.

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use super::{Host, PANEL, Page, Setup};

/// What has the focus: an element's id or name, inside a shadow root too.
const FOCUS: &str = "(() => {
    const active = document.activeElement, inner = active.shadowRoot?.activeElement ?? active;
    return inner.id || inner.localName;
})()";

/// Waits until the panel is open (or closed), as often as it was by now.
async fn turns(host: &Host, event: &str, times: usize) {
    host.until(
        event,
        &format!("probe.events.filter(([name]) => name === '{event}').length === {times}"),
    )
    .await;
    let expanded = host.launcher().await.attr("aria-expanded").await.unwrap();
    assert_eq!(
        expanded.as_deref(),
        Some(if event == "open" { "true" } else { "false" })
    );
}

async fn focus_is_in_the_panel(host: &Host) {
    assert_eq!(host.ask(FOCUS).await, "iframe");
    host.until_in(PANEL, "the focus", "document.hasFocus()")
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn focus_goes_in_and_comes_back() {
    let page = Page::snippet("")
        .body("<button id=other>Buy</button><button id=earn data-laurel-open=tasks>Earn</button>");
    let host = Host::open(page).await;
    host.ready().await;
    let launcher = host.launcher().await;

    // By keyboard; Tab then goes on inside, where a screen reader reads, too.
    host.run("document.querySelector('laurel-host').shadowRoot.querySelector('button').focus()")
        .await;
    host.press(Key::Enter).await;
    host.connected(PANEL).await;
    turns(&host, "open", 1).await;
    focus_is_in_the_panel(&host).await;
    host.press(Key::Tab).await;
    assert_eq!(host.ask_in(PANEL, FOCUS).await, Some(json!("close")));

    // By the panel's own cross.
    host.press(Key::Enter).await;
    turns(&host, "close", 1).await;
    assert_eq!(host.ask(FOCUS).await, "button");

    // By Escape inside. It comes back at once, since it was only hidden.
    launcher.click().await.unwrap();
    turns(&host, "open", 2).await;
    focus_is_in_the_panel(&host).await;
    host.press(Key::Escape).await;
    turns(&host, "close", 2).await;
    assert_eq!(host.ask(FOCUS).await, "button");

    // By the launcher.
    launcher.click().await.unwrap();
    turns(&host, "open", 3).await;
    launcher.click().await.unwrap();
    turns(&host, "close", 3).await;
    assert_eq!(host.ask(FOCUS).await, "button");

    // From the shop's own button, into the section it names, and back to it.
    host.click("#earn").await;
    turns(&host, "open", 4).await;
    host.until_in(
        PANEL,
        "the tasks",
        "document.querySelector('#tab-earn').checked",
    )
    .await;
    focus_is_in_the_panel(&host).await;
    host.press(Key::Escape).await;
    turns(&host, "close", 4).await;
    assert_eq!(host.ask(FOCUS).await, "earn");

    // Escape in the page closes as well; but who went on with the page is not called back.
    host.click("#earn").await;
    turns(&host, "open", 5).await;
    host.click("#other").await;
    host.press(Key::Escape).await;
    turns(&host, "close", 5).await;
    assert_eq!(host.ask(FOCUS).await, "other");
    assert_eq!(host.faults().await, json!([]));
}

/// Android's Back arrives as a close request, which on a computer is Escape: the loader asks for it
/// by `CloseWatcher`. Where a browser has none, it listens to the key.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_close_request_closes_with_and_without_a_close_watcher() {
    for without in ["", "<script>delete window.CloseWatcher</script>"] {
        let host = Host::open(
            Page::default()
                .head(without)
                .and(Page::snippet(""))
                .body("<button id=other>Buy</button>"),
        )
        .await;
        host.ready().await;
        assert_eq!(
            host.ask("'CloseWatcher' in window").await,
            without.is_empty()
        );
        for times in 1..3 {
            host.open_panel().await;
            turns(&host, "open", times).await;
            host.click("#other").await;
            host.press(Key::Escape).await;
            turns(&host, "close", times).await;
        }
        // Closed otherwise, none is left that would take the page's own next close request.
        if without.is_empty() {
            let own = "document.querySelector('#other').onclick = () =>
                ((window.own = new CloseWatcher()).onclose = () => (window.asked = true))";
            host.run(own).await;
            host.click("#other").await;
            host.open_panel().await;
            host.run("laurel('close')").await;
            turns(&host, "close", 3).await;
            host.press(Key::Escape).await;
            host.until("the page's own", "window.asked").await;
        }
        assert_eq!(host.faults().await, json!([]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_phone_the_panel_fills_the_screen_and_gives_it_back() {
    const SCREEN: &str = "(() => {
        const { x, y, width, height } = document.querySelector('laurel-host iframe').getBoundingClientRect();
        return [x, y, width, height];
    })()";
    let scrolls = async |host: &Host| -> Value {
        // As a shopper's finger would, not as a script may.
        host.ask("[getComputedStyle(document.documentElement).overflowY, scrollY]")
            .await
    };
    let host = Host::start(Setup {
        width: 390,
        height: 844,
        ..Setup::default()
    })
    .await;
    host.visit(Page::snippet("").body("<div style=\"height:3000px\">Beans</div>"))
        .await;
    host.ready().await;
    host.run("scrollTo(0, 300)").await;
    assert_eq!(scrolls(&host).await, json!(["visible", 300]));

    host.open_panel().await;
    assert_eq!(host.ask(SCREEN).await, json!([0, 0, 390, 844]));
    assert_eq!(scrolls(&host).await, json!(["hidden", 300]));
    host.until_in(
        PANEL,
        "the trap",
        "document.documentElement.hasAttribute('data-full')",
    )
    .await;
    // The focus goes round: past the last stop comes the first.
    host.press(Key::Tab).await;
    assert_eq!(host.ask_in(PANEL, FOCUS).await, Some(json!("close")));
    host.press_with(Key::Shift, Key::Tab).await;
    let last = host.ask_in(PANEL, FOCUS).await.unwrap();
    assert!(last.as_str().unwrap().starts_with("tab-"), "{last}");
    host.press(Key::Tab).await;
    assert_eq!(host.ask_in(PANEL, FOCUS).await, Some(json!("close")));

    host.press(Key::Escape).await;
    turns(&host, "close", 1).await;
    assert_eq!(scrolls(&host).await, json!(["visible", 300]));
    assert_eq!(host.ask("probe.shifts()").await, json!([]));

    // Turned to its side, there is a page beside it again.
    host.open_panel().await;
    host.browser.device(844, 390, 1.0).await;
    host.until(
        "the page",
        "document.documentElement.style.overflow !== 'hidden'",
    )
    .await;
    host.until_in(
        PANEL,
        "no trap",
        "!document.documentElement.hasAttribute('data-full')",
    )
    .await;
    host.browser.device(390, 844, 1.0).await;
    host.until(
        "the whole screen",
        "document.documentElement.style.overflow === 'hidden'",
    )
    .await;
    host.run("laurel('close')").await;
    assert_eq!(scrolls(&host).await, json!(["visible", 300]));
}

/// A second navigation of a frame would be a step in the history of the page around it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_history_of_the_page_does_not_grow() {
    let host = Host::start(Setup::default()).await;
    host.member().await;
    let page = Page::snippet("").body("<laurel-widget view=balance></laurel-widget>");
    host.visit(page).await;
    host.ready().await;
    let before = host.ask("history.length").await;
    let viewer = async |who: &str| {
        let shown = format!("document.querySelector('#panel')?.dataset.viewer === '{who}'");
        host.until_in(PANEL, who, &shown).await;
    };
    host.open_panel().await;
    viewer("guest").await;
    host.run("laurel('close'); laurel('open', 'tasks')").await;
    host.run(&format!("laurel('identify', '{}')", host.shop.sign("42")))
        .await;
    viewer("member").await;
    host.reconnected(PANEL, "laurel('logout')").await;
    viewer("guest").await;
    host.reconnected(PANEL, "laurel('update', { locale: 'ru' })")
        .await;
    host.until_in(PANEL, "Russian", "document.documentElement.lang === 'ru'")
        .await;
    host.run(&format!("laurel('identify', '{}')", host.shop.sign("42")))
        .await;
    viewer("member").await;
    // Closed before it could answer, and asked for again at once.
    host.run("laurel('destroy')").await;
    assert_eq!(host.ask("history.length").await, before);
    host.browser.refresh().await.unwrap();
    host.ready().await;
    host.run("laurel('open', 'how'); laurel('open', 'tasks'); laurel('close'); laurel('open')")
        .await;
    host.connected(PANEL).await;
    assert_eq!(host.ask("history.length").await, before);
}
