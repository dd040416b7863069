//! Who may not, what is not there, and how often is too often (contract §5 and §7).

use crate::support::trust::ask;
use crate::support::world::{Database, World, eventually};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_not_found() {
    let world = World::open(Database::Sqlite).await;
    let (mine, other) = (world.member("42").await, world.member("43").await);
    let (_, attempt) = world
        .post("/api/v1/tasks/tsk_profile/attempts", &other, &json!({}))
        .await;
    let theirs = format!("/api/v1/attempts/{}", attempt["id"].as_str().unwrap());
    let (token, proof) = (
        json!({ "program": "nope", "token": "x" }),
        json!({ "name": "Eve" }),
    );
    let nobody = json!({ "program": "nope", "email": "a@b.de" });
    let none = "/api/v1/attempts/att_00000000000000000000000000";
    let rows = [
        (Method::GET, "/api/v1/programs/nope".to_owned(), None),
        (Method::GET, "/w/nope".into(), None),
        (Method::GET, "/embed.js?program=nope".into(), None),
        (Method::GET, "/embed.js?program=".into(), None),
        (Method::POST, "/api/v1/sessions".into(), Some(&token)),
        (Method::POST, "/api/v1/codes".into(), Some(&nobody)),
        (
            Method::POST,
            "/api/v1/tasks/tsk_nope/attempts".into(),
            Some(&proof),
        ),
        (Method::GET, none.into(), None),
        (Method::POST, format!("{none}/proof"), Some(&proof)),
        (Method::GET, "/api/v1/attempts/nonsense".into(), None),
        (Method::GET, theirs.clone(), None),
        (Method::POST, format!("{theirs}/proof"), Some(&proof)),
        (Method::GET, "/".into(), None),
        (Method::GET, "/api/v1".into(), None),
        (Method::GET, "/api/v2/me".into(), None),
        (Method::GET, "/s/0/pkg/app.js".into(), None),
        (
            Method::GET,
            format!("{}/index.html", world.app.site.pkg()),
            None,
        ),
        (
            Method::GET,
            format!("{}/app.js.br", world.app.site.pkg()),
            None,
        ),
    ];
    for (method, path, body) in rows {
        let mut request = world
            .http
            .request(method, world.at(&path))
            .bearer_auth(&mine);
        if let Some(body) = body {
            let without_unknown = if path.contains("/tasks/") {
                json!({})
            } else {
                body.clone()
            };
            request = request.json(&without_unknown);
        }
        ask(request).await.assert_problem(404, "not_found", &path);
    }
    let form = world.http.post(world.at("/w/nope")).form(&[("token", "x")]);
    ask(form)
        .await
        .assert_problem(404, "not_found", "POST /w/nope");
    let (_, me) = world.get("/api/v1/me", &other).await;
    assert_eq!(me["name"], Value::Null, "nobody answers for another member");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_opens_without_the_right_bearer() {
    let world = World::open(Database::Sqlite).await;
    let session = world.member("42").await;
    let routes = [
        (Method::GET, "/api/v1/me"),
        (Method::PATCH, "/api/v1/me"),
        (Method::POST, "/api/v1/me/join"),
        (Method::GET, "/api/v1/me/transfers"),
        (Method::GET, "/api/v1/me/panel"),
        (Method::GET, "/api/v1/me/events"),
        (Method::POST, "/api/v1/sessions/current"),
        (Method::DELETE, "/api/v1/sessions/current"),
        (Method::POST, "/api/v1/tasks/tsk_newsletter/attempts"),
        (
            Method::GET,
            "/api/v1/attempts/att_00000000000000000000000000",
        ),
        (
            Method::POST,
            "/api/v1/attempts/att_00000000000000000000000000/proof",
        ),
        (Method::POST, "/api/v1/programs/demo/orders"),
        (Method::GET, "/api/v1/programs/demo/orders/1"),
        (Method::POST, "/api/v1/programs/nope/orders"),
    ];
    let wrong_secret = format!("{}0", world.api_key);
    for (method, path) in routes {
        let wrong_kind = if path.contains("/orders") {
            &session
        } else {
            &world.api_key
        };
        let long = format!("Bearer {}", "x".repeat(5000));
        let headers = [
            None,
            Some(String::new()),
            Some("Bearer".into()),
            Some("Bearer ".into()),
            Some("Bearer nobody".into()),
            Some("Bearer .".into()),
            Some("Bearer demo-api-1.".into()),
            Some("Bearer demo-token-1.secret".into()),
            Some(format!("Bearer {wrong_secret}")),
            Some(format!("Bearer {wrong_kind}")),
            Some(format!("Basic {session}")),
            Some(long),
        ];
        for header in headers {
            let mut request = world.http.request(method.clone(), world.at(path));
            if let Some(header) = &header {
                request = request.header("Authorization", header);
            }
            let answer = ask(request.json(&json!({}))).await;
            answer.assert_problem(
                401,
                "unauthorized",
                &format!("{method} {path} with {header:?}"),
            );
        }
    }
    let unknown = ask(world
        .http
        .get(world.at("/api/v1/programs/nope/orders/1"))
        .bearer_auth(&world.api_key))
    .await;
    unknown.assert_problem(
        401,
        "unauthorized",
        "a key of another programme learns nothing",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_method_is_told_which_are_right() {
    let world = World::open(Database::Sqlite).await;
    let rows = [
        ("DELETE", "/api/v1/me", "GET,HEAD,PATCH"),
        ("PUT", "/api/v1/me", "GET,HEAD,PATCH"),
        ("GET", "/api/v1/sessions", "POST"),
        ("GET", "/api/v1/sessions/current", "POST,DELETE"),
        ("GET", "/api/v1/codes", "POST"),
        ("GET", "/api/v1/programs/demo/orders", "POST"),
        ("DELETE", "/api/v1/programs/demo/orders/1", "GET,HEAD"),
        ("POST", "/api/v1/me/transfers", "GET,HEAD"),
        ("PATCH", "/w/demo", "GET,HEAD,POST"),
        ("POST", "/embed.js", "GET,HEAD"),
        ("DELETE", "/c/x", "GET,HEAD,POST"),
        ("POST", "/healthz", "GET,HEAD"),
        ("BREW", "/readyz", "GET,HEAD"),
    ];
    for (method, path, allowed) in rows {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let answer = ask(world.http.request(method.clone(), world.at(path))).await;
        answer.assert_problem(405, "method_not_allowed", &format!("{method} {path}"));
        assert_eq!(answer.header("allow"), allowed, "{method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_panels_form_is_read_as_strictly() {
    const FORM: &str = "application/x-www-form-urlencoded";
    let world = World::open(Database::Sqlite).await;
    let send = |content_type: &'static str, body: Vec<u8>| {
        let request = world.http.post(world.at("/w/demo"));
        ask(request.header("Content-Type", content_type).body(body))
    };
    send("application/json", b"{}".to_vec())
        .await
        .assert_problem(415, "wrong_content_type", "JSON");
    send("multipart/form-data; boundary=x", Vec::new())
        .await
        .assert_problem(415, "wrong_content_type", "parts");
    send(FORM, format!("token={}", "x".repeat(64 * 1024)).into())
        .await
        .assert_problem(413, "too_large", "large");
    for body in ["", "tok=x", "token=x&token=y"] {
        let answer = send(FORM, body.into()).await;
        answer.assert_field("token", body);
    }
    let nasty = send(FORM, b"token=%FF%00".to_vec()).await;
    assert!(nasty.status.is_client_error(), "{}", nasty.status);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_is_told_when_to_come_back() {
    // Two a second, and at most eight at once.
    let world = World::with(Database::Sqlite, |config| config.rate_limit = 2).await;
    let bearer = world.session("42").await;
    for (path, bearer, quota, before) in [
        ("/api/v1/programs/demo", "", 8, 7),
        ("/api/v1/sessions/current", bearer.as_str(), 8, 8),
        (
            "/api/v1/programs/demo/orders/1",
            world.api_key.as_str(),
            80,
            80,
        ),
    ] {
        let method = if path.ends_with("current") {
            Method::POST
        } else {
            Method::GET
        };
        let request = || {
            let request = world.http.request(method.clone(), world.at(path));
            if bearer.is_empty() {
                request
            } else {
                request.bearer_auth(bearer)
            }
        };
        let mut sent = 0;
        let refused = loop {
            let answer = ask(request()).await;
            if answer.status == StatusCode::TOO_MANY_REQUESTS {
                break answer;
            }
            sent += 1;
            assert!(sent < 1000, "{path} has no limit");
        };
        assert!(sent >= before, "{path}: {sent} requests were let through");
        refused.assert_problem(429, "too_many_requests", path);
        let wait: u64 = refused.header("retry-after").parse().unwrap();
        assert!((1..=4).contains(&wait), "{path}: wait {wait} s");
        assert_eq!(
            refused.header("ratelimit"),
            format!("\"default\";r=0;t={wait}"),
            "{path}"
        );
        assert_eq!(
            refused.header("ratelimit-policy"),
            format!("\"default\";q={quota};w=4"),
            "{path}"
        );
        eventually("another turn", async || {
            (ask(request()).await.status != StatusCode::TOO_MANY_REQUESTS).then_some(())
        })
        .await;
    }
    let exposed = ask(world
        .http
        .get(world.at("/api/v1/me"))
        .header("Origin", &world.shop))
    .await;
    let exposed = exposed
        .header("access-control-expose-headers")
        .to_lowercase();
    for name in ["retry-after", "ratelimit", "x-request-id"] {
        assert!(
            exposed.split(',').any(|own| own.trim() == name),
            "pages can read {name}: {exposed}"
        );
    }
}
