//! Visits: opened from the panel, back after a while, labelled as what they are.

use crate::support::rules::PLAIN;
use crate::support::sql::{assert_books_balance, one};
use crate::support::world::{World, eventually, on_both_databases};
use reqwest::{StatusCode, header};
use serde_json::{Value, json};
use server::domain::program_file;
use server::domain::{DAY, SECOND};

const TASK: &str = "
[[task]]
id = \"instagram\"
kind = \"visit\"
url = \"https://www.instagram.com/morning.roast\"
points = 20
hold_days = 7
title = { en = \"Look at our Instagram\", ru = \"Заглянуть в наш Instagram\" }
";

async fn begin(world: &World) -> String {
    world.rule(&[PLAIN.file().as_str(), TASK].concat()).await;
    let bearer = world.session("anna").await;
    let (status, _) = world
        .post("/api/v1/me/join", &bearer, &json!({ "version": 2 }))
        .await;
    assert_eq!(status, StatusCode::OK);
    bearer
}

/// Sends the panel's form from a page of this origin; the status, and the page.
async fn open(world: &World, bearer: &str, origin: &str) -> (StatusCode, String) {
    let call = world
        .http
        .post(format!("{}/visit/demo.instagram", world.url));
    let call = call
        .header(header::ORIGIN, origin)
        .form(&[("bearer", bearer)]);
    let answer = call.send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

async fn back(world: &World, bearer: &str) -> (StatusCode, Value) {
    let start = "/api/v1/tasks/tsk_instagram/attempts";
    let (_, attempt) = world.post(start, bearer, &json!({})).await;
    let path = format!("/api/v1/attempts/{}/proof", attempt["id"].as_str().unwrap());
    world.post(&path, bearer, &json!({})).await
}

on_both_databases! {
    async fn a_visit_takes_its_time_and_is_only_observed(world: World) {
        let bearer = begin(&world).await;
        let (status, refused) = back(&world, &bearer).await;
        assert_eq!((status, &refused["code"]), (StatusCode::CONFLICT, &json!("not_opened")));
        let (status, page) = open(&world, &bearer, &world.url).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("content=\"0;url=https://www.instagram.com/morning.roast\""), "{page}");
        world.pass(14 * SECOND);
        let (status, quick) = back(&world, &bearer).await;
        assert_eq!((status, &quick["code"]), (StatusCode::CONFLICT, &json!("too_quick")));
        assert_eq!(quick["detail"], "That was quick. Look around there for 1 seconds more.");
        // Opening it again does not begin it anew, nor shorten it.
        open(&world, &bearer, &world.url).await;
        world.pass(SECOND);
        let (status, done) = back(&world, &bearer).await;
        assert_eq!((status, &done["state"], &done["proof"]), (StatusCode::OK, &json!("held"), &json!("observed")));
        assert_eq!(back(&world, &bearer).await.1["state"], "held", "once");
        let evidence: String = one(&world.app.store, "select evidence from transfer").await;
        let evidence: Value = serde_json::from_str(&evidence).unwrap();
        assert_eq!((&evidence["by"], &evidence["seconds"]), (&json!("visit"), &json!(15)));
        world.pass(8 * DAY);
        eventually("the points", async || {
            let available: i64 = one(&world.app.store, "select available from account").await;
            (available == 20).then_some(())
        }).await;
        let bearer = world.session("anna").await;
        let (_, history) = world.get("/api/v1/me/transfers", &bearer).await;
        assert_eq!(history["items"][0]["proof"]["how"],
            "We saw that you opened the page from here and came back. What you did there we did not see.");
        assert_books_balance(&world.app.store).await;
    }

    async fn a_visit_counts_only_from_the_members_own_panel(world: World) {
        let bearer = begin(&world).await;
        let url = format!("{}/visit/demo.instagram", world.url);
        let sent = world.http.get(&url).send().await.unwrap();
        assert_eq!(sent.status(), StatusCode::FORBIDDEN);
        assert!(sent.text().await.unwrap().contains("This visit was not begun in your own panel, so it cannot count."));
        for (bearer, origin) in [(&*bearer, "https://evil.example"), (&*bearer, &*world.shop), ("nobody's", &*world.url)] {
            let (status, page) = open(&world, bearer, origin).await;
            assert_eq!(status, StatusCode::FORBIDDEN);
            assert!(!page.contains("instagram.com/morning.roast"), "{page}");
        }
        let begun: i64 = one(&world.app.store, "select count(*) from attempt").await;
        assert_eq!(begun, 0);
        let missing = world.http.get(format!("{}/visit/demo.nothing", world.url)).send().await.unwrap();
        assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    }

    async fn a_visit_that_nobody_came_back_from_lapses(world: World) {
        let bearer = begin(&world).await;
        open(&world, &bearer, &world.url).await;
        world.pass(DAY + SECOND);
        let bearer = world.session("anna").await;
        let (_, me) = world.get("/api/v1/me", &bearer).await;
        assert_eq!(me["tasks"][0]["state"], "expired");
        let (status, refused) = back(&world, &bearer).await;
        assert_eq!((status, &refused["code"]), (StatusCode::CONFLICT, &json!("not_opened")), "it begins anew");
    }
}

#[test]
fn a_visit_has_a_good_address_and_its_points_wait() {
    let faults = |from: &str, to: &str| -> Vec<String> {
        let source = [PLAIN.file(), TASK.replace(from, to)].concat();
        let found = program_file::parse(&source).unwrap_err();
        found
            .into_iter()
            .map(|fault| format!("{}: {}", fault.field, fault.remedy))
            .collect()
    };
    assert_eq!(
        faults("https://www", "http://www"),
        ["task[0].url: write the page's address: https://…"]
    );
    assert_eq!(
        faults("hold_days = 7", "hold_days = 0"),
        [
            "task[0].hold_days: a visit is only observed, so its points wait: hold_days = 7, or another number above 0"
        ]
    );
    assert_eq!(
        faults("points = 20", "points = 20\nseconds = 0"),
        ["task[0].seconds: give a number from 1 to 600"]
    );
    assert_eq!(
        faults("points = 20", "points = 20\ntarget = \"x\""),
        ["task[0].target: this task is done here: leave it out"]
    );
}
