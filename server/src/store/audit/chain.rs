//! All transfers in the order of commits: the hash chain, the reasons, and what moved in sum.

use super::{Report, Sums};
use crate::crypto::hex;
use crate::store::ledger::{read_movement, reason_digest};
use crate::store::seal::{COLUMNS, Head, Making, ROOT, columns, read_mark};
use crate::store::{Row, StoreError, Tx, params};
use app::api::{ProgramId, TransferId};
use std::collections::{BTreeMap, VecDeque};

/// Transfers that are read at once.
const TRANSFERS_MAX: i64 = 2000;
/// Links of one programme that are read at once.
const LINKS_MAX: i64 = 64;

/// The chain of one programme, as far as it was followed.
struct Chain {
    program: ProgramId,
    links: VecDeque<Link>,
    /// The number of the last link that was read.
    read: i64,
    /// Whether there may be more links.
    more: bool,
    /// The number of the last link that was compared.
    compared: i64,
    /// The link that is being made again.
    making: Making,
    /// Whether an old transfer that no link covers was told of.
    told: bool,
}

/// A link as it is stored.
struct Link {
    number: i64,
    transfers: i64,
    last: TransferId,
    head: [u8; 32],
    /// The place of its last transfer, if that is there.
    until: Option<i64>,
}

pub(super) async fn verify<T: Tx>(
    tx: &mut T,
    report: &mut Report,
    sums: &mut Sums,
) -> Result<(), StoreError> {
    const PAGE: &str = concat!(
        "select ",
        columns!(),
        ", t.salt, t.explanation, t.evidence from transfer t
        where t.seq > $1 order by t.seq limit $2"
    );
    let mut chains = chains(tx, report).await?;
    let (_, mark) = read_mark(tx).await?;
    let mut seq = i64::MIN;
    loop {
        let rows = tx.query(PAGE, params![seq, TRANSFERS_MAX]).await?;
        let Some(last) = rows.last() else {
            break;
        };
        seq = last.get(0)?;
        for row in &rows {
            report.counts.transfers += 1;
            verify_reason(report, row)?;
            add_up(sums, row)?;
            if let Some(chain) = chains.get_mut(&row.get(2)?) {
                chain.follow(tx, report, row, mark).await?;
            }
        }
    }
    for chain in chains.values_mut() {
        while chain.current(tx).await?.is_some() {
            chain.end(report);
        }
    }
    Ok(())
}

async fn chains<T: Tx>(
    tx: &mut T,
    report: &mut Report,
) -> Result<BTreeMap<ProgramId, Chain>, StoreError> {
    let rows = tx.query("select id from program order by id", &[]).await?;
    let mut chains = BTreeMap::new();
    for row in rows {
        report.counts.programs += 1;
        let program = row.get(0)?;
        let chain = Chain {
            program,
            links: VecDeque::new(),
            read: 0,
            more: true,
            compared: 0,
            making: Making::on(&ROOT),
            told: false,
        };
        chains.insert(program, chain);
    }
    Ok(chains)
}

/// Adds what a transfer gave the members to what the programme has given: together they make nothing.
fn add_up(sums: &mut Sums, row: &Row) -> Result<(), StoreError> {
    let change = read_movement(row, 7, 8, 6)?.change();
    let sum = sums.entry((row.get(2)?, row.get(4)?)).or_default();
    *sum -= change.available + change.held + change.reserved;
    Ok(())
}

fn verify_reason(report: &mut Report, row: &Row) -> Result<(), StoreError> {
    let id: TransferId = row.get(1)?;
    let (salt, text): (Vec<u8>, String) = (row.get(COLUMNS)?, row.get(COLUMNS + 1)?);
    if text.is_empty() {
        report.counts.erased += 1;
        return Ok(());
    }
    let evidence: Option<String> = row.get(COLUMNS + 2)?;
    let digest = reason_digest(&salt, &text, evidence.as_deref());
    let kept: Vec<u8> = row.get(16)?;
    if digest[..] != kept[..] {
        let of = format_args!("reason of transfer {id}");
        report.tell(of, "digest", hex(&kept), hex(&digest));
    }
    Ok(())
}

impl Chain {
    /// The link that is being made again, if the chain goes on.
    async fn current<T: Tx>(&mut self, tx: &mut T) -> Result<Option<&Link>, StoreError> {
        const SQL: &str = "select s.number, s.transfers, s.last_id, s.head, t.seq
            from seal s left join transfer t on t.id = s.last_id and t.program_id = s.program_id
            where s.program_id = $1 and s.number > $2 order by s.number limit $3";
        if self.links.is_empty() && self.more {
            let after = params![self.program, self.read, LINKS_MAX];
            for row in tx.query(SQL, after).await? {
                self.read = row.get(0)?;
                self.links.push_back(Link {
                    number: self.read,
                    transfers: row.get(1)?,
                    last: row.get(2)?,
                    head: row.get(3)?,
                    until: row.get(4)?,
                });
            }
            self.more = !self.links.is_empty();
        }
        Ok(self.links.front())
    }

    /// Goes on to a transfer.
    async fn follow<T: Tx>(
        &mut self,
        tx: &mut T,
        report: &mut Report,
        row: &Row,
        mark: i64,
    ) -> Result<(), StoreError> {
        let seq: i64 = row.get(0)?;
        while let Some(link) = self.current(tx).await? {
            if link.until.is_some_and(|until| seq <= until) {
                self.making.add(row);
                return Ok(());
            }
            self.end(report);
        }
        report.counts.unsealed += 1;
        if seq <= mark && !self.told {
            self.told = true;
            let id: TransferId = row.get(1)?;
            let of = format_args!("transfer {id}");
            report.tell(of, "link of the hash chain", "one", "none");
        }
        Ok(())
    }

    /// Compares the link that has come to its end.
    fn end(&mut self, report: &mut Report) {
        let Some(link) = self.links.pop_front() else {
            return;
        };
        report.counts.links += 1;
        let next = Making::on(&link.head);
        let made = std::mem::replace(&mut self.making, next);
        let of = format!("link {} of programme {}", link.number, self.program);
        if link.until.is_none() {
            report.tell(&of, "last transfer", link.last.to_string(), "none");
        }
        report.expect(&of, "number", self.compared + 1, link.number);
        self.compared = link.number;
        report.expect(&of, "transfers", made.transfers, link.transfers);
        let head = made.head();
        if head != link.head {
            report.tell(&of, "head", hex(&head), hex(&link.head));
        }
    }
}

/// Compares heads that were kept outside of the database.
pub(super) async fn verify_heads<T: Tx>(
    tx: &mut T,
    report: &mut Report,
    heads: &[Head],
) -> Result<(), StoreError> {
    const SQL: &str = "select head, last_id from seal where program_id = $1 and number = $2";
    for kept in heads {
        let row = tx
            .query_one(SQL, params![kept.program, kept.number])
            .await?;
        let (head, last) = match row {
            Some(row) => (Some(hex(&row.get::<Vec<u8>>(0)?)), Some(row.get(1)?)),
            None => (None, None),
        };
        let of = format!("link {} of programme {}", kept.number, kept.program);
        report.expect(
            &of,
            "head that was kept",
            Some(&*kept.head),
            head.as_deref(),
        );
        if head.is_some() {
            report.expect(&of, "last transfer that was kept", Some(kept.last), last);
        }
    }
    Ok(())
}
