//! Points that were turned into codes.

use super::calendar::DAY;
use super::points::Taken;
use super::shares::apportion;
use super::{Micros, Programme};
use app::api::{CouponState, QuoteLine};

#[derive(Debug, Clone)]
pub(crate) struct Coupon {
    pub(crate) code: String,
    pub(crate) member: usize,
    pub(crate) points: i64,
    pub(crate) amount: i64,
    /// Whether an order takes only as many points as it needs.
    slider: bool,
    /// Points that the order really takes.
    pub(crate) wanted: i64,
    pub(crate) state: CouponState,
    pub(crate) order: Option<String>,
    /// Which of that order's codes it was, by when it was first reserved; none if it never was.
    turn: Option<usize>,
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
    /// A member turns points into a code of a reward, for so many points and so much money. `Err`: what they can
    /// spend.
    pub(crate) fn redeem(
        &mut self,
        who: usize,
        (reward, points, amount): (usize, i64, i64),
        code: &str,
        now: Micros,
    ) -> Result<i64, i64> {
        let reward = self.rules.rewards[reward].clone();
        let available = self.members[who].available;
        if available < points {
            return Err(available);
        }
        let taken = self.take_from_lots(who, points);
        let member = &mut self.members[who];
        member.reserved += points;
        member.active_at = now;
        let expires_at = now + reward.valid_days * DAY;
        let coupon = Coupon {
            code: code.to_owned(),
            member: who,
            points,
            amount,
            slider: reward.slider,
            wanted: points,
            state: CouponState::Open,
            order: None,
            turn: None,
            lines: Vec::new(),
            expires_at,
            due_at: expires_at,
            taken,
            returned: 0,
        };
        self.coupons.insert(code.to_owned(), coupon);
        Ok(self.members[who].available)
    }

    /// What the lines of an order still cost beside the codes that were reserved for it before this one.
    fn left_of(&self, code: &str, order: &str, lines: &[QuoteLine]) -> Vec<i64> {
        let own = self.coupons[code].turn.unwrap_or(usize::MAX);
        let others = self.coupons.values().filter(|other| {
            other.state == CouponState::Reserved
                && other.order.as_deref() == Some(order)
                && other.code != code
                && other.turn.is_some_and(|turn| turn < own)
        });
        let taken: Vec<&(String, i64)> = others.flat_map(|other| &other.lines).collect();
        let left = |line: &QuoteLine| {
            let own = taken.iter().filter(|(id, _)| *id == line.id);
            (line.amount - own.map(|(_, amount)| amount).sum::<i64>()).max(0)
        };
        lines.iter().map(left).collect()
    }

    /// A checkout wants the code for an order. Answers whether that order has it; nothing if there is nothing that it
    /// could take something off.
    pub(crate) fn reserve(
        &mut self,
        code: &str,
        order: &str,
        lines: &[QuoteLine],
        now: Micros,
    ) -> Option<bool> {
        let left = self.left_of(code, order, lines);
        let is_told = self.orders.contains_key(order);
        let of_order = self.coupons.values();
        let of_order = of_order.filter(|coupon| coupon.order.as_deref() == Some(order));
        let last = of_order.filter_map(|coupon| coupon.turn).max().unwrap_or(0);
        let coupon = self.coupons.get_mut(code).unwrap();
        let same = coupon.order.as_deref() == Some(order);
        match coupon.state {
            // An order that was told finds no more codes.
            CouponState::Open if is_told => return Some(false),
            CouponState::Open => {}
            CouponState::Reserved if same => {}
            CouponState::Used => return Some(same),
            _ => return Some(false),
        }
        let amount = coupon.amount.min(left.iter().sum());
        if amount == 0 && !lines.is_empty() {
            return None;
        }
        coupon.wanted = coupon.points;
        if coupon.slider && !lines.is_empty() {
            // Rounded up, so that no money is for nothing.
            coupon.wanted = (coupon.points * amount + coupon.amount - 1) / coupon.amount;
        }
        let shares = apportion(amount, &left);
        coupon.lines = lines
            .iter()
            .map(|line| line.id.clone())
            .zip(shares)
            .collect();
        coupon.state = CouponState::Reserved;
        coupon.order = Some(order.to_owned());
        coupon.turn.get_or_insert(last + 1);
        coupon.due_at = coupon.due_at.max(now + 7 * DAY);
        Some(true)
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
        // What is reserved for it need not be named again.
        let reserved = self.coupons.values().filter(|coupon| {
            coupon.state == CouponState::Reserved && coupon.order.as_deref() == Some(order)
        });
        codes.extend(reserved.map(|coupon| coupon.code.clone()));
        codes.sort();
        codes.dedup();
        let mut paid_by = Vec::new();
        for code in codes {
            let Some(mut coupon) = self.coupons.remove(&code) else {
                continue;
            };
            if coupon.state != CouponState::Used {
                if coupon.order.as_deref() != Some(order) {
                    coupon.lines.clear();
                    coupon.wanted = coupon.points;
                }
                if coupon.has_points_set_aside() {
                    self.members[coupon.member].reserved -= coupon.points;
                    let rest = coupon.points - coupon.wanted;
                    if rest > 0 {
                        self.saw("an order needed fewer points", true);
                        self.give_back(coupon.member, now, &mut coupon.taken, rest);
                    }
                    self.forgive(coupon.member);
                } else {
                    self.saw("a code was used late", true);
                    coupon.taken = self.take_from_lots(coupon.member, coupon.wanted);
                    self.members[coupon.member].active_at = now;
                    self.forgive(coupon.member);
                }
                coupon.state = CouponState::Used;
                coupon.order = Some(order.to_owned());
                coupon.returned = 0;
                paid_by.push((coupon.wanted, coupon.lines.clone()));
            }
            self.coupons.insert(code, coupon);
        }
        paid_by
    }

    /// Points go back that an order was paid with: to each code what is back of the lines that it paid. Rounding leaves
    /// some to the first codes.
    pub(super) fn give_back_spent(&mut self, order: &str, points: i64, cancel: bool, now: Micros) {
        let used = self.coupons.values().filter(|coupon| {
            coupon.state == CouponState::Used && coupon.order.as_deref() == Some(order)
        });
        let used: Vec<_> = used.cloned().collect();
        let shares = &self.orders[order].shares;
        let back = used.iter();
        let back: Vec<_> = back
            .map(|coupon| shares.back_of(coupon.wanted, &coupon.lines))
            .collect();
        let mut rest = points;
        let mut parts = vec![0; used.len()];
        for round in 0..2 {
            for (n, coupon) in used.iter().enumerate() {
                let due = if round == 0 { back[n].0 } else { back[n].1 };
                let more = (due - coupon.returned - parts[n]).clamp(0, rest);
                parts[n] += more;
                rest -= more;
            }
        }
        assert_eq!(rest, 0, "more goes back than was spent");
        let several = used.len() > 1 && points > 0;
        self.saw("points went back to several codes", several);
        for (coupon, part) in used.iter().zip(parts) {
            let mut coupon = self.coupons.remove(&coupon.code).unwrap();
            coupon.returned += part;
            if cancel {
                coupon.state = CouponState::Released;
            }
            if part > 0 {
                self.give_back(coupon.member, now, &mut coupon.taken, part);
            }
            self.coupons.insert(coupon.code.clone(), coupon);
        }
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
