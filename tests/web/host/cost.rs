//! What a page pays for Laurel before a shopper shows intent: one request, and nothing else.

use serde_json::{Value, json};

use super::{BALANCE, Host, PANEL, Page, Setup};

/// The listeners on `window` and `document`, as the browser knows them.
pub(super) async fn listeners(host: &Host) -> Vec<String> {
    let mut all = Vec::new();
    for holder in ["window", "document"] {
        let found = json!({ "expression": holder });
        let found = host.browser.devtools("Runtime.evaluate", found).await;
        let found = json!({ "objectId": found["result"]["objectId"] });
        let found = host
            .browser
            .devtools("DOMDebugger.getEventListeners", found)
            .await;
        let listeners = found["listeners"].as_array().unwrap();
        all.extend(
            listeners
                .iter()
                .map(|it| format!("{holder}: {}", it["type"].as_str().unwrap())),
        );
    }
    all.sort();
    all
}

/// Everything that a page can leave behind in a browser.
const KEPT: &str = "(async () => [
    document.cookie, localStorage.length, sessionStorage.length,
    (await indexedDB.databases()).length, (await caches.keys()).length,
    (await navigator.serviceWorker.getRegistrations()).length])()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_pays_one_request_and_nothing_else() {
    let page = Page::snippet("data-token-url=\"/token\"").body("<p>Beans</p>");
    let host = Host::open(page).await;
    host.ready().await;

    // The browser itself looks for an icon of the shop.
    let loaded = "performance.getEntriesByType('resource').map(entry => entry.name)
        .filter(name => name !== location.origin + '/favicon.ico')";
    let expected = json!([format!("{}/embed.js?program=demo", host.world.url)]);
    assert_eq!(host.ask(loaded).await, expected);
    assert_eq!(host.shop.tokens(), 0);
    assert_eq!(host.ask("window.length").await, 0, "there is a frame");
    assert_eq!(host.ask(KEPT).await, json!(["", 0, 0, 0, 0, 0]));
    let cookies = host
        .browser
        .devtools("Network.getAllCookies", json!({}))
        .await;
    assert_eq!(cookies["cookies"], json!([]));
    assert_eq!(host.ask("probe.shifts()").await, json!([]));
    let listeners = listeners(&host).await;
    assert!(
        !listeners.iter().any(|it| it.contains("unload")),
        "{listeners:?}"
    );
    assert_eq!(host.faults().await, json!([]));

    // Intent: the token is on its way before the click, and nothing else is.
    let launcher = host.launcher().await;
    let hover = host
        .browser
        .action_chain()
        .move_to_element_center(&launcher);
    hover.perform().await.unwrap();
    host.until("a token", &format!("{loaded}.length > 1")).await;
    assert_eq!(
        host.ask(loaded).await[1],
        format!("{}/token", host.shop.origin)
    );
    assert_eq!(host.ask("window.length").await, 0);
    host.open_panel().await;
    assert_eq!(host.shop.tokens(), 1);
    // Not even with the panel open does anything stay behind.
    assert_eq!(host.ask(KEPT).await, json!(["", 0, 0, 0, 0, 0]));
    assert_eq!(
        host.ask_in(PANEL, KEPT).await,
        Some(json!(["", 0, 0, 0, 0, 0]))
    );
    let cookies = host
        .browser
        .devtools("Network.getAllCookies", json!({}))
        .await;
    assert_eq!(cookies["cookies"], json!([]));
    assert_eq!(host.ask("probe.shifts()").await, json!([]));
}

/// A busy machine can make any task long, never short: one quiet load in five is the proof.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_loader_is_no_long_task() {
    let host = Host::open(Page::snippet("")).await;
    let mut seen = Vec::new();
    for _ in 0..5 {
        host.ready().await;
        // A task's length is known when the next one runs.
        let next = "new Promise(then => requestAnimationFrame(() => setTimeout(then)))";
        let long = host.ask(&format!("{next}.then(probe.long)")).await;
        if long == json!([]) {
            return;
        }
        seen.push(long);
        host.browser.refresh().await.unwrap();
    }
    panic!("every load had tasks of more than 50 ms: {seen:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_back_forward_cache_keeps_the_page() {
    let host = Host::start(Setup::default()).await;
    let bearer = host.member().await;
    let page = Page::snippet("data-token=\"{token}\"");
    host.visit(page.body(r#"<laurel-widget view="balance"></laurel-widget>"#))
        .await;
    host.connected(BALANCE).await;

    let there_and_back = async |how: &str| {
        host.run("probe.restored = null; window.mark = 'kept'")
            .await;
        host.browser
            .goto(format!("{}/other", host.shop.origin))
            .await
            .unwrap();
        host.browser.back().await.unwrap();
        host.until(how, "window.probe && probe.restored !== null")
            .await;
        assert_eq!(
            host.ask("[probe.restored, window.mark]").await,
            json!([true, "kept"]),
            "{how}"
        );
    };
    there_and_back("closed").await;
    host.open_panel().await;
    there_and_back("open").await;

    // It still works: in both directions, and news still come.
    host.run("laurel('open', 'history')").await;
    host.until_in(
        PANEL,
        "history",
        "document.querySelector('#tab-history').checked",
    )
    .await;
    host.earn(&bearer).await;
    host.until("news", "probe.events.some(([name]) => name === 'earned')")
        .await;
    host.click_in(PANEL, "#close").await;
    host.until("closed", "probe.events.some(([name]) => name === 'close')")
        .await;
    assert_eq!(host.faults().await, Value::Array(vec![]));
}
