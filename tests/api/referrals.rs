//! Members who bring friends: what both sides are paid, what is taken back, and what a person decides.

use crate::support::friends::{Friends, REFERRAL, WITH_FRIENDS, codes, guest, stage};
use crate::support::sql::{Write, assert_books_balance, count, one, rows};
use crate::support::together::{request, together};
use crate::support::world::on_both_databases;
use app::api::{MemberId, ReferralId};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::domain::DAY;
use server::store::referrals::{Decide, Decided, Settle};

fn id_of(friend: &Value) -> ReferralId {
    friend["id"].as_str().unwrap().parse().unwrap()
}

on_both_databases! { quiet
    async fn a_friend_takes_the_gift_buys_and_both_are_paid_at_once(world: World) {
        let friends = Friends::with(&world, &[]).await;
        let anna = friends.advocate("anna").await;
        let mine = friends.mine("anna").await;
        let code = mine["code"].as_str().unwrap();
        assert_eq!(mine["link"], format!("{}/r/{code}", world.app.public_url));
        assert_eq!(mine["messages"][1], json!({ "locale": "ru", "text": "Попробуй" }));
        assert_eq!((&mine["counted"], &mine["earned"]), (&json!(0), &json!(0)));

        let gift = friends.gift(anna, None).await;
        assert_eq!(stage(&friends.seen("anna").await[0]), ("gift", ""));
        assert_eq!(friends.seen("anna").await[0]["points"], 300);
        let boris = friends.join("boris", Some("boris@shop.example")).await;
        friends.order("A", json!({ "id": "boris" }), &codes(&gift)).await;
        let seen = friends.seen("anna").await;
        assert_eq!((seen.len(), stage(&seen[0]), &seen[0]["number"]), (1, ("waiting", ""), &json!(1)));
        assert!(seen[0]["due_at"].is_string());
        let text = seen[0].to_string();
        assert!(!text.contains("boris") && !text.contains('@'), "{text}");

        world.pass(14 * DAY - 1);
        friends.settle().await;
        assert_eq!(friends.points("anna").await, (0, 0), "not before its time");
        world.pass(1);
        friends.settle().await;
        assert_eq!((friends.points("anna").await, friends.points("boris").await), ((300, 0), (100, 0)));
        let mine = friends.mine("anna").await;
        assert_eq!((stage(&mine["friends"][0]), &mine["counted"], &mine["earned"]), (("rewarded", ""), &json!(1), &json!(300)));
        let paid = "select t.created_at, t.proof, t.source, t.member_id from transfer t
            join referral r on t.id = r.transfer_id or t.id = r.friend_transfer_id order by t.amount";
        let paid = rows(&world.app.store, paid).await;
        assert_eq!(paid.len(), 2);
        assert_eq!(paid[0].get::<i64>(0), paid[1].get::<i64>(0), "at one moment");
        for (row, member) in paid.iter().zip([boris, anna]) {
            assert_eq!((row.get::<String>(1).unwrap().as_str(), row.get(3).unwrap()), ("verified", member));
        }
        let personal = "select count(*) from transfer where evidence like '%@%' or explanation like '%boris%'";
        assert_eq!(count(&world.app.store, personal).await, 0);
        friends.settle().await;
        assert_eq!(friends.points("anna").await, (300, 0), "once");
        assert_books_balance(&world.app.store).await;
    }

    async fn what_comes_back_takes_back_from_both(world: World) {
        let friends = Friends::with(&world, &[]).await;
        let anna = friends.advocate("anna").await;
        friends.join("boris", None).await;
        let gift = friends.gift(anna, None).await;
        friends.order("A", json!({ "id": "boris" }), &codes(&gift)).await;
        friends.hold_passes().await;
        // Ten roubles are enough.
        friends.refund("A", 99_000).await;
        assert_eq!(stage(&friends.seen("anna").await[0]), ("rewarded", ""));
        assert_eq!(friends.points("anna").await, (300, 0));
        friends.refund("A", 1).await;
        let mine = friends.mine("anna").await;
        assert_eq!(stage(&mine["friends"][0]), ("reversed", "refunded"));
        assert_eq!((&mine["counted"], &mine["earned"]), (&json!(0), &json!(0)));
        assert_eq!(friends.points("anna").await, (0, 0));
        let told = friends.points("boris").await;
        assert!((0..=1).contains(&told.0), "what the order still earns is left: {told:?}");
        friends.refund("A", 999).await;
        friends.cancel("A", json!({ "id": "boris" }), &json!({})).await;
        assert_eq!(friends.points("anna").await, (0, 0), "once");
        let undone = "select count(*) from transfer where explanation like '%friend_undone%'";
        assert_eq!(count(&world.app.store, undone).await, 2);
        let used: String = one(&world.app.store, "select gift_state from referral").await;
        assert_eq!(used, "used", "what was paid with is used up");
        assert_books_balance(&world.app.store).await;
    }

    async fn an_advocate_who_has_spent_it_owes_it(world: World) {
        let friends = Friends::with(&world, &[]).await;
        friends.advocate("anna").await;
        let code = friends.code("anna").await;
        friends.by_code("A", "boris@shop.example", &code).await;
        friends.hold_passes().await;
        world.adjust("anna", -300).await;
        friends.cancel("A", guest("boris@shop.example"), &json!({ "referral_code": code })).await;
        assert_eq!(stage(&friends.seen("anna").await[0]), ("reversed", "cancelled"));
        assert_eq!(friends.points("anna").await, (-300, 0));
        assert_books_balance(&world.app.store).await;
    }

    async fn before_the_reward_nothing_was_in_the_ledger(world: World) {
        let friends = Friends::with(&world, &[]).await;
        friends.advocate("anna").await;
        let code = friends.code("anna").await;
        friends.by_code("A", "a@shop.example", &code).await;
        friends.by_code("B", "b@shop.example", &code).await;
        friends.by_code("C", "c@shop.example", &code).await;
        friends.refund("A", 99_001).await;
        friends.cancel("B", guest("b@shop.example"), &json!({})).await;
        friends.refund("C", 99_000).await;
        friends.hold_passes().await;
        let seen = friends.seen("anna").await;
        let stages: Vec<_> = seen.iter().rev().map(stage).collect();
        assert_eq!(stages, [("refused", "refunded"), ("refused", "cancelled"), ("rewarded", "")]);
        assert_eq!(friends.points("anna").await, (300, 0), "as the first who counts");
        assert_eq!(count(&world.app.store, "select count(*) from transfer").await, 1);
        assert!(seen.iter().all(|friend| friend["can_appeal"] == false), "these are facts");
        assert_books_balance(&world.app.store).await;
    }

    async fn delivery_that_is_kept_is_no_order(world: World) {
        let friends = Friends::with(&world, &[]).await;
        friends.advocate("anna").await;
        let code = friends.code("anna").await;
        let lines = json!([{ "id": "1", "sku": "beans", "amount": 50_000, "qty": 1 }]);
        let changes = json!({ "referral_code": code, "shipping": 50_000, "lines": lines });
        for id in ["A", "B"] {
            let (status, told) = friends.order(id, guest(&format!("{id}@shop.example")), &changes).await;
            assert_eq!(status, StatusCode::OK, "{told}");
        }
        friends.refund("A", 50_000).await;
        let small = json!([{ "id": "1", "sku": "beans", "amount": 900, "qty": 1 }]);
        let changes = json!({ "referral_code": code, "shipping": 99_100, "lines": small });
        friends.order("C", guest("c@shop.example"), &changes).await;
        friends.hold_passes().await;
        friends.refund("B", 50_000).await;
        let seen = friends.seen("anna").await;
        let stages: Vec<_> = seen.iter().rev().map(stage).collect();
        assert_eq!(stages, [("refused", "refunded"), ("reversed", "refunded"), ("refused", "below_minimum")]);
        assert_eq!(friends.points("anna").await, (0, 0));
        assert_books_balance(&world.app.store).await;
    }

    async fn what_was_asked_for_at_the_order_is_what_is_asked_for(world: World) {
        let friends = Friends::with(&world, &[]).await;
        let anna = friends.advocate("anna").await;
        let gift = friends.gift(anna, None).await;
        let code = friends.code("anna").await;
        friends.by_code("A", "a@shop.example", &code).await;
        let dear = WITH_FRIENDS.file().replacen("minimum = \"10.00\"", "minimum = \"5000.00\"", 1);
        world.rule(&dear).await;
        friends.order("B", guest("b@shop.example"), &codes(&gift)).await;
        friends.by_code("C", "c@shop.example", &code).await;
        friends.refund("A", 1_000).await;
        friends.hold_passes().await;
        let sql = "select order_id, stage from referral order by order_id";
        let stages: Vec<_> = rows(&world.app.store, sql).await.iter().map(|row| row.get::<String>(1).unwrap()).collect();
        assert_eq!(stages, ["rewarded", "rewarded", "refused"]);
    }

    async fn who_proves_the_order_s_address_as_the_advocate_is_not_paid(world: World) {
        let friends = Friends::with(&world, &[]).await;
        friends.advocate("anna").await;
        let code = friends.code("anna").await;
        friends.by_code("A", "an.na@gmail.com", &code).await;
        friends.join("anna", Some("anna+1@gmail.com")).await;
        friends.hold_passes().await;
        assert_eq!(stage(&friends.seen("anna").await[0]), ("refused", "self_referral"));
        assert_eq!(friends.points("anna").await.0, 0);
    }

    async fn a_refund_that_comes_before_its_order_counts(world: World) {
        let friends = Friends::with(&world, &[]).await;
        friends.advocate("anna").await;
        let code = friends.code("anna").await;
        friends.refund("A", 100_000).await;
        friends.by_code("A", "a@shop.example", &code).await;
        assert_eq!(stage(&friends.seen("anna").await[0]), ("refused", "refunded"));
        friends.hold_passes().await;
        assert_eq!(friends.points("anna").await, (0, 0));
    }

    async fn the_gift_comes_before_the_code_and_the_code_before_the_address(world: World) {
        let friends = Friends::with(&world, &[]).await;
        let anna = friends.advocate("anna").await;
        let boris = friends.advocate("boris").await;
        let vera = friends.advocate("vera").await;
        let of = |n: &str| format!("{n}@shop.example");
        let (gift, code) = (friends.gift(anna, None).await, friends.code("boris").await);
        for name in ["f1", "f2", "f3"] {
            friends.gift(vera, Some(&of(name))).await;
        }
        let both = json!({ "coupon_codes": [gift], "referral_code": code.to_uppercase() });
        friends.order("A", guest(&of("f1")), &both).await;
        friends.order("B", guest(&of("f2")), &json!({ "referral_code": code.to_uppercase() })).await;
        friends.order("C", guest(&of("F3")), &json!({})).await;
        friends.order("D", guest(&of("f4")), &json!({})).await;
        let sql = "select advocate_id, found_by from referral where order_id is not null order by order_id";
        let found: Vec<_> = rows(&world.app.store, sql).await.iter()
            .map(|row| (row.get::<MemberId>(0).unwrap(), row.get::<String>(1).unwrap())).collect();
        let expected = [(anna, "gift"), (boris, "code"), (vera, "email")].map(|(who, by)| (who, by.to_owned()));
        assert_eq!(found, expected);
        // Those that were not used stay open for the others.
        assert_eq!(count(&world.app.store, "select count(*) from referral where stage = 'gift'").await, 2);
    }

    async fn a_code_uses_up_the_gift_of_the_same_advocate(world: World) {
        let friends = Friends::with(&world, &[]).await;
        let anna = friends.advocate("anna").await;
        friends.gift(anna, Some("f@shop.example")).await;
        let code = friends.code("anna").await;
        friends.by_code("A", "f@shop.example", &code).await;
        let seen = friends.seen("anna").await;
        assert_eq!((seen.len(), stage(&seen[0])), (1, ("waiting", "")));
        let unknown = json!({ "referral_code": "nobodys-code", "coupon_codes": ["SUMMER", "G-NOBODY"] });
        let (status, _) = friends.order("B", guest("g@shop.example"), &unknown).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(friends.seen("anna").await.len(), 1);
    }

    async fn a_guest_who_joins_before_the_hold_ends_is_paid_too(world: World) {
        let friends = Friends::with(&world, &[]).await;
        let anna = friends.advocate("anna").await;
        let gift = friends.gift(anna, None).await;
        friends.order("A", guest("boris@shop.example"), &codes(&gift)).await;
        let gift = friends.gift(anna, None).await;
        friends.order("B", guest("vera@shop.example"), &codes(&gift)).await;
        world.pass(DAY);
        friends.join("boris", Some("boris@shop.example")).await;
        friends.hold_passes().await;
        assert_eq!(friends.points("anna").await, (600, 0));
        assert_eq!(friends.points("boris").await, (100, 0), "the order's 50, and a friend's 50");
        // Who joins after it has missed it.
        friends.join("vera", Some("vera@shop.example")).await;
        friends.hold_passes().await;
        assert_eq!(friends.points("vera").await.0, 50);
        friends.refund("A", 100_000).await;
        assert_eq!((friends.points("anna").await, friends.points("boris").await), ((300, 0), (0, 0)));
        assert_books_balance(&world.app.store).await;
    }

    async fn who_turns_out_to_be_the_advocate_is_not_paid(world: World) {
        let friends = Friends::with(&world, &[]).await;
        friends.advocate("anna").await;
        let code = friends.code("anna").await;
        friends.by_code("A", "other@shop.example", &code).await;
        assert_eq!(stage(&friends.seen("anna").await[0]), ("waiting", ""));
        friends.join("anna", Some("other@shop.example")).await;
        friends.hold_passes().await;
        assert_eq!(stage(&friends.seen("anna").await[0]), ("refused", "self_referral"));
        assert_eq!(friends.points("anna").await.0, 50, "the order is theirs, and no more");
    }

    async fn the_third_friend_is_worth_more_and_those_who_left_do_not_count(world: World) {
        let friends = Friends::with(&world, &[]).await;
        friends.advocate("anna").await;
        let code = friends.code("anna").await;
        for n in 0..3 {
            friends.by_code(&format!("A{n}"), &format!("a{n}@shop.example"), &code).await;
        }
        friends.refund("A0", 100_000).await;
        friends.by_code("A3", "a3@shop.example", &code).await;
        friends.by_code("A4", "a4@shop.example", &code).await;
        let points: Vec<_> = rows(&world.app.store, "select points from referral order by number").await
            .iter().map(|row| row.get::<i64>(0).unwrap()).collect();
        assert_eq!(points, [300, 300, 500, 500, 500], "a forecast");
        friends.hold_passes().await;
        assert_eq!(friends.points("anna").await, (2 * 300 + 2 * 500, 0), "the first, who left, does not count");
        assert_books_balance(&world.app.store).await;
    }

    async fn a_campaign_multiplies_the_advocates_points_alone(world: World) {
        let campaign = format!("{REFERRAL}
[[campaign]]
id = \"friends\"
name = {{ en = \"Friends' week\", ru = \"Неделя друзей\" }}
multiplier = \"1.5\"
starts = \"2020-01-01T00:00\"
ends = \"2099-01-01T00:00\"
applies = \"referral\"
");
        let friends = Friends::with(&world, &[(REFERRAL, campaign.as_str())]).await;
        friends.advocate("anna").await;
        friends.join("boris", None).await;
        let code = friends.code("anna").await;
        friends.order("A", json!({ "id": "boris" }), &json!({ "referral_code": code })).await;
        assert_eq!(friends.points("boris").await, (0, 50), "purchases earn as always");
        // What was on when the order was placed is what counts.
        world.rule(&WITH_FRIENDS.file()).await;
        friends.hold_passes().await;
        assert_eq!((friends.points("anna").await, friends.points("boris").await), ((450, 0), (100, 0)));
        let bearer = world.session("anna").await;
        let (_, page) = world.get("/api/v1/me/transfers", &bearer).await;
        let fact = &page["items"][0]["explanation"]["fact"];
        assert_eq!((&fact["kind"], &fact["number"], &fact["campaign"]["multiplier_permille"]),
            (&json!("friend_bought"), &json!(1), &json!(1500)));
    }

    async fn a_month_has_a_cap_that_moves(world: World) {
        let friends = Friends::with(&world, &[("hold_days = 14\ntitle", "hold_days = 14\nper_month = 2\ntitle")]).await;
        friends.advocate("anna").await;
        let code = friends.code("anna").await;
        for n in 0..3 {
            friends.by_code(&format!("A{n}"), &format!("a{n}@shop.example"), &code).await;
        }
        assert_eq!(stage(&friends.seen("anna").await[0]), ("refused", "cap"));
        world.pass(30 * DAY);
        friends.by_code("A3", "a3@shop.example", &code).await;
        assert_eq!(stage(&friends.seen("anna").await[0]), ("waiting", ""));
    }

    async fn thirty_workers_pay_once(world: World) {
        let friends = Friends::with(&world, &[]).await;
        let anna = friends.advocate("anna").await;
        friends.join("boris", None).await;
        let gift = friends.gift(anna, None).await;
        friends.order("A", json!({ "id": "boris" }), &codes(&gift)).await;
        world.pass(15 * DAY);
        let id = friends.due().await.remove(0).id;
        let store = &world.app.store;
        let settles = (0..30).map(|_| {
            let settle = Settle { rules: friends.rules(), id, stamp: world.app.clock.stamp() };
            let store = store.clone();
            tokio::spawn(async move { store.write(settle).await })
        });
        let mut paid = 0;
        for settle in settles.collect::<Vec<_>>() {
            // A busy store may turn some away; they would be tried again.
            paid += usize::from(settle.await.unwrap().unwrap_or(false));
        }
        assert_eq!(paid, 1);
        world.settle().await;
        assert_eq!((friends.points("anna").await, friends.points("boris").await), ((300, 0), (100, 0)));
        assert_books_balance(store).await;
    }

    async fn of_two_who_bring_one_friend_at_the_same_moment_one_is_paid(world: World) {
        let friends = Friends::with(&world, &[]).await;
        friends.advocate("anna").await;
        friends.advocate("boris").await;
        let codes = [friends.code("anna").await, friends.code("boris").await];
        for n in 0..8 {
            for (code, side) in codes.iter().zip(["a", "b"]) {
                friends.by_code(&format!("{side}{n}"), &format!("{side}{n}@shop.example"), code).await;
            }
            // Both addresses turn out to be one member's.
            friends.join(&format!("f{n}"), None).await;
        }
        let store = &world.app.store;
        let proven = "insert into identity (program_id, kind, value, member_id, created_at)
            select o.program_id, 'email', o.email, i.member_id, i.created_at from shop_order o
            join identity i on i.program_id = o.program_id and i.value = 'f' || substr(o.id, 2)";
        assert_eq!(store.write(Write(proven, Vec::new())).await.unwrap(), 16);
        world.pass(15 * DAY);
        let settles: Vec<_> = friends.due().await.into_iter().map(|settle| {
            let store = store.clone();
            tokio::spawn(async move { store.write(settle).await.unwrap() })
        }).collect();
        assert_eq!(settles.len(), 16);
        for settle in settles {
            assert!(settle.await.unwrap());
        }
        let paid = "select friend_id from referral where stage = 'rewarded' group by friend_id";
        assert_eq!(rows(store, paid).await.len(), 8, "every friend once");
        let stages = "select count(*) from referral where stage = 'rewarded'";
        assert_eq!(count(store, stages).await, 8);
        assert_books_balance(store).await;
    }

    async fn a_reward_and_a_refund_at_the_same_moment_leave_nothing(world: World) {
        let friends = Friends::with(&world, &[]).await;
        friends.advocate("anna").await;
        let code = friends.code("anna").await;
        for n in 0..10 {
            friends.join(&format!("f{n}"), None).await;
            let changes = json!({ "referral_code": code });
            friends.order(&format!("A{n}"), json!({ "id": format!("f{n}") }), &changes).await;
        }
        world.pass(15 * DAY);
        let store = &world.app.store;
        let settles: Vec<_> = friends.due().await.into_iter().map(|settle| {
            let store = store.clone();
            tokio::spawn(async move { store.write(settle).await.unwrap() })
        }).collect();
        let refunds = (0..10).map(|n| {
            let body = json!({ "id": format!("R{n}"), "order_id": format!("A{n}"), "amount": 100_000, "at": "2026-11-21T12:00:00Z" });
            request(&world, Method::POST, "/api/v1/programs/demo/refunds", &world.api_key, Some(&body), None)
        });
        for (status, told) in together(refunds).await {
            assert_eq!(status, StatusCode::OK, "{told}");
        }
        for settle in settles {
            settle.await.unwrap();
        }
        world.settle().await;
        assert_eq!(friends.points("anna").await, (0, 0));
        let open = "select count(*) from referral where stage not in ('refused', 'reversed')";
        assert_eq!(count(store, open).await, 0);
        assert_books_balance(store).await;
    }

    async fn numbers_have_no_gap_however_many_come_at_once(world: World) {
        let friends = Friends::with(&world, &[("hold_days = 14\ntitle", "hold_days = 14\nper_month = 4\ntitle")]).await;
        friends.advocate("anna").await;
        let code = friends.code("anna").await;
        let orders = (0..12).map(|n| {
            let changes = json!({ "referral_code": code });
            let order = friends.document(&format!("A{n}"), guest(&format!("f{n}@shop.example")), &changes);
            request(&world, Method::POST, "/api/v1/programs/demo/orders", &world.api_key, Some(&order), None)
        });
        for (status, told) in together(orders).await {
            assert_eq!(status, StatusCode::OK, "{told}");
        }
        let numbers = rows(&world.app.store, "select number from referral order by number").await;
        let numbers: Vec<i64> = numbers.iter().map(|row| row.get(0).unwrap()).collect();
        assert_eq!(numbers, (1..=12).collect::<Vec<_>>());
        assert_eq!(count(&world.app.store, "select count(*) from referral where stage = 'waiting'").await, 4);
        assert_eq!(count(&world.app.store, "select count(*) from referral where reason = 'cap'").await, 8);
    }

    async fn a_person_decides_and_both_are_paid_when_they_would_have_been(world: World) {
        let friends = Friends::with(&world, &[]).await;
        friends.advocate("anna").await;
        let code = friends.code("anna").await;
        for (id, name) in [("A", "x"), ("B", "y"), ("C", "z")] {
            friends.by_code(id, &format!("{name}@mailinator.com"), &code).await;
        }
        let seen = friends.seen("anna").await;
        assert!(seen.iter().all(|friend| stage(friend) == ("checking", "suspicious")), "{seen:?}");
        let id = |n: usize| id_of(&seen[n]);
        let decide = |n: usize, refused: Option<&str>| Decide {
            rules: friends.rules(),
            id: id(n),
            refused: refused.map(str::to_owned),
            by: "owner".into(),
            stamp: world.app.clock.stamp(),
        };
        let store = &world.app.store;
        assert!(matches!(store.write(decide(0, None)).await.unwrap(), Decided::Done(_)));
        assert!(matches!(store.write(decide(0, Some("no"))).await.unwrap(), Decided::NotWaiting));
        assert!(matches!(store.write(decide(1, Some("We know them."))).await.unwrap(), Decided::Done(_)));
        friends.settle().await;
        assert_eq!(friends.points("anna").await, (0, 0), "the order may still come back");
        friends.hold_passes().await;
        assert_eq!(friends.points("anna").await.0, 300, "the first who counts");
        let told = friends.seen("anna").await;
        assert_eq!((stage(&told[1]), &told[1]["note"], &told[1]["can_appeal"]),
            (("refused", "decided"), &json!("We know them."), &json!(true)));
        // Late, it is paid at once; and not if the order has come back meanwhile.
        friends.refund("A", 100_000).await;
        assert_eq!(stage(&friends.seen("anna").await[2]), ("refused", "refunded"));
        assert!(matches!(store.write(decide(2, None)).await.unwrap(), Decided::NotWaiting));
        assert_books_balance(store).await;
    }

    async fn an_appeal_is_heard_once(world: World) {
        let friends = Friends::with(&world, &[]).await;
        friends.advocate("anna").await;
        friends.advocate("boris").await;
        let code = friends.code("anna").await;
        let old = json!({ "email": "old@shop.example", "is_new": false });
        friends.order("A", old, &json!({ "referral_code": code })).await;
        let seen = friends.seen("anna").await;
        assert_eq!((stage(&seen[0]), &seen[0]["can_appeal"]), (("refused", "existing_customer"), &json!(true)));
        let id = &seen[0]["id"];
        let (status, _) = friends.appeal("boris", id, "It is mine").await;
        assert_eq!(status, StatusCode::NOT_FOUND, "another's friend");
        let (status, _) = friends.appeal("anna", id, "  ").await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let (status, told) = friends.appeal("anna", id, "That was her mother.").await;
        assert_eq!((status, stage(&told)), (StatusCode::OK, ("checking", "existing_customer")), "{told}");
        let (status, told) = friends.appeal("anna", id, "Please!").await;
        assert_eq!((status, &told["code"]), (StatusCode::CONFLICT, &json!("appeal_not_open")));
        let refuse = Decide {
            rules: friends.rules(),
            id: id_of(&seen[0]),
            refused: Some("Sorry.".into()),
            by: "owner".into(),
            stamp: world.app.clock.stamp(),
        };
        world.app.store.write(refuse).await.unwrap();
        let seen = friends.seen("anna").await;
        assert_eq!((stage(&seen[0]), &seen[0]["can_appeal"]), (("refused", "decided"), &json!(false)), "final");
        friends.order("B", json!({ "email": "b@shop.example", "is_new": false }), &json!({ "referral_code": code })).await;
        world.pass(30 * DAY);
        let seen = friends.seen("anna").await;
        assert_eq!(seen[0]["can_appeal"], false, "too late");
        assert_eq!(friends.appeal("anna", &seen[0]["id"], "Late").await.0, StatusCode::CONFLICT);
    }
}
