//! What happens by itself: holds that fall due, points that run out, coupons that lapse, tiers that are
//! reviewed.
//!
//! Each thing happens at its own moment and in the order of time, however late somebody looks: the
//! transfers are dated then, and the rest follows from that. Every command does this first, so nothing
//! depends on a job having run; the job only makes it happen soon.

use super::Books;
use super::due::{Waiting, resolve};
use super::moves::because;
use crate::domain::ledger::{Account, Movement};
use crate::domain::lot::{self, Lot, Part};
use crate::domain::tier::Held;
use crate::domain::{DAY, Instant};
use crate::store::coupons;
use crate::store::events::News;
use crate::store::{StoreError, Tx};
use app::api::{EventKind, Fact};
use std::collections::VecDeque;

/// What falls due. Of what falls due at the same moment, what stands first here happens first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    RunsOut,
    Review,
    Hold,
}

impl Books<'_> {
    /// Lets everything happen that has fallen due.
    pub(in crate::store) async fn settle<T: Tx>(&mut self, tx: &mut T) -> Result<(), StoreError> {
        let now = self.stamp.at;
        self.adopt(tx).await?;
        let review_at = self.before.review_at.filter(|_| self.are_points());
        let due = [self.account.look_at, review_at];
        if due.into_iter().flatten().all(|at| at > now) {
            return Ok(());
        }
        self.settle_all(tx).await
    }

    /// The same under new rules, by which something may have fallen due that was stored for another day, and the metric
    /// may say more than it did.
    pub(super) async fn revise<T: Tx>(&mut self, tx: &mut T) -> Result<(), StoreError> {
        self.adopt(tx).await?;
        self.settle_all(tx).await?;
        self.rise(tx).await
    }

    async fn settle_all<T: Tx>(&mut self, tx: &mut T) -> Result<(), StoreError> {
        let now = self.stamp.at;
        self.lots.load(tx, self.member).await?;
        let mut holds = Waiting::of(tx, (self.member, self.asset)).await?;
        while let Some((at, due)) = self.next_due(holds.front()).filter(|(at, _)| *at <= now) {
            self.at = at;
            match due {
                Due::RunsOut => self.run_out(tx).await?,
                Due::Review => self.review(tx).await?,
                Due::Hold => self.end_hold(tx, &mut holds).await?,
            }
            if self.are_points() {
                self.move_tier(tx).await?;
                self.tell_tier();
            }
        }
        self.at = now;
        self.next_hold = holds.front().map(|hold| hold.due_at);
        self.knows_all = true;
        for lot in self.in_order() {
            self.warn(&lot);
        }
        Ok(())
    }

    fn next_due(&self, hold: Option<&Waiting>) -> Option<(Instant, Due)> {
        let ends = self.lots.open().filter_map(|lot| self.end_of(lot));
        let earned = Held {
            manual: None,
            ..self.held.clone()
        };
        let program = &self.rules.program;
        let review_at = earned.review_at(program, &program.zone());
        let review_at = review_at.filter(|_| self.are_points());
        let next = [
            (ends.min(), Due::RunsOut),
            (review_at, Due::Review),
            (hold.map(|hold| hold.due_at), Due::Hold),
        ];
        next.into_iter()
            .filter_map(|(at, due)| Some((at?, due)))
            .min()
    }

    /// When a lot is gone, if nothing happens.
    fn end_of(&self, lot: &Lot) -> Option<Instant> {
        lot.runs_out(self.account.active_at, &self.zone)
    }

    /// Ends the first of the open holds.
    async fn end_hold<T: Tx>(
        &mut self,
        tx: &mut T,
        holds: &mut VecDeque<Waiting>,
    ) -> Result<(), StoreError> {
        let Some(hold) = holds.pop_front() else {
            return Ok(());
        };
        if hold.is_coupon {
            if let Some(due_at) = coupons::lapse(tx, self, hold.id).await? {
                let place = holds.partition_point(|other| other.due_at <= due_at);
                holds.insert(place, Waiting { due_at, ..hold });
            }
            return Ok(());
        }
        let resolved = resolve(tx, hold.id, self.now(), self.account.available).await?;
        self.post_hold(tx, &resolved).await
    }

    /// Lets go what runs out now.
    async fn run_out<T: Tx>(&mut self, tx: &mut T) -> Result<(), StoreError> {
        let now = self.now();
        let gone = |lot: &Lot| self.end_of(lot).is_some_and(|end| end <= now);
        let gone = self.in_order().into_iter().filter(gone);
        let parts: Vec<Part> = gone
            .map(|lot| Part {
                lot: lot.id,
                amount: lot.remaining,
            })
            .collect();
        let explanation = because(Fact::Expired {
            on: lot::last_day(now, &self.zone),
        });
        let movement = Movement {
            from: Account::Available,
            to: Account::Expired,
            amount: parts.iter().map(|part| part.amount).sum(),
        };
        let id = self.plain(tx, movement, &explanation).await?;
        self.take(tx, id, &parts).await?;
        for part in &parts {
            self.lots.change(part.lot, |lot| lot.expired += part.amount);
        }
        Ok(())
    }

    /// Says, once, that a lot will soon run out.
    fn warn(&mut self, lot: &Lot) {
        let warn_days = i64::from(self.rules.program.warn_days);
        let Some(end) = self.end_of(lot) else {
            return;
        };
        if warn_days == 0 || lot.warned || end - warn_days * DAY > self.now() {
            return;
        }
        self.lots.change(lot.id, |lot| lot.warned = true);
        self.tell(News {
            amount: Some(lot.remaining),
            due_at: Some(end),
            ..News::of(EventKind::Expiring)
        });
    }

    /// When something of the account next falls due. Where not all is known, it can only come earlier.
    pub(super) fn next_look(&self) -> Option<Instant> {
        let warn_days = i64::from(self.rules.program.warn_days);
        let look = |lot: &Lot| {
            let end = self.end_of(lot)?;
            Some(if lot.warned || warn_days == 0 {
                end
            } else {
                end - warn_days * DAY
            })
        };
        let lots = self.lots.open().filter_map(look);
        let before = self.account.look_at.filter(|_| !self.knows_all);
        lots.chain(self.next_hold).chain(before).min()
    }
}
