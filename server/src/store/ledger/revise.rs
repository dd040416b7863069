//! After a new version of the rules has changed who has which tier, or when that is reviewed, every member is looked
//! at once, a few at a time and in the order of their ids.

use crate::domain::Instant;
use crate::store::{Command, Query, StoreError, Tx, params};
use app::api::{MemberId, ProgramId};

/// The next members to look at of each programme that has some.
pub struct ToRevise {
    /// Of those whose rules are from before this moment: all servers know them.
    pub before: Instant,
    /// At most so many of each.
    pub limit: i64,
}

/// Some members of a programme who wait to be looked at under a version of its rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The programme.
    pub program: ProgramId,
    /// Its version.
    pub version: i64,
    /// The last member who has been looked at.
    pub after: MemberId,
    /// Who comes next; nobody, once all have been.
    pub members: Vec<MemberId>,
}

impl Query for ToRevise {
    type Output = Vec<Batch>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const PROGRAMS: &str = "select p.id, p.version, p.looked_at_until from program p
                join program_version v on v.program_id = p.id and v.version = p.version
            where p.looked_at_until is not null and v.created_at <= $1 order by p.id";
        const MEMBERS: &str =
            "select id from member where program_id = $1 and id > $2 order by id limit $3";
        let mut batches = Vec::new();
        for row in tx.query(PROGRAMS, params![self.before]).await? {
            let (program, after): (ProgramId, MemberId) = (row.get(0)?, row.get(2)?);
            let next = params![program, after, self.limit];
            let members = tx.query(MEMBERS, next).await?;
            let members = members.iter().map(|row| row.get(0));
            batches.push(Batch {
                program,
                version: row.get(1)?,
                after,
                members: members.collect::<Result<_, _>>()?,
            });
        }
        Ok(batches)
    }
}

/// Some members have been looked at. Harmless when somebody else was faster, or when there is a newer
/// version, for which all begin anew.
pub struct Revised {
    /// Who.
    pub batch: Batch,
}

impl Command for Revised {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const SQL: &str = "update program set looked_at_until = $1
            where id = $2 and version = $3 and looked_at_until = $4";
        let Batch {
            program,
            version,
            after,
            ref members,
        } = self.batch;
        let until = members.last().copied();
        tx.execute(SQL, params![until, program, version, after])
            .await?;
        Ok(())
    }
}
