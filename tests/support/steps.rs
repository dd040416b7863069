//! What a member and a shop do, one step on a line, so that a table of worked cases can be read.
//!
//! ```text
//! order A 2400 delivery 300 tax 100 code      refund A 400 line x:400       hold passes
//! guest order A 2400 lines x:1000 y:1400      store credit A 400            days 40, months 13
//! order A 24 EUR, cancel A                    again, again with 500         rule 10, tier gold
//! give 300, take 300                          redeem 300, use A x:1000      release, spend 300, prove
//! now 2027-03-20T09:00:00Z                    sleep 40
//! ```
//! Money is in roubles. `: 409` behind a step is the answer's status where it is not 200, `| 60 120 0 gold`
//! what the member then has: available, held, owed, and perhaps the tier. Whenever time passes, what falls
//! due is done, but not while the server sleeps.

use super::rules::Rules;
use super::sql::assert_books_balance;
use super::world::{Database, World, paid};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::domain::DAY;
use std::collections::BTreeMap;

/// The shop's name for the member.
const CUSTOMER: &str = "42";
/// The address that a guest gives and the member proves.
const EMAIL: &str = "anna@example.com";
const AT: &str = "2026-11-21T12:00:00Z";

/// A member and their shop.
pub(crate) struct Steps<'w> {
    world: &'w World,
    /// The rules, as a file.
    rules: String,
    orders: BTreeMap<String, Value>,
    refunds: usize,
    /// The last one, to be sent again.
    refund: Value,
    /// The last coupon's code.
    code: String,
}

impl<'w> Steps<'w> {
    /// Somebody who has just joined under these rules.
    pub(crate) async fn begin(world: &'w World, rules: Rules, zone: &str) -> Self {
        let rules = rules.file();
        world.rule(&rules).await;
        let steps = Self {
            world,
            rules,
            orders: BTreeMap::new(),
            refunds: 0,
            refund: Value::Null,
            code: String::new(),
        };
        let join = json!({ "customer": CUSTOMER, "time_zone": zone });
        let (status, answer) = steps.shop("members", &join).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        steps
    }

    /// Takes every step and looks at the balance wherever the line names one.
    pub(crate) async fn all(&mut self, lines: &str) {
        for line in lines.lines().filter(|line| !line.trim().is_empty()) {
            let (line, balance) = line.split_once('|').unwrap_or((line, ""));
            let (step, status) = line.split_once(": ").unwrap_or((line, "200"));
            let answer = self
                .step(&step.split_whitespace().collect::<Vec<_>>())
                .await;
            assert_eq!(answer.0.as_str(), status.trim(), "{step}: {}", answer.1);
            if !balance.is_empty() {
                let names_tier = balance.contains(char::is_alphabetic);
                let expected: Vec<_> = balance.split_whitespace().collect();
                let found = self.found(names_tier).await;
                assert_eq!(found, expected, "after {step}: {}", answer.1);
            }
        }
    }

    /// Available, held, owed, and perhaps the tier.
    async fn found(&self, names_tier: bool) -> Vec<String> {
        let member = self.member().await;
        let [available, held] =
            ["available", "held"].map(|name| member["balance"][name].as_i64().unwrap());
        let points = [available.max(0), held, (-available).max(0)];
        let mut found: Vec<_> = points.iter().map(ToString::to_string).collect();
        if names_tier {
            found.push(
                member["standing"]["tier"]["id"]
                    .as_str()
                    .unwrap()
                    .to_owned(),
            );
        }
        found
    }

    /// The member, as the shop sees them.
    pub(crate) async fn member(&self) -> Value {
        let path = format!("/api/v1/programs/demo/members?customer={CUSTOMER}");
        let (_, page) = self.world.get(&path, &self.world.api_key).await;
        page["items"][0].clone()
    }

    async fn step(&mut self, words: &[&str]) -> (StatusCode, Value) {
        let nothing = (StatusCode::OK, Value::Null);
        match *words {
            ["guest", "order", id, ref rest @ ..] => {
                self.order(id, &json!({ "email": EMAIL }), rest).await
            }
            ["order", id, ref rest @ ..] => self.order(id, &json!({ "id": CUSTOMER }), rest).await,
            ["cancel", id] => self.cancel(id).await,
            ["refund", id, amount, ref rest @ ..] => self.refund(id, amount, rest).await,
            // The shop gives a voucher in place of the money: for Laurel that is a refund.
            ["store", "credit", id, amount] => self.refund(id, amount, &[]).await,
            ["again"] => self.shop("refunds", &self.refund.clone()).await,
            ["again", "with", amount] => {
                let mut other = self.refund.clone();
                other["amount"] = json!(kopecks(amount));
                self.shop("refunds", &other).await
            }
            ["hold", "passes"] => self.pass(15).await,
            ["days", days] => self.pass(days.parse().unwrap()).await,
            ["months", months] => self.pass(31 * months.parse::<i64>().unwrap()).await,
            ["sleep", days] => {
                self.world.pass(days.parse::<i64>().unwrap() * DAY);
                nothing
            }
            ["now", at] => {
                self.world.at_time(at);
                self.world.settle().await;
                nothing
            }
            ["rule", points] => {
                let rules = self
                    .rules
                    .replace("points = 5\nper", &format!("points = {points}\nper"));
                self.world.rule(&rules).await;
                nothing
            }
            ["tier", tier] => self.tier(tier).await,
            ["give", points] => self.world.adjust(CUSTOMER, points.parse().unwrap()).await,
            ["take", points] => {
                self.world
                    .adjust(CUSTOMER, -points.parse::<i64>().unwrap())
                    .await
            }
            ["redeem", points] => self.redeem(points).await,
            ["spend", points] => {
                let redeemed = self.redeem(points).await;
                assert_eq!(redeemed.0, StatusCode::OK, "{}", redeemed.1);
                let id = format!("spent {points}");
                self.order(&id, &json!({ "id": CUSTOMER }), &["0", "code"])
                    .await
            }
            ["use", order, ref lines @ ..] => {
                let body = json!({ "order_id": order, "lines": amounts(lines) });
                self.shop(&format!("coupons/{}/use", self.code), &body)
                    .await
            }
            ["release"] => {
                self.shop(&format!("coupons/{}/release", self.code), &Value::Null)
                    .await
            }
            ["prove"] => {
                let proven = json!({ "customer": CUSTOMER, "email": EMAIL });
                self.shop("members", &proven).await
            }
            _ => panic!("there is no step {words:?}"),
        }
    }

    async fn shop(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        let path = format!("/api/v1/programs/demo/{path}");
        let body = Some(body).filter(|body| !body.is_null());
        self.world
            .send(Method::POST, &path, &self.world.api_key, body, None)
            .await
    }

    async fn order(&mut self, id: &str, customer: &Value, words: &[&str]) -> (StatusCode, Value) {
        let mut order = paid(id, CUSTOMER, kopecks(words[0]));
        order["customer"] = customer.clone();
        let now = jiff::Timestamp::from_microsecond(self.world.now()).unwrap();
        order["at"] = json!(now.to_string());
        let mut words = words[1..].iter().copied();
        while let Some(word) = words.next() {
            match word {
                "delivery" => order["shipping"] = json!(kopecks(words.next().unwrap())),
                "tax" => order["tax"] = json!(kopecks(words.next().unwrap())),
                "EUR" => order["currency"] = json!("EUR"),
                "code" => order["coupon_codes"] = json!([self.code]),
                "lines" => order["lines"] = amounts(&words.by_ref().collect::<Vec<_>>()),
                _ => panic!("an order has no {word}"),
            }
        }
        for line in order["lines"].as_array_mut().unwrap() {
            (line["sku"], line["qty"]) = (line["id"].clone(), json!(1));
        }
        self.orders.insert(id.to_owned(), order.clone());
        self.world.order(&order).await
    }

    /// Calls an order off, perhaps one that was never told.
    async fn cancel(&mut self, id: &str) -> (StatusCode, Value) {
        let unknown = || paid(id, CUSTOMER, kopecks("2400"));
        let mut order = self.orders.get(id).cloned().unwrap_or_else(unknown);
        order["status"] = json!("cancelled");
        self.world.order(&order).await
    }

    async fn refund(&mut self, order: &str, amount: &str, words: &[&str]) -> (StatusCode, Value) {
        self.refunds += 1;
        let lines = words.strip_prefix(&["line"]).unwrap_or(&[]);
        self.refund = json!({ "id": format!("R{}", self.refunds), "order_id": order,
            "amount": kopecks(amount), "lines": amounts(lines), "at": AT });
        self.shop("refunds", &self.refund).await
    }

    async fn pass(&self, days: i64) -> (StatusCode, Value) {
        self.world.pass(days * DAY);
        self.world.settle().await;
        (StatusCode::OK, Value::Null)
    }

    async fn tier(&self, tier: &str) -> (StatusCode, Value) {
        let id = self.member().await["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/programs/demo/members/{id}/tier");
        let given = json!({ "tier": tier, "until": "2099-01-01T00:00:00Z" });
        self.world
            .send(Method::PUT, &path, &self.world.api_key, Some(&given), None)
            .await
    }

    async fn redeem(&mut self, points: &str) -> (StatusCode, Value) {
        let bearer = self.world.session(CUSTOMER).await;
        let path = format!("/api/v1/rewards/r{points}/redemptions");
        let answer = self
            .world
            .send(Method::POST, &path, &bearer, None, None)
            .await;
        if let Some(code) = answer.1["coupon"]["code"].as_str() {
            code.clone_into(&mut self.code);
        }
        answer
    }
}

/// `x:1000 y:1400` as lines.
fn amounts(lines: &[&str]) -> Value {
    let line = |line: &&str| {
        let (id, amount) = line.split_once(':').unwrap();
        json!({ "id": id, "amount": kopecks(amount) })
    };
    lines.iter().map(line).collect()
}

/// `333.34` roubles.
fn kopecks(roubles: &str) -> i64 {
    let (whole, part) = roubles.split_once('.').unwrap_or((roubles, "00"));
    let minus = if whole.starts_with('-') { -1 } else { 1 };
    whole.parse::<i64>().unwrap() * 100 + minus * part.parse::<i64>().unwrap()
}

/// Takes these steps under these rules in a world of their own.
pub(crate) async fn run(database: Database, rules: Rules, steps: &str) {
    let world = World::quiet(database).await;
    let mut member = Steps::begin(&world, rules, "Europe/Moscow").await;
    member.all(steps).await;
    assert_books_balance(&world.app.store).await;
}

/// Makes each case a test on each engine: its name, its rules, its steps.
macro_rules! table {
    ($($name:ident, $rules:expr, $steps:literal;)*) => {
        mod sqlite {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $crate::support::steps::run($crate::support::world::Database::Sqlite, $rules, $steps).await;
            })*
        }
        mod postgres {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $crate::support::steps::run($crate::support::world::Database::Postgres, $rules, $steps).await;
            })*
        }
    };
}
pub(crate) use table;
