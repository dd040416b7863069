//! The steps of a customer's life.

use fastrand::Rng;
use std::collections::VecDeque;

/// A step in the life of a customer; what it needs to know may come with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// With their address, if they have ordered under it.
    Join,
    Begin(&'static str),
    Prove,
    /// An order, by itself or after its refund.
    Pay,
    RefundFirst,
    PayAsGuest,
    RefundAsGuest,
    CancelAsGuest,
    /// Proves the address that was ordered under.
    Claim,
    Give,
    Take,
    TakeAll,
    Overdraw,
    Redeem,
    Use,
    Release {
        used_late: bool,
    },
    Undo,
    /// Keeps the coupon for an order with several.
    Keep,
    PayWithCoupons,
    Drop,
    Tier(bool),
}

/// Joining and what follows. Some order as guests first, and some, as members, under an address that the
/// shop has not told yet.
pub(crate) fn life(is_guest: bool, rng: &mut Rng) -> VecDeque<Step> {
    let mut steps = VecDeque::new();
    let way = rng.u8(0..3);
    let comes_as_guest = is_guest || way == 0;
    let is_guest_later = !is_guest && way == 1;
    if comes_as_guest {
        guest(is_guest, rng, &mut steps);
    }
    steps.push_back(Step::Join);
    for task in ["tsk_profile", "tsk_birthday"] {
        for _ in 0..rng.usize(0..3) {
            steps.push_back(Step::Pay);
        }
        steps.extend([Step::Begin(task), Step::Prove, Step::Give]);
        for _ in 0..rng.usize(0..3) {
            steps.extend(coupons(rng));
            steps.push_back(
                *rng.choice(&[Step::Give, Step::Take, Step::Overdraw])
                    .unwrap(),
            );
        }
        steps.push_back(Step::Tier(rng.bool()));
        if is_guest_later && task == "tsk_profile" {
            guest(false, rng, &mut steps);
            steps.push_back(Step::Claim);
        }
        if rng.bool() {
            steps.extend([Step::RefundFirst, Step::Pay]);
        }
    }
    steps
}

/// Orders under an address that is not proven yet. Some of it may be given back before it is claimed.
fn guest(has_ordered: bool, rng: &mut Rng, steps: &mut VecDeque<Step>) {
    for _ in 0..rng.usize(usize::from(!has_ordered)..3) {
        steps.push_back(Step::PayAsGuest);
    }
    match rng.u8(0..4) {
        0 => steps.push_back(Step::RefundAsGuest),
        1 => steps.extend([Step::RefundAsGuest, Step::RefundAsGuest]),
        2 => steps.push_back(Step::CancelAsGuest),
        _ => {}
    }
}

/// Points become one coupon or several, and those go one of their ways.
fn coupons(rng: &mut Rng) -> Vec<Step> {
    let release = |used_late| Step::Release { used_late };
    let one: &[Step] = match rng.u8(0..11) {
        0 => &[Step::Undo],
        1 => &[release(false)],
        2 => &[Step::Use, release(false)],
        3 => &[Step::Use, Step::Drop],
        4 => &[release(true), Step::PayWithCoupons],
        // Nothing is left to pay it with: what the late order takes is owed.
        5 => &[release(true), Step::TakeAll, Step::PayWithCoupons],
        6 => &[Step::PayWithCoupons],
        7 => &[Step::Use, Step::PayWithCoupons],
        _ => return several_coupons(rng),
    };
    [&[Step::Redeem], one].concat()
}

/// Several coupons for one order: each may be reserved for it, be let go before, or neither.
fn several_coupons(rng: &mut Rng) -> Vec<Step> {
    let is_dropped = rng.u8(0..4) == 0;
    let mut steps = Vec::new();
    for _ in 0..rng.usize(2..=3) {
        steps.push(Step::Redeem);
        match rng.u8(0..3) {
            _ if is_dropped => steps.push(Step::Use),
            0 => steps.push(Step::Use),
            1 => steps.push(Step::Release { used_late: true }),
            _ => {}
        }
        steps.push(Step::Keep);
    }
    let end = if is_dropped {
        Step::Drop
    } else {
        Step::PayWithCoupons
    };
    steps.push(end);
    steps
}
