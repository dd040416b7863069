//! Every HTML page that leaves the server is a good document: it names its language and itself,
//! asks nobody else for anything, and can be read where no script runs.

use crate::support::browser::Browser;
use crate::support::world::{Database, World, eventually};
use reqwest::RequestBuilder;
use scraper::{Html, Selector};
use serde_json::json;
use thirtyfour::By;

fn all<'d>(page: &'d Html, selector: &str) -> Vec<scraper::ElementRef<'d>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

/// What is wrong with a page that should be in `language`; `own` are the origins it may ask.
fn faults(html: &str, language: &str, own: &[&str]) -> Vec<String> {
    let page = Html::parse_document(html);
    let mut faults = Vec::new();
    if !html.starts_with("<!DOCTYPE html>") {
        faults.push("it does not begin with its type".to_owned());
    }
    let lang = all(&page, "html")[0].value().attr("lang");
    if lang != Some(language) {
        faults.push(format!("its language is {lang:?}"));
    }
    let title = all(&page, "title")
        .first()
        .map(|title| title.text().collect::<String>());
    if title.as_deref().is_none_or(|title| title.trim().is_empty()) {
        faults.push("it has no title".to_owned());
    }
    for (selector, wanted) in [("h1", 1), ("main", 1), ("[style]", 0), ("base", 0)] {
        let count = all(&page, selector).len();
        if count != wanted {
            faults.push(format!(
                "{selector} is there {count} times and not {wanted}"
            ));
        }
    }
    let handlers = all(&page, "*")
        .into_iter()
        .flat_map(|element| element.value().attrs());
    faults.extend(
        handlers
            .filter(|(name, _)| name.starts_with("on"))
            .map(|(name, _)| format!("{name}=")),
    );
    for element in all(&page, "[src],link[href],[action],[srcset],[poster]") {
        let named = ["src", "href", "action", "srcset", "poster"];
        for address in named.iter().filter_map(|name| element.value().attr(name)) {
            let inside = address.starts_with('/') || address.starts_with("data:");
            if !inside && !own.iter().any(|origin| address.starts_with(origin)) {
                faults.push(format!("it asks {address}"));
            }
        }
    }
    let ids: Vec<_> = all(&page, "[id]")
        .iter()
        .filter_map(|element| element.value().attr("id"))
        .collect();
    let mut once = ids.clone();
    once.sort_unstable();
    once.dedup();
    if once.len() != ids.len() {
        faults.push("an id is there twice".to_owned());
    }
    let styles = all(&page, "style")
        .into_iter()
        .map(|style| style.text().collect::<String>());
    faults.extend(
        styles
            .filter(|css| css.contains("url(") || css.contains("@import"))
            .map(|_| "its style asks for more".to_owned()),
    );
    faults
}

async fn html(request: RequestBuilder) -> String {
    request.send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn every_page_is_a_good_document() {
    let world = World::open(Database::Sqlite).await;
    let mut wrong = Vec::new();
    let mut seen = 0;
    let mut check = |name: String, html: &str, language: &str| {
        seen += 1;
        let own = [&*world.url, &*world.shop];
        wrong.extend(
            faults(html, language, &own)
                .into_iter()
                .map(|fault| format!("{name}: {fault}")),
        );
    };
    let member = world.member("anna").await;
    let start = json!({"email": "anna@example.com", "consent": true});
    world
        .post("/api/v1/tasks/tsk_newsletter/attempts", &member, &start)
        .await;
    let letter = world.letter("anna@example.com", 0).await;
    for language in ["en", "ru"] {
        for form in ["panel", "balance", "tasks"] {
            let address = format!(
                "{}/w/demo?locale={language}&form={form}&host={}",
                world.url, world.shop
            );
            check(
                format!("guest {form} {language}"),
                &html(world.http.get(&address)).await,
                language,
            );
            for customer in ["anna", "nobody"] {
                let token = world.sign(&world.claims(customer));
                let personal = html(world.http.post(&address).form(&[("token", token)])).await;
                assert!(personal.contains("laurel-session"), "{customer} is known");
                check(format!("{customer} {form} {language}"), &personal, language);
            }
        }
        for path in [
            "/",
            "/product/guji",
            "/cart",
            "/club",
            "/sign-in",
            "/nothing",
        ] {
            let address = format!("{}{path}?lang={language}", world.shop);
            check(
                format!("shop {path} {language}"),
                &html(world.http.get(address)).await,
                language,
            );
        }
        let unknown = world.http.get(format!("{}/c/nothing", world.url));
        let unknown = html(unknown.header("accept-language", language)).await;
        check(format!("unknown link {language}"), &unknown, language);
    }
    let link = letter.link().unwrap();
    check("asking".into(), &html(world.http.get(link)).await, "en");
    check("confirmed".into(), &html(world.http.post(link)).await, "en");
    check(
        "confirmed before".into(),
        &html(world.http.get(link)).await,
        "en",
    );
    check(
        "mailbox".into(),
        &html(world.http.get(format!("{}/dev/mail", world.url))).await,
        "en",
    );
    assert_eq!(seen, 36, "all of them");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_bad_document_is_found() {
    let bad = "<html lang=de><body style='color:red' onload='x()'><img src='https://elsewhere.example/x.png'>
        <style>a{background:url(x)}</style><p id=a><p id=a>";
    let found = faults(bad, "en", &["http://own.example"]);
    assert_eq!(found.len(), 10, "{found:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_panel_asks_nobody_else() {
    let world = World::open(Database::Sqlite).await;
    let browser = Browser::open(400, 640, &[]).await;
    browser.goto(format!("{}/w/demo", world.url)).await.unwrap();
    let asked = "return performance.getEntriesByType('resource').map(entry => entry.name)";
    let asked = eventually("the panel's code", async || {
        let asked = browser.execute(asked, vec![]).await.ok()?.json().clone();
        let asked: Vec<String> = serde_json::from_value(asked).ok()?;
        asked
            .iter()
            .any(|name| name.ends_with("/app_bg.wasm"))
            .then_some(asked)
    })
    .await;
    let strangers: Vec<_> = asked
        .iter()
        .filter(|name| !name.starts_with(&world.url))
        .collect();
    assert!(strangers.is_empty(), "{strangers:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_panel_can_be_read_without_scripts() {
    let world = World::open(Database::Sqlite).await;
    let browser = Browser::open(400, 640, &[]).await;
    browser
        .devtools(
            "Emulation.setScriptExecutionDisabled",
            json!({"value": true}),
        )
        .await;
    browser.goto(format!("{}/w/demo", world.url)).await.unwrap();
    let text = async |selector: &str| {
        browser
            .find(By::Css(selector))
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    };
    assert!(
        text("[data-region=pitch]")
            .await
            .contains("back on every purchase")
    );
    assert!(
        text("noscript").await.contains("allow scripts"),
        "it is said what is missing"
    );
    assert_eq!(text("[data-region=how]").await, "", "another section");
    browser
        .find(By::Css(".tabs label[for=tab-how]"))
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    assert!(
        text("[data-region=how]")
            .await
            .contains("Points do not expire.")
    );
    assert_eq!(
        text("[data-region=pitch]").await,
        "",
        "sections change without scripts"
    );
    let code = "return performance.getEntriesByType('resource').filter(entry => entry.name.includes('/pkg/')).length";
    let code = browser.execute(code, vec![]).await.unwrap();
    assert_eq!(code.json(), 0, "the page's own scripts did not run");
}
