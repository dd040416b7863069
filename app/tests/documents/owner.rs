//! The pages on which people of the shop decide.

use super::{ASSETS, NOW, program, values};
use app::pages::{
    OwnerCase, OwnerDone, OwnerNotice, OwnerPage, OwnerQueue, OwnerReview, OwnerRuling, OwnerState,
    OwnerThread,
};
use app::shell;
use std::collections::HashSet;

const TYPED: &str = "\"><img src=x onerror=alert(1)>";

fn case(attempt: &str, review: bool, ruling: Option<bool>) -> OwnerCase {
    let review = review.then(|| OwnerReview {
        product: TYPED.into(),
        stars: 4,
        text: TYPED.into(),
        author: TYPED.into(),
        photos: vec!["pho_1".into(), "pho_2".into()],
    });
    OwnerCase {
        attempt: attempt.into(),
        task: TYPED.into(),
        who: TYPED.into(),
        email: Some(TYPED.into()),
        points: 100,
        asked_at: NOW,
        review,
        signals: vec![
            ("velocity".into(), TYPED.into()),
            (TYPED.into(), TYPED.into()),
        ],
        evidence: vec![("by".into(), TYPED.into()), (TYPED.into(), TYPED.into())],
        ruling: ruling.map(|accepted| OwnerRuling {
            at: NOW,
            accepted,
            note: Some(TYPED.into()),
            key: Some(TYPED.into()),
            is_paid: accepted,
        }),
    }
}

fn full() -> OwnerQueue {
    OwnerQueue {
        notice: Some(OwnerNotice {
            done: OwnerDone::Accepted,
            who: TYPED.into(),
            points: 1240,
        }),
        counts: [1, 7, 1],
        cases: vec![case("att_1", false, None), case("att_2", true, None)],
        threads: vec![OwnerThread {
            id: "thr_1".into(),
            who: TYPED.into(),
            email: None,
            written_at: NOW,
            earlier: 2,
            messages: vec![(false, TYPED.into()), (true, TYPED.into())],
        }],
        decided: vec![
            case("att_3", false, Some(true)),
            case("att_4", true, Some(true)),
            case("att_5", false, Some(false)),
        ],
    }
}

fn drawn(locale: &str, state: OwnerState<'_>) -> String {
    let program = program(locale, false);
    let page = OwnerPage {
        locale,
        program: &program.name,
        slug: &program.slug,
        unit: &program.unit,
        color: &program.brand.color,
        time_zone: "UTC",
        now: NOW,
        state,
    };
    shell::owner(&page, &ASSETS)
}

#[test]
fn the_owners_pages_run_no_script_and_their_references_lead_somewhere() {
    let (full, empty) = (full(), OwnerQueue::default());
    for locale in ["en", "ru"] {
        for state in [
            OwnerState::Ask,
            OwnerState::BadLink,
            OwnerState::SignedOut,
            OwnerState::Queue(&empty),
            OwnerState::Queue(&full),
        ] {
            let html = drawn(locale, state);
            assert!(!html.contains("<script") && !html.contains(" style="));
            assert!(!html.contains("<img src=x"), "what was typed stays text");
            assert_eq!(html.matches("<h1>").count(), 1);
            let ids = values(&html, "id");
            let known: HashSet<_> = ids.iter().copied().collect();
            assert_eq!(ids.len(), known.len(), "an id is used twice: {ids:?}");
            for name in ["for", "aria-labelledby", "aria-describedby", "list"] {
                for id in values(&html, name) {
                    assert!(known.contains(id), "{name} leads nowhere: {id}");
                }
            }
            for place in values(&html, "href") {
                let known = place.strip_prefix('#').is_none_or(|id| known.contains(id));
                assert!(known, "a link leads nowhere: {place}");
            }
        }
    }
}

#[test]
fn every_refusal_asks_why_and_every_acceptance_says_what_it_pays() {
    let html = drawn("en", OwnerState::Queue(&full()));
    let refusals = html.matches("value=\"refuse\"").count();
    let back = html.matches("value=\"take_back\"").count();
    assert_eq!((refusals, back), (2, 2), "nothing is taken back twice");
    assert_eq!(html.matches("name=\"reason\"").count(), 4);
    assert_eq!(html.matches(" required").count(), 5, "and the answer");
    assert_eq!(html.matches("Accept: +100\u{a0}beans").count(), 2);
    assert!(html.contains("Accepted: +1,240\u{a0}beans for "));
    assert!(html.contains("Takes 100\u{a0}beans back from "));
    assert!(
        html.contains("6\u{a0}more wait. They come up"),
        "of seven, one is shown"
    );
}
