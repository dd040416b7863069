//! What the rules answer, and what they show.

use super::*;
use crate::domain::program_file;
use app::api::ProofLevel;

fn demo() -> Program {
    program_file::parse(crate::demo::PROGRAM).unwrap()
}

#[test]
fn the_first_language_that_is_asked_for_and_there_is_wins() {
    let demo = demo();
    for (asked, expected) in [
        (None, "en"),
        (Some(""), "en"),
        (Some("ru"), "ru"),
        (Some("RU"), "ru"),
        (Some("ru-RU"), "ru"),
        (Some("ru_RU"), "ru"),
        (Some("de, ru;q=0.8, en;q=0.5"), "ru"),
        (Some("de-AT,fr"), "en"),
        (Some("rus"), "en"),
    ] {
        assert_eq!(demo.locale(asked), expected, "{asked:?}");
    }
    let nothing = Program {
        locales: Vec::new(),
        ..demo
    };
    assert_eq!(nothing.locale(Some("ru")), "en");
}

#[test]
fn tasks_are_found_with_and_without_their_prefix() {
    let demo = demo();
    assert_eq!(demo.task("newsletter"), demo.task("tsk_newsletter"));
    assert_eq!(
        demo.task("newsletter").map(|task| task.kind),
        Some(TaskKind::Subscribe)
    );
    assert_eq!(demo.task("tsk_tsk_newsletter"), None);
    assert_eq!(
        demo.task_of_kind(TaskKind::Join).map(|task| task.points),
        Some(50)
    );
}

#[test]
fn only_the_programmes_own_origins_are_allowed_to_the_letter() {
    let demo = demo();
    assert!(demo.allows_origin("http://localhost:8081"));
    for other in [
        "http://localhost:8082",
        "https://localhost:8081",
        "http://localhost:8081/",
        "null",
        "",
    ] {
        assert!(!demo.allows_origin(other), "{other}");
    }
}

#[test]
fn the_public_view_is_in_one_language_and_has_all_the_rules() {
    let view = demo().view(3, "ru");
    assert_eq!(
        (view.name.as_str(), view.version, view.locale.as_str()),
        ("Утренняя обжарка", 3, "ru")
    );
    assert_eq!(
        view.tiers
            .iter()
            .map(|tier| tier.name.as_str())
            .collect::<Vec<_>>(),
        ["Бронза", "Серебро", "Золото"]
    );
    let rule = view.purchase.unwrap();
    assert_eq!(
        (rule.points, rule.per, rule.hold_reason.as_str()),
        (5, 10_000, "до тех пор возможен возврат")
    );
    let proofs: Vec<_> = view
        .tasks
        .iter()
        .map(|task| (task.id.as_str(), task.proof))
        .collect();
    assert_eq!(
        proofs[..2],
        [
            ("tsk_join", ProofLevel::Verified),
            ("tsk_newsletter", ProofLevel::Verified)
        ]
    );
    assert_eq!(
        proofs[2..],
        [
            ("tsk_profile", ProofLevel::Declared),
            ("tsk_birthday", ProofLevel::Declared)
        ]
    );
    assert!(view.tasks[1].consent.starts_with("Я согласен"));
}

#[test]
fn the_public_view_tells_what_takes_points_away_and_who_a_campaign_is_for() {
    let file = format!(
        "debt = \"write_off\"\n{}
        [expiry]\nafter = \"earning\"\nmonths = 12\nwarn_days = 21\ngrace_days = 7
        [[reward]]\nid = \"ten\"\nname = {{ en = \"Ten off\", ru = \"Скидка 10\" }}
        points = 100\namount = \"10.50\"\nvalid_days = 14
        [[campaign]]\nid = \"snow\"\nname = {{ en = \"Snow\", ru = \"Снег\" }}\nmultiplier = \"2\"
        starts = \"2026-12-01T00:00\"\nends = \"2026-12-08T00:00\"\ntiers = [\"gold\"]",
        crate::demo::PROGRAM
    );
    let view = program_file::parse(&file).unwrap().view(1, "ru");
    assert_eq!(
        (view.debt, view.warn_days, view.grace_days),
        (Debt::WriteOff, 21, 7)
    );
    let reward = &view.rewards[0];
    assert_eq!(
        (reward.id.as_str(), reward.name.as_str()),
        ("ten", "Скидка 10")
    );
    assert_eq!(
        (reward.points, reward.amount, reward.valid_days),
        (100, 1050, 14)
    );
    assert_eq!(view.campaigns[0].name, "Снег");
    assert_eq!(view.campaigns[0].tiers, ["gold"]);
}

#[test]
fn connections_and_rewards_are_found_by_their_names() {
    let own = "[[connection]]\nid = \"one\"\nkind = \"bluesky\"\n\
        [[connection]]\nid = \"two\"\nkind = \"bluesky\"\n[connection.settings]\n\
        directory = \"https://plc.example/\"\n";
    let source = [crate::demo::PROGRAM, crate::demo::REWARDS, own].concat();
    let program = program_file::parse(&source).unwrap();
    let two = program.connection("two").unwrap();
    assert_eq!(two.id, "two");
    assert_eq!(two.setting("directory"), Some("https://plc.example/"));
    assert_eq!(two.setting("appview"), None);
    assert_eq!(
        two.base("directory", "https://usual.example"),
        "https://plc.example"
    );
    assert_eq!(
        two.base("appview", "https://usual.example/"),
        "https://usual.example"
    );
    assert!(program.connection("three").is_none());
    assert_eq!(program.reward("off-300").unwrap().id, "off-300");
    assert!(program.reward("off-301").is_none());
}
