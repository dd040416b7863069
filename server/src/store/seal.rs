//! The hash chain of each programme, which shows a later change of the ledger to whoever has kept a head.
//!
//! A link covers the next transfers of its programme in the order of commits. Its head is the SHA-256
//! of the head before it and of what each of these transfers holds; the reason goes in by its salted
//! digest alone, so that its text can be erased. Links are made beside the work, a few seconds behind
//! it, by whichever server comes first: each batch moves the one mark up to which everything is sealed,
//! by a conditional write, and the key of a link cannot be used twice.

use super::{Command, FromValue, Query, Row, Store, StoreError, Tx, Value, params};
use crate::clock::Clock;
use crate::domain::Instant;
use app::api::{ProgramId, TransferId};
use aws_lc_rs::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Transfers of one batch, and so the most that one link covers. Reading that many takes about two
/// milliseconds.
const BATCH_MAX: i64 = 256;
/// The setting that says up to which `seq` everything is sealed.
const MARK: &str = "sealed";
/// What the first link of a chain stands on.
pub(super) const ROOT: [u8; 32] = [0; 32];

/// What the chain covers of a transfer, after its `seq`, which another database may number otherwise.
macro_rules! columns {
    () => {
        "t.seq, t.id, t.program_id, t.member_id, t.asset, t.number, t.amount, t.source, t.target, t.hold_id, t.corrects_id, t.version, t.proof, t.balance_after, t.available_at, t.expires_at, t.digest, t.created_at"
    };
}
pub(super) use columns;

/// How many columns that are.
pub(super) const COLUMNS: usize = 18;

/// A link that is being made, or made again to compare.
pub(super) struct Making {
    context: Context,
    /// How many transfers it covers.
    pub(super) transfers: i64,
}

impl Making {
    pub(super) fn on(head: &[u8; 32]) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(head);
        Self {
            context,
            transfers: 0,
        }
    }

    /// Takes in a row that begins with the chain's columns.
    pub(super) fn add(&mut self, row: &Row) {
        let mut bytes = Vec::with_capacity(384);
        for value in &row.0[1..COLUMNS] {
            write(value, &mut bytes);
        }
        self.context.update(&bytes);
        self.transfers += 1;
    }

    pub(super) fn head(self) -> [u8; 32] {
        let mut head = [0; 32];
        head.copy_from_slice(self.context.finish().as_ref());
        head
    }
}

/// Writes a value so that no two rows have the same bytes: its kind, its length, itself.
pub(super) fn write(value: &Value, bytes: &mut Vec<u8>) {
    let (kind, body): (u8, &[u8]) = match value {
        Value::Null => return bytes.push(0),
        Value::Int(n) => {
            bytes.push(1);
            return bytes.extend(n.to_be_bytes());
        }
        Value::Bool(b) => return bytes.extend([2, u8::from(*b)]),
        Value::Text(text) => (3, text.as_bytes()),
        Value::Bytes(body) => (4, body),
    };
    bytes.push(kind);
    bytes.extend((body.len() as u64).to_be_bytes());
    bytes.extend(body);
}

impl FromValue for [u8; 32] {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Bytes(bytes) => bytes.as_slice().try_into().ok(),
            _ => None,
        }
    }
}

/// Seals what is settled and not sealed yet, batch by batch, until `stopping` says to leave the rest to
/// another time. Harmless beside other servers that do the same.
///
/// # Errors
/// Any [`StoreError`]; the next call goes on from where this one came to.
pub async fn catch_up(
    store: &Store,
    clock: &Clock,
    stopping: impl Fn() -> bool,
) -> Result<(), StoreError> {
    // Where nothing is new, nobody needs to be asked what is settled.
    if store.read(Next { until: i64::MAX }).await?.is_none() {
        return Ok(());
    }
    let Some(until) = store.settled().await? else {
        return Ok(());
    };
    while !stopping() {
        let Some(batch) = store.read(Next { until }).await? else {
            break;
        };
        let at = clock.now();
        if !store.write(Add { batch, at }).await? {
            // Another server seals; it has the same rest before it.
            break;
        }
    }
    Ok(())
}

/// Links that belong together: they seal all transfers between two marks.
struct Batch {
    /// The mark that they go on from, as it is stored; empty at the very first.
    from: Option<Vec<u8>>,
    to: i64,
    links: Vec<Link>,
}

struct Link {
    program: ProgramId,
    number: i64,
    transfers: i64,
    last: TransferId,
    head: [u8; 32],
}

/// The next links, made of transfers up to `until`; nothing if there are none.
struct Next {
    until: i64,
}

impl Query for Next {
    type Output = Option<Batch>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const TRANSFERS: &str = concat!(
            "select ",
            columns!(),
            " from transfer t where t.seq > $1 and t.seq <= $2 order by t.seq limit $3"
        );
        let (from, mark) = read_mark(tx).await?;
        let rows = tx
            .query(TRANSFERS, params![mark, self.until, BATCH_MAX])
            .await?;
        let Some(last) = rows.last() else {
            return Ok(None);
        };
        let to = last.get(0)?;
        let mut programs = BTreeMap::<ProgramId, Vec<&Row>>::new();
        for row in &rows {
            programs.entry(row.get(2)?).or_default().push(row);
        }
        let mut links = Vec::new();
        for (program, rows) in programs {
            links.extend(link(tx, program, &rows).await?);
        }
        Ok(Some(Batch { from, to, links }))
    }
}

/// Up to which `seq` everything is sealed, as it is stored and as a number.
pub(super) async fn read_mark<T: Tx>(tx: &mut T) -> Result<(Option<Vec<u8>>, i64), StoreError> {
    const SQL: &str = "select value from setting where name = $1";
    let row = tx.query_one(SQL, params![MARK]).await?;
    let stored: Option<Vec<u8>> = row.map(|row| row.get(0)).transpose()?;
    let bytes = stored.as_deref().and_then(|bytes| bytes.try_into().ok());
    let mark = bytes.map_or(0, i64::from_be_bytes);
    Ok((stored, mark))
}

/// The next link of one programme, unless all of these are sealed: the chain is the truth, the mark says
/// where to look.
async fn link<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    rows: &[&Row],
) -> Result<Option<Link>, StoreError> {
    const END: &str =
        "select s.number, s.head, t.seq from seal s join transfer t on t.id = s.last_id
        where s.program_id = $1 order by s.number desc limit 1";
    let end = tx.query_one(END, params![program]).await?;
    let (number, head, sealed) = match end {
        Some(row) => (row.get(0)?, row.get(1)?, row.get(2)?),
        None => (0, ROOT, 0),
    };
    let mut making = Making::on(&head);
    let mut last = None;
    for row in rows {
        if row.get::<i64>(0)? > sealed {
            making.add(row);
            last = Some(row.get(1)?);
        }
    }
    Ok(last.map(|last| Link {
        program,
        number: number + 1,
        transfers: making.transfers,
        last,
        head: making.head(),
    }))
}

/// Adds links, unless somebody else went on from the same mark: then nothing is written, and the answer
/// is no.
struct Add {
    batch: Batch,
    at: Instant,
}

impl Command for Add {
    type Output = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        const FIRST: &str =
            "insert into setting (name, value) values ($1, $2) on conflict (name) do nothing";
        const MOVE: &str = "update setting set value = $1 where name = $2 and value = $3";
        const LINK: &str =
            "insert into seal (program_id, number, transfers, last_id, head, created_at)
            values ($1, $2, $3, $4, $5, $6)";
        let Batch { from, to, links } = &self.batch;
        let to = to.to_be_bytes().to_vec();
        let moved = match from {
            None => tx.execute(FIRST, params![MARK, to]).await?,
            Some(from) => tx.execute(MOVE, params![to, MARK, from.clone()]).await?,
        };
        if moved == 0 {
            return Ok(false);
        }
        for link in links {
            let Link {
                program,
                number,
                transfers,
                last,
                ref head,
            } = *link;
            let row = params![program, number, transfers, last, head.to_vec(), self.at];
            tx.later(LINK, row).await?;
        }
        Ok(true)
    }
}

/// The newest link of a programme. Whoever keeps it outside of the database can tell later whether
/// anything before it was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The programme.
    pub program: ProgramId,
    /// Its slug.
    pub slug: String,
    /// The link's number, from 1.
    pub number: i64,
    /// How many transfers the chain covers up to it.
    pub transfers: i64,
    /// The last of them.
    pub last: TransferId,
    /// The SHA-256 in hexadecimal digits.
    pub head: String,
    /// When it was sealed, in microseconds since 1970 UTC.
    pub sealed_at: Instant,
}

/// The newest link of each programme that has one, by slug.
pub struct Heads;

impl Query for Heads {
    type Output = Vec<Head>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Vec<Head>, StoreError> {
        const SQL: &str = "select p.id, p.slug, s.number,
                (select cast(sum(a.transfers) as bigint) from seal a where a.program_id = p.id),
                s.last_id, s.head, s.created_at
            from program p join seal s on s.program_id = p.id
            where s.number = (select max(n.number) from seal n where n.program_id = p.id)
            order by p.slug";
        let read = |row: &Row| {
            Ok(Head {
                program: row.get(0)?,
                slug: row.get(1)?,
                number: row.get(2)?,
                transfers: row.get(3)?,
                last: row.get(4)?,
                head: crate::crypto::hex(&row.get::<[u8; 32]>(5)?),
                sealed_at: row.get(6)?,
            })
        };
        tx.query(SQL, &[]).await?.iter().map(read).collect()
    }
}
