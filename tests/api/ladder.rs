//! How tiers are won and lost: windows, falls by a step or at once, grace, welcomes. Behind a step stands
//! what the member then has: available, held, owed, and the tier.

use crate::support::rules::{PLAIN, Rules, WELCOME};
use crate::support::sql::{assert_books_balance, count};
use crate::support::steps::{Steps, table};
use crate::support::world::{World, on_both_databases, paid};

const ROLLING: Rules = Rules {
    tables: "[ladder]\nwindow = \"rolling\"\nmonths = 12\n",
    ..PLAIN
};
const STEP_BY_STEP: Rules = Rules {
    tables: "[ladder]\nwindow = \"rolling\"\nmonths = 12\ndowngrade = \"one_step\"\n",
    ..PLAIN
};
const GRACE: Rules = Rules {
    tables: "[ladder]\nwindow = \"rolling\"\nmonths = 12\ngrace_days = 60\n",
    ..PLAIN
};
const YEAR: Rules = Rules {
    tables: "[ladder]\nwindow = \"year\"\n",
    ..PLAIN
};
const BY_ORDERS: Rules = Rules {
    changes: &[
        ("points_earned", "orders"),
        ("threshold = 500\n", "threshold = 2\n"),
        ("threshold = 2000\n", "threshold = 3\n"),
    ],
    ..PLAIN
};
/// Silver from 5,000 roubles.
const BY_MONEY: Rules = Rules {
    changes: &[
        ("points_earned", "amount_spent"),
        ("threshold = 500\n", "threshold = 500000\n"),
        ("threshold = 2000\n", "threshold = 2000000\n"),
    ],
    ..PLAIN
};
const BY_MONEY_IN_A_YEAR: Rules = Rules {
    tables: YEAR.tables,
    ..BY_MONEY
};
const GOLD_TOO: &[(&str, &str)] = &[(
    "threshold = 2000\n",
    "threshold = 2000\nentry_points = 200\n",
)];
const WELCOMES: Rules = Rules {
    changes: GOLD_TOO,
    ..WELCOME
};
const WELCOMES_AT_EACH: Rules = Rules {
    tables: "[ladder]\nentry = \"each\"\n",
    ..WELCOMES
};
const WELCOMES_IN_WINDOWS: Rules = Rules {
    tables: STEP_BY_STEP.tables,
    ..WELCOMES
};

table! {
    for_life_spending_never_lowers_a_tier, PLAIN, "
        order A 10000                       |    0 500   0 bronze
        hold passes                         |  500   0   0 silver
        spend 400                           |  100   0   0 silver
        take 100                            |    0   0   0 silver
        months 120                          |    0   0   0 silver
    ";
    at_the_windows_end_the_member_falls_to_where_the_metric_says, ROLLING, "
        order A 36000
        hold passes                         | 1800   0   0 silver
        order B 3200
        hold passes                         | 2000   0   0 gold
        months 11                           | 2000   0   0 gold
        months 1                            | 2000   0   0 bronze
    ";
    one_purchase_lifts_for_twelve_months_and_no_longer, ROLLING, "
        order A 40000
        hold passes                         | 2000   0   0 gold
        days 363                            | 2000   0   0 gold
        days 2                              | 2000   0   0 bronze
    ";
    whoever_looks_need_not_wait_for_the_job_that_reviews, ROLLING, "
        order A 40000
        hold passes                         | 2000   0   0 gold
        sleep 400                           | 2000   0   0 bronze
    ";
    what_comes_after_it_keeps_the_tier, ROLLING, "
        order A 10000
        hold passes                         |  500   0   0 silver
        order B 8000
        hold passes                         | 1000   0   0 silver
        months 12                           | 1000   0   0 silver
        months 11                           | 1000   0   0 silver
        months 1                            | 1000   0   0 bronze
    ";
    or_by_one_step, STEP_BY_STEP, "
        order A 36000
        hold passes
        order B 3200
        hold passes                         | 2000   0   0 gold
        months 12                           | 2000   0   0 silver
        months 11                           | 2000   0   0 silver
        months 1                            | 2000   0   0 bronze
    ";
    after_a_long_sleep_every_window_is_looked_at, STEP_BY_STEP, "
        order A 36000
        hold passes
        order B 3200
        hold passes                         | 2000   0   0 gold
        sleep 800
        days 0                              | 2000   0   0 bronze
    ";
    whoever_earns_enough_stays, ROLLING, "
        order A 8000
        hold passes                         |  400   0   0 bronze
        order B 2000
        hold passes                         |  500   0   0 silver
        months 6
        order C 8000
        hold passes                         | 1000   0   0 silver
        months 6                            | 1000   0   0 silver
        months 12                           | 1000   0   0 bronze
    ";
    a_grace_lasts_so_many_days, GRACE, "
        order A 8000
        hold passes
        order B 2000
        hold passes                         |  500   0   0 silver
        months 12                           |  500   0   0 silver
        days 50                             |  500   0   0 silver
        days 5                              |  500   0   0 bronze
    ";
    a_grace_saves_whoever_earns_what_was_missing, GRACE, "
        order A 8000
        hold passes
        order B 2000
        hold passes                         |  500   0   0 silver
        months 12
        order C 8000
        hold passes                         | 1000   0   0 silver
        months 2                            | 1000   0   0 silver
        months 10                           | 1000   0   0 silver
        months 2                            | 1000   0   0 bronze
    ";
    a_grace_lifts_to_no_tier_that_no_window_reaches, GRACE, "
        order A 10000
        hold passes                         |  500   0   0 silver
        order B 6400
        hold passes                         |  900   0   0 silver
        months 12
        order C 27200
        hold passes                         | 2600   0   0 silver
        months 2                            | 2600   0   0 silver
    ";
    a_refund_in_a_grace_takes_no_more_than_its_end_would, GRACE, "
        order A 40000
        hold passes                         | 2000   0   0 gold
        order B 12000
        hold passes                         | 2900   0   0 gold
        months 12                           | 2900   0   0 gold
        days 20                             | 2900   0   0 gold
        refund A 40000                      |  900   0   0 silver
        months 2                            |  900   0   0 silver
    ";
    a_grace_saves_nobody_by_what_had_lifted_them, GRACE, "
        order A 10000
        hold passes                         |  500   0   0 silver
        months 12
        order C 6400
        hold passes                         |  900   0   0 silver
        months 2                            |  900   0   0 bronze
    ";
    what_an_order_had_lifted_falls_with_it_also_in_a_window, ROLLING, "
        order A 8000
        hold passes
        order B 2000
        hold passes                         |  500   0   0 silver
        refund A 8000                       |  100   0   0 bronze
    ";
    a_refund_of_what_no_longer_counts_lowers_nothing, ROLLING, "
        order A 8000
        hold passes
        months 13
        order B 10000
        hold passes                         |  900   0   0 silver
        refund A 8000                       |  500   0   0 silver
        refund B 20                         |  499   0   0 bronze
    ";
    a_year_ends_at_midnight_in_the_programmes_zone, YEAR, "
        now 2027-03-01T09:00:00Z
        order A 10000
        hold passes                         |  500   0   0 silver
        now 2028-01-02T00:00:00Z            |  500   0   0 silver
        now 2028-12-31T20:59:59.999999Z     |  500   0   0 silver
        now 2028-12-31T21:00:00Z            |  500   0   0 bronze
    ";
    by_orders, BY_ORDERS, "
        order A 100                         |    0   5   0 bronze
        order B 100                         |    0  10   0 silver
        refund A 50                         |    0   8   0 silver
        refund A 50                         |    0   5   0 bronze
        order C 100                         |    0  10   0 silver
        cancel C                            |    0   5   0 bronze
        order D 100 EUR                     |    0   5   0 bronze
    ";
    by_money_that_was_paid_and_not_given_back, BY_MONEY, "
        order A 5000                        |    0 250   0 silver
        refund A 0.01                       |    0 250   0 bronze
        order B 0.01                        |    0 250   0 silver
    ";
    by_money_in_a_year, BY_MONEY_IN_A_YEAR, "
        now 2027-03-01T09:00:00Z
        order A 5000                        |    0 250   0 silver
        refund A 0.01                       |    0 250   0 bronze
        order B 0.01                        |    0 250   0 silver
        now 2028-12-31T21:00:00Z            |  250   0   0 bronze
    ";
    only_the_tier_that_is_reached_welcomes, WELCOMES, "
        order A 40000
        hold passes                         | 2200   0   0 gold
        refund A 20000                      | 1000   0   0 silver
        refund A 10000                      |  500   0   0 silver
        refund A 0.01                       |  500   0   0 silver
        refund A 19.99                      |  499   0   0 bronze
    ";
    or_each_that_is_passed, WELCOMES_AT_EACH, "
        order A 40000
        hold passes                         | 2300   0   0 gold
        refund A 20000                      | 1100   0   0 silver
        refund A 20000                      |    0   0   0 bronze
    ";
    nobody_is_welcomed_twice, WELCOMES_IN_WINDOWS, "
        order A 36000
        hold passes                         | 1900   0   0 silver
        order B 3200
        hold passes                         | 2300   0   0 gold
        months 12                           | 2300   0   0 silver
        order C 32000
        hold passes                         | 4300   0   0 gold
    ";
    a_welcome_of_an_earlier_window_stays, WELCOMES_IN_WINDOWS, "
        order A 36000
        hold passes
        order B 3200
        hold passes                         | 2300   0   0 gold
        months 12                           | 2300   0   0 silver
        order C 32000
        hold passes                         | 4300   0   0 gold
        refund C 32000                      | 2300   0   0 silver
    ";
    the_tier_given_by_hand_earns_and_the_earned_one_goes_on_beside_it, PLAIN, "
        tier gold                           |    0   0   0 gold
        order A 2400                        |    0 180   0 gold
        refund A 2400                       |    0   0   0 gold
    ";
}

const TOLD: &str = "select count(*) from event where kind = 'tier'";
const WAITING: &str = "select count(*) from program where looked_at_until is not null";

mod new_rules {
    use super::*;

    /// What was earned stays, and a refund takes it as it would have before.
    async fn ask_for_more(world: &World, rules: Rules) {
        let mut member = Steps::begin(world, rules, "Europe/Moscow").await;
        let orders = "order A 10000
            hold passes                         |  600   0   0 silver
            order B 1600
            hold passes                         |  700   0   0 silver";
        member.all(orders).await;
        let more = rules
            .file()
            .replace("threshold = 500\n", "threshold = 1000\n");
        world.rule(&more).await;
        let refunds = "days 0                   |  700   0   0 silver
            refund B 16                         |  699   0   0 silver
            refund B 1584                       |  600   0   0 silver
            refund A 20                         |  499   0   0 bronze
            refund A 9980                       |    0   0   0 bronze";
        member.all(refunds).await;
        assert_books_balance(&world.app.store).await;
    }

    async fn ask_for_less(world: &World, rules: Rules) {
        let mut member = Steps::begin(world, rules, "Europe/Moscow").await;
        member
            .all("order A 9000\nhold passes | 450 0 0 bronze")
            .await;
        let less = rules
            .file()
            .replace("threshold = 500\n", "threshold = 450\n");
        world.rule(&less).await;
        let steps = "days 0                      |  550   0   0 silver
            days 1                              |  550   0   0 silver
            refund A 20                         |  449   0   0 bronze
            refund A 8980                       |    0   0   0 bronze";
        member.all(steps).await;
        assert_books_balance(&world.app.store).await;
    }

    on_both_databases! { quiet
        async fn a_window_ends_for_those_too_who_do_nothing(world: World) {
            let store = &world.app.store;
            let mut member = Steps::begin(&world, PLAIN, "Europe/Moscow").await;
            member.all("order A 40000\nhold passes | 2000 0 0 gold").await;
            for other in ["43", "44"] {
                let join = serde_json::json!({ "customer": other });
                world.post("/api/v1/programs/demo/members", &world.api_key, &join).await;
                world.order(&paid(&format!("B{other}"), other, 4_000_000)).await;
            }
            member.all("hold passes").await;
            world.rule(&PLAIN.file().replace("points = 5\nper", "points = 6\nper")).await;
            assert_eq!(count(store, WAITING).await, 0, "tiers are reviewed as before");
            world.rule(&ROLLING.file()).await;
            assert_eq!(count(store, WAITING).await, 1);
            member.all("days 0 | 2000 0 0 gold").await;
            assert_eq!(count(store, WAITING).await, 0);
            assert_eq!(count(store, "select count(*) from member where review_at is not null").await, 3);
            member.all("months 11 | 2000 0 0 gold\nmonths 1 | 2000 0 0 bronze").await;
            assert_eq!(count(store, "select count(*) from member where tier = 'bronze'").await, 3);
            // And no longer, once tiers are for life.
            world.rule(&PLAIN.file()).await;
            member.all("order C 40000\nhold passes | 4000 0 0 gold\nmonths 24 | 4000 0 0 gold").await;
            assert_books_balance(store).await;
        }

        async fn that_ask_for_more_keep_what_was_earned_for_life(world: World) {
            ask_for_more(&world, WELCOME).await;
        }

        async fn that_ask_for_more_keep_what_was_earned_in_a_window(world: World) {
            ask_for_more(&world, WELCOMES_IN_WINDOWS).await;
        }

        async fn that_ask_for_less_lift_whoever_is_there_already_for_life(world: World) {
            ask_for_less(&world, WELCOME).await;
        }

        async fn that_ask_for_less_lift_whoever_is_there_already_in_a_window(world: World) {
            ask_for_less(&world, WELCOMES_IN_WINDOWS).await;
        }

        async fn that_name_a_tier_anew_leave_it_to_whoever_has_it(world: World) {
            let store = &world.app.store;
            let mut member = Steps::begin(&world, WELCOMES_IN_WINDOWS, "Europe/Moscow").await;
            member.all("order A 36000\nhold passes | 1900 0 0 silver").await;
            let told = count(store, TOLD).await;
            let renamed = WELCOMES_IN_WINDOWS.file().replace("\"silver\"", "\"steel\"");
            world.rule(&renamed).await;
            member.all("days 0 | 1900 0 0 steel").await;
            assert_eq!(count(store, TOLD).await, told);
            member.all("order B 3200\nhold passes | 2300 0 0 gold\nrefund B 3200 | 1900 0 0 steel").await;
            member.all("refund A 27000 | 450 0 0 bronze").await;
            assert_books_balance(store).await;
        }

        async fn that_end_windows_which_are_over_leave_what_the_one_deserves_that_ends_now(world: World) {
            let mut member = Steps::begin(&world, PLAIN, "Europe/Moscow").await;
            member.all("order A 40000\nhold passes\nmonths 25 | 2000 0 0 gold\norder B 8000\nhold passes\nmonths 4 | 2600 0 0 gold").await;
            world.rule(&STEP_BY_STEP.file()).await;
            member.all("days 0 | 2600 0 0 silver\ndays 1 | 2600 0 0 silver").await;
            assert_books_balance(&world.app.store).await;
        }

        async fn do_not_welcome_anew_by_another_name(world: World) {
            let mut member = Steps::begin(&world, WELCOMES_IN_WINDOWS, "Europe/Moscow").await;
            member.all("order A 10000\nhold passes | 600 0 0 silver").await;
            world.rule(&WELCOMES_IN_WINDOWS.file().replace("\"silver\"", "\"steel\"")).await;
            let (_, me) = world.get("/api/v1/programs/demo/members?customer=42", &world.api_key).await;
            assert_eq!(me["items"][0]["standing"]["tier"]["id"], "steel", "{me}");
            member.all("months 12 | 600 0 0 bronze\norder B 10000\nhold passes | 1100 0 0 steel").await;
            assert_books_balance(&world.app.store).await;
        }

        async fn are_known_to_whoever_comes_before_everybody_is_looked_at(world: World) {
            let mut member = Steps::begin(&world, WELCOMES, "Europe/Moscow").await;
            member.all("order A 36000\nhold passes | 1900 0 0 silver").await;
            world.rule(&WELCOMES.file().replace("\"silver\"", "\"steel\"")).await;
            world.adjust("42", 10).await;
            member.all("take 10 | 1900 0 0 steel").await;
        }

        async fn a_window_that_is_long_over_has_ended_when_it_did(world: World) {
            let mut member = Steps::begin(&world, PLAIN, "Europe/Moscow").await;
            member.all("order A 40000\nhold passes\nmonths 30 | 2000 0 0 gold").await;
            world.rule(&STEP_BY_STEP.file()).await;
            member.all("days 0 | 2000 0 0 bronze").await;
            assert_books_balance(&world.app.store).await;
        }
    }
}
