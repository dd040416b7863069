//! Two different words of the shop, or of the shop and a shopper, about the same thing at the same moment: what is
//! left is what one of the two orders would have left, and nothing lies there for ever because each was told before it
//! could see the other.

use crate::support::rules::PLAIN;
use crate::support::sql::{Read, Write, assert_books_balance, count};
use crate::support::together::{request, together};
use crate::support::world::{World, on_both_databases, paid};
use app::api::MemberId;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use server::clock::Stamp;
use server::connections::Account;
use server::store::accounts::{Link, Linked};
use std::sync::Arc;

/// How often each pair meets.
const ROUNDS: usize = 5;
/// Pairs that set off together, each of its own order.
const PAIRS: usize = 12;

fn told(world: &World, path: &str, body: &Value) -> RequestBuilder {
    let path = format!("/api/v1/programs/demo/{path}");
    request(world, Method::POST, &path, &world.api_key, Some(body), None)
}

/// Sends pairs together; the first of each may be refused with `but`, and all others have to be taken. `pair` makes one
/// of its number.
async fn meet(round: usize, but: Option<StatusCode>, pair: impl Fn(usize) -> [RequestBuilder; 2]) {
    let pairs = (0..PAIRS).flat_map(|n| pair(round * PAIRS + n));
    for (n, (status, body)) in together(pairs).await.into_iter().enumerate() {
        let may_not = n % 2 == 0 && Some(status) == but;
        assert!(status.is_success() || may_not, "{status}: {body}");
    }
}

on_both_databases! { quiet
    async fn a_refund_and_its_order(world: World) {
        world.member("42").await;
        world.rule(&PLAIN.file()).await;
        for round in 0..ROUNDS {
            meet(round, None, |n| {
                let refund = json!({ "id": n.to_string(), "order_id": n.to_string(), "amount": 120_000,
                    "at": "2026-11-22T12:00:00Z" });
                [told(&world, "orders", &paid(&n.to_string(), "42", 240_000)), told(&world, "refunds", &refund)]
            })
            .await;
        }
        let store = &world.app.store;
        assert_eq!(count(store, "select count(*) from refund where not applied").await, 0);
        assert_eq!(count(store, "select count(*) from shop_order where refunded <> 120000").await, 0);
        assert_books_balance(store).await;
    }

    async fn a_refund_that_lay_there_beside_its_order_is_applied_when_it_is_told_again(world: World) {
        world.member("42").await;
        world.rule(&PLAIN.file()).await;
        let refund = json!({ "id": "R", "order_id": "B", "amount": 120_000, "at": "2026-11-22T12:00:00Z" });
        let tell = async || world.post("/api/v1/programs/demo/refunds", &world.api_key, &refund).await;
        assert_eq!(tell().await.0, StatusCode::ACCEPTED);
        world.order(&paid("A", "42", 240_000)).await;
        // As neither saw the other before both took a name.
        let store = &world.app.store;
        store.write(Write("update shop_order set id = 'B' where id = 'A'", Vec::new())).await.unwrap();
        let (status, told) = tell().await;
        assert_eq!((status, &told["applied"], &told["reversed"]), (StatusCode::OK, &json!(true), &json!(60)), "{told}");
        assert_eq!(tell().await, (status, told));
    }

    async fn a_guests_order_and_the_guest_who_joins(world: World) {
        world.rule(&PLAIN.file()).await;
        for round in 0..ROUNDS {
            let mut bearers = Vec::new();
            for n in 0..PAIRS {
                let n = round * PAIRS + n;
                let mut claims = world.claims(&format!("c{n}"));
                claims["email"] = json!(format!("{n}@example.com"));
                claims["email_verified"] = json!(true);
                bearers.push(world.session_of(&world.sign(&claims)).await);
            }
            meet(round, None, |n| {
                let mut order = paid(&n.to_string(), "", 240_000);
                order["customer"] = json!({ "email": format!("{n}@example.com") });
                let bearer = &bearers[n % PAIRS];
                let join = json!({ "version": 2 });
                let join = request(&world, Method::POST, "/api/v1/me/join", bearer, Some(&join), None);
                [join, told(&world, "orders", &order)]
            })
            .await;
        }
        let store = &world.app.store;
        assert_eq!(count(store, "select count(*) from shop_order where member_id is null").await, 0);
        assert_books_balance(store).await;
    }

    async fn an_order_and_a_code_that_it_does_not_name(world: World) {
        let bearer = world.member("42").await;
        world.rule(&PLAIN.file()).await;
        world.adjust("42", 100_000).await;
        for round in 0..ROUNDS {
            let mut codes = Vec::new();
            for _ in 0..PAIRS {
                let path = "/api/v1/rewards/r100/redemptions";
                let (_, told) = world.send(Method::POST, path, &bearer, None, None).await;
                codes.push(told["coupon"]["code"].as_str().unwrap().to_owned());
            }
            meet(round, Some(StatusCode::CONFLICT), |n| {
                let used = json!({ "order_id": n.to_string() });
                let used = told(&world, &format!("coupons/{}/use", codes[n % PAIRS]), &used);
                [used, told(&world, "orders", &paid(&n.to_string(), "42", 240_000))]
            })
            .await;
        }
        let store = &world.app.store;
        assert_eq!(count(store, "select count(*) from coupon where state = 'reserved'").await, 0);
        assert_books_balance(store).await;
    }

    async fn two_accounts_of_one_member(world: World) {
        let loaded = world.app.programs.by_slug("demo").await.unwrap().unwrap();
        let store = &world.app.store;
        for n in 0..PAIRS {
            world.member(&n.to_string()).await;
        }
        let members = store.read(Read("select id from member", Vec::new())).await.unwrap();
        for round in 0..ROUNDS {
            let mut shown = Vec::new();
            for (n, row) in members.iter().enumerate() {
                let member: MemberId = row.get(0).unwrap();
                for place in 0..2 {
                    let id = format!("{round}-{n}-{place}");
                    let link = Link {
                        rules: Arc::clone(&loaded.rules),
                        member,
                        service: "github",
                        digest: id.clone().into_bytes(),
                        account: Account { id: id.clone(), handle: id, created_at: None },
                        task: None,
                        stamp: Stamp::at(world.now()),
                    };
                    let store = store.clone();
                    shown.push(tokio::spawn(async move { store.write(link).await }));
                }
            }
            for shown in shown {
                assert_eq!(shown.await.unwrap().unwrap(), Linked::Done);
            }
            let connected = "select count(*) from outside_account where unlinked_at is null";
            assert_eq!(usize::try_from(count(store, connected).await), Ok(PAIRS));
        }
    }
}
