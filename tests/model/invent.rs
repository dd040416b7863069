//! What a step asks for in a programme as it is.

use super::action::Action;
use super::naive::Micros;
use super::pair::Pair;
use super::plan::{Cart, SHOPPERS, Share, What, Who};
use app::api::{Customer, NewRefund, Order, OrderLine, OrderStatus, QuoteLine, RefundLine};
use server::domain::{DAY, HOUR};

fn text(at: Micros) -> String {
    jiff::Timestamp::from_microsecond(at).unwrap().to_string()
}

fn email(who: usize) -> String {
    format!("shopper{who}@example.com")
}

impl Who {
    fn names(&self) -> (Option<String>, Option<String>) {
        (
            self.customer.map(|who| format!("customer{who}")),
            self.email.map(email),
        )
    }
}

impl Pair {
    /// The newest order is 0; beyond the oldest are one or two that nobody has told yet.
    fn order_name(&self, number: usize) -> String {
        let told = self.told.len();
        let number = number % (told + 2);
        format!(
            "order{}",
            if number < told {
                told - 1 - number
            } else {
                number
            }
        )
    }

    /// The newest code is 0; beyond the oldest is one that does not exist.
    fn code_name(&self, number: usize) -> String {
        let number = number % (self.codes + 1);
        format!(
            "CODE{}",
            if number < self.codes {
                self.codes - 1 - number
            } else {
                number
            }
        )
    }

    fn member(&self, number: usize) -> Option<usize> {
        let members = self.model.members.len();
        (members > 0).then(|| number % members)
    }

    /// What is said of the points: of a slider how many, and at times half a step or none, of anything else nothing.
    fn points(&self, reward: usize, times: i64) -> Option<i64> {
        let prize = self.model.rules.rewards.get(reward)?;
        let points = match times {
            0 => prize.points / 2,
            _ => times * prize.points,
        };
        (prize.slider && times < 7).then_some(points)
    }

    /// What a step asks for, if it makes sense here.
    pub(crate) fn action(&mut self, what: &What, now: Micros) -> Option<Action> {
        Some(match what {
            What::Join { who, zone } => {
                let (customer, email) = who.names();
                Action::Join {
                    customer,
                    email,
                    zone,
                }
            }
            What::Order(cart) => Action::Order(Box::new(self.order(cart, now))),
            What::CancelOrder { order } => {
                let name = self.order_name(*order);
                let told = self.told.get(&name).cloned();
                let mut told = told.unwrap_or_else(|| self.unheard_of(&name, now));
                told.status = OrderStatus::Cancelled;
                self.told.entry(name).or_insert_with(|| told.clone());
                Action::Order(Box::new(told))
            }
            What::OrderAgain { order, dearer } => {
                let mut told = self.told.get(&self.order_name(*order))?.clone();
                told.status = OrderStatus::Paid;
                told.total += i64::from(*dearer);
                Action::Order(Box::new(told))
            }
            What::Refund { order, share } => Action::Refund(self.refund(*order, share, now)),
            What::RefundAgain { refund, more } => {
                let mut told = self
                    .refunds
                    .get(refund % self.refunds.len().max(1))?
                    .clone();
                told.amount += i64::from(*more);
                Action::Refund(told)
            }
            What::Redeem {
                member,
                reward,
                times,
            } => {
                let member = self.member(*member)?;
                let code = format!("CODE{}", self.codes);
                self.codes += 1;
                Action::Redeem {
                    member,
                    reward: *reward,
                    points: self.points(*reward, *times),
                    code,
                }
            }
            What::Reserve {
                code,
                order,
                prices,
            } => Action::Reserve {
                code: self.code_name(*code),
                order: self.order_name(*order),
                lines: lines(prices),
            },
            What::Release { code } => Action::Release {
                code: self.code_name(*code),
            },
            What::Cancel { member, code } => {
                let code = self.code_name(*code);
                // Mostly whose it is, at times somebody else.
                let owner = self.model.coupons.get(&code).map(|coupon| coupon.member);
                let owner = owner.filter(|_| *member > 0);
                Action::Cancel {
                    member: owner.or(self.member(*member))?,
                    code,
                }
            }
            What::Adjust { member, amount } => Action::Adjust {
                member: self.member(*member)?,
                amount: *amount,
            },
            What::Tier { member, manual } => {
                let until = |days| now + days * DAY;
                let manual = manual.map(|(tier, days)| (tier, until(days)));
                Action::Tier {
                    member: self.member(*member)?,
                    manual,
                }
            }
            What::Move { member, zone } => Action::Move {
                member: self.member(*member)?,
                zone,
            },
            What::Rules(_) | What::Work(_) | What::Again { .. } => return None,
        })
    }

    fn order(&mut self, cart: &Cart, now: Micros) -> Order {
        let (id, email) = cart.who.names();
        let goods: i64 = cart.lines.iter().map(|line| line.0).sum();
        let line = |(number, (amount, sku)): (usize, &(i64, Option<&'static str>))| OrderLine {
            id: format!("{number}"),
            name: None,
            sku: sku.map(str::to_owned),
            amount: *amount,
            qty: 1,
            collections: Vec::new(),
            on_sale: false,
        };
        let order = Order {
            id: format!("order{}", self.told.len()),
            customer: Customer {
                id,
                email,
                phone: None,
                is_new: None,
            },
            currency: if cart.other_currency { "EUR" } else { "RUB" }.to_owned(),
            total: (goods - cart.discount).max(0) + cart.shipping + cart.tax,
            shipping: cart.shipping,
            tax: cart.tax,
            discount: cart.discount,
            lines: cart.lines.iter().enumerate().map(line).collect(),
            payment_method: None,
            coupon_codes: cart
                .codes
                .iter()
                .map(|code| self.code_name(*code))
                .collect(),
            referral_code: None,
            address_hash: None,
            card_hash: None,
            status: OrderStatus::Paid,
            at: text(now - cart.placed * HOUR),
        };
        self.told.insert(order.id.clone(), order.clone());
        order
    }

    /// An order that is called off before anybody told it.
    fn unheard_of(&self, name: &str, now: Micros) -> Order {
        let who = self.told.len() % SHOPPERS;
        Order {
            id: name.to_owned(),
            customer: Customer {
                id: None,
                email: Some(email(who)),
                phone: None,
                is_new: None,
            },
            currency: "RUB".to_owned(),
            total: 1000,
            shipping: 0,
            tax: 0,
            discount: 0,
            lines: Vec::new(),
            payment_method: None,
            coupon_codes: Vec::new(),
            referral_code: None,
            address_hash: None,
            card_hash: None,
            status: OrderStatus::Paid,
            at: text(now),
        }
    }

    fn refund(&mut self, order: usize, share: &Share, now: Micros) -> NewRefund {
        let order_id = self.order_name(order);
        let order = self.told.get(&order_id);
        let total = order.map_or(1000, |order| order.total);
        let (amount, lines) = match share {
            Share::Of(permille) => (total * permille / 1000, Vec::new()),
            Share::OfLine {
                line,
                permille,
                more,
            } => {
                let price = order.and_then(|order| Some(order.lines.get(*line)?.amount));
                let amount = price.unwrap_or(500) * permille / 1000;
                (
                    amount + more,
                    vec![RefundLine {
                        id: format!("{line}"),
                        amount,
                    }],
                )
            }
        };
        let id = format!("refund{}", self.refunds.len());
        let refund = NewRefund {
            id,
            order_id,
            amount,
            lines,
            at: text(now),
        };
        self.refunds.push(refund.clone());
        refund
    }
}

fn lines(prices: &[i64]) -> Vec<QuoteLine> {
    let line = |(number, amount): (usize, &i64)| QuoteLine {
        id: format!("{number}"),
        amount: *amount,
        ..QuoteLine::default()
    };
    prices.iter().enumerate().map(line).collect()
}
