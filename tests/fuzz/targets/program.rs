//! A programme's file. One that begins with a plus is more tables behind a small file that is good, so that
//! tables are reached without writing the rest at random.

#![no_main]

use app::api::ProgramView;
use libfuzzer_sys::fuzz_target;
use server::domain::program::Program;
use server::domain::program_file::{Fault, POINTS_MAX, check, is_origin, parse};
use std::collections::BTreeSet;

/// As little as there can be.
const SMALL: &str = include_str!("../seeds/program/small.toml");

fuzz_target!(|text: &str| {
    match text.strip_prefix('+') {
        Some(tables) => read(&format!("{SMALL}\n{tables}")),
        None => read(text),
    }
});

fn read(source: &str) {
    let (stored, new) = (parse(source), check(source));
    match (&stored, &new) {
        (Ok(stored), Ok(new)) => assert_eq!(stored, new),
        // The guard takes nothing back from a programme that was stored.
        (Ok(_), Err(refused)) => are_legible(source, refused),
        (Err(faults), Err(all)) => {
            are_legible(source, all);
            assert!(faults.iter().all(|fault| all.contains(fault)), "{faults:?}");
        }
        (Err(faults), Ok(_)) => panic!("good to store, and not to be read again: {faults:?}"),
    }
    if let Ok(program) = &stored {
        is_sound(program);
        is_shown(program);
    }
}

/// Faults stand in the order of the file, on lines that it has, and say what to do.
fn are_legible(source: &str, faults: &[Fault]) {
    let lines = source.matches('\n').count() + 1;
    assert!(!faults.is_empty() && faults.is_sorted_by_key(|fault| fault.line));
    for fault in faults {
        assert!((1..=lines).contains(&fault.line), "{fault:?} of {lines}");
        assert!(!fault.remedy.is_empty() && fault.to_string().starts_with("line "));
    }
}

/// What decisions rely on.
fn is_sound(program: &Program) {
    assert!(!program.locales.is_empty() && program.origins.iter().all(|origin| is_origin(origin)));
    assert!(
        program
            .tiers
            .first()
            .is_some_and(|tier| tier.threshold == 0)
    );
    assert!(
        program
            .tiers
            .is_sorted_by(|low, high| low.threshold < high.threshold)
    );
    let multipliers = program.tiers.iter().map(|tier| tier.multiplier_permille);
    let multipliers = multipliers.chain(program.campaigns.iter().map(|it| it.multiplier_permille));
    assert!(
        multipliers
            .into_iter()
            .all(|permille| (1..=100_000).contains(&permille))
    );
    assert!(program.point_value.is_none_or(|value| value > 0));
    let costs = program.rewards.iter().map(|reward| reward.points);
    let earns = program.tasks.iter().map(|task| task.points);
    let earns = earns.chain(program.purchase.iter().map(|rule| rule.points));
    assert!(
        costs
            .chain(earns)
            .all(|points| (1..=POINTS_MAX).contains(&points))
    );
    assert!(
        program
            .rewards
            .iter()
            .all(|reward| reward.amount > 0 && reward.valid_days > 0)
    );
    assert!(
        program
            .purchase
            .iter()
            .all(|rule| rule.per > 0 && rule.minimum >= 0)
    );
    assert!(program.campaigns.iter().all(|it| it.starts_at < it.ends_at));
    are_named_once(program.tiers.iter().map(|tier| &tier.id));
    are_named_once(program.campaigns.iter().map(|campaign| &campaign.id));
    are_named_once(program.connections.iter().map(|connection| &connection.id));
    are_named_once(program.tasks.iter().map(|task| &task.id));
    are_named_once(program.sign_in.iter().map(|it| &it.connection));
    are_named_once(program.rewards.iter().map(|reward| &reward.id));
    let mut sign_in = program.sign_in.iter();
    assert!(sign_in.all(|it| program.connection(&it.connection).is_some()));
    for task in &program.tasks {
        assert_eq!(program.task(&task.id), Some(task));
        let elsewhere = task.elsewhere.iter();
        assert!(
            elsewhere
                .clone()
                .all(|there| program.connection(&there.connection).is_some())
        );
        let leads = elsewhere
            .map(|there| &there.url)
            .chain(task.visit.iter().map(|it| &it.url));
        let leads = leads.chain(&task.share);
        // A browser opens it: no address of another kind, `javascript:` for one, may get that far.
        leads
            .into_iter()
            .for_each(|url| assert!(is_web(url), "{url}"));
    }
}

fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

fn are_named_once<'a>(ids: impl Iterator<Item = &'a String>) {
    let mut seen = BTreeSet::new();
    ids.for_each(|id| assert!(seen.insert(id), "{id} twice"));
}

/// What the public sees can be written in every language, says something there, and is read as it was written.
fn is_shown(program: &Program) {
    for locale in &program.locales {
        assert_eq!(program.locale(Some(locale)), locale);
        let view = program.view(1, locale);
        let texts = view.tiers.iter().map(|tier| &tier.name);
        let texts = texts.chain(view.rewards.iter().map(|reward| &reward.name));
        let texts = texts.chain(view.tasks.iter().map(|task| &task.title));
        let asked = view.tasks.iter().flat_map(|task| &task.questions);
        let texts = texts.chain(asked.flat_map(|asked| asked.choices.iter().chain([&asked.text])));
        let texts = texts.chain([&view.name, &view.brand.launcher]);
        assert!(
            texts.into_iter().all(|text| !text.trim().is_empty()),
            "{locale}: {view:?}"
        );
        let text = serde_json::to_string(&view).expect("a view is written");
        assert_eq!(
            serde_json::from_str::<ProgramView>(&text).expect("and read"),
            view
        );
    }
}
