//! A member's statement, as the ledger has it.

use super::ledger::{because, from_json, proof_of, read_movement};
use super::{Query, Row, StoreError, Tx, params};
use crate::domain::Instant;
use app::api::{Explanation, Fact, MemberId, ProofLevel, TransferId, TransferState};

/// One line of a member's statement, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The transfer.
    pub id: TransferId,
    /// What moved: points, or a currency of store credit.
    pub asset: String,
    /// Its place in the member's own order of that.
    pub number: i64,
    /// When it was made.
    pub at: Instant,
    /// What it added to what the member has or will have.
    pub amount: i64,
    /// Whether it can be spent.
    pub state: TransferState,
    /// The available balance after it.
    pub balance_after: i64,
    /// When held points become available.
    pub available_at: Option<Instant>,
    /// When earned points run out, if that is a date.
    pub expires_at: Option<Instant>,
    /// The version of the rules.
    pub version: i64,
    /// How it was proven.
    pub proof: Option<ProofLevel>,
    /// Why it happened.
    pub explanation: Explanation,
}

/// A page of a member's statement, the newest first. Posting a hold shows on the hold's own line, and
/// spending what was set aside on the line that set it aside.
pub struct Statement {
    /// Whose.
    pub member: MemberId,
    /// Of what: points, or a currency of store credit.
    pub asset: String,
    /// Begins below the line of this number.
    pub below: Option<i64>,
    /// At most so many.
    pub limit: u32,
}

/// The answer.
#[derive(Debug, Default)]
pub struct Page {
    /// The lines.
    pub lines: Vec<Line>,
    /// Where the next page begins, if there is one.
    pub below: Option<i64>,
}

impl Query for Statement {
    type Output = Page;

    const IS_ONE_STATEMENT: bool = true;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        // Without a key nothing is looked up for the many that have no hold, or no code.
        const SQL: &str =
            "select t.id, t.created_at, t.amount, t.source, t.target, h.state, t.balance_after,
                t.available_at, t.version, t.proof, t.explanation, h.balance_after, t.number, t.expires_at,
                t.asset, c.state, case when c.taken_id = t.id then c.order_id end
            from transfer t left join hold h on h.transfer_id = case t.target when 'held' then t.id end
                left join coupon c on c.hold_id = case t.target when 'reserved' then t.id end
            where t.member_id = $1 and t.asset = $2 and t.number < $3
                and not (t.source = 'held' and t.target = 'available')
                and not (t.source = 'reserved' and t.target = 'redeemed')
            order by t.number desc limit $4";
        let below = self.below.unwrap_or(i64::MAX);
        let rows = tx
            .query(
                SQL,
                params![self.member, &self.asset, below, i64::from(self.limit)],
            )
            .await?;
        let lines: Vec<_> = rows.iter().map(Line::read).collect::<Result<_, _>>()?;
        // Numbers have no gap, and the first is a line of its own: what posts a hold comes after it.
        let last = lines
            .last()
            .filter(|last| lines.len() == self.limit as usize && last.number > 1);
        Ok(Page {
            below: last.map(|last| last.number),
            lines,
        })
    }
}

/// Reads a reason. One whose text was erased is told as a correction without words.
fn read_explanation(text: &str) -> Result<Explanation, StoreError> {
    if text.is_empty() {
        let note = String::new();
        return Ok(because(Fact::Adjustment { note }));
    }
    from_json(text)
}

impl Line {
    fn read(row: &Row) -> Result<Self, StoreError> {
        let change = read_movement(row, 3, 4, 2)?.change();
        let coupon: Option<String> = row.get(15)?;
        let mut explanation = read_explanation(&row.get::<String>(10)?)?;
        // The order that uses a code is known only after the points were set aside. One that came when they had come
        // back has a line of its own.
        if let (Some("reserved" | "used"), Fact::Redeemed { order, .. }) =
            (coupon.as_deref(), &mut explanation.fact)
        {
            *order = row.get(16)?;
        }
        let state = match row
            .get::<Option<String>>(5)?
            .as_deref()
            .or(coupon.as_deref())
        {
            Some("pending" | "making" | "open" | "reserved" | "ending") => TransferState::Held,
            Some("voided") => TransferState::Voided,
            _ => TransferState::Posted,
        };
        Ok(Self {
            id: row.get(0)?,
            asset: row.get(14)?,
            number: row.get(12)?,
            at: row.get(1)?,
            amount: change.available + change.held,
            state,
            balance_after: row.get::<Option<i64>>(11)?.map_or_else(|| row.get(6), Ok)?,
            available_at: row.get(7)?,
            version: row.get(8)?,
            proof: row.get::<Option<String>>(9)?.as_deref().and_then(proof_of),
            explanation,
            expires_at: row.get(13)?,
        })
    }
}
