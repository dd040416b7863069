//! What became of the friends that advocates have brought so far, for whoever decides about another one.

use crate::store::{Query, Row, StoreError, Tx, params};
use app::api::{MemberId, ProgramId};
use std::collections::BTreeMap;

/// An advocate's friends so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Record {
    /// Friends who ordered, the one that waits among them.
    pub friends: i64,
    /// Those that counted, and still do.
    pub counted: i64,
    /// Those whose orders came back.
    pub came_back: i64,
}

/// The records of the advocates of the first referrals that wait for a person.
pub struct Records {
    /// The programme.
    pub program: ProgramId,
    /// So many referrals.
    pub limit: i64,
}

impl Query for Records {
    type Output = BTreeMap<MemberId, Record>;

    const IS_ONE_STATEMENT: bool = true;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str =
            "select advocate_id, count(*), count(*) filter (where stage = 'rewarded'),
                count(*) filter (where stage = 'reversed'
                    or stage = 'refused' and reason in ('refunded', 'cancelled'))
            from referral where order_id is not null and advocate_id in (
                select advocate_id from referral where program_id = $1 and stage = 'checking'
                order by updated_at, id limit $2)
            group by advocate_id";
        let rows = tx.query(SQL, params![self.program, self.limit]).await?;
        let read = |row: &Row| {
            let record = Record {
                friends: row.get(1)?,
                counted: row.get(2)?,
                came_back: row.get(3)?,
            };
            Ok((row.get::<MemberId>(0)?, record))
        };
        rows.iter().map(read).collect()
    }
}
