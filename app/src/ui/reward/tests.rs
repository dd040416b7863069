//! What sliders offer.

use super::*;

fn slider_of(points: i64, least: Option<i64>, most: Option<i64>) -> RewardView {
    RewardView {
        id: "slide".into(),
        kind: RewardKind::Slider,
        settles: Settles::WithOrder,
        name: String::new(),
        summary: None,
        points,
        amount: 100,
        permille: None,
        amount_max: None,
        points_min: least,
        points_max: most,
        minimum: 0,
        valid_days: 30,
        stock: None,
        per_member: None,
        tiers: Vec::new(),
        starts_at: None,
        ends_at: None,
    }
}

#[test]
fn a_slider_stops_only_at_whole_steps() {
    for (step, least, most, has, expected) in [
        (1, None, None, 450, (1, 450)),
        (100, None, None, 450, (100, 400)),
        (100, Some(250), Some(1000), 450, (300, 400)),
        (100, Some(250), Some(350), 450, (300, 300)),
        (100, None, Some(1000), 50, (100, 0)),
        (7, Some(1), None, i64::MAX, (7, i64::MAX / 7 * 7)),
    ] {
        let reward = slider_of(step, least, most);
        assert_eq!(
            bounds(&reward, has),
            expected,
            "{step} {least:?} {most:?} {has}"
        );
        assert_eq!(price(&reward), expected.0);
    }
}
