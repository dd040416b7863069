//! News of a member, as they happen: live, without loss, without doubles, and no longer than the
//! session.

use crate::support::together::{request, together};
use crate::support::world::{PATIENCE, World, on_both_databases, paid};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

/// One event as it came over the wire.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Told {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) data: Value,
}

/// An open stream.
pub(crate) struct Events {
    answer: Response,
    read: String,
}

impl Events {
    /// Opens the stream at a server's address.
    pub(crate) async fn open(
        world: &World,
        url: &str,
        bearer: &str,
        query: &str,
        last: Option<i64>,
    ) -> Self {
        let mut request = world
            .http
            .get(format!("{url}/api/v1/me/events?{query}"))
            .bearer_auth(bearer);
        if let Some(last) = last {
            request = request.header("Last-Event-ID", last);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self {
            answer,
            read: String::new(),
        }
    }

    /// The next event; `None` when the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Told> {
        loop {
            if let Some(end) = self.read.find("\n\n") {
                let record: String = self.read.drain(..end + 2).collect();
                if let Some(told) = parse(&record) {
                    return Some(told);
                }
                continue;
            }
            let chunk = tokio::time::timeout(PATIENCE, self.answer.chunk())
                .await
                .expect("the stream says something");
            let chunk = chunk.unwrap()?;
            self.read.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

/// Reads a record; `None` for a comment.
fn parse(record: &str) -> Option<Told> {
    let field = |name: &str| {
        let mut lines = record.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    };
    let data = serde_json::from_str(field("data")?).unwrap();
    Some(Told {
        id: field("id")?.parse().unwrap(),
        name: field("event")?.to_owned(),
        data,
    })
}

on_both_databases! {
    async fn news_arrive_while_the_stream_is_open(world: World) {
        let bearer = world.member("42").await;
        let mut events = Events::open(&world, &world.url, &bearer, "locale=en", None).await;
        world.order(&paid("1043", "42", 240_000)).await;
        let held = events.next().await.unwrap();
        assert_eq!((held.id, held.name.as_str()), (2, "held"));
        assert_eq!((&held.data["id"], &held.data["kind"], &held.data["amount"], &held.data["balance"]), (&json!(2), &json!("held"), &json!(120), &json!(50)));
        let text = held.data["text"].as_str().unwrap().replace('\u{a0}', " ");
        assert!(text.starts_with("+120 beans on the way: Order №1043. Available on "), "{text}");

        let start = json!({ "email": "anna@example.com", "consent": true });
        world.post("/api/v1/tasks/tsk_newsletter/attempts", &bearer, &start).await;
        assert_eq!(events.next().await.unwrap().name, "attempt");
        let letter = world.letter("anna@example.com", 0).await;
        world.http.post(letter.link().unwrap()).send().await.unwrap();
        let earned = events.next().await.unwrap();
        assert_eq!((earned.name.as_str(), &earned.data["amount"], &earned.data["balance"]), ("earned", &json!(500), &json!(550)));
        assert_eq!(earned.data["text"].as_str().unwrap().replace('\u{a0}', " "), "+500 beans: Subscribe to the newsletter.");
        let tier = events.next().await.unwrap();
        assert_eq!((tier.id, tier.name.as_str(), &tier.data["tier"], &tier.data["text"]), (5, "tier", &json!("silver"), &json!("You have reached Silver.")));
        world.send(Method::PATCH, "/api/v1/me", &bearer, Some(&json!({ "name": "Anna" })), None).await;
        assert_eq!(events.next().await.unwrap().name, "profile");
    }

    async fn a_reader_that_comes_back_misses_nothing_and_hears_nothing_twice(world: World) {
        let bearer = world.member("42").await;
        let orders: Vec<_> = (0..30)
            .map(|number| {
                let order = paid(&number.to_string(), "42", 100_000);
                request(&world, Method::POST, "/api/v1/programs/demo/orders", &world.api_key, Some(&order), None)
            })
            .collect();
        let told = tokio::spawn(together(orders));
        // A new connection for every third event, by turns with each of the two ways to resume.
        let (mut ids, mut last) = (Vec::new(), 0);
        while last < 31 {
            let mut events = if last % 2 == 0 {
                Events::open(&world, &world.url, &bearer, &format!("cursor={last}"), None).await
            } else {
                // The header is the newer word: the browser's own, after a break.
                Events::open(&world, &world.url, &bearer, "cursor=0", Some(last)).await
            };
            for _ in 0..3 {
                if last < 31 {
                    last = events.next().await.unwrap().id;
                    ids.push(last);
                }
            }
        }
        assert_eq!(ids, (1..=31).collect::<Vec<_>>());
        assert!(told.await.unwrap().iter().all(|(status, _)| *status == StatusCode::OK));
    }

    async fn a_stream_ends_when_the_shopper_signs_out(world: World) {
        let bearer = world.member("42").await;
        let mut events = Events::open(&world, &world.url, &bearer, "", None).await;
        world.send(Method::DELETE, "/api/v1/sessions/current", &bearer, None, None).await;
        assert_eq!(events.next().await, None);
        let (status, _) = world.get("/api/v1/me/events", &bearer).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }

    async fn a_stream_does_not_outlive_its_session(world: World) {
        let bearer = world.member("42").await;
        let mut events = Events::open(&world, &world.url, &bearer, "", None).await;
        world.pass(16 * 60 * 1_000_000);
        assert_eq!(events.next().await, None);
    }

    async fn a_stream_tells_its_own_member_only(world: World) {
        let anna = world.member("42").await;
        let mut events = Events::open(&world, &world.url, &anna, "", None).await;
        world.member("43").await;
        world.order(&paid("1", "43", 240_000)).await;
        world.order(&paid("2", "42", 100_000)).await;
        let told = events.next().await.unwrap();
        assert_eq!((told.id, &told.data["amount"]), (2, &json!(50)));
    }
}
