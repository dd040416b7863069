//! The abuse table: how people try to be rewarded for friends whom they have not brought, how honest people look like
//! them, and what becomes of each.
//!
//! ```text
//! join anna [as anna@gmail.com]     joins, on the shop's word, with anna@shop.example or another address
//! days 2                            time passes, and what falls due is done
//! order A by boris code anna        a member buys, or a guest where it is an address: for 1000, by a member's code
//!     gift | old | EUR | total 9 | card K | address H
//! early O by f@shop.example         an order is told that was placed a day before
//! gift anna [to f@shop.example] [here]
//!                                   a friend takes the gift of a link; from where anna is
//! visit anna                        anna looks after her link
//! crowd anna 25                     so many strangers take the gift of a link and buy with it, on one day
//! preview anna                      chats and bots open a link
//! refund A 1000, cancel A           money comes back
//! appeal anna, accept anna          a person looks again, and lets the newest count
//! ```
//! What comes of it is said of the newest friend of each advocate who is named: `anna checking suspicious: same_card`.

use crate::support::friends::{Friends, stage};
use crate::support::sql::{assert_books_balance, count};
use crate::support::world::on_both_databases;
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};
use server::domain::DAY;
use server::store::referrals::{Decide, Decided, Given};

/// A name, what happens, and what comes of it.
const TABLE: &[(&str, &str, &str)] = &[
    // Oneself.
    ("dots and a tag are no other person",
        "join anna as anna@gmail.com, days 2, order A by an.na+1@googlemail.com code anna", "anna refused self_referral"),
    ("a second account under another spelling",
        "join anna as anna@gmail.com, join anna2 as a.nna+2@gmail.com, days 2, order A by anna2 code anna", "anna refused self_referral"),
    ("the own code at the checkout",
        "join anna, days 2, order A by anna code anna", "anna refused self_referral"),
    ("the own gift",
        "join anna, days 2, gift anna, order A by anna gift", "anna refused self_referral"),
    ("a guest's order that the advocate claims later",
        "join anna, days 2, order A by f@shop.example code anna, join anna as f@shop.example, days 15", "anna refused self_referral"),

    // Who buys here anyway.
    ("a customer, by the address",
        "join anna, days 2, order O by f@shop.example, days 1, order A by f@shop.example code anna", "anna refused existing_customer"),
    ("a customer, by another spelling of the address",
        "join anna, days 2, order O by f+1@shop.example, days 1, order A by F+2@shop.example code anna", "anna refused existing_customer"),
    ("a customer who is a member",
        "join anna, join boris, days 2, order O by boris, days 1, order A by boris code anna", "anna refused existing_customer"),
    ("a customer, on the shop's word",
        "join anna, days 2, order A by f@shop.example code anna old", "anna refused existing_customer"),
    ("a customer who takes the gift",
        "join anna, days 2, order O by f@shop.example, gift anna, days 1, order A by f@shop.example gift", "anna refused existing_customer"),
    ("a customer, by the shop's number of them",
        "join anna, days 2, order O by guest, days 1, order A by guest code anna", "anna refused existing_customer"),
    ("a customer whose first order is told late",
        "join anna, days 2, order A by f@shop.example code anna, early O by f@shop.example, days 15", "anna refused existing_customer"),
    ("who is not known at all",
        "join anna, days 2, order A by guest code anna", "anna checking suspicious: unknown_buyer"),
    ("a friend's second order",
        "join anna, days 2, order A by f@shop.example code anna, order B by f@shop.example code anna", "anna refused existing_customer"),
    ("a first order that was called off makes no customer",
        "join anna, days 2, order O by f@shop.example, cancel O, order A by f@shop.example code anna", "anna waiting"),

    // Orders that are none.
    ("an order for next to nothing",
        "join anna, days 2, order A by f@shop.example code anna total 9", "anna refused below_minimum"),
    ("an order in other money",
        "join anna, days 2, order A by f@shop.example code anna EUR", "anna refused below_minimum"),
    ("called off before the days are over",
        "join anna, days 2, order A by f@shop.example code anna, cancel A, days 15", "anna refused cancelled"),
    ("sent back before the days are over, but for a little",
        "join anna, days 2, order A by f@shop.example code anna, refund A 995, days 15", "anna refused refunded"),
    ("sent back after the reward",
        "join anna, days 2, order A by f@shop.example code anna, days 15, refund A 1000", "anna reversed refunded"),
    ("friends who send everything back",
        "join anna, days 2, order A by f@shop.example code anna, order B by g@shop.example code anna, cancel A, cancel B,
            order C by h@shop.example code anna", "anna waiting: refunded"),
    ("friends who send everything back, at the advocate's address",
        "join anna, days 2, order O by anna address H, order A by f@shop.example code anna, order B by g@shop.example code anna,
            cancel A, cancel B, order C by h@shop.example code anna address H", "anna checking suspicious: refunded same_address"),

    // Too late, and too many.
    ("a gift after its days",
        "join anna, days 2, gift anna, days 31, order A by f@shop.example gift", "anna refused window"),
    ("an address after the gift's days",
        "join anna, days 2, gift anna to f@shop.example, days 31, order A by f@shop.example", "anna lapsed"),
    ("more than a month allows",
        "join anna, days 2, crowd anna 30, order A by f@shop.example code anna", "anna refused cap"),

    // Made-up people.
    ("an address that is thrown away",
        "join anna, days 2, order A by f@mailinator.com code anna", "anna checking suspicious: disposable_address"),
    ("a card of the advocate's",
        "join anna, days 2, order O by anna card K, order A by f@shop.example code anna card K", "anna checking suspicious: same_card"),
    ("a card of another friend's",
        "join anna, days 2, order A by f@shop.example code anna card K, order B by g@shop.example code anna card K",
        "anna checking suspicious: same_card"),
    ("a code on a page for coupons",
        "join anna, days 2, crowd anna 25", "anna checking suspicious: velocity many_gifts"),
    ("six friends in a day",
        "join anna, days 2, crowd anna 6", "anna waiting: velocity"),
    ("six friends on the first day",
        "join anna, crowd anna 6", "anna checking suspicious: velocity young_advocate"),
    ("a circle of own accounts",
        "join pia, join anna, days 2, order P by pia address H, order Q by anna code pia address H, order A by f@shop.example code anna address H",
        "pia waiting: same_address; anna checking suspicious: chain same_address"),

    // Who only looks like that.
    ("a household",
        "join anna, days 2, order O by anna address H, order A by f@shop.example code anna address H", "anna waiting: same_address"),
    ("one network",
        "join anna, days 2, visit anna, gift anna here, order A by f@shop.example gift", "anna waiting: same_network"),
    ("a household with one network",
        "join anna, days 2, order O by anna address H, visit anna, gift anna here, order A by f@shop.example gift address H",
        "anna waiting: same_address same_network"),
    ("a joyful first day",
        "join anna, order A by f@shop.example code anna", "anna waiting: young_advocate"),
    ("a customer who was none after all",
        "join anna, days 2, order A by f@shop.example code anna old, appeal anna, accept anna, days 15", "anna rewarded"),

    // Two for one friend, and nobody at all.
    ("two gifts for one address: who came first",
        "join anna, join boris, days 2, gift boris to f@shop.example, days 1, gift anna to f@shop.example, order A by f@shop.example",
        "boris waiting: only_address; anna gift"),
    ("a gift that is taken under an address once its order was placed",
        "join anna, days 2, gift anna to f@shop.example, early A by f@shop.example", "anna gift"),
    ("another's code after the gift of one",
        "join anna, join boris, days 2, gift boris, order A by f@shop.example gift code anna", "boris waiting; anna nothing"),
    ("previews and bots",
        "join anna, days 2, preview anna", "anna nothing"),
];

/// One pattern, with names of its own in a world that all share.
struct Pattern<'w> {
    friends: &'w Friends<'w>,
    n: usize,
    /// The gift that was taken last.
    gift: String,
    orders: Map<String, Value>,
}

impl Pattern<'_> {
    fn name(&self, name: &str) -> String {
        format!("p{}{name}", self.n)
    }

    async fn step(&mut self, words: &[&str]) {
        let friends = self.friends;
        match *words {
            ["join", name] => {
                let name = self.name(name);
                friends
                    .join(&name, Some(&format!("{name}@shop.example")))
                    .await;
            }
            ["join", name, "as", email] => {
                friends
                    .join(&self.name(name), Some(&self.name(email)))
                    .await;
            }
            ["days", days] => {
                friends.world.pass(days.parse::<i64>().unwrap() * DAY);
                friends.settle().await;
            }
            ["order", id, "by", who, ref how @ ..] => self.order(id, who, how).await,
            ["early", id, "by", who] => self.early(id, who).await,
            ["gift", name, ref how @ ..] => self.take(name, how).await,
            ["visit", name] => {
                let code = format!("visit-{}", self.n);
                let (status, told) = friends.choose(&self.name(name), &code).await;
                assert_eq!(status, StatusCode::OK, "{told}");
            }
            ["crowd", name, number] => self.crowd(name, number.parse().unwrap()).await,
            ["preview", name] => self.preview(name).await,
            ["refund", id, roubles] => {
                let amount = roubles.parse::<i64>().unwrap() * 100;
                friends.refund(&self.name(id), amount).await;
            }
            ["cancel", id] => {
                let mut order = self.orders[id].clone();
                order["status"] = json!("cancelled");
                let (status, told) = friends.world.order(&order).await;
                assert_eq!(status, StatusCode::OK, "{told}");
            }
            ["appeal", name] => {
                let name = self.name(name);
                let newest = friends.seen(&name).await.remove(0);
                let (status, told) = friends
                    .appeal(&name, &newest["id"], "They are new here.")
                    .await;
                assert_eq!(status, StatusCode::OK, "{told}");
            }
            ["accept", name] => self.accept(name).await,
            _ => panic!("there is no step {words:?}"),
        }
    }

    async fn order(&mut self, id: &str, who: &str, how: &[&str]) {
        let friends = self.friends;
        let kind = if who.contains('@') { "email" } else { "id" };
        let mut customer = json!({ kind: self.name(who) });
        let mut changes = json!({});
        let mut how = how.iter().copied();
        while let Some(word) = how.next() {
            let mut next = || self.name(how.next().unwrap());
            match word {
                "code" => changes["referral_code"] = json!(friends.code(&next()).await),
                "card" => changes["card_hash"] = json!(next()),
                "address" => changes["address_hash"] = json!(next()),
                "gift" => changes["coupon_codes"] = json!([self.gift]),
                "old" => customer["is_new"] = json!(false),
                "EUR" => changes["currency"] = json!("EUR"),
                "total" => {
                    let total = how.next().unwrap().parse::<i64>().unwrap() * 100;
                    changes["total"] = json!(total);
                    changes["lines"] =
                        json!([{ "id": "1", "sku": "beans", "amount": total, "qty": 1 }]);
                }
                _ => panic!("an order has no {word}"),
            }
        }
        let order = friends.document(&self.name(id), customer, &changes);
        let (status, told) = friends.world.order(&order).await;
        assert_eq!(status, StatusCode::OK, "{told}");
        self.orders.insert(id.to_owned(), order);
    }

    /// An order that was placed a day before it is told.
    async fn early(&self, id: &str, who: &str) {
        let friends = self.friends;
        let customer = json!({ "email": self.name(who) });
        let mut order = friends.document(&self.name(id), customer, &json!({}));
        let at = jiff::Timestamp::from_microsecond(friends.world.now() - DAY).unwrap();
        order["at"] = json!(at.to_string());
        let (status, told) = friends.world.order(&order).await;
        assert_eq!(status, StatusCode::OK, "{told}");
    }

    async fn take(&mut self, name: &str, how: &[&str]) {
        let friends = self.friends;
        let advocate = friends.join(&self.name(name), None).await;
        let place = friends.world.app.master.mac("gift", b"127.0.0.1");
        let (email, source) = match *how {
            [] => (None, None),
            ["to", email] => (Some(self.name(email)), None),
            ["here"] => (None, Some(place.as_slice())),
            _ => panic!("nobody takes a gift {how:?}"),
        };
        let given = friends.give(advocate, email.as_deref(), source).await;
        let Given::Done(gift) = given else {
            panic!("{given:?}");
        };
        self.gift = gift.code;
    }

    async fn crowd(&mut self, name: &str, number: usize) {
        for n in 0..number {
            self.take(name, &[]).await;
            let (id, who) = (format!("C{n}"), format!("c{n}@shop.example"));
            self.order(&id, &who, &["gift"]).await;
        }
    }

    /// What opens links without a person: GET and HEAD, however often.
    async fn preview(&self, name: &str) {
        let world = self.friends.world;
        let code = self.friends.code(&self.name(name)).await;
        let address = format!("{}/r/{code}", world.url);
        for agent in [
            "WhatsApp/2.23.20",
            "TelegramBot (like TwitterBot)",
            "facebookexternalhit/1.1",
            "Googlebot/2.1",
        ] {
            for method in [Method::GET, Method::HEAD] {
                let asked = world
                    .http
                    .request(method, &address)
                    .header("user-agent", agent);
                let status = asked.send().await.unwrap().status();
                assert_eq!(status, StatusCode::OK, "{agent}");
            }
        }
    }

    async fn accept(&self, name: &str) {
        let friends = self.friends;
        let newest = friends.seen(&self.name(name)).await.remove(0);
        let decide = Decide {
            rules: friends.rules(),
            id: newest["id"].as_str().unwrap().parse().unwrap(),
            refused: None,
            by: "owner".into(),
            stamp: friends.world.app.clock.stamp(),
        };
        let decided = friends.world.app.store.write(decide).await.unwrap();
        assert!(matches!(decided, Decided::Done(_)), "{decided:?}");
    }

    /// What became of an advocate's newest friend: the stage, the reason and the signals.
    async fn found(&self, name: &str) -> String {
        let seen = self.friends.seen(&self.name(name)).await;
        let Some(newest) = seen.first() else {
            return format!("{name} nothing");
        };
        let (stage, reason) = stage(newest);
        let stored = self.friends.stored(&newest["id"]).await;
        let signals: Vec<&str> = stored
            .signals
            .iter()
            .map(|signal| signal.code.as_str())
            .collect();
        let weights: i64 = stored.signals.iter().map(|signal| signal.weight).sum();
        assert_eq!(stored.score, weights);
        let mut found = format!("{name} {stage} {reason}").trim_end().to_owned();
        if !signals.is_empty() {
            found = format!("{found}: {}", signals.join(" "));
        }
        found
    }
}

on_both_databases! { quiet
    async fn the_abuse_table(world: World) {
        let changes = [("hold_days = 14\ntitle", "hold_days = 14\nper_month = 30\ntitle")];
        let friends = Friends::with(&world, &changes).await;
        for (n, (name, steps, expected)) in TABLE.iter().enumerate() {
            let mut pattern = Pattern { friends: &friends, n, gift: String::new(), orders: Map::new() };
            for step in steps.split(',') {
                pattern.step(&step.split_whitespace().collect::<Vec<_>>()).await;
            }
            for expected in expected.split("; ") {
                let advocate = expected.split(' ').next().unwrap();
                assert_eq!(pattern.found(advocate).await, expected, "{name}");
            }
        }
        // Whatever still waits is paid, and nothing else is.
        for _ in 0..3 {
            friends.hold_passes().await;
        }
        let store = &world.app.store;
        assert_eq!(count(store, "select count(*) from referral where stage = 'waiting'").await, 0);
        let paid = count(store, "select count(*) from transfer where explanation like '%\"friend_bought\"%'").await;
        assert_eq!(count(store, "select count(*) from referral where transfer_id is not null").await, paid);
        assert_eq!(count(store, "select count(*) from referral where stage in ('rewarded', 'reversed')").await, paid);
        assert_books_balance(store).await;
    }
}
