//! Taking back what an attempt earned.

use super::StoredAttempt;
use crate::clock::Stamp;
use crate::domain::program::Rules;
use crate::domain::task::Task;
use crate::store::ledger::{Books, Reverse, because};
use crate::store::{StoreError, Tx, params};
use app::api::{Fact, TransferId};

/// Takes back what an attempt has earned, also what still waits. Once.
pub(in crate::store) async fn take_back<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    task: &Task,
    attempt: &StoredAttempt,
    reason: &'static str,
    stamp: &Stamp,
) -> Result<(), StoreError> {
    const SQL: &str =
        "update attempt set state = 'reversed', reason = $1, slot = null, notice_until = null,
            updated_at = $2
        where id = $3 and state in ('held', 'earned') returning transfer_id, points";
    // The account first, as when a hold falls due.
    let mut books = Books::open(tx, rules, stamp, attempt.member).await?;
    books.settle(tx).await?;
    let row = params![reason, stamp.at, attempt.id];
    if let Some(row) = tx.query_one(SQL, row).await? {
        let original: Option<TransferId> = row.get(0)?;
        let explanation = because(Fact::TaskUndone {
            task: task.id.clone(),
            title: task.title.clone(),
        });
        if let Some(original) = original {
            let reverse = Reverse {
                original,
                points: row.get(1)?,
                explanation: &explanation,
            };
            books.reverse(tx, &reverse).await?;
        }
    }
    books.close(tx).await?;
    Ok(())
}
