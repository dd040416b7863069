//! What waits for a person, and what was decided of late.

use super::{Queue, Verdict};
use crate::domain::Instant;
use crate::domain::attempt::state_of;
use crate::domain::signal::Signal;
use crate::store::ledger::from_json;
use crate::store::{Query, Row, StoreError, Tx, params};
use app::api::{AttemptId, AttemptState, MemberId, Order, PhotoId, ProgramId};

/// What [`Case`] reads, in its order.
macro_rules! cases {
    ($rest:literal) => {
        concat!(
            "select d.attempt_id, d.queue, d.signals, d.evidence, d.asked_at, d.decided_at, d.verdict, d.note,
                d.decided_by, a.member_id, a.task, a.points, a.state, p.name, p.email, r.stars, r.text, r.author,
                r.sku, r.order_id
            from decision d join attempt a on a.id = d.attempt_id
                left join person p on p.member_id = a.member_id
                left join review r on r.attempt_id = d.attempt_id
            where d.program_id = $1 and ",
            $rest
        )
    };
}

/// An attempt that somebody has to decide about, or has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The attempt.
    pub attempt: AttemptId,
    /// Whose.
    pub member: MemberId,
    /// The member's name.
    pub name: Option<String>,
    /// The member's address.
    pub email: Option<String>,
    /// The task's id in the programme file.
    pub task: String,
    /// What it earns, or earned.
    pub points: i64,
    /// Where it stands.
    pub state: AttemptState,
    /// Why a person looks.
    pub queue: Queue,
    /// What speaks against it.
    pub signals: Vec<Signal>,
    /// What had been proven, as JSON.
    pub evidence: Option<String>,
    /// Since when it waits.
    pub asked_at: Instant,
    /// What was written, for a review.
    pub review: Option<Written>,
    /// What was decided.
    pub ruling: Option<Ruling>,
}

/// What a member wrote of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// From 1 to 5.
    pub stars: i64,
    /// The text.
    pub text: String,
    /// Who signs it.
    pub author: String,
    /// The product.
    pub sku: String,
    /// What people call the product, where the order says.
    pub product: Option<String>,
    /// Its photos.
    pub photos: Vec<PhotoId>,
    order: String,
}

/// What was decided of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// When.
    pub at: Instant,
    /// How.
    pub verdict: Verdict,
    /// What the member was told.
    pub note: Option<String>,
    /// Who decided: `owner`, or an API key's name.
    pub by: String,
}

impl Case {
    fn read(row: &Row) -> Result<Self, StoreError> {
        let queue: String = row.get(1)?;
        let queue = [Queue::Review, Queue::Signals]
            .into_iter()
            .find(|known| known.name() == queue);
        let verdict: Option<String> = row.get(6)?;
        let at: Option<Instant> = row.get(5)?;
        let ruling = match (at, verdict) {
            (Some(at), Some(verdict)) => Some(Ruling {
                at,
                verdict: Verdict::read(&verdict)?,
                note: row.get(7)?,
                by: row.get::<Option<String>>(8)?.unwrap_or_default(),
            }),
            _ => None,
        };
        Ok(Self {
            attempt: row.get(0)?,
            queue: queue.ok_or_else(|| StoreError::internal("a queue of no known name"))?,
            signals: from_json(&row.get::<String>(2)?)?,
            evidence: row.get(3)?,
            asked_at: row.get(4)?,
            ruling,
            member: row.get(9)?,
            task: row.get(10)?,
            points: row.get(11)?,
            state: state_of(&row.get::<String>(12)?)
                .ok_or_else(|| StoreError::internal("an attempt in no known state"))?,
            name: row.get(13)?,
            email: row.get(14)?,
            review: Written::read(row)?,
        })
    }
}

impl Written {
    fn read(row: &Row) -> Result<Option<Self>, StoreError> {
        let Some(stars) = row.get::<Option<i64>>(15)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            stars,
            text: row.get(16)?,
            author: row.get(17)?,
            sku: row.get(18)?,
            order: row.get(19)?,
            product: None,
            photos: Vec::new(),
        }))
    }

    /// What else is known of it.
    async fn complete<T: Tx>(
        &mut self,
        tx: &mut T,
        program: ProgramId,
        attempt: AttemptId,
    ) -> Result<(), StoreError> {
        const PHOTOS: &str = "select id from review_photo
            where attempt_id = $1 and program_id = $2 order by position";
        const ORDER: &str = "select body from shop_order where program_id = $1 and id = $2";
        let photos = tx.query(PHOTOS, params![attempt, program]).await?;
        self.photos = photos
            .iter()
            .map(|row| row.get::<PhotoId>(0))
            .collect::<Result<_, _>>()?;
        let order = tx.query_one(ORDER, params![program, &self.order]).await?;
        let body: Option<String> = order.map_or(Ok(None), |row| row.get(0))?;
        // Only the name is wanted: an order that cannot be read has none.
        let order: Option<Order> = body.and_then(|body| from_json(&body).ok());
        let lines = order.map(|order| order.lines).unwrap_or_default();
        let mut of_it = lines
            .into_iter()
            .filter(|line| line.sku.as_ref() == Some(&self.sku));
        self.product = of_it.find_map(|line| line.name);
        Ok(())
    }
}

async fn read<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    rows: &[Row],
) -> Result<Vec<Case>, StoreError> {
    let mut cases = Vec::with_capacity(rows.len());
    for row in rows {
        let mut case = Case::read(row)?;
        if let Some(written) = &mut case.review {
            written.complete(tx, program, case.attempt).await?;
        }
        cases.push(case);
    }
    Ok(cases)
}

/// What waits, the longest first.
pub struct Waiting {
    /// The programme.
    pub program: ProgramId,
    /// The last one of the page before: since when it waits, and which it is.
    pub after: Option<(Instant, AttemptId)>,
    /// At most so many.
    pub limit: i64,
}

impl Query for Waiting {
    type Output = Vec<Case>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = cases!(
            "d.decided_at is null and (d.asked_at > $2 or d.asked_at = $2 and d.attempt_id > $3)
            order by d.asked_at, d.attempt_id limit $4"
        );
        let (since, last) = self.after.unwrap_or((i64::MIN, AttemptId([0; 16])));
        let rows = tx
            .query(SQL, params![self.program, since, last, self.limit])
            .await?;
        read(tx, self.program, &rows).await
    }
}

/// What was decided, the newest first.
pub struct Recent {
    /// The programme.
    pub program: ProgramId,
    /// At most so many.
    pub limit: i64,
}

impl Query for Recent {
    type Output = Vec<Case>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = cases!(
            "d.decided_at is not null order by d.decided_at desc, d.attempt_id desc limit $2"
        );
        let rows = tx.query(SQL, params![self.program, self.limit]).await?;
        read(tx, self.program, &rows).await
    }
}

/// One attempt that was put before a person.
pub struct One {
    /// The programme.
    pub program: ProgramId,
    /// The attempt.
    pub attempt: AttemptId,
}

impl Query for One {
    type Output = Option<Case>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = cases!("d.attempt_id = $2");
        let rows = tx.query(SQL, params![self.program, self.attempt]).await?;
        Ok(read(tx, self.program, &rows).await?.pop())
    }
}

/// How much waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Reviews.
    pub reviews: i64,
    /// Attempts that something speaks against.
    pub held: i64,
    /// Threads in which the shop has not answered.
    pub messages: i64,
    /// Referrals that a person has to look at.
    pub referrals: i64,
}

/// Counts what waits.
pub struct Count(pub ProgramId);

impl Query for Count {
    type Output = Counts;

    const IS_ONE_STATEMENT: bool = true;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Counts, StoreError> {
        const SQL: &str = "select
            (select count(*) from decision where program_id = $1 and decided_at is null and queue = 'review'),
            (select count(*) from decision where program_id = $1 and decided_at is null and queue = 'signals'),
            (select count(*) from thread where program_id = $1 and waits_for = 'shop'),
            (select count(*) from referral where program_id = $1 and stage = 'checking')";
        let row = tx.query_one(SQL, params![self.0]).await?;
        let Some(row) = row else {
            return Ok(Counts::default());
        };
        Ok(Counts {
            reviews: row.get(0)?,
            held: row.get(1)?,
            messages: row.get(2)?,
            referrals: row.get(3)?,
        })
    }
}
