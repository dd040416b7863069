//! What is handed out: links to pass on, files, the code on the till; and days in a row.

use crate::support::owner::{enter, open};
use crate::support::rules::PLAIN;
use crate::support::sql::{assert_books_balance, count, one, rows};
use crate::support::together::{request, together};
use crate::support::world::{World, on_both_databases};
use app::api::ProgramId;
use clap::Parser;
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use server::cli::{Cli, execute};
use server::domain::till;
use server::domain::{DAY, HOUR, SECOND};
use std::time::Duration;

const EVENTS: &str = "/api/v1/programs/demo/events";
const TASKS: &str = "
[[task]]
id = \"share\"
kind = \"share\"
url = \"https://shop.example/autumn\"
points = 25
hold_days = 7
title = { en = \"Pass our autumn roast on\", ru = \"Поделиться осенней обжаркой\" }

[[task]]
id = \"catalogue\"
kind = \"download\"
file = \"catalogue.pdf\"
points = 15
title = { en = \"Look through the catalogue\", ru = \"Посмотреть каталог\" }

[[task]]
id = \"counter\"
kind = \"in_store\"
points = 10
title = { en = \"Come to the shop\", ru = \"Прийти в магазин\" }

[[task]]
id = \"daily\"
kind = \"daily\"
points = 1
limit = { times = 2, per = \"day\" }
streak = { days = 3, points = 20 }
title = { en = \"Look in\", ru = \"Заглянуть\" }
";

async fn begin(world: &World) {
    world.at_time("2026-11-10T12:00:00Z");
    world.rule(&[PLAIN.file().as_str(), TASKS].concat()).await;
    join(world, "anna").await;
}

async fn join(world: &World, customer: &str) {
    let body = json!({ "customer": customer, "time_zone": "Europe/Moscow" });
    let path = "/api/v1/programs/demo/members";
    let (status, answer) = world.post(path, &world.api_key, &body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
}

async fn start(world: &World, customer: &str, task: &str, body: &Value) -> (StatusCode, Value) {
    let bearer = world.session(customer).await;
    let path = format!("/api/v1/tasks/tsk_{task}/attempts");
    world.post(&path, &bearer, body).await
}

/// Where a member stands with a task.
async fn standing(world: &World, customer: &str, task: &str) -> Value {
    let bearer = world.session(customer).await;
    let (_, me) = world.get("/api/v1/me", &bearer).await;
    let id = format!("tsk_{task}");
    let mut all = me["tasks"].as_array().unwrap().iter();
    all.find(|found| found["task"]["id"] == id).unwrap().clone()
}

/// The link that a task hands out.
async fn link(world: &World, customer: &str, task: &str) -> String {
    let (status, begun) = start(world, customer, task, &json!({})).await;
    assert_eq!(status, StatusCode::OK, "{begun}");
    begun["next"]["url"].as_str().unwrap().to_owned()
}

async fn paid(world: &World) -> i64 {
    count(&world.app.store, "select count(*) from transfer").await
}

async fn evidence(world: &World) -> Value {
    let text: String = one(&world.app.store, "select evidence from transfer").await;
    serde_json::from_str(&text).unwrap()
}

/// Presses the button of a link's page in a friend's browser.
async fn friend(world: &World, url: &str) -> (StatusCode, String) {
    let call = world
        .http
        .post(url)
        .header(header::USER_AGENT, "A friend's");
    let answer = call.send().await.unwrap();
    let status = answer.status();
    let to = answer.headers().get(header::LOCATION);
    let to = to.map_or("", |to| to.to_str().unwrap()).to_owned();
    (status, to)
}

async fn page(world: &World, url: &str) -> (StatusCode, String) {
    let answer = world.http.get(url).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

async fn laurel(world: &World, words: &[&str]) -> Result<String, String> {
    let database = ["--database", &world.database_url];
    let words = ["laurel", "file"].iter().chain(words).chain(&database);
    let cli = Cli::try_parse_from(words).map_err(|error| error.to_string())?;
    execute(cli).await.map_err(|failure| failure.to_string())
}

/// Stores a catalogue of so many bytes.
async fn store_file(world: &World, size: usize) -> Vec<u8> {
    let bytes: Vec<u8> = (0..=250_u8).cycle().take(size).collect();
    let path = world.folder().join("catalogue.pdf");
    std::fs::write(&path, &bytes).unwrap();
    let path = path.display().to_string();
    let line = laurel(world, &["add", "demo", &path]).await.unwrap();
    assert!(
        line.starts_with(&format!("catalogue.pdf\t{size}\tapplication/pdf\t")),
        "{line}"
    );
    bytes
}

fn key(world: &World) -> [u8; 32] {
    world.app.master.mac("till", b"")
}

/// The code that stands on the till.
async fn code(world: &World) -> String {
    let step = till::step_at(world.now());
    till::code(&key(world), world.demo().await, "counter", step)
}

async fn at_till(world: &World, code: &str) -> (StatusCode, Value) {
    start(world, "anna", "counter", &json!({ "till_code": code })).await
}

async fn look_in(world: &World, at: &str) -> Value {
    world.at_time(at);
    let (status, answer) = start(world, "anna", "daily", &json!({})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let row = standing(world, "anna", "daily").await["days_in_row"].clone();
    json!([answer["points"], row])
}

on_both_databases! { quiet
    async fn a_link_counts_once_and_not_where_it_was_made(world: World) {
        begin(&world).await;
        let url = link(&world, "anna", "share").await;
        assert!(url.starts_with(&format!("{}/x/", world.url)), "{url}");
        assert_eq!(link(&world, "anna", "share").await, url, "the same again");
        assert_eq!(standing(&world, "anna", "share").await["attempt"]["next"]["url"], json!(url));
        // Whoever shows a preview only looks.
        let answer = world.http.get(&url).header(header::USER_AGENT, "A preview").send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let policy = answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("form-action 'self' https:;"), "{policy}");
        let html = answer.text().await.unwrap();
        assert!(html.contains("property=\"og:title\"") && html.contains("name=\"description\""), "{html}");
        assert!(html.contains("To the shop"), "{html}");
        let own = world.http.post(&url).send().await.unwrap();
        assert_eq!(own.status(), StatusCode::OK);
        let own = own.text().await.unwrap();
        assert!(own.contains("This link was made in a browser like this one, on this network."), "{own}");
        assert!(own.contains("href=\"https://shop.example/autumn\""), "{own}");
        assert_eq!(paid(&world).await, 0);
        assert_eq!(count(&world.app.store, "select count(*) from share_link where opened_at is not null").await, 0);

        let to_shop = (StatusCode::SEE_OTHER, "https://shop.example/autumn".to_owned());
        assert_eq!(friend(&world, &url).await, to_shop);
        let held = standing(&world, "anna", "share").await;
        assert_eq!((&held["state"], &held["attempt"]["proof"]), (&json!("held"), &json!("observed")));
        assert_eq!(friend(&world, &url).await, to_shop, "the link goes on leading there");
        assert_eq!(paid(&world).await, 1);
        let code = url.rsplit('/').next().unwrap();
        assert_eq!(evidence(&world).await, json!({ "by": "share", "code": code, "opened_at": world.now() }));
        let (available, held): (i64, i64) = (
            one(&world.app.store, "select available from account").await,
            one(&world.app.store, "select held from account").await,
        );
        assert_eq!((available, held), (0, 25));
        let bearer = world.session("anna").await;
        let (_, history) = world.get("/api/v1/me/transfers", &bearer).await;
        assert_eq!(history["items"][0]["proof"]["how"],
            "Your link was opened in another browser or on another network, and led on to the shop. Who it was we do not know.");
        world.pass(8 * DAY);
        world.settle().await;
        assert_eq!(standing(&world, "anna", "share").await["state"], "earned");
        assert_books_balance(&world.app.store).await;
    }

    async fn of_thirty_friends_at_once_one_counts(world: World) {
        begin(&world).await;
        let url = link(&world, "anna", "share").await;
        let path = url.strip_prefix(&world.url).unwrap();
        let friends = (0..30).map(|number| {
            let call = request(&world, Method::POST, path, "", None, None);
            call.header(header::USER_AGENT, format!("Friend {number}"))
        });
        let answers = together(friends).await;
        assert!(answers.iter().all(|(status, _)| *status == StatusCode::SEE_OTHER), "{answers:?}");
        assert_eq!(paid(&world).await, 1);
        assert_books_balance(&world.app.store).await;
    }

    async fn a_link_that_nobody_opened_lapses(world: World) {
        begin(&world).await;
        let url = link(&world, "anna", "share").await;
        world.pass(14 * DAY - SECOND);
        assert_eq!(standing(&world, "anna", "share").await["state"], "started");
        world.pass(SECOND);
        assert_eq!(standing(&world, "anna", "share").await["state"], "expired");
        assert_eq!(friend(&world, &url).await.0, StatusCode::SEE_OTHER);
        assert_eq!(paid(&world).await, 0);
        let another = link(&world, "anna", "share").await;
        assert_ne!(another, url);
        friend(&world, &url).await;
        assert_eq!(paid(&world).await, 0, "the old link counts for nothing");
        friend(&world, &another).await;
        assert_eq!(paid(&world).await, 1);
        for code in ["0000000000", "%00", "abc", "abcdefghilou"] {
            let nowhere = format!("{}/x/{code}", world.url);
            let (status, html) = page(&world, &nowhere).await;
            assert_eq!(status, StatusCode::NOT_FOUND);
            assert!(html.contains("Nothing is here"), "{html}");
            assert_eq!(friend(&world, &nowhere).await.0, StatusCode::NOT_FOUND);
        }
    }

    async fn a_file_counts_once_it_has_arrived_whole(world: World) {
        begin(&world).await;
        let (status, missing) = start(&world, "anna", "catalogue", &json!({})).await;
        assert_eq!((status, &missing["code"]), (StatusCode::CONFLICT, &json!("file_missing")));
        // Larger than what all the buffers on its way hold.
        let bytes = store_file(&world, 24 * 1024 * 1024).await;
        let url = link(&world, "anna", "catalogue").await;
        assert_eq!(link(&world, "anna", "catalogue").await, url, "the same again");
        let (status, html) = page(&world, &url).await;
        assert_eq!(status, StatusCode::OK);
        assert!(html.contains("catalogue.pdf") && html.contains("25.2\u{a0}MB"), "{html}");
        assert_eq!(world.http.head(&url).send().await.unwrap().status(), StatusCode::OK);

        let mut broken = world.http.post(&url).send().await.unwrap();
        assert_eq!(broken.status(), StatusCode::OK);
        let first = broken.chunk().await.unwrap().unwrap();
        assert!(first[..] == bytes[..first.len()]);
        drop(broken);
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert_eq!(paid(&world).await, 0, "broken off");
        assert_eq!(standing(&world, "anna", "catalogue").await["state"], "started");

        world.pass(5 * SECOND);
        let call = world.http.post(&url).header(header::ACCEPT_ENCODING, "gzip, br");
        let whole = call.send().await.unwrap();
        let told = |name| whole.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(told(header::CONTENT_TYPE), "application/pdf");
        assert_eq!(told(header::CONTENT_DISPOSITION), "attachment; filename=\"catalogue.pdf\"");
        assert_eq!(told(header::CONTENT_LENGTH), bytes.len().to_string());
        assert_eq!(told(header::CACHE_CONTROL), "no-store");
        assert_eq!(told(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert!(!whole.headers().contains_key(header::CONTENT_ENCODING));
        assert!(whole.bytes().await.unwrap() == bytes, "the same bytes");
        // Paid before the last byte left.
        let earned = standing(&world, "anna", "catalogue").await;
        assert_eq!((&earned["state"], &earned["attempt"]["proof"]), (&json!("earned"), &json!("verified")));
        let proof = evidence(&world).await;
        assert_eq!((&proof["by"], &proof["file"]), (&json!("download"), &json!("catalogue.pdf")));
        assert_eq!((&proof["size"], &proof["seconds"]), (&json!(bytes.len()), &json!(0)));
        assert_eq!(proof["digest"], server::crypto::hex(&server::crypto::sha256(&bytes)));

        let again = world.http.post(&url).send().await.unwrap();
        assert_eq!(again.status(), StatusCode::GONE);
        assert!(again.text().await.unwrap().contains("Already downloaded"));
        assert_eq!(page(&world, &url).await.0, StatusCode::GONE);
        assert_eq!(paid(&world).await, 1);
        assert_books_balance(&world.app.store).await;
    }

    async fn of_eight_downloads_at_once_one_counts(world: World) {
        begin(&world).await;
        join(&world, "boris").await;
        // Two parts, the second of one byte.
        let bytes = store_file(&world, 256 * 1024 + 1).await;
        let url = link(&world, "anna", "catalogue").await;
        let other = link(&world, "boris", "catalogue").await;
        assert_ne!(url, other);
        let path = url.strip_prefix(&world.url).unwrap();
        let all = (0..8).map(|_| request(&world, Method::POST, path, "", None, None));
        let answers = together(all).await;
        assert!(answers.iter().any(|(status, _)| *status == StatusCode::OK), "{answers:?}");
        assert_eq!(paid(&world).await, 1);
        // Whoever opens it, a link counts for the attempt that it was made for.
        assert_eq!(standing(&world, "anna", "catalogue").await["state"], "earned");
        assert_eq!(standing(&world, "boris", "catalogue").await["state"], "started");
        let whole = world.http.post(&other).send().await.unwrap();
        assert!(whole.bytes().await.unwrap() == bytes);
        assert_eq!(standing(&world, "boris", "catalogue").await["state"], "earned");
        assert_eq!(paid(&world).await, 2);
        assert_books_balance(&world.app.store).await;
    }

    async fn a_link_to_a_file_lapses_and_the_file_may_go_away(world: World) {
        begin(&world).await;
        let bytes = store_file(&world, 1).await;
        let url = link(&world, "anna", "catalogue").await;
        world.pass(DAY);
        let late = world.http.post(&url).send().await.unwrap();
        assert_eq!(late.status(), StatusCode::GONE);
        assert!(late.text().await.unwrap().contains("This link is over"));
        let another = link(&world, "anna", "catalogue").await;
        assert_ne!(another, url);
        assert!(laurel(&world, &["list", "demo"]).await.unwrap().starts_with("catalogue.pdf\t1\t"));
        assert_eq!(laurel(&world, &["remove", "demo", "catalogue.pdf"]).await.unwrap(), "catalogue.pdf is removed\n");
        assert_eq!(laurel(&world, &["list", "demo"]).await.unwrap(), "");
        let refused = laurel(&world, &["remove", "demo", "catalogue.pdf"]).await.unwrap_err();
        assert_eq!(refused, "demo has no file \"catalogue.pdf\"");
        let gone = world.http.post(&another).send().await.unwrap();
        assert_eq!(gone.status(), StatusCode::NOT_FOUND);
        assert!(gone.text().await.unwrap().contains("The file is not here"));
        store_file(&world, 1).await;
        let whole = world.http.post(&another).send().await.unwrap();
        assert!(whole.bytes().await.unwrap() == bytes, "one byte is a file too");
        assert_eq!(paid(&world).await, 1);
        let (status, html) = page(&world, &format!("{}/d/nothing", world.url)).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(html.contains("Nothing is here"), "{html}");
    }

    async fn the_code_on_the_till_counts_while_it_stands(world: World) {
        begin(&world).await;
        let refused = async |code: &str| {
            let (status, answer) = at_till(&world, code).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{answer}");
            assert_eq!(answer["errors"][0]["field"], "till_code");
        };
        refused("").await;
        refused("AAAAAA").await;
        let stale = code(&world).await;
        world.pass(90 * SECOND);
        refused(&stale).await;
        let step = till::step_at(world.now());
        refused(&till::code(&key(&world), ProgramId([9; 16]), "counter", step)).await;
        refused(&till::code(&key(&world), world.demo().await, "another", step)).await;
        assert_eq!(paid(&world).await, 0);

        let right = code(&world).await;
        world.pass(30 * SECOND);
        let sloppy = format!(" {} {}", &right[..3], right[3..].to_lowercase());
        let (status, done) = at_till(&world, &sloppy).await;
        assert_eq!(status, StatusCode::OK, "{done}");
        assert_eq!((&done["state"], &done["proof"]), (&json!("earned"), &json!("verified")));
        assert_eq!(evidence(&world).await, json!({ "by": "till", "step": step }));
        let (status, enough) = at_till(&world, &code(&world).await).await;
        assert_eq!((status, &enough["code"]), (StatusCode::CONFLICT, &json!("limit_reached")));
        world.pass(DAY);
        assert_eq!(at_till(&world, &code(&world).await).await.0, StatusCode::OK);
        assert_eq!(paid(&world).await, 2);
        assert_books_balance(&world.app.store).await;
    }

    async fn after_ten_wrong_codes_no_guess_counts(world: World) {
        begin(&world).await;
        for _ in 0..10 {
            assert_eq!(at_till(&world, "AAAAAA").await.0, StatusCode::UNPROCESSABLE_ENTITY);
        }
        assert_eq!(at_till(&world, "AAAAAA").await.0, StatusCode::TOO_MANY_REQUESTS);
        let (status, late) = at_till(&world, &code(&world).await).await;
        assert_eq!((status, &late["code"]), (StatusCode::TOO_MANY_REQUESTS, &json!("too_many_requests")));
        assert_eq!(paid(&world).await, 0);
        join(&world, "boris").await;
        let body = json!({ "till_code": code(&world).await });
        assert_eq!(start(&world, "boris", "counter", &body).await.0, StatusCode::OK, "each for themselves");
        world.pass(HOUR);
        assert_eq!(at_till(&world, &code(&world).await).await.0, StatusCode::OK);
        assert_eq!(paid(&world).await, 2);
    }

    async fn staff_can_say_that_somebody_is_there(world: World) {
        begin(&world).await;
        let body = json!({ "id": "scan-1", "task": "counter", "member": { "customer": "anna" } });
        let (status, done) = world.post(EVENTS, &world.api_key, &body).await;
        assert_eq!((status, &done["state"]), (StatusCode::OK, &json!("earned")), "{done}");
        assert_eq!(world.post(EVENTS, &world.api_key, &body).await, (StatusCode::OK, done));
        assert_eq!(evidence(&world).await, json!({ "by": "shop", "event": "scan-1" }));
        // Both ways share the limit.
        assert_eq!(at_till(&world, &code(&world).await).await.0, StatusCode::CONFLICT);
        assert_eq!(paid(&world).await, 1);
    }

    async fn the_till_shows_its_code_to_the_shop_alone(world: World) {
        begin(&world).await;
        let url = format!("{}/owner/demo/till/counter", world.url);
        let (status, html) = page(&world, &url).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        let standing = code(&world).await;
        assert!(!html.contains(&standing), "{html}");
        let cookie = enter(&world, world.demo().await, "for-the-till").await;
        let shown = open(&world, "/owner/demo/till/counter", &cookie).await;
        assert_eq!(shown.status, StatusCode::OK);
        let html = shown.text;
        assert!(html.contains(&format!("<output>{standing}</output>")), "{html}");
        assert!(html.contains("http-equiv=\"refresh\"") && html.contains("<path d=\"M0 0h1v1h-1z"), "{html}");
        assert!(!html.contains("style=\""), "the policy would refuse it");
        let other = open(&world, "/owner/demo/till/daily", &cookie).await;
        assert_eq!(other.status, StatusCode::NOT_FOUND);
    }

    async fn days_in_a_row_earn_on_top(world: World) {
        begin(&world).await;
        // Days begin three hours earlier in Moscow: 10, 11 and 12 November there, 10 and 11 in UTC.
        assert_eq!(look_in(&world, "2026-11-10T20:30:00Z").await, json!([1, 1]));
        assert_eq!(look_in(&world, "2026-11-10T21:30:00Z").await, json!([1, 2]));
        let (status, html) = {
            let bearer = world.session("anna").await;
            let path = "/api/v1/me/panel?locale=en";
            let call = request(&world, Method::GET, path, &bearer, None, None);
            let answer = call.send().await.unwrap();
            (answer.status(), answer.text().await.unwrap().replace('\u{a0}', " "))
        };
        assert_eq!(status, StatusCode::OK);
        assert!(html.contains("2 days in a row; 1 more gives 20 beans extra."), "{html}");
        assert_eq!(look_in(&world, "2026-11-11T21:00:00Z").await, json!([21, 3]));
        assert_eq!(look_in(&world, "2026-11-11T21:00:01Z").await, json!([1, 3]), "a day counts once");
        let bearer = world.session("anna").await;
        let (_, history) = world.get("/api/v1/me/transfers", &bearer).await;
        let said = |at: usize| history["items"][at]["text"].as_str().unwrap().replace('\u{a0}', " ");
        assert_eq!(said(0), "+1: Look in.");
        assert_eq!(said(1), "+21: Look in, 3 days in a row.");
        assert_eq!(look_in(&world, "2026-11-12T21:00:00Z").await, json!([1, 4]));
        // The 14th is left out.
        world.at_time("2026-11-14T20:59:59Z");
        assert_eq!(standing(&world, "anna", "daily").await["days_in_row"], 4, "there is a second left");
        world.pass(SECOND);
        assert_eq!(standing(&world, "anna", "daily").await["days_in_row"], 0);
        assert_eq!(look_in(&world, "2026-11-14T21:00:00Z").await, json!([1, 1]));
        assert_eq!(look_in(&world, "2026-11-16T09:00:00Z").await, json!([1, 2]));
        assert_eq!(look_in(&world, "2026-11-17T20:00:00Z").await, json!([21, 3]));
        let transfers = rows(&world.app.store, "select amount from transfer where amount = 21").await;
        assert_eq!(transfers.len(), 2, "in one transfer each");
        assert_books_balance(&world.app.store).await;
    }
}
