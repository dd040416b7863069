//! What a shopper waits for and downloads.
//!
//! The panel is opened by its launcher in the demo's shop, over a slow line and on a slow
//! processor. Beside it, in the same run, a bare server shows a plain page that opens the same
//! document with the same code: what no panel of this weight can beat.

use super::support;
use super::table::{Goal, Row};
use axum::response::{Html, IntoResponse as _};
use axum::routing::get;
use axum::{Router, http::HeaderMap};
use serde_json::json;
use support::browser::Browser;
use support::weigh::{CODE_MAX, LOADER_MAX, OPEN_MAX, personal, weigh};
use support::world::{Database, World, eventually};
use thirtyfour::By;
use tokio::net::TcpListener;

/// Openings of each kind; the median counts.
const RUNS: usize = 7;
/// A slow mobile line: delay in milliseconds, then bytes a second either way.
const LATENCY: u32 = 150;
const BYTES_PER_SECOND: u32 = 1_600_000 / 8;
/// How many times slower the processor is.
const PROCESSOR: f64 = 4.0;
/// A frame of another site would have a process of its own, where the brakes do not reach.
const ONE_PROCESS: &str = "--disable-site-isolation-trials";

fn bytes(name: &'static str, value: usize, most: usize) -> Row {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let [value, most] = [value, most].map(|bytes| bytes as f64);
    Row {
        name,
        unit: "bytes",
        values: vec![value],
        references: vec![most],
        goal: Goal::AtMost(1.0),
    }
}

/// Milliseconds from the press of the button to the panel's first paint, and to its being alive.
#[derive(Clone, Copy)]
struct Opening {
    paint: f64,
    alive: f64,
}

/// Notes, in the page around the panel, when the button is pressed and when the panel says hello.
const WATCH: &str = "
    const now = () => performance.timeOrigin + performance.now();
    addEventListener('pointerdown', () => window.pressed ??= now(), true);
    addEventListener('message', event => { if (event.data === 'laurel:ready') window.alive ??= now(); });";
/// Notes, in every frame, when the first picture with content had been drawn: the browser reports
/// the first contentful paint of a frame from another site to nobody.
const PAINT: &str = "
    const look = () => requestAnimationFrame(() =>
        document.querySelector('#panel section') ? requestAnimationFrame(drawn) : look());
    const drawn = () => { window.painted = performance.timeOrigin + performance.now(); };
    if (window !== parent) look();";

/// Opens `page` anew, presses `button` there and watches what `frame` becomes.
async fn open(prepare: impl AsyncFn(&Browser), page: &str, button: &str, frame: &str) -> Opening {
    let browser = Browser::open(1280, 800, &[ONE_PROCESS]).await;
    prepare(&browser).await;
    browser
        .slow_network(LATENCY, BYTES_PER_SECOND, BYTES_PER_SECOND)
        .await;
    browser.slow_processor(PROCESSOR).await;
    browser
        .devtools(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": PAINT }),
        )
        .await;
    browser.goto(page).await.unwrap();
    let launcher = eventually("the button", async || {
        let script = format!("return {button}");
        browser.execute(script, vec![]).await.ok()?.element().ok()
    })
    .await;
    browser.execute(WATCH, vec![]).await.unwrap();
    launcher.click().await.unwrap();
    let alive = eventually("the panel", async || {
        browser
            .execute("return window.alive", vec![])
            .await
            .ok()?
            .json()
            .as_f64()
    })
    .await;
    let pressed = browser
        .execute("return window.pressed", vec![])
        .await
        .unwrap()
        .json()
        .as_f64()
        .unwrap();
    browser
        .find(By::Css(frame))
        .await
        .unwrap()
        .enter_frame()
        .await
        .unwrap();
    let painted = browser
        .execute("return window.painted", vec![])
        .await
        .unwrap()
        .json()
        .as_f64()
        .unwrap();
    Opening {
        paint: painted - pressed,
        alive: alive - pressed,
    }
}

/// The panel as a member finds it in the shop.
async fn in_the_shop(world: &World) -> Opening {
    let sign_in = async |browser: &Browser| {
        // Found and pressed in one go: the page may be on its way out.
        let press = async |selector: &str| {
            eventually(selector, async || {
                let found = browser.find(By::Css(selector)).await.ok()?;
                found.click().await.ok()
            })
            .await;
        };
        let here = async |selector: &str| {
            eventually(selector, async || {
                browser.find(By::Css(selector)).await.ok()
            })
            .await;
        };
        // Who has something in the cart comes to the cart, where nothing of the panel's is yet.
        browser
            .goto(format!("{}/product/guji", world.shop))
            .await
            .unwrap();
        press("#add").await;
        here("#pay").await;
        press("#sign-in").await;
        press("button[value=ivan]").await;
        eventually("the account", async || {
            browser.find(By::Css("#sign-out")).await.ok()
        })
        .await;
    };
    let button = "document.querySelector('laurel-host')?.shadowRoot.querySelector('button')";
    open(sign_in, &world.shop, button, "laurel-host > iframe").await
}

/// A bare server with the same document and the same code, and a page that opens it. Gives the
/// address of that page.
async fn bare(world: &World) -> String {
    let host = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let panel = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host_url = format!("http://localhost:{}", host.local_addr().unwrap().port());
    let panel_url = format!("http://{}/", panel.local_addr().unwrap());

    let html = personal(world, "ivan", "en")
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let html = html.replace(&world.shop, &host_url);
    let document = server::site::Asset::pack("text/html; charset=utf-8", html.into_bytes());
    let site = world.app.site.clone();
    let asset = move |axum::extract::Path((build, name)): axum::extract::Path<(String, String)>,
                      headers: HeaderMap| async move {
        server::site::serve(&site, &build, &name, &headers)
    };
    let router = Router::new()
        .route(
            "/",
            get(async move |headers: HeaderMap| {
                document.respond(&headers, "no-store").into_response()
            }),
        )
        .route("/s/{build}/pkg/{name}", get(asset));
    tokio::spawn(async { axum::serve(panel, router).await });

    let page = format!(
        "<!DOCTYPE html><title>Host</title><button>Open</button><script>
        document.querySelector('button').onclick = () => {{
            const frame = document.createElement('iframe');
            Object.assign(frame, {{width: 400, height: 640, src: '{panel_url}'}});
            document.body.append(frame);
        }}</script>"
    );
    let router = Router::new().route("/", get(async move || Html(page)));
    tokio::spawn(async { axum::serve(host, router).await });
    host_url
}

async fn timings(world: &World) -> [Row; 2] {
    let host = bare(world).await;
    let (mut shop, mut plain) = (Vec::new(), Vec::new());
    // In turn, so that whatever else the machine does meets both.
    for _ in 0..RUNS {
        shop.push(in_the_shop(world).await);
        plain.push(
            open(
                async |_| {},
                &host,
                "document.querySelector('button')",
                "iframe",
            )
            .await,
        );
    }
    let row = |name, time: fn(&Opening) -> f64| Row {
        name,
        unit: "ms",
        values: shop.iter().map(time).collect(),
        references: plain.iter().map(time).collect(),
        goal: Goal::None,
    };
    [
        row("panel.paint", |opening| opening.paint),
        row("panel.interactive", |opening| opening.alive),
    ]
}

/// All rows of this file.
pub(crate) fn rows() -> Vec<Row> {
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    runtime.block_on(async {
        let world = World::open(Database::Sqlite).await;
        let weights = weigh(&world).await;
        let mut rows = vec![
            bytes("loader.br", weights.loader, LOADER_MAX),
            bytes("panel.wasm.br", weights.wasm + weights.glue, CODE_MAX),
            bytes("panel.open.br", weights.open(), OPEN_MAX),
        ];
        rows.extend(timings(&world).await);
        rows
    })
}
