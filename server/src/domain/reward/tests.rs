use super::*;
use crate::domain::program_file;

fn demo() -> Program {
    program_file::parse(crate::demo::PROGRAM).unwrap()
}

fn plain() -> Reward {
    Reward::plain("r".into(), Localized::default(), 300, 30_000, 30)
}

fn slider() -> Reward {
    Reward {
        kind: RewardKind::Slider,
        points: 50,
        amount: 500,
        points_min: Some(100),
        points_max: Some(1000),
        ..plain()
    }
}

#[test]
fn a_slider_costs_what_is_wished_and_anything_else_its_price() {
    let price = |points, amount| Ok(Price { points, amount });
    let open = Reward {
        points_min: None,
        points_max: None,
        ..slider()
    };
    let most = AMOUNT_MAX / 500 * 50;
    let table = [
        (plain(), None, price(300, 30_000)),
        (plain(), Some(300), Err(Misfit::Fixed)),
        (slider(), None, Err(Misfit::Missing)),
        (slider(), Some(i64::MIN), Err(Misfit::TooFew(100))),
        (slider(), Some(0), Err(Misfit::TooFew(100))),
        (slider(), Some(50), Err(Misfit::TooFew(100))),
        (slider(), Some(100), price(100, 1000)),
        (slider(), Some(149), Err(Misfit::Step(50))),
        (slider(), Some(150), price(150, 1500)),
        (slider(), Some(1000), price(1000, 10_000)),
        (slider(), Some(1050), Err(Misfit::TooMany(1000))),
        (slider(), Some(i64::MAX), Err(Misfit::TooMany(1000))),
        (open.clone(), Some(50), price(50, 500)),
        (open.clone(), Some(49), Err(Misfit::TooFew(50))),
        (open.clone(), Some(most), price(most, AMOUNT_MAX)),
        (open, Some(i64::MAX), Err(Misfit::TooMany(most))),
    ];
    for (reward, points, expected) in table {
        assert_eq!(reward.price(points), expected, "{points:?}");
    }
}

#[test]
fn the_first_reason_is_the_one_that_is_told() {
    let tiers = demo().tiers;
    assert!(tiers.len() > 2);
    let (lowest, second) = (tiers[0].id.as_str(), tiers[1].id.as_str());
    let now = 1_000_000;
    let place = Place {
        tier: lowest,
        taken: 5,
        uploaded: 0,
        had: 2,
        now,
    };
    let all = Reward {
        starts_at: Some(now + 1),
        ends_at: Some(now),
        tiers: vec![tiers[2].id.clone(), second.to_owned()],
        stock: Some(5),
        per_member: Some(2),
        ..plain()
    };
    let told = |reward: &Reward, place: &Place<'_>| reward.locked(&tiers, "en", place);
    assert_eq!(told(&all, &place), Some(Locked::Over));
    let not_over = Reward {
        ends_at: Some(now + 2),
        ..all
    };
    let starts_at = "1970-01-01T00:00:01.000001Z".to_owned();
    assert_eq!(told(&not_over, &place), Some(Locked::NotYet { starts_at }));
    let begun = Reward {
        starts_at: Some(now),
        ..not_over
    };
    let tier = tiers[1].name.get("en").to_owned();
    assert_eq!(
        told(&begun, &place),
        Some(Locked::Tier { tier }),
        "the lowest that can have it"
    );
    let place = Place {
        tier: second,
        ..place
    };
    assert_eq!(told(&begun, &place), Some(Locked::OutOfStock));
    let place = Place { taken: 4, ..place };
    assert_eq!(told(&begun, &place), Some(Locked::HadEnough));
    let place = Place { had: 1, ..place };
    assert_eq!(told(&begun, &place), None);
    assert_eq!(told(&plain(), &place), None, "without any limit");
}

#[test]
fn there_are_as_many_as_are_uploaded_or_in_stock() {
    let stock = Reward {
        stock: Some(3),
        ..plain()
    };
    let pool = Reward {
        codes: Codes::Pool,
        ..plain()
    };
    assert_eq!(plain().left(7, 9), None);
    assert_eq!(stock.left(1, 9), Some(2));
    assert_eq!(stock.left(4, 9), Some(0), "the stock was lowered");
    assert_eq!(pool.left(1, 9), Some(8));
    assert_eq!(pool.left(0, 0), Some(0));
}

#[test]
fn store_credit_is_worth_itself() {
    let credit = Reward::of_credit(250);
    assert_eq!((credit.points, credit.amount), (250, 250));
    assert_eq!(credit.name.get("en"), "Store credit");
    assert_ne!(credit.name.get("ru"), credit.name.get("en"));
}
