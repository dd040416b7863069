//! Messages: each side hears exactly one window of exactly one origin, and everything after the
//! first word goes through a channel that nobody else in the page holds.

use serde_json::json;

use super::{Host, PANEL, Page, Setup};

/// A frame of another origin than the shop's and Laurel's, in the shop's page.
const STRANGER: &str = "<iframe id=stranger src=\"http://127.0.0.1:{port}/stranger/one\"></iframe>";

/// Lets the stranger speak to the page and to each of its frames, then waits until each of them
/// must have heard: a window hears what one sender says in the order in which it was said.
async fn speaks(host: &Host, frame: &str) {
    const SAY: &str = "(() => {
        const all = [parent, ...Array.from({ length: parent.length }, (_, i) => parent.frames[i])];
        for (const target of all.filter(other => other !== window)) {
            for (const message of ['laurel:ready', { laurel: 1, stream: true }]) {
                const { port1, port2 } = new MessageChannel();
                port1.onmessage = e => heard.push({ port: e.data });
                target.postMessage(message, '*', [port2]);
            }
        }
        parent.postMessage('said', '*');
        return true;
    })()";
    host.run("window.last = new Promise(then => addEventListener('message', e => e.data === 'said' && then(true)))")
        .await;
    host.until_in(frame, "a stranger", "!!window.heard").await;
    host.ask_in(frame, SAY).await.unwrap();
    host.ask("window.last").await;
    // And what the page answered has arrived by now, too.
    host.run(&format!(
        "document.querySelector('{frame}').contentWindow.postMessage('answered', '*')"
    ))
    .await;
    host.until_in(
        frame,
        "the answer",
        "heard.some(({ data }) => data === 'answered')",
    )
    .await;
}

/// All that a frame heard apart from our own mark.
const HEARD: &str = "heard.filter(({ data }) => data !== 'answered')";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_loader_hears_only_its_own_frames() {
    let host = Host::open(Page::snippet("").body(STRANGER)).await;
    host.ready().await;
    host.open_panel().await;
    speaks(&host, "#stranger").await;
    assert_eq!(host.ask_in("#stranger", HEARD).await, Some(json!([])));

    // The right origin in the wrong window: a panel that the page itself has put in.
    let other = "<iframe id=other src=\"{laurel}/w/demo?host={host}\"></iframe>";
    let other = host.shop.filled(other);
    host.run(&format!("document.body.insertAdjacentHTML('beforeend', '{other}');
        window.greeted = new Promise(then => addEventListener('message', e => e.data === 'laurel:ready' && then(true)))"))
        .await;
    host.ask("window.greeted").await;
    // Were it connected, its button would close the panel; and the panel's own does, so clicks work.
    host.click_in("#other", "#close").await;
    host.ask_in("#other", "new Promise(then => setTimeout(then))")
        .await;
    assert_eq!(host.events("close").await.len(), 0);
    host.click_in(PANEL, "#close").await;
    host.until("closed", "probe.events.some(([name]) => name === 'close')")
        .await;

    // The right window with the wrong origin: our frame, gone astray.
    host.run("laurel('open')").await;
    let astray = host.shop.filled("http://127.0.0.1:{port}/stranger/two");
    host.run(&format!(
        "const frame = document.querySelector('{PANEL}'); window.port = frame.port; frame.src = '{astray}'"
    ))
    .await;
    speaks(&host, PANEL).await;
    assert_eq!(host.ask_in(PANEL, HEARD).await, Some(json!([])));
    let same = format!("document.querySelector('{PANEL}').port === port");
    assert_eq!(host.ask(&same).await, true, "a channel was made");
    assert_eq!(host.faults().await, json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_panel_takes_a_port_only_from_its_parent() {
    let panel = "<iframe id=panel src=\"{laurel}/w/demo?host={host}\"></iframe>";
    let page = Page::default()
        .head("<script>addEventListener('message', e => window.greeted ||= e.data === 'laurel:ready')</script>")
        .body(STRANGER)
        .body(panel);
    let host = Host::open(page).await;
    host.until("the panel's first word", "window.greeted").await;
    speaks(&host, "#stranger").await;
    // Whoever has the port hears that the shopper wants out. The stranger's offer came first.
    host.run(
        "const { port1, port2 } = new MessageChannel();
         port1.onmessage = e => (window.heard ||= []).push(e.data);
         document.querySelector('#panel').contentWindow.postMessage({ laurel: 1 }, '*', [port2])",
    )
    .await;
    host.until_in(
        "#panel",
        "a click",
        "!document.querySelector('#close').click()",
    )
    .await;
    assert_eq!(
        host.until("the word", "window.heard").await,
        json!([{ "t": "close" }])
    );
    assert_eq!(host.ask_in("#stranger", HEARD).await, Some(json!([])));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_panel_takes_no_port_from_another_origin_than_it_was_made_for() {
    // Both origins are the programme's; the frame names one and stands in a page of the other.
    let host = Host::start(Setup {
        origins: &["{host}", "http://127.0.0.1:{port}"],
        ..Setup::default()
    })
    .await;
    let frames = "<iframe id=theirs src=\"{laurel}/w/demo?host={host}\"></iframe>\
                  <iframe id=ours src=\"{laurel}/w/demo?host=http://127.0.0.1:{port}\"></iframe>";
    let page = Page::default()
        .head(
            "<script>window.greeted = []; window.heard = [];
            addEventListener('message', e => greeted.push(e.data))</script>",
        )
        .body(frames);
    host.shop.show(page);
    host.browser
        .goto(host.shop.filled("http://127.0.0.1:{port}"))
        .await
        .unwrap();
    host.until("our panel's first word", "greeted.length").await;
    host.until_in("#theirs", "islands", "document.querySelector('#toast')")
        .await;
    host.run(
        "for (const id of ['theirs', 'ours']) {
             const { port1, port2 } = new MessageChannel();
             port1.onmessage = e => heard.push([id, e.data.t]);
             document.querySelector('#' + id).contentWindow.postMessage({ laurel: 1 }, '*', [port2]);
         }",
    )
    .await;
    for frame in ["#theirs", "#ours"] {
        host.until_in(
            frame,
            "a click",
            "!document.querySelector('#close').click()",
        )
        .await;
    }
    host.until("our word", "heard.length").await;
    assert_eq!(host.ask("heard").await, json!([["ours", "close"]]));
    // Its first word was for the other origin alone.
    assert_eq!(host.ask("greeted").await, json!(["laurel:ready"]));
}
