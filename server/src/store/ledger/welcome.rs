//! Points that welcome a member to a tier, once, and go with an upgrade that a refund undoes.

use super::moves::because;
use super::{Books, Credit, Reverse};
use crate::domain::Instant;
use crate::domain::ledger::Account;
use crate::domain::tier::{self, Held};
use crate::store::{Row, StoreError, Tx, params, programs};
use app::api::{Fact, ProofLevel, TransferId};

/// A welcome that stands.
struct Entry {
    /// The tier, by its id in the rules that welcomed.
    tier: String,
    transfer: TransferId,
    points: i64,
    at: Instant,
    version: i64,
}

impl Books<'_> {
    /// Welcomes a member who rises with points, once for each tier.
    pub(super) async fn welcome<T: Tx>(
        &mut self,
        tx: &mut T,
        risen: &Held,
    ) -> Result<(), StoreError> {
        const ENTER: &str = "insert into tier_entry (member_id, tier, undone) values ($1, $2, $3)
            on conflict (member_id, tier) do update set undone = excluded.undone
            where tier_entry.undone";
        const NAME: &str =
            "update tier_entry set transfer_id = $1 where member_id = $2 and tier = $3";
        let rules = self.rules;
        let welcomed = tier::welcomed(&rules.program, &self.held.tier, &risen.tier);
        if welcomed.is_empty() {
            return Ok(());
        }
        let before = self.welcomed_before(tx).await?;
        for tier in welcomed {
            if before.contains(&tier.id) {
                continue;
            }
            let entered = tx
                .execute(ENTER, params![self.member, &tier.id, false])
                .await?;
            if entered == 0 {
                continue;
            }
            let explanation = because(Fact::TierEntry {
                tier: tier.name.clone(),
            });
            let credit = Credit {
                from: Account::Issued,
                points: tier.entry_points,
                proof: Some(ProofLevel::Verified),
                evidence: None,
                explanation: &explanation,
                available_at: None,
                counts: false,
            };
            let id = self.credit(tx, &credit).await?;
            tx.later(NAME, params![id, self.member, &tier.id]).await?;
        }
        Ok(())
    }

    /// The tiers that welcomed the member when they had other names.
    async fn welcomed_before<T: Tx>(&self, tx: &mut T) -> Result<Vec<String>, StoreError> {
        let program = &self.rules.program;
        let mut before = Vec::new();
        for entry in self.entries(tx).await? {
            if !tier::has(program, &entry.tier)
                && let Some(then) = programs::rules_of(tx, self.rules, entry.version).await?
            {
                let successor = tier::successor(&then, &entry.tier, program);
                before.push(successor.id.clone());
            }
        }
        Ok(before)
    }

    /// Takes the welcome back where a refund undid the upgrade. An upgrade that is still deserved by what
    /// counted when it happened was not undone, and its welcome stays.
    pub(super) async fn unwelcome<T: Tx>(
        &mut self,
        tx: &mut T,
        fallen: &Held,
    ) -> Result<(), StoreError> {
        const UNDO: &str = "update tier_entry set undone = $1 where member_id = $2 and tier = $3";
        let rules = self.rules;
        let program = &rules.program;
        let floor = tier::by_id(program, &fallen.tier).threshold;
        if floor >= tier::by_id(program, &self.held.tier).threshold {
            return Ok(());
        }
        for entry in self.entries(tx).await? {
            // By the rules that welcomed.
            let then = programs::rules_of(tx, rules, entry.version).await?;
            let then = then.as_ref().unwrap_or(program);
            if !tier::has(then, &entry.tier)
                || tier::successor(then, &entry.tier, program).threshold <= floor
            {
                continue;
            }
            let tier = tier::by_id(then, &entry.tier);
            let window = tier::window_until(then, entry.at, &then.zone());
            if self.value(tx, then, window).await? >= tier.threshold {
                continue;
            }
            let explanation = because(Fact::TierEntryUndone {
                tier: tier.name.clone(),
            });
            let reverse = Reverse {
                original: entry.transfer,
                points: entry.points,
                explanation: &explanation,
            };
            self.reverse(tx, &reverse).await?;
            tx.later(UNDO, params![true, self.member, entry.tier])
                .await?;
        }
        Ok(())
    }

    /// The member's welcomes that were not undone.
    async fn entries<T: Tx>(&self, tx: &mut T) -> Result<Vec<Entry>, StoreError> {
        const SQL: &str =
            "select e.tier, e.transfer_id, t.amount, t.created_at, t.version from tier_entry e
                join transfer t on t.id = e.transfer_id
            where e.member_id = $1 and not e.undone order by e.tier";
        let rows = tx.query(SQL, params![self.member]).await?;
        let entry = |row: &Row| {
            Ok(Entry {
                tier: row.get(0)?,
                transfer: row.get(1)?,
                points: row.get(2)?,
                at: row.get(3)?,
                version: row.get(4)?,
            })
        };
        rows.iter().map(entry).collect()
    }
}
