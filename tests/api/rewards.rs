//! Rewards of every kind, from the first press of the button until the points are spent or back.

use crate::support::rules::PLAIN;
use crate::support::sql::assert_books_balance;
use crate::support::together::Told;
use crate::support::world::{World, on_both_databases, paid};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::domain::DAY;

/// Rewards beside the plain ones.
const MORE: &str = r#"
[[reward]]
id = "any"
kind = "slider"
points = 10
amount = "10.00"
min_points = 50
max_points = 500
name = { en = "As much as you like", ru = "Сколько захотите" }

[[reward]]
id = "mug"
kind = "gift"
points = 100
stock = 1
name = { en = "A mug", ru = "Кружка" }

[[reward]]
id = "once"
points = 10
amount = "10.00"
per_member = 1
name = { en = "Once", ru = "Один раз" }

[[reward]]
id = "silver"
points = 10
amount = "10.00"
tiers = ["silver", "gold"]
name = { en = "For silver", ru = "Для серебра" }

[[reward]]
id = "later"
points = 10
amount = "10.00"
starts = "2099-01-01T00:00"
name = { en = "Later", ru = "Позже" }

[[reward]]
id = "gone"
points = 10
amount = "10.00"
ends = "2020-01-01T00:00"
name = { en = "Gone", ru = "Прошло" }

[[reward]]
id = "pool"
points = 10
amount = "10.00"
valid_days = 3
codes = "pool"
name = { en = "From a list", ru = "Из списка" }

[[reward]]
id = "partner"
kind = "partner"
points = 100
name = { en = "The cinema", ru = "Кино" }

[[reward]]
id = "money"
kind = "store_credit"
points = 200
amount = "100.00"
name = { en = "100 of credit", ru = "100 на счёт" }
"#;

pub(super) async fn begin(world: &World) {
    world.rule(&[&PLAIN.file(), MORE].concat()).await;
}

/// A customer with so many points; answers their bearer.
pub(super) async fn join(world: &World, customer: &str, points: i64) -> String {
    let body = json!({ "customer": customer });
    let members = "/api/v1/programs/demo/members";
    world.post(members, &world.api_key, &body).await;
    world.adjust(customer, points).await;
    world.session(customer).await
}

async fn redeem(world: &World, bearer: &str, reward: &str, points: Option<i64>) -> Told {
    let path = format!("/api/v1/rewards/{reward}/redemptions");
    let body = points.map(|points| json!({ "points": points }));
    world
        .send(Method::POST, &path, bearer, body.as_ref(), None)
        .await
}

/// A new coupon.
pub(super) async fn coupon(
    world: &World,
    bearer: &str,
    reward: &str,
    points: Option<i64>,
) -> Value {
    let (status, made) = redeem(world, bearer, reward, points).await;
    assert_eq!(status, StatusCode::OK, "{reward}: {made}");
    made["coupon"].clone()
}

pub(super) fn code_of(coupon: &Value) -> &str {
    coupon["code"].as_str().unwrap()
}

pub(super) async fn ask(world: &World, code: &str, what: &str, body: Option<&Value>) -> Told {
    let path = format!("/api/v1/programs/demo/coupons/{code}/{what}");
    world
        .send(Method::POST, &path, &world.api_key, body, None)
        .await
}

/// Uses a code for an order of one line.
async fn use_for(world: &World, code: &str, order: &str, amount: i64) -> Told {
    let body = json!({ "order_id": order, "lines": [{ "id": "1", "amount": amount }] });
    ask(world, code, "use", Some(&body)).await
}

async fn pay(world: &World, id: &str, codes: &[&str]) {
    let mut order = paid(id, "42", 50_000);
    order["coupon_codes"] = json!(codes);
    let (status, told) = world.order(&order).await;
    assert_eq!(status, StatusCode::OK, "{told}");
}

async fn call_off(world: &World, id: &str) {
    let mut order = paid(id, "42", 50_000);
    order["status"] = json!("cancelled");
    world.order(&order).await;
}

async fn refund(world: &World, id: &str, order: &str, amount: i64) {
    let body =
        json!({ "id": id, "order_id": order, "amount": amount, "at": "2026-11-22T12:00:00Z" });
    let path = "/api/v1/programs/demo/refunds";
    let (status, told) = world.post(path, &world.api_key, &body).await;
    assert_eq!(status, StatusCode::OK, "{told}");
}

/// What customer 42 can spend, waits for, and has set aside.
pub(super) async fn points(world: &World) -> [i64; 3] {
    let path = "/api/v1/programs/demo/members?customer=42";
    let (_, page) = world.get(path, &world.api_key).await;
    ["available", "held", "reserved"]
        .map(|name| page["items"][0]["balance"][name].as_i64().unwrap())
}

async fn mine(world: &World, bearer: &str) -> Value {
    let (status, mine) = world.get("/api/v1/me/rewards?locale=en", bearer).await;
    assert_eq!(status, StatusCode::OK, "{mine}");
    mine
}

/// Why the member cannot have a reward, and how many are left.
pub(super) async fn standing(world: &World, bearer: &str, reward: &str) -> (Value, Value) {
    let mine = mine(world, bearer).await;
    let mut all = mine["rewards"].as_array().unwrap().iter();
    let reward = all.find(|one| one["id"] == reward).unwrap();
    (reward["locked"]["code"].clone(), reward["left"].clone())
}

async fn upload(world: &World, reward: &str, codes: &Value) -> Told {
    let path = format!("/api/v1/programs/demo/rewards/{reward}/codes");
    world
        .post(&path, &world.api_key, &json!({ "codes": codes }))
        .await
}

fn problem(told: &Told) -> (u16, &str) {
    (told.0.as_u16(), told.1["code"].as_str().unwrap_or(""))
}

on_both_databases! { quiet
    async fn an_order_takes_of_a_slider_what_it_needs_and_a_refund_gives_that_back(world: World) {
        begin(&world).await;
        let bearer = join(&world, "42", 500).await;
        let made = coupon(&world, &bearer, "any", Some(300)).await;
        assert_eq!((&made["kind"], &made["points"], &made["amount"]), (&json!("slider"), &json!(300), &json!(30_000)));
        let code = code_of(&made);
        use_for(&world, code, "A", 30_000).await;
        // Sent again with other lines: the last one counts. 123.45 points are rounded up.
        let (status, used) = use_for(&world, code, "A", 12_345).await;
        assert_eq!((status, &used["lines"]), (StatusCode::OK, &json!([{ "id": "1", "amount": 12_345 }])));
        assert_eq!(points(&world).await, [200, 0, 300]);
        pay(&world, "A", &[code]).await;
        assert_eq!(points(&world).await, [376, 25, 0]);
        refund(&world, "r1", "A", 20_000).await;
        assert_eq!(points(&world).await, [376 + 49, 15, 0], "49.6 of 124");
        refund(&world, "r2", "A", 30_000).await;
        assert_eq!(points(&world).await, [500, 0, 0], "to the unit");
        assert_books_balance(&world.app.store).await;
    }

    async fn a_slider_that_another_order_pays_with_is_spent_whole(world: World) {
        begin(&world).await;
        let bearer = join(&world, "42", 500).await;
        let made = coupon(&world, &bearer, "any", Some(300)).await;
        use_for(&world, code_of(&made), "A", 1000).await;
        pay(&world, "B", &[code_of(&made)]).await;
        assert_eq!(points(&world).await, [200, 25, 0]);
        assert_books_balance(&world.app.store).await;
    }

    async fn a_slider_that_is_let_go_or_paid_late_counts_what_the_order_wanted(world: World) {
        begin(&world).await;
        let bearer = join(&world, "42", 500).await;
        let made = coupon(&world, &bearer, "any", Some(300)).await;
        let code = code_of(&made);
        use_for(&world, code, "A", 1000).await;
        ask(&world, code, "release", None).await;
        assert_eq!(points(&world).await, [500, 0, 0]);
        pay(&world, "A", &[code]).await;
        assert_eq!(points(&world).await, [490, 25, 0], "ten points of this order after all");
        call_off(&world, "A").await;
        assert_eq!(points(&world).await, [500, 0, 0]);
        assert_books_balance(&world.app.store).await;
    }

    async fn points_that_do_not_fit_are_refused_by_name(world: World) {
        begin(&world).await;
        let bearer = join(&world, "42", 5000).await;
        for (reward, points) in [
            ("any", None), ("any", Some(40)), ("any", Some(55)), ("any", Some(510)), ("any", Some(-50)), ("r300", Some(300)),
        ] {
            let told = redeem(&world, &bearer, reward, points).await;
            assert_eq!(problem(&told), (422, "invalid"), "{reward} {points:?}");
            assert_eq!(told.1["errors"][0]["field"], "points");
        }
        let path = "/api/v1/rewards/r300/redemptions";
        let (status, _) = world.post(path, &bearer, &json!({ "more": 1 })).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(points(&world).await, [5000, 0, 0]);
        let (status, _) = world.post(path, &bearer, &json!({})).await;
        assert_eq!(status, StatusCode::OK, "an empty object is as good as none");
    }

    async fn what_cannot_be_had_says_why(world: World) {
        begin(&world).await;
        let bearer = join(&world, "42", 500).await;
        for (reward, code, locked) in [
            ("later", "reward_not_yet", "not_yet"),
            ("gone", "reward_over", "over"),
            ("silver", "reward_tier", "tier"),
            ("pool", "reward_out_of_stock", "out_of_stock"),
        ] {
            assert_eq!(standing(&world, &bearer, reward).await.0, locked);
            let told = redeem(&world, &bearer, reward, None).await;
            assert_eq!(problem(&told), (409, code), "{reward}");
        }
        let made = coupon(&world, &bearer, "once", None).await;
        assert_eq!(standing(&world, &bearer, "once").await.0, "had_enough");
        assert_eq!(problem(&redeem(&world, &bearer, "once", None).await), (409, "reward_had_enough"));
        ask(&world, code_of(&made), "release", None).await;
        assert_eq!(standing(&world, &bearer, "once").await.0, Value::Null, "what came back does not count");
        coupon(&world, &bearer, "once", None).await;
        assert_eq!(standing(&world, &bearer, "r400").await.0, Value::Null);
        coupon(&world, &bearer, "r400", None).await;
        assert_eq!(standing(&world, &bearer, "r400").await.0, "too_few");
        assert_eq!(problem(&redeem(&world, &bearer, "credit", Some(1)).await), (404, "reward_unknown"), "it is no reward");
        assert_eq!(points(&world).await, [90, 0, 410]);
        assert_books_balance(&world.app.store).await;
    }

    async fn uploaded_codes_go_out_once_each(world: World) {
        begin(&world).await;
        let bearer = join(&world, "42", 500).await;
        let own = coupon(&world, &bearer, "r100", None).await;
        let codes = json!(["film-1", " film-2 ", "FILM-1", code_of(&own)]);
        let (status, told) = upload(&world, "pool", &codes).await;
        assert_eq!((status, &told), (StatusCode::OK, &json!({ "added": 2, "left": 2 })));
        let first = coupon(&world, &bearer, "pool", None).await;
        assert_eq!(first["code"], "film-1", "as it was uploaded");
        assert_eq!(upload(&world, "pool", &codes).await.1, json!({ "added": 0, "left": 1 }), "sent again");
        world.pass(3 * DAY);
        world.settle().await;
        let bearer = world.session("42").await;
        let (_, state) = ask(&world, "film-1", "check", None).await;
        assert_eq!(state["state"], "lapsed");
        assert_eq!(coupon(&world, &bearer, "pool", None).await["code"], "film-2");
        assert_eq!(problem(&redeem(&world, &bearer, "pool", None).await), (409, "reward_out_of_stock"), "a lapsed code was seen");
        let (_, used) = use_for(&world, "film-2", "A", 9000).await;
        assert_eq!(used["lines"][0]["amount"], 1000);
        upload(&world, "pool", &json!(["film-3"])).await;
        assert_eq!(standing(&world, &bearer, "pool").await, (Value::Null, json!(1)));
        for (reward, codes, code) in [
            ("r100", json!(["x"]), "reward_makes_codes"), ("nothing", json!(["x"]), "not_found"), ("pool", json!(["a\u{7}"]), "invalid"),
        ] {
            assert_eq!(problem(&upload(&world, reward, &codes).await).1, code);
        }
        assert_books_balance(&world.app.store).await;
    }

    async fn a_reward_may_go_from_a_stock_to_uploaded_codes_and_back(world: World) {
        let rules = |how: &str| {
            let name = "name = { en = \"A cup\", ru = \"Чашка\" }";
            let plain = PLAIN.file();
            format!("{plain}\n[[reward]]\nid = \"cup\"\npoints = 10\namount = \"10.00\"\n{how}\n{name}\n")
        };
        let (stock, pool) = (rules("stock = 2"), rules("codes = \"pool\""));
        world.rule(&stock).await;
        let bearer = join(&world, "42", 100).await;
        let first = coupon(&world, &bearer, "cup", None).await;
        world.rule(&pool).await;
        let (_, told) = upload(&world, "cup", &json!(["a-1", "a-2"])).await;
        assert_eq!(told, json!({ "added": 2, "left": 2 }));
        assert_eq!(coupon(&world, &bearer, "cup", None).await["code"], "a-1");
        ask(&world, code_of(&first), "release", None).await;
        assert_eq!(standing(&world, &bearer, "cup").await.1, 1, "an uploaded code has a count of its own");
        world.rule(&stock).await;
        assert_eq!(standing(&world, &bearer, "cup").await.1, 2);
        ask(&world, "a-1", "release", None).await;
        coupon(&world, &bearer, "cup", None).await;
        assert_eq!(standing(&world, &bearer, "cup").await.1, 1, "what comes back of the one is none of the other");
        assert_books_balance(&world.app.store).await;
    }

    async fn what_the_shop_hands_over_is_spent_when_it_does(world: World) {
        begin(&world).await;
        let bearer = join(&world, "42", 300).await;
        let made = coupon(&world, &bearer, "mug", None).await;
        let code = code_of(&made);
        pay(&world, "A", &[code]).await;
        assert_eq!(points(&world).await, [200, 25, 100], "no order uses it");
        let at_the_till = json!({ "order_id": "till-7" });
        for _ in 0..2 {
            let (status, used) = ask(&world, code, "use", Some(&at_the_till)).await;
            assert_eq!((status, &used["state"], &used["order_id"]), (StatusCode::OK, &json!("used"), &json!("till-7")));
            assert_eq!(points(&world).await, [200, 25, 0]);
        }
        assert_eq!(problem(&ask(&world, code, "use", Some(&json!({ "order_id": "till-8" }))).await), (409, "coupon_not_open"));
        assert_eq!(problem(&ask(&world, code, "release", None).await), (409, "coupon_not_open"));
        // An order that happens to have that name takes nothing of it along.
        pay(&world, "till-7", &[]).await;
        call_off(&world, "till-7").await;
        assert_eq!(points(&world).await, [200, 25, 0]);
        assert_books_balance(&world.app.store).await;
    }

    async fn a_partners_code_is_for_good(world: World) {
        begin(&world).await;
        let bearer = join(&world, "42", 300).await;
        upload(&world, "partner", &json!(["cinEma-1"])).await;
        assert_eq!(upload(&world, "partner", &json!(["CINEMA-1"])).await.1["added"], 0, "it is the same one");
        let (_, made) = redeem(&world, &bearer, "partner", None).await;
        assert_eq!((&made["coupon"]["code"], &made["coupon"]["state"]), (&json!("cinEma-1"), &json!("used")), "a partner may tell them apart");
        assert_eq!(points(&world).await, [200, 0, 0]);
        let path = format!("/api/v1/redemptions/{}/cancel", made["id"].as_str().unwrap());
        let told = world.send(Method::POST, &path, &bearer, None, None).await;
        assert_eq!(problem(&told), (409, "coupon_not_open"));
        assert_eq!(problem(&ask(&world, "cinema-1", "release", None).await), (409, "coupon_not_open"));
        let shown = mine(&world, &bearer).await;
        assert_eq!((&shown["coupons"][0]["code"], &shown["coupons"][0]["can_cancel"]), (&json!("cinEma-1"), &json!(false)));
        assert_books_balance(&world.app.store).await;
    }

    async fn store_credit_is_bought_spent_and_comes_back(world: World) {
        begin(&world).await;
        let bearer = join(&world, "42", 500).await;
        let path = "/api/v1/me/credit/redemptions";
        let none = world.post(path, &bearer, &json!({ "points": 1 })).await;
        assert_eq!(problem(&none), (409, "balance_too_low"));
        assert_eq!(mine(&world, &bearer).await["credit"], Value::Null, "to be refused is no reason to have an account");
        let made = coupon(&world, &bearer, "money", None).await;
        assert_eq!(made["state"], "used");
        assert_eq!(points(&world).await, [300, 0, 0]);
        assert_eq!(mine(&world, &bearer).await["credit"], 10_000);
        for amount in [json!(0), json!(-5), Value::Null] {
            let told = world.post(path, &bearer, &json!({ "points": amount })).await;
            assert_eq!(problem(&told), (422, "invalid"), "{amount}");
        }

        let (status, made) = world.post(path, &bearer, &json!({ "points": 8000 })).await;
        assert_eq!((status, &made["balance"]), (StatusCode::OK, &json!(2000)), "{made}");
        let made = &made["coupon"];
        assert_eq!((&made["asset"], &made["kind"], &made["amount"]), (&json!("RUB"), &json!("amount"), &json!(8000)));
        use_for(&world, code_of(made), "A", 5000).await;
        pay(&world, "A", &[code_of(made)]).await;
        assert_eq!(mine(&world, &bearer).await["credit"], 5000, "only what the order needed");
        assert_eq!(points(&world).await, [300, 25, 0]);
        refund(&world, "r1", "A", 25_000).await;
        assert_eq!(mine(&world, &bearer).await["credit"], 7500);
        call_off(&world, "A").await;
        assert_eq!(mine(&world, &bearer).await["credit"], 10_000);
        assert_eq!(points(&world).await, [300, 0, 0]);
        assert_books_balance(&world.app.store).await;
    }

    async fn a_refund_gives_points_and_credit_back_in_proportion(world: World) {
        begin(&world).await;
        let bearer = join(&world, "42", 500).await;
        coupon(&world, &bearer, "money", None).await;
        let path = "/api/v1/me/credit/redemptions";
        let (_, credit) = world.post(path, &bearer, &json!({ "points": 10_000 })).await;
        let by_points = coupon(&world, &bearer, "r100", None).await;
        pay(&world, "A", &[code_of(&credit["coupon"]), code_of(&by_points)]).await;
        assert_eq!((points(&world).await[0], mine(&world, &bearer).await["credit"].clone()), (200, json!(0)));
        refund(&world, "r1", "A", 25_000).await;
        assert_eq!((points(&world).await[0], mine(&world, &bearer).await["credit"].clone()), (250, json!(5000)));
        refund(&world, "r2", "A", 25_000).await;
        assert_eq!((points(&world).await[0], mine(&world, &bearer).await["credit"].clone()), (300, json!(10_000)));
        assert_books_balance(&world.app.store).await;
    }

    async fn credit_whose_code_lapses_comes_back(world: World) {
        begin(&world).await;
        let bearer = join(&world, "42", 500).await;
        coupon(&world, &bearer, "money", None).await;
        let path = "/api/v1/me/credit/redemptions";
        let (_, made) = world.post(path, &bearer, &json!({ "points": 10_000 })).await;
        assert_eq!(mine(&world, &bearer).await["credit"], 0);
        world.pass(31 * DAY);
        world.settle().await;
        let bearer = world.session("42").await;
        assert_eq!(mine(&world, &bearer).await["credit"], 10_000);
        let (_, state) = ask(&world, code_of(&made["coupon"]), "check", None).await;
        assert_eq!(state["state"], "lapsed");
        assert_books_balance(&world.app.store).await;
    }

    async fn codes_of_one_order_share_what_it_costs(world: World) {
        begin(&world).await;
        let bearer = join(&world, "42", 900).await;
        let fixed = coupon(&world, &bearer, "r100", None).await;
        let slider = coupon(&world, &bearer, "any", Some(500)).await;
        let third = coupon(&world, &bearer, "r300", None).await;
        use_for(&world, code_of(&fixed), "A", 15_000).await;
        let (_, used) = use_for(&world, code_of(&slider), "A", 15_000).await;
        assert_eq!(used["lines"][0]["amount"], 5000, "what the first has left");
        let told = use_for(&world, code_of(&third), "A", 15_000).await;
        assert_eq!(problem(&told), (409, "coupon_terms"));
        assert_eq!(told.1["errors"][0], json!({ "field": "lines", "detail": "nothing_left" }));
        assert_eq!(ask(&world, code_of(&third), "check", None).await.1["state"], "open", "nothing has changed");
        pay(&world, "A", &[code_of(&fixed), code_of(&slider)]).await;
        assert_eq!(points(&world).await, [450, 25, 300]);
        assert_books_balance(&world.app.store).await;
    }

    async fn codes_that_are_used_again_keep_their_places(world: World) {
        begin(&world).await;
        let bearer = join(&world, "42", 900).await;
        let mut all = Vec::new();
        for _ in 0..4 {
            all.push(coupon(&world, &bearer, "any", Some(200)).await);
        }
        // In the order of their codes and in the other, since that must not matter.
        all.sort_by(|one, other| code_of(one).cmp(code_of(other)));
        for (order, [first, second]) in [("A", [&all[0], &all[1]]), ("B", [&all[3], &all[2]])] {
            for _ in 0..3 {
                for (made, amount) in [(first, 20_000), (second, 10_000)] {
                    let (_, used) = use_for(&world, code_of(made), order, 30_000).await;
                    assert_eq!(used["lines"][0]["amount"], amount, "{used}");
                }
            }
            pay(&world, order, &[]).await;
        }
        assert_eq!(points(&world).await, [300, 50, 0], "two times 300 were spent");
        assert_books_balance(&world.app.store).await;
    }

    async fn a_code_that_lapsed_names_no_order_that_came_late(world: World) {
        begin(&world).await;
        let bearer = join(&world, "42", 100).await;
        let made = coupon(&world, &bearer, "r100", None).await;
        ask(&world, code_of(&made), "release", None).await;
        pay(&world, "LATE-1", &[code_of(&made)]).await;
        let (_, page) = world.get("/api/v1/me/transfers?locale=en", &bearer).await;
        let lines = page["items"].as_array().unwrap();
        let named = lines.iter().filter(|line| line["amount"] == -100 && line.to_string().contains("LATE-1"));
        assert_eq!(named.count(), 1, "the line that took the points, and not the one that had set them aside: {page}");
    }
}
