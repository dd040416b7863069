//! What bad input gets (contract §7): a clear problem that names the field, and nothing changes.

use crate::support::trust::{Answer, ask};
use crate::support::world::{World, balance, on_both_databases, paid};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// A route that writes, with a body that it would take.
struct Write {
    method: Method,
    path: String,
    bearer: String,
    body: Value,
    /// Whether an `Idempotency-Key` means something here.
    keyed: bool,
}

impl Write {
    fn request(&self, world: &World) -> RequestBuilder {
        let request = world
            .http
            .request(self.method.clone(), world.at(&self.path));
        if self.bearer.is_empty() {
            request
        } else {
            request.bearer_auth(&self.bearer)
        }
    }

    async fn send(
        &self,
        world: &World,
        content_type: &str,
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        ask(self
            .request(world)
            .header("Content-Type", content_type)
            .body(body))
        .await
    }

    async fn json(&self, world: &World, body: &Value) -> Answer {
        self.send(world, "application/json", body.to_string()).await
    }
}

/// Every route that takes a body.
async fn writes(world: &World) -> Vec<Write> {
    let (member, newcomer) = (world.member("42").await, world.session("43").await);
    let (_, attempt) = world
        .post("/api/v1/tasks/tsk_profile/attempts", &member, &json!({}))
        .await;
    let proof = format!("/api/v1/attempts/{}/proof", attempt["id"].as_str().unwrap());
    let write = |method: Method, path: &str, bearer: &str, body: Value, keyed: bool| Write {
        method,
        path: path.into(),
        bearer: bearer.into(),
        body,
        keyed,
    };
    let token = world.sign(&world.claims("44"));
    let code = json!({ "program": "demo", "email": "anna@example.com" });
    vec![
        write(
            Method::POST,
            "/api/v1/sessions",
            "",
            json!({ "program": "demo", "token": token }),
            false,
        ),
        write(Method::POST, "/api/v1/codes", "", code, false),
        write(
            Method::POST,
            "/api/v1/me/join",
            &newcomer,
            json!({ "version": 1 }),
            false,
        ),
        write(
            Method::PATCH,
            "/api/v1/me",
            &member,
            json!({ "name": "Anna" }),
            true,
        ),
        write(
            Method::POST,
            "/api/v1/tasks/tsk_birthday/attempts",
            &member,
            json!({}),
            true,
        ),
        write(
            Method::POST,
            &proof,
            &member,
            json!({ "name": "Anna" }),
            true,
        ),
        write(
            Method::POST,
            "/api/v1/programs/demo/orders",
            &world.api_key,
            paid("1", "42", 100),
            true,
        ),
    ]
}

on_both_databases! {
    async fn a_body_that_cannot_be_read_changes_nothing(world: World) {
        let deep = format!("{}{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
        for write in writes(&world).await {
            let (path, good) = (&write.path, write.body.to_string());
            for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp", ""] {
                let answer = write.send(&world, content_type, good.clone()).await;
                answer.assert_problem(415, "wrong_content_type", &format!("{path} as {content_type:?}"));
            }
            let not_json: [&[u8]; 9] = [
                b"", b"{", b"nope", b"{\"a\":1}}", b"{} {}", b"{'a':1}", b"\xef\xbb\xbf{}", b"{\"\xff\":1}", b"{\"a\":\"\\ud800\"}",
            ];
            for body in not_json {
                let answer = write.send(&world, "application/json", body).await;
                let what = format!("{path} with {}", String::from_utf8_lossy(body));
                assert!([400, 422].contains(&answer.status.as_u16()), "{what}: {}", answer.text);
                answer.assert_problem(answer.status.as_u16(), answer.json()["code"].as_str().unwrap(), &what);
            }
            for body in [&b""[..], b"{", b"nope", b"{'a':1}"] {
                write.send(&world, "application/json", body).await.assert_problem(400, "not_json", path);
            }
            let comma = if good.len() > 2 { "," } else { "" };
            let latin = [good.trim_end_matches('}').as_bytes(), comma.as_bytes(), b"\"Ren\xe9\":1}"].concat();
            write.send(&world, "application/json", latin).await.assert_problem(400, "not_json", path);
            let answer = write.send(&world, "application/json", deep.clone()).await;
            assert!([400, 422].contains(&answer.status.as_u16()), "{path}: deep JSON: {}", answer.text);
            let known = deep.replacen("\"a\"", &format!("{:?}", first_field(&write.body)), 1);
            let answer = write.send(&world, "application/json", known).await;
            assert!([400, 422].contains(&answer.status.as_u16()), "{path}: deep JSON: {}", answer.text);

            for body in [json!([]), json!(["demo", "x"]), json!(5), json!("text"), json!(true), Value::Null] {
                write.json(&world, &body).await.assert_problem(422, "invalid", &format!("{path} with {body}"));
            }
            let mut body = write.body.clone();
            body["surprise"] = 1.into();
            write.json(&world, &body).await.assert_field("surprise", path);

            let large = format!("{}{}", " ".repeat(64 * 1024), good);
            write.send(&world, "application/json", large).await.assert_problem(413, "too_large", path);
            let just = format!("{}{}", " ".repeat(64 * 1024 - good.len()), good);
            let answer = write.send(&world, "application/json; charset=utf-8", just).await;
            assert!(answer.status.is_success(), "{path}: 64 KiB are allowed, and nothing bad was kept: {}", answer.text);
        }
        let (_, me) = world.get("/api/v1/me", &world.session("42").await).await;
        assert_eq!(me["name"], "Anna");
    }

    async fn a_wrong_field_is_named(world: World) {
        let writes = writes(&world).await;
        let [sessions, codes, join, me, start, proof, _] = &writes[..] else {
            unreachable!("there are seven of them")
        };
        let long = "x".repeat(101);
        let rows = [
            (sessions, json!({}), "program"),
            (sessions, json!({ "program": 5, "token": "x" }), "program"),
            (sessions, json!({ "program": "demo" }), "token"),
            (sessions, json!({ "program": "demo", "token": 5 }), "token"),
            (sessions, json!({ "program": "demo", "token": ["x"] }), "token"),
            (sessions, json!({ "program": "demo", "token": "x", "code": "1" }), "token"),
            (sessions, json!({ "program": "demo", "code": "123456" }), "token"),
            (sessions, json!({ "program": "demo", "challenge": "nope", "code": "1" }), "challenge"),
            (sessions, json!({ "program": "demo", "challenge": 1, "code": "1" }), "challenge"),
            (codes, json!({ "program": "demo" }), "email"),
            (codes, json!({ "program": "demo", "email": "" }), "email"),
            (codes, json!({ "program": "demo", "email": "anna" }), "email"),
            (codes, json!({ "program": "demo", "email": "a@b.de\r\nBcc: c@d.de" }), "email"),
            (codes, json!({ "program": "demo", "email": format!("{}@b.de", "a".repeat(300)) }), "email"),
            (codes, json!({ "program": "demo", "email": "a@b.de", "locale": 1 }), "locale"),
            (join, json!({}), "version"),
            (join, json!({ "version": "1" }), "version"),
            (join, json!({ "version": 1.5 }), "version"),
            (join, json!({ "version": 9_223_372_036_854_775_808_u64 }), "version"),
            (join, json!({ "version": 1, "time_zone": 3 }), "time_zone"),
            (me, json!({ "name": "" }), "name"),
            (me, json!({ "name": " \t " }), "name"),
            (me, json!({ "name": long }), "name"),
            (me, json!({ "name": "An\u{0}na" }), "name"),
            (me, json!({ "name": 5 }), "name"),
            (me, json!({ "locale": "xx" }), "locale"),
            (me, json!({ "time_zone": "Mars/Base" }), "time_zone"),
            (me, json!({ "time_zone": "../../etc/passwd" }), "time_zone"),
            (me, json!({ "birthday": "1990-05-03" }), "birthday"),
            (start, json!({ "email": 1 }), "email"),
            (start, json!({ "consent": "yes" }), "consent"),
            (proof, json!({}), "name"),
            (proof, json!({ "name": "  " }), "name"),
            (proof, json!({ "name": long }), "name"),
            (proof, json!({ "name": "A", "birthday": 1990 }), "birthday"),
        ];
        for (write, body, field) in rows {
            write.json(&world, &body).await.assert_field(field, &format!("{} with {body}", write.path));
        }
        let subscribe = "/api/v1/tasks/tsk_newsletter/attempts";
        for (body, field) in [
            (json!({ "email": "a@b.de" }), "consent"),
            (json!({ "consent": true }), "email"),
            (json!({ "consent": true, "email": "a b@c.de" }), "email"),
        ] {
            let request = world.http.post(world.at(subscribe)).bearer_auth(&me.bearer);
            ask(request.json(&body)).await.assert_field(field, &format!("{subscribe} with {body}"));
        }
        let (_, birthday) = world.post("/api/v1/tasks/tsk_birthday/attempts", &me.bearer, &json!({})).await;
        let birthday = format!("/api/v1/attempts/{}/proof", birthday["id"].as_str().unwrap());
        for told in [Value::Null, json!(""), json!("03.05.1990"), json!("2990-05-03"), json!("1990-02-30"), json!("0001-01-01")] {
            let request = world.http.post(world.at(&birthday)).bearer_auth(&me.bearer);
            ask(request.json(&json!({ "birthday": told }))).await.assert_field("birthday", &told.to_string());
        }
        for (query, field) in [
            ("limit=0", "limit"), ("limit=101", "limit"), ("limit=abc", "limit"), ("limit=-1", "limit"),
            ("limit=1&limit=2", "limit"), ("cursor=x", "cursor"), ("cursor=1.5", "cursor"), ("limit=0&cursor=x", "limit"),
        ] {
            let path = format!("/api/v1/me/transfers?{query}");
            let answer = ask(world.http.get(world.at(&path)).bearer_auth(&me.bearer)).await;
            answer.assert_field(field, &path);
        }
        let (_, after) = world.get("/api/v1/me", &me.bearer).await;
        assert_eq!((&after["name"], &after["balance"]["available"]), (&Value::Null, &json!(50)), "nothing changed");
    }

    async fn a_bad_order_is_refused_with_its_field_and_not_kept(world: World) {
        world.member("42").await;
        let text = "x".repeat(256);
        let line = |change: Value| json!([{ "id": "1", "amount": 1, "qty": 1 }, change]);
        let rows = [
            ("id", json!(""), "id"),
            ("id", json!(" "), "id"),
            ("id", json!("a\u{0}b"), "id"),
            ("id", json!(text), "id"),
            ("id", json!(1043), "id"),
            ("customer", json!({}), "customer"),
            ("customer", json!("42"), "customer"),
            ("customer", json!({ "id": "" }), "customer.id"),
            ("customer", json!({ "id": "4\u{0}2" }), "customer.id"),
            ("customer", json!({ "id": 42 }), "customer.id"),
            ("customer", json!({ "email": "anna" }), "customer.email"),
            ("customer", json!({ "phone": "\u{0}" }), "customer.phone"),
            ("customer", json!({ "id": "42", "vip": true }), "customer.vip"),
            ("currency", json!("rub"), "currency"),
            ("currency", json!("RU"), "currency"),
            ("currency", json!("₽"), "currency"),
            ("currency", Value::Null, "currency"),
            ("total", json!(-1), "total"),
            ("total", json!(1.5), "total"),
            ("total", json!("240000"), "total"),
            ("total", json!(1_000_000_000_001_i64), "total"),
            ("total", json!(i64::MIN), "total"),
            ("total", json!(u64::MAX), "total"),
            ("total", json!(1e300), "total"),
            ("shipping", json!(-1), "shipping"),
            ("shipping", json!(240_001), "total"),
            ("tax", json!(i64::MAX), "tax"),
            ("discount", json!(-1), "discount"),
            ("lines", json!({}), "lines"),
            ("lines", json!(vec![json!({ "id": "1", "amount": 1, "qty": 1 }); 501]), "lines"),
            ("lines", line(json!({ "id": "2", "amount": -1, "qty": 1 })), "lines[1].amount"),
            ("lines", line(json!({ "id": "2", "amount": 1, "qty": -1 })), "lines[1].qty"),
            ("lines", line(json!({ "id": "2", "amount": "1", "qty": 1 })), "lines[1].amount"),
            ("lines", line(json!({ "id": "2", "qty": 1 })), "lines[1].amount"),
            ("lines", line(json!({ "id": "2", "amount": 1, "qty": 1, "on_sale": "no" })), "lines[1].on_sale"),
            ("coupon_codes", json!([""]), "coupon_codes"),
            ("coupon_codes", json!(["ok", 5]), "coupon_codes[1]"),
            ("status", json!("returned"), "status"),
            ("status", json!("PAID"), "status"),
            ("status", Value::Null, "status"),
            ("at", json!("yesterday"), "at"),
            ("at", json!("2026-11-21"), "at"),
            ("at", json!("2026-02-30T12:00:00Z"), "at"),
            ("at", json!(1_700_000_000), "at"),
        ];
        let post = |body: Value| {
            let request = world.http.post(world.at("/api/v1/programs/demo/orders"));
            ask(request.bearer_auth(&world.api_key).json(&body))
        };
        for (name, value, field) in rows {
            let mut order = paid("1043", "42", 240_000);
            order[name] = value;
            let what = format!("{name} = {}", order[name]);
            post(order).await.assert_field(field, &what.chars().take(80).collect::<String>());
        }
        for name in ["id", "customer", "currency", "total", "status", "at"] {
            let mut order = paid("1043", "42", 240_000);
            order.as_object_mut().unwrap().remove(name);
            post(order).await.assert_field(name, &format!("no {name}"));
        }
        let both = post(json!({ "id": "", "customer": {}, "currency": "x", "total": -1, "status": "paid", "at": "" })).await;
        assert_eq!(both.fields(), ["id", "customer", "currency", "total", "total", "at"], "all faults are told at once");
        let (status, _) = world.get("/api/v1/programs/demo/orders/1043", &world.api_key).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "no bad order was kept");
        let (_, me) = world.get("/api/v1/me", &world.session("42").await).await;
        assert_eq!(me["balance"], balance(50, 0));
    }

    async fn one_idempotency_key_is_one_request(world: World) {
        // One member's keys are one space, whatever the route.
        for (number, write) in writes(&world).await.into_iter().enumerate() {
            let (path, own) = (write.path.clone(), format!("k{number}").into_bytes());
            let send = |key: Vec<u8>, body: Value| {
                let key = reqwest::header::HeaderValue::from_bytes(&key).unwrap();
                ask(write.request(&world).header("Idempotency-Key", key).json(&body))
            };
            let bad: [&[u8]; 3] = [b"", &[b'k'; 256], b"caf\xe9"];
            for key in bad {
                if write.keyed {
                    send(key.to_vec(), write.body.clone()).await.assert_problem(400, "bad_idempotency_key", &path);
                }
            }
            if !write.keyed {
                continue;
            }
            let first = send(own.clone(), write.body.clone()).await;
            assert_eq!(first.status, StatusCode::OK, "{path}: {}", first.text);
            let again = send(own.clone(), write.body.clone()).await;
            assert_eq!((again.status, again.json()), (first.status, first.json()), "{path}");
            let mut other = write.body.clone();
            let field = if path.ends_with("orders") { "total" } else if path.contains("tasks") { "consent" } else { "name" };
            other[field] = if field == "total" { json!(200) } else if field == "consent" { json!(true) } else { json!("Eve") };
            send(own, other).await.assert_problem(422, "idempotency_key_reused", &path);
        }
        // A key belongs to whoever chose it.
        let other = world.member("45").await;
        let body = json!({ "name": "Boris" });
        let (status, me) = world.send(Method::PATCH, "/api/v1/me", &other, Some(&body), Some("k3")).await;
        assert_eq!((status, &me["name"]), (StatusCode::OK, &json!("Boris")));
        let (_, me) = world.get("/api/v1/me", &world.session("42").await).await;
        assert_eq!(me["name"], "Anna", "nothing of the refused requests was kept");
    }
}

fn first_field(body: &Value) -> &str {
    body.as_object()
        .unwrap()
        .keys()
        .next()
        .map_or("email", String::as_str)
}
