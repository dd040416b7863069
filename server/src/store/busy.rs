//! Names whose work is done one after the other, where no row stands for them yet: an order of which a refund or a
//! code is told before it or at the same moment, a guest who joins, a friend whom two members have brought.

use super::{StoreError, Tx};
use app::api::ProgramId;

/// Whoever comes second waits here until the first has committed, and sees what that did with the next statement.
/// Taken before rows are locked, where that can be; where not, two who wait for each other are found, and one of them
/// runs again.
pub(super) async fn lock<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    name: &str,
) -> Result<(), StoreError> {
    tx.take_name(&format!("{program}:{name}")).await
}

/// Makes everybody else wait who works on the same order, whether it has been told yet or not.
pub(super) async fn lock_order<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    order: &str,
) -> Result<(), StoreError> {
    lock(tx, program, &format!("order:{order}")).await
}

/// Makes everybody else wait who keeps or claims orders of this address. Not before the order's own name.
pub(super) async fn lock_guest<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    email: &str,
) -> Result<(), StoreError> {
    lock(tx, program, &format!("guest:{email}")).await
}
