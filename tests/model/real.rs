//! The real ledger: one programme in a store, asked in the same words as the model.

use super::action::{Action, Answer, Coupon};
use super::faults::Faulty;
use super::naive::Told;
use super::rules::{Rules, id_of};
use app::api::{MemberId, MemberRef, NewRefund, OrderStatus, ProgramId, RedemptionId};
use server::clock::Stamp;
use server::domain::identity::Shopper;
use server::domain::program::Rules as ServerRules;
use server::domain::tier::Manual;
use server::store::adjustments::{Adjust, Adjusted};
use server::store::coupons::{self, Ended, Redeem, Redeemed, StoredCoupon, Used};
use server::store::idempotency::{Key, Keyed, Outcome};
use server::store::members::{Join, SetTier, Update, Updated};
use server::store::orders::{Record, Recorded, Refund, RefundOutcome, StoredOrder};
use server::store::programs::Import;
use server::store::{Command, Store, StoreError};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// One programme of a store.
pub(crate) struct Real {
    pub(crate) store: Store,
    pub(crate) rules: Arc<ServerRules>,
    pub(crate) members: Vec<MemberId>,
    redemptions: BTreeMap<String, RedemptionId>,
    /// How many statements the last command ran.
    pub(crate) statements: Arc<AtomicU32>,
}

/// When and how something is asked.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) stamp: Stamp,
    /// An idempotency key.
    pub(crate) key: Option<String>,
    /// The statement at which the server crashes, from 1.
    pub(crate) crash_at: Option<u32>,
}

/// Why there is no answer of the command's own.
enum Stop {
    OtherRequest,
    Fault(StoreError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Fault(error)
    }
}

/// A digest of what is asked, as the API makes one of route and body.
fn digest(action: &Action) -> [u8; 32] {
    let mut hasher = DefaultHasher::new();
    format!("{action:?}").hash(&mut hasher);
    let mut digest = [0; 32];
    digest[..8].copy_from_slice(&hasher.finish().to_be_bytes());
    digest
}

impl Real {
    /// Enters a new programme.
    pub(crate) async fn enter(store: &Store, slug: &str, rules: &Rules, stamp: Stamp) -> Self {
        let slug = slug.to_owned();
        let entered = store
            .write(Import {
                slug,
                source: "model".to_owned(),
                stamp,
            })
            .await
            .unwrap();
        Self {
            store: store.clone(),
            rules: rules.for_server(entered.id, 1),
            members: Vec::new(),
            redemptions: BTreeMap::new(),
            statements: Arc::default(),
        }
    }

    pub(crate) fn id(&self) -> ProgramId {
        self.rules.id
    }

    /// The next version of the rules.
    pub(crate) fn change_rules(&mut self, rules: &Rules) {
        self.rules = rules.for_server(self.rules.id, self.rules.version + 1);
    }

    fn number(&mut self, member: MemberId) -> usize {
        let known = self.members.iter().position(|known| *known == member);
        known.unwrap_or_else(|| {
            self.members.push(member);
            self.members.len() - 1
        })
    }

    /// Runs any command so that it can crash.
    pub(crate) async fn run<C: Command>(
        &self,
        command: C,
        crash_at: Option<u32>,
    ) -> Result<C::Output, StoreError> {
        let statements = Arc::clone(&self.statements);
        statements.store(0, Ordering::SeqCst);
        self.store
            .write(Faulty {
                command,
                fail_at: crash_at,
                statements,
            })
            .await
    }

    /// Runs a command under its call's key.
    async fn ask<C>(&self, command: C, action: &Action, call: &Call) -> Result<C::Output, Stop>
    where
        C: Command,
        Keyed<C>: Command<Output = Outcome<C::Output>>,
    {
        let key = call.key.clone().map(|key| Key {
            program: self.id(),
            principal: "model".to_owned(),
            key,
            request: digest(action),
        });
        let keyed = Keyed {
            key,
            command,
            at: call.stamp.at,
        };
        match self.run(keyed, call.crash_at).await? {
            Outcome::Done(output) => Ok(output),
            Outcome::OtherRequest => Err(Stop::OtherRequest),
        }
    }

    /// Does what is asked.
    pub(crate) async fn carry_out(
        &mut self,
        action: &Action,
        call: &Call,
    ) -> Result<Answer, StoreError> {
        let answer = match action {
            Action::Order(_) | Action::Refund(_) => self.tell(action, call).await,
            Action::Redeem { .. }
            | Action::Reserve { .. }
            | Action::Release { .. }
            | Action::Cancel { .. } => self.coupon(action, call).await,
            _ => self.member(action, call).await,
        };
        match answer {
            Ok(answer) => Ok(answer),
            Err(Stop::OtherRequest) => Ok(Answer::OtherRequest),
            Err(Stop::Fault(error)) => Err(error),
        }
    }

    /// The shop tells an order or a refund.
    async fn tell(&mut self, action: &Action, call: &Call) -> Result<Answer, Stop> {
        let (rules, stamp) = (Arc::clone(&self.rules), call.stamp);
        Ok(match action.clone() {
            Action::Order(order) => {
                let digest = order_digest(&order);
                let record = Record {
                    rules,
                    order: *order,
                    digest,
                    stamp,
                };
                match self.ask(record, action, call).await? {
                    Recorded::Kept(stored) => Answer::Order(self.order(stored)),
                    Recorded::Differs => Answer::Differs,
                }
            }
            Action::Refund(refund) => {
                let same = NewRefund {
                    at: String::new(),
                    ..refund.clone()
                };
                let digest = serde_json::to_vec(&same).unwrap();
                let refund = Refund {
                    rules,
                    refund,
                    digest,
                    stamp,
                };
                match self.ask(refund, action, call).await? {
                    RefundOutcome::Kept(stored) => Answer::Refund {
                        applied: stored.applied,
                        amount: stored.amount,
                        taken_back: stored.reversed,
                        given_back: stored.given_back,
                    },
                    RefundOutcome::Differs => Answer::Differs,
                }
            }
            _ => Answer::Unknown,
        })
    }

    async fn coupon(&mut self, action: &Action, call: &Call) -> Result<Answer, Stop> {
        let (rules, stamp) = (Arc::clone(&self.rules), call.stamp);
        Ok(match action.clone() {
            Action::Redeem {
                member,
                reward,
                points,
                code,
            } => {
                let (member, reward) = (self.members[member], id_of("reward", reward));
                let redeem = Redeem {
                    rules,
                    member,
                    reward,
                    points,
                    code: code.clone(),
                    stamp,
                };
                match self.ask(redeem, action, call).await? {
                    Redeemed::Done(stored, balance) => {
                        self.redemptions.insert(code, stored.id);
                        Answer::Coupon {
                            coupon: coupon(&stored),
                            balance: Some(balance),
                        }
                    }
                    Redeemed::TooFew { available } => Answer::TooFew(available),
                    // Nothing is limited here.
                    Redeemed::Locked(_) | Redeemed::Misfit(_) => Answer::Refused,
                    Redeemed::Unknown => Answer::Unknown,
                }
            }
            Action::Reserve { code, order, lines } => {
                let reserve = coupons::Use {
                    rules,
                    code,
                    order,
                    lines,
                    shipping: 0,
                    other_codes: false,
                    stamp,
                };
                match self.ask(reserve, action, call).await? {
                    Used::Kept(stored) => Answer::Coupon {
                        coupon: coupon(&stored),
                        balance: None,
                    },
                    Used::NotOpen(stored) => Answer::NotOpen(coupon(&stored)),
                    Used::Terms(_) => Answer::Refused,
                    Used::Unknown => Answer::Unknown,
                }
            }
            Action::Release { code } => ended(
                self.ask(coupons::Release { rules, code, stamp }, action, call)
                    .await?,
            ),
            Action::Cancel { member, code } => {
                let id = self
                    .redemptions
                    .get(&code)
                    .copied()
                    .unwrap_or(RedemptionId([0; 16]));
                let member = self.members[member];
                ended(
                    self.ask(
                        coupons::Cancel {
                            rules,
                            member,
                            id,
                            stamp,
                        },
                        action,
                        call,
                    )
                    .await?,
                )
            }
            _ => Answer::Unknown,
        })
    }

    async fn member(&mut self, action: &Action, call: &Call) -> Result<Answer, Stop> {
        let (rules, stamp) = (Arc::clone(&self.rules), call.stamp);
        Ok(match action.clone() {
            Action::Join {
                customer,
                email,
                zone,
            } => {
                let email_verified = email.is_some();
                let shopper = Shopper {
                    customer,
                    email_verified,
                    email,
                    ..Shopper::default()
                };
                let (locale, time_zone) = ("en".to_owned(), zone.to_owned());
                let join = Join {
                    rules,
                    shopper,
                    locale,
                    time_zone,
                    stamp,
                };
                let member = self.ask(join, action, call).await?;
                Answer::Member(self.number(member))
            }
            Action::Adjust { member, amount } => {
                let member = MemberRef {
                    id: Some(self.members[member]),
                    ..MemberRef::default()
                };
                let (note, by) = ("note".to_owned(), "model".to_owned());
                let adjust = Adjust {
                    rules,
                    member,
                    amount,
                    note,
                    by,
                    stamp,
                };
                match self.ask(adjust, action, call).await? {
                    Adjusted::Done { balance, .. } => Answer::Balance(balance),
                    Adjusted::TooFew { available } => Answer::TooFew(available),
                    Adjusted::Unknown => Answer::Unknown,
                }
            }
            Action::Tier { member, manual } => {
                let manual = manual.map(|(tier, until)| Manual {
                    tier: id_of("tier", tier),
                    until,
                });
                let set = SetTier {
                    rules,
                    member: self.members[member],
                    manual,
                    stamp,
                };
                if self.ask(set, action, call).await? {
                    Answer::Done
                } else {
                    Answer::Unknown
                }
            }
            Action::Move { member, zone } => {
                let time_zone = Some(zone.to_owned());
                let member = self.members[member];
                let update = Update {
                    rules,
                    member,
                    name: None,
                    locale: None,
                    time_zone,
                    stamp,
                };
                match self.ask(update, action, call).await? {
                    Updated::Done => Answer::Done,
                    Updated::ZoneStands { until } => Answer::ZoneStands(until),
                }
            }
            _ => Answer::Unknown,
        })
    }

    pub(crate) fn order(&mut self, stored: StoredOrder) -> Told {
        Told {
            cancelled: stored.status == OrderStatus::Cancelled,
            member: stored.member.map(|member| self.number(member)),
            points: stored.points,
            available_at: stored.available_at,
            refunded: stored.refunded,
            reason: stored.reason,
        }
    }
}

fn order_digest(order: &app::api::Order) -> Vec<u8> {
    let bought = app::api::Order {
        status: OrderStatus::Paid,
        at: String::new(),
        ..order.clone()
    };
    serde_json::to_vec(&bought).unwrap()
}

/// A code as a checkout sees it.
pub(crate) fn coupon(stored: &StoredCoupon) -> Coupon {
    Coupon {
        state: stored.state,
        points: stored.points,
        amount: stored.amount,
        wanted: stored.wanted,
        order: stored.order.clone(),
        lines: stored
            .lines
            .iter()
            .map(|line| (line.id.clone(), line.amount))
            .collect(),
        expires_at: stored.expires_at,
    }
}

fn ended(ended: Ended) -> Answer {
    match ended {
        Ended::Done(stored) => Answer::Coupon {
            coupon: coupon(&stored),
            balance: None,
        },
        Ended::InUse(stored) => Answer::NotOpen(coupon(&stored)),
        Ended::Unknown => Answer::Unknown,
    }
}
