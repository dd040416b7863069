//! Programmes and the versions of their rules.

use super::{Command, Query, Row, StoreError, Tx, params};
use crate::clock::Stamp;
use crate::domain::program::{Program, Rules};
use crate::domain::{Instant, program_file, tier};
use app::api::{MemberId, ProgramId};

/// A programme as it is stored: its current rules unread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredProgram {
    /// The programme.
    pub id: ProgramId,
    /// Its name in addresses.
    pub slug: String,
    /// The current version of its rules.
    pub version: i64,
    /// The file.
    pub source: String,
}

impl StoredProgram {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            slug: row.get(1)?,
            version: row.get(2)?,
            source: row.get(3)?,
        })
    }
}

/// Stores a checked programme file. The same file again makes no new version. One that changes who has which tier, or
/// when tiers are reviewed, has all members looked at, since nothing else would tell those who do nothing.
pub struct Import {
    /// Its slug.
    pub slug: String,
    /// The file.
    pub source: String,
    /// When.
    pub stamp: Stamp,
}

impl Command for Import {
    type Output = StoredProgram;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<StoredProgram, StoreError> {
        const ENTER: &str =
            "insert into program (id, slug, version, created_at) values ($1, $2, 0, $3)
            on conflict (slug) do nothing";
        const VERSION: &str =
            "insert into program_version (program_id, version, source, created_at)
            values ($1, $2, $3, $4)";
        // Imports of one programme take turns.
        const LOCK: &str = "select id, version from program where slug = $1 for no key update";
        const RAISE: &str = "update program set version = $1 where id = $2";
        const LOOK: &str = "update program set looked_at_until = $1 where id = $2";
        const CURRENT: &str =
            "select source from program_version where program_id = $1 and version = $2";

        tx.execute(
            ENTER,
            params![self.stamp.id(0).to_vec(), &self.slug, self.stamp.at],
        )
        .await?;
        let row = tx.query_one(LOCK, params![&self.slug]).await?;
        let row = row.ok_or_else(|| StoreError::internal("a programme went away"))?;
        let (id, version): (ProgramId, i64) = (row.get(0)?, row.get(1)?);
        let current = tx.query_one(CURRENT, params![id, version]).await?;
        let current: Option<String> = current.map(|row| row.get(0)).transpose()?;
        let mut stored = StoredProgram {
            id,
            slug: self.slug.clone(),
            version,
            source: self.source.clone(),
        };
        if current.as_ref() != Some(&self.source) {
            stored.version += 1;
            tx.execute(
                VERSION,
                params![id, stored.version, &self.source, self.stamp.at],
            )
            .await?;
            tx.execute(RAISE, params![stored.version, id]).await?;
            if current.is_some_and(|before| tiers(&before) != tiers(&self.source)) {
                tx.execute(LOOK, params![MemberId([0; 16]), id]).await?;
            }
        }
        Ok(stored)
    }
}

/// What of a file says who has which tier, and when that is reviewed; nothing of one that is no programme.
fn tiers(source: &str) -> Option<impl PartialEq + use<>> {
    let program = program_file::parse(source).ok()?;
    let tiers = program.tiers.into_iter();
    let tiers: Vec<_> = tiers.map(|tier| (tier.id, tier.threshold)).collect();
    let ladder = program.ladder;
    let reviews = (ladder.window, ladder.grace_days, program.time_zone);
    Some((program.metric, tiers, reviews))
}

/// The rules of a programme at an earlier moment, if they were others than these.
pub(super) async fn rules_at<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    at: Instant,
) -> Result<Option<Program>, StoreError> {
    const SQL: &str = "select version from program_version
        where program_id = $1 and created_at <= $2 order by version desc limit 1";
    let row = tx.query_one(SQL, params![rules.id, at]).await?;
    match row {
        Some(row) => rules_of(tx, rules, row.get(0)?).await,
        None => Ok(None),
    }
}

/// The rules of a version, if that is not the version of these.
pub(super) async fn rules_of<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    version: i64,
) -> Result<Option<Program>, StoreError> {
    const SQL: &str = "select source from program_version where program_id = $1 and version = $2";
    if version == rules.version {
        return Ok(None);
    }
    let row = tx.query_one(SQL, params![rules.id, version]).await?;
    let source: Option<String> = row.map(|row| row.get(0)).transpose()?;
    // What is no programme any more was one when it was stored.
    Ok(source.and_then(|source| program_file::parse(&source).ok()))
}

/// The last rules before these that had a tier.
pub(super) async fn rules_with<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    tier: &str,
) -> Result<Option<Program>, StoreError> {
    for version in (1..rules.version).rev() {
        let then = rules_of(tx, rules, version).await?;
        if let Some(then) = then.filter(|then| tier::has(then, tier)) {
            return Ok(Some(then));
        }
    }
    Ok(None)
}

/// The current rules of the programme with this slug.
pub struct BySlug<'a>(pub &'a str);

impl Query for BySlug<'_> {
    type Output = Option<StoredProgram>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = "select p.id, p.slug, p.version, v.source from program p
            join program_version v on v.program_id = p.id and v.version = p.version where p.slug = $1";
        let row = tx.query_one(SQL, params![self.0]).await?;
        row.as_ref().map(StoredProgram::read).transpose()
    }
}

/// All programmes with their current rules, by slug.
pub struct All;

impl Query for All {
    type Output = Vec<StoredProgram>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = "select p.id, p.slug, p.version, v.source from program p
            join program_version v on v.program_id = p.id and v.version = p.version order by p.slug";
        tx.query(SQL, &[])
            .await?
            .iter()
            .map(StoredProgram::read)
            .collect()
    }
}

/// Each programme's current version: what a server asks to learn whether its copies are fresh.
pub struct Versions;

impl Query for Versions {
    type Output = Vec<(ProgramId, i64)>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        let rows = tx
            .query("select id, version from program order by id", &[])
            .await?;
        rows.iter()
            .map(|row| Ok((row.get(0)?, row.get(1)?)))
            .collect()
    }
}

/// Remembers a value that all servers of this database must agree on; answers the one that stands.
pub struct Agree {
    /// What it is about.
    pub name: &'static str,
    /// What this server would have it be.
    pub value: Vec<u8>,
}

impl Command for Agree {
    type Output = Vec<u8>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Vec<u8>, StoreError> {
        const PUT: &str =
            "insert into setting (name, value) values ($1, $2) on conflict (name) do nothing";
        const GET: &str = "select value from setting where name = $1";
        tx.execute(PUT, params![self.name, self.value.clone()])
            .await?;
        let row = tx.query_one(GET, params![self.name]).await?;
        row.ok_or_else(|| StoreError::internal("a setting went away"))?
            .get(0)
    }
}
