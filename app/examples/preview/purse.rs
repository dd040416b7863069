//! What the sample's members can turn points into, and what they have turned them into.

use super::{DAY, NOW, either, rfc};
use app::api::{
    CouponState, Locked, MyCoupon, MyRewards, ProgramView, QuoteReason, QuoteView, QuotedEarning,
    QuotedSpending, RedemptionId, RewardKind, RewardStanding, RewardView,
};

/// A reward that gives nothing yet and has no limits.
pub(crate) fn plain(id: &str, kind: RewardKind, points: i64, name: String) -> RewardView {
    RewardView {
        id: id.into(),
        kind,
        settles: kind.settles(),
        name,
        summary: None,
        points,
        amount: 0,
        permille: None,
        amount_max: None,
        points_min: None,
        points_max: None,
        minimum: 0,
        valid_days: 30,
        stock: None,
        per_member: None,
        tiers: Vec::new(),
        starts_at: None,
        ends_at: None,
    }
}

/// One reward of each kind, and some dearer ones.
pub(crate) fn rewards(locale: &str) -> Vec<RewardView> {
    use RewardKind::{
        Amount, EarlyAccess, Event, FreeProduct, FreeShipping, Gift, Partner, Percent, Slider,
        StoreCredit,
    };
    let reward = |id: &str, kind, points, en: &str, ru: &str| {
        plain(id, kind, points, either(locale, en, ru))
    };
    let off = |id: &str, points: i64| RewardView {
        amount: points * 100,
        ..reward(
            id,
            Amount,
            points,
            &format!("₽{points} off"),
            &format!("Скидка {points} ₽"),
        )
    };
    vec![
        off("off300", 300),
        RewardView {
            amount: 1_000,
            points_min: Some(100),
            points_max: Some(1_000),
            ..reward("slide", Slider, 10, "A part of an order", "Часть заказа")
        },
        RewardView {
            minimum: 100_000,
            ..reward("delivery", FreeShipping, 150, "Delivery", "Доставка")
        },
        RewardView {
            permille: Some(100),
            amount_max: Some(50_000),
            summary: Some(either(locale, "For the whole basket.", "На всю корзину.")),
            ..reward(
                "tenth",
                Percent,
                500,
                "A tenth off",
                "Скидка на десятую часть",
            )
        },
        RewardView {
            stock: Some(40),
            ..reward("bag", FreeProduct, 600, "A bag of Huila", "Пачка Уилы")
        },
        RewardView {
            tiers: vec!["gold".into()],
            ..reward("mug", Gift, 700, "A mug", "Кружка")
        },
        RewardView {
            amount: 50_000,
            ..reward(
                "credit",
                StoreCredit,
                400,
                "₽500 of credit",
                "500 ₽ на счёт",
            )
        },
        RewardView {
            starts_at: Some(rfc(NOW + 9 * DAY)),
            ..reward("tasting", Event, 200, "A tasting", "Дегустация")
        },
        RewardView {
            ends_at: Some(rfc(NOW - DAY)),
            ..reward(
                "harvest",
                EarlyAccess,
                100,
                "The new harvest",
                "Новый урожай",
            )
        },
        RewardView {
            per_member: Some(1),
            ..reward("cinema", Partner, 250, "A cinema ticket", "Билет в кино")
        },
        off("off1000", 1_000),
        off("off2000", 2_000),
        off("off5000", 5_000),
        off("off9000", 9_000),
    ]
}

/// Where somebody with so many points stands with each.
pub(crate) fn purse(program: &ProgramView, available: i64) -> MyRewards {
    let standing = |reward: &RewardView| {
        let price = reward.points_min.unwrap_or(reward.points);
        let locked = match &*reward.id {
            "bag" => Some(Locked::OutOfStock),
            "mug" => Some(Locked::Tier {
                tier: "Gold".into(),
            }),
            "tasting" => Some(Locked::NotYet {
                starts_at: rfc(NOW + 9 * DAY),
            }),
            "harvest" => Some(Locked::Over),
            "cinema" => Some(Locked::HadEnough),
            _ if available < price => Some(Locked::TooFew {
                missing: price - available,
            }),
            _ => None,
        };
        RewardStanding {
            reward: reward.clone(),
            locked,
            left: reward.stock.map(|_| 0),
        }
    };
    MyRewards {
        rewards: program.rewards.iter().map(standing).collect(),
        coupons: coupons(&program.locale),
        credit: Some(15_050),
    }
}

/// A code of the member's.
pub(crate) fn coupon(n: u8, state: CouponState, reward: &RewardView) -> MyCoupon {
    let is_made = state != CouponState::Making;
    let at_order = matches!(state, CouponState::Reserved | CouponState::Used);
    MyCoupon {
        id: RedemptionId([n; 16]),
        reward: reward.id.clone(),
        kind: reward.kind,
        name: reward.name.clone(),
        code: if is_made {
            format!("K7QW-3MXN-9TRB-{n:04}")
        } else {
            String::new()
        },
        state,
        asset: "points".into(),
        points: reward.points,
        amount: reward.amount,
        currency: "RUB".into(),
        expires_at: rfc(NOW + 30 * DAY),
        order_id: at_order.then(|| "1050".into()),
        can_cancel: state == CouponState::Open,
    }
}

/// One code in each state, and one of each kind that is settled otherwise.
fn coupons(locale: &str) -> Vec<MyCoupon> {
    use CouponState::{Ending, Lapsed, Making, Open, Released, Reserved, Used};
    let rewards = rewards(locale);
    let of = |n, state, id: &str| {
        let found = rewards.iter().find(|reward| reward.id == id);
        found.map(|reward| coupon(n, state, reward))
    };
    let mut credit = of(11, Open, "off300");
    if let Some(credit) = &mut credit {
        credit.asset = "RUB".into();
        credit.points = credit.amount;
    }
    let all = [
        of(1, Open, "off300"),
        of(2, Making, "tenth"),
        of(3, Reserved, "delivery"),
        of(4, Ending, "bag"),
        of(5, Used, "off300"),
        of(6, Released, "slide"),
        of(7, Lapsed, "off300"),
        of(8, Used, "cinema"),
        of(9, Open, "tasting"),
        of(10, Used, "credit"),
        credit,
    ];
    all.into_iter().flatten().collect()
}

/// What a basket earns, and how many points can be used for it.
pub(crate) fn quote(points_max: i64, reasons: &[&str]) -> QuoteView {
    let reason = |code: &&str| QuoteReason {
        code: (*code).to_owned(),
        detail: String::new(),
    };
    QuoteView {
        currency: "RUB".into(),
        lines: Vec::new(),
        shipping_price: 0,
        shipping: 0,
        total: 490_000,
        coupons: Vec::new(),
        spending: QuotedSpending {
            reward: Some("slide".into()),
            points_max,
            amount_max: points_max * 100,
            reasons: reasons.iter().map(reason).collect(),
            ..QuotedSpending::default()
        },
        earning: QuotedEarning {
            points: 245,
            hold_days: 14,
            reason: None,
        },
    }
}
