//! What the panel's first answer holds, before any script has run (contract §4).

use crate::support::trust::ask;
use crate::support::world::{Database, World};
use reqwest::StatusCode;
use scraper::{Html, Selector};
use serde_json::json;

/// The text of the first element, with plain blanks.
fn text(page: &Html, selector: &str) -> String {
    let selector = Selector::parse(selector).unwrap();
    let found = page
        .select(&selector)
        .next()
        .unwrap_or_else(|| panic!("{selector:?} is not there"));
    let words: Vec<&str> = found.text().flat_map(str::split_whitespace).collect();
    words.join(" ")
}

fn count(page: &Html, selector: &str) -> usize {
    page.select(&Selector::parse(selector).unwrap()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_answer_holds_the_members_own_state() {
    let world = World::open(Database::Sqlite).await;
    let bearer = world.member("42").await;
    let (_, attempt) = world
        .post("/api/v1/tasks/tsk_profile/attempts", &bearer, &json!({}))
        .await;
    let proof = format!("/api/v1/attempts/{}/proof", attempt["id"].as_str().unwrap());
    let proof_body = json!({ "name": "Anna", "birthday": "1990-05-03" });
    let (status, done) = world.post(&proof, &bearer, &proof_body).await;
    assert_eq!(
        (status, &done["state"]),
        (StatusCode::OK, &json!("earned")),
        "{done}"
    );
    let token = world.sign(&world.claims("42"));
    for (locale, unit, tier, missing, task) in [
        (
            "en",
            "beans",
            "Bronze",
            "350 beans",
            "Subscribe to the newsletter",
        ),
        (
            "ru",
            "зёрен",
            "Бронза",
            "350 зёрен",
            "Подписаться на рассылку",
        ),
    ] {
        let answer = world
            .panel(&format!("/w/demo?locale={locale}"), &token)
            .await;
        assert_eq!(answer.status, StatusCode::OK);
        let page = Html::parse_document(&answer.text);
        assert_eq!(count(&page, &format!("html[lang={locale}]")), 1);
        assert_eq!(count(&page, "main[data-viewer=member]"), 1);
        assert_eq!(
            text(&page, "[data-region=balance] .hero"),
            format!("150 {unit}")
        );
        assert_eq!(
            text(&page, "[data-region=ladder] [aria-current=step] span"),
            tier
        );
        assert!(
            text(&page, ".missing").contains(missing),
            "{}",
            text(&page, ".missing")
        );
        assert_eq!(text(&page, "#task-tsk_newsletter .title"), task);
        for (id, state) in [
            ("join", "earned"),
            ("profile", "earned"),
            ("newsletter", "available"),
            ("birthday", "available"),
        ] {
            let card = format!("#task-tsk_{id}[data-state={state}]");
            assert_eq!(count(&page, &card), 1, "{card}");
        }
        let session = Selector::parse("meta[name=laurel-session]").unwrap();
        let opened = page
            .select(&session)
            .next()
            .unwrap()
            .attr("content")
            .unwrap();
        assert_eq!(
            world.get("/api/v1/me", opened).await.0,
            StatusCode::OK,
            "the session works"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tasks_form_holds_what_its_proof_needs() {
    let world = World::open(Database::Sqlite).await;
    let bearer = world.member("42").await;
    let answer = world
        .panel("/w/demo", &world.sign(&world.claims("42")))
        .await;
    let page = Html::parse_document(&answer.text);
    for task in ["tsk_profile", "tsk_birthday"] {
        let inputs = Selector::parse(&format!("#task-{task} form[data-start] input")).unwrap();
        let shown: Vec<_> = page
            .select(&inputs)
            .filter_map(|input| input.attr("name"))
            .collect();
        let (_, attempt) = world
            .post(
                &format!("/api/v1/tasks/{task}/attempts"),
                &bearer,
                &json!({}),
            )
            .await;
        assert_eq!(json!(shown), attempt["next"]["fields"], "{task}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_is_shown_the_rules() {
    let world = World::open(Database::Sqlite).await;
    for (locale, tiers, tasks, rate, how) in [
        (
            "en",
            ["Bronze", "Silver", "Gold"],
            ["Join the programme", "Subscribe to the newsletter"],
            "5 %",
            "How",
        ),
        (
            "ru",
            ["Бронза", "Серебро", "Золото"],
            ["Вступить в программу", "Подписаться на рассылку"],
            "5 %",
            "Правила",
        ),
    ] {
        let answer = ask(world
            .http
            .get(world.at(&format!("/w/demo?locale={locale}"))))
        .await;
        let page = Html::parse_document(&answer.text);
        assert_eq!(count(&page, "main[data-viewer=guest]"), 1);
        assert_eq!(
            count(
                &page,
                "meta[name=laurel-session], [aria-current], [data-region=balance]"
            ),
            0
        );
        let all = text(&page, "main");
        for words in tiers.iter().chain(&tasks) {
            assert!(all.contains(words), "{words}");
        }
        assert!(
            text(&page, ".pitch").contains(rate),
            "{}",
            text(&page, ".pitch")
        );
        assert!(text(&page, "[data-region=how]").starts_with(how));
        assert_eq!(
            count(&page, "form[data-api='/api/v1/codes']"),
            1,
            "how to join"
        );
    }
}
