//! Rewards and the rule for friends, read, and what is said of each mistake.

use crate::demo::PROGRAM;
use crate::domain::program::Program;
use crate::domain::program_file::{Fault, parse};
use crate::domain::reward::Codes;
use app::api::RewardKind;

/// The demo's file with more at its end.
fn read(more: &str) -> Result<Program, Vec<Fault>> {
    parse(&format!("{PROGRAM}\n{more}"))
}

/// What is said of it.
fn said(more: &str) -> Vec<String> {
    let faults = read(more).err().unwrap_or_default();
    let told = |fault: Fault| format!("{}: {}", fault.field, fault.remedy);
    faults.into_iter().map(told).collect()
}

/// A reward with these lines.
fn reward(lines: &str) -> String {
    format!(
        "[[reward]]\nid = \"it\"\nname = {{ en = \"It\", ru = \"Оно\" }}\npoints = 100\n{lines}\n"
    )
}

/// A rule for friends in which one thing is written otherwise.
fn referral(right: &str, wrong: &str) -> String {
    const RULE: &str = r#"
[referral]
shop_url = "https://shop.example/?code={code}"
hold_days = 14
title = { en = "A gift", ru = "Подарок" }
text = { en = "From a friend", ru = "От друга" }
message = { en = "Try it", ru = "Попробуй" }
[[referral.step]]
friends = 1
points = 300
[[referral.step]]
friends = 3
points = 500
[referral.gift]
name = { en = "Money off", ru = "Скидка" }
amount = "300.00"
minimum = "1000.00"
"#;
    assert!(RULE.contains(right), "{right}");
    RULE.replacen(right, wrong, 1)
}

#[test]
fn every_kind_of_reward_can_be_written() {
    let needs = |kind: RewardKind| match kind {
        RewardKind::Amount | RewardKind::Slider | RewardKind::StoreCredit => "amount = \"1.00\"",
        RewardKind::Percent => "percent = \"7.5\"\nmax_amount = \"500.00\"",
        RewardKind::FreeProduct => "sku = \"mug\"",
        RewardKind::FreeShipping
        | RewardKind::Gift
        | RewardKind::Event
        | RewardKind::EarlyAccess
        | RewardKind::Partner => "",
    };
    for kind in RewardKind::ALL {
        let file = reward(&format!("kind = \"{}\"\n{}", kind.as_str(), needs(kind)));
        let program = read(&file).unwrap_or_else(|faults| panic!("{kind:?}: {faults:?}"));
        let found = &program.rewards[0];
        assert_eq!(found.kind, kind);
        assert_eq!(found.permille, (kind == RewardKind::Percent).then_some(75));
        let from = if kind == RewardKind::Partner {
            Codes::Pool
        } else {
            Codes::Made
        };
        assert_eq!(found.codes, from, "{kind:?}");
        let step = (kind == RewardKind::Slider).then_some(100);
        assert_eq!(
            (found.points_min, found.points_max),
            (step, None),
            "{kind:?}"
        );
    }
}

#[test]
fn a_reward_that_says_no_kind_is_an_amount() {
    let program = read(&reward("amount = \"300.00\"")).unwrap();
    let found = &program.rewards[0];
    assert_eq!(
        (found.kind, found.amount, found.valid_days),
        (RewardKind::Amount, 30_000, 30)
    );
    assert_eq!(
        (found.stock, found.per_member, found.minimum),
        (None, None, 0)
    );
}

#[test]
fn mistakes_in_rewards_are_named() {
    #[rustfmt::skip]
    let table = [
        ("", "reward[0].amount: a reward of kind \"amount\" needs it"),
        ("kind = \"percent\"", "reward[0].percent: a reward of kind \"percent\" needs it"),
        ("kind = \"free_product\"", "reward[0].sku: a reward of kind \"free_product\" needs it"),
        ("kind = \"gift\"\namount = \"1.00\"", "reward[0].amount: a reward of kind \"gift\" has none"),
        ("amount = \"1.00\"\nsku = \"mug\"", "reward[0].sku: a reward of kind \"amount\" has none"),
        ("amount = \"1.00\"\nmax_amount = \"2.00\"", "reward[0].max_amount: only a reward of kind \"percent\" has it"),
        ("kind = \"percent\"\npercent = \"0\"", "reward[0].percent: write it in quotes, such as \"7.5\", above 0 and up to 100"),
        ("kind = \"percent\"\npercent = \"100.1\"", "reward[0].percent: write it in quotes, such as \"7.5\", above 0 and up to 100"),
        ("kind = \"percent\"\npercent = \"7.55\"", "reward[0].percent: write it in quotes, such as \"7.5\", above 0 and up to 100"),
        ("amount = \"1.005\"", "reward[0].amount: write an amount above 0 in quotes, with at most 2 decimals"),
        ("amount = \"1.00\"\nvalid_days = 0", "reward[0].valid_days: give a number from 1 to 3650"),
        ("amount = \"1.00\"\nstock = 0", "reward[0].stock: give a number from 1 to 1000000000, or leave it out"),
        ("amount = \"1.00\"\nper_member = -1", "reward[0].per_member: give a number from 1 to 1000000000, or leave it out"),
        ("amount = \"1.00\"\ntiers = [\"iron\"]", "reward[0].tiers: there is no tier \"iron\""),
        ("amount = \"1.00\"\nends = \"soon\"", "reward[0].ends: write it as 2026-12-01T00:00, in the programme's time zone"),
        ("amount = \"1.00\"\nstarts = \"2026-12-02\"\nends = \"2026-12-01\"", "reward[0].ends: a reward ends after it starts"),
        ("amount = \"1.00\"\nmin_points = 100", "reward[0].min_points: only a reward of kind \"slider\" has min_points and max_points"),
        ("kind = \"slider\"\namount = \"1.00\"\nmin_points = 150", "reward[0].min_points: give multiples of points, the least not above the most"),
        ("kind = \"slider\"\namount = \"1.00\"\nmin_points = 300\nmax_points = 200", "reward[0].min_points: give multiples of points, the least not above the most"),
        ("amount = \"1.00\"\ncodes = \"nowhere\"", "reward[0].codes: write \"pool\", or name a connection of kind shopify or woocommerce"),
        ("amount = \"1.00\"\ncodes = \"pool\"\nstock = 5", "reward[0].stock: there are as many as there are codes: leave it out"),
        ("kind = \"slider\"\namount = \"1.00\"\ncodes = \"pool\"", "reward[0].codes: codes of this kind can only be made here"),
    ];
    for (lines, expected) in table {
        assert_eq!(said(&reward(lines)), [expected], "{lines}");
    }
}

#[test]
fn what_holds_for_all_spending_has_defaults_and_bounds() {
    let program = read("").unwrap();
    let usual = program.spending;
    assert_eq!(
        (usual.max_permille, usual.on_sale, usual.with_other_codes),
        (1000, true, true)
    );
    let program = read("[spending]\nmax_percent = \"30\"\non_sale = false").unwrap();
    assert_eq!(
        (program.spending.max_permille, program.spending.on_sale),
        (300, false)
    );
    let wrong = "spending.max_percent: write it in quotes, such as \"7.5\", above 0 and up to 100";
    assert_eq!(said("[spending]\nmax_percent = \"101\""), [wrong]);
}

#[test]
fn friends_are_rewarded_by_the_number_of_friends() {
    let program = read(&referral("hold_days = 14", "hold_days = 7")).unwrap();
    let rule = program.referral.unwrap();
    let points: Vec<i64> = [1, 2, 3, 4, 100]
        .map(|number| rule.points_for(number))
        .to_vec();
    assert_eq!(points, [300, 300, 500, 500, 500]);
    assert_eq!(rule.address("G-1"), "https://shop.example/?code=G-1");
    assert_eq!(
        (rule.window_days, rule.hold_days, rule.friend_points),
        (30, 7, 0)
    );
    assert_eq!(
        (rule.gift.terms.amount, rule.gift.terms.minimum),
        (30_000, 100_000)
    );
}

#[test]
fn mistakes_in_the_rule_for_friends_are_named() {
    let url = "referral.shop_url: write it as https://shop.example/?code={code}, with {code} once";
    let steps = "referral.step: give at least one; the first has friends = 1, the others rise";
    #[rustfmt::skip]
    let table = [
        ("?code={code}", "", url),
        ("?code={code}", "?code={code}&again={code}", url),
        ("https://shop", "javascript://shop", url),
        ("friends = 1", "friends = 2", steps),
        ("friends = 3", "friends = 1", steps),
        ("points = 500", "points = 0", "referral.step[1].points: give a number from 1 to 1000000000"),
        ("hold_days = 14", "hold_days = 4000", "referral.hold_days: give a number from 0 to 3650"),
        ("hold_days = 14", "hold_days = 14\nwindow_days = 0", "referral.window_days: give a number from 1 to 3650"),
        ("hold_days = 14", "hold_days = 14\nper_month = 0", "referral.per_month: give a number from 1, or leave it out"),
        ("hold_days = 14", "hold_days = 14\nfriend_points = -1", "referral.friend_points: give a number from 0"),
        (", ru = \"Подарок\"", "", "referral.title: add the text for \"ru\""),
        ("amount = \"300.00\"", "kind = \"gift\"", "referral.gift.kind: a gift is of kind amount, percent, free_shipping or free_product"),
        ("amount = \"300.00\"\n", "", "referral.gift.amount: a reward of kind \"amount\" needs it"),
    ];
    for (right, wrong, expected) in table {
        assert_eq!(said(&referral(right, wrong)), [expected], "{wrong}");
    }
}
