//! What can happen to a member's points.

use super::lots::write_moves;
use super::{Books, NewTransfer};
use crate::domain::ledger::{Account, Movement};
use crate::domain::lot::{self, Lot, Part};
use crate::domain::program::Debt;
use crate::domain::tier::Counters;
use crate::domain::{DAY, Instant};
use crate::store::{StoreError, Tx, params};
use app::api::{Expiry, Explanation, Fact, Localized, ProofLevel, TransferId};

/// Points that come in.
pub(in crate::store) struct Credit<'a> {
    /// Where they come from: `Issued` for what was earned, `Adjusted` for what was put right.
    pub(in crate::store) from: Account,
    pub(in crate::store) points: i64,
    pub(in crate::store) proof: Option<ProofLevel>,
    pub(in crate::store) evidence: Option<String>,
    pub(in crate::store) explanation: &'a Explanation,
    /// Empty: at once.
    pub(in crate::store) available_at: Option<Instant>,
    /// Whether they count towards tiers.
    pub(in crate::store) counts: bool,
}

/// Points that are taken back.
pub(in crate::store) struct Reverse<'a> {
    /// What earned them.
    pub(in crate::store) original: TransferId,
    /// How many.
    pub(in crate::store) points: i64,
    pub(in crate::store) explanation: &'a Explanation,
}

/// An explanation that nothing waits for.
pub(in crate::store) fn because(fact: Fact) -> Explanation {
    Explanation {
        fact,
        hold_days: 0,
        hold_reason: Localized::default(),
    }
}

impl Books<'_> {
    /// Brings points in, or holds them until their day.
    pub(in crate::store) async fn credit<T: Tx>(
        &mut self,
        tx: &mut T,
        credit: &Credit<'_>,
    ) -> Result<TransferId, StoreError> {
        const HOLD: &str =
            "insert into hold (transfer_id, member_id, asset, kind, state, remaining, due_at, idle_months)
            values ($1, $2, $3, 'earning', 'pending', $4, $5, $6)";
        let id = TransferId(self.new_id());
        let opens_at = credit.available_at.unwrap_or(self.now());
        let (expires_at, idle_months) = lot::expiry(self.expiry(), opens_at, &self.zone);
        let to = if credit.available_at.is_some() {
            Account::Held
        } else {
            Account::Available
        };
        let owed = self.owed();
        let new = NewTransfer {
            id,
            movement: Movement {
                from: credit.from,
                to,
                amount: credit.points,
            },
            hold: None,
            corrects: None,
            proof: credit.proof,
            evidence: credit.evidence.clone(),
            explanation: credit.explanation,
            available_at: credit.available_at,
            expires_at,
        };
        self.post(tx, &new).await?;
        self.be_active(tx).await?;
        if let Some(due_at) = credit.available_at {
            let hold = params![
                id,
                self.member,
                self.asset,
                credit.points,
                due_at,
                idle_months
            ];
            tx.later(HOLD, hold).await?;
            self.falls_due(due_at);
            return Ok(id);
        }
        self.open_lot(
            id,
            credit.points,
            owed,
            credit.counts,
            (expires_at, idle_months),
        );
        Ok(id)
    }

    /// Makes the lot of points that have become available; what was owed is paid first.
    fn open_lot(
        &mut self,
        id: TransferId,
        amount: i64,
        owed: i64,
        counts: bool,
        (expires_at, idle_months): (Option<Instant>, Option<i64>),
    ) {
        let counts = counts && self.are_points();
        self.lots.make(Lot {
            id,
            amount,
            remaining: (amount - owed).max(0),
            expired: 0,
            taken_back: 0,
            counts,
            opened_at: self.now(),
            expires_at,
            idle_months,
            late: false,
            warned: self.is_too_short_to_warn(expires_at),
        });
        if counts {
            self.count(Counters {
                points_earned: amount,
                ..Counters::default()
            });
        }
    }

    /// The member has earned or spent: what runs out after some quiet runs out later, and will be warned
    /// of anew.
    async fn be_active<T: Tx>(&mut self, tx: &mut T) -> Result<(), StoreError> {
        self.account.active_at = self.now();
        if matches!(self.expiry(), Expiry::Inactivity { .. }) {
            self.lots.load(tx, self.member).await?;
            self.lots.warn_anew();
        }
        Ok(())
    }

    /// What the member owes.
    pub(super) fn owed(&self) -> i64 {
        (-self.account.available).max(0)
    }

    /// Posts what is left of a hold that has fallen due. Its caller has resolved the hold.
    pub(super) async fn post_hold<T: Tx>(
        &mut self,
        tx: &mut T,
        hold: &super::due::Resolved,
    ) -> Result<(), StoreError> {
        let owed = self.owed();
        let new = NewTransfer {
            id: TransferId(self.new_id()),
            movement: Movement {
                from: Account::Held,
                to: Account::Available,
                amount: hold.remaining,
            },
            hold: Some(hold.id),
            corrects: None,
            proof: hold.proof,
            evidence: None,
            explanation: &hold.explanation,
            available_at: None,
            expires_at: hold.expires_at,
        };
        self.post(tx, &new).await?;
        self.be_active(tx).await?;
        let ends = (hold.expires_at, hold.idle_months);
        self.open_lot(hold.id, hold.remaining, owed, true, ends);
        super::due::pay_attempt(tx, hold.id, self.now()).await
    }

    /// Takes back points of one earning (`spec/product.md` §3.7): first what still waits, then what is
    /// left of it, then others', and the rest becomes debt; what has run out is let go. Answers how much
    /// was really taken.
    pub(in crate::store) async fn reverse<T: Tx>(
        &mut self,
        tx: &mut T,
        reverse: &Reverse<'_>,
    ) -> Result<i64, StoreError> {
        const HOLD: &str =
            "select remaining from hold where transfer_id = $1 and state = 'pending'";
        if reverse.points == 0 {
            return Ok(0);
        }
        let row = tx.query_one(HOLD, params![reverse.original]).await?;
        let waits: i64 = row.map_or(Ok(0), |row| row.get(0))?;
        let own = self
            .lots
            .load_one(tx, self.member, reverse.original)
            .await?;
        self.lots.load(tx, self.member).await?;
        let plan = lot::reverse(reverse.points, waits, own.as_ref(), &self.in_order());
        if plan.from_hold > 0 {
            self.lower_hold(tx, reverse, plan.from_hold, waits).await?;
        }
        if plan.from_available > 0 {
            let new = self.taking_back(reverse, Account::Available, plan.from_available);
            self.post(tx, &new).await?;
            self.take(tx, new.id, &plan.parts).await?;
        }
        if let Some(own) = own {
            let points = reverse.points - plan.from_hold;
            self.lots.change(own.id, |lot| lot.taken_back += points);
            if own.counts {
                self.count(Counters {
                    points_earned: -points,
                    ..Counters::default()
                });
            }
        }
        self.forgive(tx).await?;
        Ok(plan.from_hold + plan.from_available)
    }

    /// A hold that will post less, or nothing.
    async fn lower_hold<T: Tx>(
        &mut self,
        tx: &mut T,
        reverse: &Reverse<'_>,
        points: i64,
        waits: i64,
    ) -> Result<(), StoreError> {
        const LOWER: &str = "update hold set remaining = remaining - $1 where transfer_id = $2";
        const VOID: &str = "update hold set remaining = 0, state = 'voided', resolved_at = $1 where transfer_id = $2";
        let mut new = self.taking_back(reverse, Account::Held, points);
        new.hold = Some(reverse.original);
        self.post(tx, &new).await?;
        if points == waits {
            tx.later(VOID, params![self.now(), reverse.original])
                .await?;
        } else {
            tx.later(LOWER, params![points, reverse.original]).await?;
        }
        Ok(())
    }

    fn taking_back<'r>(
        &mut self,
        reverse: &Reverse<'r>,
        from: Account,
        amount: i64,
    ) -> NewTransfer<'r> {
        NewTransfer {
            id: TransferId(self.new_id()),
            movement: Movement {
                from,
                to: Account::Issued,
                amount,
            },
            hold: None,
            corrects: Some(reverse.original),
            proof: None,
            evidence: None,
            explanation: reverse.explanation,
            available_at: None,
            expires_at: None,
        }
    }

    /// Forgives a debt, where the programme does: as far as what is set aside for coupons could not pay it. That may
    /// come back, and whoever was forgiven all of it before would have it twice.
    pub(in crate::store) async fn forgive<T: Tx>(&mut self, tx: &mut T) -> Result<(), StoreError> {
        let owed = self.owed() - self.account.reserved;
        if self.rules.program.debt == Debt::Carry || owed <= 0 {
            return Ok(());
        }
        let explanation = because(Fact::DebtWrittenOff);
        let movement = Movement {
            from: Account::Adjusted,
            to: Account::Available,
            amount: owed,
        };
        self.plain(tx, movement, &explanation).await?;
        Ok(())
    }

    /// A transfer that is explained by itself.
    pub(super) async fn plain<T: Tx>(
        &mut self,
        tx: &mut T,
        movement: Movement,
        explanation: &Explanation,
    ) -> Result<TransferId, StoreError> {
        let new = NewTransfer {
            id: TransferId(self.new_id()),
            movement,
            hold: None,
            corrects: None,
            proof: None,
            evidence: None,
            explanation,
            available_at: None,
            expires_at: None,
        };
        self.post(tx, &new).await?;
        Ok(new.id)
    }

    /// Takes points out of what can be spent, lot by lot: for a coupon, or to put a balance right. The
    /// caller has seen that they are there, or takes them from somebody who will owe them.
    pub(in crate::store) async fn debit<T: Tx>(
        &mut self,
        tx: &mut T,
        to: Account,
        points: i64,
        explanation: &Explanation,
    ) -> Result<TransferId, StoreError> {
        self.lots.load(tx, self.member).await?;
        let parts = lot::take(&self.in_order(), points);
        let movement = Movement {
            from: Account::Available,
            to,
            amount: points,
        };
        let id = self.plain(tx, movement, explanation).await?;
        self.take(tx, id, &parts).await?;
        if to != Account::Adjusted {
            self.be_active(tx).await?;
        }
        Ok(id)
    }

    pub(super) async fn take<T: Tx>(
        &mut self,
        tx: &mut T,
        transfer: TransferId,
        parts: &[Part],
    ) -> Result<(), StoreError> {
        for part in parts {
            self.lots
                .change(part.lot, |lot| lot.remaining -= part.amount);
        }
        write_moves(tx, transfer, parts, -1).await
    }

    /// Spends what was set aside.
    pub(in crate::store) async fn spend<T: Tx>(
        &mut self,
        tx: &mut T,
        hold: TransferId,
        points: i64,
        explanation: &Explanation,
    ) -> Result<(), StoreError> {
        let new = NewTransfer {
            id: TransferId(self.new_id()),
            movement: Movement {
                from: Account::Reserved,
                to: Account::Redeemed,
                amount: points,
            },
            hold: Some(hold),
            corrects: None,
            proof: None,
            evidence: None,
            explanation,
            available_at: None,
            expires_at: None,
        };
        self.post(tx, &new).await
    }

    /// Gives points back that `taken` took, from where they are now, into the lots they came from.
    pub(in crate::store) async fn give_back<T: Tx>(
        &mut self,
        tx: &mut T,
        from: Account,
        taken: TransferId,
        points: i64,
        explanation: &Explanation,
    ) -> Result<(), StoreError> {
        let missing = self.missing(tx, taken).await?;
        let now = self.now();
        let grace = (self.expiry() != Expiry::Never)
            .then(|| lot::grace(now, self.rules.program.grace_days, &self.zone))
            .flatten();
        // What was owed is paid first, and only the rest is there to be spent.
        let to_lots = (self.account.available + points).clamp(0, points);
        let is_over = |lot: &Lot| lot.is_over(self.account.active_at, now, &self.zone);
        let mut back = lot::give_back(&missing, to_lots, is_over);
        if grace.is_none() {
            back = back.without_grace();
        }
        let was_held = from == Account::Reserved;
        let new = NewTransfer {
            id: TransferId(self.new_id()),
            movement: Movement {
                from,
                to: Account::Available,
                amount: points,
            },
            hold: was_held.then_some(taken),
            corrects: (!was_held).then_some(taken),
            proof: None,
            evidence: None,
            explanation,
            available_at: None,
            expires_at: grace.filter(|_| !back.late.is_empty() || back.borrowed > 0),
        };
        self.post(tx, &new).await?;
        let warned = self.is_too_short_to_warn(grace);
        for part in &back.late {
            self.lots.change(part.lot, |lot| {
                (lot.expires_at, lot.late, lot.warned) = (grace, true, warned);
            });
        }
        let parts = [back.parts, back.late].concat();
        for part in &parts {
            self.lots
                .change(part.lot, |lot| lot.remaining += part.amount);
        }
        write_moves(tx, new.id, &parts, 1).await?;
        if back.borrowed > 0 {
            self.open_lot(new.id, back.borrowed, 0, false, (grace, None));
        }
        Ok(())
    }

    /// Whether points that come in now live shorter than a warning needs: it would come at once.
    fn is_too_short_to_warn(&self, expires_at: Option<Instant>) -> bool {
        let warn_days = i64::from(self.rules.program.warn_days);
        expires_at.is_some_and(|at| at - warn_days * DAY <= self.now())
    }

    /// What a transfer took from each lot and has not given back, in the order of spending.
    async fn missing<T: Tx>(
        &mut self,
        tx: &mut T,
        taken: TransferId,
    ) -> Result<Vec<(Lot, i64)>, StoreError> {
        const SQL: &str = "select m.lot_id, cast(-sum(m.amount) as bigint) from lot_move m
                join transfer t on t.id = m.transfer_id
            where t.id = $1 or t.hold_id = $1 or t.corrects_id = $1 group by m.lot_id";
        let mut missing = Vec::new();
        for row in tx.query(SQL, params![taken]).await? {
            let lot = self.lots.load_one(tx, self.member, row.get(0)?).await?;
            let lot = lot.ok_or_else(|| StoreError::internal("a lot went away"))?;
            missing.push((lot, row.get(1)?));
        }
        let (active_at, zone) = (self.account.active_at, &self.zone);
        missing.sort_by_key(|(lot, _)| {
            let end = lot.runs_out(active_at, zone).unwrap_or(Instant::MAX);
            (end, lot.opened_at, lot.id)
        });
        Ok(missing)
    }

    pub(super) fn in_order(&self) -> Vec<Lot> {
        let mut lots: Vec<Lot> = self.lots.open().cloned().collect();
        lot::sort(&mut lots, self.account.active_at, &self.zone);
        lots
    }
}
