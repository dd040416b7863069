//! What became of the friends that advocates have brought so far, for whoever decides about another one.

use crate::store::{Query, StoreError, Tx, params};
use app::api::MemberId;

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

/// The records of advocates, in the order that was asked for.
pub struct Records {
    /// The advocates, a page of them at most.
    pub advocates: Vec<MemberId>,
}

impl Query for Records {
    type Output = Vec<Record>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = "select count(*), count(*) filter (where stage = 'rewarded'),
                count(*) filter (where stage = 'reversed'
                    or stage = 'refused' and reason in ('refunded', 'cancelled'))
            from referral where advocate_id = $1 and order_id is not null";
        let mut records = Vec::with_capacity(self.advocates.len());
        for advocate in &self.advocates {
            let row = tx.query_one(SQL, params![*advocate]).await?;
            records.push(match row {
                Some(row) => Record {
                    friends: row.get(0)?,
                    counted: row.get(1)?,
                    came_back: row.get(2)?,
                },
                None => Record::default(),
            });
        }
        Ok(records)
    }
}
