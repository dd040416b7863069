//! One page, one widget: however often and by whatever means the script comes in, and nothing at
//! all once it is told to go.

use serde_json::json;

use super::cost::listeners;
use super::{BALANCE, Host, PANEL, Page, Setup};

/// How many there are of what Laurel puts into a page: hosts, their frames, widgets' frames.
const COUNT: &str = "['laurel-host', 'laurel-host iframe', 'laurel-widget iframe']
    .map(name => document.querySelectorAll(name).length)";

/// Another vendor's script of the same name, with attributes of their own.
const VENDOR: &str =
    "<script type=text/plain src=\"/vendor/embed.js\" data-position=left data-token=x></script>";

/// Where the launcher is: 0 at the left, more at the right, which is the programme's corner.
const LEFT: &str = "document.querySelector('laurel-host').getBoundingClientRect().left";

/// Where it comes from.
const SCRIPT: &str = "{laurel}/embed.js?program=demo";

/// Inserts the script as a tag manager does, and waits until it has run.
const ADD: &str = "window.add = source => new Promise(then => {
    const script = document.createElement('script');
    script.src = source;
    script.onload = then;
    document.head.append(script);
});";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_that_comes_in_many_times_and_ways_gives_one_widget() {
    let page = Page::default()
        .head(VENDOR)
        .and(Page::snippet(""))
        .and(Page::snippet(""))
        .head("<script src=\"{laurel}/embed.js\" data-program=demo defer></script>")
        .head(&format!("<script>{ADD}</script>"))
        .body("<script src=\"{laurel}/embed.js?program=demo\"></script><laurel-widget view=balance></laurel-widget>");
    let host = Host::open(page).await;
    let again = host.shop.filled(SCRIPT);
    for number in 0..2 {
        host.ask(&format!("add('{again}&gtm={number}')")).await;
    }
    host.ready().await;
    host.open_panel().await;
    host.connected(BALANCE).await;
    assert_eq!(host.ask(COUNT).await, json!([1, 1, 1]));
    assert_ne!(
        host.ask(LEFT).await,
        0,
        "the vendor's attributes are not ours"
    );
    assert_eq!(host.events("ready").await.len(), 1);
    assert_eq!(host.events("open").await.len(), 1);
    assert_eq!(host.faults().await, json!([]));
}

/// Tag managers insert a copy that has lost its `data-*`, and some run it as text, so that the page
/// does not know which script runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tag_manager_needs_only_the_address() {
    const NOBODY: &str =
        "<script>Object.defineProperty(document, 'currentScript', { value: null })</script>";
    let address = "{laurel}/embed.js?program=demo";
    let inserted = format!("<script>{ADD} add('{address}')</script>");
    let host = Host::open(Page::default().head(VENDOR).head(NOBODY).head(&inserted)).await;
    host.ready().await;
    assert_ne!(
        host.ask(LEFT).await,
        0,
        "the programme's corner is the right one"
    );
    host.open_panel().await;
    assert_eq!(
        host.until_in(
            PANEL,
            "a programme",
            "document.querySelector('h1')?.textContent"
        )
        .await,
        "Morning Roast"
    );
    assert_eq!(host.faults().await, json!([]));

    // Where the attributes did survive, they are found without the page's help.
    host.visit(Page::default().head(VENDOR).head(NOBODY).head(&format!(
        "<script async src=\"{address}\" data-position=left></script>"
    )))
    .await;
    host.ready().await;
    assert_eq!(host.ask(LEFT).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_single_page_application_keeps_the_widget() {
    let widget = "<laurel-widget view=balance></laurel-widget>";
    let page = Page::snippet("").head(&format!("<script>{ADD}</script>"));
    let host = Host::open(page.body(widget)).await;
    host.ready().await;
    host.connected(BALANCE).await;
    host.open_panel().await;
    host.run("window.frame = document.querySelector('laurel-host iframe')")
        .await;

    // As routers do.
    host.run(&format!(
        "history.pushState({{}}, '', '/two'); document.body.innerHTML = '<h1>Two</h1>{widget}'"
    ))
    .await;
    host.connected(BALANCE).await;
    // As Turbo does: another body, with the page's scripts once more.
    host.run(&format!(
        "history.pushState({{}}, '', '/three'); const body = document.createElement('body');
         body.innerHTML = '<h1>Three</h1>{widget}'; document.body.replaceWith(body);"
    ))
    .await;
    host.ask(&format!("add('{}')", host.shop.filled(SCRIPT)))
        .await;
    host.connected(BALANCE).await;

    assert_eq!(host.ask(COUNT).await, json!([1, 1, 1]));
    assert_eq!(
        host.ask("frame === document.querySelector('laurel-host iframe')")
            .await,
        true,
        "the open panel stayed"
    );
    host.click_in(PANEL, "#close").await;
    host.until("closed", "probe.events.some(([name]) => name === 'close')")
        .await;
    // A widget that comes without a page change, and one that goes.
    host.run(&format!(
        "document.body.insertAdjacentHTML('afterbegin', '{widget}')"
    ))
    .await;
    host.until(
        "two",
        "document.querySelectorAll('laurel-widget iframe').length === 2",
    )
    .await;
    host.run("document.querySelector('laurel-widget').remove()")
        .await;
    assert_eq!(host.ask(COUNT).await, json!([1, 1, 1]));
    assert_eq!(host.faults().await, json!([]));
}

/// React mounts, cleans up and mounts again; between the two, the script is still on its way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn react_in_strict_mode_gives_one_widget() {
    const APP: &str = "
        const { createElement: h, StrictMode, useEffect, useRef } = require('react');
        const { createRoot } = require('react-dom/client');
        window.laurel ||= function () { (laurel.q = laurel.q || []).push(arguments) };
        window.mounts = 0;
        function Laurel() {
            const place = useRef();
            useEffect(() => {
                mounts++;
                const script = document.createElement('script');
                script.src = '{laurel}/embed.js?program=demo';
                script.async = true;
                const widget = document.createElement('laurel-widget');
                widget.setAttribute('view', 'balance');
                document.head.append(script);
                place.current.append(widget);
                laurel('identify', () => '{token}');
                return () => { CLEAN script.remove(); widget.remove(); };
            }, []);
            return h('div', { ref: place }, h('laurel-widget', { view: 'tasks' }));
        }
        const root = createRoot(document.querySelector('#app'));
        window.leave = () => root.unmount();
        root.render(h(StrictMode, null, h(Laurel)));";
    for clean in ["", "laurel('destroy');"] {
        let app = APP.replace("CLEAN", clean);
        let host = Host::start(Setup::default()).await;
        host.member().await;
        let page = Page::default().head("<script src=/react.js></script>");
        host.visit(page.body(&format!("<div id=app></div><script>{app}</script>")))
            .await;
        host.ready().await;
        assert_eq!(host.ask("mounts").await, 2, "StrictMode is on");
        host.connected(BALANCE).await;
        host.until(
            "both",
            "document.querySelectorAll('laurel-widget iframe').length === 2",
        )
        .await;
        host.open_panel().await;
        host.until_in(
            PANEL,
            "the member",
            "document.querySelector('#panel').dataset.viewer === 'member'",
        )
        .await;
        assert_eq!(host.ask(COUNT).await, json!([1, 1, 2]), "{clean}");
        host.run("leave()").await;
        let left = if clean.is_empty() {
            json!([1, 1, 0])
        } else {
            json!([0, 0, 0])
        };
        assert_eq!(host.ask(COUNT).await, left);
        assert_eq!(host.faults().await, json!([]), "{clean}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn destroy_leaves_nothing_behind() {
    const NODES: &str = "[...document.querySelectorAll('*')].map(node => node.tagName).join() + document.documentElement.getAttribute('style')";
    let host = Host::start(Setup {
        width: 390,
        height: 844,
        ..Setup::default()
    })
    .await;
    let page = Page::default().head(&format!("<script>{ADD}</script>"));
    host.visit(page.body("<div id=place></div>")).await;
    let before = (listeners(&host).await, host.ask(NODES).await);
    let script = format!("add('{}')", host.shop.filled(SCRIPT));

    for round in 0..2 {
        host.ask(&script).await;
        host.run("document.querySelector('#place').innerHTML = '<laurel-widget view=balance></laurel-widget>'; laurel('on', 'open', () => {})").await;
        host.connected(BALANCE).await;
        host.open_panel().await;
        assert_eq!(
            host.ask("document.documentElement.style.overflow").await,
            "hidden"
        );
        assert_eq!(host.ask(COUNT).await, json!([1, 1, 1]), "round {round}");
        assert_ne!(listeners(&host).await, before.0);
        host.run("laurel('destroy'); laurel('destroy'); document.querySelector('#place').innerHTML = ''; document.head.lastChild.remove()").await;
        // An attribute that is there and empty does nothing; that is what stays of `style`.
        let nodes = host.ask(NODES).await.to_string().replace("\"\"", "null");
        assert_eq!(
            nodes.trim_matches('"').trim_end_matches("null"),
            before.1.as_str().unwrap().trim_end_matches("null")
        );
        assert_eq!(listeners(&host).await, before.0);
        assert_eq!(
            host.ask("[document.documentElement.style.length, document.adoptedStyleSheets.length]")
                .await,
            json!([0, 0])
        );
    }
    // What is called now waits for the next instance.
    host.run("laurel('open', 'tasks')").await;
    assert_eq!(host.ask("window.length").await, 0);
    host.ask(&script).await;
    host.until_in(
        PANEL,
        "the tasks",
        "document.querySelector('#tab-earn')?.checked",
    )
    .await;
    assert_eq!(host.faults().await, json!([]));
}
