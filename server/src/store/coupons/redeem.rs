//! Members turn points into codes, and store credit, too.

use super::shop::{self, Verb};
use super::stock::{self, Taken};
use super::{Find, StoredCoupon};
use crate::clock::Stamp;
use crate::domain::DAY;
use crate::domain::ledger::Account;
use crate::domain::program::{POINTS, Rules};
use crate::domain::reward::{CREDIT, Codes, Misfit, Place, Price, Reward};
use crate::store::ledger::{Books, Credit, because, json};
use crate::store::{Command, Query, StoreError, Tx, params};
use app::api::{
    CouponState, Fact, Locked, MemberId, RedemptionId, RewardKind, Settles, TransferId,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What refusals name tiers in: they are problems, which are in English.
const LOCALE: &str = "en";

/// Turns points into a code.
pub struct Redeem {
    /// The rules.
    pub rules: Arc<Rules>,
    /// Who.
    pub member: MemberId,
    /// The reward's id in the programme file, or [`CREDIT`] to turn store credit into a code.
    pub reward: String,
    /// How many points, of a slider; how much store credit.
    pub points: Option<i64>,
    /// A code that nobody can guess, for rewards whose codes are made here.
    pub code: String,
    /// When.
    pub stamp: Stamp,
}

/// What became of a redemption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Redeemed {
    /// The coupon, and the available balance after it.
    Done(Box<StoredCoupon>, i64),
    /// The member has too few points. Nothing has changed.
    TooFew {
        /// What they can spend.
        available: i64,
    },
    /// The member cannot have it now. Nothing has changed.
    Locked(Locked),
    /// So many points do not fit the reward. Nothing has changed.
    Misfit(Misfit),
    /// There is no such reward.
    Unknown,
}

impl Command for Redeem {
    type Output = Redeemed;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Redeemed, StoreError> {
        let program = &self.rules.program;
        if self.reward != CREDIT {
            let Some(reward) = program.reward(&self.reward) else {
                return Ok(Redeemed::Unknown);
            };
            return match reward.price(self.points) {
                Ok(price) => self.redeem(tx, reward, price, POINTS).await,
                Err(misfit) => Ok(Redeemed::Misfit(misfit)),
            };
        }
        let points = match self.points {
            None => return Ok(Redeemed::Misfit(Misfit::Missing)),
            Some(points) if points < 1 => return Ok(Redeemed::Misfit(Misfit::TooFew(1))),
            Some(points) => points,
        };
        if !self.has_credit(tx).await? {
            return Ok(Redeemed::TooFew { available: 0 });
        }
        let price = Price {
            points,
            amount: points,
        };
        let reward = Reward::of_credit(points);
        self.redeem(tx, &reward, price, &program.currency).await
    }
}

/// A coupon that is about to be made.
struct New<'a> {
    reward: &'a Reward,
    price: Price,
    asset: &'a str,
    code: String,
    /// How the member sees it, where that is not in capitals.
    shown: Option<String>,
    id: RedemptionId,
    /// The transfer that set its points aside, or spent them.
    taken: TransferId,
}

impl Redeem {
    /// Whether the member has an account of store credit: one is not made to be refused from.
    async fn has_credit<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        const SQL: &str = "select available from account where member_id = $1 and asset = $2";
        let key = params![self.member, &self.rules.program.currency];
        Ok(tx.query_one(SQL, key).await?.is_some())
    }

    async fn redeem<T: Tx>(
        &self,
        tx: &mut T,
        reward: &Reward,
        price: Price,
        asset: &str,
    ) -> Result<Redeemed, StoreError> {
        let mut books = Books::open_in(tx, &self.rules, &self.stamp, self.member, asset).await?;
        books.settle(tx).await?;
        let (code, shown) = match self.take_one(tx, &books, reward, price).await? {
            Ok(taken) => taken,
            Err(refused) => {
                books.close(tx).await?;
                return Ok(refused);
            }
        };
        let explanation = because(Fact::Redeemed {
            reward: reward.name.clone(),
            order: None,
        });
        let to = if reward.kind.settles() == Settles::AtOnce {
            Account::Redeemed
        } else {
            Account::Reserved
        };
        let taken = books.debit(tx, to, price.points, &explanation).await?;
        let new = New {
            reward,
            price,
            asset,
            code,
            shown,
            id: RedemptionId(books.new_id()),
            taken,
        };
        self.insert(tx, &new).await?;
        if to == Account::Reserved {
            books.falls_due(self.expires_at(reward));
        }
        let balance = books.close(tx).await?;
        if reward.kind == RewardKind::StoreCredit {
            self.buy_credit(tx, reward).await?;
        }
        let found = Find {
            program: self.rules.id,
            code: &new.code,
        }
        .run(tx)
        .await?;
        let coupon = found.ok_or_else(|| StoreError::internal("a coupon went away"))?;
        Ok(Redeemed::Done(Box::new(coupon), balance))
    }

    /// Decides whether the member can have it, and takes one of what is limited. Answers its code, and
    /// how that is shown if not in capitals. The books are the member's, and settled.
    async fn take_one<T: Tx>(
        &self,
        tx: &mut T,
        books: &Books<'_>,
        reward: &Reward,
        price: Price,
    ) -> Result<Result<(String, Option<String>), Redeemed>, StoreError> {
        let known = stock::known(tx, self.rules.id, reward, self.member).await?;
        let place = Place {
            tier: books.tier(),
            taken: known.taken(),
            uploaded: known.uploaded,
            had: known.had,
            now: self.stamp.at,
        };
        let tiers = &self.rules.program.tiers;
        if let Some(locked) = reward.locked(tiers, LOCALE, &place) {
            return Ok(Err(Redeemed::Locked(locked)));
        }
        let available = books.account.available;
        if available < price.points {
            return Ok(Err(Redeemed::TooFew { available }));
        }
        // Somebody else may take the last one at this moment: only this decides.
        Ok(
            match stock::take(tx, self.rules.id, reward, &known).await? {
                Taken::One => Ok((self.code.clone(), None)),
                Taken::Code { code, shown } => {
                    let shown = Some(shown).filter(|shown| *shown != code);
                    Ok((code, shown))
                }
                Taken::Nothing => Err(Redeemed::Locked(Locked::OutOfStock)),
            },
        )
    }

    fn expires_at(&self, reward: &Reward) -> i64 {
        self.stamp.at + i64::from(reward.valid_days) * DAY
    }

    async fn insert<T: Tx>(&self, tx: &mut T, new: &New<'_>) -> Result<(), StoreError> {
        const HOLD: &str =
            "insert into hold (transfer_id, member_id, asset, kind, state, remaining, due_at)
            values ($1, $2, $3, 'coupon', 'pending', $4, $5)";
        const COUPON: &str = "insert into coupon (program_id, code, id, member_id, reward, name, points, amount,
                currency, state, hold_id, taken_id, returned, lines, expires_at, created_at, updated_at, terms, asset,
                wanted, shipping, connection, shown)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, 0, '[]', $12, $13, $13, $14, $15, $7,
                0, $16, $17)";
        let (reward, now) = (new.reward, self.stamp.at);
        let expires_at = self.expires_at(reward);
        let at_once = reward.kind.settles() == Settles::AtOnce;
        if !at_once {
            let hold = params![
                new.taken,
                self.member,
                new.asset,
                new.price.points,
                expires_at
            ];
            tx.later(HOLD, hold).await?;
        }
        let connection = match &reward.codes {
            Codes::Shop(connection) => Some(connection.as_str()),
            Codes::Made | Codes::Pool => None,
        };
        let state = match connection {
            _ if at_once => CouponState::Used,
            Some(_) => CouponState::Making,
            None => CouponState::Open,
        };
        let terms = reward.terms(self.rules.program.spending, new.price.amount);
        let row = params![
            self.rules.id,
            &new.code,
            new.id,
            self.member,
            &reward.id,
            json(&reward.name)?,
            new.price.points,
            new.price.amount,
            &self.rules.program.currency,
            state.as_str(),
            new.taken,
            expires_at,
            now,
            json(&terms)?,
            new.asset,
            connection,
            new.shown.as_deref(),
        ];
        tx.later(COUPON, row).await?;
        if let Some(connection) = connection.filter(|_| !at_once) {
            shop::ask(tx, new.id, self.rules.id, connection, Verb::Make, now).await?;
        }
        Ok(())
    }

    /// Pays the store credit that the points were spent on. Their books are closed.
    async fn buy_credit<T: Tx>(&self, tx: &mut T, reward: &Reward) -> Result<(), StoreError> {
        if reward.amount == 0 {
            return Ok(());
        }
        let stamp = self.stamp.part("credit", 0);
        let currency = &self.rules.program.currency;
        let mut books = Books::open_in(tx, &self.rules, &stamp, self.member, currency).await?;
        books.settle(tx).await?;
        let explanation = because(Fact::CreditBought {
            reward: reward.name.clone(),
            points: reward.points,
        });
        let credit = Credit {
            from: Account::Issued,
            points: reward.amount,
            proof: None,
            evidence: None,
            explanation: &explanation,
            available_at: None,
            counts: false,
        };
        books.credit(tx, &credit).await?;
        books.close(tx).await?;
        Ok(())
    }
}
