//! Store credit: bought with points, spent in part, given back, kept apart from points, and told of.

use crate::support::rules::{PLAIN, Rules};
use crate::support::sql::{assert_books_balance, count, news, rows, told};
use crate::support::together::{Told, request, together};
use crate::support::world::{World, on_both_databases, paid};
use app::api::EventKind;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::domain::DAY;

/// Where credit is turned into codes.
const CREDIT: &str = "/api/v1/me/credit/redemptions";
/// 200 points buy 500 roubles.
const SELLS: Rules = Rules {
    tables: "[[reward]]\nid = \"buy\"\nkind = \"store_credit\"\npoints = 200\namount = \"500.00\"
        name = { en = \"Gift card\", ru = \"Подарочная карта\" }\n",
    ..PLAIN
};

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

    async fn redeem(&self, reward: &str) -> Told {
        let path = format!("/api/v1/rewards/{reward}/redemptions");
        let world = self.world;
        world
            .send(Method::POST, &path, &self.bearer, None, None)
            .await
    }

    async fn spend(&self, kopecks: i64) -> Told {
        let body = json!({ "points": kopecks });
        self.world.post(CREDIT, &self.bearer, &body).await
    }

    /// Buys 500 roubles of credit.
    async fn buy(&self) {
        let (status, bought) = self.redeem("buy").await;
        assert_eq!(status, StatusCode::OK, "{bought}");
        assert_eq!(bought["coupon"]["state"], "used", "at once and for good");
    }

    /// Turns credit into a code.
    async fn code(&self, kopecks: i64) -> Value {
        let (status, made) = self.spend(kopecks).await;
        assert_eq!(status, StatusCode::OK, "{made}");
        assert_eq!(made["coupon"]["asset"], "RUB");
        made
    }

    async fn pay(&self, id: &str, total: i64, code: &str) {
        let mut order = paid(id, "42", total);
        order["coupon_codes"] = json!([code]);
        let (status, said) = self.world.order(&order).await;
        assert_eq!(status, StatusCode::OK, "{said}");
    }

    /// What of an asset can be spent, waits, and is set aside.
    async fn has(&self, asset: &str) -> [i64; 3] {
        let all = "select asset, available, held, reserved from account";
        let rows = rows(&self.world.app.store, all).await;
        let own = rows
            .iter()
            .find(|row| row.get::<String>(0).unwrap() == asset);
        own.map_or([0; 3], |row| [1, 2, 3].map(|at| row.get(at).unwrap()))
    }

    async fn statement(&self, query: &str) -> Vec<Value> {
        let path = format!("/api/v1/me/transfers?locale=en{query}");
        let (status, page) = self.world.get(&path, &self.bearer).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        page["items"].as_array().unwrap().clone()
    }
}

fn code_of(made: &Value) -> &str {
    made["coupon"]["code"].as_str().unwrap()
}

fn text_of(line: &Value) -> String {
    line["text"].as_str().unwrap().replace('\u{a0}', " ")
}

on_both_databases! { quiet
    async fn credit_is_bought_spent_in_part_refunded_and_comes_back(world: World) {
        let shop = Shop::with(&world, SELLS, 350).await;
        shop.buy().await;
        assert_eq!((shop.has("points").await, shop.has("RUB").await), ([150, 0, 0], [50_000, 0, 0]));

        let made = shop.code(30_000).await;
        assert_eq!(made["balance"], 20_000, "the balance is that of what was spent");
        assert_eq!(shop.has("RUB").await, [20_000, 0, 30_000]);
        let path = format!("/api/v1/programs/demo/coupons/{}/use", code_of(&made));
        let body = json!({ "order_id": "1043", "lines": [{ "id": "1", "amount": 25_000 }] });
        let (status, used) = world.post(&path, &world.api_key, &body).await;
        assert_eq!((status, &used["lines"]), (StatusCode::OK, &json!([{ "id": "1", "amount": 25_000 }])), "{used}");

        shop.pay("1043", 10_000, code_of(&made)).await;
        assert_eq!(shop.has("RUB").await, [25_000, 0, 0], "what the order did not need came back");
        let refund = json!({ "id": "r1", "order_id": "1043", "amount": 5_000, "at": "2026-11-21T12:00:00Z" });
        let (status, refunded) = world.post("/api/v1/programs/demo/refunds", &world.api_key, &refund).await;
        assert_eq!((status, &refunded["given_back"]), (StatusCode::OK, &json!(12_500)), "{refunded}");
        assert_eq!(shop.has("RUB").await, [37_500, 0, 0]);
        let mut order = paid("1043", "42", 10_000);
        order["status"] = json!("cancelled");
        world.order(&order).await;
        assert_eq!((shop.has("points").await, shop.has("RUB").await), ([150, 0, 0], [50_000, 0, 0]));

        let lines = shop.statement("&asset=RUB").await;
        let amounts: Vec<_> = lines.iter().map(|line| line["amount"].as_i64().unwrap()).collect();
        assert_eq!(amounts, [12_500, 12_500, 5_000, -30_000, 50_000]);
        assert!(lines.iter().all(|line| line["asset"] == "RUB" && line["expires_at"].is_null()));
        assert_eq!(text_of(&lines[4]), "+₽500: “Gift card”, for 200.");
        assert!(text_of(&lines[3]).starts_with("\u{2212}₽300: "), "{}", text_of(&lines[3]));
        assert!(text_of(&lines[0]).starts_with("+₽125: "), "{}", text_of(&lines[0]));
        assert_books_balance(&world.app.store).await;
    }

    async fn a_code_of_credit_is_cancelled_and_lapses_without_a_worker(world: World) {
        let mut shop = Shop::with(&world, SELLS, 200).await;
        shop.buy().await;
        let made = shop.code(10_000).await;
        let path = format!("/api/v1/redemptions/{}/cancel", made["id"].as_str().unwrap());
        for _ in 0..2 {
            let (status, over) = world.post(&path, &shop.bearer, &json!({})).await;
            assert_eq!((status, &over["state"]), (StatusCode::OK, &json!("released")));
            assert_eq!(shop.has("RUB").await, [50_000, 0, 0]);
        }
        shop.code(20_000).await;
        world.pass(31 * DAY);
        shop.bearer = world.session("42").await;
        assert_eq!(shop.has("RUB").await, [30_000, 0, 20_000]);
        // Whoever looks at the member lets it happen, though nothing of their points falls due.
        world.get("/api/v1/me", &shop.bearer).await;
        assert_eq!(shop.has("RUB").await, [50_000, 0, 0]);
        assert_eq!(count(&world.app.store, "select count(*) from coupon where state = 'lapsed'").await, 1);
        let due = "select count(*) from account where look_at is not null";
        assert_eq!(count(&world.app.store, due).await, 0, "nobody looks again");
        assert_books_balance(&world.app.store).await;
    }

    async fn two_assets_do_not_mix(world: World) {
        let shop = Shop::with(&world, SELLS, 200).await;
        let (status, few) = shop.spend(100).await;
        assert_eq!((status, &few["code"]), (StatusCode::CONFLICT, &json!("balance_too_low")), "points are no credit");
        shop.buy().await;
        let (status, few) = shop.redeem("r100").await;
        assert_eq!((status, &few["code"]), (StatusCode::CONFLICT, &json!("balance_too_low")), "credit is no points");
        let (status, few) = shop.spend(50_001).await;
        assert_eq!((status, &few["code"]), (StatusCode::CONFLICT, &json!("balance_too_low")));

        let points = shop.statement("").await;
        assert!(points.iter().all(|line| line["asset"] == "points"));
        assert_eq!(points.len(), 2);
        assert_eq!(shop.statement("&asset=points").await, points);
        assert_eq!(shop.statement("&asset=RUB").await.len(), 1);
        assert_eq!(shop.statement("&asset=EUR").await, Vec::<Value>::new());
        for asset in ["rub", "RUBLES", "%25"] {
            let path = format!("/api/v1/me/transfers?asset={asset}");
            let (status, wrong) = world.get(&path, &shop.bearer).await;
            assert_eq!((status, &wrong["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("asset")), "{wrong}");
        }
        let (_, me) = world.get("/api/v1/me", &shop.bearer).await;
        assert_eq!((&me["balance"]["asset"], &me["balance"]["available"]), (&json!("points"), &json!(0)));
        let counted = "select count(*) from account where asset = 'RUB' and (points_earned <> 0 or orders <> 0 or amount_spent <> 0 or events <> 0)";
        assert_eq!(count(&world.app.store, counted).await, 0);
        assert_eq!(count(&world.app.store, "select number from transfer where asset = 'RUB'").await, 1, "a count of its own");
        assert_books_balance(&world.app.store).await;
    }

    async fn an_open_page_is_told_when_credit_changes(world: World) {
        // The same order moves the tier, so two things are told in one commit.
        let rules = Rules { changes: &[("hold_days = 14", "hold_days = 0")], ..SELLS };
        let shop = Shop::with(&world, rules, 200).await;
        let store = &world.app.store;
        shop.buy().await;
        assert_eq!(told(store, EventKind::Credit).await, 0, "the points that buy it tell of it");
        let made = shop.code(30_000).await;
        assert_eq!(told(store, EventKind::Credit).await, 1);
        shop.pay("1043", 1_100_000, code_of(&made)).await;
        assert_eq!((told(store, EventKind::Credit).await, told(store, EventKind::Tier).await), (2, 1));
        let numbers: Vec<i64> = news(store).await.iter().map(|told| told.number).collect();
        assert!(numbers.windows(2).all(|two| two[0] < two[1]), "{numbers:?}");
        let (_, me) = world.get("/api/v1/me", &shop.bearer).await;
        assert_eq!(me["cursor"].as_i64(), numbers.last().copied());
        assert_eq!(shop.has("RUB").await, [20_000, 0, 0]);
        assert_books_balance(store).await;
    }

    async fn points_and_credit_are_spent_at_the_same_moment(world: World) {
        let shop = Shop::with(&world, SELLS, 550).await;
        shop.buy().await;
        let credit = json!({ "points": 10_000 });
        let requests = (0..30).map(|n| {
            let (path, body) = [
                ("/api/v1/rewards/buy/redemptions", None),
                ("/api/v1/rewards/r100/redemptions", None),
                (CREDIT, Some(&credit)),
            ][n % 3];
            request(&world, Method::POST, path, &shop.bearer, body, None)
        });
        let answers = together(requests).await;
        for (status, answer) in &answers {
            let refused = answer["code"] == "balance_too_low";
            assert!(*status == StatusCode::OK || refused, "{answer}");
        }
        let done = |asset: &str| answers.iter().filter(|(_, answer)| answer["coupon"]["asset"] == asset).count();
        assert!(done("RUB") >= 5, "there was credit for five");
        let points = shop.has("points").await;
        assert!((0..100).contains(&points[0]), "{points:?}: somebody could still have had one");
        assert_eq!(points[2] % 100, 0);
        let set_aside = i64::try_from(done("RUB")).unwrap() * 10_000;
        assert_eq!(shop.has("RUB").await[2], set_aside);
        assert_books_balance(&world.app.store).await;
    }
}
