//! Attempts that wait for a person, put there without whatever sees signals.

use super::rules::PLAIN;
use super::sql::Write;
use super::world::World;
use app::api::AttemptId;
use reqwest::StatusCode;
use serde_json::json;

/// Plain rules with a task that pays 100, at once or after some days.
pub(crate) fn rules(hold_days: u32) -> String {
    let task = format!(
        "
[[task]]
id = \"profile\"
kind = \"profile\"
points = 100
hold_days = {hold_days}
title = {{ en = \"Tell us who you are\", ru = \"Рассказать о себе\" }}

[feedback]
answer_hours = 24
"
    );
    [PLAIN.file().as_str(), &task].concat()
}

/// Imports those rules, and lets customers join under them.
pub(crate) async fn members<const N: usize>(
    world: &World,
    hold_days: u32,
    customers: [&str; N],
) -> [String; N] {
    world.rule(&rules(hold_days)).await;
    let mut bearers = Vec::new();
    for customer in customers {
        let bearer = world.session(customer).await;
        let join = json!({ "version": 2 });
        let (status, answer) = world.post("/api/v1/me/join", &bearer, &join).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        bearers.push(bearer);
    }
    bearers.try_into().unwrap_or_else(|_| unreachable!())
}

/// Begins the task and puts it before a person, with this signal and proof. Answers the attempt.
pub(crate) async fn waiting(world: &World, bearer: &str, detail: &str, proof: &str) -> AttemptId {
    const WAIT: &str =
        "update attempt set state = 'checking', reason = 'person_looks', expires_at = null
        where id = $1";
    const PUT: &str =
        "insert into decision (attempt_id, program_id, queue, signals, evidence, asked_at)
        select id, program_id, 'signals', cast($1 as text), cast($2 as text), cast($3 as bigint)
        from attempt where id = $4";
    let start = "/api/v1/tasks/tsk_profile/attempts";
    let (status, attempt) = world.post(start, bearer, &json!({})).await;
    assert_eq!(status, StatusCode::OK, "{attempt}");
    let id: AttemptId = attempt["id"].as_str().unwrap().parse().unwrap();
    let signals = json!([{ "code": "velocity", "detail": detail }]).to_string();
    let evidence = json!({ "by": "form", "account": proof }).to_string();
    let store = &world.app.store;
    store.write(Write(WAIT, vec![id.into()])).await.unwrap();
    let put = vec![
        signals.into(),
        evidence.into(),
        world.now().into(),
        id.into(),
    ];
    assert_eq!(store.write(Write(PUT, put)).await.unwrap(), 1);
    id
}
