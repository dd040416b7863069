//! A member's tier, as what they do moves it.

use super::Books;
use crate::domain::Instant;
use crate::domain::program::Program;
use crate::domain::tier::{self, Counters, Held, Manual, Stretch};
use crate::store::events::News;
use crate::store::{StoreError, Tx, params, programs};
use app::api::{EventKind, MemberId, Metric, Window};

/// The metric of some stretch of time. Lifetime counts are on the member's row.
pub(in crate::store) async fn value_in<T: Tx>(
    tx: &mut T,
    program: &Program,
    member: MemberId,
    counters: Counters,
    stretch: Stretch,
) -> Result<i64, StoreError> {
    const POINTS: &str = "select cast(coalesce(sum(amount - taken_back), 0) as bigint) from lot
        where member_id = $1 and asset = 'points' and counts and opened_at >= $2 and opened_at < $3";
    const SPENT: &str = "select cast(coalesce(sum(total - refunded), 0) as bigint) from shop_order
        where member_id = $1 and counts and placed_at >= $2 and placed_at < $3";
    const ORDERS: &str = "select count(*) from shop_order
        where member_id = $1 and counts and placed_at >= $2 and placed_at < $3";
    if program.ladder.window == Window::Lifetime {
        return Ok(counters.value(program.metric));
    }
    let sql = match program.metric {
        Metric::PointsEarned => POINTS,
        Metric::AmountSpent => SPENT,
        Metric::Orders => ORDERS,
    };
    let row = tx
        .query_one(sql, params![member, stretch.from, stretch.until])
        .await?;
    row.map_or(Ok(0), |row| row.get(0))
}

impl Books<'_> {
    /// Gives a tier by hand, or ends that.
    pub(in crate::store) fn set_manual(&mut self, manual: Option<Manual>) {
        self.held.manual = manual;
    }

    /// The metric of some rules over a stretch of time.
    pub(super) async fn value<T: Tx>(
        &mut self,
        tx: &mut T,
        program: &Program,
        stretch: Stretch,
    ) -> Result<i64, StoreError> {
        // What this command did to the lots has to be in the database to be counted there.
        if program.ladder.window != Window::Lifetime {
            self.lots.flush(tx, self.member).await?;
        }
        value_in(tx, program, self.member, self.counters(), stretch).await
    }

    /// Moves the member to the tier that follows from what was counted since this was last called.
    pub(super) async fn move_tier<T: Tx>(&mut self, tx: &mut T) -> Result<(), StoreError> {
        let program = &self.rules.program;
        let counted = self.counters().value(program.metric);
        let metric = counted - self.followed;
        self.followed = counted;
        match metric {
            0 => Ok(()),
            1.. => self.rise(tx).await,
            _ => self.fall(tx).await,
        }
    }

    /// Lifts the member to where the metric says.
    pub(super) async fn rise<T: Tx>(&mut self, tx: &mut T) -> Result<(), StoreError> {
        let program = &self.rules.program;
        let (now, zone) = (self.now(), program.zone());
        let window = tier::window_now(program, now, &zone);
        let value = self.value(tx, program, window).await?;
        let in_grace = self.value_in_grace(tx).await?;
        let risen = tier::rise(program, &self.held, value, in_grace, now);
        self.welcome(tx, &risen).await?;
        self.held = risen;
        Ok(())
    }

    /// The metric of the window that a grace makes longer.
    async fn value_in_grace<T: Tx>(&mut self, tx: &mut T) -> Result<Option<i64>, StoreError> {
        let program = &self.rules.program;
        if self.held.grace_from.is_none() {
            return Ok(None);
        }
        match tier::window_kept(program, &self.held, &program.zone()) {
            Some(longer) => self.value(tx, program, longer).await.map(Some),
            None => Ok(None),
        }
    }

    /// Lowers the member to what is still deserved: by what counts now, or by what had counted when the tier was
    /// reached, and by the rules of then where those were others.
    async fn fall<T: Tx>(&mut self, tx: &mut T) -> Result<(), StoreError> {
        let program = &self.rules.program;
        let zone = program.zone();
        let window = tier::window_now(program, self.now(), &zone);
        let value = self.value(tx, program, window).await?;
        let since = tier::window_since(program, &self.held, &zone);
        let value_since = self.value(tx, program, since).await?;
        // Nor lower than the end of a grace would.
        let value = value.max(self.value_in_grace(tx).await?.unwrap_or(value));
        let mut deserved = tier::reached(program, value.max(value_since));
        if deserved.threshold < tier::by_id(program, &self.held.tier).threshold
            && let Some(then) = programs::rules_at(tx, self.rules, self.held.since).await?
        {
            let since = tier::window_since(&then, &self.held, &then.zone());
            let reached = tier::reached(&then, self.value(tx, &then, since).await?);
            deserved = tier::higher(deserved, tier::successor(&then, &reached.id, program));
        }
        let fallen = tier::fall(program, &self.held, deserved);
        self.unwelcome(tx, &fallen).await?;
        self.held = fallen;
        Ok(())
    }

    /// Names the tiers anew that new rules do not have any more.
    pub(super) async fn adopt<T: Tx>(&mut self, tx: &mut T) -> Result<(), StoreError> {
        let program = &self.rules.program;
        if !self.are_points() || self.held.is_of(program) {
            return Ok(());
        }
        for id in self.held.tiers_mut().chain([&mut self.told_tier]) {
            if !tier::has(program, id)
                && let Some(then) = programs::rules_with(tx, self.rules, id).await?
            {
                id.clone_from(&tier::successor(&then, id, program).id);
            }
        }
        Ok(())
    }

    /// Looks at the tier at the end of a window or of a grace, which is now.
    pub(super) async fn review<T: Tx>(&mut self, tx: &mut T) -> Result<(), StoreError> {
        let rules = self.rules;
        let program = &rules.program;
        let zone = program.zone();
        let ended = tier::window_kept(program, &self.held, &zone);
        let ended = ended.ok_or_else(|| StoreError::internal("a review of no window"))?;
        let value = self.value(tx, program, ended).await?;
        let reviewed = tier::review(program, &self.held, value, self.now(), &zone);
        if reviewed == self.held {
            // It would fall due again and again.
            return Err(StoreError::internal("a review that decides nothing"));
        }
        self.held = reviewed;
        Ok(())
    }

    pub(super) async fn write_standing<T: Tx>(&mut self, tx: &mut T) -> Result<(), StoreError> {
        const SQL: &str =
            "update member set tier = $1, tier_earned = $2, tier_kept = $3, tier_since = $4,
                grace_from = $5, manual_tier = $6, manual_until = $7, review_at = $8
            where id = $9";
        let rules = self.rules;
        let program = &rules.program;
        let now = self.now();
        self.held.manual = self.held.manual.take().filter(|manual| now < manual.until);
        let review_at: Option<Instant> = self.held.review_at(program, &program.zone());
        let tier = self.held.effective(now).to_owned();
        if self.held == self.before.held
            && review_at == self.before.review_at
            && tier == self.before.tier
        {
            return Ok(());
        }
        let Held {
            tier: earned,
            kept,
            since,
            grace_from,
            manual,
        } = self.held.clone();
        let (manual, until) = manual.map(|manual| (manual.tier, manual.until)).unzip();
        let set = params![
            &tier,
            earned,
            kept,
            since,
            grace_from,
            manual,
            until,
            review_at,
            self.member
        ];
        self.tell_tier();
        tx.later(SQL, set).await
    }

    /// Tells the member of another tier than the last that they were told of.
    pub(super) fn tell_tier(&mut self) {
        let rules = self.rules;
        let [to, from] = [self.tier(), &self.told_tier].map(|id| tier::by_id(&rules.program, id));
        if to.id == from.id {
            return;
        }
        self.told_tier.clone_from(&to.id);
        self.tell(News {
            tier: Some(to.id.clone()),
            down: to.threshold < from.threshold,
            ..News::of(EventKind::Tier)
        });
    }
}
