//! What a member is told of their tier.

use super::*;

#[test]
fn a_standing_says_what_is_missing() {
    let demo = demo();
    let next = |tier, value| {
        let standing = standing(&demo, &held(tier), (value, value), 0, "ru");
        assert_eq!(
            (standing.value, &standing.keep, &standing.manual_until),
            (value, &None, &None)
        );
        standing
            .next
            .map(|next| (next.tier.name, next.missing, next.by))
    };
    assert_eq!(next("bronze", -20), Some(("Серебро".into(), 520, None)));
    assert_eq!(next("bronze", 120), Some(("Серебро".into(), 380, None)));
    assert_eq!(next("silver", 500), Some(("Золото".into(), 1_500, None)));
    assert_eq!(next("gold", 5_000), None);
    // The rules became easier, and nothing has happened to the member since.
    assert_eq!(next("bronze", 700), Some(("Серебро".into(), 0, None)));
}

#[test]
fn a_standing_says_until_when_and_what_must_be_kept() {
    let now = at("2027-06-01T00:00:00Z");
    let of = |program: &Program, held: &Held| standing(program, held, (120, 300), now, "en");
    let keep = |standing: &Standing| {
        standing
            .keep
            .as_ref()
            .map(|keep| (keep.until.clone(), keep.missing))
    };
    let by = |standing: &Standing| standing.next.as_ref().unwrap().by.clone();
    let (rolling, year) = (ladder(ROLLING, false, 30), ladder(Window::Year, false, 30));

    let silver = of(&rolling, &held("silver"));
    assert_eq!((silver.tier.id.as_str(), silver.value), ("silver", 120));
    assert_eq!(keep(&silver), Some(("2028-03-01T09:00:00Z".into(), 200)));
    assert_eq!((by(&silver), silver.next.unwrap().missing), (None, 1_880));
    let silver = of(&year, &held("silver"));
    assert_eq!(
        (keep(&silver), by(&silver)),
        (
            Some(("2027-12-31T21:00:00Z".into(), 200)),
            Some("2027-12-31T21:00:00Z".into())
        )
    );
    assert_eq!(keep(&of(&year, &held("bronze"))), None);
    let graced = Held {
        grace_from: Some(at("2027-05-20T00:00:00Z")),
        ..held("silver")
    };
    assert_eq!(
        keep(&of(&rolling, &graced)),
        Some(("2027-06-19T00:00:00Z".into(), 200))
    );
    let enough = standing(&rolling, &held("silver"), (120, 501), now, "en");
    assert_eq!(keep(&enough), Some(("2028-03-01T09:00:00Z".into(), 0)));

    let gold = Held {
        manual: Some(given("gold", now + 1)),
        ..held("silver")
    };
    let gold = of(&rolling, &gold);
    assert_eq!(
        (gold.tier.id.as_str(), keep(&gold), gold.next),
        ("gold", None, None)
    );
    assert_eq!(
        gold.manual_until.as_deref(),
        Some("2027-06-01T00:00:00.000001Z")
    );
    let over = of(
        &rolling,
        &Held {
            manual: Some(given("gold", now)),
            ..held("silver")
        },
    );
    assert_eq!(
        (over.tier.id.as_str(), over.manual_until.as_deref()),
        ("silver", None)
    );
    assert_eq!(
        keep(&over),
        Some(("2028-03-01T09:00:00Z".into(), 200)),
        "what was given by hand ends no window"
    );
}
