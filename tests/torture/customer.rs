//! What a customer does in their life, one step after another.

use crate::operations::{COUPON, Coupon, JOIN, Operation, Order, PROFILE, Request, some_points};
use fastrand::Rng;
use serde_json::Value;
use std::collections::VecDeque;

/// Until when a tier is given by hand: longer than any torture.
const FOR_LONG: &str = "2999-01-01T00:00:00Z";

/// A step in the life of a customer; what it needs to know may come with an answer.
#[derive(Clone, Copy, Debug)]
enum Step {
    Join,
    Begin(&'static str),
    Prove,
    /// An order, by itself or with what the customer has a coupon for.
    Pay,
    RefundFirst,
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
    PayWithCoupon,
    Drop,
    Tier(bool),
}

/// A customer, and what they are going to do.
pub(crate) struct Customer {
    pub(crate) id: String,
    steps: VecDeque<Step>,
    /// What is certain to be there to spend: nobody else takes from it.
    purse: i64,
    member: String,
    /// The attempt that was begun: the task and the id.
    begun: Option<(&'static str, String)>,
    /// An order that was refunded before it was told.
    refunded: Option<Order>,
    coupon: Option<Coupon>,
    redemption: String,
    /// The order that the coupon is reserved for.
    reserved_for: Option<String>,
}

impl Customer {
    /// Somebody who joins and then does this and that.
    pub(crate) fn new(id: String, rng: &mut Rng) -> Self {
        let mut steps = VecDeque::from([Step::Join]);
        for task in ["tsk_profile", "tsk_birthday"] {
            for _ in 0..rng.usize(0..3) {
                steps.push_back(Step::Pay);
            }
            steps.extend([Step::Begin(task), Step::Prove, Step::Give]);
            for _ in 0..rng.usize(0..3) {
                steps.push_back(Step::Redeem);
                steps.extend(end_of_coupon(rng));
                steps.push_back(
                    *rng.choice(&[Step::Give, Step::Take, Step::Overdraw])
                        .unwrap(),
                );
            }
            steps.push_back(Step::Tier(rng.bool()));
            if rng.bool() {
                steps.extend([Step::RefundFirst, Step::Pay]);
            }
        }
        Self {
            id,
            steps,
            purse: 0,
            member: String::new(),
            begun: None,
            refunded: None,
            coupon: None,
            redemption: String::new(),
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
            Step::Join => Operation::Join,
            Step::Begin(task) => Operation::Begin { task },
            Step::Prove => {
                let (task, attempt) = self.begun.take()?;
                Operation::Prove { task, attempt }
            }
            Step::Pay => {
                let order = self.refunded.take();
                let order = order.unwrap_or_else(|| new_order(name, rng, None));
                Operation::Pay { order }
            }
            Step::RefundFirst => Operation::RefundFirst {
                order: new_order(name, rng, None),
                quarters: rng.i64(1..=4),
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
            _ => return self.with_coupon(step, name, rng),
        })
    }

    fn with_coupon(&mut self, step: Step, name: &str, rng: &mut Rng) -> Option<Operation> {
        let coupon = self.coupon.as_mut()?;
        let code = coupon.code.clone();
        Some(match step {
            Step::Use => {
                self.reserved_for = Some(name.to_owned());
                let order = name.to_owned();
                Operation::Use { code, order }
            }
            Step::Release { used_late: true } => {
                coupon.is_set_aside = false;
                Operation::Release {
                    code,
                    used_late: true,
                }
            }
            Step::PayWithCoupon => {
                let order = self.reserved_for.take();
                let order = order.unwrap_or_else(|| name.to_owned());
                let order = new_order(&order, rng, self.coupon.take());
                Operation::Pay { order }
            }
            _ => {
                self.coupon = None;
                match step {
                    Step::Undo => Operation::Undo {
                        redemption: std::mem::take(&mut self.redemption),
                    },
                    Step::Drop => Operation::Drop {
                        order: self.reserved_for.take()?,
                    },
                    _ => {
                        self.reserved_for = None;
                        Operation::Release {
                            code,
                            used_late: false,
                        }
                    }
                }
            }
        })
    }

    /// Learns from the answer to what it did.
    pub(crate) fn hear(&mut self, operation: &Operation, answer: &Value) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match operation {
            Operation::Join => {
                self.member = text(&answer["id"]);
                self.purse += JOIN;
            }
            Operation::Begin { task } => self.begun = Some((task, text(&answer["id"]))),
            Operation::Prove { task, .. } if *task == "tsk_profile" => self.purse += PROFILE,
            Operation::RefundFirst { order, quarters } => {
                self.refunded = Some(Order {
                    left: 4 - quarters,
                    ..order.clone()
                });
            }
            Operation::Adjust { amount } => self.purse += amount,
            Operation::Redeem { .. } => {
                self.purse -= COUPON;
                self.redemption = text(&answer["id"]);
                self.reserved_for = None;
                self.coupon = Some(Coupon {
                    code: text(&answer["coupon"]["code"]),
                    is_set_aside: true,
                });
            }
            Operation::Release { .. } | Operation::Undo { .. } | Operation::Drop { .. } => {
                self.purse += COUPON;
            }
            // A coupon whose points had come back takes them again, if need be as debt.
            Operation::Pay { order } if order.coupon.as_ref().is_some_and(|c| !c.is_set_aside) => {
                self.purse -= COUPON;
            }
            _ => {}
        }
    }
}

/// A new order that earns.
pub(crate) fn new_order(id: &str, rng: &mut Rng, coupon: Option<Coupon>) -> Order {
    Order {
        id: id.to_owned(),
        points: some_points(rng),
        left: 4,
        coupon,
    }
}

/// One of the ways that a coupon can go.
fn end_of_coupon(rng: &mut Rng) -> Vec<Step> {
    let release = |used_late| Step::Release { used_late };
    match rng.u8(0..8) {
        0 => vec![Step::Undo],
        1 => vec![release(false)],
        2 => vec![Step::Use, release(false)],
        3 => vec![Step::Use, Step::Drop],
        4 => vec![release(true), Step::PayWithCoupon],
        // Nothing is left to pay it with: what the late order takes is owed.
        5 => vec![release(true), Step::TakeAll, Step::PayWithCoupon],
        6 => vec![Step::PayWithCoupon],
        _ => vec![Step::Use, Step::PayWithCoupon],
    }
}
