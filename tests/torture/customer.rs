//! What a customer does in their life, one step after another.

use crate::life::{Step, life};
use crate::operations::{JOIN, Operation, PROFILE, Request};
use crate::order::{Buyer, COUPON, Coupon, Order, Refund, some_points};
use fastrand::Rng;
use serde_json::Value;
use std::collections::VecDeque;

/// Until when a tier is given by hand: longer than any torture.
const FOR_LONG: &str = "2999-01-01T00:00:00Z";

/// A customer, and what they are going to do.
pub(crate) struct Customer {
    pub(crate) id: String,
    steps: VecDeque<Step>,
    /// What is certain to be there to spend: nobody else takes from it.
    purse: i64,
    member: String,
    /// How the customer's next order names them.
    buyer: Buyer,
    /// What was ordered under an address that is not proven yet.
    as_guest: Vec<Order>,
    /// The attempt that was begun: the task and the id.
    begun: Option<(&'static str, String)>,
    /// An order that was refunded before it was told.
    refunded: Option<Order>,
    coupon: Option<Coupon>,
    /// Coupons that are kept for the next order with coupons.
    basket: Vec<Coupon>,
    /// The order that coupons are reserved for.
    reserved_for: Option<String>,
}

impl Customer {
    /// Somebody who does this and that. Whoever has ordered as a guest joins with their address.
    pub(crate) fn new(id: String, as_guest: Vec<Order>, rng: &mut Rng) -> Self {
        Self {
            steps: life(!as_guest.is_empty(), rng),
            id,
            purse: 0,
            member: String::new(),
            buyer: Buyer::Customer,
            as_guest,
            begun: None,
            refunded: None,
            coupon: None,
            basket: Vec::new(),
            reserved_for: None,
        }
    }

    /// What comes next. `name` is new, for a key and for an order. `None` once everything is done.
    pub(crate) fn next(&mut self, name: &str, rng: &mut Rng) -> Option<Request> {
        // A step for which something is missing, such as points, is left out.
        let operation = loop {
            let step = self.steps.pop_front()?;
            if let Some(operation) = self.operation(step, name, rng) {
                break operation;
            }
        };
        Some(Request {
            customer: self.id.clone(),
            key: name.to_owned(),
            operation,
        })
    }

    fn operation(&mut self, step: Step, name: &str, rng: &mut Rng) -> Option<Operation> {
        Some(match step {
            Step::Join => Operation::Join {
                orders: std::mem::take(&mut self.as_guest),
            },
            Step::Begin(task) => Operation::Begin { task },
            Step::Prove => {
                let (task, attempt) = self.begun.take()?;
                Operation::Prove { task, attempt }
            }
            Step::Pay => {
                let order = self.refunded.take();
                let order = order.unwrap_or_else(|| Order::new(name, self.buyer, rng));
                Operation::Pay { order }
            }
            Step::RefundFirst => Operation::RefundFirst {
                refund: Refund::some(Order::new(name, self.buyer, rng), rng),
            },
            Step::Give => Operation::Adjust {
                amount: some_points(rng),
            },
            Step::Take if self.purse > 0 => Operation::Adjust {
                amount: -rng.i64(1..=self.purse),
            },
            Step::TakeAll if self.purse > 0 => Operation::Adjust {
                amount: -self.purse,
            },
            Step::Take | Step::TakeAll => return None,
            Step::Overdraw => Operation::Overdraw,
            Step::Redeem if self.purse < COUPON => return None,
            Step::Redeem => Operation::Redeem { lapses: false },
            Step::Tier(begins) => Operation::Tier {
                member: self.member.clone(),
                until: begins.then(|| FOR_LONG.to_owned()),
            },
            Step::PayAsGuest | Step::RefundAsGuest | Step::CancelAsGuest | Step::Claim => {
                return self.as_guest(step, name, rng);
            }
            _ => return self.with_coupon(step, name, rng),
        })
    }

    /// What is ordered under an address that nobody has proven. Only this customer touches it, so that what
    /// is left of it is known when it is claimed.
    fn as_guest(&mut self, step: Step, name: &str, rng: &mut Rng) -> Option<Operation> {
        if step == Step::PayAsGuest {
            let order = Order::new(name, Buyer::Guest, rng);
            return Some(Operation::Pay { order });
        }
        if step == Step::Claim {
            let orders = std::mem::take(&mut self.as_guest);
            return (!orders.is_empty()).then_some(Operation::Claim { orders });
        }
        let order = self.as_guest.pop()?;
        Some(if step == Step::CancelAsGuest || order.is_given_back() {
            Operation::Cancel { order }
        } else {
            let refund = Refund::some(order, rng);
            Operation::Refund { refund }
        })
    }

    fn with_coupon(&mut self, step: Step, name: &str, rng: &mut Rng) -> Option<Operation> {
        match step {
            Step::PayWithCoupons => return self.pay_with_coupons(name, rng),
            Step::Drop => return self.drop_order(),
            Step::Keep => {
                self.basket.extend(self.coupon.take());
                return None;
            }
            _ => {}
        }
        let coupon = self.coupon.as_mut()?;
        let code = coupon.code.clone();
        Some(match step {
            Step::Use => {
                coupon.is_reserved = true;
                let order = self.reserved_for.get_or_insert_with(|| name.to_owned());
                let order = order.clone();
                Operation::Use { code, order }
            }
            Step::Release { used_late: true } => {
                coupon.is_set_aside = false;
                Operation::Release {
                    code,
                    used_late: true,
                }
            }
            Step::Undo => Operation::Undo {
                redemption: self.coupon.take()?.redemption,
            },
            _ => {
                (self.coupon, self.reserved_for) = (None, None);
                Operation::Release {
                    code,
                    used_late: false,
                }
            }
        })
    }

    /// Pays an order with every coupon at hand.
    fn pay_with_coupons(&mut self, name: &str, rng: &mut Rng) -> Option<Operation> {
        self.basket.extend(self.coupon.take());
        let coupons = std::mem::take(&mut self.basket);
        let id = self.reserved_for.take();
        let order = Order {
            coupons,
            ..Order::new(id.as_deref().unwrap_or(name), self.buyer, rng)
        };
        (!order.coupons.is_empty()).then_some(Operation::Pay { order })
    }

    /// Calls the order off that every coupon at hand is reserved for.
    fn drop_order(&mut self) -> Option<Operation> {
        self.basket.extend(self.coupon.take());
        let coupons = i64::try_from(std::mem::take(&mut self.basket).len()).ok()?;
        let order = self.reserved_for.take()?;
        Some(Operation::Drop { order, coupons })
    }

    /// Learns from the answer to what it did.
    pub(crate) fn hear(&mut self, operation: &Operation, answer: &Value) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match operation {
            Operation::Join { orders } => {
                self.member = text(&answer["id"]);
                self.purse += JOIN;
                if !orders.is_empty() {
                    self.buyer = Buyer::Address;
                }
            }
            Operation::Claim { .. } => self.buyer = Buyer::Address,
            Operation::Begin { task } => self.begun = Some((task, text(&answer["id"]))),
            Operation::Prove { task, .. } if *task == "tsk_profile" => self.purse += PROFILE,
            Operation::RefundFirst { refund } => self.refunded = Some(refund.rest()),
            Operation::Adjust { amount } => self.purse += amount,
            Operation::Redeem { .. } => {
                self.purse -= COUPON;
                self.coupon = Some(Coupon {
                    code: text(&answer["coupon"]["code"]),
                    owner: self.id.clone(),
                    redemption: text(&answer["id"]),
                    is_set_aside: true,
                    is_reserved: false,
                });
            }
            Operation::Release { .. } | Operation::Undo { .. } => self.purse += COUPON,
            Operation::Drop { coupons, .. } => self.purse += COUPON * coupons,
            Operation::Pay { order } if order.buyer == Buyer::Guest => {
                self.as_guest.push(order.clone());
            }
            Operation::Refund { refund } if refund.order.buyer == Buyer::Guest => {
                self.as_guest.push(refund.rest());
            }
            // A coupon whose points had come back takes them again, if need be as debt.
            Operation::Pay { order } => {
                let own = order.coupons.iter().filter(|c| c.owner == self.id);
                let late = own.filter(|coupon| !coupon.is_set_aside).count();
                self.purse -= COUPON * i64::try_from(late).unwrap_or(0);
            }
            _ => {}
        }
    }
}
