//! Coupons: points set aside under a code, used by an order, paid, let go, lapsed, and used too late.

use crate::support::rules::{A_YEAR, PLAIN, Rules, WRITES_OFF};
use crate::support::sql::{assert_books_balance, count};
use crate::support::together::{Told, request, together};
use crate::support::world::{World, on_both_databases, paid};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::domain::DAY;

/// A shop whose member has so many points and is called 42.
struct Shop<'w> {
    world: &'w World,
    bearer: String,
}

impl<'w> Shop<'w> {
    async fn with(world: &'w World, rules: Rules, points: i64) -> Self {
        world.rule(&rules.file()).await;
        let join = json!({ "customer": "42" });
        world
            .post("/api/v1/programs/demo/members", &world.api_key, &join)
            .await;
        world.adjust("42", points).await;
        let bearer = world.session("42").await;
        Self { world, bearer }
    }

    async fn redeem(&self, reward: &str, key: Option<&str>) -> Told {
        let path = format!("/api/v1/rewards/{reward}/redemptions");
        let world = self.world;
        world
            .send(Method::POST, &path, &self.bearer, None, key)
            .await
    }

    /// A new code for a reward.
    async fn code(&self, reward: &str) -> String {
        let (status, made) = self.redeem(reward, None).await;
        assert_eq!(status, StatusCode::OK, "{made}");
        made["coupon"]["code"].as_str().unwrap().to_owned()
    }

    async fn ask(&self, code: &str, what: &str, body: Option<&Value>, key: Option<&str>) -> Told {
        let path = format!("/api/v1/programs/demo/coupons/{code}/{what}");
        let world = self.world;
        world
            .send(Method::POST, &path, &world.api_key, body, key)
            .await
    }

    async fn check(&self, code: &str) -> Value {
        let (status, coupon) = self.ask(code, "check", None, None).await;
        assert_eq!(status, StatusCode::OK, "{coupon}");
        coupon
    }

    async fn state(&self, code: &str) -> String {
        self.check(code).await["state"].as_str().unwrap().to_owned()
    }

    async fn use_for(&self, code: &str, order: &str) -> Told {
        let body = json!({ "order_id": order, "lines": [{ "id": "1", "amount": 100_000 }] });
        self.ask(code, "use", Some(&body), None).await
    }

    async fn release(&self, code: &str) -> Told {
        self.ask(code, "release", None, None).await
    }

    /// An order of the member with these codes.
    async fn pay(&self, id: &str, codes: &[&str]) -> Told {
        let mut order = paid(id, "42", 70_000);
        order["coupon_codes"] = json!(codes);
        self.world.order(&order).await
    }

    async fn call_off(&self, id: &str) -> Told {
        let mut order = paid(id, "42", 70_000);
        order["status"] = json!("cancelled");
        self.world.order(&order).await
    }

    /// What can be spent, waits, and is set aside.
    async fn points(&self) -> [i64; 3] {
        let path = "/api/v1/programs/demo/members?customer=42";
        let (_, page) = self.world.get(path, &self.world.api_key).await;
        ["available", "held", "reserved"]
            .map(|name| page["items"][0]["balance"][name].as_i64().unwrap())
    }

    /// Turns the clock; a session does not live that long.
    async fn wait(&mut self, micros: i64) {
        self.world.pass(micros);
        self.bearer = self.world.session("42").await;
    }
}

fn code_of(told: &Told) -> (u16, &str) {
    (told.0.as_u16(), told.1["code"].as_str().unwrap_or(""))
}

/// The status of each, counted.
fn number_of(told: &[Told], status: StatusCode) -> usize {
    told.iter().filter(|told| told.0 == status).count()
}

/// A member who owes three hundred for a late code, where debts are written off, and has set a hundred aside. They may
/// come back, and would be there twice if they were forgiven, too.
async fn owing_with_a_code(world: &World) -> (Shop<'_>, String) {
    let shop = Shop::with(world, WRITES_OFF, 300).await;
    let code = shop.code("r300").await;
    shop.release(&code).await;
    let other = shop.code("r100").await;
    shop.pay("1043", &[&code]).await;
    assert_eq!(shop.points().await, [-100, 35, 100]);
    (shop, other)
}

on_both_databases! { quiet
    async fn a_code_is_redeemed_used_paid_and_spent(world: World) {
        let shop = Shop::with(&world, PLAIN, 350).await;
        let (status, made) = shop.redeem("r300", None).await;
        assert_eq!((status, &made["balance"], &made["reward"]), (StatusCode::OK, &json!(50), &json!("r300")));
        let coupon = &made["coupon"];
        assert_eq!((&coupon["state"], &coupon["points"], &coupon["amount"], &coupon["currency"]),
            (&json!("open"), &json!(300), &json!(30_000), &json!("RUB")));
        assert_eq!(shop.points().await, [50, 0, 300]);
        let code = coupon["code"].as_str().unwrap();

        let (status, used) = shop.use_for(code, "1043").await;
        assert_eq!((status, &used["state"], &used["order_id"]), (StatusCode::OK, &json!("reserved"), &json!("1043")));
        assert_eq!(used["lines"], json!([{ "id": "1", "amount": 30_000 }]));
        assert_eq!(shop.points().await, [50, 0, 300], "only the order's payment spends");

        shop.pay("1043", &[code]).await;
        assert_eq!(shop.state(code).await, "used");
        assert_eq!(shop.points().await, [50, 35, 0]);
        assert_eq!(count(&world.app.store, "select amount from transfer where target = 'redeemed'").await, 300);
        assert_books_balance(&world.app.store).await;
    }

    async fn a_redemption_is_made_once_for_each_key(world: World) {
        let shop = Shop::with(&world, PLAIN, 700).await;
        let (_, first) = shop.redeem("r300", Some("k1")).await;
        let (_, again) = shop.redeem("r300", Some("k1")).await;
        assert_eq!(first, again);
        assert_eq!(shop.points().await, [400, 0, 300]);
        let (_, other) = shop.redeem("r300", Some("k2")).await;
        assert_ne!(first["coupon"]["code"], other["coupon"]["code"]);
        let few = shop.redeem("r300", Some("k3")).await;
        assert_eq!(code_of(&few), (409, "balance_too_low"));
        assert_eq!(few.1["detail"], "The member can spend 100 points.");
        world.adjust("42", 200).await;
        let still = shop.redeem("r300", Some("k3")).await;
        assert_eq!(code_of(&still), (409, "balance_too_low"), "a refusal is an outcome too");
        assert_eq!(code_of(&shop.redeem("nothing", None).await), (404, "reward_unknown"));
        assert_eq!(shop.points().await, [300, 0, 600]);
        assert_books_balance(&world.app.store).await;
    }

    async fn checking_changes_nothing(world: World) {
        let mut shop = Shop::with(&world, PLAIN, 300).await;
        let code = shop.code("r300").await;
        let first = shop.check(&code).await;
        let typed = format!("%20{}%20", code.to_lowercase());
        assert_eq!(shop.check(&typed).await, first, "however it is typed");
        assert_eq!(shop.check(&code).await, first);
        let written = "select count(*) from transfer";
        assert_eq!(count(&world.app.store, written).await, 2);
        shop.wait(31 * DAY).await;
        assert_eq!(shop.state(&code).await, "lapsed");
        let reserved = "select reserved from account";
        assert_eq!(count(&world.app.store, reserved).await, 300, "to say so is not to do so");
        assert_eq!(count(&world.app.store, written).await, 2);
        assert_eq!(count(&world.app.store, "select count(*) from coupon where state = 'open'").await, 1);
    }

    async fn a_use_may_be_repeated_and_may_change_its_lines(world: World) {
        let shop = Shop::with(&world, PLAIN, 300).await;
        let code = shop.code("r300").await;
        let lines = |lines: Value| json!({ "order_id": "1043", "lines": lines });
        let one = lines(json!([{ "id": "a", "amount": 10_000 }, { "id": "b", "amount": 20_001 }]));
        let (_, used) = shop.ask(&code, "use", Some(&one), Some("k1")).await;
        assert_eq!(used["lines"], json!([{ "id": "a", "amount": 10_000 }, { "id": "b", "amount": 20_000 }]), "to the unit");
        let (_, again) = shop.ask(&code, "use", Some(&one), Some("k1")).await;
        assert_eq!(again, used);
        let other = lines(json!([{ "id": "a", "amount": 7_000 }]));
        let (status, changed) = shop.ask(&code, "use", Some(&other), None).await;
        assert_eq!((status, &changed["lines"]), (StatusCode::OK, &json!([{ "id": "a", "amount": 7_000 }])), "never more than it costs");
        let (status, reused) = shop.ask(&code, "use", Some(&other), Some("k1")).await;
        assert_eq!((status, &reused["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("idempotency_key_reused")));
        shop.pay("1043", &[&code]).await;
        let (status, paid) = shop.ask(&code, "use", Some(&one), None).await;
        assert_eq!((status, &paid["state"], &paid["lines"]), (StatusCode::OK, &json!("used"), &changed["lines"]), "what is paid stays");
        assert_eq!(code_of(&shop.use_for(&code, "1044").await), (409, "coupon_not_open"));
        assert_books_balance(&world.app.store).await;
    }

    async fn what_is_let_go_comes_back_once(world: World) {
        let shop = Shop::with(&world, PLAIN, 300).await;
        let code = shop.code("r300").await;
        shop.use_for(&code, "1043").await;
        for _ in 0..2 {
            let (status, over) = shop.release(&code).await;
            assert_eq!((status, &over["state"]), (StatusCode::OK, &json!("released")));
            assert_eq!(shop.points().await, [300, 0, 0]);
        }
        assert_eq!(code_of(&shop.use_for(&code, "1043").await), (409, "coupon_not_open"));
        let second = shop.code("r300").await;
        shop.pay("1043", &[&second]).await;
        assert_eq!(code_of(&shop.release(&second).await), (409, "coupon_not_open"), "what is spent is not let go");
        assert_eq!(shop.points().await, [0, 35, 0]);
        assert_books_balance(&world.app.store).await;
    }

    async fn a_member_may_change_their_mind_until_an_order_has_the_code(world: World) {
        let shop = Shop::with(&world, PLAIN, 300).await;
        let (_, made) = shop.redeem("r300", None).await;
        let path = format!("/api/v1/redemptions/{}/cancel", made["id"].as_str().unwrap());
        let code = made["coupon"]["code"].as_str().unwrap();
        let join = json!({ "customer": "43" });
        world.post("/api/v1/programs/demo/members", &world.api_key, &join).await;
        let stranger = world.session("43").await;
        let (status, _) = world.send(Method::POST, &path, &stranger, None, None).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "another's redemption");
        shop.use_for(code, "1043").await;
        let used = world.send(Method::POST, &path, &shop.bearer, None, None).await;
        assert_eq!(code_of(&used), (409, "coupon_not_open"));
        shop.release(code).await;
        let (_, made) = shop.redeem("r300", None).await;
        let path = format!("/api/v1/redemptions/{}/cancel", made["id"].as_str().unwrap());
        for _ in 0..2 {
            let (status, over) = world.send(Method::POST, &path, &shop.bearer, None, None).await;
            assert_eq!((status, &over["state"]), (StatusCode::OK, &json!("released")));
            assert_eq!(shop.points().await, [300, 0, 0]);
        }
        assert_books_balance(&world.app.store).await;
    }

    async fn what_is_over_cannot_be_used_though_nobody_ran_the_job(world: World) {
        let mut shop = Shop::with(&world, PLAIN, 300).await;
        let code = shop.code("r300").await;
        shop.wait(30 * DAY - 1).await;
        assert_eq!(shop.state(&code).await, "open", "until its last moment");
        shop.wait(1).await;
        assert_eq!(shop.state(&code).await, "lapsed");
        assert_eq!(count(&world.app.store, "select reserved from account").await, 300);
        assert_eq!(code_of(&shop.use_for(&code, "1043").await), (409, "coupon_not_open"));
        assert_eq!((shop.state(&code).await.as_str(), shop.points().await), ("lapsed", [300, 0, 0]));
        world.settle().await;
        assert_eq!(shop.points().await, [300, 0, 0]);
        assert_books_balance(&world.app.store).await;
    }

    async fn an_order_that_has_the_code_keeps_it_a_week(world: World) {
        let mut shop = Shop::with(&world, PLAIN, 300).await;
        let code = shop.code("r300").await;
        shop.wait(30 * DAY - 1).await;
        shop.use_for(&code, "1043").await;
        shop.wait(7 * DAY - 1).await;
        world.settle().await;
        assert_eq!(shop.state(&code).await, "reserved");
        shop.wait(1).await;
        world.settle().await;
        assert_eq!((shop.state(&code).await.as_str(), shop.points().await), ("lapsed", [300, 0, 0]));
        assert_books_balance(&world.app.store).await;
    }

    async fn a_code_serves_one_order(world: World) {
        let shop = Shop::with(&world, PLAIN, 300).await;
        let code = shop.code("r300").await;
        shop.use_for(&code, "1043").await;
        assert_eq!(code_of(&shop.use_for(&code, "1044").await), (409, "coupon_not_open"));
        assert_eq!(shop.check(&code).await["order_id"], "1043");
        shop.pay("1043", &[&code]).await;
        shop.pay("1044", &[&code]).await;
        let coupon = shop.check(&code).await;
        assert_eq!((&coupon["state"], &coupon["order_id"]), (&json!("used"), &json!("1043")));
        assert_eq!(shop.points().await, [0, 70, 0], "spent once");
        assert_books_balance(&world.app.store).await;
    }

    async fn what_an_order_has_is_spent_named_or_not_and_however_it_is_typed(world: World) {
        let shop = Shop::with(&world, PLAIN, 700).await;
        let (named, reserved) = (shop.code("r300").await, shop.code("r400").await);
        shop.use_for(&reserved, "1043").await;
        shop.pay("1043", &[&named.to_lowercase()]).await;
        assert_eq!([shop.state(&named).await, shop.state(&reserved).await], ["used"; 2]);
        assert_eq!(shop.points().await, [0, 35, 0]);
        shop.call_off("1043").await;
        assert_eq!(shop.points().await, [700, 0, 0]);
        assert_books_balance(&world.app.store).await;
    }

    async fn an_order_paid_with_a_lapsed_code_owes_its_points(world: World) {
        let mut shop = Shop::with(&world, PLAIN, 300).await;
        let code = shop.code("r300").await;
        shop.use_for(&code, "1043").await;
        shop.wait(31 * DAY).await;
        world.settle().await;
        assert_eq!(shop.points().await, [300, 0, 0]);
        let second = shop.code("r100").await;
        shop.pay("1043", &[&code]).await;
        assert_eq!((shop.state(&code).await.as_str(), shop.points().await), ("used", [-100, 35, 100]));
        shop.pay("1043", &[&code]).await;
        assert_eq!(shop.points().await, [-100, 35, 100], "told again");
        // What comes back pays the debt first.
        shop.release(&second).await;
        assert_eq!(shop.points().await, [0, 35, 0]);
        shop.call_off("1043").await;
        assert_eq!(shop.points().await, [300, 0, 0]);
        shop.code("r300").await;
        assert_eq!(shop.points().await, [0, 0, 300], "and can be spent");
        assert_books_balance(&world.app.store).await;
    }

    async fn a_programme_that_writes_debts_off_does_so_for_late_codes(world: World) {
        let (shop, other) = owing_with_a_code(&world).await;
        shop.release(&other).await;
        assert_eq!(shop.points().await, [0, 35, 0]);
        assert_books_balance(&world.app.store).await;
    }

    async fn a_debt_is_written_off_once_the_code_that_could_have_paid_it_is_used(world: World) {
        let (shop, other) = owing_with_a_code(&world).await;
        shop.pay("1044", &[&other]).await;
        assert_eq!(shop.points().await, [0, 70, 0]);
        assert_books_balance(&world.app.store).await;
    }

    async fn an_order_that_is_called_off_gives_back(world: World) {
        let shop = Shop::with(&world, PLAIN, 700).await;
        let (used, reserved) = (shop.code("r300").await, shop.code("r400").await);
        shop.use_for(&used, "1043").await;
        shop.pay("1043", &[&used]).await;
        // It was told, and would never spend this one or let it go.
        assert_eq!(code_of(&shop.use_for(&reserved, "1043").await), (409, "coupon_not_open"));
        assert_eq!((shop.state(&reserved).await.as_str(), shop.points().await), ("open", [0, 35, 400]));
        shop.call_off("1043").await;
        assert_eq!(shop.points().await, [300, 0, 400]);
        assert_eq!([shop.state(&used).await, shop.state(&reserved).await], ["released", "open"]);
        shop.release(&reserved).await;
        assert_eq!(shop.points().await, [700, 0, 0]);
        // One that was never paid lets its codes go as well.
        let code = shop.code("r300").await;
        shop.use_for(&code, "1044").await;
        shop.call_off("1044").await;
        assert_eq!((shop.state(&code).await.as_str(), shop.points().await), ("released", [700, 0, 0]));
        shop.call_off("1043").await;
        assert_eq!(shop.points().await, [700, 0, 0]);
        assert_books_balance(&world.app.store).await;
    }

    async fn points_come_back_into_their_lots_and_what_ran_out_gets_a_grace(world: World) {
        let mut shop = Shop::with(&world, A_YEAR, 300).await;
        shop.wait(340 * DAY).await;
        let code = shop.code("r300").await;
        shop.wait(30 * DAY).await;
        world.settle().await;
        assert_eq!(shop.points().await, [300, 0, 0], "the code lapsed after its points had run out");
        shop.wait(30 * DAY).await;
        world.settle().await;
        assert_eq!(shop.points().await, [300, 0, 0], "until the end of that day");
        shop.wait(DAY).await;
        world.settle().await;
        assert_eq!(shop.points().await, [0, 0, 0]);
        assert_eq!(shop.state(&code).await, "lapsed");
        assert_books_balance(&world.app.store).await;
    }

    async fn a_code_is_worth_nothing_in_another_programme_or_without_the_scope(world: World) {
        let shop = Shop::with(&world, PLAIN, 300).await;
        let code = shop.code("r300").await;
        let (demo, tea) = (world.demo().await, world.tea().await);
        let theirs = world.api_key_with(tea, "tea", "coupons").await;
        let poor = world.api_key_with(demo, "poor", "orders members adjustments").await;
        let body = json!({ "order_id": "1043", "lines": [] });
        for what in ["check", "use", "release"] {
            let body = (what == "use").then_some(&body);
            let path = format!("/api/v1/programs/evening-leaf/coupons/{code}/{what}");
            let path = path.replace("evening-leaf", crate::support::trust::TEA);
            let (status, told) = world.send(Method::POST, &path, &theirs, body, None).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{what}: {told}");
            let path = format!("/api/v1/programs/demo/coupons/{code}/{what}");
            let told = world.send(Method::POST, &path, &poor, body, None).await;
            assert_eq!(code_of(&told), (403, "missing_scope"), "{what}");
            let (status, _) = world.send(Method::POST, &path, &shop.bearer, body, None).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "a member is no shop: {what}");
            let path = format!("/api/v1/programs/demo/coupons/NOSUCHCODE/{what}");
            let (status, _) = world.send(Method::POST, &path, &world.api_key, body, None).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{what}");
        }
        assert_eq!((shop.state(&code).await.as_str(), shop.points().await), ("open", [0, 0, 300]));
    }

    async fn a_use_that_makes_no_sense_says_which_field(world: World) {
        let shop = Shop::with(&world, PLAIN, 300).await;
        let code = shop.code("r300").await;
        for (body, field) in [
            (json!({ "order_id": "", "lines": [] }), "order_id"),
            (json!({ "order_id": "1", "lines": [{ "id": "", "amount": 1 }] }), "lines"),
            (json!({ "order_id": "1", "lines": [{ "id": "a", "amount": -1 }] }), "lines"),
        ] {
            let (status, told) = shop.ask(&code, "use", Some(&body), None).await;
            assert_eq!((status, &told["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)), "{told}");
        }
        let unknown = json!({ "order_id": "1", "lines": [], "more": 1 });
        let (status, _) = shop.ask(&code, "use", Some(&unknown), None).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(shop.state(&code).await, "open");
    }

    async fn thirty_redeem_the_last_points_and_one_has_them(world: World) {
        let shop = Shop::with(&world, PLAIN, 599).await;
        let ask = || request(&world, Method::POST, "/api/v1/rewards/r300/redemptions", &shop.bearer, None, None);
        let told = together((0..30).map(|_| ask())).await;
        assert_eq!((number_of(&told, StatusCode::OK), number_of(&told, StatusCode::CONFLICT)), (1, 29), "{told:?}");
        assert_eq!(shop.points().await, [299, 0, 300]);
        assert_eq!(count(&world.app.store, "select count(*) from coupon").await, 1);
        assert_books_balance(&world.app.store).await;
    }

    async fn thirty_orders_want_one_code_and_one_has_it(world: World) {
        let shop = Shop::with(&world, PLAIN, 300).await;
        let code = shop.code("r300").await;
        let path = format!("/api/v1/programs/demo/coupons/{code}/use");
        let bodies: Vec<Value> = (0..30).map(|n| json!({ "order_id": format!("o{n}"), "lines": [] })).collect();
        let told = together(bodies.iter().map(|body| request(&world, Method::POST, &path, &world.api_key, Some(body), None))).await;
        assert_eq!((number_of(&told, StatusCode::OK), number_of(&told, StatusCode::CONFLICT)), (1, 29), "{told:?}");
        let won = told.iter().position(|told| told.0 == StatusCode::OK).unwrap();
        assert_eq!(shop.check(&code).await["order_id"], json!(format!("o{won}")));
        assert_books_balance(&world.app.store).await;
    }

    async fn used_paid_let_go_and_lapsed_at_the_same_moment(world: World) {
        let mut shop = Shop::with(&world, PLAIN, 2_000).await;
        for round in 0..5 {
            let code = shop.code("r300").await;
            let before = shop.points().await;
            shop.wait(30 * DAY).await;
            let order = format!("o{round}");
            let mut paying = paid(&order, "42", 0);
            paying["coupon_codes"] = json!([code]);
            let using = json!({ "order_id": order, "lines": [] });
            let at = |what: &str| format!("/api/v1/programs/demo/coupons/{code}/{what}");
            let post = |path: &str, body: Option<&Value>| request(&world, Method::POST, path, &world.api_key, body, None);
            let all = [0; 5].into_iter().flat_map(|_| [
                post(&at("use"), Some(&using)),
                post(&at("release"), None),
                post("/api/v1/programs/demo/orders", Some(&paying)),
            ]);
            let (told, ()) = tokio::join!(together(all), async {
                // The job is in the same race, and may find that somebody else was faster.
                let due = server::store::ledger::Due { now: world.now(), after: None, limit: 10 };
                for due in world.app.store.read(due).await.unwrap() {
                    let rules = world.app.programs.by_id(due.program).unwrap().rules.clone();
                    let lapse = server::store::coupons::Lapse { rules, hold: due.hold, stamp: world.app.clock.stamp() };
                    world.app.store.write(lapse).await.unwrap();
                }
            });
            assert!(told.iter().all(|(status, _)| matches!(status.as_u16(), 200 | 409)), "{told:?}");
            // Whoever was first, in the end the order is paid and has the code, and its points are spent.
            let [available, held, _] = before;
            assert_eq!((shop.state(&code).await.as_str(), shop.points().await), ("used", [available, held, 0]));
            assert_books_balance(&world.app.store).await;
        }
    }
}
