//! The panel as the server draws it: what is drawn once for many is right for each of them.

use super::ledger::form;
use crate::support::rules::{PLAIN, Rules};
use crate::support::together::request;
use crate::support::world::{Database, World, on_both_databases, paid};
use reqwest::{Method, StatusCode};
use scraper::{Html, Selector};
use serde_json::json;

const RULES: Rules = Rules {
    tables: "[[campaign]]\nid = \"double\"\nname = { en = \"Double\", ru = \"Вдвое\" }\nmultiplier = \"2\"
        starts = \"2027-01-01T00:00\"\nends = \"2027-01-08T00:00\"\n",
    changes: &[
        ("points_earned", "orders"),
        ("threshold = 500\n", "threshold = 2\n"),
        ("threshold = 2000\n", "threshold = 3\n"),
    ],
    ..PLAIN
};

/// What somebody's panel says in one of its parts.
async fn says(world: &World, customer: &str, language: &str, part: &str) -> String {
    let bearer = world.session(customer).await;
    let path = format!("/api/v1/me/panel?locale={language}");
    let html = request(world, Method::GET, &path, &bearer, None, None);
    let html = html.send().await.unwrap().text().await.unwrap();
    let page = Html::parse_fragment(&html);
    let part = Selector::parse(&format!("[data-region={part}]")).unwrap();
    let part = page
        .select(&part)
        .next()
        .unwrap_or_else(|| panic!("{html}"));
    part.text().collect::<String>().replace('\u{a0}', " ")
}

#[tokio::test]
async fn what_is_drawn_once_is_right_for_each_tier_language_and_day() {
    let world = World::quiet(Database::Sqlite).await;
    world.at_time("2026-12-20T12:00:00Z");
    for customer in ["bronze", "silver"] {
        world.member(customer).await;
    }
    world.rule(&RULES.file()).await;
    for id in ["1", "2"] {
        world.order(&paid(id, "silver", 100_000)).await;
    }
    let parts = ["purchases", "ladder", "how"];
    let (mut bronze, mut silver) = (Vec::new(), Vec::new());
    // The second time nothing is drawn anew.
    for _ in 0..2 {
        for part in parts {
            bronze.push(says(&world, "bronze", "en", part).await);
            silver.push(says(&world, "silver", "en", part).await);
            let russian = says(&world, "bronze", "ru", part).await;
            assert!(russian.contains('о'), "{russian}");
        }
    }
    for (bronze, silver) in bronze.iter().zip(&silver) {
        assert_ne!(bronze, silver);
    }
    assert_eq!(bronze[..3], bronze[3..]);
    assert_eq!(silver[..3], silver[3..]);
    let purchases = &silver[0];
    assert!(purchases.contains("Silver"), "{purchases}");
    assert!(purchases.contains("1 January 2027"), "{purchases}");

    // Once the year has begun, the day needs no year any more, and the campaign is on.
    world.at_time("2027-01-02T12:00:00Z");
    let later = says(&world, "silver", "en", "purchases").await;
    assert!(
        !later.contains("2027") && later.contains("Double"),
        "{later}"
    );
    world.at_time("2027-01-09T12:00:00Z");
    for part in ["purchases", "how"] {
        let over = says(&world, "silver", "en", part).await;
        assert!(!over.contains("Double"), "{over}");
    }
}

/// What a field of somebody's panel begins with, or another attribute of something in it.
async fn field(world: &World, bearer: &str, id: &str, attribute: &str) -> Option<String> {
    let path = "/api/v1/me/panel?locale=en";
    let html = request(world, Method::GET, path, bearer, None, None);
    let html = html.send().await.unwrap().text().await.unwrap();
    let page = Html::parse_fragment(&html);
    let script = Selector::parse("script").unwrap();
    assert_eq!(page.select(&script).count(), 0, "{html}");
    let found = Selector::parse(&format!("#{id}")).unwrap();
    let found = page
        .select(&found)
        .next()
        .unwrap_or_else(|| panic!("no {id}: {html}"));
    found.attr(attribute).map(str::to_owned)
}

#[tokio::test]
async fn a_card_that_is_drawn_once_has_each_members_own_words() {
    let world = World::quiet(Database::Sqlite).await;
    world.at_time("2026-12-20T12:00:00Z");
    let names = [
        "\"><script>1</script>&lt;",
        "Борис",
        "\u{fdd0}\u{fdd1}",
        "Anna",
    ];
    let mut bearers = Vec::new();
    for (number, name) in names.into_iter().enumerate() {
        let mut claims = world.claims(&number.to_string());
        claims["name"] = name.into();
        claims["email"] = format!("{number}@example.com").into();
        claims["email_verified"] = true.into();
        let bearer = world.session_of(&world.sign(&claims)).await;
        let join = json!({ "version": 1 });
        world.post("/api/v1/me/join", &bearer, &join).await;
        bearers.push(bearer);
    }
    for (number, name) in names.into_iter().enumerate() {
        let bearer = &bearers[number];
        let email = format!("{number}@example.com");
        let value = field(&world, bearer, "tsk_profile-name", "value").await;
        assert_eq!(value.as_deref(), Some(name));
        let value = field(&world, bearer, "tsk_newsletter-email", "value").await;
        assert_eq!(value, Some(email));
        let max = field(&world, bearer, "tsk_birthday-birthday", "max").await;
        assert_eq!(max.as_deref(), Some("2026-12-20"));
    }
    // What one has begun or done looks otherwise to them, and to nobody else: what is begun is next, and open.
    let start = "/api/v1/tasks/tsk_birthday/attempts";
    world.post(start, &bearers[2], &json!({})).await;
    form(&world, &bearers[3], "profile", &json!({ "name": "Anna" })).await;
    for (number, newsletter, profile) in [
        (1, true, "available"),
        (2, false, "available"),
        (3, true, "earned"),
        (1, true, "available"),
    ] {
        let bearer = &bearers[number];
        let open = field(&world, bearer, "task-tsk_newsletter", "open").await;
        let state = field(&world, bearer, "task-tsk_profile", "data-state").await;
        assert_eq!(
            (open.is_some(), state.as_deref()),
            (newsletter, Some(profile)),
            "{number}"
        );
    }
    world.at_time("2026-12-21T00:00:01Z");
    let bearer = world.session("1").await;
    let max = field(&world, &bearer, "tsk_birthday-birthday", "max").await;
    assert_eq!(max.as_deref(), Some("2026-12-21"));
}

/// How many lines of the statement a document has.
fn lines(html: &str) -> usize {
    let line = Selector::parse(".statement > .line").unwrap();
    Html::parse_document(html).select(&line).count()
}

on_both_databases! { quiet
    async fn a_few_lines_come_with_the_panel_and_a_page_to_who_looks(world: World) {
        let bearer = world.member("42").await;
        for amount in 1..=29 {
            world.adjust("42", amount).await;
        }
        let token = world.sign(&world.claims("42"));
        for (address, count) in [("/w/demo", 3), ("/w/demo?view=home", 3), ("/w/demo?view=history", 20)] {
            // The second time the session is open already, and all is read in one moment.
            for _ in 0..2 {
                let page = world.panel(address, &token).await;
                assert_eq!((page.status, lines(&page.text)), (StatusCode::OK, count), "{address}");
            }
        }
        let asked = [("", 200, 3), ("?lines=7", 200, 7), ("?lines=100", 200, 30), ("?before=11", 200, 10),
            ("?lines=0", 422, 0), ("?lines=101", 422, 0), ("?before=x", 422, 0)];
        for (asked, status, count) in asked {
            let path = format!("/api/v1/me/panel{asked}");
            let answer = request(&world, Method::GET, &path, &bearer, None, None).send().await.unwrap();
            assert_eq!(answer.status().as_u16(), status, "{asked}");
            assert_eq!(lines(&answer.text().await.unwrap()), count, "{asked}");
        }
        // Of exactly so many there is no more; of one more, there is.
        world.member("43").await;
        for more in [false, false, false, true] {
            let token = world.sign(&world.claims("43"));
            let page = world.panel("/w/demo", &token).await.text;
            assert_eq!(page.contains("history-more"), more, "{} lines", lines(&page));
            world.adjust("43", 1).await;
        }
    }
}
