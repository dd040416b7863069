//! The page about connections says what the services say of themselves.

use server::connections::{SERVICES, guide};
use std::collections::BTreeSet;

#[test]
fn the_page_about_connections_is_the_one_that_the_code_makes() {
    let page = include_str!("../../server/CONNECTIONS.md");
    assert_eq!(
        page,
        guide::page(),
        "make it anew: cargo run -p server -- connection guide > server/CONNECTIONS.md"
    );
}

#[test]
fn every_service_says_all_that_an_owner_needs() {
    let mut kinds = BTreeSet::new();
    for service in SERVICES {
        let about = service.about();
        assert!(kinds.insert(about.kind), "{} twice", about.kind);
        let said = [about.name, about.proves, about.target, about.limits];
        assert!(
            said.iter()
                .chain(&about.steps)
                .all(|text| text.ends_with('.') || text == &about.name),
            "{}",
            about.kind
        );
        assert!(about.source.starts_with("https://"), "{}", about.kind);
    }
}
