//! Orders, the coupons they are paid with, and their refunds: what they say, and what they are worth.
//!
//! Every line of an order costs the same and divides by four, so that a refund of quarters of some lines
//! has one right answer to the unit, whatever each line earned and was paid with.

use fastrand::Rng;
use serde_json::{Value, json};

/// The smallest units of the currency that earn one point.
const UNITS_PER_POINT: i64 = 100;
/// What a coupon costs. Shared by up to four lines, it divides by four still.
pub(crate) const COUPON: i64 = 400;
/// Parts of a line that are refunded one by one.
const QUARTERS: i64 = 4;
/// When everything that a shop tells came to be so.
const AT: &str = "2026-11-21T12:00:00Z";

/// A coupon, as it is known when it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Coupon {
    pub(crate) code: String,
    /// Whose points are behind it.
    pub(crate) owner: String,
    /// By which its owner can cancel it.
    pub(crate) redemption: String,
    /// Whether its points are certain to be set aside still. Those of one that lapses while the
    /// torture lasts may have come back, and those of one that was let go have.
    pub(crate) is_set_aside: bool,
    /// Whether it was reserved for its order, and so for the first line alone.
    pub(crate) is_reserved: bool,
}

/// What is bought; the programme's file says what it earns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sku {
    /// Earns as everything does.
    Beans,
    /// Earns twice as much.
    Tea,
    /// Earns nothing.
    Gift,
}

impl Sku {
    const ALL: [Self; 3] = [Self::Beans, Self::Tea, Self::Gift];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Beans => "beans",
            Self::Tea => "tea",
            Self::Gift => "gift",
        }
    }

    /// The product of a name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sku| sku.name() == name)
    }

    fn times(self) -> i64 {
        match self {
            Self::Beans => 1,
            Self::Tea => 2,
            Self::Gift => 0,
        }
    }
}

/// A line of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) sku: Sku,
    /// Quarters of its money that were not given back.
    pub(crate) left: i64,
}

/// How an order names its buyer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Buyer {
    /// By the shop's customer id.
    Customer,
    /// By an address that nobody has proven yet. It earns nothing until somebody has.
    Guest,
    /// By an address that the customer has proven.
    Address,
}

/// An order, and what is left of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) buyer: Buyer,
    /// What each line costs.
    pub(crate) price: i64,
    /// One, two or four.
    pub(crate) lines: Vec<Line>,
    /// All of one owner.
    pub(crate) coupons: Vec<Coupon>,
    /// Whether it was placed one day ago: what it earned may be posted at any moment.
    pub(crate) is_old: bool,
}

impl Order {
    /// A new order. The first line always earns something.
    pub(crate) fn new(id: &str, buyer: Buyer, rng: &mut Rng) -> Self {
        let others = *rng.choice(&[0, 0, 1, 3]).unwrap_or(&0);
        let others = (0..others).map(|_| *rng.choice(&Sku::ALL).unwrap_or(&Sku::Tea));
        let skus: Vec<Sku> = std::iter::once(Sku::Beans).chain(others).collect();
        Self::of(id, buyer, some_points(rng) * UNITS_PER_POINT, &skus)
    }

    /// An order of which nothing was given back.
    pub(crate) fn of(id: &str, buyer: Buyer, price: i64, skus: &[Sku]) -> Self {
        let line = |sku: &Sku| Line {
            sku: *sku,
            left: QUARTERS,
        };
        Self {
            id: id.to_owned(),
            buyer,
            price,
            lines: skus.iter().map(line).collect(),
            coupons: Vec::new(),
            is_old: false,
        }
    }

    /// The quarters of each line that are left.
    pub(crate) fn left(&self) -> Vec<i64> {
        self.lines.iter().map(|line| line.left).collect()
    }

    /// All quarters of each line.
    pub(crate) fn whole(&self) -> Vec<i64> {
        vec![QUARTERS; self.lines.len()]
    }

    /// Whether all of its money was given back.
    pub(crate) fn is_given_back(&self) -> bool {
        self.lines.iter().all(|line| line.left == 0)
    }

    /// The same order, once somebody has proven the address.
    pub(crate) fn claimed(self) -> Self {
        Self {
            buyer: Buyer::Address,
            ..self
        }
    }

    /// The same order without what a refund gives back.
    pub(crate) fn without(&self, quarters: &[i64]) -> Self {
        let mut order = self.clone();
        for (line, quarters) in order.lines.iter_mut().zip(quarters) {
            line.left -= quarters;
        }
        order
    }

    /// What so many quarters of each line earned.
    pub(crate) fn earned(&self, quarters: &[i64]) -> i64 {
        if self.buyer == Buyer::Guest {
            return 0;
        }
        let points = self.price / UNITS_PER_POINT / QUARTERS;
        let lines = self.lines.iter().zip(quarters);
        lines
            .map(|(line, quarters)| points * line.sku.times() * quarters)
            .sum()
    }

    /// The points of its coupons that so many quarters of each line were paid with.
    pub(crate) fn spent(&self, quarters: &[i64]) -> i64 {
        let lines = i64::try_from(quarters.len()).unwrap_or(1);
        let all: i64 = quarters.iter().sum();
        let first = quarters.first().copied().unwrap_or(0);
        let of = |coupon: &Coupon| {
            if coupon.is_reserved {
                COUPON / QUARTERS * first
            } else {
                COUPON / QUARTERS / lines * all
            }
        };
        self.coupons.iter().map(of).sum()
    }

    /// Whose coupons it was paid with.
    pub(crate) fn payer(&self) -> Option<&str> {
        self.coupons.first().map(|coupon| coupon.owner.as_str())
    }

    /// What the shop tells of it.
    pub(crate) fn document(&self, customer: &str, status: &str) -> Value {
        let codes: Vec<&str> = self.coupons.iter().map(|coupon| &*coupon.code).collect();
        let line = |(number, line): (usize, &Line)| json!({ "id": number.to_string(), "sku": line.sku.name(), "amount": self.price, "qty": 1 });
        let lines: Vec<Value> = (1..).zip(&self.lines).map(line).collect();
        let buyer = match self.buyer {
            Buyer::Customer => json!({ "id": customer }),
            Buyer::Guest | Buyer::Address => json!({ "email": address_of(customer) }),
        };
        json!({
            "id": self.id,
            "customer": buyer,
            "currency": "RUB",
            "total": self.price * i64::try_from(lines.len()).unwrap_or(1),
            "lines": lines,
            "coupon_codes": codes,
            "status": status,
            "at": AT,
        })
    }
}

/// Money of an order that is given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refund {
    pub(crate) order: Order,
    /// Of each line.
    pub(crate) quarters: Vec<i64>,
    /// Whether it names the lines. One that does not is spread over the whole order.
    pub(crate) by_line: bool,
    /// Whether it asks for one quarter more than is left. It gets what is left.
    asks_too_much: bool,
}

impl Refund {
    /// Some of what is left of an order, by line or all over it; at least a quarter of a line.
    pub(crate) fn some(order: Order, rng: &mut Rng) -> Self {
        let left = order.left();
        let lines: Vec<usize> = (0..left.len()).filter(|line| left[*line] > 0).collect();
        let is_even = left.iter().all(|quarters| *quarters == left[0]);
        let (quarters, by_line) = match rng.u8(0..3) {
            // What is spread has one right answer only where every line has as much left.
            0 if is_even => (vec![rng.i64(1..=left[0]); left.len()], false),
            1 => (left.clone(), rng.bool()),
            _ => {
                let mut quarters = vec![0; left.len()];
                let line = *rng.choice(&lines).unwrap_or(&0);
                quarters[line] = rng.i64(1..=left[line]);
                (quarters, true)
            }
        };
        Self {
            asks_too_much: quarters == left && rng.bool(),
            order,
            quarters,
            by_line,
        }
    }

    /// The money that is given back.
    pub(crate) fn amount(&self) -> i64 {
        self.order.price / QUARTERS * self.quarters.iter().sum::<i64>()
    }

    /// What it takes back.
    pub(crate) fn reversed(&self) -> i64 {
        self.order.earned(&self.quarters)
    }

    /// What it gives back.
    pub(crate) fn given_back(&self) -> i64 {
        self.order.spent(&self.quarters)
    }

    /// The order after it.
    pub(crate) fn rest(&self) -> Order {
        self.order.without(&self.quarters)
    }

    /// What the shop tells of it.
    pub(crate) fn document(&self, name: &str) -> Value {
        let quarter = self.order.price / QUARTERS;
        let mut beyond = if self.asks_too_much { quarter } else { 0 };
        let amount = self.amount() + beyond;
        let mut lines = Vec::new();
        for (number, quarters) in (1..).zip(&self.quarters) {
            if self.by_line && *quarters > 0 {
                let amount = quarter * quarters + std::mem::take(&mut beyond);
                lines.push(json!({ "id": number.to_string(), "amount": amount }));
            }
        }
        json!({
            "id": format!("refund-{name}"),
            "order_id": self.order.id,
            "amount": amount,
            "lines": lines,
            "at": AT,
        })
    }
}

/// The address of a customer.
pub(crate) fn address_of(customer: &str) -> String {
    format!("{customer}@example.com")
}

/// A number of points that few sums have in common, so that one that is missing is told from
/// another. It divides by four.
pub(crate) fn some_points(rng: &mut Rng) -> i64 {
    rng.i64(25..2_500) * QUARTERS
}
