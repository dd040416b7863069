//! The pages on which people of the shop decide.

use super::{ASSETS, NOW, program, values};
use app::api::WeighedSignal;
use app::pages::{
    OwnerCase, OwnerDone, OwnerNotice, OwnerPage, OwnerQueue, OwnerReferral, OwnerReferrals,
    OwnerReview, OwnerRuling, OwnerState, OwnerThread,
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

fn referral() -> OwnerReferral {
    let signal = |code: &str, weight, source: &str| WeighedSignal {
        code: code.into(),
        weight,
        detail: TYPED.into(),
        source: source.into(),
    };
    OwnerReferral {
        id: "ref_1".into(),
        who: TYPED.into(),
        email: Some(TYPED.into()),
        record: [3, 1, 0],
        friend: Some(TYPED.into()),
        order: Some(TYPED.into()),
        found_by: "code".into(),
        reason: Some("existing_customer".into()),
        signals: vec![
            signal("disposable_address", 60, "list"),
            signal(TYPED, 10, TYPED),
        ],
        score: 70,
        threshold: 50,
        appeal: Some(TYPED.into()),
        points: [300, 100],
        asked_at: NOW,
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
        referrals: OwnerReferrals {
            waiting: 2,
            shown: vec![referral()],
        },
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
    assert_eq!((refusals, back), (3, 2), "nothing is taken back twice");
    assert_eq!(html.matches("name=\"reason\"").count(), 5);
    assert_eq!(html.matches(" required").count(), 6, "and the answer");
    assert_eq!(html.matches("Accept: +100\u{a0}beans").count(), 2);
    assert!(html.contains("Accepted: +1,240\u{a0}beans for "));
    assert!(html.contains("Takes 100\u{a0}beans back from "));
    assert!(
        html.contains("6\u{a0}more wait. They come up"),
        "of seven, one is shown"
    );
}

#[test]
fn a_referral_shows_what_was_noticed_and_what_it_weighs() {
    let html = drawn("en", OwnerState::Queue(&full()));
    for said in [
        "is of a kind that is thrown away after use",
        "a public list",
        "Together 70. From 50 on, a person looks.",
        "has bought here before",
        "So far 3\u{a0}friends have ordered, this one among them. 1\u{a0}of them counts. 0\u{a0}orders came back.",
        "+300\u{a0}beans, and +100\u{a0}beans for the friend",
    ] {
        assert!(html.contains(said), "{said}: {html}");
    }
    assert_eq!(html.matches("<th scope=\"row\">").count(), 2);
    let russian = drawn("ru", OwnerState::Queue(&full()));
    assert!(
        russian.contains("Всего 70. Начиная с 50 решает человек."),
        "{russian}"
    );
}
