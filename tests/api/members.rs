//! What the shop does with members: joining, finding, putting a balance right, giving a tier by hand.

use crate::support::rules::PLAIN;
use crate::support::sql::{assert_books_balance, count};
use crate::support::together::{request, together};
use crate::support::world::{World, on_both_databases, paid};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::domain::DAY;

const MEMBERS: &str = "/api/v1/programs/demo/members";
const ADJUSTMENTS: &str = "/api/v1/programs/demo/adjustments";

async fn join(world: &World, body: &Value) -> Value {
    let (status, member) = world.post(MEMBERS, &world.api_key, body).await;
    assert_eq!(status, StatusCode::OK, "{member}");
    member
}

async fn found(world: &World, query: &str) -> Vec<Value> {
    let (status, page) = world
        .get(&format!("{MEMBERS}?{query}"), &world.api_key)
        .await;
    assert_eq!(status, StatusCode::OK, "{page}");
    page["items"].as_array().unwrap().clone()
}

async fn balance(world: &World) -> i64 {
    found(world, "customer=42").await[0]["balance"]["available"]
        .as_i64()
        .unwrap()
}

async fn tier(world: &World) -> Value {
    found(world, "customer=42").await[0]["standing"]["tier"]["id"].clone()
}

async fn give_tier(world: &World, body: &Value) -> (StatusCode, Value) {
    let id = found(world, "customer=42").await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("{MEMBERS}/{id}/tier");
    world
        .send(Method::PUT, &path, &world.api_key, Some(body), None)
        .await
}

on_both_databases! { quiet
    async fn a_customer_joins_once_on_the_shops_word(world: World) {
        let anna = json!({ "customer": "42", "email": "Anna@Example.com", "name": "Anna", "locale": "ru", "time_zone": "Asia/Tokyo" });
        let first = join(&world, &anna).await;
        assert_eq!((&first["customer"], &first["email"], &first["name"]), (&json!("42"), &json!("anna@example.com"), &json!("Anna")));
        assert_eq!((&first["locale"], &first["time_zone"]), (&json!("ru"), &json!("Asia/Tokyo")));
        assert_eq!(first["balance"]["available"], 50, "joining is a task of the demo's");
        for again in [&anna, &json!({ "customer": "42" }), &json!({ "email": "anna@example.com" })] {
            assert_eq!(join(&world, again).await["id"], first["id"]);
        }
        world.pass(DAY);
        let other = join(&world, &json!({ "customer": "43" })).await;
        assert_eq!(other["time_zone"], "Europe/Moscow", "the programme's");
        assert_eq!(found(&world, "customer=42").await, std::slice::from_ref(&first));
        assert_eq!(found(&world, "email=anna%40example.com").await, std::slice::from_ref(&first));
        assert_eq!(found(&world, "customer=44").await, [Value::Null; 0]);
        let shown = world.get(&format!("{MEMBERS}/{}", first["id"].as_str().unwrap()), &world.api_key).await;
        assert_eq!(shown, (StatusCode::OK, first.clone()));
        let (_, page) = world.get(&format!("{MEMBERS}?limit=1"), &world.api_key).await;
        assert_eq!(page["items"], json!([first]));
        let next = format!("limit=1&cursor={}", page["next_cursor"].as_str().unwrap());
        assert_eq!(found(&world, &next).await, [other]);
        assert_eq!(count(&world.app.store, "select count(*) from member").await, 2);
        assert_books_balance(&world.app.store).await;
    }

    async fn an_address_that_is_proven_later_is_in_the_profile(world: World) {
        let first = join(&world, &json!({ "customer": "42" })).await;
        assert_eq!(first["email"], Value::Null);
        let proven = join(&world, &json!({ "customer": "42", "email": "Anna@Example.com" })).await;
        assert_eq!((&proven["id"], &proven["email"]), (&first["id"], &json!("anna@example.com")));
        let newer = json!({ "customer": "42", "email": "anna@example.org" });
        assert_eq!(join(&world, &newer).await["email"], "anna@example.org");
        let told = "select count(*) from event where kind = 'profile'";
        assert_eq!(count(&world.app.store, told).await, 2);
        // What was known before proves nothing new, and another member's address stays theirs.
        let older = json!({ "customer": "42", "email": "anna@example.com" });
        assert_eq!(join(&world, &older).await["email"], "anna@example.org");
        join(&world, &json!({ "customer": "43", "email": "boris@example.com" })).await;
        let taken = json!({ "customer": "42", "email": "boris@example.com" });
        assert_eq!(join(&world, &taken).await["email"], "anna@example.org");
        assert_eq!(count(&world.app.store, told).await, 2);
        assert_eq!(found(&world, "email=anna%40example.com").await[0]["email"], "anna@example.org");
    }

    async fn what_makes_no_member_is_named(world: World) {
        for (body, field) in [
            (json!({}), "customer"),
            (json!({ "customer": "" }), "customer"),
            (json!({ "email": "nobody" }), "email"),
            (json!({ "customer": "42", "name": "x".repeat(101) }), "name"),
            (json!({ "customer": "42", "time_zone": "Mars/Olympus" }), "time_zone"),
        ] {
            let (status, told) = world.post(MEMBERS, &world.api_key, &body).await;
            assert_eq!((status, &told["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)), "{told}");
        }
        for path in ["/nobody", "/mbr_01M80DBWS4E9WB7S3D2SAC5VP5"] {
            let (status, _) = world.get(&format!("{MEMBERS}{path}"), &world.api_key).await;
            assert_eq!(status, StatusCode::NOT_FOUND);
        }
        assert_eq!(count(&world.app.store, "select count(*) from member").await, 0);
    }

    async fn a_balance_is_put_right_with_a_note_that_the_member_reads(world: World) {
        world.rule(&PLAIN.file()).await;
        let member = join(&world, &json!({ "customer": "42", "email": "anna@example.com" })).await;
        let refs = [json!({ "id": member["id"] }), json!({ "customer": "42" }), json!({ "email": "anna@example.com" })];
        for (n, member) in (1..).zip(refs) {
            let body = json!({ "member": member, "amount": 100, "note": "Sorry for the wait" });
            let (status, done) = world.post(ADJUSTMENTS, &world.api_key, &body).await;
            assert_eq!((status, &done["balance"], &done["amount"]), (StatusCode::OK, &json!(100 * n), &json!(100)));
        }
        let bearer = world.session("42").await;
        let (_, lines) = world.get("/api/v1/me/transfers", &bearer).await;
        assert_eq!(lines["items"][0]["text"], "+100: correction by the shop: Sorry for the wait.");
        assert_eq!(count(&world.app.store, "select points_earned from account").await, 0, "it is no earning");
        assert_books_balance(&world.app.store).await;
    }

    async fn what_makes_no_adjustment_is_named(world: World) {
        world.rule(&PLAIN.file()).await;
        join(&world, &json!({ "customer": "42" })).await;
        world.adjust("42", 100).await;
        let good = json!({ "member": { "customer": "42" }, "amount": 1, "note": "why" });
        for (field, value, at) in [
            ("note", json!(""), "note"),
            ("note", json!(" "), "note"),
            ("amount", json!(0), "amount"),
            ("amount", json!(1_000_000_001), "amount"),
            ("amount", json!(-1_000_000_001), "amount"),
            ("amount", json!(i64::MIN), "amount"),
            ("member", json!({}), "member"),
            ("member", json!({ "customer": "42", "email": "a@example.com" }), "member"),
        ] {
            let mut body = good.clone();
            body[field] = value;
            let (status, told) = world.post(ADJUSTMENTS, &world.api_key, &body).await;
            assert_eq!((status, &told["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(at)), "{body}");
        }
        let mut missing = good.clone();
        missing.as_object_mut().unwrap().remove("note");
        let (status, _) = world.post(ADJUSTMENTS, &world.api_key, &missing).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let nobody = json!({ "member": { "customer": "nobody" }, "amount": 1, "note": "why" });
        let (status, _) = world.post(ADJUSTMENTS, &world.api_key, &nobody).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert_eq!(balance(&world).await, 100);
    }

    async fn taking_never_makes_a_debt(world: World) {
        world.rule(&PLAIN.file()).await;
        join(&world, &json!({ "customer": "42" })).await;
        world.adjust("42", 100).await;
        let (status, few) = world.adjust("42", -101).await;
        assert_eq!((status, &few["code"], &few["detail"]), (StatusCode::CONFLICT, &json!("balance_too_low"), &json!("The member can spend 100 points.")));
        world.order(&paid("1043", "42", 240_000)).await;
        let (status, _) = world.adjust("42", -101).await;
        assert_eq!(status, StatusCode::CONFLICT, "what waits cannot be taken");
        assert_eq!(balance(&world).await, 100);
        world.adjust("42", -100).await;
        assert_eq!(balance(&world).await, 0);
        assert_books_balance(&world.app.store).await;
    }

    async fn thirty_take_the_last_points_and_one_has_them(world: World) {
        world.rule(&PLAIN.file()).await;
        join(&world, &json!({ "customer": "42" })).await;
        world.adjust("42", 199).await;
        let body = json!({ "member": { "customer": "42" }, "amount": -100, "note": "all at once" });
        let ask = || request(&world, Method::POST, ADJUSTMENTS, &world.api_key, Some(&body), None);
        let told = together((0..30).map(|_| ask())).await;
        let number = |status| told.iter().filter(|told| told.0 == status).count();
        assert_eq!((number(StatusCode::OK), number(StatusCode::CONFLICT)), (1, 29), "{told:?}");
        assert_eq!(balance(&world).await, 99);
        assert_books_balance(&world.app.store).await;
    }

    async fn a_tier_given_by_hand_ends_by_itself(world: World) {
        world.rule(&PLAIN.file()).await;
        join(&world, &json!({ "customer": "42" })).await;
        let until = |micros| jiff::Timestamp::from_microsecond(micros).unwrap().to_string();
        let end = world.now() + 30 * DAY;
        for (body, field) in [
            (json!({ "tier": "platinum", "until": until(end) }), "tier"),
            (json!({ "tier": "gold" }), "until"),
            (json!({ "tier": "gold", "until": "tomorrow" }), "until"),
            (json!({ "tier": "gold", "until": until(world.now()) }), "until"),
        ] {
            let (status, told) = give_tier(&world, &body).await;
            assert_eq!((status, &told["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)), "{told}");
        }
        let (_, given) = give_tier(&world, &json!({ "tier": "gold", "until": until(end) })).await;
        assert_eq!((&given["standing"]["tier"]["id"], &given["standing"]["manual_until"]), (&json!("gold"), &json!(until(end))));
        let points = async |id: &str| world.order(&paid(id, "42", 100_000)).await.1["points"].clone();
        assert_eq!(points("1").await, 75);
        world.pass(30 * DAY - 1);
        assert_eq!(points("2").await, 75);
        // Nobody has run a job, and still the tier is over.
        world.pass(1);
        assert_eq!(points("3").await, 50);
        assert_eq!(tier(&world).await, "bronze");
        world.settle().await;
        assert_eq!(tier(&world).await, "bronze");
        let store = &world.app.store;
        assert_eq!(count(store, "select count(*) from event where kind = 'tier' and tier = 'gold' and not down").await, 1);
        assert_eq!(count(store, "select count(*) from event where kind = 'tier' and tier = 'bronze' and down").await, 1);
        assert_books_balance(store).await;
    }

    async fn a_tier_given_by_hand_can_be_taken_back_and_what_was_earned_stays(world: World) {
        world.rule(&PLAIN.file()).await;
        join(&world, &json!({ "customer": "42" })).await;
        let until = "2099-01-01T00:00:00Z";
        give_tier(&world, &json!({ "tier": "gold", "until": until })).await;
        // 500 points: Silver, earned beside the tier that was given.
        world.order(&paid("1", "42", 1_000_000)).await;
        world.pass(15 * DAY);
        world.settle().await;
        assert_eq!(tier(&world).await, "gold");
        let (_, back) = give_tier(&world, &json!({ "tier": null })).await;
        assert_eq!((&back["standing"]["tier"]["id"], &back["standing"]["manual_until"]), (&json!("silver"), &Value::Null));
        // Also below what was earned: the shop's word counts.
        give_tier(&world, &json!({ "tier": "bronze", "until": until })).await;
        assert_eq!(tier(&world).await, "bronze");
        assert_books_balance(&world.app.store).await;
    }
}
