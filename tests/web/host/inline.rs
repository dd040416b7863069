//! Views in the shop's own page: loaded when near, in a place that was kept for them, and together
//! with the panel one session and one event stream.

use std::collections::BTreeSet;

use serde_json::json;
use server::store::{Query, StoreError, Tx};

use super::{BALANCE, Host, PANEL, Page, Setup, TASKS};
use crate::support::world::eventually;

/// How many sessions there are.
struct Sessions;

impl Query for Sessions {
    type Output = i64;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<i64, StoreError> {
        let row = tx.query_one("select count(*) from session", &[]).await?;
        row.expect("a count is one row").get(0)
    }
}

const WIDGETS: &str = "
    <div style=\"height:3000px\">Beans</div>
    <laurel-widget view=balance></laurel-widget><p id=after>After</p>
    <div style=\"height:3000px\">More beans</div>
    <laurel-widget view=tasks></laurel-widget><p>The end</p>";

async fn scroll_to(host: &Host, frame: &str, widget: &str) {
    host.run(&format!(
        "document.querySelector('laurel-widget[view={widget}]').scrollIntoView()"
    ))
    .await;
    host.connected(frame).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn views_load_when_they_are_near_and_move_nothing() {
    let host = Host::start(Setup::default()).await;
    host.member().await;
    host.visit(Page::snippet("data-token=\"{token}\"").body(WIDGETS))
        .await;
    host.ready().await;
    let heights = "[...document.querySelectorAll('laurel-widget')].map(it => it.offsetHeight)";
    assert_eq!(
        host.ask(heights).await,
        json!([340, 420]),
        "before anything is loaded"
    );
    assert_eq!(host.ask("window.length").await, 0);

    // Not yet: 300 pixels below the window. Then near, and still not seen.
    let above = |pixels: i32| {
        format!(
            "scrollTo(0, document.querySelector('laurel-widget').getBoundingClientRect().top + scrollY - innerHeight - {pixels})"
        )
    };
    host.run(&above(300)).await;
    let painted =
        "new Promise(then => requestAnimationFrame(() => requestAnimationFrame(() => then(true))))";
    host.ask(painted).await;
    assert_eq!(host.ask("window.length").await, 0);
    host.run(&above(150)).await;
    host.connected(BALANCE).await;
    assert_eq!(
        host.ask("window.length").await,
        1,
        "the other one is far away"
    );
    host.run(&above(-120)).await;
    scroll_to(&host, TASKS, "tasks").await;
    host.until_in(
        BALANCE,
        "50",
        "document.querySelector('.hero').textContent.includes('50')",
    )
    .await;
    assert!(
        host.ask_in(TASKS, "document.querySelectorAll('.task').length")
            .await
            .unwrap()
            .as_u64()
            .unwrap()
            > 1
    );
    assert_eq!(host.ask(heights).await, json!([340, 420]), "after");
    assert_eq!(host.ask("probe.shifts()").await, json!([]));
    assert_eq!(host.faults().await, json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_frames_of_a_page_share_a_session_and_a_stream() {
    let host = Host::start(Setup::default()).await;
    let bearer = host.member().await;
    let before = host.world.app.store.read(Sessions).await.unwrap();
    // A second later, the shop signs another token.
    host.world.pass(1_000_000);
    host.visit(Page::snippet("data-token=\"{token}\"").body(WIDGETS))
        .await;
    host.ready().await;
    scroll_to(&host, BALANCE, "balance").await;
    scroll_to(&host, TASKS, "tasks").await;

    // The view's own button opens the panel, and closing it gives the focus back to the view.
    host.click_in(BALANCE, "[data-open]").await;
    host.connected(PANEL).await;
    assert_eq!(host.events("open").await.len(), 1);
    let mut bearers = BTreeSet::new();
    for frame in [BALANCE, TASKS, PANEL] {
        let bearer = "document.querySelector('meta[name=laurel-session]').content";
        bearers.insert(host.until_in(frame, frame, bearer).await.to_string());
    }
    assert_eq!(bearers.len(), 1, "{bearers:?}");
    assert_eq!(
        host.world.app.store.read(Sessions).await.unwrap(),
        before + 1
    );

    // One stream hears it, once, and all frames show it.
    let hub = &host.world.app.hub;
    eventually("the stream", async || (hub.streams() == 1).then_some(())).await;
    host.earn(&bearer).await;
    for frame in [BALANCE, PANEL] {
        host.until_in(
            frame,
            "550",
            "document.querySelector('.hero').textContent.includes('550')",
        )
        .await;
    }
    host.until_in(
        TASKS,
        "done",
        "document.querySelector('#task-tsk_newsletter').dataset.state === 'earned'",
    )
    .await;
    assert_eq!(host.events("earned").await.len(), 1);
    eventually("the stream", async || (hub.streams() == 1).then_some(())).await;

    // The frame that streamed goes; another takes over, from where it was.
    host.run("document.querySelector('laurel-widget[view=balance]').remove()")
        .await;
    let order = crate::support::world::paid("7", "42", 100_000);
    eventually("the next stream", async || {
        (hub.streams() == 1).then_some(())
    })
    .await;
    host.world.order(&order).await;
    host.until("the news", "probe.events.some(([name]) => name === 'held')")
        .await;
    host.until_in(PANEL, "the order", "document.querySelector('#why-held')")
        .await;
    assert_eq!(host.events("earned").await.len(), 1);

    host.run("laurel('logout')").await;
    eventually("no stream", async || (hub.streams() == 0).then_some(())).await;
    for frame in [TASKS, PANEL] {
        host.until_in(
            frame,
            "a guest",
            "document.querySelector('#panel')?.dataset.viewer === 'guest'",
        )
        .await;
    }
}

/// What a shopper does in one frame shows in the others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn joining_in_a_view_shows_in_the_panel() {
    let host = Host::open(Page::snippet("data-token=\"{token}\"").body(
        "<laurel-widget view=tasks></laurel-widget><laurel-widget view=balance></laurel-widget>",
    ))
    .await;
    host.ready().await;
    scroll_to(&host, BALANCE, "balance").await;
    host.connected(TASKS).await;
    host.open_panel().await;
    host.click_in(TASKS, "#join-form button").await;
    for frame in [TASKS, BALANCE, PANEL] {
        host.until_in(
            frame,
            "a member",
            "document.querySelector('#panel').dataset.viewer === 'member'",
        )
        .await;
    }
    let hub = &host.world.app.hub;
    eventually("one stream", async || (hub.streams() == 1).then_some(())).await;
    assert_eq!(host.faults().await, json!([]));
}
