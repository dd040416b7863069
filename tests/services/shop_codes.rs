//! Codes that are made where the shop sells: there before a member sees them, useless there before their points come
//! back, and never twice, whatever the platform does.

mod called_off;
mod lasting;
mod scene;
mod till;

use crate::support::sql::{assert_books_balance, count, one};
use crate::support::world::{World, eventually, on_both_databases};
use reqwest::StatusCode;
use scene::Platform::{self, Shopify, WooCommerce};
use scene::Scene;
use serde_json::{Value, json};
use server::domain::{DAY, HOUR, MINUTE, SECOND};
use server::shop_codes::look;
use std::sync::Arc;
use till::Mood;

/// What the platform was asked for, field by field.
fn assert_terms(platform: Platform, reward: &str, asked: &Value) {
    if platform == WooCommerce {
        assert_eq!(
            (&asked["usage_limit"], &asked["individual_use"]),
            (&json!(1), &json!(false))
        );
        let gives = (
            asked["discount_type"].as_str().unwrap(),
            asked["amount"].as_str().unwrap(),
        );
        match reward {
            "s300" => {
                assert_eq!(gives, ("fixed_cart", "300.00"));
                assert_eq!(asked["minimum_amount"], "500.00");
            }
            "part" => assert_eq!(gives, ("percent", "7.5")),
            "ship" => assert_eq!((gives.1, &asked["free_shipping"]), ("0", &json!(true))),
            _ => {
                assert_eq!(gives, ("percent", "100"));
                assert_eq!(
                    (&asked["product_ids"], &asked["limit_usage_to_x_items"]),
                    (&json!([77]), &json!(1))
                );
            }
        }
        return;
    }
    assert_eq!(
        (&asked["usageLimit"], &asked["appliesOncePerCustomer"]),
        (&json!(1), &json!(true))
    );
    assert_eq!(asked["context"], json!({ "all": "ALL" }));
    let value = &asked["customerGets"]["value"];
    match reward {
        "s300" => {
            assert_eq!(
                value["discountAmount"],
                json!({ "amount": "300.00", "appliesOnEachItem": false })
            );
            let subtotal = &asked["minimumRequirement"]["subtotal"];
            assert_eq!(subtotal["greaterThanOrEqualToSubtotal"], "500.00");
        }
        "part" => assert_eq!(value["percentage"], json!(0.075)),
        _ => assert_eq!(asked["destination"], json!({ "all": true })),
    }
}

/// Redeemed, made, shown, used by an order.
async fn from_points_to_an_order(world: World, platform: Platform) {
    let scene = Scene::open(world, platform).await;
    let made = scene.redeem("s300").await;
    assert_eq!(made["coupon"]["state"], "making", "{made}");
    assert_eq!(
        (scene.points().await, scene.till.calls()),
        ([700, 0, 300], 0)
    );
    scene.look().await;
    assert_eq!(
        (scene.state().await, scene.jobs().await),
        ("open".to_owned(), 0)
    );
    let codes = scene.till.codes();
    assert_eq!(codes.len(), 1);
    assert_terms(platform, "s300", &codes[0].asked);
    let code: String = one(&scene.world.app.store, "select code from coupon").await;
    assert_eq!(codes[0].asked["code"], *code);
    let calls = scene.till.calls();
    scene.later(HOUR).await;
    assert_eq!(scene.till.calls(), calls, "nothing is left to be done");
    scene.order().await;
    assert_eq!(
        (scene.state().await, scene.points().await),
        ("used".to_owned(), [700, 120, 0])
    );
    let spent = "select amount from transfer where target = 'redeemed'";
    assert_eq!(count(&scene.world.app.store, spent).await, 300);
    assert_books_balance(&scene.world.app.store).await;
}

/// Let go: the points come back only once no checkout takes the code.
async fn from_points_and_back(world: World, platform: Platform) {
    let scene = Scene::open(world, platform).await;
    let made = scene.redeem("s300").await;
    scene.look().await;
    for _ in 0..2 {
        let (status, told) = scene.cancel(&made).await;
        assert_eq!(
            (status, &told["state"]),
            (StatusCode::OK, &json!("ending")),
            "{told}"
        );
    }
    scene.till.be(Mood::Status(503, None));
    scene.look().await;
    assert_eq!(
        (scene.state().await, scene.points().await),
        ("ending".to_owned(), [700, 0, 300])
    );
    assert_eq!(
        scene.till.good(),
        1,
        "it could still be used, so its points stay away"
    );
    scene.till.be(Mood::Well);
    scene.later(MINUTE).await;
    assert_eq!(
        (scene.till.good(), scene.state().await, scene.jobs().await),
        (0, "released".to_owned(), 0)
    );
    assert_eq!(scene.points().await, [1000, 0, 0]);
    let (status, told) = scene.cancel(&made).await;
    assert_eq!(
        (status, &told["state"]),
        (StatusCode::OK, &json!("released")),
        "{told}"
    );
    assert_eq!(scene.points().await, [1000, 0, 0]);
    assert_books_balance(&scene.world.app.store).await;
}

/// Away, busy, and an answer that is lost: one code in the end.
async fn a_bad_day(world: World, platform: Platform) {
    let scene = Scene::open(world, platform).await;
    scene.redeem("s300").await;
    for (n, mood) in [
        Mood::Status(500, None),
        Mood::Status(429, Some(1200)),
        Mood::Lost,
    ]
    .into_iter()
    .enumerate()
    {
        scene.till.be(mood);
        scene.later(HOUR).await;
        let calls = scene.till.calls();
        scene.later(SECOND).await;
        assert_eq!(scene.till.calls(), calls, "{mood:?}: it rests");
        if n == 1 {
            scene.later(15 * MINUTE).await;
            assert_eq!(scene.till.calls(), calls, "as long as it asked for");
        }
        assert_eq!(
            (scene.state().await, scene.points().await),
            ("making".to_owned(), [700, 0, 300]),
            "{mood:?}"
        );
    }
    assert_eq!(
        scene.till.made(),
        1,
        "the last of them has made it, and nobody knows"
    );
    scene.till.be(Mood::Well);
    scene.later(HOUR).await;
    assert_eq!(
        (scene.state().await, scene.till.made()),
        ("open".to_owned(), 1)
    );
    let outside: String = one(&scene.world.app.store, "select outside from coupon").await;
    assert!(
        outside.ends_with("100"),
        "the one that was there: {outside}"
    );
    assert_books_balance(&scene.world.app.store).await;
}

/// The shop's checkout was faster than the member's change of mind.
async fn used_meanwhile(world: World, platform: Platform) {
    let scene = Scene::open(world, platform).await;
    let made = scene.redeem("s300").await;
    scene.look().await;
    scene.till.use_all();
    scene.cancel(&made).await;
    scene.look().await;
    assert_eq!(
        (scene.state().await, scene.points().await),
        ("reserved".to_owned(), [700, 0, 300])
    );
    let (status, told) = scene.cancel(&made).await;
    assert_eq!(status, StatusCode::CONFLICT, "{told}");
    scene.world.pass(6 * DAY);
    scene.world.settle().await;
    assert_eq!(scene.points().await[2], 300, "they wait for the order");
    scene.order().await;
    assert_eq!(scene.state().await, "used");
    let spent = "select amount from transfer where target = 'redeemed'";
    assert_eq!(count(&scene.world.app.store, spent).await, 300);
    assert_eq!(scene.points().await[2], 0);
    assert_books_balance(&scene.world.app.store).await;
}

/// A platform that says no for good.
async fn refused(world: World, platform: Platform) {
    let scene = Scene::open(world, platform).await;
    scene.redeem("s300").await;
    scene.till.be(Mood::Refuses);
    scene.look().await;
    assert_eq!(
        (scene.state().await, scene.jobs().await),
        ("released".to_owned(), 0)
    );
    assert_eq!((scene.points().await, scene.till.made()), ([1000, 0, 0], 0));
    let why = "select explanation from transfer where source = 'reserved'";
    let why: String = one(&scene.world.app.store, why).await;
    assert!(why.contains("not_made"), "{why}");
    assert_books_balance(&scene.world.app.store).await;
}

/// Let go while it is being made: made first, and useless before the points come back.
async fn let_go_while_it_is_made(world: World, platform: Platform) {
    let scene = Scene::open(world, platform).await;
    let made = scene.redeem("s300").await;
    scene.till.be(Mood::Held);
    let making = tokio::spawn({
        let app = Arc::clone(&scene.world.app);
        async move { look(&app).await }
    });
    eventually("the call", async || (scene.till.calls() > 0).then_some(())).await;
    let (_, told) = scene.cancel(&made).await;
    assert_eq!(told["state"], "ending", "{told}");
    scene.look().await;
    assert_eq!(scene.till.calls(), 1, "it waits for what is under way");
    scene.till.be(Mood::Well);
    making.await.unwrap().unwrap();
    assert_eq!(
        (scene.till.good(), scene.points().await),
        (1, [700, 0, 300])
    );
    scene.look().await;
    assert_eq!(
        (scene.till.good(), scene.state().await),
        (0, "released".to_owned())
    );
    assert_eq!((scene.points().await, scene.till.made()), ([1000, 0, 0], 1));
    assert_books_balance(&scene.world.app.store).await;
}

on_both_databases! { quiet
    async fn woocommerce_from_points_to_an_order(world: World) {
        from_points_to_an_order(world, WooCommerce).await;
    }

    async fn shopify_from_points_to_an_order(world: World) {
        from_points_to_an_order(world, Shopify).await;
    }

    async fn woocommerce_from_points_and_back(world: World) {
        from_points_and_back(world, WooCommerce).await;
    }

    async fn shopify_from_points_and_back(world: World) {
        from_points_and_back(world, Shopify).await;
    }

    async fn woocommerce_on_a_bad_day(world: World) {
        a_bad_day(world, WooCommerce).await;
    }

    async fn shopify_on_a_bad_day(world: World) {
        a_bad_day(world, Shopify).await;
    }

    async fn woocommerce_was_faster(world: World) {
        used_meanwhile(world, WooCommerce).await;
    }

    async fn shopify_was_faster(world: World) {
        used_meanwhile(world, Shopify).await;
    }

    async fn woocommerce_refuses_for_good(world: World) {
        refused(world, WooCommerce).await;
    }

    async fn shopify_refuses_for_good(world: World) {
        refused(world, Shopify).await;
    }

    async fn woocommerce_is_asked_in_order(world: World) {
        let_go_while_it_is_made(world, WooCommerce).await;
    }

    async fn shopify_is_asked_in_order(world: World) {
        let_go_while_it_is_made(world, Shopify).await;
    }

    async fn every_kind_is_made_as_it_is_meant_in_woocommerce(world: World) {
        let scene = Scene::open(world, WooCommerce).await;
        for reward in ["part", "ship", "mug"] {
            scene.redeem(reward).await;
            scene.look().await;
            let asked = scene.till.codes().pop().unwrap().asked;
            assert_eq!(asked["description"], format!("The reward {reward}"));
            assert_terms(WooCommerce, reward, &asked);
        }
    }

    async fn every_kind_is_made_as_it_is_meant_in_shopify(world: World) {
        let scene = Scene::open(world, Shopify).await;
        for reward in ["part", "ship"] {
            scene.redeem(reward).await;
            scene.look().await;
            let asked = scene.till.codes().pop().unwrap().asked;
            assert_eq!(asked["title"], format!("The reward {reward}"));
            assert_terms(Shopify, reward, &asked);
        }
    }
}
