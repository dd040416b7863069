//! A programme's life, made up from a seed: members join, buy, send back, redeem, let codes lapse, fall
//! into debt, climb and fall, and time passes. What comes of it is a ledger in which everything occurs
//! that can.

use app::api::{
    Customer, Expiry, MemberId, MemberRef, NewRefund, Order, OrderLine, OrderStatus, QuoteLine,
    RefundLine, RewardKind, Window,
};
use fastrand::Rng;
use server::clock::Stamp;
use server::domain::DAY;
use server::domain::identity::Shopper;
use server::domain::program::{Debt, Program, Rules};
use server::domain::program_file;
use server::domain::reward::Reward;
use server::domain::tier::Manual;
use server::store::adjustments::Adjust;
use server::store::coupons::{Cancel, Lapse, Redeem, Redeemed, Release, Use};
use server::store::ledger::{Due, Look, PostDue, ToLook};
use server::store::members::{Join, SetTier};
use server::store::orders::{Record, Refund};
use server::store::programs::Import;
use server::store::{Command, Store};
use std::sync::Arc;

/// The first moment of 2027 in UTC.
const BEGINNING: i64 = 1_798_761_600_000_000;

/// A programme and what there is in it.
pub(crate) struct Life {
    pub(crate) store: Store,
    pub(crate) rules: Arc<Rules>,
    pub(crate) now: i64,
    rng: Rng,
    members: Vec<(MemberId, String)>,
    orders: Vec<Order>,
    codes: Vec<(MemberId, app::api::RedemptionId, String)>,
    made: u32,
}

/// A programme in which points run out, owe, and buy codes.
pub(crate) fn program(slug: &str) -> Program {
    let demo = program_file::parse(server::demo::PROGRAM).unwrap();
    let name = demo.name.clone();
    let reward = |id: &str, points, valid_days| {
        Reward::plain(id.into(), name.clone(), points, points * 100, valid_days)
    };
    let mut program = Program {
        slug: slug.into(),
        expiry: Expiry::Earning { months: 2 },
        warn_days: 7,
        grace_days: 5,
        rewards: vec![
            reward("small", 40, 3),
            reward("large", 150, 20),
            // What an order does not need of it comes back.
            Reward {
                kind: RewardKind::Slider,
                points_min: Some(10),
                ..reward("slider", 10, 10)
            },
        ],
        ..demo
    };
    program.ladder.window = Window::Rolling { months: 3 };
    for (tier, welcome) in program.tiers.iter_mut().zip([0, 30, 100]) {
        tier.entry_points = welcome;
    }
    if let Some(purchase) = &mut program.purchase {
        purchase.hold_days = 2;
        purchase.first_order_bonus = 7;
    }
    program
}

impl Life {
    /// A new programme in a store.
    pub(crate) async fn begin(store: &Store, program: Program, seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let stamp = stamp(&mut rng, BEGINNING);
        let import = Import {
            slug: program.slug.clone(),
            source: format!("the file of {}", program.slug),
            stamp,
        };
        let entered = store.write(import).await.unwrap();
        Self {
            store: store.clone(),
            rules: Arc::new(Rules {
                id: entered.id,
                version: 1,
                program,
            }),
            now: BEGINNING,
            rng,
            members: Vec::new(),
            orders: Vec::new(),
            codes: Vec::new(),
            made: 0,
        }
    }

    /// The same with another rule about debts.
    pub(crate) fn forgiving(mut self) -> Self {
        let mut rules = (*self.rules).clone();
        rules.program.debt = Debt::WriteOff;
        self.rules = Arc::new(rules);
        self
    }

    pub(crate) async fn live(&mut self, steps: usize) {
        for _ in 0..steps {
            self.now += self.rng.i64(0..DAY / 4);
            self.step().await;
        }
    }

    async fn step(&mut self) {
        match self.rng.u32(0..40) {
            0..3 => self.join().await,
            3..14 => self.buy().await,
            14..19 => self.send_back().await,
            19..21 => self.call_off().await,
            21..27 => self.redeem().await,
            27..29 => self.reserve().await,
            29..31 => self.let_go().await,
            31..34 => self.adjust().await,
            34 => self.give_tier().await,
            _ => self.wait().await,
        }
    }

    async fn write<C: Command>(&self, command: C) -> C::Output {
        self.store.write(command).await.unwrap()
    }

    fn stamp(&mut self) -> Stamp {
        stamp(&mut self.rng, self.now)
    }

    fn name(&mut self, kind: &str) -> String {
        self.made += 1;
        format!("{}-{kind}-{}", self.rules.program.slug, self.made)
    }

    fn someone(&mut self) -> Option<(MemberId, String)> {
        self.rng.choice(&self.members).cloned()
    }

    async fn join(&mut self) {
        if self.members.len() > 9 {
            return;
        }
        let number = self.members.len();
        let shopper = Shopper {
            customer: Some(format!("c{number}")),
            email: Some(format!("guest{}@example.org", number % 4)),
            email_verified: number < 4,
            ..Shopper::default()
        };
        let join = Join {
            rules: self.rules.clone(),
            shopper,
            locale: "en".into(),
            time_zone: ["Europe/Moscow", "America/New_York"][number % 2].into(),
            stamp: self.stamp(),
        };
        let member = self.write(join).await;
        self.members.push((member, format!("c{number}")));
    }

    async fn buy(&mut self) {
        let guest = self.rng.u32(0..6) == 0;
        let id = self.name("order");
        let customer = self.someone().filter(|_| !guest);
        let prices: Vec<i64> = (0..self.rng.usize(1..4))
            .map(|_| self.rng.i64(1..200_000))
            .collect();
        // Somebody's whole order may be paid by a voucher of the shop's own.
        let free = self.rng.u32(0..15) == 0;
        let prices = if free { vec![0] } else { prices };
        let shipping = if free { 0 } else { self.rng.i64(0..2) * 30_000 };
        let mut coupon_codes = Vec::new();
        for _ in 0..self.rng.u32(0..3) {
            coupon_codes.extend(
                self.rng
                    .choice(&self.codes)
                    .map(|(_, _, code)| code.clone()),
            );
        }
        let lines = (1..).zip(&prices).map(|(line, price)| OrderLine {
            id: line.to_string(),
            name: None,
            sku: None,
            amount: *price,
            qty: 1,
            collections: Vec::new(),
            on_sale: false,
        });
        let order = Order {
            id,
            customer: Customer {
                id: customer.map(|(_, name)| name),
                email: Some(format!("guest{}@example.org", self.rng.u32(0..6))),
                phone: None,
                is_new: None,
            },
            currency: if self.rng.u32(0..12) == 0 {
                "EUR"
            } else {
                "RUB"
            }
            .into(),
            total: prices.iter().sum::<i64>() + shipping,
            shipping,
            tax: 0,
            discount: 0,
            lines: lines.collect(),
            payment_method: None,
            coupon_codes,
            referral_code: None,
            address_hash: None,
            card_hash: None,
            status: OrderStatus::Paid,
            at: String::new(),
        };
        self.tell(&order).await;
        self.orders.push(order);
    }

    async fn tell(&mut self, order: &Order) {
        let record = Record {
            rules: self.rules.clone(),
            order: order.clone(),
            digest: order.id.clone().into_bytes(),
            stamp: self.stamp(),
        };
        self.write(record).await;
    }

    async fn send_back(&mut self) {
        let Some(order) = self.rng.choice(&self.orders).cloned() else {
            return;
        };
        if order.total == 0 {
            return;
        }
        let whole = self.rng.u32(0..4) == 0;
        let line = self.rng.choice(&order.lines).cloned().unwrap();
        let refund = NewRefund {
            id: self.name("refund"),
            order_id: if self.rng.u32(0..20) == 0 {
                "nobody's".into()
            } else {
                order.id.clone()
            },
            amount: if whole {
                order.total
            } else {
                self.rng.i64(1..=order.total)
            },
            lines: vec![RefundLine {
                id: line.id,
                amount: self.rng.i64(1..=line.amount),
            }],
            at: String::new(),
        };
        let refund = Refund {
            rules: self.rules.clone(),
            digest: refund.id.clone().into_bytes(),
            refund,
            stamp: self.stamp(),
        };
        self.write(refund).await;
    }

    async fn call_off(&mut self) {
        let Some(mut order) = self.rng.choice(&self.orders).cloned() else {
            return;
        };
        order.status = OrderStatus::Cancelled;
        if self.rng.u32(0..4) == 0 {
            order.id = self.name("order");
        }
        self.tell(&order).await;
    }

    async fn redeem(&mut self) {
        let Some((member, _)) = self.someone() else {
            return;
        };
        let (reward, points) = match self.rng.u32(0..3) {
            0 => ("small", None),
            1 => ("large", None),
            _ => ("slider", Some(self.rng.i64(1..12) * 10)),
        };
        let redeem = Redeem {
            rules: self.rules.clone(),
            member,
            reward: reward.into(),
            points,
            code: self.name("code").to_ascii_uppercase(),
            stamp: self.stamp(),
        };
        if let Redeemed::Done(coupon, _) = self.write(redeem).await {
            self.codes.push((member, coupon.id, coupon.code));
        }
    }

    async fn reserve(&mut self) {
        let Some((_, _, code)) = self.rng.choice(&self.codes).cloned() else {
            return;
        };
        let keep = Use {
            rules: self.rules.clone(),
            code,
            order: self.name("order"),
            lines: vec![QuoteLine {
                id: "1".into(),
                amount: 9_000,
                ..QuoteLine::default()
            }],
            shipping: 0,
            other_codes: false,
            stamp: self.stamp(),
        };
        self.write(keep).await;
    }

    async fn let_go(&mut self) {
        let Some((member, id, code)) = self.rng.choice(&self.codes).cloned() else {
            return;
        };
        let (rules, stamp) = (self.rules.clone(), self.stamp());
        if self.rng.bool() {
            self.write(Release { rules, code, stamp }).await;
        } else {
            self.write(Cancel {
                rules,
                member,
                id,
                stamp,
            })
            .await;
        }
    }

    async fn adjust(&mut self) {
        let Some((member, _)) = self.someone() else {
            return;
        };
        let amount = self.rng.i64(1..120) * if self.rng.bool() { 1 } else { -1 };
        let adjust = Adjust {
            rules: self.rules.clone(),
            member: MemberRef {
                id: Some(member),
                ..MemberRef::default()
            },
            amount,
            note: "put right".into(),
            by: "key_1".into(),
            stamp: self.stamp(),
        };
        self.write(adjust).await;
    }

    async fn give_tier(&mut self) {
        let Some((member, _)) = self.someone() else {
            return;
        };
        let manual = self.rng.bool().then(|| Manual {
            tier: "gold".into(),
            until: self.now + 9 * DAY,
        });
        let set = SetTier {
            rules: self.rules.clone(),
            member,
            manual,
            stamp: self.stamp(),
        };
        self.write(set).await;
    }

    /// Time passes; what falls due meanwhile is sometimes done by the worker.
    pub(crate) async fn wait(&mut self) {
        self.now += self.rng.i64(0..6) * DAY;
        if self.rng.u32(0..3) == 0 {
            return;
        }
        let due = self
            .store
            .read(Due {
                now: self.now,
                after: None,
                limit: 100,
            })
            .await
            .unwrap();
        let ours = self.rules.id;
        for due in due.into_iter().filter(|due| due.program == ours) {
            let (rules, stamp, hold) = (self.rules.clone(), self.stamp(), due.hold);
            if due.is_coupon {
                self.write(Lapse { rules, hold, stamp }).await;
            } else {
                let member = due.member;
                self.write(PostDue {
                    rules,
                    member,
                    hold,
                    stamp,
                })
                .await;
            }
        }
        let look = ToLook {
            now: self.now,
            limit: 100,
            skip: 0,
        };
        for (program, member) in self.store.read(look).await.unwrap() {
            if program == self.rules.id {
                let look = Look {
                    rules: self.rules.clone(),
                    member,
                    revises: false,
                    stamp: self.stamp(),
                };
                self.write(look).await;
            }
        }
    }
}

fn stamp(rng: &mut Rng, at: i64) -> Stamp {
    let (mut seed, mut salt) = ([0; 16], [0; 16]);
    rng.fill(&mut seed);
    rng.fill(&mut salt);
    Stamp { at, seed, salt }
}
