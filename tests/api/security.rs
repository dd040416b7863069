//! What a browser is told: who may frame a page and what the page may run, how files are packed and
//! kept, and what the loader is given.

use crate::support::trust::{Answer, TEA, TEA_ORIGIN, ask, nonce};
use crate::support::world::{Database, World};
use reqwest::StatusCode;
use scraper::{Html, Selector};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::io::Read as _;

/// A page's policy, directive by directive.
fn policy(answer: &Answer) -> BTreeMap<String, Vec<String>> {
    let directives = answer.header("content-security-policy").split(';');
    let words =
        directives.map(|directive| directive.split_whitespace().map(str::to_owned).collect());
    words
        .filter(|words: &Vec<String>| !words.is_empty())
        .map(|mut words| (words.remove(0), words))
        .collect()
}

async fn get(world: &World, path: &str) -> Answer {
    ask(world.http.get(world.at(path))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panels_policy_lets_in_what_it_needs_and_nothing_else() {
    let world = World::open(Database::Sqlite).await;
    world.tea().await;
    let token = world.sign(&world.claims("42"));
    let pages = [
        (get(&world, "/w/demo").await, world.shop.as_str()),
        (get(&world, "/w/demo").await, world.shop.as_str()),
        (
            get(&world, "/w/demo?form=balance&theme=dark").await,
            world.shop.as_str(),
        ),
        (world.panel("/w/demo", &token).await, world.shop.as_str()),
        (world.panel("/w/demo", "bad").await, world.shop.as_str()),
        (get(&world, &format!("/w/{TEA}")).await, TEA_ORIGIN),
    ];
    let mut nonces = HashSet::new();
    for (page, origin) in &pages {
        let own = nonce(page);
        assert!(
            own.len() >= 22 && nonces.insert(own.to_owned()),
            "{own} is long, and used once"
        );
        let policy = policy(page);
        let source = |name: &str| {
            policy
                .get(name)
                .unwrap_or_else(|| panic!("{name} is set: {policy:?}"))
        };
        assert_eq!(source("default-src"), &["'none'"]);
        assert_eq!(
            source("script-src"),
            &["'self'", &format!("'nonce-{own}'"), "'wasm-unsafe-eval'"]
        );
        assert_eq!(source("style-src"), &[format!("'nonce-{own}'")]);
        assert_eq!(source("connect-src"), &["'self'"]);
        assert_eq!(source("base-uri"), &["'none'"]);
        assert_eq!(source("form-action"), &["'self'"]);
        assert_eq!(source("frame-ancestors"), &[*origin]);
        let all = page.header("content-security-policy");
        assert!(
            !all.contains("unsafe-inline") && !all.contains("'unsafe-eval'") && !all.contains('*'),
            "{all}"
        );
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("cross-origin-resource-policy"), "cross-origin");
        assert_eq!(
            page.header("x-frame-options"),
            "",
            "it would forbid what frame-ancestors allows"
        );

        let document = Html::parse_document(&page.text);
        for element in document.select(&Selector::parse("script, style").unwrap()) {
            assert_eq!(element.attr("nonce"), Some(own), "{}", element.html());
        }
        let elsewhere =
            Selector::parse("[src^=http], [href^=http], [style], iframe, object, base").unwrap();
        assert_eq!(
            document.select(&elsewhere).count(),
            0,
            "nothing comes from elsewhere"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_says_how_it_may_be_used() {
    let world = World::open(Database::Sqlite).await;
    let script = format!("{}/app.js", world.app.site.pkg());
    for path in [
        "/w/demo",
        "/w/nope",
        "/embed.js",
        "/embed.js?program=demo",
        "/c/x",
        "/healthz",
        "/readyz",
        "/nowhere",
        "/api/v1/me",
        "/api/v1/programs/demo",
        "/api/v1/programs/nope",
        script.as_str(),
    ] {
        let answer = get(&world, path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert!(
            !answer.header("content-security-policy").is_empty(),
            "{path}"
        );
        assert!(!answer.header("cache-control").is_empty(), "{path}");
        assert!(answer.header("x-request-id").starts_with("req_"), "{path}");
        assert_eq!(
            answer.header("set-cookie"),
            "",
            "{path}: there are no cookies"
        );
        assert_eq!(answer.header("server"), "", "{path}");
    }
    let confirm = get(&world, "/c/x").await;
    let policy = policy(&confirm);
    assert_eq!(
        policy["frame-ancestors"],
        ["'none'"],
        "nobody frames the button that confirms"
    );
    assert!(!policy.contains_key("script-src"), "and it runs nothing");
}

/// The body as the server sent it, unpacked by what the answer says it is packed with.
async fn unpacked(
    world: &World,
    path: &str,
    accept: Option<&str>,
) -> (reqwest::header::HeaderMap, Vec<u8>) {
    let mut request = world.http.get(world.at(path));
    if let Some(accept) = accept {
        request = request.header("Accept-Encoding", accept);
    }
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    let headers = answer.headers().clone();
    let sent = answer.bytes().await.unwrap();
    let mut plain = Vec::new();
    match headers
        .get("content-encoding")
        .map(reqwest::header::HeaderValue::as_bytes)
    {
        Some(b"br") => brotli::BrotliDecompress(&mut &sent[..], &mut plain).unwrap(),
        Some(b"gzip") => {
            let mut reader = flate2::read::GzDecoder::new(&sent[..]);
            reader.read_to_end(&mut plain).unwrap();
        }
        Some(other) => panic!("{path} is packed with {other:?}"),
        None => plain.extend(sent),
    }
    (headers, plain)
}

#[tokio::test(flavor = "multi_thread")]
async fn files_come_packed_as_the_browser_asks_and_for_ever() {
    let world = World::open(Database::Sqlite).await;
    let file = |name: &str| format!("{}/{name}", world.app.site.pkg());
    let (rules, page) = ("/api/v1/programs/demo", "/w/demo");
    let files = [
        (
            file("app.js"),
            "text/javascript",
            "public, max-age=31536000, immutable",
        ),
        (
            file("app_bg.wasm"),
            "application/wasm",
            "public, max-age=31536000, immutable",
        ),
        (
            "/embed.js?program=demo".into(),
            "text/javascript",
            "public, max-age=300, stale-while-revalidate=86400",
        ),
        (rules.into(), "application/json", "no-store"),
        (page.into(), "text/html; charset=utf-8", "no-store"),
    ];
    let wishes = [
        (None, ""),
        (Some(""), ""),
        (Some("identity"), ""),
        (Some("gzip"), "gzip"),
        (Some("br"), "br"),
        (Some("gzip, deflate, br, zstd"), "br"),
        (Some("gzip;q=1.0, br;q=0"), "gzip"),
        (Some("br;q=0.000, gzip;q=0.0, identity"), ""),
        (Some("bro, gzipped"), ""),
    ];
    for (path, content_type, cache) in &files {
        let (_, plain) = unpacked(&world, path, None).await;
        for (accept, encoding) in wishes {
            let (headers, body) = unpacked(&world, path, accept).await;
            let header = |name: &str| {
                headers
                    .get(name)
                    .map_or("", |value| value.to_str().unwrap())
            };
            let what = format!("{path} for {accept:?}");
            assert_eq!(header("content-encoding"), encoding, "{what}");
            assert_eq!(header("content-type"), *content_type, "{what}");
            assert_eq!(header("cache-control"), *cache, "{what}");
            // There may be several, one for each thing that the answer varies by.
            let mut varies = headers
                .get_all("vary")
                .iter()
                .filter_map(|value| value.to_str().ok());
            let varies = varies.any(|value| value.to_lowercase().contains("accept-encoding"));
            assert!(
                varies || (*cache == "no-store" && encoding.is_empty()),
                "{what}: caches keep them apart"
            );
            if path == page {
                assert_eq!(
                    body.len(),
                    plain.len(),
                    "{what}: the same but for its nonce"
                );
            } else {
                assert!(body == plain, "{what}: the same content");
            }
        }
    }
}

/// What a loader was given: the object in its text that names the server.
fn settings(loader: &Answer) -> Value {
    let from = loader
        .text
        .find("{\"o\":")
        .expect("the loader holds its settings");
    let mut values = serde_json::Deserializer::from_str(&loader.text[from..]).into_iter();
    values.next().unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_loader_is_baked_for_one_programme() {
    let world = World::open(Database::Sqlite).await;
    world.tea().await;
    let demo = get(&world, "/embed.js?program=demo").await;
    assert_eq!(demo.header("content-type"), "text/javascript");
    assert_eq!(demo.header("cross-origin-resource-policy"), "cross-origin");
    assert_eq!(
        settings(&demo),
        json!({
            "o": world.url, "p": "demo", "a": [world.shop], "l": { "en": "Beans", "ru": "Зёрна" },
            "c": "#7a4b2a", "t": "#ffffff", "k": "right",
        })
    );
    let tea = get(&world, &format!("/embed.js?program={TEA}")).await;
    assert_eq!(
        (&settings(&tea)["p"], &settings(&tea)["a"]),
        (&json!(TEA), &json!([TEA_ORIGIN]))
    );
    assert_eq!(settings(&tea)["c"], "#1f6f43");
    let neutral = get(&world, "/embed.js").await;
    assert_eq!(settings(&neutral)["p"], Value::Null, "the page names it");
    for loader in [&demo, &tea, &neutral] {
        assert!(
            !loader.text.contains("__LAUREL__") && !loader.text.contains('<'),
            "it can stand inside a page"
        );
    }
}
