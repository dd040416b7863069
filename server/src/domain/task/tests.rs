//! Periods, occasions and what a task says of itself.

use super::*;
use crate::domain::program_file;

fn task(kind: TaskKind) -> Task {
    let program = program_file::parse(crate::demo::PROGRAM).unwrap();
    let mut tasks = program.tasks.into_iter();
    let first = tasks.find(|task| task.elsewhere.is_none()).unwrap();
    Task {
        kind,
        visit: None,
        survey: None,
        ..first
    }
}

fn survey(wave: &str) -> Survey {
    Survey {
        wave: wave.into(),
        seconds: 8,
        questions: Vec::new(),
    }
}

#[test]
fn a_period_begins_at_midnight_where_the_member_is() {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let at = |text: &str| text.parse::<Timestamp>().unwrap().as_microsecond();
    // A Wednesday in July, after midnight there.
    let now = at("2026-07-14T22:30:00Z");
    let since = |per| Limit { times: 1, per }.since(now, &zone);
    assert_eq!(since(Per::Ever), Instant::MIN);
    assert_eq!(since(Per::Day), at("2026-07-14T22:00:00Z"));
    assert_eq!(since(Per::Week), at("2026-07-12T22:00:00Z"));
    assert_eq!(since(Per::Month), at("2026-06-30T22:00:00Z"));
    assert_eq!(since(Per::Year), at("2025-12-31T23:00:00Z"));
}

#[test]
fn a_visit_and_a_survey_say_how_long_they_take() {
    let seconds = |task: &Task| task.view("en").seconds;
    assert_eq!(seconds(&task(TaskKind::Join)), None);
    let visit = Task {
        visit: Some(Visit {
            url: "https://shop.example/".into(),
            seconds: 15,
        }),
        ..task(TaskKind::Visit)
    };
    assert_eq!(seconds(&visit), Some(15));
    let asks = Task {
        survey: Some(survey("")),
        ..task(TaskKind::Survey)
    };
    assert_eq!(seconds(&asks), Some(8));
}

#[test]
fn each_wave_of_a_survey_is_an_occasion_of_its_own() {
    let slot = |survey| {
        let task = task(TaskKind::Survey);
        Task { survey, ..task }.slot()
    };
    assert_eq!(slot(None), "once");
    assert_eq!(slot(Some(survey(""))), "once");
    assert_eq!(slot(Some(survey("spring"))), "wave/spring");
}

#[test]
fn a_review_is_written_here_unless_another_service_has_it() {
    assert!(task(TaskKind::Review).is_review_here());
    assert!(!task(TaskKind::Visit).is_review_here());
    let there = Task {
        elsewhere: Some(Elsewhere {
            connection: "judgeme".into(),
            service: "Judge.me",
            by_address: false,
            asks: None,
            target: String::new(),
            url: "https://judge.example/".into(),
            recheck_days: 0,
            clawback: false,
            min_age_days: 0,
            new_only: false,
        }),
        ..task(TaskKind::Review)
    };
    assert!(!there.is_review_here());
}
