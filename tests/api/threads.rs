//! What members write to the shop: one thread each, answered where it was begun, with a promise that is kept in
//! view; the first that says something pays.

use super::stream::Events;
use crate::support::rules::PLAIN;
use crate::support::sql::{assert_books_balance, count, one, told};
use crate::support::together::{request, together};
use crate::support::world::{World, on_both_databases};
use app::api::EventKind;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::domain::HOUR;
use server::store::codes::Sweep;

const THREADS: &str = "/api/v1/threads";
const OF_SHOP: &str = "/api/v1/programs/demo/threads";
const LEAKS: &str = "The lid of the large jar leaks.";
const TASK: &str = "
[feedback]
answer_hours = 24

[[task]]
id = \"say\"
kind = \"feedback\"
points = 25
title = { en = \"Tell us what to do better\", ru = \"Подскажите, что улучшить\" }
";

async fn begin(world: &World) {
    world.at_time("2026-11-10T12:00:00Z");
    world.rule(&[PLAIN.file().as_str(), TASK].concat()).await;
    for customer in ["anna", "boris"] {
        let join = json!({ "customer": customer, "time_zone": "Europe/Moscow" });
        let (status, answer) = world
            .post("/api/v1/programs/demo/members", &world.api_key, &join)
            .await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }
}

/// Sends as a member, whose session may have ended since.
async fn send(world: &World, customer: &str, path: &str, body: &Value) -> (StatusCode, Value) {
    let bearer = world.session(customer).await;
    world.post(path, &bearer, body).await
}

async fn open(world: &World, customer: &str, text: &str) -> Value {
    let (status, thread) = send(world, customer, THREADS, &json!({ "text": text })).await;
    assert_eq!(status, StatusCode::OK, "{thread}");
    thread
}

fn messages(thread: &Value) -> String {
    format!("{THREADS}/{}/messages", thread["id"].as_str().unwrap())
}

async fn answer(world: &World, thread: &Value, text: &str) -> Value {
    let path = format!("{OF_SHOP}/{}/messages", thread["id"].as_str().unwrap());
    let (status, answered) = world
        .post(&path, &world.api_key, &json!({ "text": text }))
        .await;
    assert_eq!(status, StatusCode::OK, "{answered}");
    answered
}

/// A member's threads.
async fn listed(world: &World, customer: &str) -> Vec<Value> {
    let bearer = world.session(customer).await;
    let (status, list) = world.get(THREADS, &bearer).await;
    assert_eq!(status, StatusCode::OK, "{list}");
    list["items"].as_array().unwrap().clone()
}

async fn available(world: &World) -> i64 {
    one(
        &world.app.store,
        "select cast(sum(available) as bigint) from account",
    )
    .await
}

/// What a member's panel says in one of its parts; nothing without that part.
async fn says(world: &World, customer: &str, part: &str) -> String {
    let bearer = world.session(customer).await;
    let page = request(
        world,
        Method::GET,
        "/api/v1/me/panel?locale=en",
        &bearer,
        None,
        None,
    );
    let html = page.send().await.unwrap().text().await.unwrap();
    let page = scraper::Html::parse_fragment(&html);
    let part = scraper::Selector::parse(&format!("[data-region={part}]")).unwrap();
    let part = page.select(&part).next();
    let words: String = part.map_or_else(String::new, |part| part.text().collect());
    words.replace('\u{a0}', " ")
}

on_both_databases! { quiet
    async fn a_thread_keeps_its_promise_in_view_until_it_is_answered(world: World) {
        begin(&world).await;
        let thread = open(&world, "anna", &format!(" {LEAKS}\r\nSince Monday. ")).await;
        let first = json!({ "number": 1, "author": "member", "text": format!("{LEAKS}\nSince Monday."), "at": "2026-11-10T12:00:00Z" });
        assert_eq!(thread["messages"], json!([first]));
        assert_eq!((&thread["waits_for"], &thread["unread"], &thread["first_answer_seconds"]), (&json!("shop"), &json!(false), &Value::Null));
        assert_eq!(thread["promised_by"], "2026-11-11T12:00:00Z");
        let page = says(&world, "anna", "messages").await;
        assert!(page.contains("Answer promised by 11 November, 15:00."), "{page}");

        world.pass(HOUR);
        let (status, more) = send(&world, "anna", &messages(&thread), &json!({ "text": "Tuesday, too." })).await;
        assert_eq!((status, more["messages"].as_array().unwrap().len()), (StatusCode::OK, 2));
        assert_eq!(more["promised_by"], "2026-11-11T12:00:00Z", "to add a word does not put the answer off");

        world.pass(2 * HOUR);
        let bearer = world.session("anna").await;
        let (_, me) = world.get("/api/v1/me", &bearer).await;
        let since = format!("locale=en&cursor={}", me["cursor"]);
        let answered = answer(&world, &thread, "We send you another lid.").await;
        let shown = &answered["thread"];
        assert_eq!((&shown["waits_for"], &shown["promised_by"], &shown["first_answer_seconds"]), (&json!("member"), &Value::Null, &json!(3 * 3600)));
        let mut events = Events::open(&world, &world.url, &bearer, &since, None).await;
        let news = events.next().await.unwrap();
        assert_eq!((news.name.as_str(), &news.data["text"]), ("thread", &json!("The shop has answered you.")));
        assert!(says(&world, "anna", "answered").await.contains("The shop has answered you."));

        world.pass(HOUR);
        answer(&world, &thread, "It is on its way.").await;
        let took: i64 = one(&world.app.store, "select answered_at - opened_at from thread").await;
        assert_eq!(took, 3 * HOUR, "the first answer counts");
        assert_eq!(told(&world.app.store, EventKind::Thread).await, 2);
        assert_books_balance(&world.app.store).await;
    }

    async fn what_was_read_is_read_and_what_came_after_is_not(world: World) {
        begin(&world).await;
        let thread = open(&world, "anna", LEAKS).await;
        answer(&world, &thread, "We are sorry.").await;
        answer(&world, &thread, "Another lid is on its way.").await;
        let seen = format!("{THREADS}/{}/seen", thread["id"].as_str().unwrap());
        let mut waited = Vec::new();
        for number in [2, 9, -1, 3, 2] {
            let (status, shown) = send(&world, "anna", &seen, &json!({ "number": number })).await;
            assert_eq!(status, StatusCode::OK, "{shown}");
            waited.push((shown["unread"].clone(), shown["waits_for"].clone()));
        }
        let (unread, read) = ((json!(true), json!("member")), (json!(false), json!("nobody")));
        assert_eq!(waited, [unread.clone(), unread.clone(), unread, read.clone(), read]);
        assert!(says(&world, "anna", "answered").await.is_empty());
        let (_, again) = send(&world, "anna", &messages(&thread), &json!({ "text": "Thank you!" })).await;
        assert_eq!((&again["waits_for"], &again["unread"]), (&json!("shop"), &json!(false)));
        assert_eq!(again["promised_by"], "2026-11-11T12:00:00Z", "there is no end to a thread");
    }

    async fn the_first_thread_that_says_something_pays_once(world: World) {
        begin(&world).await;
        open(&world, "anna", "Hello!").await;
        assert_eq!(available(&world).await, 0, "too short");
        let bearer = world.session("anna").await;
        let bodies: Vec<Value> = (0..3).map(|n| json!({ "text": format!("{LEAKS} {n}") })).collect();
        let all = bodies.iter().map(|body| request(&world, Method::POST, THREADS, &bearer, Some(body), None));
        for (status, thread) in together(all).await {
            assert_eq!(status, StatusCode::OK, "{thread}");
        }
        assert_eq!(listed(&world, "anna").await.len(), 4);
        assert_eq!((available(&world).await, count(&world.app.store, "select count(*) from attempt").await), (25, 1));
        let evidence: String = one(&world.app.store, "select evidence from transfer").await;
        let evidence: Value = serde_json::from_str(&evidence).unwrap();
        let ids: Vec<Value> = listed(&world, "anna").await.iter().map(|thread| thread["id"].clone()).collect();
        assert!(ids.contains(&evidence["thread"]), "{evidence}");
        assert_eq!((&evidence["by"], &evidence["characters"]), (&json!("thread"), &json!(LEAKS.len() + 2)));
        let (_, statement) = world.get("/api/v1/me/transfers?locale=en", &bearer).await;
        let line = &statement["items"][0];
        assert_eq!((&line["text"], &line["proof"]["level"]), (&json!("+25: Tell us what to do better."), &json!("verified")));
        assert_eq!(line["proof"]["how"], "You wrote to the shop from here, and your message arrived.");
        assert_books_balance(&world.app.store).await;
    }

    async fn the_task_is_done_by_what_is_written_in_its_card(world: World) {
        begin(&world).await;
        let (status, begun) = send(&world, "anna", "/api/v1/tasks/tsk_say/attempts", &json!({})).await;
        assert_eq!((status, &begun["next"]), (StatusCode::OK, &json!({ "kind": "form", "fields": ["text"] })));
        let proof = format!("/api/v1/attempts/{}/proof", begun["id"].as_str().unwrap());
        for short in [json!({}), json!({ "text": "Too short." }), json!({ "text": format!("{}x", " ".repeat(30)) })] {
            let (status, refused) = send(&world, "anna", &proof, &short).await;
            assert_eq!((status, &refused["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("text")));
        }
        let (status, _) = send(&world, "boris", &proof, &json!({ "text": LEAKS })).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let bearer = world.session("anna").await;
        let body = json!({ "text": LEAKS });
        // Twice in the card, and once beside it.
        let all = [proof.as_str(), proof.as_str(), THREADS];
        let all = all.map(|path| request(&world, Method::POST, path, &bearer, Some(&body), None));
        for (status, answer) in together(all).await {
            assert_eq!(status, StatusCode::OK, "{answer}");
        }
        let (status, decided) = send(&world, "anna", &proof, &body).await;
        assert_eq!((status, &decided["state"], &decided["proof"]), (StatusCode::OK, &json!("earned"), &json!("verified")));
        assert_eq!(available(&world).await, 25);
        let threads = listed(&world, "anna").await.len();
        assert!((1..=2).contains(&threads), "what finds the task done writes nothing: {threads}");
        assert_books_balance(&world.app.store).await;
    }

    async fn a_day_has_room_for_five_threads_and_thirty_messages(world: World) {
        begin(&world).await;
        let bearer = world.session("anna").await;
        let all: Vec<Value> = (0..7).map(|n| json!({ "text": format!("{LEAKS} {n}") })).collect();
        let all = all.iter().map(|body| request(&world, Method::POST, THREADS, &bearer, Some(body), None));
        let answers = together(all).await;
        let done = answers.iter().filter(|(status, _)| *status == StatusCode::OK).count();
        assert_eq!((done, listed(&world, "anna").await.len()), (5, 5));
        open(&world, "boris", "Others are not counted with her.").await;

        world.pass(3 * HOUR);
        world.app.store.write(Sweep { now: world.now() }).await.unwrap();
        let (status, refused) = send(&world, "anna", THREADS, &json!({ "text": LEAKS })).await;
        assert_eq!((status, &refused["code"]), (StatusCode::TOO_MANY_REQUESTS, &json!("too_many_requests")), "a day is not over so soon");
        let threads = listed(&world, "anna").await;
        let (reply, body) = (messages(&threads[0]), json!({ "text": "One more thing." }));
        for number in 6..=30 {
            let (status, answer) = send(&world, "anna", &reply, &body).await;
            assert_eq!(status, StatusCode::OK, "{number}: {answer}");
        }
        assert_eq!(send(&world, "anna", &reply, &body).await.0, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(count(&world.app.store, "select count(*) from thread_message").await, 31);
        world.at_time("2026-11-11T00:00:00Z");
        assert_eq!(send(&world, "anna", &reply, &body).await.0, StatusCode::OK);
        open(&world, "anna", "A new day.").await;
    }

    async fn nobody_reads_or_writes_in_anothers_thread(world: World) {
        begin(&world).await;
        let thread = open(&world, "anna", LEAKS).await;
        let id = thread["id"].as_str().unwrap();
        let body = json!({ "text": "Hello there." });
        let (seen, number) = (format!("{THREADS}/{id}/seen"), json!({ "number": 1 }));
        for (path, body) in [(messages(&thread), &body), (seen, &number)] {
            let (status, refused) = send(&world, "boris", &path, body).await;
            assert_eq!((status, &refused["code"]), (StatusCode::NOT_FOUND, &json!("not_found")), "{path}");
        }
        assert!(listed(&world, "boris").await.is_empty());
        let none = format!("{THREADS}/thr_00000000000000000000000000/messages");
        for path in [none, format!("{THREADS}/{}/messages", id.to_lowercase())] {
            assert_eq!(send(&world, "anna", &path, &body).await.0, StatusCode::NOT_FOUND, "{path}");
        }
        let bearer = world.session("boris").await;
        let shop = format!("{OF_SHOP}/{id}/messages");
        for (path, bearer) in [(&shop, &bearer), (&messages(&thread), &world.api_key)] {
            assert_eq!(world.post(path, bearer, &body).await.0, StatusCode::UNAUTHORIZED, "{path}");
        }
        assert_eq!(world.get(OF_SHOP, &bearer).await.0, StatusCode::UNAUTHORIZED);
        let unknown = format!("{OF_SHOP}/thr_00000000000000000000000000/messages");
        assert_eq!(world.post(&unknown, &world.api_key, &body).await.0, StatusCode::NOT_FOUND);
        assert_eq!(listed(&world, "anna").await, [thread], "nothing has changed");
    }

    async fn what_cannot_be_said_is_refused_by_name(world: World) {
        begin(&world).await;
        let thread = open(&world, "anna", "Hello!").await;
        let (reply, shop) = (messages(&thread), format!("{OF_SHOP}/{}/messages", thread["id"].as_str().unwrap()));
        let long = "я".repeat(4001);
        for text in ["", " \n\t ", "a\u{0}b", "a\u{7}b", long.as_str()] {
            let body = json!({ "text": text });
            let by_shop = world.post(&shop, &world.api_key, &body).await;
            for (status, refused) in [send(&world, "anna", THREADS, &body).await, send(&world, "anna", &reply, &body).await, by_shop] {
                assert_eq!((status, &refused["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("text")), "{text:?}");
            }
        }
        let longest = "я".repeat(4000);
        assert_eq!(send(&world, "anna", &reply, &json!({ "text": longest })).await.0, StatusCode::OK);
        for (body, field) in [
            (json!({ "text": LEAKS, "task": "tsk_nothing" }), "task"),
            (json!({ "text": "Too short.", "task": "tsk_say" }), "text"),
            (json!({ "text": LEAKS, "to": "somebody" }), "to"),
            (json!({}), "text"),
        ] {
            let (status, refused) = send(&world, "anna", THREADS, &body).await;
            assert_eq!((status, &refused["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)), "{refused}");
        }
        let bearer = world.session("anna").await;
        for (list, bearer) in [(THREADS, &bearer), (OF_SHOP, &world.api_key)] {
            for (query, field) in [("limit=0", "limit"), ("limit=21", "limit"), ("cursor=x", "cursor"), ("cursor=1.2.3", "cursor")] {
                let (status, refused) = world.get(&format!("{list}?{query}"), bearer).await;
                assert_eq!((status, &refused["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)), "{list}?{query}");
            }
        }
        assert_eq!(available(&world).await, 0);
    }

    async fn the_same_request_again_writes_nothing(world: World) {
        begin(&world).await;
        let bearer = world.session("anna").await;
        let post = async |path: &str, bearer: &str, text: &str, key: &str| {
            let body = json!({ "text": text });
            world.send(Method::POST, path, bearer, Some(&body), Some(key)).await
        };
        let first = post(THREADS, &bearer, LEAKS, "a").await;
        assert_eq!(first.0, StatusCode::OK, "{}", first.1);
        assert_eq!(post(THREADS, &bearer, LEAKS, "a").await, first);
        let (status, refused) = post(THREADS, &bearer, "Something else than before.", "a").await;
        assert_eq!((status, &refused["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("idempotency_key_reused")));
        let (reply, shop) = (messages(&first.1), format!("{OF_SHOP}/{}/messages", first.1["id"].as_str().unwrap()));
        for _ in 0..2 {
            assert_eq!(post(&reply, &bearer, "Tuesday, too.", "b").await.0, StatusCode::OK);
            assert_eq!(post(&shop, &world.api_key, "We are sorry.", "c").await.0, StatusCode::OK);
        }
        let store = &world.app.store;
        let written = count(store, "select count(*) from thread_message").await;
        assert_eq!((written, told(store, EventKind::Thread).await, available(&world).await), (3, 1, 25));
    }

    async fn what_waits_for_the_shop_comes_first_and_pages_lose_nothing(world: World) {
        begin(&world).await;
        let mut threads = Vec::new();
        for text in ["one", "two", "three", "four"] {
            threads.push(open(&world, "anna", text).await["id"].clone());
            world.pass(HOUR);
        }
        for number in [0, 2] {
            answer(&world, &json!({ "id": threads[number] }), "Thank you.").await;
            world.pass(HOUR);
        }
        let pages = async |list: &str, bearer: &str, name: fn(&Value) -> Value| {
            let (mut ids, mut cursor) = (Vec::new(), String::new());
            loop {
                let (status, page) = world.get(&format!("{list}?limit=1{cursor}"), bearer).await;
                assert_eq!(status, StatusCode::OK, "{page}");
                ids.extend(page["items"].as_array().unwrap().iter().map(name));
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => return ids,
                }
            }
        };
        let [one, two, three, four] = [0, 1, 2, 3].map(|number: usize| threads[number].clone());
        let of_shop = pages(OF_SHOP, &world.api_key, |item| item["thread"]["id"].clone()).await;
        assert_eq!(of_shop, [two.clone(), four.clone(), three.clone(), one.clone()]);
        let bearer = world.session("anna").await;
        let own = pages(THREADS, &bearer, |item| item["id"].clone()).await;
        assert_eq!(own, [three, one, four, two], "the one that was last written in comes first");
        let (_, program) = world.get("/api/v1/programs/demo", "").await;
        assert_eq!(program["answer_hours"], 24);
    }
}
