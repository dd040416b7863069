//! One programme on both sides: the real ledger and the model, asked the same and compared.

use super::action::{Action, Answer};
use super::look::{Holdings, same, same_rows};
use super::naive::{Micros, Programme};
use super::plan::{Cart, SHOPPERS, Share, What, Who};
use super::real::{Call, Real};
use super::rules::Rules;
use app::api::{CouponLineAmount, Customer, NewRefund, Order, OrderLine, OrderStatus, RefundLine};
use server::store::StoreError;
use std::collections::{BTreeMap, BTreeSet};

/// A programme twice.
pub(crate) struct Pair {
    pub(crate) real: Real,
    pub(crate) model: Programme,
    /// Orders as they were told, by their numbers.
    told: BTreeMap<String, Order>,
    refunds: Vec<NewRefund>,
    codes: usize,
    /// Members to whom something happened by itself that the real ledger need not know of yet.
    behind: BTreeSet<usize>,
    /// What was asked under which key, and the answer.
    log: Vec<(Action, String, Answer)>,
}

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
    pub(crate) fn new(real: Real, model: Programme) -> Self {
        Self {
            real,
            model,
            told: BTreeMap::new(),
            refunds: Vec::new(),
            codes: 0,
            behind: BTreeSet::new(),
            log: Vec::new(),
        }
    }

    fn order_name(&self, number: usize) -> String {
        // One or two that nobody has told yet are among them.
        format!("order{}", number % (self.told.len() + 2))
    }

    fn code_name(&self, number: usize) -> String {
        format!("CODE{}", number % (self.codes + 1))
    }

    fn member(&self, number: usize) -> Option<usize> {
        let members = self.model.members.len();
        (members > 0).then(|| number % members)
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
            What::Redeem { member, reward } => {
                let member = self.member(*member)?;
                let code = format!("CODE{}", self.codes);
                self.codes += 1;
                Action::Redeem {
                    member,
                    reward: *reward,
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
                let until = |days| now + days * 24 * 3_600_000_000;
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
            status: OrderStatus::Paid,
            at: text(now - cart.placed * 3_600_000_000),
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

    /// From now on there are other rules. How tiers are measured stays, since nobody looks at the tier of
    /// a member who does nothing only because the window is another one now.
    pub(crate) fn change_rules(&mut self, rules: &Rules) {
        let before = &self.model.rules;
        let rules = Rules {
            zone: before.zone,
            metric: before.metric,
            window: before.window,
            tier_grace_days: before.tier_grace_days,
            ..rules.clone()
        };
        self.real.change_rules(&rules);
        self.model.rules = rules;
    }

    /// Everything that is due by now happens to the model.
    pub(crate) fn settle(&mut self, now: Micros) {
        let happened = self.model.settle(now);
        self.behind.extend(happened);
    }

    /// Asks both sides the same; says where answers or holdings differ.
    pub(crate) async fn ask(&mut self, action: &Action, call: &Call) -> Result<Answer, String> {
        let now = call.stamp.at;
        self.settle(now);
        let before = self.all_holdings(now);
        let expected = self.model.carry_out(action, now);
        let refused = is_refusal(&expected) && self.behind.is_empty();
        let untouched = if refused {
            self.real.everything().await
        } else {
            Vec::new()
        };
        let answer = self
            .real
            .carry_out(action, call)
            .await
            .map_err(|error| fault(&error))?;
        same(&format!("the answer to {action:?}"), &answer, &expected)?;
        if refused {
            let after = self.real.everything().await;
            let what = format!("after the refusal of {action:?}, something");
            same_rows(&what, &after[..after.len() - 2], &untouched)?;
        }
        if let Some(key) = &call.key {
            self.log.push((action.clone(), key.clone(), answer.clone()));
        }
        let after = self.all_holdings(now);
        // Spending applies what is due inside its own command.
        let spends = match action {
            Action::Redeem { member, .. } | Action::Adjust { member, .. }
                if answer != Answer::Unknown =>
            {
                Some(*member)
            }
            _ => None,
        };
        let changed = (0..after.len()).filter(|who| before.get(*who) != after.get(*who));
        for who in changed.chain(spends) {
            self.behind.remove(&who);
        }
        self.compare(now)
            .await
            .map_err(|error| format!("after {action:?}: {error}"))?;
        Ok(answer)
    }

    fn all_holdings(&self, now: Micros) -> Vec<Holdings> {
        (0..self.model.members.len())
            .map(|who| self.model.holdings(who, now))
            .collect()
    }

    /// Compares all members that are not behind.
    pub(crate) async fn compare(&self, now: Micros) -> Result<(), String> {
        let real = self.real.holdings(now).await;
        for (who, real) in real.iter().enumerate() {
            if !self.behind.contains(&who) {
                same(
                    &format!("member {who}"),
                    real,
                    &self.model.holdings(who, now),
                )?;
            }
        }
        Ok(())
    }

    /// The workers have done everything: nobody is behind.
    pub(crate) async fn compare_all(&mut self, now: Micros) -> Result<(), String> {
        self.behind.clear();
        self.compare(now).await
    }

    /// Asks once more under an earlier key: the same again answers the same, something else is refused,
    /// and nothing changes.
    pub(crate) async fn ask_again(
        &mut self,
        back: usize,
        other: bool,
        call: Call,
    ) -> Result<(), String> {
        let Some(place) = self.log.len().checked_sub(back + 1) else {
            return Ok(());
        };
        let (action, key, answer) = self.log[place].clone();
        let (asked, expected) = match (other, action) {
            (true, Action::Adjust { member, amount }) => (
                Action::Adjust {
                    member,
                    amount: amount + 1,
                },
                Answer::OtherRequest,
            ),
            (true, Action::Refund(mut refund)) => {
                refund.amount += 1;
                (Action::Refund(refund), Answer::OtherRequest)
            }
            (_, action) => (action, answer),
        };
        let before = self.real.everything().await;
        let call = Call {
            key: Some(key),
            ..call
        };
        let answer = self
            .real
            .carry_out(&asked, &call)
            .await
            .map_err(|error| fault(&error))?;
        same(
            &format!("the second answer to {asked:?}"),
            &answer,
            &expected,
        )?;
        let what = format!("after asking {asked:?} again, something");
        same_rows(&what, &self.real.everything().await, &before)
    }
}

fn lines(prices: &[i64]) -> Vec<CouponLineAmount> {
    let line = |(number, amount): (usize, &i64)| CouponLineAmount {
        id: format!("{number}"),
        amount: *amount,
    };
    prices.iter().enumerate().map(line).collect()
}

fn is_refusal(answer: &Answer) -> bool {
    use Answer::{Differs, NotOpen, TooFew, Unknown, ZoneStands};
    matches!(
        answer,
        Differs | NotOpen(_) | TooFew(_) | Unknown | ZoneStands(_)
    )
}

fn fault(error: &StoreError) -> String {
    format!("the ledger failed: {error}")
}
