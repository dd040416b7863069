//! A member's lots, in memory while the books are open.

use crate::domain::Instant;
use crate::domain::lot::{Lot, Part};
use crate::store::{Row, StoreError, Tx, params};
use app::api::{MemberId, TransferId};

/// Lots that were read or made, and what has to be written of them.
pub(super) struct Lots {
    asset: String,
    entries: Vec<Entry>,
    /// Whether all that have something left are here.
    pub(super) all_open: bool,
}

struct Entry {
    lot: Lot,
    /// Not yet in the database.
    is_new: bool,
    changed: bool,
}

macro_rules! columns {
    () => {
        "id, amount, remaining, expired, taken_back, counts, opened_at, expires_at, idle_months, late, warned"
    };
}

impl Lots {
    /// None yet, of an asset.
    pub(super) fn of(asset: &str) -> Self {
        Self {
            asset: asset.to_owned(),
            entries: Vec::new(),
            all_open: false,
        }
    }

    /// Reads all lots that have something left.
    pub(super) async fn load<T: Tx>(
        &mut self,
        tx: &mut T,
        member: MemberId,
    ) -> Result<(), StoreError> {
        const SQL: &str = concat!(
            "select ",
            columns!(),
            " from lot where member_id = $1 and asset = $2 and remaining > 0"
        );
        if !self.all_open {
            for row in tx.query(SQL, params![member, &self.asset]).await? {
                self.add(read(&row)?);
            }
            self.all_open = true;
        }
        Ok(())
    }

    /// Reads one lot, if there is one of this id.
    pub(super) async fn load_one<T: Tx>(
        &mut self,
        tx: &mut T,
        member: MemberId,
        id: TransferId,
    ) -> Result<Option<Lot>, StoreError> {
        const SQL: &str = concat!(
            "select ",
            columns!(),
            " from lot where member_id = $1 and id = $2"
        );
        if self.get(id).is_none()
            && let Some(row) = tx.query_one(SQL, params![member, id]).await?
        {
            self.add(read(&row)?);
        }
        Ok(self.get(id).cloned())
    }

    fn add(&mut self, lot: Lot) {
        if self.get(lot.id).is_none() {
            self.entries.push(Entry {
                lot,
                is_new: false,
                changed: false,
            });
        }
    }

    /// A lot that was just made.
    pub(super) fn make(&mut self, lot: Lot) {
        self.entries.push(Entry {
            lot,
            is_new: true,
            changed: false,
        });
    }

    fn get(&self, id: TransferId) -> Option<&Lot> {
        let mut lots = self.entries.iter().map(|entry| &entry.lot);
        lots.find(|lot| lot.id == id)
    }

    /// Changes one lot.
    pub(super) fn change(&mut self, id: TransferId, change: impl FnOnce(&mut Lot)) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.lot.id == id) {
            change(&mut entry.lot);
            entry.changed = true;
        }
    }

    /// Those that run out after some quiet have not been warned of, since there was none.
    pub(super) fn warn_anew(&mut self) {
        for entry in &mut self.entries {
            let lot = &entry.lot;
            if lot.warned && lot.expires_at.is_none() && lot.idle_months.is_some() {
                entry.lot.warned = false;
                entry.changed = true;
            }
        }
    }

    /// Those that are here and have something left, in no order.
    pub(super) fn open(&self) -> impl Iterator<Item = &Lot> {
        let lots = self.entries.iter().map(|entry| &entry.lot);
        lots.filter(|lot| lot.remaining > 0)
    }

    /// Writes what changed since this was last called.
    pub(super) async fn flush<T: Tx>(
        &mut self,
        tx: &mut T,
        member: MemberId,
    ) -> Result<(), StoreError> {
        const INSERT: &str =
            "insert into lot (member_id, asset, id, amount, remaining, expired, taken_back, counts,
                opened_at, expires_at, idle_months, late, warned)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
        const UPDATE: &str =
            "update lot set remaining = $1, expired = $2, taken_back = $3, expires_at = $4, late = $5,
                warned = $6
            where member_id = $7 and id = $8";
        for entry in &mut self.entries {
            let lot = &entry.lot;
            let Lot {
                id,
                amount,
                remaining,
                expired,
                taken_back,
                expires_at,
                late,
                warned,
                ..
            } = *lot;
            let (is_new, changed) = (entry.is_new, entry.changed);
            (entry.is_new, entry.changed) = (false, false);
            if is_new {
                let row = params![
                    member,
                    &self.asset,
                    id,
                    amount,
                    remaining,
                    expired,
                    taken_back,
                    lot.counts,
                    lot.opened_at,
                    expires_at,
                    lot.idle_months,
                    late,
                    warned
                ];
                tx.later(INSERT, row).await?;
            } else if changed {
                let set = params![
                    remaining, expired, taken_back, expires_at, late, warned, member, id
                ];
                tx.later(UPDATE, set).await?;
            }
        }
        Ok(())
    }
}

fn read(row: &Row) -> Result<Lot, StoreError> {
    Ok(Lot {
        id: row.get(0)?,
        amount: row.get(1)?,
        remaining: row.get(2)?,
        expired: row.get(3)?,
        taken_back: row.get(4)?,
        counts: row.get(5)?,
        opened_at: row.get::<Instant>(6)?,
        expires_at: row.get(7)?,
        idle_months: row.get(8)?,
        late: row.get(9)?,
        warned: row.get(10)?,
    })
}

/// Writes down what a transfer took from its lots (below zero) or put back into them.
pub(super) async fn write_moves<T: Tx>(
    tx: &mut T,
    transfer: TransferId,
    parts: &[Part],
    sign: i64,
) -> Result<(), StoreError> {
    const SQL: &str = "insert into lot_move (transfer_id, lot_id, amount) values ($1, $2, $3)";
    for part in parts {
        tx.later(SQL, params![transfer, part.lot, sign * part.amount])
            .await?;
    }
    Ok(())
}
