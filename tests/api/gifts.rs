//! Friends' gifts, which are used like coupons, and the codes of those who bring them.

use crate::support::friends::{Friends, WITH_FRIENDS, codes, guest, stage};
use crate::support::rules::PLAIN;
use crate::support::sql::{Write, count, rows};
use crate::support::together::{request, together};
use crate::support::world::on_both_databases;
use app::api::{CouponState, Customer, Order, QuoteLine};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::domain::DAY;
use server::domain::program_file;
use server::store::orders::Record;
use server::store::referrals::{
    Forget, GiftEnded, GiftUsed, Given, NotForYou, ReleaseGift, UseGift,
};
use std::sync::Arc;

/// Reserves a gift for an order over 1000 roubles.
async fn reserve(friends: &Friends<'_>, code: &str, order: &str) -> GiftUsed {
    reserve_for(friends, code, order, None).await
}

/// The same where the shop says who orders.
async fn reserve_for(
    friends: &Friends<'_>,
    code: &str,
    order: &str,
    customer: Option<Customer>,
) -> GiftUsed {
    let used = UseGift {
        rules: friends.rules(),
        code: code.to_owned(),
        order: order.to_owned(),
        lines: vec![QuoteLine {
            id: "1".into(),
            amount: 100_000,
            qty: 1,
            ..QuoteLine::default()
        }],
        shipping: 0,
        other_codes: false,
        customer,
        stamp: friends.world.app.clock.stamp(),
    };
    friends.world.app.store.write(used).await.unwrap()
}

async fn release(friends: &Friends<'_>, code: &str) -> GiftEnded {
    let release = ReleaseGift {
        program: friends.rules().id,
        code: code.to_owned(),
        stamp: friends.world.app.clock.stamp(),
    };
    friends.world.app.store.write(release).await.unwrap()
}

on_both_databases! { quiet
    async fn one_gift_serves_one_order(world: World) {
        let friends = Friends::with(&world, &[]).await;
        let anna = friends.advocate("anna").await;
        let gift = friends.gift(anna, None).await;
        let orders = (0..10).map(|n| {
            let order = friends.document(&format!("A{n}"), guest(&format!("f{n}@shop.example")), &codes(&gift));
            request(&world, Method::POST, "/api/v1/programs/demo/orders", &world.api_key, Some(&order), None)
        });
        for (status, told) in together(orders).await {
            assert_eq!(status, StatusCode::OK, "{told}");
        }
        let seen = friends.seen("anna").await;
        assert_eq!((seen.len(), stage(&seen[0])), (1, ("waiting", "")));
    }

    async fn a_gift_is_reserved_let_go_and_used_like_a_coupon(world: World) {
        let friends = Friends::with(&world, &[]).await;
        let anna = friends.advocate("anna").await;
        let gift = friends.gift(anna, None).await;
        let other = friends.gift(anna, None).await;
        let GiftUsed::Kept(kept) = reserve(&friends, &gift, "A").await else { panic!("not kept") };
        assert_eq!((kept.state, kept.order.as_deref(), kept.lines[0].amount), (CouponState::Reserved, Some("A"), 10_000));
        assert!(matches!(reserve(&friends, &gift, "A").await, GiftUsed::Kept(_)), "again");
        assert!(matches!(reserve(&friends, &gift, "B").await, GiftUsed::NotOpen(_)), "another order");
        let GiftUsed::Terms(why) = reserve(&friends, &other, "A").await else { panic!("two gifts on one order") };
        assert_eq!(why.code, "other_codes");
        assert_eq!(reserve(&friends, "G-NOBODY", "A").await, GiftUsed::Unknown);
        let GiftEnded::Open(open) = release(&friends, &gift).await else { panic!("not open") };
        assert_eq!((open.state, open.order), (CouponState::Open, None));
        reserve(&friends, &gift, "C").await;
        // The order that has it names no code, and is paid with it.
        friends.order("C", guest("f@shop.example"), &json!({})).await;
        assert_eq!(stage(&friends.seen("anna").await[1]), ("waiting", ""));
        assert!(matches!(release(&friends, &gift).await, GiftEnded::InUse(_)));
        assert!(matches!(reserve(&friends, &gift, "C").await, GiftUsed::Kept(_)), "what is paid stays");
        assert!(matches!(reserve(&friends, &gift, "D").await, GiftUsed::NotOpen(_)));
    }

    async fn a_gift_lapses_unless_an_order_has_it(world: World) {
        let friends = Friends::with(&world, &[]).await;
        let anna = friends.advocate("anna").await;
        let (lapsing, reserved) = (friends.gift(anna, None).await, friends.gift(anna, None).await);
        world.pass(30 * DAY - 1);
        assert!(matches!(reserve(&friends, &reserved, "A").await, GiftUsed::Kept(_)), "in its last moment");
        world.pass(1);
        let GiftUsed::NotOpen(over) = reserve(&friends, &lapsing, "B").await else { panic!("open") };
        assert_eq!(over.state, CouponState::Lapsed, "though no job has run");
        friends.settle().await;
        let seen = friends.seen("anna").await;
        assert_eq!([stage(&seen[1]), stage(&seen[0])], [("lapsed", ""), ("gift", "")]);
        friends.order("A", guest("f@shop.example"), &json!({})).await;
        assert_eq!(stage(&friends.seen("anna").await[0]), ("waiting", ""));
    }

    async fn an_order_that_is_called_off_unpaid_opens_its_gift(world: World) {
        let friends = Friends::with(&world, &[]).await;
        let anna = friends.advocate("anna").await;
        let gift = friends.gift(anna, None).await;
        reserve(&friends, &gift, "A").await;
        friends.cancel("A", guest("f@shop.example"), &json!({})).await;
        assert!(matches!(reserve(&friends, &gift, "A").await, GiftUsed::NotOpen(_)), "nobody would let it go");
        assert!(matches!(reserve(&friends, &gift, "B").await, GiftUsed::Kept(_)));
        // One that was reserved in the moment in which its order was told is let go when that is told again.
        let late = Write("update referral set gift_order = 'A'", Vec::new());
        assert_eq!(world.app.store.write(late).await.unwrap(), 1);
        friends.cancel("A", guest("f@shop.example"), &json!({})).await;
        assert!(matches!(reserve(&friends, &gift, "C").await, GiftUsed::Kept(_)));
    }

    async fn a_gift_of_an_order_that_was_told_is_refused(world: World) {
        let friends = Friends::with(&world, &[]).await;
        let anna = friends.advocate("anna").await;
        let gift = friends.gift(anna, None).await;
        friends.order("A", guest("f@shop.example"), &json!({})).await;
        let GiftUsed::NotOpen(open) = reserve(&friends, &gift, "A").await else { panic!("it would stay reserved") };
        assert_eq!((open.state, open.order), (CouponState::Open, None));
    }

    async fn a_gift_keeps_its_address_and_forgets_who_let_it_go(world: World) {
        let friends = Friends::with(&world, &[]).await;
        let anna = friends.advocate("anna").await;
        friends.join("boris", Some("boris@shop.example")).await;
        let gift = friends.gift(anna, Some("f@shop.example")).await;
        let boris = json!({ "id": "boris", "email": "boris@shop.example" });
        let used = reserve_for(&friends, &gift, "A", Some(serde_json::from_value(boris).unwrap())).await;
        assert!(matches!(used, GiftUsed::Kept(_)), "{used:?}");
        let store = &world.app.store;
        let kept = "select count(*) from referral where friend_email = 'f@shop.example' and friend_id is not null";
        assert_eq!(count(store, kept).await, 1);
        release(&friends, &gift).await;
        let open = "select count(*) from referral where friend_email = 'f@shop.example' and friend_id is null
            and gift_reserved_at is null";
        assert_eq!(count(store, open).await, 1);
    }

    async fn an_order_that_is_told_late_came_in_time(world: World) {
        let friends = Friends::with(&world, &[]).await;
        let anna = friends.advocate("anna").await;
        let gift = friends.gift(anna, None).await;
        world.pass(29 * DAY);
        let order = friends.document("A", guest("f@shop.example"), &codes(&gift));
        world.pass(2 * DAY);
        friends.settle().await;
        world.order(&order).await;
        assert_eq!(stage(&friends.seen("anna").await[0]), ("waiting", ""));
    }

    async fn everybody_is_given_a_new_gift_and_a_link_has_an_end(world: World) {
        let friends = Friends::with(&world, &[]).await;
        let anna = friends.advocate("anna").await;
        let boris = friends.advocate("boris").await;
        let first = friends.gift(anna, Some("f.g+1@gmail.com")).await;
        assert_ne!(friends.gift(anna, Some("fg@googlemail.com")).await, first, "nobody is told another's code");
        // The advocate's own address, and a customer's, are told nothing either.
        friends.gift(anna, Some("Anna+x@shop.example")).await;
        friends.order("A", guest("old+1@shop.example"), &json!({})).await;
        friends.gift(anna, Some("old@shop.example")).await;
        world.pass(DAY / 2);
        for _ in 0..46 {
            friends.gift(anna, None).await;
        }
        let until = world.now() + DAY / 2;
        assert_eq!(friends.give(anna, None, None).await, Given::TooMany(until));
        assert!(matches!(friends.give(boris, None, None).await, Given::Done(_)), "another's link");
        world.pass(DAY / 2);
        assert!(matches!(friends.give(anna, None, None).await, Given::Done(_)));
    }

    async fn a_gift_is_for_a_new_customer_and_for_one_order(world: World) {
        let friends = Friends::with(&world, &[]).await;
        let anna = friends.advocate("anna").await;
        friends.order("O", guest("old+1@shop.example"), &json!({})).await;
        friends.order("P", json!({ "id": "77" }), &json!({})).await;
        let gift = friends.gift(anna, None).await;
        let by = |told: Value| Some(serde_json::from_value::<Customer>(told).unwrap());
        let table = [
            (json!({ "id": "anna" }), NotForYou::Own),
            (guest("Anna+2@shop.example"), NotForYou::Own),
            (guest("old@shop.example"), NotForYou::Customer),
            (json!({ "id": "77" }), NotForYou::Customer),
            (json!({ "email": "f@shop.example", "is_new": false }), NotForYou::Customer),
        ];
        for (told, why) in table {
            let used = reserve_for(&friends, &gift, "A", by(told.clone())).await;
            assert_eq!(used, GiftUsed::NotForYou(why), "{told}");
        }
        let used = reserve_for(&friends, &gift, "A", by(guest("f@shop.example"))).await;
        assert!(matches!(used, GiftUsed::Kept(_)), "{used:?}");
        let other = friends.gift(anna, None).await;
        let used = reserve_for(&friends, &other, "B", by(guest("F+2@shop.example"))).await;
        assert_eq!(used, GiftUsed::NotForYou(NotForYou::HadOne));
        release(&friends, &gift).await;
        let used = reserve_for(&friends, &other, "B", by(guest("F+2@shop.example"))).await;
        assert!(matches!(used, GiftUsed::Kept(_)), "{used:?}");
        // A shop that is asked over HTTP is told the reason.
        let path = format!("/api/v1/programs/demo/coupons/{gift}/use");
        let body = json!({ "order_id": "C", "customer": { "id": "anna" } });
        let (status, told) = world.post(&path, &world.api_key, &body).await;
        assert_eq!((status, &told["code"]), (StatusCode::CONFLICT, &json!("gift_not_for_you")), "{told}");
    }

    async fn a_gift_is_reserved_without_lines_as_coupons_are(world: World) {
        let friends = Friends::with(&world, &[]).await;
        let anna = friends.advocate("anna").await;
        let gift = friends.gift(anna, None).await;
        let path = format!("/api/v1/programs/demo/coupons/{gift}/use");
        let (status, told) = world.post(&path, &world.api_key, &json!({ "order_id": "A" })).await;
        assert_eq!((status, &told["state"]), (StatusCode::OK, &json!("reserved")), "{told}");
    }

    async fn of_two_gifts_for_one_order_at_once_one_is_kept(world: World) {
        let friends = Friends::with(&world, &[]).await;
        let anna = friends.advocate("anna").await;
        let mut wishes = Vec::new();
        let body = json!({ "order_id": "A", "lines": [{ "id": "1", "amount": 100_000, "qty": 1 }] });
        for _ in 0..10 {
            let path = format!("/api/v1/programs/demo/coupons/{}/use", friends.gift(anna, None).await);
            wishes.push(request(&world, Method::POST, &path, &world.api_key, Some(&body), None));
        }
        let told = together(wishes).await;
        assert_eq!(told.iter().filter(|(status, _)| *status == StatusCode::OK).count(), 1, "{told:?}");
    }

    async fn a_gift_whose_rule_is_gone_is_used_up_with_its_order(world: World) {
        let friends = Friends::with(&world, &[]).await;
        let anna = friends.advocate("anna").await;
        let gift = friends.gift(anna, None).await;
        reserve(&friends, &gift, "A").await;
        world.rule(&PLAIN.file()).await;
        friends.order("A", guest("f@shop.example"), &json!({})).await;
        let gone = "select count(*) from referral where stage = 'refused' and reason = 'gone' and gift_state = 'used'";
        assert_eq!(count(&world.app.store, gone).await, 1);
    }

    async fn addresses_of_friends_who_do_not_count_are_forgotten(world: World) {
        let friends = Friends::with(&world, &[]).await;
        friends.advocate("anna").await;
        let code = friends.code("anna").await;
        friends.by_code("A", "a@shop.example", &code).await;
        friends.by_code("B", "b@shop.example", &code).await;
        friends.refund("A", 100_000).await;
        friends.hold_passes().await;
        world.pass(90 * DAY);
        world.app.store.write(Forget { now: world.now() }).await.unwrap();
        let kept = rows(&world.app.store, "select friend_email from referral where friend_email is not null").await;
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].get::<String>(0).unwrap(), "b@shop.example");
    }

    async fn codes_are_chosen_kept_and_unique(world: World) {
        let friends = Friends::with(&world, &[]).await;
        friends.advocate("anna").await;
        friends.advocate("boris").await;
        let made = friends.code("anna").await;
        assert_eq!(friends.code("anna").await, made, "it stays");
        let (status, told) = friends.choose("anna", "  Anna-Loves ").await;
        assert_eq!((status, &told["code"]), (StatusCode::OK, &json!("anna-loves")), "{told}");
        let (status, told) = friends.choose("boris", "anna-loves").await;
        assert_eq!((status, &told["code"]), (StatusCode::CONFLICT, &json!("referral_code_taken")));
        for wrong in ["abc", "1abc", "a--b", "admin", "naïve", ""] {
            let (status, told) = friends.choose("anna", wrong).await;
            assert_eq!((status, &told["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("bad_referral_code")), "{wrong}");
            assert_eq!(told["errors"][0]["field"], "code");
        }
        for more in ["anna-2", "anna-3", "anna-4"] {
            assert_eq!(friends.choose("anna", more).await.0, StatusCode::OK);
        }
        let (status, told) = friends.choose("anna", "anna-5").await;
        assert_eq!((status, &told["code"]), (StatusCode::CONFLICT, &json!("too_many_referral_codes")));
        world.pass(1);
        let (status, told) = friends.choose("anna", "anna-loves").await;
        assert_eq!((status, &told["code"]), (StatusCode::OK, &json!("anna-loves")), "an old one again");
        // All of them bring friends.
        for (n, code) in [made.as_str(), "ANNA-4", "anna-loves"].into_iter().enumerate() {
            friends.by_code(&format!("A{n}"), &format!("a{n}@shop.example"), code).await;
        }
        assert_eq!(friends.seen("anna").await.len(), 3);
    }

    async fn of_two_who_choose_one_code_one_has_it(world: World) {
        let friends = Friends::with(&world, &[]).await;
        let mut wishes = Vec::new();
        for n in 0..20 {
            friends.join(&format!("m{n}"), None).await;
            let bearer = world.session(&format!("m{n}")).await;
            let body = json!({ "code": "wanted" });
            wishes.push(request(&world, Method::POST, "/api/v1/me/referral", &bearer, Some(&body), None));
        }
        let told = together(wishes).await;
        assert_eq!(told.iter().filter(|(status, _)| *status == StatusCode::OK).count(), 1);
        assert_eq!(told.iter().filter(|(_, body)| body["code"] == "referral_code_taken").count(), 19);
        assert_eq!(count(&world.app.store, "select count(*) from referral_code where code = 'wanted'").await, 1);
    }

    async fn who_was_a_member_before_gets_a_code_when_it_is_looked_at(world: World) {
        world.rule(&PLAIN.file()).await;
        let members = "/api/v1/programs/demo/members";
        world.post(members, &world.api_key, &json!({ "customer": "anna" })).await;
        let bearer = world.session("anna").await;
        let (status, _) = world.get("/api/v1/me/referral", &bearer).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "nobody is rewarded for it");
        let (status, _) = world.post("/api/v1/me/referral", &bearer, &json!({ "code": "anna-loves" })).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert_eq!(count(&world.app.store, "select count(*) from referral_code").await, 0);
        let friends = Friends::with(&world, &[]).await;
        let code = friends.code("anna").await;
        assert_eq!(code.len(), 8);
        assert_eq!(friends.code("anna").await, code);
        friends.join("boris", None).await;
        assert_eq!(count(&world.app.store, "select count(*) from referral_code").await, 2, "who joins has one at once");
    }

    async fn where_a_gift_was_taken_is_forgotten(world: World) {
        let friends = Friends::with(&world, &[]).await;
        let anna = friends.advocate("anna").await;
        friends.give(anna, None, Some(b"a keyed digest")).await;
        let kept = "select count(*) from referral where source is not null";
        for (days, left) in [(89, 1), (1, 0)] {
            world.pass(days * DAY);
            world.app.store.write(Forget { now: world.now() }).await.unwrap();
            assert_eq!(count(&world.app.store, kept).await, left);
        }
    }

    async fn another_programmes_codes_bring_nobody_here(world: World) {
        let friends = Friends::with(&world, &[]).await;
        let anna = friends.advocate("anna").await;
        let code = friends.code("anna").await;
        let source = WITH_FRIENDS.file().replacen("slug = \"demo\"", "slug = \"other\"", 1);
        let program = program_file::parse(&source).unwrap();
        world.app.programs.import(&source, &program, world.now()).await.unwrap();
        let other = world.app.programs.by_slug("other").await.unwrap().unwrap();
        let mut order: Order =
            serde_json::from_value(friends.document("A", guest("f@shop.example"), &json!({}))).unwrap();
        order.referral_code = Some(code);
        order.coupon_codes = vec![friends.gift(anna, None).await];
        let record = Record {
            rules: Arc::clone(&other.rules),
            order,
            digest: vec![1],
            stamp: world.app.clock.stamp(),
        };
        world.app.store.write(record).await.unwrap();
        let bought = "select count(*) from referral where order_id is not null";
        assert_eq!(count(&world.app.store, bought).await, 0);
        let open = rows(&world.app.store, "select id from referral where stage = 'gift'").await;
        assert_eq!(open.len(), 1, "the gift can still be used");
    }
}
