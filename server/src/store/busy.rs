//! Names whose work is done one after the other, where no row stands for them yet: an order of which a refund or a
//! code is told before it or at the same moment, a guest who joins, a friend whom two members have brought.

use super::{Command, StoreError, Tx, params};
use crate::domain::{DAY, Instant};
use app::api::ProgramId;

/// Whoever comes second waits here until the first has committed, and sees what that did with the next statement.
/// Taken before rows are locked, where that can be; where not, two who wait for each other are found, and one of them
/// runs again.
pub(super) async fn lock<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    name: &str,
    now: Instant,
) -> Result<(), StoreError> {
    const SQL: &str = "insert into busy (program_id, name, at) values ($1, $2, $3)
        on conflict (program_id, name) do update set at = excluded.at";
    tx.execute(SQL, params![program, name, now]).await?;
    Ok(())
}

/// Makes everybody else wait who works on the same order, whether it has been told yet or not.
pub(super) async fn lock_order<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    order: &str,
    now: Instant,
) -> Result<(), StoreError> {
    lock(tx, program, &format!("order:{order}"), now).await
}

/// Makes everybody else wait who keeps or claims orders of this address. Not before the order's own name.
pub(super) async fn lock_guest<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    email: &str,
    now: Instant,
) -> Result<(), StoreError> {
    lock(tx, program, &format!("guest:{email}"), now).await
}

/// Forgets names that nobody has worked on for a day.
pub struct Sweep {
    /// The time.
    pub now: Instant,
}

impl Command for Sweep {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const SQL: &str = "delete from busy where at < $1";
        tx.execute(SQL, params![self.now - DAY]).await?;
        Ok(())
    }
}
