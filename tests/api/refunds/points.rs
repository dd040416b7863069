//! Refunds of what was paid with points: they come back by the line that they paid, and what of them has
//! run out meanwhile gets a grace.

use crate::support::rules::{A_YEAR, PLAIN, WRITES_OFF};
use crate::support::steps::table;

table! {
    paid_partly_with_points, PLAIN, "
        give 300
        redeem 300                          |   0   0   0
        order A 2100 code                   |   0 105   0
        refund A 700                        | 100  70   0
        refund A 700                        | 200  35   0
        refund A 700                        | 300   0   0
    ";
    paid_partly_with_points_and_called_off, PLAIN, "
        give 400
        redeem 300                          | 100   0   0
        order A 2100 code                   | 100 105   0
        refund A 700                        | 200  70   0
        cancel A                            | 400   0   0
    ";
    what_it_was_paid_with_comes_back_before_a_debt_is_written_off, WRITES_OFF, "
        give 300
        redeem 300
        order A 2100 code
        hold passes
        take 105                            |   0   0   0
        refund A 700                        |  65   0   0
        cancel A                            | 195   0   0
    ";
    points_come_back_by_the_line_they_paid, PLAIN, "
        give 300
        redeem 300
        use A x:1000
        order A 2100 code lines x:700 y:1400
        hold passes                         | 105   0   0
        refund A 1400 line y:1400           |  35   0   0
        refund A 350 line x:350             | 168   0   0
        refund A 350 line x:350             | 300   0   0
    ";
    line_by_line_of_an_order_that_cost_only_points, PLAIN, "
        give 300
        redeem 300
        use A x:200 y:100                   |   0   0   0
        order A 0 code lines x:200 y:100
        refund A 0 line x:200               | 200   0   0
        refund A 0 line y:50                | 250   0   0
        refund A 0 line x:200               | 250   0   0
        refund A 0 line y:100               | 300   0   0
        cancel A                            | 300   0   0
    ";
    an_order_that_cost_only_points_comes_back_at_once, PLAIN, "
        give 300
        redeem 300
        use A x:200 y:100
        order A 0 code lines x:200 y:100
        refund A 0                          | 300   0   0
        refund A 0 line x:200               | 300   0   0
    ";
    a_gift_beside_paid_lines, PLAIN, "
        give 300
        redeem 300
        use A gift:300
        order A 2000 code lines gift:0 y:2000
        hold passes                         | 100   0   0
        refund A 1000 line y:1000           |  50   0   0
        refund A 0 line gift:0              | 350   0   0
        refund A 0 line gift:0              | 350   0   0
        refund A 1000 line y:1000           | 300   0   0
    ";
    a_gift_in_thirds_that_do_not_divide, PLAIN, "
        give 100
        redeem 100
        use A gift:100
        order A 0 code lines gift:100
        refund A 0 line gift:33.33          |  33   0   0
        refund A 0 line gift:33.33          |  66   0   0
        refund A 0 line gift:33.34          | 100   0   0
    ";
    a_gift_that_is_not_named_comes_back_with_the_whole, PLAIN, "
        give 300
        redeem 300
        use A gift:300
        order A 2000 code lines gift:0 y:2000
        hold passes
        refund A 1000                       |  50   0   0
        refund A 1000                       | 300   0   0
    ";
    a_line_that_points_paid_but_for_a_kopeck, PLAIN, "
        give 300
        redeem 300
        use A x:300
        order A 0.01 code lines x:300.01
        refund A 0 line x:150               | 149   0   0
        refund A 0.01 line x:150.01         | 300   0   0
    ";
    points_that_come_back_pay_a_debt_first, PLAIN, "
        order A 2400
        hold passes
        redeem 100                          |  20   0   0
        refund A 2400                       |   0   0 100
        release                             |   0   0   0
    ";
    points_come_back_after_theirs_have_run_out, A_YEAR, "
        order A 6000
        hold passes                         | 300   0   0
        months 11
        redeem 300
        order B 2100 code                   |   0 105   0
        months 2                            | 105   0   0
        refund B 2100                       | 300   0   0
        days 30                             | 300   0   0
        days 1                              |   0   0   0
    ";
    some_of_the_points_that_come_back_are_still_good, A_YEAR, "
        order A 6000
        hold passes
        months 6
        order C 3000
        hold passes                         | 450   0   0
        redeem 400                          |  50   0   0
        order B 2100 code
        months 7                            | 155   0   0
        refund B 1050                       | 303   0   0
        refund B 1050                       | 450   0   0
        days 31                             | 150   0   0
    ";
    what_came_back_and_ran_out_in_its_grace_is_no_debt, A_YEAR, "
        order A 6000
        hold passes                         | 300   0   0
        months 11
        redeem 300
        order B 2100 code                   |   0 105   0
        months 2                            | 105   0   0
        refund B 1050                       | 203   0   0
        days 31                             |  53   0   0
        refund B 1050                       | 150   0   0
        refund A 3000                       |   0   0   0
        refund A 3000                       |   0   0   0
    ";
    what_came_back_late_is_spent_again_and_comes_back_again, A_YEAR, "
        order A 6000
        hold passes
        months 11
        redeem 300
        order B 2100 code
        months 2                            | 105   0   0
        cancel B                            | 300   0   0
        redeem 300
        order C 2100 code
        days 40                             | 105   0   0
        cancel C                            | 300   0   0
        days 31                             |   0   0   0
        refund A 6000                       |   0   0   0
    ";
    points_that_came_back_run_out_with_their_lot, A_YEAR, "
        order A 2000
        hold passes
        redeem 100                          |   0   0   0
        release                             | 100   0   0
        months 13                           |   0   0   0
    ";
    in_another_currency_and_paid_with_points, PLAIN, "
        give 300
        redeem 300
        order A 100 EUR code                |   0   0   0
        refund A 50                         | 150   0   0
        refund A 50                         | 300   0   0
    ";
}
