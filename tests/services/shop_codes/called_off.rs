//! Orders that have used a code in the shop and are called off, or that nobody ever tells of.

use super::scene::Platform::{Shopify, WooCommerce};
use super::scene::Scene;
use crate::support::sql::{assert_books_balance, count, one, told};
use crate::support::world::{on_both_databases, paid};
use app::api::EventKind;
use reqwest::{Method, StatusCode};
use serde_json::json;
use server::domain::DAY;

/// The shop tells an order with the only code, written in small letters.
async fn tell(scene: &Scene, status: &str) {
    let code: String = one(&scene.world.app.store, "select code from coupon").await;
    let mut order = paid("A", "26", 240_000);
    order["status"] = json!(status);
    order["coupon_codes"] = json!([code.to_lowercase()]);
    let (status, told) = scene.world.order(&order).await;
    assert_eq!(status, StatusCode::OK, "{told}");
}

/// How often the points of the code were spent.
async fn spent(scene: &Scene) -> i64 {
    let sql = "select count(*) from transfer where target = 'redeemed' and amount = 300";
    count(&scene.world.app.store, sql).await
}

on_both_databases! { quiet
    async fn an_order_that_was_never_paid_gives_the_points_back(world: World) {
        let scene = Scene::open(world, WooCommerce).await;
        scene.redeem("s300").await;
        scene.look().await;
        scene.till.use_all();
        tell(&scene, "cancelled").await;
        assert_eq!((scene.state().await, scene.points().await), ("ending".to_owned(), [700, 0, 300]));
        scene.look().await;
        assert_eq!((scene.state().await, scene.points().await), ("released".to_owned(), [1000, 0, 0]));
        assert_books_balance(&scene.world.app.store).await;
    }

    async fn one_that_was_known_to_be_used_does_so_too(world: World) {
        let scene = Scene::open(world, WooCommerce).await;
        let made = scene.redeem("s300").await;
        scene.look().await;
        scene.till.use_all();
        scene.cancel(&made).await;
        scene.look().await;
        assert_eq!(scene.state().await, "reserved");
        tell(&scene, "cancelled").await;
        scene.look().await;
        assert_eq!((scene.state().await, scene.points().await), ("released".to_owned(), [1000, 0, 0]));
        assert_books_balance(&scene.world.app.store).await;
    }

    async fn an_order_that_nobody_tells_of_keeps_no_points_for_ever(world: World) {
        let scene = Scene::open(world, WooCommerce).await;
        let made = scene.redeem("s300").await;
        scene.look().await;
        scene.till.use_all();
        scene.cancel(&made).await;
        scene.look().await;
        for week in 1..=8 {
            scene.world.pass(7 * DAY);
            scene.world.settle().await;
            scene.look().await;
            assert_eq!((scene.state().await, scene.points().await), ("reserved".to_owned(), [700, 0, 300]), "{week}");
        }
        scene.world.pass(7 * DAY);
        scene.world.settle().await;
        scene.look().await;
        assert_eq!((scene.state().await, scene.points().await), ("lapsed".to_owned(), [1000, 0, 0]));
        tell(&scene, "paid").await;
        assert_eq!((scene.state().await, spent(&scene).await), ("used".to_owned(), 1), "it may still come");
        assert_books_balance(&scene.world.app.store).await;
    }

    async fn a_paid_order_has_its_code_though_nobody_has_looked_since_it_ended(world: World) {
        let scene = Scene::open(world, WooCommerce).await;
        scene.redeem("s300").await;
        scene.look().await;
        scene.world.pass(31 * DAY);
        tell(&scene, "paid").await;
        assert_eq!((scene.state().await, spent(&scene).await), ("used".to_owned(), 1));
        assert_eq!(scene.points().await[2], 0);
        scene.look().await;
        assert_eq!((scene.state().await, scene.jobs().await), ("used".to_owned(), 0));
        assert_books_balance(&scene.world.app.store).await;
    }

    async fn a_paid_order_that_is_called_off_leaves_no_code_that_works(world: World) {
        let scene = Scene::open(world, Shopify).await;
        scene.redeem("s300").await;
        scene.look().await;
        tell(&scene, "paid").await;
        tell(&scene, "cancelled").await;
        assert_eq!((scene.state().await, scene.points().await), ("released".to_owned(), [1000, 0, 0]));
        assert_eq!(scene.till.good(), 1);
        scene.look().await;
        assert_eq!((scene.till.good(), scene.jobs().await), (0, 0));
        assert_eq!((scene.state().await, scene.points().await), ("released".to_owned(), [1000, 0, 0]));
        assert_books_balance(&scene.world.app.store).await;
    }

    async fn what_the_shop_has_made_is_used_there_and_nowhere_else(world: World) {
        let scene = Scene::open(world, WooCommerce).await;
        scene.redeem("s300").await;
        scene.look().await;
        let (world, store) = (&scene.world, &scene.world.app.store);
        assert_eq!(told(store, EventKind::Code).await, 1, "it is ready");
        let code: String = one(store, "select code from coupon").await;
        for (what, body) in [("use", Some(json!({ "order_id": "A" }))), ("check", None)] {
            let path = format!("/api/v1/programs/demo/coupons/{code}/{what}");
            let (status, told) = world.send(Method::POST, &path, &world.api_key, body.as_ref(), None).await;
            assert_eq!((status, &told["code"]), (StatusCode::CONFLICT, &json!("coupon_not_open")), "{what}");
        }
        assert_eq!(scene.state().await, "open");
    }
}
