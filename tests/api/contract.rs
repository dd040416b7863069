//! The contract is what the server does: the same routes, and none beside them.

use crate::support::trust::ask;
use crate::support::world::{Database, World};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use server::App;
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn what_the_demo_adds_is_not_in_the_server() {
    let world = World::open(Database::Sqlite).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let served = format!("http://{}", listener.local_addr().unwrap());
    // As `laurel serve` does.
    let serving = tokio::spawn(server::serve(
        listener,
        Arc::clone(&world.app),
        std::future::pending(),
    ));
    assert_eq!(
        ask(world.http.get(format!("{served}/healthz"))).await.text,
        "ok"
    );
    for path in ["/dev", "/dev/", "/dev/mail", "/dev/mail/0", "/dev/x"] {
        let answer = ask(world.http.get(format!("{served}{path}"))).await;
        answer.assert_problem(404, "not_found", path);
    }
    assert_eq!(
        ask(world.http.get(world.at("/dev/mail"))).await.status,
        StatusCode::OK,
        "the demo has it"
    );
    serving.abort();
}

/// The paths of the router, from its own list.
fn paths(app: Arc<App>) -> Vec<String> {
    let shown = format!("{:?}", server::api::router(app));
    let paths: HashSet<String> = shown
        .split('"')
        .filter(|text| text.starts_with('/'))
        .map(str::to_owned)
        .collect();
    // The fallback stands there as well, under the root and a name of axum's own.
    let own = |path: &String| path != "/" && !path.contains("__private");
    let mut paths: Vec<String> = paths.into_iter().filter(own).collect();
    paths.sort();
    paths
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contract_lists_exactly_what_the_server_takes() {
    let world = World::open(Database::Sqlite).await;
    let text = server::api::openapi::document().unwrap();
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/openapi.json");
    let kept = std::fs::read_to_string(kept).unwrap();
    assert!(
        text == kept,
        "the contract has changed: `laurel openapi > tests/snapshots/openapi.json`, and say so in the changelog"
    );

    let contract: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(contract["openapi"], "3.1.0");
    let documented = contract["paths"].as_object().unwrap();
    let mut listed: Vec<&String> = documented.keys().collect();
    listed.sort();
    let paths = paths(Arc::clone(&world.app));
    assert!(paths.len() >= 20, "{paths:?}");
    assert_eq!(listed, paths.iter().collect::<Vec<_>>());
    let mut named = HashSet::new();
    for operation in documented
        .values()
        .flat_map(|path| path.as_object().unwrap().values())
    {
        let name = operation["operationId"].as_str().unwrap();
        assert!(
            named.insert(name),
            "{name} is two operations: clients are made from these names"
        );
    }
    for path in &paths {
        let address: Vec<&str> = path
            .split('/')
            .map(|part| if part.starts_with('{') { "x" } else { part })
            .collect();
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let known = documented[path].get(method.to_lowercase()).is_some();
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let answer = world
                .http
                .request(method.clone(), world.at(&address.join("/")))
                .send()
                .await
                .unwrap();
            assert_eq!(
                answer.status() != StatusCode::METHOD_NOT_ALLOWED,
                known,
                "{method} {path}"
            );
        }
    }
}
