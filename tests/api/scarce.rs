//! Many want what there is one of, at two servers at the same moment: pieces, points, codes.

use super::rewards::{ask, begin, code_of, coupon, join, points, standing};
use super::servers::Second;
use crate::support::sql::{assert_books_balance, count};
use crate::support::together::{Told, request, together};
use crate::support::world::{World, on_both_databases};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::domain::DAY;

/// A request: bearer, path and body.
type Asked = (String, String, Option<Value>);

/// How many were told this: 200, or the code of a problem.
fn number_of(told: &[Told], what: &str) -> usize {
    let is_it = |(status, body): &&Told| match what {
        "200" => *status == StatusCode::OK,
        code => body["code"] == code,
    };
    told.iter().filter(is_it).count()
}

/// All of them at once, in turns at two servers.
async fn at_two_servers(world: &World, asked: &[Asked]) -> Vec<Told> {
    let second = Second::open(world).await;
    let requests = asked.iter().enumerate().map(|(n, (bearer, path, body))| {
        if n % 2 == 0 {
            return request(world, Method::POST, path, bearer, body.as_ref(), None);
        }
        let url = format!("{}{path}", second.url);
        let request = world.http.post(url).bearer_auth(bearer);
        match body {
            Some(body) => request.json(body),
            None => request,
        }
    });
    let told = together(requests).await;
    drop(second);
    told
}

on_both_databases! { quiet
    async fn of_thirty_members_one_has_the_last_piece_and_it_can_be_had_again(world: World) {
        begin(&world).await;
        let mut asked = Vec::new();
        for n in 0..30 {
            let bearer = join(&world, &n.to_string(), 100).await;
            asked.push((bearer, "/api/v1/rewards/mug/redemptions".to_owned(), None));
        }
        let told = at_two_servers(&world, &asked).await;
        assert_eq!((number_of(&told, "200"), number_of(&told, "reward_out_of_stock")), (1, 29), "{told:?}");
        let won = told.iter().position(|told| told.0 == StatusCode::OK).unwrap();
        let loser = &asked[(won + 1) % 30].0;
        assert_eq!(standing(&world, loser, "mug").await, (json!("out_of_stock"), json!(0)));
        ask(&world, code_of(&told[won].1["coupon"]), "release", None).await;
        assert_eq!(standing(&world, loser, "mug").await, (Value::Null, json!(1)));
        let made = coupon(&world, loser, "mug", None).await;
        world.pass(31 * DAY);
        world.settle().await;
        let again = world.session(&won.to_string()).await;
        assert_eq!(standing(&world, &again, "mug").await.1, 1, "what lapses, too");
        let (_, state) = ask(&world, code_of(&made), "check", None).await;
        assert_eq!(state["state"], "lapsed");
        assert_books_balance(&world.app.store).await;
    }

    async fn the_last_points_buy_one_thing_at_two_servers(world: World) {
        begin(&world).await;
        let bearer = join(&world, "42", 599).await;
        let path = "/api/v1/rewards/any/redemptions".to_owned();
        let asked = vec![(bearer, path, Some(json!({ "points": 300 }))); 30];
        let told = at_two_servers(&world, &asked).await;
        assert_eq!((number_of(&told, "200"), number_of(&told, "balance_too_low")), (1, 29), "{told:?}");
        assert_eq!(points(&world).await, [299, 0, 300]);
        assert_books_balance(&world.app.store).await;
    }

    async fn of_thirty_orders_at_two_servers_one_has_the_code(world: World) {
        begin(&world).await;
        let bearer = join(&world, "42", 500).await;
        let made = coupon(&world, &bearer, "any", Some(300)).await;
        let path = format!("/api/v1/programs/demo/coupons/{}/use", code_of(&made));
        let lines = json!([{ "id": "1", "amount": 10_000 }]);
        let asked = (0..30).map(|n| {
            let body = json!({ "order_id": format!("o{n}"), "lines": lines });
            (world.api_key.clone(), path.clone(), Some(body))
        });
        let told = at_two_servers(&world, &asked.collect::<Vec<_>>()).await;
        assert_eq!((number_of(&told, "200"), number_of(&told, "coupon_not_open")), (1, 29), "{told:?}");
        assert_books_balance(&world.app.store).await;
    }

    async fn codes_of_many_members_for_one_order_share_what_it_costs(world: World) {
        begin(&world).await;
        let mut asked = Vec::new();
        for n in 0..20 {
            let bearer = join(&world, &n.to_string(), 100).await;
            let made = coupon(&world, &bearer, "r100", None).await;
            let path = format!("/api/v1/programs/demo/coupons/{}/use", code_of(&made));
            let body = json!({ "order_id": "A", "lines": [{ "id": "1", "amount": 15_000 }] });
            asked.push((world.api_key.clone(), path, Some(body)));
        }
        let told = at_two_servers(&world, &asked).await;
        assert_eq!((number_of(&told, "200"), number_of(&told, "coupon_terms")), (2, 18), "{told:?}");
        let off = told.iter().filter_map(|(_, body)| body["lines"][0]["amount"].as_i64());
        assert_eq!(off.sum::<i64>(), 15_000);
        assert_books_balance(&world.app.store).await;
    }

    async fn uploads_at_the_same_moment_leave_no_gap_and_no_code_goes_out_twice(world: World) {
        begin(&world).await;
        let path = "/api/v1/programs/demo/rewards/pool/codes".to_owned();
        let asked = (0..30).map(|n| {
            let body = json!({ "codes": [format!("X{}", n / 2), format!("Y{n}")] });
            (world.api_key.clone(), path.clone(), Some(body))
        });
        at_two_servers(&world, &asked.collect::<Vec<_>>()).await;
        let store = &world.app.store;
        assert_eq!(count(store, "select count(*) from pool_code").await, 45);
        assert_eq!(count(store, "select max(number) from pool_code").await, 45);
        let mut asked = Vec::new();
        for n in 0..30 {
            let bearer = join(&world, &n.to_string(), 20).await;
            asked.extend([(); 2].map(|()| (bearer.clone(), "/api/v1/rewards/pool/redemptions".to_owned(), None)));
        }
        let told = at_two_servers(&world, &asked).await;
        assert_eq!((number_of(&told, "200"), number_of(&told, "reward_out_of_stock")), (45, 15), "{told:?}");
        assert_eq!(count(store, "select count(distinct code) from coupon").await, 45);
        assert_books_balance(store).await;
    }
}
