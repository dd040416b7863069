//! No input makes a 500 (contract §7): addresses, parameters, headers and texts that no honest client
//! sends, on every route, on both databases. They go out byte by byte, because a client of good
//! manners would tidy them up first.

use crate::support::world::{World, on_both_databases, paid};
use serde_json::{Value, json};

/// What stands where a name is expected.
fn names() -> Vec<String> {
    let plain = [
        "",
        ".",
        "..",
        "%2e%2e",
        "%2E%2E%2Fetc%2Fpasswd",
        "..%2f..",
        "%FF",
        "%00",
        "demo%00",
        "%C0%AE",
        "%",
        "%zz",
        "%F0%9F%98%80",
        "%E2%80%AE",
        "'%20or%201=1--",
        "%27%3B%20drop%20table%20member%3B--",
        "{program}",
        "*",
        "~",
        ";",
        "a;b=c",
        "a,b",
        "null",
        "undefined",
        "-1",
        "9223372036854775808",
        "1e400",
        "att_",
        "att_%00",
        "tsk_",
        "tsk_join",
        "tsk_newsletter%00",
        "att_zzzzzzzzzzzzzzzzzzzzzzzzzz",
        "att_ZZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "mbr_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "att_01ARZ3NDEKTSV4RRFFQ69G5FAV%0d%0aSet-Cookie:x",
        "<script>",
        "\u{1}",
        "\"",
        "\\",
    ];
    let long = ["x".repeat(6000), "%41".repeat(2000)];
    plain.into_iter().map(str::to_owned).chain(long).collect()
}

/// Every route with a place for a name, or for a parameter.
const PLACES: &[&str] = &[
    "/{}",
    "/w/{}",
    "/w/demo/{}",
    "/w/demo?view={}&locale={}&theme={}&host={}&form={}&before={}",
    "/c/{}",
    "/s/{}/pkg/app.js",
    "/s/x/pkg/{}",
    "/s/x/pkg/../{}",
    "/embed.js?program={}",
    "/embed.js?{}",
    "/api/v1/{}",
    "/api/v1/programs/{}",
    "/api/v1/programs/demo?locale={}",
    "/api/v1/programs/{}/orders",
    "/api/v1/programs/demo/orders/{}",
    "/api/v1/sessions/{}",
    "/api/v1/me?locale={}",
    "/api/v1/me/transfers?limit={}&cursor={}&locale={}",
    "/api/v1/me/transfers?limit=0&cursor={}",
    "/api/v1/me/transfers?cursor={}",
    "/api/v1/me/panel?locale={}&form={}&host={}",
    "/api/v1/me/panel?before={}",
    "/api/v1/me/events?cursor={}&locale={}",
    "/api/v1/tasks/{}/attempts",
    "/api/v1/attempts/{}",
    "/api/v1/attempts/{}/proof",
    "/api/v1/attempts/{}/files",
    "/api/v1/programs/{}/reviews?sku={}",
    "/api/v1/programs/demo/reviews?sku={}&cursor={}&limit={}",
    "/photos/{}",
    "/w/demo?view=reviews&sku={}",
    "/api/v1/threads?limit={}&cursor={}",
    "/api/v1/threads?cursor={}",
    "/api/v1/threads/{}/messages",
    "/api/v1/threads/{}/seen",
];

/// Asserts that the server answered, was not at fault, and sent bad news in the right shape.
async fn assert_calm(world: &World, request: &[u8]) {
    let (status, head) = world.raw(request).await;
    let shown: String = String::from_utf8_lossy(request).chars().take(200).collect();
    assert!((200..500).contains(&status), "{status} for {shown}\n{head}");
    // What is no HTTP at all is refused before it reaches us, without a body.
    if status >= 400 && !head.contains("content-length: 0") {
        let problem = head.contains("content-type: application/problem+json");
        let page = head.contains("content-type: text/html") && shown.contains("/c/");
        assert!(problem || page, "{shown}\n{head}");
        assert!(
            head.contains("x-content-type-options: nosniff"),
            "{shown}\n{head}"
        );
    }
}

fn request(method: &str, path: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("{method} {path} HTTP/1.1\r\nHost: laurel\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

fn bearer_for(world: &World, path: &str, member: &str) -> String {
    let bearer = if path.contains("/orders") {
        &world.api_key
    } else {
        member
    };
    format!("Authorization: Bearer {bearer}\r\nContent-Type: application/json\r\n")
}

/// Every text in the body, one after the other, replaced by this.
fn with_each_text_replaced(body: &Value, text: &str) -> Vec<Value> {
    let Some(object) = body.as_object() else {
        return vec![text.into()];
    };
    let mut bodies = Vec::new();
    for (name, value) in object {
        let inner = match value {
            Value::String(_) => vec![text.into()],
            Value::Object(_) => with_each_text_replaced(value, text),
            Value::Array(items) => {
                let first = items.first().into_iter();
                first
                    .flat_map(|item| with_each_text_replaced(item, text))
                    .map(|item| json!([item]))
                    .collect()
            }
            _ => Vec::new(),
        };
        bodies.extend(inner.into_iter().map(|replaced| {
            let mut body = body.clone();
            body[name] = replaced;
            body
        }));
    }
    bodies
}

on_both_databases! {
    async fn no_address_makes_a_500(world: World) {
        let member = world.member("42").await;
        for place in PLACES {
            for name in names() {
                let path = place.replace("{}", &name);
                let headers = bearer_for(&world, &path, &member);
                assert_calm(&world, &request("GET", &path, &headers, "")).await;
                assert_calm(&world, &request("POST", &path, &headers, "{}")).await;
            }
        }
    }

    async fn no_header_makes_a_500(world: World) {
        let member = world.member("42").await;
        let long = "x".repeat(6000);
        let values = ["", " ", "\t", "\u{7f}", "null", "*", "-1", "1e400", "9223372036854775808", "..", ";;;", ",,,", "\"", "é", "ж", "q=0", &long];
        let names = [
            "Authorization", "Content-Type", "Accept", "Accept-Encoding", "Accept-Language", "Origin", "Host", "Cookie",
            "Idempotency-Key", "Last-Event-ID", "X-Forwarded-For", "X-Laurel-Locale", "Access-Control-Request-Method",
            "Access-Control-Request-Headers", "If-None-Match", "Range", "Expect",
        ];
        let routes = [
            ("GET", "/w/demo"), ("GET", "/embed.js?program=demo"), ("GET", "/c/x"), ("GET", "/api/v1/programs/demo"),
            ("GET", "/api/v1/me"), ("PATCH", "/api/v1/me"), ("GET", "/api/v1/me/events"), ("GET", "/api/v1/me/panel"),
            ("OPTIONS", "/api/v1/me"), ("HEAD", "/w/demo"), ("POST", "/api/v1/programs/demo/orders"),
        ];
        for (method, path) in routes {
            for name in names {
                for value in values {
                    let mut headers = bearer_for(&world, path, &member);
                    if headers.contains(name) {
                        let others = headers.split_inclusive("\r\n").filter(|line| !line.starts_with(name));
                        headers = others.collect();
                    }
                    let headers = format!("{headers}{name}: {value}\r\n");
                    assert_calm(&world, &request(method, path, &headers, "{}")).await;
                }
            }
        }
    }

    async fn no_text_makes_a_500(world: World) {
        let member = world.member("42").await;
        let (_, attempt) = world.post("/api/v1/tasks/tsk_profile/attempts", &member, &json!({})).await;
        let proof = format!("/api/v1/attempts/{}/proof", attempt["id"].as_str().unwrap());
        let mut order = paid("1", "42", 100);
        order["customer"] = json!({ "id": "42", "email": "a@b.de", "phone": "+49" });
        order["payment_method"] = "card".into();
        order["referral_code"] = "abc".into();
        order["coupon_codes"] = json!(["a"]);
        order["lines"] = json!([{ "id": "1", "sku": "beans", "amount": 1, "qty": 1, "collections": ["a"] }]);
        let bodies = [
            ("POST", "/api/v1/sessions", json!({ "program": "demo", "token": "x" })),
            ("POST", "/api/v1/sessions", json!({ "program": "demo", "challenge": "x", "code": "x" })),
            ("POST", "/api/v1/codes", json!({ "program": "demo", "email": "x", "locale": "x" })),
            ("POST", "/api/v1/me/join", json!({ "version": 1, "time_zone": "x", "locale": "x" })),
            ("PATCH", "/api/v1/me", json!({ "name": "x", "locale": "x", "time_zone": "x" })),
            ("PATCH", "/api/v1/me", json!({ "name": "x" })),
            ("POST", "/api/v1/tasks/tsk_newsletter/attempts", json!({ "email": "x", "consent": true })),
            ("POST", proof.as_str(), json!({ "name": "x", "birthday": "x" })),
            ("POST", "/api/v1/programs/demo/orders", order),
        ];
        let long = "я".repeat(20_000);
        let texts = [
            "", " ", "\u{0}", "a\u{0}b", "a@b.de\u{0}", "\u{1b}[0m", "\u{feff}", "\u{202e}", "\u{fffd}", "\u{10ffff}", "😀", "%00",
            "'; drop table member; --", "\\", "\"", "</script>", "{{7*7}}", "../../etc/passwd", "-9999-12-31", "9999-12-31",
            "2026-11-21T24:00:00Z", "+275760-09-13", "a@b.de\r\nBcc: c@d.de", &long,
        ];
        for (method, path, body) in &bodies {
            for text in texts {
                for body in with_each_text_replaced(body, text) {
                    let headers = bearer_for(&world, path, &member);
                    assert_calm(&world, &request(method, path, &headers, &body.to_string())).await;
                }
            }
            for number in ["-0", "1e400", "-1e400", "0.1", "1E5", "99999999999999999999999999", "0x10", "NaN", "01"] {
                let broken = body.to_string().replacen("\"x\"", number, 1).replacen(":100", &format!(":{number}"), 1);
                let headers = bearer_for(&world, path, &member);
                assert_calm(&world, &request(method, path, &headers, &broken)).await;
            }
        }
        // A signed shop may be careless too.
        for text in texts {
            for name in ["sub", "email", "name", "locale"] {
                let mut claims = world.claims("46");
                claims[name] = text.chars().take(300).collect::<String>().into();
                claims["email_verified"] = true.into();
                let token = world.sign(&claims);
                let opened = world.exchange("demo", &token).await;
                assert!(opened.status.as_u16() < 500, "{name} = {text:?}");
                if let Some(bearer) = opened.json()["token"].as_str() {
                    let (status, joined) = world.post("/api/v1/me/join", bearer, &json!({ "version": 1 })).await;
                    assert_eq!(status, 200, "{name} = {text:?}: {joined}");
                    assert_eq!(world.panel("/w/demo", &token).await.status, 200, "{name} = {text:?}");
                }
            }
        }
    }
}
