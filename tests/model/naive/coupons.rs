//! Points that were turned into codes.

use super::calendar::DAY;
use super::points::Taken;
use super::shares::apportion;
use super::{Micros, Programme};
use app::api::{QuoteLine, CouponState};

#[derive(Debug, Clone)]
pub(crate) struct Coupon {
    pub(crate) code: String,
    pub(crate) member: usize,
    pub(crate) points: i64,
    pub(crate) amount: i64,
    pub(crate) state: CouponState,
    pub(crate) order: Option<String>,
    /// How it falls on the lines of the order that has it.
    pub(crate) lines: Vec<(String, i64)>,
    pub(crate) expires_at: Micros,
    /// When its points come back by themselves.
    pub(super) due_at: Micros,
    taken: Taken,
    returned: i64,
}

impl Coupon {
    pub(super) fn has_points_set_aside(&self) -> bool {
        matches!(self.state, CouponState::Open | CouponState::Reserved)
    }
}

impl Programme {
    /// A member turns points into a code. `Err`: what they can spend.
    pub(crate) fn redeem(
        &mut self,
        who: usize,
        reward: usize,
        code: &str,
        now: Micros,
    ) -> Result<i64, i64> {
        let reward = self.rules.rewards[reward].clone();
        let available = self.members[who].available;
        if available < reward.points {
            return Err(available);
        }
        let taken = self.take_from_lots(who, reward.points);
        let member = &mut self.members[who];
        member.reserved += reward.points;
        member.active_at = now;
        let expires_at = now + reward.valid_days * DAY;
        let coupon = Coupon {
            code: code.to_owned(),
            member: who,
            points: reward.points,
            amount: reward.amount,
            state: CouponState::Open,
            order: None,
            lines: Vec::new(),
            expires_at,
            due_at: expires_at,
            taken,
            returned: 0,
        };
        self.coupons.insert(code.to_owned(), coupon);
        Ok(self.members[who].available)
    }

    /// A checkout wants the code for an order. Answers whether that order has it.
    pub(crate) fn reserve(
        &mut self,
        code: &str,
        order: &str,
        lines: &[QuoteLine],
        now: Micros,
    ) -> bool {
        let coupon = self.coupons.get_mut(code).unwrap();
        let same = coupon.order.as_deref() == Some(order);
        match coupon.state {
            CouponState::Open => {}
            CouponState::Reserved if same => {}
            CouponState::Used => return same,
            _ => return false,
        }
        let prices: Vec<i64> = lines.iter().map(|line| line.amount).collect();
        let shares = apportion(coupon.amount.min(prices.iter().sum()), &prices);
        coupon.lines = lines
            .iter()
            .map(|line| line.id.clone())
            .zip(shares)
            .collect();
        coupon.state = CouponState::Reserved;
        coupon.order = Some(order.to_owned());
        coupon.due_at = coupon.due_at.max(now + 7 * DAY);
        true
    }

    /// The shop, or the member unless an order has it, lets a code go. Answers whether it is over.
    pub(crate) fn release(&mut self, code: &str, by_member: bool, now: Micros) -> bool {
        let state = self.coupons[code].state;
        match state {
            CouponState::Used | CouponState::Making | CouponState::Ending => false,
            CouponState::Reserved if by_member => false,
            CouponState::Open | CouponState::Reserved => {
                self.end(code, CouponState::Released, now);
                true
            }
            CouponState::Released | CouponState::Lapsed => true,
        }
    }

    /// Its time is over.
    pub(super) fn lapse(&mut self, code: &str, at: Micros) {
        self.end(code, CouponState::Lapsed, at);
    }

    fn end(&mut self, code: &str, state: CouponState, at: Micros) {
        let mut coupon = self.coupons.remove(code).unwrap();
        coupon.state = state;
        self.members[coupon.member].reserved -= coupon.points;
        self.give_back(coupon.member, at, &mut coupon.taken, coupon.points);
        self.coupons.insert(code.to_owned(), coupon);
    }

    /// An order is paid with codes. Points that had come back before are taken again, if need be as
    /// debt. Answers the points of each and how they fall on the lines of this order.
    pub(super) fn spend_codes(
        &mut self,
        order: &str,
        codes: &[String],
        now: Micros,
    ) -> Vec<(i64, Vec<(String, i64)>)> {
        let mut codes = codes.to_vec();
        codes.sort();
        codes.dedup();
        let mut paid_by = Vec::new();
        for code in codes {
            let Some(mut coupon) = self.coupons.remove(&code) else {
                continue;
            };
            if coupon.state != CouponState::Used {
                if coupon.has_points_set_aside() {
                    self.members[coupon.member].reserved -= coupon.points;
                } else {
                    self.saw("a code was used late", true);
                    coupon.taken = self.take_from_lots(coupon.member, coupon.points);
                    self.members[coupon.member].active_at = now;
                    self.forgive(coupon.member);
                }
                if coupon.order.as_deref() != Some(order) {
                    coupon.lines.clear();
                }
                coupon.state = CouponState::Used;
                coupon.order = Some(order.to_owned());
                coupon.returned = 0;
                paid_by.push((coupon.points, coupon.lines.clone()));
            }
            self.coupons.insert(code, coupon);
        }
        paid_by
    }

    /// Points go back that an order was paid with.
    pub(super) fn give_back_spent(&mut self, order: &str, points: i64, cancel: bool, now: Micros) {
        let used = self.coupons.values().filter(|coupon| {
            coupon.state == CouponState::Used && coupon.order.as_deref() == Some(order)
        });
        let codes: Vec<String> = used.map(|coupon| coupon.code.clone()).collect();
        let mut rest = points;
        for code in codes {
            let mut coupon = self.coupons.remove(&code).unwrap();
            let part = rest.min(coupon.points - coupon.returned);
            rest -= part;
            coupon.returned += part;
            if cancel {
                coupon.state = CouponState::Released;
            }
            if part > 0 {
                self.give_back(coupon.member, now, &mut coupon.taken, part);
            }
            self.coupons.insert(code, coupon);
        }
        assert_eq!(rest, 0, "more goes back than was spent");
    }

    /// Codes that an order had reserved and will not use.
    pub(super) fn let_go(&mut self, order: &str, now: Micros) {
        let reserved = self.coupons.values().filter(|coupon| {
            coupon.state == CouponState::Reserved && coupon.order.as_deref() == Some(order)
        });
        let codes: Vec<String> = reserved.map(|coupon| coupon.code.clone()).collect();
        for code in codes {
            self.end(&code, CouponState::Released, now);
        }
    }
}
