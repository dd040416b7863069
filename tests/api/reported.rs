//! What the shop reports, and looking in: paid in one step, as often as the limit says.

use crate::support::rules::PLAIN;
use crate::support::sql::{assert_books_balance, one};
use crate::support::together::{request, together};
use crate::support::world::{World, on_both_databases};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::domain::HOUR;
use server::domain::program_file;

const EVENTS: &str = "/api/v1/programs/demo/events";
const TASKS: &str = "
[[task]]
id = \"tasting\"
kind = \"event\"
points = 30
limit = { times = 2, per = \"month\" }
title = { en = \"Come to a tasting\", ru = \"Прийти на дегустацию\" }

[[task]]
id = \"cup\"
kind = \"custom\"
points = 5
title = { en = \"Bring your own cup\", ru = \"Прийти со своей чашкой\" }

[[task]]
id = \"daily\"
kind = \"daily\"
points = 1
title = { en = \"Look in\", ru = \"Заглянуть\" }
";

async fn begin(world: &World) {
    world.at_time("2026-11-10T20:00:00Z");
    world.rule(&[PLAIN.file().as_str(), TASKS].concat()).await;
    let join = json!({ "customer": "anna", "time_zone": "Europe/Moscow" });
    let (status, answer) = world
        .post("/api/v1/programs/demo/members", &world.api_key, &join)
        .await;
    assert_eq!(status, StatusCode::OK, "{answer}");
}

fn event(id: &str, task: &str) -> Value {
    json!({ "id": id, "task": task, "member": { "customer": "anna" } })
}

async fn told(world: &World, id: &str, task: &str) -> (StatusCode, Value) {
    world.post(EVENTS, &world.api_key, &event(id, task)).await
}

async fn available(world: &World) -> i64 {
    one(&world.app.store, "select available from account").await
}

async fn states(world: &World) -> Vec<String> {
    let bearer = world.session("anna").await;
    let (_, me) = world.get("/api/v1/me", &bearer).await;
    me["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| task["state"].as_str().unwrap().to_owned())
        .collect()
}

on_both_databases! { quiet
    async fn an_event_is_paid_once_and_only_so_often_in_a_month(world: World) {
        begin(&world).await;
        let (status, paid) = told(&world, "tasting-1", "tsk_tasting").await;
        assert_eq!((status, &paid["state"], &paid["proof"]), (StatusCode::OK, &json!("earned"), &json!("confirmed")));
        assert_eq!(told(&world, "tasting-1", "tsk_tasting").await, (StatusCode::OK, paid));
        assert_eq!(states(&world).await, ["available", "available", "available"], "there may be another");
        assert_eq!(told(&world, "tasting-2", "tasting").await.0, StatusCode::OK);
        assert_eq!(states(&world).await[0], "earned");
        let (status, enough) = told(&world, "tasting-3", "tasting").await;
        assert_eq!((status, &enough["code"]), (StatusCode::CONFLICT, &json!("limit_reached")));
        assert_eq!(available(&world).await, 60);
        // December begins three hours earlier in Moscow.
        world.at_time("2026-11-30T20:59:59Z");
        assert_eq!(told(&world, "tasting-3", "tasting").await.0, StatusCode::CONFLICT);
        world.at_time("2026-11-30T21:00:00Z");
        assert_eq!(told(&world, "tasting-3", "tasting").await.0, StatusCode::OK);
        assert_eq!(available(&world).await, 90);
        let evidence: String = one(&world.app.store, "select evidence from transfer where amount = 30 order by created_at limit 1").await;
        assert_eq!(evidence, "{\"by\":\"shop\",\"event\":\"tasting-1\"}");
        assert_books_balance(&world.app.store).await;
    }

    async fn of_thirty_events_at_once_the_limit_pays_two(world: World) {
        begin(&world).await;
        let key = world.api_key.clone();
        let all = (0..30).map(|number| {
            let body = event(&format!("tasting-{number}"), "tasting");
            request(&world, Method::POST, EVENTS, &key, Some(&body), None)
        });
        let answers = together(all).await;
        let paid = answers.iter().filter(|(status, _)| *status == StatusCode::OK).count();
        assert_eq!((paid, available(&world).await), (2, 60));
        let same = (0..30).map(|_| request(&world, Method::POST, EVENTS, &key, Some(&event("cup", "cup")), None));
        assert!(together(same).await.iter().all(|(status, _)| *status == StatusCode::OK));
        assert_eq!(available(&world).await, 65);
        assert_books_balance(&world.app.store).await;
    }

    async fn looking_in_counts_once_a_day_where_the_member_is(world: World) {
        begin(&world).await;
        let look_in = async || {
            let bearer = world.session("anna").await;
            world.post("/api/v1/tasks/tsk_daily/attempts", &bearer, &json!({})).await
        };
        let (status, paid) = look_in().await;
        assert_eq!((status, &paid["state"], &paid["proof"]), (StatusCode::OK, &json!("earned"), &json!("observed")));
        assert_eq!(look_in().await.0, StatusCode::CONFLICT);
        assert_eq!(states(&world).await[2], "earned");
        // It is 23:00 there.
        world.pass(HOUR);
        assert_eq!(states(&world).await[2], "available");
        assert_eq!(look_in().await.0, StatusCode::OK);
        assert_eq!(available(&world).await, 2);
    }

    async fn what_makes_no_sense_is_refused_by_name(world: World) {
        begin(&world).await;
        let faults = async |body: Value| {
            let (status, answer) = world.post(EVENTS, &world.api_key, &body).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{answer}");
            let named = answer["errors"].as_array().unwrap().iter();
            named.map(|error| error["field"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(faults(event("", "cup")).await, ["id"]);
        assert_eq!(faults(event("1", "daily")).await, ["task"]);
        assert_eq!(faults(json!({ "id": "", "task": "x", "member": {} })).await, ["member", "id", "task"]);
        let stranger = json!({ "id": "1", "task": "cup", "member": { "customer": "nobody" } });
        assert_eq!(world.post(EVENTS, &world.api_key, &stranger).await.0, StatusCode::NOT_FOUND);
        let bearer = world.session("anna").await;
        let join = json!({ "customer": "boris" });
        world.post("/api/v1/programs/demo/members", &world.api_key, &join).await;
        assert_eq!(told(&world, "cup-7", "cup").await.0, StatusCode::OK);
        let boris = json!({ "id": "cup-7", "task": "cup", "member": { "customer": "boris" } });
        let (status, refused) = world.post(EVENTS, &world.api_key, &boris).await;
        assert_eq!((status, &refused["code"]), (StatusCode::CONFLICT, &json!("event_differs")));
        let by_member = world.post("/api/v1/tasks/tsk_cup/attempts", &bearer, &json!({})).await;
        assert_eq!(by_member.0, StatusCode::NOT_FOUND, "members cannot report themselves");
        assert_eq!(world.post(EVENTS, &bearer, &event("1", "cup")).await.0, StatusCode::UNAUTHORIZED);
    }
}

#[test]
fn only_what_repeats_has_a_limit() {
    let faults = |tasks: String| -> Vec<String> {
        let found = program_file::parse(&[PLAIN.file(), tasks].concat()).unwrap_err();
        found
            .into_iter()
            .map(|fault| format!("{}: {}", fault.field, fault.remedy))
            .collect()
    };
    assert_eq!(
        faults(TASKS.replace("times = 2", "times = 0")),
        ["task[0].limit.times: give a number from 1 to 1000"]
    );
    let profile = TASKS.replace("kind = \"event\"", "kind = \"profile\"");
    assert_eq!(
        faults(profile),
        ["task[0].limit: a task of this kind is done once: leave it out"]
    );
}
