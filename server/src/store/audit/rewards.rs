//! What is limited of rewards, uploaded codes, and codes that the shop makes.

use super::Report;
use crate::store::{StoreError, Tx, params};
use app::api::{ProgramId, RedemptionId};

/// Rows of one kind that are named.
const NAMED_MAX: i64 = 100;

pub(super) async fn verify<T: Tx>(tx: &mut T, report: &mut Report) -> Result<(), StoreError> {
    verify_stock(tx, report).await?;
    verify_pools(tx, report).await?;
    verify_jobs(tx, report).await
}

/// As many of a reward are given out as members have: what came back can be had again. Uploaded codes are never given
/// out twice, so those have a count of their own, `{reward}/codes`, which only rises.
async fn verify_stock<T: Tx>(tx: &mut T, report: &mut Report) -> Result<(), StoreError> {
    const SQL: &str = "select s.program_id, s.reward, s.taken, (select count(*) from coupon c
                where c.program_id = s.program_id and c.reward = s.reward and c.state not in ('released', 'lapsed')
                and not exists (select 1 from pool_code p where p.program_id = c.program_id and p.code = c.code))
        from reward_stock s where s.reward not like '%/codes'
        order by s.program_id, s.reward";
    for row in tx.query(SQL, &[]).await? {
        let of = stock(&row.get::<String>(1)?, row.get(0)?);
        report.expect(of, "taken", row.get::<i64>(3)?, row.get(2)?);
    }
    Ok(())
}

fn stock(reward: &str, program: ProgramId) -> String {
    format!("stock of reward {reward} of programme {program}")
}

async fn verify_pools<T: Tx>(tx: &mut T, report: &mut Report) -> Result<(), StoreError> {
    // Numbers without a gap, and as many given out as the highest that somebody has.
    const POOLS: &str =
        "select p.program_id, p.reward, count(*), max(p.number), coalesce(max(s.taken), 0),
            coalesce(max(case when c.code is null then 0 else p.number end), 0)
        from pool_code p
            left join reward_stock s on s.program_id = p.program_id and s.reward = p.reward || '/codes'
            left join coupon c on c.program_id = p.program_id and c.code = p.code
        group by p.program_id, p.reward order by p.program_id, p.reward";
    const OTHER: &str = "select c.id, p.reward, c.reward from coupon c
            join pool_code p on p.program_id = c.program_id and p.code = c.code
        where p.reward <> c.reward order by c.id limit $1";
    for row in tx.query(POOLS, &[]).await? {
        let of = stock(&row.get::<String>(1)?, row.get(0)?);
        report.expect(&of, "uploaded codes", row.get::<i64>(3)?, row.get(2)?);
        let (taken, given): (i64, i64) = (row.get(4)?, row.get(5)?);
        if given > taken {
            let least = format!("at least {given}");
            report.tell(&of, "taken", least, taken.to_string());
        }
    }
    for row in tx.query(OTHER, params![NAMED_MAX]).await? {
        let of = format!("coupon {}", row.get::<RedemptionId>(0)?);
        let (uploaded, found): (String, String) = (row.get(1)?, row.get(2)?);
        report.tell(of, "reward that its code was uploaded for", uploaded, found);
    }
    Ok(())
}

/// What is to be made in the shop, or made useless there, has somebody who does it; and nothing else has.
async fn verify_jobs<T: Tx>(tx: &mut T, report: &mut Report) -> Result<(), StoreError> {
    const STRAY: &str = "select j.coupon_id from code_job j
            left join coupon c on c.id = j.coupon_id and c.program_id = j.program_id
        where c.id is null order by j.coupon_id limit $1";
    const IDLE: &str =
        "select c.id, c.state from coupon c left join code_job j on j.coupon_id = c.id
        where c.state in ('making', 'ending') and j.coupon_id is null order by c.id limit $1";
    for row in tx.query(STRAY, params![NAMED_MAX]).await? {
        let of = format!("work on coupon {}", row.get::<RedemptionId>(0)?);
        report.tell(of, "coupon", "one", "none");
    }
    for row in tx.query(IDLE, params![NAMED_MAX]).await? {
        let of = format!("coupon {}", row.get::<RedemptionId>(0)?);
        let expected = format!("some while it is {}", row.get::<String>(1)?);
        report.tell(of, "work in the shop", expected, "none");
    }
    Ok(())
}
