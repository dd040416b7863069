//! Quotes: the checkout is told what will happen, and nothing happens.

use crate::support::friends::Friends;
use crate::support::rules::{A_YEAR, PLAIN, Rules};
use crate::support::sql::{Write, assert_books_balance, count};
use crate::support::trust::TEA;
use crate::support::world::{World, on_both_databases};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::domain::DAY;

const QUOTE: &str = "/api/v1/programs/demo/quote";

/// Half of an order can be paid with points, ten by ten.
const SLIDER: Rules = Rules {
    tables: "[spending]\nmax_percent = \"50\"\n\n[[reward]]\nid = \"pay\"\nkind = \"slider\"\npoints = 10
        amount = \"10.00\"\nname = { en = \"Pay with beans\", ru = \"Оплатить зёрнами\" }\n\n",
    purchase: "first_order_bonus = 100",
    ..PLAIN
};

/// A customer who has joined and has so many points.
async fn member(world: &World, customer: &str, points: i64) -> Value {
    let join = json!({ "customer": customer });
    let path = "/api/v1/programs/demo/members";
    let (status, member) = world.post(path, &world.api_key, &join).await;
    assert_eq!(status, StatusCode::OK, "{member}");
    world.adjust(customer, points).await;
    member
}

async fn redeem(world: &World, customer: &str, reward: &str) -> String {
    let bearer = world.session(customer).await;
    let path = format!("/api/v1/rewards/{reward}/redemptions");
    let (status, made) = world.send(Method::POST, &path, &bearer, None, None).await;
    assert_eq!(status, StatusCode::OK, "{made}");
    made["coupon"]["code"].as_str().unwrap().to_owned()
}

async fn use_for(world: &World, code: &str, body: &Value) -> Value {
    let path = format!("/api/v1/programs/demo/coupons/{code}/use");
    let (status, used) = world.post(&path, &world.api_key, body).await;
    assert_eq!(status, StatusCode::OK, "{used}");
    used
}

async fn quote(world: &World, body: &Value) -> Value {
    let (status, told) = world.post(QUOTE, &world.api_key, body).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    told
}

/// A basket of customer 42 with two lines, and what is said of it beside.
fn basket(beside: Value) -> Value {
    let mut basket = json!({ "member": { "customer": "42" }, "currency": "RUB",
        "lines": [{ "id": "a", "amount": 70_000 }, { "id": "b", "amount": 50_001, "qty": 3 }] });
    if let Value::Object(beside) = beside {
        basket.as_object_mut().unwrap().extend(beside);
    }
    basket
}

/// One number of each line.
fn each(lines: &Value, name: &str) -> Vec<i64> {
    let lines = lines.as_array().unwrap().iter();
    lines.map(|line| line[name].as_i64().unwrap()).collect()
}

/// The names of reasons.
fn codes(reasons: &Value) -> Vec<&str> {
    let reasons = reasons.as_array().unwrap().iter();
    reasons
        .map(|reason| reason["code"].as_str().unwrap())
        .collect()
}

on_both_databases! { quiet
    async fn what_was_quoted_is_what_happens(world: World) {
        world.rule(&PLAIN.file()).await;
        member(&world, "42", 350).await;
        let code = redeem(&world, "42", "r300").await;
        let told = quote(&world, &basket(json!({ "coupon_codes": [code.to_lowercase(), code], "shipping": 300 }))).await;
        assert_eq!(told["coupons"], json!([{ "code": code, "amount": 30_000, "points": 300, "reason": null }]), "named twice, used once");
        assert_eq!(each(&told["lines"], "coupons"), [17_500, 12_500]);
        assert_eq!(each(&told["lines"], "pays"), [52_500, 37_501]);
        assert_eq!((&told["total"], &told["shipping"], &told["shipping_price"]), (&json!(90_301), &json!(300), &json!(300)));
        assert_eq!(told["earning"], json!({ "points": 45, "hold_days": 14, "reason": null }));
        assert_eq!(each(&told["lines"], "earns").iter().sum::<i64>(), 45);

        let body = json!({ "order_id": "1043", "lines": basket(json!({}))["lines"] });
        let used = use_for(&world, &code, &body).await;
        assert_eq!(each(&used["lines"], "amount"), each(&told["lines"], "coupons"));
        let (_, order) = world.order(&json!({ "id": "1043", "customer": { "id": "42" }, "currency": "RUB", "total": 90_301, "shipping": 300,
            "lines": [{ "id": "a", "amount": 52_500, "qty": 1 }, { "id": "b", "amount": 37_501, "qty": 3 }],
            "coupon_codes": [code], "status": "paid", "at": "2026-11-21T12:00:00Z" })).await;
        assert_eq!(order["points"], 45);

        let refund = |id: &str, amount: i64, lines: Value| {
            json!({ "id": id, "order_id": "1043", "amount": amount, "lines": lines, "at": "2026-11-22T12:00:00Z" })
        };
        let refunds = "/api/v1/programs/demo/refunds";
        let line = json!([{ "id": "a", "amount": 52_500 }]);
        let (_, first) = world.post(refunds, &world.api_key, &refund("1", 52_500, line)).await;
        let (_, rest) = world.post(refunds, &world.api_key, &refund("2", 37_801, json!([]))).await;
        assert_eq!((&first["given_back"], &rest["given_back"]), (&json!(175), &json!(125)));
        assert_eq!(first["reversed"], each(&told["lines"], "earns")[0]);
        assert_eq!(first["reversed"].as_i64().unwrap() + rest["reversed"].as_i64().unwrap(), 45);
        assert_books_balance(&world.app.store).await;
    }

    async fn a_quote_changes_nothing(world: World) {
        world.rule(&SLIDER.file()).await;
        member(&world, "42", 350).await;
        let code = redeem(&world, "42", "r100").await;
        let asked = basket(json!({ "coupon_codes": [code, "NOSUCH"], "points": 105, "order_id": "1043" }));
        let look = async || {
            let store = &world.app.store;
            [
                count(store, "select count(*) from transfer").await,
                count(store, "select count(*) from hold").await,
                count(store, "select count(*) from coupon where state = 'open' and order_id is null").await,
                count(store, "select count(*) from shop_order").await,
                count(store, "select count(*) from idempotency").await,
                count(store, "select cast(sum(available * 1000 + reserved + transfers + events) as bigint) from account").await,
            ]
        };
        let before = look().await;
        let first = quote(&world, &asked).await;
        let (status, again) = world.send(Method::POST, QUOTE, &world.api_key, Some(&asked), Some("k1")).await;
        assert_eq!((status, &again), (StatusCode::OK, &first));
        assert_eq!(look().await, before);
        assert_eq!(first["spending"]["points"], 100);
        assert_eq!(first["coupons"][1]["reason"]["code"], "unknown");
    }

    async fn points_are_offered_as_far_as_the_rules_and_the_balance_go(world: World) {
        world.rule(&SLIDER.file()).await;
        member(&world, "42", 5_000).await;
        let told = quote(&world, &basket(json!({ "points": 205 }))).await;
        let spending = &told["spending"];
        // Half of 1,200.01 in tens.
        assert_eq!((&spending["reward"], &spending["points_max"], &spending["amount_max"]), (&json!("pay"), &json!(600), &json!(60_000)));
        assert_eq!((&spending["points"], &spending["amount"]), (&json!(200), &json!(20_000)));
        assert_eq!(codes(&spending["reasons"]), ["max_percent", "step"]);
        assert_eq!(each(&told["lines"], "points").iter().sum::<i64>(), 20_000);
        // Nothing is earned for those; and it is the first order.
        assert_eq!((&told["total"], &told["earning"]["points"]), (&json!(100_001), &json!(150)));

        let guest = json!({ "currency": "RUB", "lines": [{ "id": "a", "amount": 100_000 }], "points": 10 });
        let told = quote(&world, &guest).await;
        assert_eq!(codes(&told["spending"]["reasons"]), ["no_member"]);
        assert_eq!((&told["spending"]["points"], &told["earning"]["points"]), (&json!(0), &json!(50)));
        let elsewhere = basket(json!({ "currency": "EUR", "points": 10 }));
        let told = quote(&world, &elsewhere).await;
        assert_eq!(codes(&told["spending"]["reasons"]), ["currency"]);
        assert_eq!((&told["earning"]["points"], &told["earning"]["reason"]), (&json!(0), &json!("other_currency")));
    }

    async fn what_has_run_out_is_not_offered(world: World) {
        let file = SLIDER.file();
        let file = file.replacen("[spending]", &format!("{}\n[spending]", A_YEAR.tables), 1);
        world.rule(&file).await;
        member(&world, "42", 100).await;
        let most = async || quote(&world, &basket(json!({}))).await["spending"]["points_max"].clone();
        assert_eq!(most().await, 100);
        world.pass(400 * DAY);
        assert_eq!(most().await, 0, "though nobody ran the job");
        assert_books_balance(&world.app.store).await;
    }

    async fn a_code_that_is_not_open_takes_nothing_and_says_why(world: World) {
        world.rule(&PLAIN.file()).await;
        member(&world, "42", 900).await;
        let reason = async |code: &str, beside: Value| {
            let mut asked = basket(beside);
            asked["coupon_codes"] = json!([code]);
            let told = quote(&world, &asked).await;
            let coupon = &told["coupons"][0];
            assert_eq!(coupon["reason"].is_null(), coupon["amount"] != 0, "{coupon}");
            coupon["reason"]["code"].as_str().unwrap_or("").to_owned()
        };
        let (reserved, released) = (redeem(&world, "42", "r300").await, redeem(&world, "42", "r300").await);
        assert_eq!(reason(&reserved, json!({})).await, "");
        let body = json!({ "order_id": "1043", "lines": basket(json!({}))["lines"] });
        use_for(&world, &reserved, &body).await;
        assert_eq!(reason(&reserved, json!({})).await, "not_open", "an order has it");
        assert_eq!(reason(&reserved, json!({ "order_id": "1044" })).await, "not_open");
        assert_eq!(reason(&reserved, json!({ "order_id": "1043" })).await, "", "its own order asks once more");
        let path = format!("/api/v1/programs/demo/coupons/{released}/release");
        world.send(Method::POST, &path, &world.api_key, None, None).await;
        assert_eq!(reason(&released, json!({})).await, "not_open");
        assert_eq!(reason("NOSUCHCODE", json!({})).await, "unknown");
        let lapsed = redeem(&world, "42", "r100").await;
        assert_eq!(reason(&lapsed, json!({ "currency": "EUR" })).await, "currency");
        world.pass(31 * DAY);
        assert_eq!(reason(&lapsed, json!({})).await, "not_open");
    }

    async fn a_code_that_is_used_where_it_was_made_is_not_quoted_here(world: World) {
        world.rule(&PLAIN.file()).await;
        member(&world, "42", 300).await;
        let code = redeem(&world, "42", "r300").await;
        let made = Write("update coupon set connection = 'till'", Vec::new());
        assert_eq!(world.app.store.write(made).await.unwrap(), 1);
        let told = quote(&world, &basket(json!({ "coupon_codes": [code] }))).await;
        let coupon = &told["coupons"][0];
        assert_eq!((&coupon["amount"], &coupon["reason"]["code"]), (&json!(0), &json!("not_open")));
        // The same sentence as a use of it is answered with.
        let path = format!("/api/v1/programs/demo/coupons/{code}/use");
        let body = json!({ "order_id": "1043", "lines": basket(json!({}))["lines"] });
        let (status, refused) = world.post(&path, &world.api_key, &body).await;
        assert_eq!(status, StatusCode::CONFLICT, "{refused}");
        assert_eq!(coupon["reason"]["detail"], refused["detail"]);
    }

    async fn a_basket_has_one_gift_and_not_ones_own(world: World) {
        let friends = Friends::with(&world, &[]).await;
        let anna = friends.advocate("anna").await;
        let (first, second) = (friends.gift(anna, None).await, friends.gift(anna, None).await);
        let mut asked = basket(json!({ "coupon_codes": [first, second] }));
        let reasons = async |asked: &Value| {
            let told = quote(&world, asked).await;
            let coupons = told["coupons"].as_array().unwrap().iter();
            coupons.map(|coupon| coupon["reason"]["code"].as_str().unwrap_or("").to_owned()).collect::<Vec<_>>()
        };
        asked["member"] = json!(null);
        assert_eq!(reasons(&asked).await, ["", "other_codes"]);
        asked["coupon_codes"] = json!(["G-NOBODY", second]);
        assert_eq!(reasons(&asked).await, ["unknown", ""]);
        friends.advocate("boris").await;
        for (customer, told) in [("anna", "gift_not_for_you"), ("boris", "")] {
            asked["member"] = json!({ "customer": customer });
            assert_eq!(reasons(&asked).await, ["unknown", told], "{customer}");
        }
        // Whoever has bought before is told here already, and not only when the order is made.
        friends.order("O", json!({ "id": "boris" }), &json!({})).await;
        assert_eq!(reasons(&asked).await, ["unknown", "gift_not_for_you"]);
    }

    async fn what_cannot_be_read_is_named(world: World) {
        world.rule(&PLAIN.file()).await;
        member(&world, "42", 0).await;
        let many: Vec<Value> = (0..501).map(|n| json!({ "id": n.to_string(), "amount": 1 })).collect();
        let codes: Vec<String> = (0..51).map(|n| format!("C{n}")).collect();
        let table = [
            (json!({ "currency": "rub" }), "currency"),
            (json!({ "currency": null }), "currency"),
            (json!({ "lines": many }), "lines"),
            (json!({ "lines": [{ "id": "a", "amount": -1 }] }), "lines[0].amount"),
            (json!({ "lines": [{ "id": "a", "amount": 1_000_000_000_001_i64 }] }), "lines[0].amount"),
            (json!({ "lines": [{ "id": "a", "amount": 1, "qty": 0 }] }), "lines[0].qty"),
            (json!({ "lines": [{ "id": "a", "amount": 1 }, { "id": "", "amount": 1 }] }), "lines[1]"),
            (json!({ "lines": [{ "id": "a", "amount": 1.5 }] }), "lines[0].amount"),
            (json!({ "shipping": -1 }), "shipping"),
            (json!({ "tax": 120_002 }), "tax"),
            (json!({ "points": -1 }), "points"),
            (json!({ "coupon_codes": codes }), "coupon_codes"),
            (json!({ "coupon_codes": [""] }), "coupon_codes"),
            (json!({ "order_id": " " }), "order_id"),
            (json!({ "member": {} }), "member"),
            (json!({ "member": { "customer": "42", "email": "anna@example.com" } }), "member"),
            (json!({ "surprise": 1 }), "surprise"),
        ];
        for (change, field) in table {
            let (status, told) = world.post(QUOTE, &world.api_key, &basket(change.clone())).await;
            assert_eq!((status, &told["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("invalid")), "{change}: {told}");
            assert_eq!(told["errors"][0]["field"], field, "{told}");
        }
        // As much as there can be.
        let most = json!({ "lines": vec![json!({ "id": "a", "amount": 1_000_000_000_000_i64 }); 500], "shipping": 1_000_000_000_000_i64,
            "tax": 1_000_000_000_000_i64, "points": i64::MAX });
        let told = quote(&world, &basket(most)).await;
        assert_eq!(told["total"], 501_000_000_000_000_i64);
    }

    async fn only_the_programmes_own_shop_and_members_are_quoted(world: World) {
        world.rule(&PLAIN.file()).await;
        let anna = member(&world, "42", 300).await;
        let code = redeem(&world, "42", "r300").await;
        let (demo, tea) = (world.demo().await, world.tea().await);
        let poor = world.api_key_with(demo, "poor", "orders members adjustments").await;
        let theirs = world.api_key_with(tea, "tea", "coupons").await;
        let asked = basket(json!({}));
        let (status, told) = world.post(QUOTE, &poor, &asked).await;
        assert_eq!((status, &told["code"]), (StatusCode::FORBIDDEN, &json!("missing_scope")));
        let session = world.session("42").await;
        for bearer in [theirs.as_str(), session.as_str(), ""] {
            let (status, _) = world.post(QUOTE, bearer, &asked).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{bearer}");
        }
        let path = format!("/api/v1/programs/{TEA}/quote");
        for named in [json!({ "id": anna["id"] }), json!({ "customer": "42" }), json!({ "email": "nobody@example.com" })] {
            let (status, told) = world.post(&path, &theirs, &basket(json!({ "member": named }))).await;
            assert_eq!((status, &told["code"]), (StatusCode::NOT_FOUND, &json!("not_found")), "{named}");
        }
        let (status, told) = world.post(&path, &theirs, &basket(json!({ "member": null, "coupon_codes": [code] }))).await;
        assert_eq!((status, &told["coupons"][0]["reason"]["code"]), (StatusCode::OK, &json!("unknown")));
        quote(&world, &basket(json!({ "member": { "id": anna["id"] } }))).await;
    }

    async fn pages_may_say_any_price(world: World) {
        world.rule(&SLIDER.file()).await;
        for form in ["earn", "slider", "thanks"] {
            for price in ["4990", "49.90", "", "nothing", "-1", "1e99", "99999999999999999999"] {
                for currency in ["RUB", "EUR", "x"] {
                    let path = format!("/w/demo?form={form}&price={price}&currency={currency}&order=1043");
                    let (status, _) = world.get(&path, "").await;
                    assert_eq!(status, StatusCode::OK, "{path}");
                }
            }
        }
    }

    async fn a_guest_who_has_bought_is_told_what_members_earn(world: World) {
        world.rule(&SLIDER.file()).await;
        let thanks = "/w/demo?form=thanks&price=1500.00&currency=RUB&order=1043&locale=en";
        let page = world.http.get(world.at(thanks)).send().await.unwrap();
        let page = page.text().await.unwrap();
        assert!(page.contains("As a member you would have earned"), "{page}");
    }
}
