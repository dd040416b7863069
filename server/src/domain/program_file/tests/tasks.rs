//! Tasks that are done elsewhere or by opening a page, connections, limits, and notes to the guard.

use super::super::check;
use super::own::{fields, task, with};
use super::{changed, parse};
use crate::domain::task::{Limit, Per, Task};

const CONNECTIONS: &str = "[[connection]]\nid = \"sky\"\nkind = \"bluesky\"\n\
    [[connection]]\nid = \"list\"\nkind = \"brevo\"\n[connection.settings]\nform = \"https://shop.example/news\"\n";

/// The fields at fault of a task beside two connections.
fn of(kind: &str, keys: &str) -> String {
    fields("task[4]", &[CONNECTIONS, &task(kind, keys, "")].concat())
}

fn read(kind: &str, keys: &str) -> Task {
    let program = with(&[CONNECTIONS, &task(kind, keys, "")].concat()).unwrap();
    program.tasks[4].clone()
}

#[test]
fn connections_have_their_services_settings_and_no_secrets() {
    let of = |id: &str, kind: &str, settings: &str| {
        let second = format!(
            "[[connection]]\nid = \"{id}\"\nkind = \"{kind}\"\n[connection.settings]\n{settings}\n"
        );
        let first = "[[connection]]\nid = \"first\"\nkind = \"bluesky\"\n";
        fields("connection[1]", &[first, &second].concat())
    };
    let form = "form = \"https://shop.example/news\"";
    for (id, kind, settings, expected) in [
        ("second", "bluesky", "", ""),
        ("first", "bluesky", "", "id"),
        ("Second", "bluesky", "", "id"),
        ("second", "myspace", "", "kind"),
        ("second", "bluesky", "appview = \"none\"", ""),
        (
            "second",
            "bluesky",
            "appview = \"https://view.example\"",
            "",
        ),
        (
            "second",
            "bluesky",
            "appview = \"view.example\"",
            "settings.appview",
        ),
        (
            "second",
            "bluesky",
            "directory = \"none\"",
            "settings.directory",
        ),
        ("second", "bluesky", "colour = \"blue\"", "settings.colour"),
        ("second", "brevo", form, ""),
        ("second", "brevo", "", "settings"),
        (
            "second",
            "brevo",
            &format!("{form}\napi_key = \"x\""),
            "settings.api_key",
        ),
    ] {
        assert_eq!(of(id, kind, settings), expected, "{id} {kind} {settings}");
    }
}

#[test]
fn follows_and_lists_are_done_where_somebody_knows() {
    let sky = "connection = \"sky\"\ntarget = \"shop.example\"";
    let list = "connection = \"list\"\ntarget = \"7\"";
    let of_list = |more: &str| {
        let keys = format!("{list}\n{more}");
        fields(
            "task[4]",
            &[CONNECTIONS, &task("subscribe", &keys, "")].concat(),
        )
    };
    for (more, expected) in [
        ("", ""),
        ("recheck_days = 0", ""),
        ("recheck_days = 1", "recheck_days"),
        ("min_age_days = 7", "min_age_days"),
        ("new_only = true", "new_only"),
    ] {
        assert_eq!(of_list(more), expected, "{more}");
    }
    let on_sky = task("subscribe", sky, "");
    assert_eq!(
        fields("task[4]", &[CONNECTIONS, &on_sky].concat()),
        "connection"
    );
    for (more, expected) in [
        ("", ""),
        ("recheck_days = 3650\nmin_age_days = 3650", ""),
        ("recheck_days = 3651", "recheck_days"),
        ("min_age_days = 3651", "min_age_days"),
    ] {
        assert_eq!(of("follow", &format!("{sky}\n{more}")), expected, "{more}");
    }
    assert_eq!(of("follow", list), "connection");
    assert_eq!(
        of("follow", "connection = \"other\"\ntarget = \"x\""),
        "connection"
    );
    assert_eq!(
        of("follow", "connection = \"sky\"\ntarget = \"not a name\""),
        "target"
    );
    for key in [
        "connection = \"sky\"",
        "target = \"x\"",
        "recheck_days = 1",
        "clawback = true",
        "min_age_days = 1",
        "new_only = true",
    ] {
        let (name, _) = key.split_once(' ').unwrap();
        assert_eq!(of("daily", key), name);
    }
    let usual = read("follow", sky).elsewhere.unwrap();
    assert_eq!(
        (&*usual.connection, usual.service, usual.by_address),
        ("sky", "Bluesky", false)
    );
    assert_eq!(
        (usual.recheck_days, usual.min_age_days, usual.clawback),
        (14, 30, true)
    );
    let own = read("follow", &format!("{sky}\nmin_age_days = 7"))
        .elsewhere
        .unwrap();
    assert_eq!(own.min_age_days, 7);
}

#[test]
fn pages_are_secure_and_are_looked_at_for_a_while() {
    let page = |url: &str, more: &str| format!("url = \"{url}\"\nhold_days = 7\n{more}");
    let good = "https://shop.example/story";
    for (keys, expected) in [
        (page(good, ""), ""),
        (page(good, "seconds = 1"), ""),
        (page(good, "seconds = 0"), "seconds"),
        (page(good, "seconds = 601"), "seconds"),
        (page("http://shop.example", ""), "url"),
        (page("https://shop.example/a b", ""), "url"),
        (page("https://shop.example/<b>", ""), "url"),
        (page("https://shop.example/\\u0001", ""), "url"),
        ("hold_days = 7".to_owned(), "url"),
        (format!("url = \"{good}\""), "hold_days"),
    ] {
        assert_eq!(of("visit", &keys), expected, "{keys}");
    }
    let visit = read("visit", &page(good, "seconds = 20")).visit.unwrap();
    assert_eq!((&*visit.url, visit.seconds), (good, 20));
    assert_eq!(of("daily", &format!("url = \"{good}\"")), "url");
    assert_eq!(of("daily", "seconds = 5"), "seconds");
    assert_eq!(of("share", &page(good, "seconds = 5")), "seconds");
}

#[test]
fn each_kind_has_its_limit() {
    let limit = |times, per| Limit { times, per };
    for (kind, keys, expected) in [
        ("daily", "", limit(1, Per::Day)),
        ("in_store", "", limit(1, Per::Day)),
        ("review", "", limit(1000, Per::Ever)),
        ("event", "", Limit::ONCE),
        (
            "event",
            "limit = { times = 1000, per = \"week\" }",
            limit(1000, Per::Week),
        ),
        (
            "custom",
            "limit = { times = 2, per = \"year\" }",
            limit(2, Per::Year),
        ),
    ] {
        assert_eq!(read(kind, keys).limit, expected, "{kind} {keys}");
    }
    assert_eq!(
        of("event", "limit = { times = 0, per = \"day\" }"),
        "limit.times"
    );
    assert_eq!(
        of("event", "limit = { times = 1001, per = \"day\" }"),
        "limit.times"
    );
    assert_eq!(
        of("profile", "limit = { times = 1, per = \"day\" }"),
        "limit"
    );
}

#[test]
fn what_the_guard_says_can_be_noted_where_it_is_advice() {
    // In Russia, where X is blocked and nothing of Meta's may be rewarded.
    let russia = changed("currency =", "audience = [\"RU\"]\ncurrency =");
    let told = |kind: &str, keys: &str| {
        let source = format!("{russia}\n{}", task(kind, keys, ""));
        let stored = parse(&source).map(|_| ());
        assert_eq!(stored, Ok(()), "what was stored is read all the same");
        let faults = check(&source).err().unwrap_or_default();
        let fields = faults.into_iter().map(|fault| fault.field);
        fields.collect::<Vec<_>>().join(" ")
    };
    let visit = |host: &str, note: &str| {
        let keys = format!("url = \"https://{host}/shop\"\nhold_days = 7\n{note}");
        told("visit", &keys)
    };
    let note = "guard_note = \"our lawyer has looked at it\"";
    assert_eq!(visit("x.com", ""), "task[4]");
    assert_eq!(visit("x.com", note), "");
    assert_eq!(
        visit("x.com", "guard_note = \" \""),
        "task[4] task[4].guard_note"
    );
    assert_eq!(visit("instagram.com", ""), "task[4]");
    assert_eq!(visit("instagram.com", note), "task[4] task[4].guard_note");
    assert_eq!(told("daily", ""), "");
    assert_eq!(told("daily", note), "task[4].guard_note");
    // A follow is known by its connection, wherever that leads.
    let ours = "[[connection]]\nid = \"xx\"\nkind = \"x-com\"\n[connection.settings]\nclient_id = \"c\"\n\
        calls_a_month = \"1000\"\nweb = \"https://social.example\"\n";
    let follow = task(
        "follow",
        "connection = \"xx\"\ntarget = \"@morningroast\"",
        "",
    );
    let faults = check(&[&*russia, CONNECTIONS, ours, &follow].concat());
    let fields = faults.err().unwrap_or_default().into_iter();
    assert_eq!(
        fields.map(|fault| fault.field).collect::<Vec<_>>(),
        ["task[4]"]
    );
    let follow = "connection = \"sky\"\ntarget = \"shop.example\"";
    let source = [&*russia, CONNECTIONS, &task("follow", follow, "")].concat();
    assert!(check(&source).is_ok());
}

#[test]
fn answers_are_promised_within_two_days() {
    assert_eq!(with("").unwrap().answer_hours, 48);
}
