//! Every fault names its line, its field and a remedy.

mod own;
mod tasks;

use super::{Fault, parse};
use crate::demo::PROGRAM;
use crate::domain::program::Purchase;

/// The demo's file with one place changed.
fn changed(right: &str, wrong: &str) -> String {
    assert!(PROGRAM.contains(right), "the demo has {right:?}");
    PROGRAM.replacen(right, wrong, 1)
}

fn faults(source: &str) -> Vec<Fault> {
    parse(source).err().unwrap_or_default()
}

/// What is right in the demo, what is wrong instead, what is said, and the line it is said of.
#[rustfmt::skip]
const TABLE: &[(&str, &str, &str, &str)] = &[
    (r#"slug = "demo""#, r#"slug = "Demo Shop""#, "slug: use 2 to 40 small letters, digits and hyphens", r#"slug = "Demo Shop""#),
    (r#"slug = "demo""#, r#"slug = "d""#, "slug: use 2 to 40 small letters, digits and hyphens", r#"slug = "d""#),
    (r#"slug = "demo""#, r#"slug = "-demo""#, "slug: use 2 to 40 small letters, digits and hyphens", r#"slug = "-demo""#),
    (r#"slug = "demo""#, "slug = 7", "slug: invalid type: integer `7`, expected a string", "slug = 7"),
    ("slug = \"demo\"\n", "", "missing field `slug`", "# The demo's programme: a coffee shop that calls its points beans."),
    (r#"slug = "demo""#, r#"slug = "demo"#, r#"invalid basic string, expected `"`"#, r#"slug = "demo"#),
    (r#"slug = "demo""#, "slug = \"demo\"\nmoney = 1", "money: unknown field `money`, expected one of `slug`, `locales`, `time_zone`, `currency`, `point_value`, `metric`, `debt`, `expiry`, `ladder`, `origins`, `auto_join`, `sign_in`, `audience`, `name`, `unit`, `brand`, `tier`, `purchase`, `campaign`, `connection`, `task`, `reward`, `spending`, `referral`, `feedback`", "money = 1"),
    (r#""Europe/Moscow""#, r#""Europe/Atlantis""#, "time_zone: use a name of the IANA list, such as Europe/Berlin", r#"time_zone = "Europe/Atlantis""#),
    (r#"currency = "RUB""#, r#"currency = "rub""#, "currency: use an ISO 4217 code in capitals, such as EUR", r#"currency = "rub""#),
    (r#"point_value = "1.00""#, r#"point_value = "1.005""#, "point_value: write an amount above 0 in quotes, with at most 2 decimals", r#"point_value = "1.005""#),
    (r#"point_value = "1.00""#, r#"point_value = "0""#, "point_value: write an amount above 0 in quotes, with at most 2 decimals", r#"point_value = "0""#),
    (r#"point_value = "1.00""#, r#"point_value = "1,00""#, "point_value: write an amount above 0 in quotes, with at most 2 decimals", r#"point_value = "1,00""#),
    (r#"point_value = "1.00""#, "point_value = 1.0", "point_value: invalid type: floating point `1.0`, expected a string", "point_value = 1.0"),
    (r#"metric = "points_earned""#, r#"metric = "visits""#, "metric: unknown variant `visits`, expected one of `points_earned`, `amount_spent`, `orders`", r#"metric = "visits""#),
    ("http://localhost:8081", "http://localhost:8081/", "origins[0]: write it as https://shop.example, with its port if it has one and nothing after it", r#"origins = ["http://localhost:8081/"]"#),
    ("http://localhost:8081", "localhost:8081", "origins[0]: write it as https://shop.example, with its port if it has one and nothing after it", r#"origins = ["localhost:8081"]"#),
    ("http://localhost:8081", "https://Shop.example", "origins[0]: write it as https://shop.example, with its port if it has one and nothing after it", r#"origins = ["https://Shop.example"]"#),
    ("http://localhost:8081", "https://", "origins[0]: write it as https://shop.example, with its port if it has one and nothing after it", r#"origins = ["https://"]"#),
    ("http://localhost:8081", "https://shop.example:", "origins[0]: write it as https://shop.example, with its port if it has one and nothing after it", r#"origins = ["https://shop.example:"]"#),
    ("http://localhost:8081", "https://*.example", "origins[0]: write it as https://shop.example, with its port if it has one and nothing after it", r#"origins = ["https://*.example"]"#),
    ("en = \"Morning Roast\"\n", "", r#"name: add the text for "en""#, "[name]"),
    (r#"en = "Morning Roast""#, r#"en = " ""#, r#"name: add the text for "en""#, "[name]"),
    (r#"en = "Morning Roast""#, "en = \"Morning Roast\"\nde = \"Morgenröstung\"", r#"name.de: "de" is not one of locales: add it there or leave it out here"#, r#"de = "Morgenröstung""#),
    ("few = \"зерна\"\n", "", r#"unit.ru: add the form "few""#, "[unit.ru]"),
    ("[unit.ru]", "[unit.de]", "unit: add [unit.ru] with the forms of one point's name", "[unit.en]"),
    (r##""#7a4b2a""##, r#""brown""#, "brand.color: write it as #rrggbb", r#"color = "brown""#),
    (r##""#7a4b2a""##, r##""#7a4b2g""##, "brand.color: write it as #rrggbb", r##"color = "#7a4b2g""##),
    (r##""#7a4b2a""##, r##""#7a4b2é""##, "brand.color: write it as #rrggbb", r##"color = "#7a4b2é""##),
    (r#"corner = "right""#, r#"corner = "top""#, r#"brand.corner: use "left" or "right""#, r#"corner = "top""#),
    ("en = \"Beans\"\n", "", r#"brand.launcher: add the text for "en""#, "[brand.launcher]"),
    ("threshold = 0", "threshold = 10", "tier: the first [[tier]] has threshold = 0: everybody begins there", "[[tier]]"),
    ("threshold = 2000", "threshold = 500", "tier[2].threshold: each tier begins above the one before it", "threshold = 500"),
    (r#"id = "gold""#, r#"id = "silver""#, "tier[2].id: use small letters, digits and hyphens, each id once", r#"id = "silver""#),
    (r#"id = "gold""#, r#"id = "Gold""#, "tier[2].id: use small letters, digits and hyphens, each id once", r#"id = "Gold""#),
    (r#"multiplier = "1.25""#, r#"multiplier = "0""#, r#"tier[1].multiplier: write it in quotes, such as "1.25", from 0.001 to 100"#, r#"multiplier = "0""#),
    (r#"multiplier = "1.25""#, r#"multiplier = "1.2505""#, r#"tier[1].multiplier: write it in quotes, such as "1.25", from 0.001 to 100"#, r#"multiplier = "1.2505""#),
    (r#"multiplier = "1.25""#, r#"multiplier = "-1""#, r#"tier[1].multiplier: write it in quotes, such as "1.25", from 0.001 to 100"#, r#"multiplier = "-1""#),
    (r#"multiplier = "1.25""#, r#"multiplier = "100.001""#, r#"tier[1].multiplier: write it in quotes, such as "1.25", from 0.001 to 100"#, r#"multiplier = "100.001""#),
    (r#"multiplier = "1.25""#, "multiplier = 1.25", "tier[1].multiplier: invalid type: floating point `1.25`, expected a string", "multiplier = 1.25"),
    ("ru = \"Золото\"\n", "", r#"tier[2].name: add the text for "ru""#, "[tier.name]"),
    ("[brand]\n", "[feedback]\nanswer_hours = 0\n\n[brand]\n", "feedback.answer_hours: give a number from 1 to 336", "answer_hours = 0"),
    ("[brand]\n", "[feedback]\nanswer_hours = 337\n\n[brand]\n", "feedback.answer_hours: give a number from 1 to 336", "answer_hours = 337"),
    ("[brand]\n", "[feedback]\nhours = 24\n\n[brand]\n", "feedback.hours: unknown field `hours`, expected `answer_hours`", "hours = 24"),
    ("points = 5\n", "points = 0\n", "purchase.points: give a number from 1 to 1000000000", "points = 0"),
    (r#"per = "100.00""#, r#"per = "-100""#, "purchase.per: write an amount above 0 in quotes, with at most 2 decimals", r#"per = "-100""#),
    ("ru = \"до тех пор возможен возврат\"\n", "", r#"purchase.hold_reason: add the text for "ru""#, "[purchase.hold_reason]"),
    ("hold_days = 14", "hold_days = -1", "purchase.hold_days: invalid value: integer `-1`, expected u32", "hold_days = -1"),
    ("hold_days = 14", "hold_days = 4294967295", "purchase.hold_days: give a number from 0 to 3650", "hold_days = 4294967295"),
    (r#"id = "newsletter""#, r#"id = "join""#, "task[1].id: use small letters, digits and hyphens, each id once", r#"id = "join""#),
    (r#"kind = "subscribe""#, r#"kind = "like""#, "task[1].kind: unknown variant `like`, expected one of `join`, `subscribe`, `profile`, `birthday`, `follow`, `visit`, `daily`, `review`, `survey`, `feedback`, `share`, `download`, `in_store`, `event`, `custom`", r#"kind = "like""#),
    ("points = 500\n", "points = 0\n", "task[1].points: give a number from 1 to 1000000000", "points = 0"),
    ("points = 500\n", "points = 1000000001\n", "task[1].points: give a number from 1 to 1000000000", "points = 1000000001"),
    ("en = \"Two mails a month: new harvests and how to brew them.\"\n", "", r#"task[1].summary: add the text for "en""#, "[task.summary]"),
    ("en = \"Join the programme\"\n", "", r#"task[0].title: add the text for "en""#, "[task.title]"),
    (r#"kind = "subscribe""#, r#"kind = "profile""#, "task[1].consent: only a subscription asks for consent: leave it out", "[task.consent]"),
    ("[task.consent]", "[task.other]", "task[1].other: unknown field `other`, expected one of `id`, `kind`, `points`, `hold_days`, `title`, `summary`, `consent`, `connection`, `target`, `recheck_days`, `clawback`, `min_age_days`, `new_only`, `url`, `seconds`, `limit`, `question`, `wave`, `file`, `streak`, `guard_note`", "[task.other]"),
    (r#"kind = "birthday""#, r#"kind = "join""#, "task[3].kind: everybody joins once: keep one task of this kind", r#"kind = "join""#),
    ("http://localhost:8081", "http://localhost:80", "origins[0]: write it as https://shop.example, with its port if it has one and nothing after it", r#"origins = ["http://localhost:80"]"#),
    ("http://localhost:8081", "http://[::1", "origins[0]: write it as https://shop.example, with its port if it has one and nothing after it", r#"origins = ["http://[::1"]"#),
    ("http://localhost:8081", "https://shop.example:0443", "origins[0]: write it as https://shop.example, with its port if it has one and nothing after it", r#"origins = ["https://shop.example:0443"]"#),
    ("points = 5\n", "points = 1000000001\n", "purchase.points: give a number from 1 to 1000000000", "points = 1000000001"),
    ("hold_days = 14", "hold_days = 3651", "purchase.hold_days: give a number from 0 to 3650", "hold_days = 3651"),
    ("points = 500\n", "points = 500\nhold_days = 3651\n", "task[1].hold_days: give a number from 0 to 3650", "hold_days = 3651"),
];

#[test]
fn every_fault_names_its_line_its_field_and_a_remedy() {
    for (right, wrong, said, of) in TABLE {
        let source = changed(right, wrong);
        let faults = faults(&source);
        assert_eq!(faults.len(), 1, "{wrong:?}: {faults:?}");
        let line = faults[0].line;
        assert_eq!(
            faults[0].to_string(),
            format!("line {line}: {said}"),
            "{wrong:?}"
        );
        assert_eq!(source.lines().nth(line - 1), Some(*of), "{wrong:?}");
    }
}

#[test]
fn a_language_more_or_less_is_named_wherever_it_matters() {
    let of = |locales: &str| faults(&changed(r#"["en", "ru"]"#, locales));
    let fields = |faults: Vec<Fault>| {
        faults
            .into_iter()
            .map(|fault| fault.field)
            .collect::<Vec<_>>()
    };

    let less = of(r#"["en"]"#);
    assert_eq!(
        less[0].remedy,
        r#""ru" is not one of locales: add it there or leave it out here"#
    );
    let less = fields(less);
    let more = of(r#"["en", "ru", "xx"]"#);
    assert!(
        more.is_sorted_by_key(|fault| fault.line),
        "in the order of the file"
    );
    assert_eq!(
        (more[0].field.as_str(), more[0].remedy.as_str()),
        ("locales[2]", "the panel speaks en, ru")
    );
    assert_eq!(
        (more[1].field.as_str(), more[1].remedy.as_str()),
        ("name", r#"add the text for "xx""#)
    );
    let more = fields(more);
    for field in [
        "name",
        "brand.launcher",
        "tier[0].name",
        "tier[2].name",
        "purchase.hold_reason",
        "task[0].title",
        "task[1].summary",
        "task[1].consent",
    ] {
        assert!(less.contains(&format!("{field}.ru")), "{field}: {less:?}");
        assert!(more.contains(&field.to_owned()), "{field}: {more:?}");
    }
    assert!(more.contains(&"unit".to_owned()));
    assert_eq!(fields(of("[]"))[0], "locales");
}

#[test]
fn faults_come_in_the_order_of_the_file() {
    let source =
        changed("per = \"100.00\"", "per = \"\"").replacen("slug = \"demo\"", "slug = \"\"", 1);
    let faults = faults(&source);
    let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields, ["slug", "purchase.per"]);
    assert!(faults[0].line < faults[1].line);
}

#[test]
fn lines_are_counted_from_one() {
    assert_eq!(faults("")[0].to_string(), "line 1: missing field `slug`");
    assert_eq!(faults("\n\n= 1")[0].line, 3);
    assert_eq!(faults("slug = \"demo\"\nslug = \"demo\"\n")[0].line, 2);
}

#[test]
fn what_is_left_out_has_a_sensible_value() {
    let source = PROGRAM
        .replacen("corner = \"right\"\n", "", 1)
        .replacen("hold_days = 14\n", "", 1)
        .replacen("point_value = \"1.00\"\n", "", 1);
    let program = parse(&source).unwrap();
    assert_eq!(program.corner, "right");
    assert_eq!((program.point_value, program.auto_join), (None, false));
    assert_eq!(program.tiers[0].multiplier_permille, 1000);
    let Purchase {
        points,
        per,
        hold_days,
        counts_shipping,
        counts_tax,
        ..
    } = program.purchase.unwrap();
    assert_eq!(
        (points, per, hold_days, counts_shipping, counts_tax),
        (5, 10_000, 0, false, false)
    );
    let tables = ["[purchase]", "[purchase.hold_reason]"];
    let without = tables.iter().fold(source, |source, table| {
        let (before, after) = source.split_once(table).unwrap();
        let rest = after.find("\n[").map_or("", |end| &after[end + 1..]);
        format!("{before}{rest}")
    });
    assert_eq!(parse(&without).unwrap().purchase, None);
}

#[test]
fn amounts_are_in_the_currencys_own_smallest_unit() {
    for (currency, per, expected) in [
        ("RUB", "100.00", Some(10_000)),
        ("JPY", "100", Some(100)),
        ("JPY", "100.5", None),
        ("BHD", "1.005", Some(1_005)),
        ("EUR", "0.01", Some(1)),
        ("EUR", ".5", None),
        ("EUR", "1.", Some(100)),
        ("EUR", "99999999999999999999", None),
    ] {
        let source = changed("currency = \"RUB\"", &format!("currency = \"{currency}\""))
            .replacen("point_value = \"1.00\"\n", "", 1)
            .replacen("per = \"100.00\"", &format!("per = \"{per}\""), 1)
            .replacen("points = 5\n", "points = 1\n", 1);
        let found = parse(&source)
            .ok()
            .and_then(|program| program.purchase)
            .map(|rule| rule.per);
        assert_eq!(found, expected, "{per} {currency}");
    }
}

#[test]
fn origins_are_what_browsers_send() {
    let good = [
        "https://shop.example",
        "http://localhost:8081",
        "https://xn--e1afmkfd.example:8443",
        "http://127.0.0.1",
        "http://[::1]:8081",
        "http://[::1]",
        "https://shop.example:80",
    ];
    let bad = [
        "",
        "https://",
        "shop.example",
        "ftp://shop.example",
        "https://shop.example/",
        "https://shop.example/a",
        "https://Shop.example",
        "https://shop.example:443",
        "http://shop.example:80",
        "https://shop.example:",
        "https://shop.example:0",
        "https://shop.example:65536",
        "https://shop.example:+1",
        "https://u@shop.example",
        "https://*.shop.example",
        "null",
        "http://[::1",
        "http://[1]",
        "http://::1",
    ];
    let is_good = |origin: &str| parse(&changed("http://localhost:8081", origin)).is_ok();
    for origin in good {
        assert!(is_good(origin), "{origin}");
    }
    for origin in bad {
        assert!(!is_good(origin), "{origin}");
    }
}

#[test]
fn what_does_not_wait_needs_no_reason_for_it() {
    let source = changed("hold_days = 14\n", "")
        .replacen("[purchase.hold_reason]\n", "", 1)
        .replacen("en = \"returns are open until then\"\n", "", 1)
        .replacen("ru = \"до тех пор возможен возврат\"\n", "", 1);
    let rule = parse(&source).unwrap().purchase.unwrap();
    assert_eq!((rule.hold_days, rule.hold_reason.0.len()), (0, 0));
}

#[test]
fn points_may_wait_for_ten_years_and_a_first_order_may_earn_more() {
    let source = changed(
        "hold_days = 14\n",
        "hold_days = 3650\nfirst_order_bonus = 300\n",
    );
    let rule = parse(&source).unwrap().purchase.unwrap();
    assert_eq!((rule.hold_days, rule.first_order_bonus), (3650, 300));
}

#[test]
fn the_task_of_joining_may_stand_anywhere() {
    let source = changed("kind = \"join\"", "kind = \"profile\"").replacen(
        "kind = \"birthday\"",
        "kind = \"join\"",
        1,
    );
    assert!(parse(&source).is_ok());
}
