//! What takes long, several servers, and what cannot be told to a platform.

use super::scene::Platform::{Shopify, WooCommerce};
use super::scene::{HOOKS, Scene, connection, reward};
use super::till::{KEY, Mood, SECRET, Till};
use crate::services::give_secrets;
use crate::services::pulled::second;
use crate::support::rules::PLAIN;
use crate::support::sql::{assert_books_balance, count, one};
use crate::support::world::{eventually, on_both_databases};
use server::domain::program_file;
use server::domain::{DAY, HOUR, MINUTE};
use server::shop_codes::look;
use std::sync::Arc;
use std::time::Duration;

on_both_databases! { quiet
    async fn what_the_shop_has_to_put_right_is_tried_twelve_times(world: World) {
        let scene = Scene::open(world, WooCommerce).await;
        scene.redeem("s300").await;
        scene.till.be(Mood::Status(401, None));
        for n in 1..=12 {
            assert_eq!(scene.state().await, "making", "{n}");
            scene.later(2 * HOUR).await;
            assert_eq!(scene.till.calls(), n);
        }
        assert_eq!((scene.state().await, scene.points().await), ("released".to_owned(), [1000, 0, 0]));
        assert_eq!(scene.jobs().await, 0);
        // A product that the shop does not have is something to be put right, too.
        scene.till.be(Mood::Well);
        scene.redeem("lamp").await;
        scene.look().await;
        assert_eq!((scene.jobs().await, scene.till.made()), (1, 0));
        assert_books_balance(&scene.world.app.store).await;
    }

    async fn what_may_have_been_made_is_ended_before_the_points_come_back(world: World) {
        let scene = Scene::open(world, Shopify).await;
        scene.redeem("s300").await;
        scene.till.be(Mood::Lost);
        for _ in 0..12 {
            scene.later(2 * HOUR).await;
        }
        assert_eq!((scene.state().await, scene.till.good()), ("ending".to_owned(), 1));
        assert_eq!(scene.points().await, [700, 0, 300], "somebody could use it");
        scene.till.be(Mood::Well);
        scene.later(2 * HOUR).await;
        assert_eq!((scene.state().await, scene.till.good()), ("released".to_owned(), 0));
        assert_eq!(scene.points().await, [1000, 0, 0]);
        assert_books_balance(&scene.world.app.store).await;
    }

    async fn one_that_was_not_used_in_time_lapses_once_it_is_useless(world: World) {
        let scene = Scene::open(world, WooCommerce).await;
        scene.redeem("s300").await;
        scene.look().await;
        scene.world.pass(31 * DAY);
        scene.world.settle().await;
        assert_eq!((scene.state().await, scene.points().await), ("ending".to_owned(), [700, 0, 300]));
        scene.till.be(Mood::Status(500, None));
        scene.look().await;
        scene.world.pass(8 * DAY);
        scene.world.settle().await;
        assert_eq!(scene.points().await, [700, 0, 300], "however long that takes");
        scene.till.be(Mood::Well);
        scene.look().await;
        assert_eq!((scene.state().await, scene.points().await), ("lapsed".to_owned(), [1000, 0, 0]));
        assert_books_balance(&scene.world.app.store).await;
    }

    async fn a_shop_that_is_gone_keeps_no_points_for_ever(world: World) {
        let scene = Scene::open(world, WooCommerce).await;
        let made = scene.redeem("s300").await;
        scene.look().await;
        scene.cancel(&made).await;
        scene.till.be(Mood::Status(500, None));
        for _ in 0..8 {
            scene.later(7 * DAY).await;
            scene.world.settle().await;
            assert_eq!(scene.points().await, [700, 0, 300]);
        }
        scene.later(7 * DAY).await;
        assert_eq!((scene.state().await, scene.points().await), ("released".to_owned(), [1000, 0, 0]));
        assert_books_balance(&scene.world.app.store).await;
    }

    async fn two_servers_make_each_code_once(world: World) {
        let scene = Scene::open(world, WooCommerce).await;
        let other = second(&scene.world).await;
        for _ in 0..10 {
            scene.redeem("ship").await;
        }
        scene.till.be(Mood::Slow(Duration::from_millis(30)));
        let looks = (0..8).map(|number| {
            let app = Arc::clone(if number % 2 == 0 { &scene.world.app } else { &other });
            tokio::spawn(async move { look(&app).await })
        });
        let looks: Vec<_> = looks.collect();
        for done in looks {
            done.await.unwrap().unwrap();
        }
        // One look takes eight of a connection at most.
        scene.look().await;
        let open = "select count(*) from coupon where state = 'open'";
        assert_eq!(count(&scene.world.app.store, open).await, 10);
        assert_eq!((scene.till.made(), scene.till.calls(), scene.jobs().await), (10, 10, 0));
        assert_books_balance(&scene.world.app.store).await;
    }

    async fn a_server_that_comes_too_late_settles_nothing(world: World) {
        use server::clock::Stamp;
        use server::store::coupons::{Failed, Lease, Made, Went};
        let scene = Scene::open(world, WooCommerce).await;
        scene.redeem("s300").await;
        let loaded = scene.world.app.programs.by_slug("demo").await.unwrap().unwrap();
        let rules = Arc::clone(&loaded.rules);
        let lease = || Lease { program: rules.id, connection: "till".into(), limit: 8, now: scene.world.now() };
        let store = &scene.world.app.store;
        let job = store.write(lease()).await.unwrap().pop().unwrap();
        assert!(store.write(lease()).await.unwrap().is_empty(), "another has it");
        // It is killed; another takes its place, and it comes back to life.
        scene.later(2 * MINUTE).await;
        assert_eq!(scene.state().await, "open");
        let stamp = Stamp::at(scene.world.now());
        let made = Made { job: job.clone(), outside: "somebody else's".into(), stamp };
        assert!(!store.write(made).await.unwrap());
        let failed = Failed { rules, job, went: Went::Never, problem: String::new(), wait: 0, stamp };
        assert!(!store.write(failed).await.unwrap());
        assert_eq!((scene.state().await, scene.points().await), ("open".to_owned(), [700, 0, 300]));
        let outside: String = one(store, "select outside from coupon").await;
        assert_eq!(outside, "100");
    }

    async fn a_connection_that_hangs_holds_up_no_other(world: World) {
        let scene = Scene::open(world, WooCommerce).await;
        let slow = Till::open().await;
        slow.be(Mood::Held);
        let mut rules = [PLAIN.file(), connection(WooCommerce, &scene.till.url)].concat();
        rules += &connection(WooCommerce, &slow.url).replace("\"till\"", "\"slow\"");
        rules += &reward("quick", 10, "amount = \"1.00\"");
        rules += &reward("stuck", 10, "amount = \"1.00\"").replace("codes = \"till\"", "codes = \"slow\"");
        scene.world.rule(&rules).await;
        let keys = [("hook_secret", HOOKS), ("consumer_key", KEY), ("consumer_secret", SECRET)];
        give_secrets(&scene.world, "slow", &keys).await;
        for _ in 0..9 {
            scene.redeem("stuck").await;
        }
        scene.redeem("quick").await;
        let looking = tokio::spawn({
            let app = Arc::clone(&scene.world.app);
            async move { look(&app).await }
        });
        let open = "select count(*) from coupon where state = 'open' and reward = 'quick'";
        let store = &scene.world.app.store;
        eventually("the quick one", async || (count(store, open).await > 0).then_some(())).await;
        let given_up = "select count(*) from code_job where problem is not null";
        assert_eq!(count(store, given_up).await, 0, "the quick one waits for the slow one");
        assert_eq!(slow.made(), 0);
        assert!(slow.calls() <= 8, "no more at once");
        slow.be(Mood::Well);
        looking.await.unwrap().unwrap();
    }
}

/// What a platform cannot be told is refused when the programme is imported.
#[test]
fn what_a_platform_cannot_do_is_not_promised() {
    let faults = |platform, gives: &str| {
        let tables = [
            connection(platform, "https://shop.example"),
            reward("x1", 10, gives),
        ];
        let file = [PLAIN.file(), tables.concat()].concat();
        program_file::parse(&file).map_or_else(|faults| format!("{faults:?}"), |_| String::new())
    };
    let limited = "kind = \"percent\"\npercent = \"10\"\nmax_amount = \"500.00\"";
    for platform in [WooCommerce, Shopify] {
        assert!(
            faults(platform, limited).contains("no shop's platform can limit"),
            "{platform:?}"
        );
        assert_eq!(faults(platform, "amount = \"5.00\""), "", "{platform:?}");
    }
    let product = "kind = \"free_product\"\nsku = \"mug\"";
    assert_eq!(faults(WooCommerce, product), "");
    assert!(faults(Shopify, product).contains("Shopify has no code that makes"));
}
