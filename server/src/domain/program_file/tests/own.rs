//! What each kind of task and of reward may say of itself, and what belongs to another kind.

use super::super::own::is_file_name;
use super::*;
use crate::domain::program::Program;

/// The demo's file with more at its end.
pub(super) fn with(more: &str) -> Result<Program, Vec<Fault>> {
    parse(&format!("{PROGRAM}\n{more}"))
}

/// The demo's file with one task more, of which these keys and tables are said.
pub(super) fn task(kind: &str, keys: &str, tables: &str) -> String {
    format!(
        "[[task]]\nid = \"own\"\nkind = \"{kind}\"\npoints = 10\n{keys}\n[task.title]\nen = \"T\"\nru = \"З\"\n{tables}\n"
    )
}

fn question(id: &str, kind: &str, more: &str) -> String {
    format!(
        "[[task.question]]\nid = \"{id}\"\nkind = \"{kind}\"\ntext = {{ en = \"?\", ru = \"?\" }}\n{more}\n"
    )
}

/// The fields at fault, without what all of them begin with.
pub(super) fn fields(of: &str, more: &str) -> String {
    let faults = with(more).err().unwrap_or_default();
    let fields = faults.iter().map(|fault| {
        let own = fault.field.strip_prefix(of).unwrap_or(&fault.field);
        own.trim_start_matches('.').to_owned()
    });
    fields.collect::<Vec<_>>().join(" ")
}

#[test]
fn surveys_ask_what_can_be_answered() {
    let nps = |id: &str| question(id, "nps", "");
    let many = |count: usize| {
        (0..count)
            .map(|n| nps(&format!("q{n}")))
            .collect::<String>()
    };
    let answers = |en: &str, ru: &str| {
        let choices = format!("choices = {{ en = {en}, ru = {ru} }}");
        question("brew", "choice", &choices)
    };
    let listed = |count: usize| format!("{:?}", vec!["a"; count]);
    let three = "choices = { en = [\"a\", \"b\"], ru = [\"a\", \"b\"], de = [\"a\", \"b\"] }";
    let table = [
        ("", many(1), ""),
        ("", many(20), ""),
        ("", many(0), "question"),
        ("", many(21), "question"),
        ("wave = \"2026-q4\"", many(1), ""),
        ("wave = \"\"", many(1), ""),
        ("wave = \"Q 4\"", many(1), "wave"),
        ("seconds = 600", many(1), ""),
        ("seconds = 601", many(1), "seconds"),
        ("", [nps("one"), nps("one")].concat(), "question[1].id"),
        ("", nps("One"), "question[0].id"),
        ("", answers("[\"a\", \"b\"]", "[\"а\", \"б\"]"), ""),
        ("", answers(&listed(20), &listed(20)), ""),
        ("", answers(&listed(21), &listed(21)), "question[0].choices"),
        ("", answers(&listed(1), &listed(1)), "question[0].choices"),
        ("", answers(&listed(2), &listed(3)), "question[0].choices"),
        (
            "",
            answers("[\"a\", \" \"]", "[\"а\", \"б\"]"),
            "question[0].choices",
        ),
        ("", question("brew", "choice", three), "question[0].choices"),
        ("", question("brew", "choice", ""), "question[0].choices"),
        (
            "",
            question("brew", "nps", "choices = { en = [\"a\", \"b\"] }"),
            "question[0].choices",
        ),
    ];
    for (keys, questions, expected) in table {
        let found = fields("task[4]", &task("survey", keys, &questions));
        assert_eq!(found, expected, "{keys} {questions}");
    }
    let survey = |keys: &str| {
        let program = with(&task("survey", keys, &many(3))).unwrap();
        program.tasks[4].survey.clone().unwrap()
    };
    assert_eq!((survey("").seconds, survey("").questions.len()), (6, 3));
    assert_eq!(survey("seconds = 0").seconds, 0);
}

#[test]
fn what_belongs_to_another_kind_is_left_out() {
    let nps = question("one", "nps", "");
    let page = "url = \"https://shop.example/autumn\"\n";
    let held = format!("{page}hold_days = 7\n");
    let table = [
        ("daily", "", "", ""),
        ("daily", "", &*nps, "question"),
        ("daily", "wave = \"one\"", "", "wave"),
        ("daily", "file = \"a.pdf\"", "", "file"),
        ("daily", "streak = { days = 2, points = 1 }", "", ""),
        ("daily", "streak = { days = 365, points = 1 }", "", ""),
        (
            "daily",
            "streak = { days = 1, points = 1 }",
            "",
            "streak.days",
        ),
        (
            "daily",
            "streak = { days = 366, points = 1 }",
            "",
            "streak.days",
        ),
        (
            "daily",
            "streak = { days = 7, points = 0 }",
            "",
            "streak.points",
        ),
        ("download", "file = \"a.pdf\"", "", ""),
        ("download", "file = \"a\"", "", "file"),
        ("download", "", "", "file"),
        (
            "download",
            "file = \"a.pdf\"\nstreak = { days = 7, points = 1 }",
            "",
            "streak",
        ),
        ("share", &*held, "", ""),
        ("share", page, "", "hold_days"),
        ("share", "hold_days = 7", "", "url"),
    ];
    for (kind, keys, tables, expected) in table {
        let found = fields("task[4]", &task(kind, keys, tables));
        assert_eq!(found, expected, "{kind} {keys}");
    }
    let keys = "streak = { days = 7, points = 20 }";
    let program = with(&task("daily", keys, "")).unwrap();
    let streak = program.tasks[4].streak.unwrap();
    assert_eq!((streak.days, streak.points), (7, 20));
    let program = with(&task("download", "file = \"a.pdf\"", "")).unwrap();
    assert_eq!(program.tasks[4].file.as_deref(), Some("a.pdf"));
}

#[test]
fn files_have_names_that_can_stand_in_addresses() {
    let longest = format!("{}.pdf", "a".repeat(76));
    for good in ["a.pdf", "A-1_2.tar.gz", "a.", &longest] {
        assert!(is_file_name(good), "{good}");
    }
    for bad in [
        "",
        "a",
        ".pdf",
        "a b.pdf",
        "a/b.pdf",
        "я.pdf",
        &format!("a{longest}"),
    ] {
        assert!(!is_file_name(bad), "{bad}");
    }
}

#[test]
fn a_review_elsewhere_is_told_of_by_its_service() {
    let judge = "[[connection]]\nid = \"judge\"\nkind = \"judgeme\"\n";
    let other = "[[connection]]\nid = \"bluesky\"\nkind = \"bluesky\"\n";
    let page = "url = \"https://shop.example/reviews\"\n";
    let review = |keys: &str| [judge, other, &task("review", keys, "")].concat();
    let told = format!("connection = \"judge\"\n{page}");
    let found = with(&review(&told)).unwrap();
    let elsewhere = found.tasks[4].elsewhere.clone().unwrap();
    assert_eq!(
        (&*elsewhere.connection, elsewhere.service),
        ("judge", "Judge.me")
    );
    assert!(with(&review("")).unwrap().tasks[4].elsewhere.is_none());
    let at = "task[4]";
    for (more, expected) in [
        ("target = \"x\"", "target"),
        ("recheck_days = 7", "recheck_days"),
        ("clawback = true", "clawback"),
        ("min_age_days = 7", "min_age_days"),
        ("new_only = true", "new_only"),
    ] {
        assert_eq!(fields(at, &review(&[&*told, more].concat())), expected);
    }
    assert_eq!(fields(at, &review("connection = \"judge\"")), "url");
    for connection in ["bluesky", "nothing"] {
        let keys = format!("connection = \"{connection}\"\n{page}");
        assert_eq!(fields(at, &review(&keys)), "connection");
    }
}

/// A reward of which these keys are said.
fn reward(id: &str, kind: &str, keys: &str) -> String {
    format!(
        "[[reward]]\nid = \"{id}\"\nkind = \"{kind}\"\npoints = 10\n{keys}\n[reward.name]\nen = \"R\"\nru = \"Н\"\n"
    )
}

#[test]
fn what_a_platform_cannot_be_told_is_no_code_of_the_shops() {
    let shops = "[[connection]]\nid = \"woo\"\nkind = \"woocommerce\"\n\
        [[connection]]\nid = \"shop\"\nkind = \"shopify\"\n[connection.settings]\n\
        shop = \"shop.myshopify.com\"\nform = \"https://shop.example/subscribe\"\n";
    let of = |more: &str| fields("reward[0]", &[shops, more].concat());
    let amount = |codes: &str| {
        reward(
            "aa",
            "amount",
            &format!("amount = \"1.00\"\ncodes = \"{codes}\""),
        )
    };
    for (more, expected) in [
        (amount("shop"), ""),
        (amount("woo"), ""),
        (amount("pool"), ""),
        (amount("bluesky"), "codes"),
        (
            reward(
                "aa",
                "percent",
                "percent = \"10\"\ncodes = \"woo\"\nmax_amount = \"5.00\"",
            ),
            "max_amount",
        ),
        (
            reward("aa", "percent", "percent = \"10\"\ncodes = \"woo\""),
            "",
        ),
        (
            reward("aa", "free_product", "sku = \"x\"\ncodes = \"shop\""),
            "kind",
        ),
        (
            reward("aa", "free_product", "sku = \"x\"\ncodes = \"woo\""),
            "",
        ),
        (reward("aa", "gift", "codes = \"woo\""), "codes"),
        (
            format!("[spending]\non_sale = false\n{}", amount("shop")),
            "codes",
        ),
        (
            format!("[spending]\non_sale = false\n{}", amount("woo")),
            "",
        ),
        (
            reward(
                "aa",
                "slider",
                "amount = \"1.00\"\nmin_points = 20\nmax_points = 20",
            ),
            "",
        ),
        (
            reward(
                "aa",
                "slider",
                "amount = \"1.00\"\nmin_points = 20\nmax_points = 10",
            ),
            "min_points",
        ),
        (
            reward("aa", "slider", "amount = \"1.00\"\nmin_points = 15"),
            "min_points",
        ),
        (
            reward("aa", "slider", "amount = \"1.00\"\nmax_points = 15"),
            "min_points",
        ),
    ] {
        assert_eq!(of(&more), expected, "{more}");
    }
    let two = |one: &str, other: &str| {
        let reward = |id: &str| reward(id, "amount", "amount = \"1.00\"");
        fields("reward[1]", &[reward(one), reward(other)].concat())
    };
    assert_eq!(
        (two("aa", "bb").as_str(), two("aa", "aa").as_str()),
        ("", "id")
    );
}

#[test]
fn countries_are_named_as_the_standard_has_them() {
    let of = |audience: &str| {
        let source = changed("currency =", &format!("audience = {audience}\ncurrency ="));
        let fields = faults(&source).into_iter().map(|fault| fault.field);
        fields.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(of("[\"DE\", \"RU\"]"), "");
    for wrong in ["[\"DEU\"]", "[\"de\"]", "[\"D1\"]", "[\"\"]"] {
        assert_eq!(of(wrong), "audience[0]", "{wrong}");
    }
}

#[test]
fn a_month_has_at_least_one_friend() {
    let of = |most: i64| {
        let rewards = crate::demo::REWARDS;
        assert!(rewards.contains("per_month = 20\n"));
        let keys = format!("per_month = {most}\n");
        fields("referral", &rewards.replace("per_month = 20\n", &keys))
    };
    assert_eq!((of(1).as_str(), of(0).as_str()), ("", "per_month"));
}
