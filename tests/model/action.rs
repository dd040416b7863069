//! What can be asked of a programme, and what it answers, in the words of both sides.

use super::naive::{Micros, Programme, Told};
use app::api::{CouponState, NewRefund, Order, QuoteLine};

/// Something that is asked of one programme, with all its names and amounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    Join {
        customer: Option<String>,
        email: Option<String>,
        zone: &'static str,
    },
    Order(Box<Order>),
    Refund(NewRefund),
    Redeem {
        member: usize,
        reward: usize,
        /// Of a slider.
        points: Option<i64>,
        code: String,
    },
    Reserve {
        code: String,
        order: String,
        lines: Vec<QuoteLine>,
    },
    Release {
        code: String,
    },
    Cancel {
        member: usize,
        code: String,
    },
    Adjust {
        member: usize,
        amount: i64,
    },
    Tier {
        member: usize,
        manual: Option<(usize, Micros)>,
    },
    Move {
        member: usize,
        zone: &'static str,
    },
}

/// What it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Member(usize),
    Order(Told),
    Refund {
        applied: bool,
        amount: i64,
        taken_back: i64,
        given_back: i64,
    },
    /// A code, and the balance after making it.
    Coupon {
        coupon: Coupon,
        balance: Option<i64>,
    },
    /// The code cannot be had; nothing has changed.
    NotOpen(Coupon),
    Balance(i64),
    TooFew(i64),
    Differs,
    Unknown,
    /// The rules do not allow it; nothing has changed.
    Refused,
    Done,
    ZoneStands(Micros),
    /// The key was used for something else; nothing has changed.
    OtherRequest,
}

/// What a checkout sees of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Coupon {
    pub(crate) state: CouponState,
    pub(crate) points: i64,
    pub(crate) amount: i64,
    /// Points that the order that has it really takes.
    pub(crate) wanted: i64,
    pub(crate) order: Option<String>,
    pub(crate) lines: Vec<(String, i64)>,
    pub(crate) expires_at: Micros,
}

impl Programme {
    /// What is known of a code.
    pub(crate) fn coupon(&self, code: &str) -> Coupon {
        let coupon = &self.coupons[code];
        Coupon {
            state: coupon.state,
            points: coupon.points,
            amount: coupon.amount,
            wanted: coupon.wanted,
            order: coupon.order.clone(),
            lines: coupon.lines.clone(),
            expires_at: coupon.expires_at,
        }
    }

    /// Does what is asked, once everything that is due by then has happened.
    pub(crate) fn carry_out(&mut self, action: &Action, now: Micros) -> Answer {
        self.settle(now);
        match action {
            Action::Join {
                customer,
                email,
                zone,
            } => Answer::Member(self.join(customer.as_deref(), email.as_deref(), zone, now)),
            Action::Order(order) => self
                .order(order, now)
                .map_or(Answer::Differs, Answer::Order),
            Action::Refund(refund) => match self.refund(refund, now) {
                Err(_) => Answer::Differs,
                Ok(refund) => {
                    let (amount, taken_back, given_back) = refund.moved;
                    Answer::Refund {
                        applied: refund.applied,
                        amount,
                        taken_back,
                        given_back,
                    }
                }
            },
            Action::Redeem {
                member,
                reward,
                points,
                code,
            } => {
                if *reward >= self.rules.rewards.len() {
                    return Answer::Unknown;
                }
                let Some((points, amount)) = self.rules.rewards[*reward].price(*points) else {
                    return Answer::Refused;
                };
                match self.redeem(*member, (*reward, points, amount), code, now) {
                    Ok(balance) => Answer::Coupon {
                        coupon: self.coupon(code),
                        balance: Some(balance),
                    },
                    Err(available) => Answer::TooFew(available),
                }
            }
            Action::Reserve { code, .. }
            | Action::Release { code }
            | Action::Cancel { code, .. }
                if !self.coupons.contains_key(code) =>
            {
                Answer::Unknown
            }
            Action::Reserve { code, order, lines } => {
                let done = self.reserve(code, order, lines, now);
                done.map_or(Answer::Refused, |done| self.about(code, done))
            }
            Action::Release { code } => {
                let done = self.release(code, false, now);
                self.about(code, done)
            }
            Action::Cancel { member, code } => {
                if self.coupons[code].member != *member {
                    return Answer::Unknown;
                }
                let done = self.release(code, true, now);
                self.about(code, done)
            }
            Action::Adjust { member, amount } => match self.adjust(*member, *amount, now) {
                Ok(balance) => Answer::Balance(balance),
                Err(available) => Answer::TooFew(available),
            },
            Action::Tier { member, manual } => {
                self.give_tier(*member, *manual);
                Answer::Done
            }
            Action::Move { member, zone } => match self.move_to(*member, zone, now) {
                Ok(()) => Answer::Done,
                Err(until) => Answer::ZoneStands(until),
            },
        }
    }

    fn about(&self, code: &str, done: bool) -> Answer {
        let coupon = self.coupon(code);
        if done {
            Answer::Coupon {
                coupon,
                balance: None,
            }
        } else {
            Answer::NotOpen(coupon)
        }
    }
}
