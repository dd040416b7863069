//! Surveys: questions on the server, a time that answering takes, one round after the other, and what the shop
//! learns of it.

use crate::support::rules::PLAIN;
use crate::support::sql::{assert_books_balance, count, one, rows};
use crate::support::together::{request, thirty, together};
use crate::support::trust::ask;
use crate::support::world::{World, on_both_databases};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::domain::SECOND;
use server::domain::program_file;

const START: &str = "/api/v1/tasks/tsk_taste/attempts";
const RESULTS: &str = "/api/v1/programs/demo/surveys/taste";
const TASK: &str = "
[[task]]
id = \"taste\"
kind = \"survey\"
points = 30
wave = \"2026-q4\"
title = { en = \"Tell us how it tastes\", ru = \"Рассказать, как на вкус\" }

[[task.question]]
id = \"likely\"
kind = \"nps\"
text = { en = \"How likely are you to recommend us?\", ru = \"Насколько вероятно, что вы нас порекомендуете?\" }

[[task.question]]
id = \"happy\"
kind = \"csat\"
text = { en = \"How did you like the last order?\", ru = \"Понравился ли последний заказ?\" }

[[task.question]]
id = \"best\"
kind = \"choice\"
text = { en = \"What do you brew in?\", ru = \"В чём вы варите кофе?\" }
choices = { en = [\"Pot\", \"Press\", \"Filter\"], ru = [\"Турка\", \"Френч-пресс\", \"Воронка\"] }

[[task.question]]
id = \"why\"
kind = \"text\"
optional = true
text = { en = \"What should be better?\", ru = \"Что сделать лучше?\" }
";

async fn rule(world: &World, task: &str) {
    world.rule(&[PLAIN.file().as_str(), task].concat()).await;
}

/// A customer who has joined; answers their bearer.
async fn member(world: &World, customer: &str) -> String {
    let join = json!({ "customer": customer });
    let members = "/api/v1/programs/demo/members";
    let (status, answer) = world.post(members, &world.api_key, &join).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    world.session(customer).await
}

/// Begins the survey; answers where its proof goes.
async fn begin(world: &World, bearer: &str) -> String {
    let (status, begun) = world.post(START, bearer, &json!({})).await;
    assert_eq!(status, StatusCode::OK, "{begun}");
    format!("/api/v1/attempts/{}/proof", begun["id"].as_str().unwrap())
}

fn answers(likely: i64, happy: i64, best: i64) -> Value {
    json!({ "answers": { "likely": likely, "happy": happy, "best": best } })
}

/// Begins, takes the time that it takes, and answers.
async fn answer(world: &World, customer: &str, body: &Value) {
    let bearer = member(world, customer).await;
    let proof = begin(world, &bearer).await;
    world.pass(8 * SECOND);
    let (status, done) = world.post(&proof, &bearer, body).await;
    assert_eq!(
        (status, &done["state"]),
        (StatusCode::OK, &json!("earned")),
        "{done}"
    );
}

async fn available(world: &World) -> i64 {
    one(&world.app.store, "select available from account").await
}

/// The fields at fault.
async fn faults(world: &World, proof: &str, bearer: &str, answers: Value) -> Vec<String> {
    let body = json!({ "answers": answers });
    let (status, refused) = world.post(proof, bearer, &body).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
    let named = refused["errors"].as_array().unwrap().iter();
    named
        .map(|error| error["field"].as_str().unwrap().to_owned())
        .collect()
}

/// All answers as they are stored: the question, the number, the words.
async fn stored(world: &World) -> Vec<(String, Option<i64>, Option<String>)> {
    let all = "select question, number, text from answer order by created_at, attempt_id, question";
    let rows = rows(&world.app.store, all).await;
    rows.iter()
        .map(|row| {
            (
                row.get(0).unwrap(),
                row.get(1).unwrap(),
                row.get(2).unwrap(),
            )
        })
        .collect()
}

/// The panel, as it is drawn anew.
async fn panel(world: &World, bearer: &str, locale: &str) -> String {
    let path = format!("/api/v1/me/panel?locale={locale}&form=panel&host=");
    let answer = ask(request(world, Method::GET, &path, bearer, None, None)).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.text
}

on_both_databases! { quiet
    async fn a_survey_takes_its_time_and_pays_whoever_answers_it_all(world: World) {
        rule(&world, TASK).await;
        let bearer = member(&world, "anna").await;
        let (status, begun) = world.post(START, &bearer, &json!({})).await;
        assert_eq!((status, &begun["state"]), (StatusCode::OK, &json!("started")), "{begun}");
        let fields = ["answers.likely", "answers.happy", "answers.best", "answers.why"];
        assert_eq!(begun["next"], json!({ "kind": "form", "fields": fields }));
        let proof = begin(&world, &bearer).await;
        assert!(proof.contains(begun["id"].as_str().unwrap()), "it is under way");

        let good = json!({ "answers": { "likely": 9, "happy": 5, "best": 2, "why": "  More\nbeans " } });
        world.pass(8 * SECOND - 1);
        let quick = ask(request(&world, Method::POST, &proof, &bearer, Some(&good), None)).await;
        assert_eq!((quick.status, &quick.json()["code"]), (StatusCode::CONFLICT, &json!("too_quick")));
        assert_eq!(quick.header("retry-after"), "1");
        assert_eq!(quick.json()["detail"], "That was quick. Take 1 seconds more to answer.");
        world.pass(1);
        let none = faults(&world, &proof, &bearer, json!({})).await;
        assert_eq!(none, ["answers.likely", "answers.happy", "answers.best"]);
        let wrong = json!({ "likely": 11, "happy": 0, "best": 3, "why": "a\0b", "else": 1 });
        assert_eq!(faults(&world, &proof, &bearer, wrong).await, [
            "answers.likely", "answers.happy", "answers.best", "answers.why", "answers.else"]);
        let long = json!({ "likely": 9, "happy": 5, "best": "2", "why": "я".repeat(2001) });
        assert_eq!(faults(&world, &proof, &bearer, long).await, ["answers.best", "answers.why"]);
        assert_eq!((available(&world).await, stored(&world).await), (0, Vec::new()), "nothing has changed");

        let (status, done) = world.post(&proof, &bearer, &good).await;
        assert_eq!((status, &done["state"], &done["proof"]), (StatusCode::OK, &json!("earned"), &json!("verified")));
        let evidence: String = one(&world.app.store, "select evidence from transfer").await;
        let evidence: Value = serde_json::from_str(&evidence).unwrap();
        assert_eq!(evidence, json!({ "by": "form", "wave": "2026-q4", "seconds": 8, "questions": 4 }));
        let kept: [(String, Option<i64>, Option<String>); 4] = [
            ("best".into(), Some(2), None),
            ("happy".into(), Some(5), None),
            ("likely".into(), Some(9), None),
            ("why".into(), None, Some("More\nbeans".into())),
        ];
        assert_eq!(stored(&world).await, kept);
        assert_eq!(available(&world).await, 30);
        let (_, history) = world.get("/api/v1/me/transfers", &bearer).await;
        assert_eq!(history["items"][0]["proof"]["how"],
            "Your answers reached the shop. Which ones you gave made no difference to the points.");
        assert_books_balance(&world.app.store).await;
    }

    async fn each_wave_pays_once_and_an_old_one_never_again(world: World) {
        rule(&world, TASK).await;
        let (anna, boris) = (member(&world, "anna").await, member(&world, "boris").await);
        let (first, old) = (begin(&world, &anna).await, begin(&world, &boris).await);
        world.pass(8 * SECOND);
        // What is answered makes no difference.
        assert_eq!(world.post(&first, &anna, &answers(0, 1, 0)).await.1["points"], 30);
        for body in [answers(0, 1, 0), answers(10, 5, 2)] {
            let (status, again) = world.post(&first, &anna, &body).await;
            assert_eq!((status, &again["state"]), (StatusCode::OK, &json!("earned")));
        }
        assert_eq!(begin(&world, &anna).await, first, "there is one attempt in a wave");
        let paid = "select available from account order by available desc";
        let all = async || -> Vec<i64> {
            rows(&world.app.store, paid).await.iter().map(|row| row.get(0).unwrap()).collect()
        };
        assert_eq!(all().await, [30, 0]);
        assert_eq!(stored(&world).await.len(), 3);

        rule(&world, &TASK.replace("2026-q4", "2027-q1")).await;
        let (_, me) = world.get("/api/v1/me", &anna).await;
        assert_eq!((&me["tasks"][0]["state"], &me["tasks"][0]["attempt"]), (&json!("available"), &Value::Null));
        let (_, me) = world.get("/api/v1/me", &boris).await;
        assert_eq!(me["tasks"][0]["state"], "available", "what was begun is over");
        let (status, over) = world.post(&old, &boris, &answers(9, 5, 2)).await;
        assert_eq!((status, &over["code"]), (StatusCode::CONFLICT, &json!("survey_over")));
        assert_eq!(world.post(&first, &anna, &answers(9, 5, 2)).await.1["state"], "earned", "as it was");
        for (bearer, before) in [(&anna, &first), (&boris, &old)] {
            let proof = begin(&world, bearer).await;
            assert_ne!(&proof, before);
            let (status, quick) = world.post(&proof, bearer, &answers(9, 5, 2)).await;
            assert_eq!((status, &quick["code"]), (StatusCode::CONFLICT, &json!("too_quick")));
            world.pass(8 * SECOND);
            assert_eq!(world.post(&proof, bearer, &answers(9, 5, 2)).await.1["state"], "earned");
            let (_, me) = world.get("/api/v1/me", bearer).await;
            assert_eq!(me["tasks"][0]["state"], "earned");
        }
        assert_eq!(all().await, [60, 30]);

        rule(&world, TASK).await;
        let (_, me) = world.get("/api/v1/me", &anna).await;
        assert_eq!(me["tasks"][0]["state"], "earned", "that wave was answered");
        assert_eq!(begin(&world, &anna).await, first);
        assert_eq!(all().await, [60, 30]);
        assert_books_balance(&world.app.store).await;
    }

    async fn of_thirty_answers_at_once_one_is_kept_and_paid(world: World) {
        rule(&world, TASK).await;
        let bearer = member(&world, "anna").await;
        let begun = thirty(&world, Method::POST, START, &bearer, Some(&json!({})), None).await;
        assert!(begun.iter().all(|(status, view)| *status == StatusCode::OK && view["id"] == begun[0].1["id"]));
        let proof = begin(&world, &bearer).await;
        world.pass(8 * SECOND);
        let all = (0..30).map(|place| {
            let body = answers(place % 5, place % 5 + 1, place % 3);
            request(&world, Method::POST, &proof, &bearer, Some(&body), None)
        });
        let told = together(all).await;
        assert!(told.iter().all(|(status, view)| *status == StatusCode::OK && view["state"] == "earned"), "{told:?}");
        assert_eq!(available(&world).await, 30);
        assert_eq!(count(&world.app.store, "select count(*) from transfer").await, 1);
        let kept = stored(&world).await;
        let numbers: Vec<_> = kept.iter().map(|(question, number, _)| (question.as_str(), number.unwrap())).collect();
        assert_eq!(numbers.len(), 3);
        assert_eq!((numbers[1].0, numbers[2].0), ("happy", "likely"));
        assert_eq!(numbers[1].1, numbers[2].1 + 1, "they are of one hand: {numbers:?}");
        assert_books_balance(&world.app.store).await;
    }

    async fn the_shop_learns_what_was_answered_and_not_by_whom(world: World) {
        rule(&world, TASK).await;
        let (_, nothing) = world.get(RESULTS, &world.api_key).await;
        assert_eq!(nothing, json!({ "task": "tsk_taste", "waves": [] }));
        let mut great = answers(10, 5, 0);
        great["answers"]["why"] = json!("Great");
        answer(&world, "anna", &great).await;
        answer(&world, "boris", &answers(0, 1, 1)).await;
        rule(&world, &TASK.replace("2026-q4", "2027-q1").replace("\"happy\"", "\"glad\"")).await;
        let body = json!({ "answers": { "likely": 7, "glad": 4, "best": 0, "why": "Fine" } });
        answer(&world, "vera", &body).await;
        let body = json!({ "answers": { "likely": 9, "glad": 4, "best": 0, "why": "Nice" } });
        answer(&world, "anna", &body).await;

        let (status, results) = world.get(RESULTS, &world.api_key).await;
        assert_eq!(status, StatusCode::OK, "{results}");
        let (new, old) = (&results["waves"][0], &results["waves"][1]);
        assert_eq!((&new["wave"], &new["members"]), (&json!("2027-q1"), &json!(2)));
        assert_eq!((&old["wave"], &old["members"]), (&json!("2026-q4"), &json!(2)));
        assert!(old["first_at"].as_str() < old["last_at"].as_str() && old["last_at"].as_str() < new["first_at"].as_str());
        let ids = |wave: &Value| -> Vec<String> {
            wave["questions"].as_array().unwrap().iter().map(|asked| asked["id"].as_str().unwrap().into()).collect()
        };
        assert_eq!(ids(new), ["likely", "glad", "best", "why"]);
        assert_eq!(ids(old), ["likely", "glad", "best", "why", "happy"], "what is no longer asked comes last");
        let likely = &old["questions"][0];
        assert_eq!(likely["nps"], json!({ "promoters": 1, "passives": 0, "detractors": 1, "score": 0 }));
        let counts: Vec<_> = likely["counts"].as_array().unwrap().iter().map(|value| value["count"].as_i64().unwrap()).collect();
        assert_eq!(counts, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(new["questions"][0]["nps"], json!({ "promoters": 1, "passives": 1, "detractors": 0, "score": 50 }));
        assert_eq!(old["questions"][1]["answers"], 0, "it was not asked then");
        assert_eq!(old["questions"][2]["counts"], json!([
            { "value": 0, "label": "Pot", "count": 1 },
            { "value": 1, "label": "Press", "count": 1 },
            { "value": 2, "label": "Filter", "count": 0 },
        ]));
        let gone = &old["questions"][4];
        assert_eq!((&gone["kind"], &gone["answers"]), (&Value::Null, &json!(2)));
        assert_eq!(gone["counts"], json!([
            { "value": 1, "label": "", "count": 1 }, { "value": 5, "label": "", "count": 1 }]));
        let said = |wave: &Value| -> Vec<String> {
            let texts = wave["questions"][3]["texts"].as_array().unwrap().iter();
            texts.map(|said| said["text"].as_str().unwrap().into()).collect()
        };
        assert_eq!((said(new), said(old)), (vec!["Nice".into(), "Fine".into()], vec!["Great".into()]));
        assert_eq!((&new["questions"][3]["answers"], &new["questions"][3]["counts"]), (&json!(2), &json!([])));
        assert!(!results.to_string().contains("mbr_") && !results.to_string().contains("att_"), "{results}");
    }

    async fn only_a_key_of_the_shop_with_the_scope_sees_results(world: World) {
        rule(&world, TASK).await;
        let bearer = member(&world, "anna").await;
        assert_eq!(world.get(RESULTS, &bearer).await.0, StatusCode::UNAUTHORIZED);
        let poor = world.api_key_with(world.demo().await, "poor", "orders").await;
        let (status, told) = world.get(RESULTS, &poor).await;
        assert_eq!((status, &told["code"]), (StatusCode::FORBIDDEN, &json!("missing_scope")));
        for path in ["/api/v1/programs/demo/surveys/nothing", "/api/v1/programs/demo/surveys/%00"] {
            assert_eq!(world.get(path, &world.api_key).await.0, StatusCode::NOT_FOUND, "{path}");
        }
        let other = member(&world, "boris").await;
        let proof = begin(&world, &bearer).await;
        world.pass(8 * SECOND);
        assert_eq!(world.post(&proof, &other, &answers(9, 5, 2)).await.0, StatusCode::NOT_FOUND);
        assert!(stored(&world).await.is_empty());
    }

    async fn the_card_asks_once_it_was_begun(world: World) {
        rule(&world, TASK).await;
        let bearer = member(&world, "anna").await;
        let before = panel(&world, &bearer, "en").await;
        assert!(before.contains("4\u{a0}questions, about 1\u{a0}minute."), "{before}");
        assert!(!before.contains("name=\"answers.likely\""));
        let proof = begin(&world, &bearer).await;
        for (locale, words) in [
            ("en", ["Not at all likely", "Very likely", "Press", "(optional)", "What should be better?"]),
            ("ru", ["Крайне маловероятно", "Очень вероятно", "Френч-пресс", "(по желанию)", "Что сделать лучше?"]),
        ] {
            let card = panel(&world, &bearer, locale).await;
            assert!(card.contains(&proof));
            for (question, inputs) in [("likely", 11), ("happy", 5), ("best", 3), ("why", 1)] {
                let name = format!(" name=\"answers.{question}\"");
                assert_eq!(card.matches(&name).count(), inputs, "{question}");
                assert!(card.contains(&format!("data-for=\"answers.{question}\"")));
            }
            for word in words {
                assert!(card.contains(word), "{word}: {card}");
            }
        }
        world.pass(8 * SECOND);
        world.post(&proof, &bearer, &answers(9, 5, 2)).await;
        assert!(!panel(&world, &bearer, "en").await.contains("name=\"answers.likely\""));
    }
}

#[test]
fn a_survey_asks_what_can_be_answered() {
    let faults = |from: &str, to: &str| -> Vec<String> {
        assert!(TASK.contains(from), "{from}");
        let source = [PLAIN.file(), TASK.replacen(from, to, 1)].concat();
        let found = program_file::parse(&source).unwrap_err();
        found
            .into_iter()
            .map(|fault| format!("{}: {}", fault.field, fault.remedy))
            .collect()
    };
    let choices = "task[0].question[2].choices: give from 2 to 20 answers, as many in each of locales: en = [\"…\", \"…\"]";
    let (alone, _) = TASK.split_once("[[task.question]]").unwrap();
    let table = [
        (
            TASK,
            alone,
            "task[0].question: ask from 1 to 20 questions, each in a [[task.question]]",
        ),
        (
            "2026-q4",
            "Q4 2026",
            "task[0].wave: use 2 to 40 small letters, digits and hyphens, such as 2026-q4",
        ),
        (
            "points = 30",
            "points = 30\nseconds = 601",
            "task[0].seconds: give a number from 0 to 600",
        ),
        (
            "id = \"happy\"",
            "id = \"likely\"",
            "task[0].question[1].id: use small letters, digits and hyphens, each id once",
        ),
        (
            "kind = \"choice\"",
            "kind = \"csat\"",
            "task[0].question[2].choices: only a question of kind choice has this: leave it out",
        ),
        (", \"Filter\"]", "]", choices),
        (
            "ru = [\"Турка\", \"Френч-пресс\", \"Воронка\"]",
            "de = [\"a\", \"b\", \"c\"]",
            choices,
        ),
        ("\"Press\"", "\" \"", choices),
        (
            ", ru = \"Что сделать лучше?\"",
            "",
            "task[0].question[3].text: add the text for \"ru\"",
        ),
        (
            "kind = \"survey\"",
            "kind = \"profile\"",
            "task[0].question: a task of this kind does not have this: leave it out",
        ),
    ];
    for (from, to, said) in table {
        let found = faults(from, to);
        assert!(found.contains(&said.to_owned()), "{to}: {found:?}");
    }
}
