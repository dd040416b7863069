//! When points run out: by each of the rules, at the member's own midnight, after a warning, and also where
//! nobody has run the job.

use crate::support::rules::{A_YEAR, PLAIN, Rules};
use crate::support::sql::{assert_books_balance, count, news};
use crate::support::steps::{Steps, table};
use crate::support::together::request;
use crate::support::world::{Database, World, on_both_databases};
use reqwest::{Method, StatusCode};
use serde_json::json;
use server::domain::DAY;

const A_MONTH: Rules = Rules {
    tables: "[expiry]\nafter = \"earning\"\nmonths = 1\nwarn_days = 7\n",
    ..PLAIN
};
const QUIET_MONTHS: Rules = Rules {
    tables: "[expiry]\nafter = \"inactivity\"\nmonths = 6\n",
    ..PLAIN
};
const YEARS_END: Rules = Rules {
    tables: "[expiry]\nafter = \"date\"\ndate = \"12-31\"\n",
    ..PLAIN
};

const EXPIRING: &str = "select count(*) from event where kind = 'expiring'";

table! {
    never, PLAIN, "
        give 100
        months 120                          | 100   0   0
    ";
    a_year_after_they_became_available, A_YEAR, "
        now 2027-03-01T09:00:00Z
        order A 2000
        hold passes                         | 100   0   0
        now 2028-03-15T20:59:59.999999Z     | 100   0   0
        now 2028-03-15T21:00:00Z            |   0   0   0
    ";
    a_leap_day_has_its_anniversary_on_the_28th, A_YEAR, "
        now 2028-02-29T09:00:00Z
        give 100
        now 2029-02-28T20:59:59.999999Z     | 100   0   0
        now 2029-02-28T21:00:00Z            |   0   0   0
    ";
    each_earning_by_itself_the_oldest_spent_first, A_YEAR, "
        give 100
        months 6
        give 100
        spend 100                           | 100   0   0
        months 7                            | 100   0   0
        months 6                            |   0   0   0
    ";
    after_so_many_months_of_quiet, QUIET_MONTHS, "
        now 2027-01-31T09:00:00Z
        give 100
        now 2027-07-31T20:59:59.999999Z     | 100   0   0
        now 2027-07-31T21:00:00Z            |   0   0   0
    ";
    whoever_earns_or_spends_is_not_quiet, QUIET_MONTHS, "
        give 300
        months 5
        order A 2000
        months 5                            | 400   0   0
        redeem 100                          | 300   0   0
        months 5                            | 400   0   0
        months 2                            |   0   0   0
    ";
    what_is_taken_back_is_no_activity, QUIET_MONTHS, "
        order A 2000
        hold passes
        give 100
        months 5
        refund A 1000                       | 150   0   0
        months 2                            |   0   0   0
    ";
    at_the_end_of_the_year, YEARS_END, "
        now 2027-03-01T09:00:00Z
        give 100
        now 2027-12-31T20:59:59.999999Z     | 100   0   0
        now 2027-12-31T21:00:00Z            |   0   0   0
        give 100
        now 2028-12-31T20:59:59.999999Z     | 100   0   0
        now 2028-12-31T21:00:00Z            |   0   0   0
    ";
    nobody_spends_what_has_run_out_though_no_job_has_run, A_YEAR, "
        give 100
        months 6
        give 300
        sleep 200
        redeem 400: 409                     | 300   0   0
        redeem 300                          |   0   0   0
    ";
    nobody_withdraws_what_has_run_out, A_YEAR, "
        give 100
        sleep 370
        take 1: 409                         |   0   0   0
    ";
    whoever_spends_need_not_wait_for_the_job_that_ends_the_hold, PLAIN, "
        order A 6000                        |   0 300   0
        sleep 15
        redeem 400: 409                     | 300   0   0
        redeem 300                          |   0   0   0
    ";
    whoever_looks_need_not_wait_for_the_job_that_lets_points_go, A_YEAR, "
        give 100
        sleep 370                           |   0   0   0
    ";
    whoever_looks_need_not_wait_for_the_job_that_ends_the_hold, PLAIN, "
        order A 6000                        |   0 300   0
        sleep 15                            | 300   0   0
    ";
    what_is_taken_back_may_wait_for_the_job_as_well, A_YEAR, "
        order A 2000
        hold passes
        give 100                            | 200   0   0
        sleep 400
        refund A 2000                       |   0   0   0
    ";
}

mod by_the_clock {
    use super::*;

    on_both_databases! { quiet
        async fn points_are_gone_from_the_members_own_midnight_and_not_before(world: World) {
            // Summer time ends in Auckland on 4 April 2027, so the last day has its midnight at 12:00 UTC.
            for (zone, gone) in [
                ("Pacific/Auckland", "2027-04-20T12:00:00Z"),
                ("Europe/Moscow", "2027-04-20T21:00:00Z"),
                ("Pacific/Honolulu", "2027-04-20T10:00:00Z"),
            ] {
                let database = if world.database_url.starts_with("sqlite") { Database::Sqlite } else { Database::Postgres };
                let world = World::quiet(database).await;
                world.at_time("2027-03-20T09:00:00Z");
                let mut member = Steps::begin(&world, A_MONTH, zone).await;
                member.all("give 100").await;
                assert_eq!(member.member().await["balance"]["expiring"], json!({ "amount": 100, "at": gone }), "{zone}");
                world.at_time(gone);
                world.pass(-1);
                world.settle().await;
                member.all("take 10 | 90 0 0").await;
                world.pass(1);
                member.all("take 10: 409 | 0 0 0").await;
                assert_books_balance(&world.app.store).await;
            }
        }

        async fn a_refund_says_what_it_really_took(world: World) {
            let mut member = Steps::begin(&world, A_YEAR, "Europe/Moscow").await;
            member.all("order A 2400\nhold passes\nspend 100\nmonths 13 | 0 0 0").await;
            // Of the 120 points 20 have run out: they are let go.
            for (id, reversed, points) in [("R1", 60, 60), ("R2", 40, 20)] {
                let refund = json!({ "id": id, "order_id": "A", "amount": 120_000, "lines": [],
                    "at": "2026-11-21T12:00:00Z" });
                for _ in 0..2 {
                    let (_, told) = world.post("/api/v1/programs/demo/refunds", &world.api_key, &refund).await;
                    assert_eq!((&told["reversed"], &told["amount"]), (&json!(reversed), &json!(120_000)), "{told}");
                }
                let (_, order) = world.get("/api/v1/programs/demo/orders/A", &world.api_key).await;
                assert_eq!(order["points"], points);
            }
            member.all("days 0 | 0 0 100").await;
            assert_books_balance(&world.app.store).await;
        }

        async fn every_page_of_a_member_shows_what_has_fallen_due(world: World) {
            let store = &world.app.store;
            let available = "select available from account";
            let mut member = Steps::begin(&world, A_MONTH, "Europe/Moscow").await;
            member.all("give 100\norder A 2000").await;
            world.pass(15 * DAY);
            let bearer = world.session("42").await;
            let (_, me) = world.get("/api/v1/me", &bearer).await;
            assert_eq!((&me["balance"]["available"], &me["balance"]["held"]), (&json!(200), &json!(0)));
            world.pass(20 * DAY);
            let bearer = world.session("42").await;
            let (_, lines) = world.get("/api/v1/me/transfers", &bearer).await;
            assert_eq!(lines["items"][0]["amount"], -100, "{lines}");
            let told = news(store).await;
            member.all("sleep 0 | 100 0 0").await;
            assert_eq!(news(store).await, told, "nothing more was due");
            world.pass(20 * DAY);
            assert_eq!(count(store, available).await, 100);
            let bearer = world.session("42").await;
            let panel = request(&world, Method::GET, "/api/v1/me/panel", &bearer, None, None);
            assert_eq!(panel.send().await.unwrap().status(), StatusCode::OK);
            assert_eq!(count(store, available).await, 0);
            assert_books_balance(store).await;
        }

        async fn a_member_is_warned_once_in_good_time(world: World) {
            let store = &world.app.store;
            let mut member = Steps::begin(&world, A_YEAR, "Europe/Moscow").await;
            member.all("give 100\nmonths 6\ngive 50").await;
            assert_eq!(count(store, EXPIRING).await, 0);
            member.all("months 5").await;
            assert_eq!(count(store, EXPIRING).await, 1, "the older ones are gone in less than 30 days");
            assert_eq!(count(store, "select amount from event where kind = 'expiring'").await, 100);
            member.all("days 1\ndays 1").await;
            assert_eq!(count(store, EXPIRING).await, 1);
            member.all("months 1 | 50 0 0\nmonths 5").await;
            assert_eq!(count(store, EXPIRING).await, 2);
            assert_books_balance(store).await;
        }

        async fn whoever_became_active_again_is_warned_again(world: World) {
            let store = &world.app.store;
            let mut member = Steps::begin(&world, QUIET_MONTHS, "Europe/Moscow").await;
            member.all("give 100\ndays 160").await;
            assert_eq!(count(store, EXPIRING).await, 1);
            member.all("give 50\ndays 100 | 150 0 0").await;
            assert_eq!(count(store, EXPIRING).await, 1, "there is time again");
            member.all("days 60 | 150 0 0").await;
            assert_eq!(count(store, EXPIRING).await, 3, "once for each earning");
            member.all("days 30 | 0 0 0").await;
            assert_books_balance(store).await;
        }
    }
}
