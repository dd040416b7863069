//! The refund table: worked cases, each from the shop's first word to the member's last point.
//!
//! Behind a step stands what the member then has: available, held, owed. The steps are explained where
//! they are read, in `support::steps`. Nothing is as the code has it: the numbers follow from
//! `spec/product.md` §3 by hand.

mod points;

use crate::support::rules::{A_YEAR, PLAIN, Rules, WELCOME, WRITES_OFF};
use crate::support::steps::table;

const BONUS: Rules = Rules {
    purchase: "first_order_bonus = 100",
    ..PLAIN
};
/// The gift card earns nothing, beans earn twice.
const PRODUCTS: Rules = Rules {
    tables: "[[purchase.product]]\nskus = [\"card\"]\nmultiplier = \"0\"\n
        [[purchase.product]]\nskus = [\"beans\"]\nmultiplier = \"2\"\n",
    ..PLAIN
};
const CAMPAIGN: Rules = Rules {
    tables: "[[campaign]]\nid = \"double\"\nname = { en = \"Double\", ru = \"Вдвое\" }\nmultiplier = \"2\"
        starts = \"2026-01-01T00:00\"\nends = \"2099-01-01T00:00\"\n",
    ..PLAIN
};

table! {
    the_whole_order, PLAIN, "
        order A 2400                        |   0 120   0
        hold passes                         | 120   0   0
        refund A 2400                       |   0   0   0
    ";
    half_of_it, PLAIN, "
        order A 2400
        hold passes                         | 120   0   0
        refund A 1200                       |  60   0   0
        refund A 1200                       |   0   0   0
    ";
    thirds_of_an_amount_that_does_not_divide, PLAIN, "
        order A 1000
        hold passes                         |  50   0   0
        refund A 333.33                     |  34   0   0
        refund A 333.33                     |  17   0   0
        refund A 333.34                     |   0   0   0
    ";
    seven_parts_of_an_odd_total, PLAIN, "
        order A 2341.57
        hold passes                         | 117   0   0
        refund A 334.51                     | 101   0   0
        refund A 334.51                     |  84   0   0
        refund A 334.51                     |  67   0   0
        refund A 334.51                     |  51   0   0
        refund A 334.51                     |  34   0   0
        refund A 334.51                     |  17   0   0
        refund A 334.51                     |   0   0   0
    ";
    kopeck_by_kopeck_and_then_the_rest, PLAIN, "
        order A 20
        hold passes                         |   1   0   0
        refund A 0.01                       |   1   0   0
        refund A 19.98                      |   1   0   0
        refund A 0.01                       |   0   0   0
    ";
    the_same_refund_three_times, PLAIN, "
        order A 2400
        hold passes
        refund A 1200                       |  60   0   0
        again                               |  60   0   0
        again                               |  60   0   0
    ";
    another_refund_under_the_same_number, PLAIN, "
        order A 2400
        hold passes
        refund A 1200                       |  60   0   0
        again with 1300: 409                |  60   0   0
        again                               |  60   0   0
    ";
    more_than_the_order_cost, PLAIN, "
        order A 2400
        order B 2400
        hold passes                         | 240   0   0
        refund A 3000                       | 120   0   0
        refund A 100                        | 120   0   0
    ";
    before_the_order, PLAIN, "
        refund A 1200: 202                  |   0   0   0
        again: 202
        order A 2400                        |   0  60   0
        again                               |   0  60   0
        hold passes                         |  60   0   0
        refund A 1200                       |   0   0   0
    ";
    two_before_the_order, PLAIN, "
        refund A 800: 202
        refund A 400: 202
        order A 2400                        |   0  60   0
        hold passes                         |  60   0   0
    ";
    all_of_it_before_the_order, PLAIN, "
        refund A 2400: 202
        order A 2400                        |   0   0   0
        hold passes                         |   0   0   0
    ";
    before_an_order_that_comes_cancelled, PLAIN, "
        refund A 1200: 202
        cancel A                            |   0   0   0
        again                               |   0   0   0
    ";
    after_the_member_has_risen, PLAIN, "
        order A 2400                        |   0 120   0
        tier gold
        hold passes                         | 120   0   0
        order B 2400                        | 120 180   0
        refund A 1200                       |  60 180   0
        refund B 1200                       |  60  90   0
    ";
    after_the_member_has_fallen, PLAIN, "
        order A 10000
        hold passes                         | 500   0   0
        order B 2400                        | 500 150   0
        refund A 1000                       | 450 150   0
        refund B 1200                       | 450  75   0
        order C 2400                        | 450 195   0
    ";
    after_the_rule_has_changed, PLAIN, "
        order A 2400
        hold passes                         | 120   0   0
        rule 10
        refund A 1200                       |  60   0   0
        order B 2400                        |  60 240   0
        rule 1
        refund A 1200                       |   0 240   0
        refund B 1200                       |   0 120   0
    ";
    a_part_during_the_hold, PLAIN, "
        order A 2400                        |   0 120   0
        refund A 600                        |   0  90   0
        hold passes                         |  90   0   0
        refund A 1800                       |   0   0   0
    ";
    all_of_it_during_the_hold, PLAIN, "
        order A 2400
        refund A 2400                       |   0   0   0
        hold passes                         |   0   0   0
    ";
    after_the_points_have_run_out, A_YEAR, "
        order A 2400
        hold passes                         | 120   0   0
        months 13                           |   0   0   0
        refund A 2400                       |   0   0   0
    ";
    what_ran_out_is_no_debt_and_what_was_spent_is, A_YEAR, "
        order A 2400
        hold passes
        spend 100                           |  20   0   0
        months 13                           |   0   0   0
        refund A 1200                       |   0   0  60
        refund A 1200                       |   0   0 100
    ";
    what_ran_out_is_not_taken_from_a_younger_order, A_YEAR, "
        order A 2400
        hold passes
        months 8
        order B 2000
        hold passes                         | 220   0   0
        months 5                            | 100   0   0
        refund A 2400                       | 100   0   0
        refund B 2000                       |   0   0   0
    ";
    its_own_points_go_before_others, A_YEAR, "
        order A 2400
        hold passes
        months 6
        order B 2400
        hold passes                         | 240   0   0
        refund B 2400                       | 120   0   0
        months 6                            |   0   0   0
    ";
    after_spending_it_is_a_debt_that_the_next_earnings_pay, PLAIN, "
        order A 2400
        hold passes
        spend 100                           |  20   0   0
        refund A 2400                       |   0   0 100
        order B 1000                        |   0  50 100
        hold passes                         |   0   0  50
        redeem 100: 409                     |   0   0  50
        order C 2000
        hold passes                         |  50   0   0
    ";
    other_points_go_before_there_is_a_debt, PLAIN, "
        order A 2400
        hold passes
        spend 100
        give 70                             |  90   0   0
        refund A 2400                       |   0   0  30
        give 50                             |  20   0   0
    ";
    the_order_that_paid_a_debt_is_refunded, PLAIN, "
        order A 2400
        hold passes
        spend 100
        refund A 2400                       |   0   0 100
        order B 3000
        hold passes                         |  50   0   0
        refund B 3000                       |   0   0 100
    ";
    a_debt_is_written_off, WRITES_OFF, "
        order A 2400
        hold passes
        spend 100                           |  20   0   0
        refund A 2400                       |   0   0   0
        order B 1000
        hold passes                         |  50   0   0
    ";
    store_credit_in_place_of_money, PLAIN, "
        order A 2400
        hold passes
        store credit A 1200                 |  60   0   0
        refund A 1200                       |   0   0   0
    ";
    cancelled_before_it_is_posted, PLAIN, "
        order A 2400                        |   0 120   0
        cancel A                            |   0   0   0
        hold passes                         |   0   0   0
    ";
    cancelled_after_it_was_posted, PLAIN, "
        order A 2400
        hold passes                         | 120   0   0
        cancel A                            |   0   0   0
        cancel A                            |   0   0   0
    ";
    cancelled_after_a_part_was_refunded, PLAIN, "
        order A 2400
        refund A 600                        |   0  90   0
        hold passes
        refund A 600                        |  60   0   0
        cancel A                            |   0   0   0
    ";
    a_cancelled_order_is_refunded, PLAIN, "
        order A 2400
        hold passes
        cancel A                            |   0   0   0
        refund A 1200                       |   0   0   0
    ";
    with_delivery_and_tax, PLAIN, "
        order A 2400 delivery 300 tax 100   |   0 100   0
        hold passes
        refund A 1200                       |  50   0   0
        refund A 300                        |  38   0   0
        refund A 900                        |   0   0   0
    ";
    line_by_line, PLAIN, "
        order A 2400 lines x:1000 y:1400    |   0 120   0
        hold passes
        refund A 1000 line x:1000           |  70   0   0
        refund A 700 line y:700             |  35   0   0
        refund A 700 line y:700             |   0   0   0
    ";
    a_line_and_something_beyond_it, PLAIN, "
        order A 2400 lines x:1000 y:1400
        hold passes                         | 120   0   0
        refund A 1700 line x:1000           |  35   0   0
        refund A 700 line x:1000            |   0   0   0
    ";
    a_line_that_earned_nothing_takes_nothing_back, PRODUCTS, "
        order A 2400 lines card:1000 beans:1400
        hold passes                         | 140   0   0
        refund A 1000 line card:1000        | 140   0   0
        refund A 700 line beans:700         |  70   0   0
        refund A 700 line beans:700         |   0   0   0
    ";
    no_lines_named_and_each_takes_its_share, PRODUCTS, "
        order A 2400 lines card:1000 beans:1400
        hold passes                         | 140   0   0
        refund A 1200                       |  70   0   0
        refund A 500 line card:500          |  70   0   0
        refund A 700                        |   0   0   0
    ";
    the_first_orders_bonus_goes_with_its_order, BONUS, "
        order A 2400                        |   0 220   0
        order B 2400                        |   0 340   0
        refund A 1200                       |   0 230   0
        refund A 1200                       |   0 120   0
        refund B 2400                       |   0   0   0
    ";
    a_campaigns_points_go_with_the_order, CAMPAIGN, "
        order A 2400                        |   0 240   0
        hold passes
        refund A 600                        | 180   0   0
        refund A 1800                       |   0   0   0
    ";
    the_upgrade_is_undone_and_its_welcome_too, WELCOME, "
        order A 10000
        hold passes                         | 600   0   0
        refund A 1000                       | 450   0   0
        order B 2000
        hold passes                         | 650   0   0
    ";
    the_welcome_was_spent_already, WELCOME, "
        order A 10000
        hold passes                         | 600   0   0
        spend 400                           | 200   0   0
        refund A 10000                      |   0   0 400
    ";
    a_guests_order_in_part_before_it_is_claimed, PLAIN, "
        guest order A 2400                  |   0   0   0
        refund A 1200                       |   0   0   0
        prove                               |   0  60   0
        hold passes                         |  60   0   0
        refund A 1200                       |   0   0   0
    ";
    a_guests_whole_order_before_it_is_claimed, PLAIN, "
        guest order A 2400
        refund A 2400
        prove                               |   0   0   0
        hold passes                         |   0   0   0
    ";
    a_guests_order_after_it_was_claimed_late, PLAIN, "
        guest order A 2400
        days 20
        prove                               | 120   0   0
        refund A 1200                       |  60   0   0
    ";
    of_two_guests_orders_one_is_the_first, BONUS, "
        guest order A 2400
        guest order B 2400
        prove                               |   0 340   0
    ";
    in_another_currency, PLAIN, "
        order A 2400 EUR                    |   0   0   0
        refund A 1200                       |   0   0   0
        cancel A                            |   0   0   0
    ";
    of_nothing_and_of_less_than_nothing, PLAIN, "
        order A 2400
        refund A 0                          |   0 120   0
        refund A -1: 422                    |   0 120   0
        refund A 100 line x:-1: 422         |   0 120   0
        refund A 99999999999: 422           |   0 120   0
    ";
}
