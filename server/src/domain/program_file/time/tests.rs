//! Tables about time, products and rewards: what is taken over, and what is wrong with which field.

use crate::demo::PROGRAM;
use crate::domain::program::Program;
use crate::domain::program_file::parse;
use app::api::{Expiry, Gives, Window};
use jiff::Timestamp;

/// The demo's file with more tables behind it.
fn with(tables: &str) -> String {
    format!("{PROGRAM}\n{tables}\n")
}

fn good(tables: &str) -> Program {
    parse(&with(tables)).unwrap_or_else(|faults| panic!("{tables}: {faults:?}"))
}

/// The fields at fault, and the remedy of the first.
fn faults(source: &str) -> (Vec<String>, String) {
    let faults = parse(source).err().unwrap_or_default();
    let remedy = faults
        .first()
        .map_or_else(String::new, |fault| fault.remedy.clone());
    (
        faults.into_iter().map(|fault| fault.field).collect(),
        remedy,
    )
}

#[test]
fn points_run_out_by_one_of_four_rules() {
    let plain = parse(PROGRAM).unwrap();
    assert_eq!(
        (plain.expiry, plain.warn_days, plain.grace_days),
        (Expiry::Never, 30, 30)
    );
    for (table, expected) in [
        ("after = \"never\"", Expiry::Never),
        (
            "after = \"earning\"\nmonths = 1",
            Expiry::Earning { months: 1 },
        ),
        (
            "after = \"earning\"\nmonths = 120",
            Expiry::Earning { months: 120 },
        ),
        (
            "after = \"inactivity\"\nmonths = 6",
            Expiry::Inactivity { months: 6 },
        ),
        (
            "after = \"date\"\ndate = \"12-31\"",
            Expiry::Date { month: 12, day: 31 },
        ),
        (
            "after = \"date\"\ndate = \"02-28\"",
            Expiry::Date { month: 2, day: 28 },
        ),
    ] {
        let program = good(&format!(
            "[expiry]\n{table}\nwarn_days = 366\ngrace_days = 0"
        ));
        assert_eq!(
            (program.expiry, program.warn_days, program.grace_days),
            (expected, 366, 0),
            "{table}"
        );
    }
}

#[test]
fn what_is_wrong_with_running_out_is_named() {
    let months = "give a number from 1 to 120";
    let leave_out = "leave it out: nothing is counted in months";
    let day = "write the day as MM-DD, such as \"12-31\"; it has to be there every year";
    let days = "give a number from 0 to 366";
    for (table, field, remedy) in [
        ("after = \"earning\"", "expiry.months", months),
        ("after = \"earning\"\nmonths = 0", "expiry.months", months),
        ("after = \"earning\"\nmonths = 121", "expiry.months", months),
        ("after = \"inactivity\"", "expiry.months", months),
        ("after = \"never\"\nmonths = 3", "expiry.months", leave_out),
        (
            "after = \"date\"\ndate = \"12-31\"\nmonths = 3",
            "expiry.months",
            leave_out,
        ),
        ("after = \"date\"", "expiry.date", day),
        ("after = \"date\"\ndate = \"02-29\"", "expiry.date", day),
        ("after = \"date\"\ndate = \"12-32\"", "expiry.date", day),
        ("after = \"date\"\ndate = \"1-31\"", "expiry.date", day),
        (
            "after = \"date\"\ndate = \"12-31T00:00\"",
            "expiry.date",
            day,
        ),
        (
            "after = \"never\"\ndate = \"12-31\"",
            "expiry.date",
            "leave it out, or write after = \"date\"",
        ),
        (
            "after = \"never\"\nwarn_days = 367",
            "expiry.warn_days",
            days,
        ),
        (
            "after = \"never\"\ngrace_days = 367",
            "expiry.grace_days",
            days,
        ),
    ] {
        let (fields, said) = faults(&with(&format!("[expiry]\n{table}")));
        assert_eq!(
            (fields, said.as_str()),
            (vec![field.to_owned()], remedy),
            "{table}"
        );
    }
}

#[test]
fn a_ladder_has_a_window_a_way_down_and_a_welcome() {
    let plain = parse(PROGRAM).unwrap().ladder;
    assert_eq!(
        (
            plain.window,
            plain.one_step,
            plain.grace_days,
            plain.entry_of_each
        ),
        (Window::Lifetime, false, 0, false)
    );
    let rolling = good("[ladder]\nwindow = \"rolling\"\nmonths = 120\ndowngrade = \"one_step\"\ngrace_days = 366\nentry = \"each\"").ladder;
    let found = (
        rolling.window,
        rolling.one_step,
        rolling.grace_days,
        rolling.entry_of_each,
    );
    assert_eq!(found, (Window::Rolling { months: 120 }, true, 366, true));
    let year =
        good("[ladder]\nwindow = \"year\"\ndowngrade = \"to_metric\"\nentry = \"reached\"").ladder;
    assert_eq!(
        (year.window, year.one_step, year.entry_of_each),
        (Window::Year, false, false)
    );
    for (table, field) in [
        ("window = \"rolling\"", "ladder.months"),
        ("window = \"rolling\"\nmonths = 0", "ladder.months"),
        ("window = \"rolling\"\nmonths = 121", "ladder.months"),
        ("window = \"year\"\nmonths = 12", "ladder.months"),
        ("months = 12", "ladder.months"),
        ("grace_days = 367", "ladder.grace_days"),
    ] {
        assert_eq!(
            faults(&with(&format!("[ladder]\n{table}"))).0,
            [field],
            "{table}"
        );
    }
}

#[test]
fn what_a_tier_gives_is_checked_where_systems_act_on_it() {
    let silver = |gives: &str| {
        let (tier, own) = (
            "id = \"silver\"\n",
            "[tier.gives]\nfree_delivery_from = \"1500\"\n",
        );
        assert!(PROGRAM.contains(own));
        PROGRAM
            .replacen(own, "", 1)
            .replacen(tier, &format!("{tier}gives = {{ {gives} }}\n"), 1)
    };
    let of = |gives: &str| parse(&silver(gives)).unwrap().tiers[1].gives.clone();
    assert_eq!(of(""), Gives::default());
    let all = of(
        "discount = \"7.5\", free_delivery_from = \"1500.00\", early_access_days = 366, tag = \"laurel-silver\"",
    );
    let expected = Gives {
        discount_permille: Some(75),
        free_delivery_from: Some(150_000),
        early_access_days: Some(366),
        tag: Some("laurel-silver".into()),
    };
    assert_eq!(all, expected);
    assert_eq!(
        of("free_delivery_from = \"0\"").free_delivery_from,
        Some(0),
        "from the first kopeck"
    );
    assert_eq!(
        [of("discount = \"0.1\""), of("discount = \"100\"")].map(|gives| gives.discount_permille),
        [Some(1), Some(1000)]
    );
    let percent = "write percent in quotes, such as \"5\", from 0.1 to 100";
    let days = "give a number from 1 to 366";
    let slug = "use 2 to 40 small letters, digits and hyphens";
    let money = "write an amount above 0 in quotes, with at most 2 decimals";
    for (gives, field, remedy) in [
        ("discount = \"0\"", "discount", percent),
        ("discount = \"100.1\"", "discount", percent),
        ("discount = \"5.25\"", "discount", percent),
        ("early_access_days = 0", "early_access_days", days),
        ("early_access_days = 367", "early_access_days", days),
        ("tag = \"Silver!\"", "tag", slug),
        ("free_delivery_from = \"-1\"", "free_delivery_from", money),
    ] {
        let (fields, said) = faults(&silver(gives));
        assert_eq!(
            (fields, said.as_str()),
            (vec![format!("tier[1].gives.{field}")], remedy),
            "{gives}"
        );
    }
}

#[test]
fn products_are_named_and_may_earn_nothing() {
    let program = good(
        "[[purchase.product]]\nskus = [\"card\"]\nmultiplier = \"0\"\n[[purchase.product]]\ncollections = [\"coffee\"]\nmultiplier = \"100\"",
    );
    let rates = program.purchase.unwrap().products;
    let found: Vec<_> = rates
        .iter()
        .map(|rate| {
            (
                rate.skus.len(),
                rate.collections.len(),
                rate.multiplier_permille,
            )
        })
        .collect();
    assert_eq!(found, [(1, 0, 0), (0, 1, 100_000)]);
    for (table, field, remedy) in [
        (
            "multiplier = \"2\"",
            "purchase.product[0]",
            "name the products: give skus, collections or both",
        ),
        (
            "skus = [\"a\"]\nmultiplier = \"100.001\"",
            "purchase.product[0].multiplier",
            "write it in quotes, such as \"1.25\", from 0 to 100",
        ),
        (
            "skus = [\"a\"]\nmultiplier = \"-1\"",
            "purchase.product[0].multiplier",
            "write it in quotes, such as \"1.25\", from 0 to 100",
        ),
    ] {
        let (fields, said) = faults(&with(&format!("[[purchase.product]]\n{table}")));
        assert_eq!(
            (fields, said.as_str()),
            (vec![field.to_owned()], remedy),
            "{table}"
        );
    }
}

/// A campaign with one place changed.
fn campaign(right: &str, wrong: &str) -> String {
    let table = "[[campaign]]\nid = \"double\"\nname = { en = \"Double\", ru = \"Вдвое\" }\nmultiplier = \"2\"\n\
        starts = \"2026-12-01T00:00\"\nends = \"2026-12-25T12:30\"\ntiers = [\"gold\"]";
    assert!(table.contains(right), "{right}");
    table.replacen(right, wrong, 1)
}

#[test]
fn campaigns_are_timed_in_the_programmes_zone() {
    let program = good(&campaign("\"2\"", "\"0.001\""));
    let campaign_of = |program: &Program| {
        let found = &program.campaigns[0];
        let times = [found.starts_at, found.ends_at]
            .map(|at| Timestamp::from_microsecond(at).unwrap().to_string());
        (
            found.id.clone(),
            found.multiplier_permille,
            times,
            found.tiers.clone(),
        )
    };
    let times = ["2026-11-30T21:00:00Z", "2026-12-25T09:30:00Z"].map(str::to_owned);
    assert_eq!(
        campaign_of(&program),
        ("double".into(), 1, times, vec!["gold".into()])
    );
    assert_eq!(
        good(&campaign("tiers = [\"gold\"]", "")).campaigns[0].tiers,
        [""; 0]
    );
    let moment = "write it as 2026-12-01T00:00, in the programme's time zone";
    let id = "use small letters, digits and hyphens, each id once";
    let ends = "a campaign ends after it starts";
    for (right, wrong, field, remedy) in [
        ("\"double\"", "\"Double\"", "id", id),
        ("en = \"Double\", ", "", "name", "add the text for \"en\""),
        (
            "\"2\"",
            "\"0\"",
            "multiplier",
            "write it in quotes, such as \"1.25\", from 0.001 to 100",
        ),
        (
            "[\"gold\"]",
            "[\"platinum\"]",
            "tiers",
            "there is no tier \"platinum\"",
        ),
        ("2026-12-25T12:30", "2026-12-01T00:00", "ends", ends),
        ("2026-12-25T12:30", "2026-11-01T00:00", "ends", ends),
        ("2026-12-01T00:00", "soon", "starts", moment),
        ("2026-12-01T00:00", "2026-12-01T00:00Z", "starts", moment),
        (
            "2026-12-01T00:00",
            "2026-12-01T00:00+01:00",
            "starts",
            moment,
        ),
        (
            "2026-12-01T00:00",
            "2026-12-01T00:00[Europe/Berlin]",
            "starts",
            moment,
        ),
    ] {
        let (fields, said) = faults(&with(&campaign(right, wrong)));
        assert_eq!(
            (fields, said.as_str()),
            (vec![format!("campaign[0].{field}")], remedy),
            "{wrong}"
        );
    }
    let twice = [campaign("\"2\"", "\"2\""), campaign("\"2\"", "\"3\"")].join("\n");
    assert_eq!(faults(&with(&twice)).0, ["campaign[1].id"]);
}
