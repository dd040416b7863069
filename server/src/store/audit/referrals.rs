//! Referrals: whoever was rewarded was paid, both sides in one commit, and nobody else was.

use super::Report;
use crate::domain::Instant;
use crate::domain::program::POINTS;
use crate::store::{Row, StoreError, Tx, params};
use app::api::{MemberId, ReferralId, TransferId};

/// Referrals that are read at once.
const REFERRALS_MAX: i64 = 500;

/// What one side was to get, and what the ledger says of it.
struct Side {
    who: &'static str,
    member: Option<MemberId>,
    points: i64,
    named: Option<TransferId>,
    paid: Option<Paid>,
}

/// A transfer that a referral names.
struct Paid {
    member: MemberId,
    asset: String,
    amount: i64,
    source: String,
    at: Instant,
    /// What was taken back of it.
    taken_back: i64,
}

pub(super) async fn verify<T: Tx>(tx: &mut T, report: &mut Report) -> Result<(), StoreError> {
    const PAGE: &str = "select r.id, r.stage, r.advocate_id, r.points, r.transfer_id, r.friend_id, r.friend_points,
            r.friend_transfer_id,
            a.member_id, a.asset, a.amount, a.source, a.created_at, l.taken_back,
            f.member_id, f.asset, f.amount, f.source, f.created_at, g.taken_back
        from referral r
            left join transfer a on a.id = r.transfer_id and a.program_id = r.program_id
            left join lot l on l.member_id = a.member_id and l.id = a.id
            left join transfer f on f.id = r.friend_transfer_id and f.program_id = r.program_id
            left join lot g on g.member_id = f.member_id and g.id = f.id
        where r.id > $1 order by r.id limit $2";
    let mut after = ReferralId([0; 16]);
    loop {
        let rows = tx.query(PAGE, params![after, REFERRALS_MAX]).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.get(0)?;
        for row in &rows {
            let id: ReferralId = row.get(0)?;
            let advocate = Side {
                who: "advocate",
                member: row.get(2)?,
                points: row.get(3)?,
                named: row.get(4)?,
                paid: Paid::read(row, 8)?,
            };
            let friend = Side {
                who: "friend",
                member: row.get(5)?,
                points: row.get(6)?,
                named: row.get(7)?,
                paid: Paid::read(row, 14)?,
            };
            verify_one(report, id, &row.get::<String>(1)?, &[advocate, friend]);
        }
    }
}

impl Paid {
    /// Reads a transfer and what was taken back of its lot, if it is there, from a column on.
    fn read(row: &Row, first: usize) -> Result<Option<Self>, StoreError> {
        let Some(member) = row.get(first)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            member,
            asset: row.get(first + 1)?,
            amount: row.get(first + 2)?,
            source: row.get(first + 3)?,
            at: row.get(first + 4)?,
            taken_back: row.get::<Option<i64>>(first + 5)?.unwrap_or(0),
        }))
    }
}

fn verify_one(report: &mut Report, id: ReferralId, stage: &str, sides: &[Side; 2]) {
    let was_paid = matches!(stage, "rewarded" | "reversed");
    for side in sides {
        let of = format!("referral {id}, {}", side.who);
        if !was_paid {
            report.expect(of, "transfer", None, side.named);
            continue;
        }
        match (&side.paid, side.named) {
            (Some(paid), _) => verify_paid(report, &of, side, paid),
            (None, Some(named)) => report.tell(of, "transfer", named.to_string(), "none"),
            // A friend who is no member gets nothing.
            (None, None) if side.who == "advocate" && side.points > 0 => {
                report.tell(of, "transfer", "one", "none");
            }
            (None, None) => {}
        }
        if let Some(paid) = &side.paid {
            // Of points that had run out nothing moved, and it is written down all the same.
            let back = if stage == "reversed" { paid.amount } else { 0 };
            let of = format_args!("referral {id}, {}", side.who);
            report.expect(of, "points taken back", back, paid.taken_back);
        }
    }
    if let [Some(advocate), Some(friend)] = sides.each_ref().map(|side| side.paid.as_ref()) {
        let of = format_args!("referral {id}");
        report.expect(of, "when both were paid", advocate.at, friend.at);
    }
}

fn verify_paid(report: &mut Report, of: &str, side: &Side, paid: &Paid) {
    report.expect(of, "member", side.member, Some(paid.member));
    report.expect(of, "points", side.points, paid.amount);
    report.expect(of, "asset", POINTS, &*paid.asset);
    report.expect(of, "where its points come from", "issued", &*paid.source);
}
