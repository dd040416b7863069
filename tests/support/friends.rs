//! Members who bring friends: a programme that rewards it, gifts, orders of friends, and what becomes of them.

use super::rules::{PLAIN, Rules};
use super::together::Told;
use super::world::{World, paid};
use app::api::{MemberId, ReferralId};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::domain::DAY;
use server::domain::email::canonical;
use server::domain::program::Rules as ServerRules;
use server::store::referrals::{DueReferrals, Give, Given, Lapse, One, Settle, StoredReferral};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// 300 points for a friend, 500 from the third on; 50 for the friend. An order of 10 roubles counts, within 30 days of
/// the gift, and after 14 days in which it can come back.
pub(crate) const REFERRAL: &str = r#"
[referral]
shop_url = "https://shop.example/?code={code}"
friend_points = 50
minimum = "10.00"
window_days = 30
hold_days = 14
title = { en = "A gift from a friend", ru = "Подарок от друга" }
text = { en = "Take it along", ru = "Возьмите с собой" }
message = { en = "Try this", ru = "Попробуй" }

[referral.gift]
name = { en = "100 off", ru = "Минус 100" }
amount = "100.00"

[[referral.step]]
friends = 1
points = 300

[[referral.step]]
friends = 3
points = 500
"#;

/// The plain rules with friends.
pub(crate) const WITH_FRIENDS: Rules = Rules {
    tables: REFERRAL,
    ..PLAIN
};

/// A shop whose members bring friends.
pub(crate) struct Friends<'w> {
    pub(crate) world: &'w World,
    made: AtomicU32,
}

impl<'w> Friends<'w> {
    /// With these rules; some changed, as `(from, to)`.
    pub(crate) async fn with(world: &'w World, changes: &[(&str, &str)]) -> Self {
        let file = changes
            .iter()
            .fold(WITH_FRIENDS.file(), |file, (from, to)| {
                assert!(file.contains(from), "there is no {from}");
                file.replacen(from, to, 1)
            });
        world.rule(&file).await;
        Self {
            world,
            made: AtomicU32::new(0),
        }
    }

    fn next(&self) -> u32 {
        self.made.fetch_add(1, Ordering::SeqCst) + 1
    }

    pub(crate) fn rules(&self) -> Arc<ServerRules> {
        let all = self.world.app.programs.all();
        let demo = all.iter().find(|loaded| loaded.program().slug == "demo");
        Arc::clone(&demo.unwrap().rules)
    }

    /// Joins somebody on the shop's word.
    pub(crate) async fn join(&self, customer: &str, email: Option<&str>) -> MemberId {
        let mut body = json!({ "customer": customer });
        if let Some(email) = email {
            body["email"] = json!(email);
        }
        let path = "/api/v1/programs/demo/members";
        let (status, told) = self.world.post(path, &self.world.api_key, &body).await;
        assert_eq!(status, StatusCode::OK, "{told}");
        told["id"].as_str().unwrap().parse().unwrap()
    }

    /// A member of some days with the address `{name}@shop.example`.
    pub(crate) async fn advocate(&self, name: &str) -> MemberId {
        let id = self.join(name, Some(&format!("{name}@shop.example"))).await;
        self.world.pass(2 * DAY);
        id
    }

    /// What a member sees of their link and friends.
    pub(crate) async fn mine(&self, customer: &str) -> Value {
        let bearer = self.world.session(customer).await;
        let (status, told) = self.world.get("/api/v1/me/referral", &bearer).await;
        assert_eq!(status, StatusCode::OK, "{told}");
        told
    }

    /// A member's code.
    pub(crate) async fn code(&self, customer: &str) -> String {
        self.mine(customer).await["code"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The friends that a member sees, the newest first.
    pub(crate) async fn seen(&self, customer: &str) -> Vec<Value> {
        self.mine(customer).await["friends"]
            .as_array()
            .unwrap()
            .clone()
    }

    /// A friend takes the gift of a member's link.
    pub(crate) async fn give(
        &self,
        advocate: MemberId,
        email: Option<&str>,
        source: Option<&[u8]>,
    ) -> Given {
        let give = Give {
            rules: self.rules(),
            advocate,
            code: format!("G-TEST-{}", self.next()),
            email: email.map(canonical),
            source: source.map(<[u8]>::to_vec),
            stamp: self.world.app.clock.stamp(),
        };
        self.world.app.store.write(give).await.unwrap()
    }

    /// The same where nothing stands against it; answers the gift's code.
    pub(crate) async fn gift(&self, advocate: MemberId, email: Option<&str>) -> String {
        match self.give(advocate, email, None).await {
            Given::Done(gift) => gift.code,
            Given::TooMany(until) => panic!("too many until {until}"),
        }
    }

    /// An order over 1000 roubles that is paid now, with changes.
    pub(crate) async fn order(&self, id: &str, customer: Value, changes: &Value) -> Told {
        self.world
            .order(&self.document(id, customer, changes))
            .await
    }

    pub(crate) fn document(&self, id: &str, customer: Value, changes: &Value) -> Value {
        let mut order = paid(id, "nobody", 100_000);
        order["customer"] = customer;
        let now = jiff::Timestamp::from_microsecond(self.world.now()).unwrap();
        order["at"] = json!(now.to_string());
        for (name, value) in changes.as_object().unwrap() {
            order[name] = value.clone();
        }
        order
    }

    /// A guest's order by a code of a member.
    pub(crate) async fn by_code(&self, id: &str, email: &str, code: &str) {
        let changes = json!({ "referral_code": code });
        let (status, told) = self.order(id, guest(email), &changes).await;
        assert_eq!(status, StatusCode::OK, "{told}");
    }

    pub(crate) async fn refund(&self, order: &str, amount: i64) {
        let body = json!({ "id": format!("R{}", self.next()), "order_id": order, "amount": amount,
            "at": "2026-11-21T12:00:00Z" });
        let path = "/api/v1/programs/demo/refunds";
        let (status, told) = self.world.post(path, &self.world.api_key, &body).await;
        // Before its order it is kept, and answered otherwise.
        assert!(status.is_success(), "{told}");
    }

    pub(crate) async fn cancel(&self, id: &str, customer: Value, changes: &Value) {
        let mut order = self.document(id, customer, changes);
        order["status"] = json!("cancelled");
        let (status, told) = self.world.order(&order).await;
        assert_eq!(status, StatusCode::OK, "{told}");
    }

    /// What falls due of friends, and of everything else.
    pub(crate) async fn settle(&self) {
        for settle in self.due().await {
            self.world.app.store.write(settle).await.unwrap();
        }
        let now = self.world.now();
        self.world.app.store.write(Lapse { now }).await.unwrap();
        self.world.settle().await;
    }

    /// What pays the friends that have fallen due.
    pub(crate) async fn due(&self) -> Vec<Settle> {
        let due = DueReferrals {
            now: self.world.now(),
            after: None,
            limit: 1000,
        };
        let due = self.world.app.store.read(due).await.unwrap();
        due.into_iter()
            .map(|(_, id, _)| Settle {
                rules: self.rules(),
                id,
                stamp: self.world.app.clock.stamp(),
            })
            .collect()
    }

    /// The days pass in which orders come back.
    pub(crate) async fn hold_passes(&self) {
        self.world.pass(15 * DAY);
        self.settle().await;
    }

    /// What a member can spend, and what waits.
    pub(crate) async fn points(&self, customer: &str) -> (i64, i64) {
        let path = format!("/api/v1/programs/demo/members?customer={customer}");
        let (_, page) = self.world.get(&path, &self.world.api_key).await;
        let balance = &page["items"][0]["balance"];
        let of = |name: &str| balance[name].as_i64().unwrap();
        (of("available"), of("held"))
    }

    /// A referral as it is stored.
    pub(crate) async fn stored(&self, id: &Value) -> StoredReferral {
        let id: ReferralId = id.as_str().unwrap().parse().unwrap();
        let program = self.rules().id;
        let found = self.world.app.store.read(One { program, id }).await;
        found.unwrap().unwrap()
    }

    /// A member asks a person to look again.
    pub(crate) async fn appeal(&self, customer: &str, id: &Value, text: &str) -> Told {
        let bearer = self.world.session(customer).await;
        let path = format!("/api/v1/referrals/{}/appeal", id.as_str().unwrap());
        let body = json!({ "text": text });
        self.world
            .send(Method::POST, &path, &bearer, Some(&body), None)
            .await
    }

    /// A member chooses a code.
    pub(crate) async fn choose(&self, customer: &str, code: &str) -> Told {
        let bearer = self.world.session(customer).await;
        let body = json!({ "code": code });
        self.world.post("/api/v1/me/referral", &bearer, &body).await
    }
}

/// The customer of an order who is known by their address alone.
pub(crate) fn guest(email: &str) -> Value {
    json!({ "email": email })
}

/// What an order with a code is told with.
pub(crate) fn codes(code: &str) -> Value {
    json!({ "coupon_codes": [code] })
}

/// Where a friend stands and why, as the advocate sees it.
pub(crate) fn stage(friend: &Value) -> (&str, &str) {
    let text = |name: &str| friend[name].as_str().unwrap_or("");
    (text("stage"), text("reason"))
}
