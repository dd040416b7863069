//! What must hold of every document in every state: references lead somewhere, nothing needs a
//! looser Content-Security-Policy, and nothing that people typed becomes markup.

#[path = "documents/ledger.rs"]
mod ledger;
#[path = "documents/owner.rs"]
mod owner;
#[path = "documents/price.rs"]
mod price;
#[path = "../examples/preview/sample.rs"]
mod sample;
#[path = "documents/spend.rs"]
mod spend;

use app::{
    api::{AttemptState, ProgramView, Transfers},
    pages::{ConfirmPage, ConfirmState},
    panel::{Form, Panel, Theme, View, Viewer},
    shell::{self, Assets},
};
use sample::{NOW, States, either, history, member, program};
use std::{collections::HashSet, sync::Arc};

const ASSETS: Assets<'static> = Assets {
    css: "p{color:red}",
    pkg: "/s/abc/pkg",
    nonce: "0123456789",
};

fn panel(program: &ProgramView, viewer: Viewer, view: View, form: Form) -> Panel {
    Panel {
        program: Arc::new(program.clone()),
        prints: Arc::default(),
        viewer,
        view,
        form,
        theme: Theme::Auto,
        host: Some("http://localhost:8081".into()),
        session: Some("ses_secret".into()),
        reviews: None,
        quote: Some(sample::purse::quote(450, &["max_percent"])),
        order: None,
        now: NOW,
    }
}

fn panels() -> Vec<Panel> {
    use AttemptState::{Available, Checking, Earned, Expired, Held, Rejected, Reversed, Started};
    let states: [States; 3] = [
        [
            (Earned, None),
            (Available, None),
            (Available, None),
            (Checking, None),
        ],
        [
            (Available, None),
            (Started, None),
            (Rejected, Some("address_used")),
            (Held, None),
        ],
        [
            (Earned, None),
            (Expired, Some("expired")),
            (Reversed, None),
            (Started, None),
        ],
    ];
    let mut all = Vec::new();
    for locale in ["en", "ru"] {
        let program = program(locale, locale == "ru");
        let empty = Transfers {
            items: vec![],
            next_cursor: None,
        };
        let mut viewers = vec![
            Viewer::Guest,
            Viewer::SignedIn {
                name: Some(either(locale, "Anna", "Анна")),
                email: None,
            },
            member(&program, -5, 0, 0, states[0], empty),
        ];
        for states in states {
            viewers.push(member(&program, 740, 120, 1740, states, history(locale)));
        }
        for viewer in viewers {
            for form in [
                Form::Panel,
                Form::Balance,
                Form::Tasks,
                Form::Rewards,
                Form::Slider,
                Form::Earn,
            ] {
                all.push(panel(&program, viewer.clone(), View::History, form));
            }
        }
    }
    all
}

/// The values of an attribute, in order.
fn values<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    html.split(&start)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[test]
fn references_lead_to_exactly_one_element() {
    for panel in panels() {
        let html = shell::document(&panel, &ASSETS);
        let ids = values(&html, "id");
        let known: HashSet<_> = ids.iter().copied().collect();
        assert_eq!(ids.len(), known.len(), "an id is used twice: {ids:?}");
        for name in [
            "for",
            "aria-labelledby",
            "aria-describedby",
            "popovertarget",
            "data-next",
            "data-back",
        ] {
            for id in values(&html, name).iter().flat_map(|ids| ids.split(' ')) {
                assert!(known.contains(id), "{name} leads nowhere: {id}");
            }
        }
        let regions = values(&html, "data-region");
        let distinct: HashSet<_> = regions.iter().collect();
        assert_eq!(
            regions.len(),
            distinct.len(),
            "a region is there twice: {regions:?}"
        );
    }
}

#[test]
fn documents_need_no_loose_policy() {
    for panel in panels() {
        let html = shell::document(&panel, &ASSETS);
        assert!(html.starts_with("<!DOCTYPE html><html "));
        assert!(!html.contains(" style=") && !html.contains(" onclick="));
        assert_eq!(html.matches("nonce=\"0123456789\"").count(), 2);
        assert!(
            html.contains("<style nonce=\"0123456789\">:root{--brand:#7a4b2a}p{color:red}</style>")
        );
        assert!(html.contains("\"/s/abc/pkg/app\""));
        assert!(html.contains("<meta name=\"laurel-session\" content=\"ses_secret\">"));
        assert!(!html.contains(" action="), "no form may leave by itself");
    }
}

#[test]
fn a_fragment_is_what_stands_in_main() {
    for panel in panels() {
        let html = shell::document(&panel, &ASSETS);
        let fragment = shell::fragment(&panel);
        assert!(html.contains(&format!(">{fragment}</main>")));
        assert!(!fragment.contains("ses_secret"));
    }
}

#[test]
fn the_asked_for_section_is_open_where_there_is_one() {
    let program = program("en", false);
    let checked = |viewer: Viewer, view: View| {
        let html = shell::fragment(&panel(&program, viewer, view, Form::Panel));
        let tab = html.split("<input").find(|input| {
            let tag = input.split('>').next().unwrap_or_default();
            tag.contains("name=\"view\"") && tag.contains(" checked")
        });
        tab.and_then(|tab| values(tab, "value").first().map(|&name| name.to_owned()))
    };
    assert_eq!(checked(Viewer::Guest, View::How).as_deref(), Some("how"));
    // A guest has no history.
    assert_eq!(
        checked(Viewer::Guest, View::History).as_deref(),
        Some("home")
    );
}

#[test]
fn what_people_typed_stays_text() {
    let mut program = program("en", false);
    program.name = "<script>alert(1)</script>".into();
    program.brand.color = "red}body{display:none".into();
    let viewer = Viewer::SignedIn {
        name: Some("\"><img src=x>".into()),
        email: None,
    };
    let html = shell::document(&panel(&program, viewer, View::Home, Form::Panel), &ASSETS);
    assert!(!html.contains("<script>alert") && !html.contains("<img"));
    assert!(!html.contains("display:none"), "the colour is not one");
}

#[test]
fn the_confirming_page_works_without_a_script() {
    let program = program("en", false);
    let page = |state| ConfirmPage {
        locale: "en",
        program: &program.name,
        unit: &program.unit,
        color: &program.brand.color,
        time_zone: "UTC",
        now: NOW,
        state,
    };
    let ask = ConfirmState::Ask {
        address: "a@b.example",
        consent: "I <agree>.",
        points: 500,
    };
    let html = shell::confirm(&page(ask), &ASSETS);
    assert!(html.contains("<form method=\"post\">") && html.contains("I &lt;agree&gt;."));
    assert!(!html.contains("<script"));
    for state in [
        ConfirmState::Waits,
        ConfirmState::Used,
        ConfirmState::Expired,
        ConfirmState::Unknown,
    ] {
        let html = shell::confirm(&page(state), &ASSETS);
        assert!(!html.contains("<form") && html.contains("<h1>"));
    }
}
