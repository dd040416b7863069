//! Reviews of products: only by those who bought them, read by a person before anybody else, with photos of which
//! nothing but the picture is kept.

use crate::support::rules::PLAIN;
use crate::support::sql::{assert_books_balance, count, one, rows};
use crate::support::together::thirty;
use crate::support::world::{World, on_both_databases, paid};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use std::io::Cursor;

const START: &str = "/api/v1/tasks/tsk_review/attempts";
const LIST: &str = "/api/v1/programs/demo/reviews?sku=beans";
const SAID: &str = "Sweet and round, <b>and</b> gone within a week.";
const TASK: &str = "
[[task]]
id = \"review\"
kind = \"review\"
points = 40
title = { en = \"Review what you bought\", ru = \"Оценить покупку\" }
";

/// A customer who has joined, and has bought these; answers their bearer.
async fn buyer(world: &World, customer: &str, skus: &[&str]) -> String {
    let join = json!({ "customer": customer, "name": "Anna" });
    let members = "/api/v1/programs/demo/members";
    let (status, answer) = world.post(members, &world.api_key, &join).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    if !skus.is_empty() {
        let (status, answer) = world.order(&order(customer, customer, skus)).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }
    world.session(customer).await
}

fn order(id: &str, customer: &str, skus: &[&str]) -> Value {
    let mut order = paid(id, customer, 100_000);
    let lines = skus.iter().enumerate().map(|(line, sku)| {
        let name = (*sku == "beans").then_some("House beans");
        json!({ "id": line.to_string(), "sku": sku, "name": name, "amount": 1000, "qty": 1 })
    });
    order["lines"] = lines.collect();
    order
}

async fn begin(world: &World) {
    world.at_time("2026-11-21T12:00:00Z");
    world.rule(&[PLAIN.file().as_str(), TASK].concat()).await;
}

async fn start(world: &World, bearer: &str, product: &str) -> (StatusCode, Value) {
    world
        .post(START, bearer, &json!({ "product": product }))
        .await
}

/// The address of an attempt that can be begun.
async fn started(world: &World, bearer: &str, product: &str) -> String {
    let (status, attempt) = start(world, bearer, product).await;
    assert_eq!(
        (status, &attempt["state"]),
        (StatusCode::OK, &json!("started")),
        "{attempt}"
    );
    format!("/api/v1/attempts/{}", attempt["id"].as_str().unwrap())
}

fn proof(stars: i64) -> Value {
    json!({ "stars": stars, "text": SAID, "author": "Anna K.", "publish": true })
}

/// Writes and sends a review; answers its attempt's id.
async fn sent(world: &World, bearer: &str, product: &str, stars: i64) -> String {
    let path = started(world, bearer, product).await;
    let (status, attempt) = world
        .post(&format!("{path}/proof"), bearer, &proof(stars))
        .await;
    assert_eq!(
        (status, &attempt["state"]),
        (StatusCode::OK, &json!("checking")),
        "{attempt}"
    );
    attempt["id"].as_str().unwrap().to_owned()
}

async fn decide(world: &World, attempt: &str, decision: &Value) -> (StatusCode, Value) {
    let path = format!("/api/v1/programs/demo/attempts/{attempt}/decision");
    world.post(&path, &world.api_key, decision).await
}

async fn accept(world: &World, attempt: &str) -> Value {
    let (status, decided) = decide(world, attempt, &json!({ "decision": "accept" })).await;
    assert_eq!(status, StatusCode::OK, "{decided}");
    decided
}

async fn upload(
    world: &World,
    path: &str,
    bearer: &str,
    kind: &str,
    bytes: Vec<u8>,
) -> (StatusCode, Value) {
    let request = world.http.post(format!("{}{path}/files", world.url));
    let request = request
        .bearer_auth(bearer)
        .header(header::CONTENT_TYPE, kind);
    let answer = request.body(bytes).send().await.unwrap();
    let status = answer.status();
    (status, answer.json().await.unwrap_or(Value::Null))
}

/// A picture of one colour.
fn picture(red: u8, format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_pixel(60, 40, Rgb([red, 40, 40]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture)
        .write_to(&mut bytes, format)
        .unwrap();
    bytes.into_inner()
}

/// A PNG that says it has sixty thousand pixels on each side.
fn bomb() -> Vec<u8> {
    let mut bytes = picture(0, ImageFormat::Png);
    bytes[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    let mut sum = flate2::Crc::new();
    sum.update(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.sum().to_be_bytes());
    bytes
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

async fn available(world: &World, bearer: &str) -> i64 {
    let (_, me) = world.get("/api/v1/me", bearer).await;
    me["balance"]["available"].as_i64().unwrap()
}

/// Where the member stands with the task, and what is left to review.
async fn standing(world: &World, bearer: &str) -> (Value, Value) {
    let (_, me) = world.get("/api/v1/me", bearer).await;
    let task = &me["tasks"][0];
    (task["state"].clone(), task["products"].clone())
}

/// The language that the only member has.
async fn locale(world: &World) -> String {
    one(&world.app.store, "select locale from member").await
}

fn named(answer: &Value) -> Vec<&str> {
    let errors = answer["errors"].as_array().unwrap().iter();
    errors
        .map(|error| error["field"].as_str().unwrap())
        .collect()
}

on_both_databases! { quiet
    async fn only_what_a_member_has_bought_can_be_reviewed(world: World) {
        begin(&world).await;
        let anna = buyer(&world, "anna", &[]).await;
        let boris = buyer(&world, "boris", &["beans", "filter"]).await;
        assert_eq!(standing(&world, &anna).await, (json!("available"), json!([])));
        let products = json!([{ "sku": "beans", "name": "House beans" }, { "sku": "filter", "name": "filter" }]);
        assert_eq!(standing(&world, &boris).await.1, products);
        for product in ["beans", "tea", "", "\u{0}", "beans\u{0}"] {
            let (status, refused) = start(&world, &anna, product).await;
            assert_eq!((status, named(&refused)), (StatusCode::UNPROCESSABLE_ENTITY, vec!["product"]), "{product:?}");
        }
        let (status, refused) = world.post(START, &boris, &json!({})).await;
        assert_eq!((status, named(&refused)), (StatusCode::UNPROCESSABLE_ENTITY, vec!["product"]));
        assert_eq!(count(&world.app.store, "select count(*) from attempt").await, 0);

        let mut called_off = order("2", "anna", &["beans"]);
        world.order(&called_off).await;
        let path = started(&world, &anna, "beans").await;
        called_off["status"] = json!("cancelled");
        world.order(&called_off).await;
        assert_eq!(start(&world, &anna, "beans").await.0, StatusCode::UNPROCESSABLE_ENTITY);
        let (status, refused) = world.post(&format!("{path}/proof"), &anna, &proof(5)).await;
        assert_eq!((status, named(&refused)), (StatusCode::UNPROCESSABLE_ENTITY, vec!["product"]), "it was called off since");
        assert_eq!(count(&world.app.store, "select count(*) from review").await, 0);
    }

    async fn a_review_waits_for_a_person_and_nothing_is_paid(world: World) {
        begin(&world).await;
        let anna = buyer(&world, "anna", &["beans", "filter"]).await;
        let path = started(&world, &anna, "beans").await;
        let (_, begun) = world.get(&path, &anna).await;
        assert_eq!(begun["next"], json!({ "kind": "form", "fields": ["stars", "text", "author", "publish"] }));
        assert_eq!(started(&world, &anna, "beans").await, path, "it goes on");
        for (number, format) in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP].into_iter().enumerate() {
            let red = 50 * u8::try_from(number).unwrap();
            let (status, added) = upload(&world, &path, &anna, format.to_mime_type(), picture(red, format)).await;
            assert_eq!((status, &added["photos"]), (StatusCode::OK, &json!(number + 1)), "{added}");
        }
        let (_, same) = upload(&world, &path, &anna, "image/png", picture(50, ImageFormat::Png)).await;
        assert_eq!(same["photos"], 3, "the same one is there already");

        let bad = json!({ "stars": 6, "text": "Good.", "author": " ", "publish": false });
        let (status, refused) = world.post(&format!("{path}/proof"), &anna, &bad).await;
        assert_eq!((status, named(&refused)), (StatusCode::UNPROCESSABLE_ENTITY, vec!["stars", "text", "author", "publish"]));
        let mut silent = proof(5);
        silent.as_object_mut().unwrap().remove("publish");
        let (_, refused) = world.post(&format!("{path}/proof"), &anna, &silent).await;
        assert_eq!(named(&refused), ["publish"], "nobody is published without having said so");

        let (status, waits) = world.post(&format!("{path}/proof"), &anna, &proof(2)).await;
        assert_eq!((status, &waits["state"], &waits["reason"]["code"]), (StatusCode::OK, &json!("checking"), &json!("review_waits")));
        assert_eq!(world.post(&format!("{path}/proof"), &anna, &proof(5)).await.1, waits, "what was sent stands");
        let (status, refused) = upload(&world, &path, &anna, "image/png", picture(99, ImageFormat::Png)).await;
        assert_eq!((status, &refused["code"]), (StatusCode::CONFLICT, &json!("review_sent")));
        let (status, refused) = start(&world, &anna, "beans").await;
        assert_eq!((status, &refused["code"]), (StatusCode::CONFLICT, &json!("review_sent")), "one review of each");
        let left = json!([{ "sku": "filter", "name": "filter" }]);
        assert_eq!(standing(&world, &anna).await, (json!("checking"), left));

        let store = &world.app.store;
        let evidence: String = one(store, "select evidence from decision").await;
        let evidence: Value = serde_json::from_str(&evidence).unwrap();
        assert_eq!(evidence, json!({ "by": "review", "sku": "beans", "order": "anna", "stars": 2, "photos": 3 }));
        assert_eq!(count(store, "select count(*) from transfer where evidence like '%review%'").await, 0);
        assert_eq!(available(&world, &anna).await, 0);
        let (_, public) = world.get(LIST, "").await;
        assert_eq!(public, json!({ "items": [], "count": 0, "average_hundredths": null, "next_cursor": null }));
        sent(&world, &anna, "filter", 4).await;
        assert_books_balance(store).await;
    }

    async fn a_review_begins_anew_without_its_photos(world: World) {
        begin(&world).await;
        let anna = buyer(&world, "anna", &["beans"]).await;
        let path = started(&world, &anna, "beans").await;
        upload(&world, &path, &anna, "image/png", picture(9, ImageFormat::Png)).await;
        assert_eq!(started(&world, &anna, "beans").await, path);
        assert_eq!(count(&world.app.store, "select count(*) from review_photo").await, 0);
    }

    async fn somebody_elses_review_is_not_there(world: World) {
        begin(&world).await;
        let anna = buyer(&world, "anna", &["beans"]).await;
        let boris = buyer(&world, "boris", &["beans"]).await;
        let path = started(&world, &anna, "beans").await;
        assert_eq!(world.post(&format!("{path}/proof"), &boris, &proof(5)).await.0, StatusCode::NOT_FOUND);
        assert_eq!(world.get(&path, &boris).await.0, StatusCode::NOT_FOUND);
        let png = || picture(9, ImageFormat::Png);
        assert_eq!(upload(&world, &path, &boris, "image/png", png()).await.0, StatusCode::NOT_FOUND);
        assert_eq!(upload(&world, &path, "", "image/png", png()).await.0, StatusCode::UNAUTHORIZED);
        assert_eq!(upload(&world, "/api/v1/attempts/att_x", &anna, "image/png", png()).await.0, StatusCode::NOT_FOUND);
        assert_eq!(count(&world.app.store, "select count(*) from review_photo").await, 0);
        assert_eq!(started(&world, &boris, "beans").await.len(), path.len(), "everybody has their own");
    }

    async fn files_that_are_no_photos_are_refused(world: World) {
        begin(&world).await;
        let anna = buyer(&world, "anna", &["beans"]).await;
        let path = started(&world, &anna, "beans").await;
        let html = b"<!doctype html><script>alert(1)</script>".to_vec();
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".to_vec();
        let png = picture(9, ImageFormat::Png);
        let large = vec![0xff; 10 * 1024 * 1024 + 1];
        for (kind, bytes, status, code) in [
            ("text/html", html.clone(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_an_image"),
            ("image/svg+xml", svg, StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_an_image"),
            ("application/json", png.clone(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_an_image"),
            ("image/png", html, StatusCode::UNPROCESSABLE_ENTITY, "not_an_image"),
            ("image/jpeg", Vec::new(), StatusCode::UNPROCESSABLE_ENTITY, "not_an_image"),
            ("image/png", png[..png.len() / 2].to_vec(), StatusCode::UNPROCESSABLE_ENTITY, "not_an_image"),
            ("image/png", bomb(), StatusCode::UNPROCESSABLE_ENTITY, "photo_too_many_pixels"),
            ("image/jpeg", large, StatusCode::PAYLOAD_TOO_LARGE, "photo_too_large"),
        ] {
            let size = bytes.len();
            let (got, refused) = upload(&world, &path, &anna, kind, bytes).await;
            assert_eq!((got, &refused["code"]), (status, &json!(code)), "{kind}, {size} bytes");
        }
        for red in 0..4 {
            let (status, _) = upload(&world, &path, &anna, "image/png", picture(red * 50, ImageFormat::Png)).await;
            assert_eq!(status, StatusCode::OK);
        }
        let (status, refused) = upload(&world, &path, &anna, "image/png", picture(255, ImageFormat::Png)).await;
        assert_eq!((status, &refused["code"]), (StatusCode::CONFLICT, &json!("too_many_photos")));
        assert_eq!(count(&world.app.store, "select count(*) from review_photo").await, 4);
    }

    async fn of_thirty_proofs_at_once_one_is_sent(world: World) {
        begin(&world).await;
        let anna = buyer(&world, "anna", &["beans"]).await;
        let path = started(&world, &anna, "beans").await;
        let answers = thirty(&world, Method::POST, &format!("{path}/proof"), &anna, Some(&proof(4)), None).await;
        for (status, attempt) in answers {
            assert_eq!((status, &attempt["state"]), (StatusCode::OK, &json!("checking")), "{attempt}");
        }
        let store = &world.app.store;
        assert_eq!(count(store, "select count(*) from review").await, 1);
        assert_eq!(count(store, "select count(*) from decision").await, 1);
        assert_eq!(count(store, "select count(*) from event where kind = 'attempt'").await, 1, "told once");
    }

    async fn an_accepted_review_is_paid_and_public_until_it_is_removed(world: World) {
        begin(&world).await;
        let anna = buyer(&world, "anna", &["beans"]).await;
        let path = started(&world, &anna, "beans").await;
        let hidden = b"PK\x03\x04 a whole archive <script>alert(1)</script>";
        let polyglot = [picture(200, ImageFormat::Jpeg).as_slice(), hidden].concat();
        let (status, added) = upload(&world, &path, &anna, "image/jpeg", polyglot).await;
        assert_eq!(status, StatusCode::OK, "{added}");
        let photo = format!("{}/photos/{}", world.url, added["id"].as_str().unwrap());
        let seen = async || world.http.get(&photo).send().await.unwrap();
        assert_eq!(seen().await.status(), StatusCode::NOT_FOUND, "nobody has read it yet");
        let (_, waits) = world.post(&format!("{path}/proof"), &anna, &proof(4)).await;
        let id = waits["id"].as_str().unwrap();

        let paid = accept(&world, id).await;
        assert_eq!((&paid["state"], &paid["proof"]), (&json!("earned"), &json!("confirmed")));
        assert_eq!(available(&world, &anna).await, 40);
        let (_, shown) = world.get(&path, &anna).await;
        assert_eq!(shown["reason"]["code"], "review_published");
        let request = world.http.get(format!("{}{LIST}", world.url)).header(header::ORIGIN, &world.shop);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], world.shop.as_str());
        let public: Value = answer.json().await.unwrap();
        let expected = json!({
            "items": [{
                "id": id, "sku": "beans", "stars": 4, "text": SAID, "author": "Anna K.",
                "at": "2026-11-21T12:00:00Z", "locale": locale(&world).await, "verified_purchase": true,
                "photos": [{ "url": photo, "width": 60, "height": 40 }],
            }],
            "count": 1, "average_hundredths": 400, "next_cursor": null,
        });
        assert_eq!(public, expected);

        let answer = seen().await;
        assert_eq!(answer.status(), StatusCode::OK);
        let head = answer.headers().clone();
        assert_eq!(head[header::CONTENT_TYPE], "image/jpeg");
        assert_eq!(head["cross-origin-resource-policy"], "cross-origin");
        assert_eq!(head[header::CONTENT_SECURITY_POLICY], "default-src 'none'; sandbox");
        assert_eq!(head[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        let bytes = answer.bytes().await.unwrap();
        image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg).unwrap();
        assert!(!has(&bytes, b"PK\x03\x04") && !has(&bytes, b"<script"), "only the picture");

        let refuse = json!({ "decision": "refuse", "reason": "It was about another shop." });
        let (status, taken) = decide(&world, id, &refuse).await;
        assert_eq!((status, &taken["state"]), (StatusCode::OK, &json!("reversed")), "{taken}");
        assert_eq!(available(&world, &anna).await, 0);
        let (_, public) = world.get(LIST, "").await;
        assert_eq!((&public["items"], &public["count"]), (&json!([]), &json!(0)));
        assert_eq!(seen().await.status(), StatusCode::NOT_FOUND);
        assert_books_balance(&world.app.store).await;
    }

    async fn a_refused_review_earns_nothing_and_can_be_written_anew(world: World) {
        begin(&world).await;
        let anna = buyer(&world, "anna", &["beans"]).await;
        let id = sent(&world, &anna, "beans", 5).await;
        let refuse = json!({ "decision": "refuse", "reason": "Please leave out the telephone number." });
        let (status, refused) = decide(&world, &id, &refuse).await;
        assert_eq!((status, &refused["state"]), (StatusCode::OK, &json!("rejected")), "{refused}");
        let (_, public) = world.get(LIST, "").await;
        assert_eq!(public["count"], 0);
        let products = json!([{ "sku": "beans", "name": "House beans" }]);
        assert_eq!(standing(&world, &anna).await, (json!("rejected"), products));
        world.pass(1_000_000);
        let again = sent(&world, &anna, "beans", 5).await;
        assert_ne!(again, id);
        accept(&world, &again).await;
        assert_eq!(standing(&world, &anna).await, (json!("earned"), json!([])));
        assert_eq!(available(&world, &anna).await, 40);
        let removed = rows(&world.app.store, "select attempt_id from review where removed_at is not null").await;
        assert_eq!(removed.len(), 1);
        assert_books_balance(&world.app.store).await;
    }

    async fn no_more_are_sent_than_the_task_pays_for(world: World) {
        let limited = format!("{TASK}limit = {{ times = 1, per = \"month\" }}\n");
        world.at_time("2026-11-21T12:00:00Z");
        world.rule(&[PLAIN.file(), limited].concat()).await;
        let anna = buyer(&world, "anna", &["beans", "filter"]).await;
        let other = started(&world, &anna, "filter").await;
        sent(&world, &anna, "beans", 5).await;
        let (status, refused) = world.post(&format!("{other}/proof"), &anna, &proof(5)).await;
        assert_eq!((status, &refused["code"]), (StatusCode::CONFLICT, &json!("limit_reached")));
        let (status, refused) = start(&world, &anna, "filter").await;
        assert_eq!((status, &refused["code"]), (StatusCode::CONFLICT, &json!("limit_reached")));
        assert_eq!(count(&world.app.store, "select count(*) from review").await, 1);
    }

    async fn a_limit_counts_when_reviews_are_sent_however_long_ago_they_were_begun(world: World) {
        world.at_time("2026-11-29T12:00:00Z");
        let limited = TASK.replace("points = 40", "points = 40\nlimit = { times = 1, per = \"month\" }");
        world.rule(&[PLAIN.file().as_str(), &limited].concat()).await;
        let anna = buyer(&world, "anna", &["beans", "filter"]).await;
        let beans = started(&world, &anna, "beans").await;
        let filter = started(&world, &anna, "filter").await;
        world.at_time("2026-12-02T12:00:00Z");
        let anna = world.session("anna").await;
        let (_, first) = world.post(&format!("{beans}/proof"), &anna, &proof(5)).await;
        assert_eq!(first["state"], "checking");
        let (status, enough) = world.post(&format!("{filter}/proof"), &anna, &proof(5)).await;
        assert_eq!((status, &enough["code"]), (StatusCode::CONFLICT, &json!("limit_reached")), "both were begun in November");
    }

    async fn every_number_of_stars_earns_the_same(world: World) {
        begin(&world).await;
        let skus = ["one", "two", "three", "four", "five"];
        let anna = buyer(&world, "anna", &skus).await;
        for (stars, sku) in (1..).zip(skus) {
            let id = sent(&world, &anna, sku, stars).await;
            assert_eq!(accept(&world, &id).await["points"], 40, "{stars} stars");
            assert_eq!(available(&world, &anna).await, 40 * stars);
        }
        assert_books_balance(&world.app.store).await;
    }

    async fn reviews_are_listed_page_by_page_and_stand_in_the_shops_page(world: World) {
        begin(&world).await;
        let mut ids = Vec::new();
        for (customer, stars) in [("anna", 5), ("boris", 4), ("vera", 4)] {
            let bearer = buyer(&world, customer, &["beans"]).await;
            let id = sent(&world, &bearer, "beans", stars).await;
            // Two of them are published in the same moment.
            if stars == 5 {
                world.pass(1);
            }
            accept(&world, &id).await;
            if stars == 5 {
                world.pass(1);
            }
            ids.push(id);
        }
        let mut seen = Vec::new();
        let mut path = format!("{LIST}&limit=1");
        loop {
            let (status, page) = world.get(&path, "").await;
            assert_eq!(status, StatusCode::OK, "{page}");
            assert_eq!((&page["count"], &page["average_hundredths"]), (&json!(3), &json!(433)));
            seen.push(page["items"][0]["id"].as_str().unwrap().to_owned());
            let Some(next) = page["next_cursor"].as_str() else {
                break;
            };
            path = format!("{LIST}&limit=1&cursor={next}");
        }
        assert_eq!(seen.last(), ids.first(), "the newest first");
        seen.sort_unstable();
        ids.sort_unstable();
        assert_eq!(seen, ids, "each of them once");

        for (query, field) in [
            ("", "sku"),
            ("sku=", "sku"),
            ("sku=%00", "sku"),
            ("sku=beans&limit=0", "limit"),
            ("sku=beans&cursor=x", "cursor"),
            ("sku=beans&cursor=1.att_x", "cursor"),
        ] {
            let (status, refused) = world.get(&format!("/api/v1/programs/demo/reviews?{query}"), "").await;
            assert_eq!((status, named(&refused)), (StatusCode::UNPROCESSABLE_ENTITY, vec![field]), "{query}");
        }
        assert_eq!(world.get("/api/v1/programs/nope/reviews?sku=beans", "").await.0, StatusCode::NOT_FOUND);
        assert_eq!(world.get("/photos/pho_x", "").await.0, StatusCode::NOT_FOUND);

        let page = format!("{}/w/demo?view=reviews&sku=beans&locale=en", world.url);
        let html = world.http.get(page).send().await.unwrap().text().await.unwrap();
        for part in ["data-form=\"reviews\"", "4.3 of 5, from 3", "Bought here", "Anna K.", "&lt;b&gt;and&lt;/b&gt;"] {
            assert!(html.contains(part), "{part}\n{html}");
        }
        assert!(!html.contains("<b>and</b>"));
    }
}
