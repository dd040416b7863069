//! A checkout takes a code in the last microsecond in which it can, while the worker lets it lapse in the
//! next: one of the two happens, and the checkout is told which.

use crate::support::rules::PLAIN;
use crate::support::sql::{Read, assert_books_balance};
use crate::support::world::{World, on_both_databases};
use app::api::{CouponState, TransferId};
use reqwest::{Method, StatusCode};
use serde_json::json;
use server::clock::Stamp;
use server::store::Store;
use server::store::coupons::{Find, Lapse, Use, Used};
use std::sync::Arc;

/// Customers with a code each: their accounts are apart, so nothing but the code is raced for.
const CUSTOMERS: usize = 24;

/// Gives a customer a code; answers it.
async fn code_of(world: &World, customer: &str) -> String {
    let members = "/api/v1/programs/demo/members";
    let body = json!({ "customer": customer });
    world.post(members, &world.api_key, &body).await;
    world.adjust(customer, 100).await;
    let bearer = world.session(customer).await;
    let path = "/api/v1/rewards/r100/redemptions";
    let (status, told) = world.send(Method::POST, path, &bearer, None, None).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    told["coupon"]["code"].as_str().unwrap().to_owned()
}

/// What holds a code's points, and when it falls due.
async fn hold_of(store: &Store, code: &str) -> (TransferId, i64, String) {
    const SQL: &str = "select h.transfer_id, h.due_at, h.state
        from coupon c join hold h on h.transfer_id = c.hold_id where c.code = $1";
    let rows = store.read(Read(SQL, vec![code.into()])).await.unwrap();
    let row = &rows[0];
    (
        row.get(0).unwrap(),
        row.get(1).unwrap(),
        row.get(2).unwrap(),
    )
}

on_both_databases! { quiet
    async fn a_code_is_kept_for_the_order_or_has_lapsed(world: World) {
        world.rule(&PLAIN.file()).await;
        let store = &world.app.store;
        let loaded = world.app.programs.by_slug("demo").await.unwrap().unwrap();
        let mut races = Vec::new();
        for n in 0..CUSTOMERS {
            let code = code_of(&world, &format!("{n}")).await;
            let (hold, due_at, _) = hold_of(store, &code).await;
            let take = Use {
                rules: Arc::clone(&loaded.rules),
                code: code.clone(),
                order: format!("A{n}"),
                lines: Vec::new(),
                shipping: 0,
                other_codes: false,
                stamp: Stamp::at(due_at - 1),
            };
            let lapse = Lapse { rules: Arc::clone(&loaded.rules), hold, stamp: Stamp::at(due_at) };
            let (one, other) = (store.clone(), store.clone());
            races.push((code, due_at, async move { one.write(take).await }, async move { other.write(lapse).await }));
        }
        let races = races.into_iter().map(|(code, due_at, take, lapse)| {
            let (take, lapse) = (tokio::spawn(take), tokio::spawn(lapse));
            async move { (code, due_at, take.await.unwrap().unwrap(), lapse.await.unwrap().unwrap()) }
        });
        let program = loaded.rules.id;
        for race in races.collect::<Vec<_>>() {
            let (code, due_at, taken, _) = race.await;
            let found = store.read(Find { program, code: &code }).await.unwrap().unwrap();
            let (_, kept_until, state) = hold_of(store, &code).await;
            if matches!(taken, Used::Kept(_)) {
                assert_eq!((found.state, state.as_str()), (CouponState::Reserved, "pending"), "the order was told that it has it");
                assert!(kept_until > due_at);
            } else {
                assert_eq!((found.state, state.as_str()), (CouponState::Lapsed, "voided"));
            }
        }
        assert_books_balance(store).await;
    }
}
