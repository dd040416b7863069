//! The page behind a member's link: what chats are told of it, that looking changes nothing, and the gift.

use crate::support::rules::PLAIN;
use crate::support::sql::{Write, count, one};
use crate::support::trust::{Answer, ask};
use crate::support::world::{World, on_both_databases, paid};
use reqwest::{RequestBuilder, StatusCode, header};
use scraper::{Html, Selector};
use serde_json::json;
use server::domain::DAY;
use std::collections::HashMap;

const REFERRAL: &str = r#"
[referral]
shop_url = "http://localhost:8081/?gift={code}"
minimum = "1000.00"
friend_points = 100
window_days = 30
hold_days = 14
title = { en = "A \"friend\" & <b>coffee</b>", ru = "Друг угощает вас кофе" }
text = { en = "Your first order from ₽1,000.", ru = "На первый заказ от 1 000 ₽." }
message = { en = "Try <it> & see:", ru = "Попробуйте:" }
step = [{ friends = 1, points = 300 }, { friends = 3, points = 500 }]

[referral.gift]
amount = "300.00"
minimum = "1000.00"
name = { en = "₽300 off", ru = "Скидка 300 ₽" }
"#;

/// A programme with the rule, and Anna, whose code is `Anna-Roast`; answers her bearer.
async fn begin(world: &World) -> String {
    const CODE: &str = "insert into referral_code (code, program_id, member_id, shown, created_at)
        select 'anna-roast', program_id, id, 'Anna-Roast', 0 from member";
    world
        .rule(&[PLAIN.file().as_str(), REFERRAL].concat())
        .await;
    let mut claims = world.claims("anna");
    claims["email"] = "anna@example.org".into();
    claims["email_verified"] = true.into();
    let bearer = world.session_of(&world.sign(&claims)).await;
    let (_, program) = world.get("/api/v1/programs/demo", "").await;
    let join = json!({ "version": program["version"] });
    let (status, told) = world.post("/api/v1/me/join", &bearer, &join).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    let code = Write(CODE, Vec::new());
    assert_eq!(world.app.store.write(code).await.unwrap(), 1);
    bearer
}

async fn look(world: &World, path: &str, languages: &str) -> Answer {
    let page = world.http.get(world.at(path));
    ask(page.header(header::ACCEPT_LANGUAGE, languages)).await
}

/// The form, as a browser sends it.
fn form(world: &World, code: &str, fields: &[(&str, &str)]) -> RequestBuilder {
    let form = world.http.post(world.at(&format!("/r/{code}/gift")));
    form.form(fields)
        .header(header::ORIGIN, &world.app.public_url)
}

async fn take(world: &World, email: &str) -> Answer {
    ask(form(
        world,
        "anna-roast",
        &[("email", email), ("locale", "en")],
    ))
    .await
}

/// What a head says of its page, by name.
fn facts(html: &str) -> HashMap<String, String> {
    let page = Html::parse_document(html);
    let all = Selector::parse("head meta[content]").unwrap();
    let fact = |meta: scraper::ElementRef<'_>| {
        let meta = meta.value();
        let name = meta.attr("property").or(meta.attr("name"))?;
        Some((name.to_owned(), meta.attr("content")?.to_owned()))
    };
    page.select(&all).filter_map(fact).collect()
}

/// The text of the first element that matches; nothing if there is none.
fn text(html: &str, selector: &str) -> Option<String> {
    let page = Html::parse_document(html);
    let selector = Selector::parse(selector).unwrap();
    let found = page.select(&selector).next()?;
    Some(found.text().collect::<String>().trim().to_owned())
}

fn attribute(html: &str, selector: &str, name: &str) -> Option<String> {
    let page = Html::parse_document(html);
    let selector = Selector::parse(selector).unwrap();
    let found = page.select(&selector).next()?;
    found.value().attr(name).map(str::to_owned)
}

async fn gifts(world: &World) -> i64 {
    count(&world.app.store, "select count(*) from referral").await
}

on_both_databases! { quiet
    async fn chats_are_told_what_they_ask_for(world: World) {
        begin(&world).await;
        let page = look(&world, "/r/ANNA-roast", "en").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        assert_eq!(page.header("set-cookie"), "");
        assert!(page.header("vary").contains("accept-language"), "{}", page.header("vary"));
        let said = facts(&page.text);
        let link = world.at("/r/Anna-Roast");
        let wanted = [
            ("og:type", "website"),
            ("og:title", "A \"friend\" & <b>coffee</b>"),
            ("og:description", "Your first order from ₽1,000."),
            ("og:url", &link),
            ("og:site_name", "Morning Roast"),
            ("og:locale", "en_US"),
            ("og:image:type", "image/png"),
            ("og:image:width", "1200"),
            ("og:image:height", "630"),
            ("og:image:alt", "A \"friend\" & <b>coffee</b> · ₽300 off"),
            ("twitter:card", "summary_large_image"),
            ("description", "Your first order from ₽1,000."),
            ("robots", "noindex"),
        ];
        for (name, content) in wanted {
            assert_eq!(said.get(name).map(String::as_str), Some(content), "{name}");
        }
        assert_eq!(attribute(&page.text, "head link[rel=canonical]", "href"), Some(link));
        assert_eq!(text(&page.text, "h1").as_deref(), Some("A \"friend\" & <b>coffee</b>"));
        assert!(!page.text.contains("<script"), "it runs no script");
        let policy = page.header("content-security-policy");
        let nonce = attribute(&page.text, "head style", "nonce").unwrap();
        assert!(policy.contains(&format!("style-src 'nonce-{nonce}'")), "{policy}");
        let again = look(&world, "/r/anna-roast", "en").await;
        assert_ne!(attribute(&again.text, "head style", "nonce"), Some(nonce), "a nonce is for one answer");
        assert!(!page.text.contains(['\u{f0c0d}', '\u{f0ce5}']), "no mark is left");
        // The terms, and what the advocate gets, in plain words.
        for term in ["come to ₽1,000 or more", "for 30\u{a0}days", "300 to 500\u{a0}beans", "has stayed for 14\u{a0}days"] {
            assert!(page.text.contains(term), "{term}: {}", page.text);
        }
    }

    async fn the_picture_is_a_picture(world: World) {
        begin(&world).await;
        let mut pictures = Vec::new();
        for language in ["en", "ru"] {
            let page = look(&world, "/r/anna-roast", language).await;
            let address = facts(&page.text)["og:image"].clone();
            assert!(address.starts_with(&format!("{}/p/demo/", world.url)), "{address}");
            let answer = world.http.get(&address).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK);
            assert_eq!(answer.headers()["content-type"], "image/png");
            assert_eq!(answer.headers()["cache-control"], "public, max-age=31536000, immutable");
            let tag = answer.headers()["etag"].clone();
            let bytes = answer.bytes().await.unwrap();
            assert!(bytes.len() < 150 * 1024, "{} bytes", bytes.len());
            let picture = image::load_from_memory(&bytes).unwrap();
            assert_eq!((picture.width(), picture.height()), (1200, 630));
            let known = world.http.get(&address).header(header::IF_NONE_MATCH, tag);
            assert_eq!(known.send().await.unwrap().status(), StatusCode::NOT_MODIFIED);
            pictures.push(bytes);
        }
        assert_ne!(pictures[0], pictures[1], "each language has its own");
        let old = look(&world, "/p/demo/999-en.png", "").await;
        assert_eq!((old.status, old.header("cache-control")), (StatusCode::OK, "public, max-age=300"));
        for wrong in ["/p/demo/1-de.png", "/p/demo/1-en.gif", "/p/demo/x-en.png", "/p/nobody/1-en.png", "/p/demo/1.png"] {
            assert_eq!(look(&world, wrong, "").await.status, StatusCode::NOT_FOUND, "{wrong}");
        }
        let squares = look(&world, "/r/Anna-Roast/qr.svg", "").await;
        assert_eq!((squares.status, squares.header("content-type")), (StatusCode::OK, "image/svg+xml"));
        assert!(squares.text.starts_with("<svg xmlns="), "{}", squares.text);
        assert_eq!(look(&world, "/r/a%22b/qr.svg", "").await.status, StatusCode::NOT_FOUND);
    }

    async fn it_speaks_the_readers_language(world: World) {
        begin(&world).await;
        let russian = "Друг угощает вас кофе";
        let table = [
            ("/r/anna-roast", "ru-RU,ru;q=0.9,en;q=0.8", russian),
            ("/r/anna-roast", "de,ru;q=0.5", russian),
            ("/r/anna-roast", "de", "A \"friend\" & <b>coffee</b>"),
            ("/r/anna-roast?locale=ru", "en", russian),
            ("/r/anna-roast?locale=en", "ru", "A \"friend\" & <b>coffee</b>"),
        ];
        for (path, languages, title) in table {
            let page = look(&world, path, languages).await;
            assert_eq!(text(&page.text, "h1").as_deref(), Some(title), "{path} {languages}");
            assert_eq!(facts(&page.text)["og:title"], title, "{path} {languages}");
            let locale = if title == russian { "ru_RU" } else { "en_US" };
            assert_eq!(facts(&page.text)["og:locale"], locale);
        }
        // The form keeps the language that the address named.
        let page = look(&world, "/r/anna-roast?locale=ru", "en").await;
        let kept = attribute(&page.text, "input[name=locale]", "value");
        assert_eq!(kept.as_deref(), Some("ru"));
        let taken = ask(form(&world, "anna-roast", &[("locale", "ru")])).await;
        assert_eq!(text(&taken.text, "h1").as_deref(), Some("Подарок ваш"));
    }

    async fn whoever_only_looks_leaves_nothing(world: World) {
        begin(&world).await;
        for bot in ["TelegramBot (like TwitterBot)", "WhatsApp/2.24", "vkShare", "Mozilla/5.0"] {
            for path in ["/r/anna-roast", "/r/Anna-Roast?utm_source=chat", "/r/anna-roast/qr.svg"] {
                let call = world.http.get(world.at(path)).header(header::USER_AGENT, bot);
                let answer = ask(call).await;
                assert_eq!(answer.status, StatusCode::OK, "{bot} {path}");
                assert_eq!(answer.header("set-cookie"), "");
            }
            let head = world.http.head(world.at("/r/anna-roast")).send().await.unwrap();
            assert_eq!(head.status(), StatusCode::OK);
        }
        let back = look(&world, "/r/anna-roast/gift", "en").await;
        assert_eq!((back.status, back.header("location")), (StatusCode::SEE_OTHER, "/r/anna-roast"));
        assert_eq!(gifts(&world).await, 0);
    }

    async fn a_press_gives_one_gift_to_one_browser(world: World) {
        begin(&world).await;
        let taken = take(&world, "").await;
        assert_eq!(taken.status, StatusCode::OK, "{}", taken.text);
        let code = text(&taken.text, "output").unwrap();
        assert!(code.starts_with("G-") && code.len() == 21, "{code}");
        assert_eq!(attribute(&taken.text, "a.button", "href"), Some(format!("{}/?gift={code}", world.shop)));
        assert!(taken.text.contains("You can use it until"), "{}", taken.text);
        let cookie = taken.header("set-cookie").to_owned();
        assert!(cookie.starts_with(&format!("laurel-gift-demo={code}; Path=/r/; HttpOnly; SameSite=Lax; Max-Age=")), "{cookie}");
        let seconds: i64 = cookie.rsplit('=').next().unwrap().parse().unwrap();
        assert!((29 * 86_400..=31 * 86_400).contains(&seconds), "{cookie}");
        assert_eq!(gifts(&world).await, 1);
        // The same browser gets the same, however it asks.
        let own = cookie.split(';').next().unwrap();
        let again = ask(form(&world, "ANNA-ROAST", &[]).header(header::COOKIE, own)).await;
        assert_eq!(text(&again.text, "output").as_deref(), Some(&*code));
        let looked = ask(world.http.get(world.at("/r/anna-roast")).header(header::COOKIE, own)).await;
        assert_eq!(text(&looked.text, "output").as_deref(), Some(&*code));
        assert_eq!(gifts(&world).await, 1);
        // What is no gift of this programme says nothing.
        for nonsense in ["laurel-gift-demo=G-AAAA-BBBB-CCCC-DDDD", "laurel-gift-demo=\u{22}", "laurel-gift-tea=x"] {
            let page = ask(world.http.get(world.at("/r/anna-roast")).header(header::COOKIE, nonsense)).await;
            assert_eq!((page.status, text(&page.text, "output")), (StatusCode::OK, None), "{nonsense}");
        }
        // Another browser gets another.
        let other = take(&world, "").await;
        assert_ne!(text(&other.text, "output"), Some(code));
        assert_eq!(gifts(&world).await, 2);
        // Once its time is over, there may be another.
        world.pass(40 * DAY);
        let late = ask(world.http.get(world.at("/r/anna-roast")).header(header::COOKIE, own)).await;
        assert_eq!(text(&late.text, "output"), None);
    }

    async fn a_gift_that_an_order_waits_with_is_still_shown(world: World) {
        begin(&world).await;
        let taken = take(&world, "").await;
        let code = text(&taken.text, "output").unwrap();
        let own = taken.header("set-cookie").split(';').next().unwrap();
        let path = format!("/api/v1/programs/demo/coupons/{code}/use");
        let lines = json!([{ "id": "1", "amount": 200_000, "qty": 1 }]);
        let (status, told) = world.post(&path, &world.api_key, &json!({ "order_id": "A", "lines": lines })).await;
        assert_eq!(status, StatusCode::OK, "{told}");
        let again = ask(world.http.get(world.at("/r/anna-roast")).header(header::COOKIE, own)).await;
        assert_eq!(text(&again.text, "output"), Some(code));
    }

    async fn only_a_page_of_ours_may_ask_for_it(world: World) {
        begin(&world).await;
        let path = world.at("/r/anna-roast/gift");
        for origin in [Some("https://evil.example"), Some(&*world.shop), Some("null"), None] {
            let form = world.http.post(&path).form(&[("email", "")]);
            let form = origin.into_iter().fold(form, |form, origin| form.header(header::ORIGIN, origin));
            ask(form).await.assert_problem(403, "wrong_origin", "a page of another site");
        }
        assert_eq!(gifts(&world).await, 0);
    }

    async fn an_address_says_whose_the_gift_is(world: World) {
        begin(&world).await;
        let taken = take(&world, " Boris+coffee@Example.org ").await;
        assert_eq!(taken.status, StatusCode::OK, "{}", taken.text);
        assert!(taken.text.contains("b•••@example.org"), "{}", taken.text);
        let code = text(&taken.text, "output");
        let kept: String = one(&world.app.store, "select friend_email from referral").await;
        assert_eq!(kept, "boris@example.org");
        let source: Vec<u8> = one(&world.app.store, "select source from referral").await;
        assert_eq!(source.len(), 32, "of where it was taken only a digest is kept");
        // Whoever else asks is told nothing: not another's code, nor whose an address is, nor who buys here.
        let again = take(&world, "boris@example.org").await;
        assert_eq!(again.status, StatusCode::OK);
        assert_ne!(text(&again.text, "output"), code);
        let mut order = paid("77", "carl", 100_000);
        order["customer"]["email"] = "carl@example.org".into();
        let (status, told) = world.order(&order).await;
        assert_eq!(status, StatusCode::OK, "{told}");
        for known in ["anna+friend@example.org", "carl@example.org"] {
            let taken = take(&world, known).await;
            assert_eq!(taken.status, StatusCode::OK, "{known}");
            assert_eq!(text(&taken.text, "h1").as_deref(), Some("The gift is yours"), "{known}");
        }
        assert_eq!(gifts(&world).await, 4);

        let bad = take(&world, "not <an> address").await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(attribute(&bad.text, "#email", "value").as_deref(), Some("not <an> address"));
        assert_eq!(attribute(&bad.text, "#email", "aria-invalid").as_deref(), Some("true"));
        assert!(text(&bad.text, "#email-fault").unwrap().contains("This is not an e-mail address"));
        assert_eq!(gifts(&world).await, 4);
    }

    async fn a_link_gives_no_end_of_gifts(world: World) {
        begin(&world).await;
        for _ in 0..50 {
            assert_eq!(take(&world, "").await.status, StatusCode::OK);
        }
        let refused = take(&world, "").await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(text(&refused.text, "h1").as_deref(), Some("No more gifts today"));
        let seconds: i64 = refused.header("retry-after").parse().unwrap();
        assert!((86_000..=86_401).contains(&seconds), "{seconds}");
        assert_eq!(gifts(&world).await, 50);
    }

    async fn what_is_no_link_says_so_kindly(world: World) {
        begin(&world).await;
        let long = "a".repeat(41);
        for code in ["nobody", "%00", "a%20b", "anna_roast", "%D0%B0", &long] {
            let page = look(&world, &format!("/r/{code}"), "ru").await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{code}");
            assert_eq!(text(&page.text, "h1").as_deref(), Some("Здесь ничего нет"), "{code}");
            let taken = ask(form(&world, code, &[])).await;
            assert_eq!(taken.status, StatusCode::NOT_FOUND, "{code}");
        }
        // The programme rewards friends no longer.
        world.rule(&PLAIN.file()).await;
        assert_eq!(look(&world, "/r/anna-roast", "en").await.status, StatusCode::NOT_FOUND);
        assert_eq!(look(&world, "/p/demo/1-en.png", "en").await.status, StatusCode::NOT_FOUND);
        assert_eq!(gifts(&world).await, 0);
    }

    async fn the_panel_has_the_link_and_every_way_to_pass_it_on(world: World) {
        let bearer = begin(&world).await;
        let panel = ask(world.http.get(world.at("/api/v1/me/panel?locale=en")).bearer_auth(&bearer)).await;
        assert_eq!(panel.status, StatusCode::OK);
        let html = &panel.text;
        let link = attribute(html, "#refer-link", "value").unwrap();
        assert!(link.starts_with(&world.at("/r/")), "{link}");
        assert_eq!(text(html, "#refer-text").as_deref(), Some("Try <it> & see:"));
        let picture = attribute(html, "#refer-picture img", "src").unwrap();
        assert_eq!(look(&world, &picture, "").await.status, StatusCode::OK);
        let mail = attribute(html, ".refer a[data-place^='mailto:']", "href").unwrap();
        assert!(mail.starts_with("mailto:?body=Try%20%3Cit%3E%20%26%20see%3A%20http"), "{mail}");
        let guest = look(&world, "/w/demo?form=refer&locale=en", "").await;
        assert!(guest.text.contains("Members who bring a friend get 300\u{a0}beans."), "{}", guest.text);
    }
}
