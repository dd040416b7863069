//! Files that downloads hand out. They are kept in parts, so that a server that hands one out never has all of it
//! in memory.

use super::{Command, Query, Row, StoreError, Tx, params};
use crate::domain::Instant;
use app::api::ProgramId;
use bytes::Bytes;

/// The largest file, in bytes.
pub const FILE_BYTES_MAX: u64 = 50 * 1024 * 1024;
/// How large a part is, in bytes. The last one is what is left.
const PART_BYTES: i64 = 256 * 1024;

/// What is known of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// Its name.
    pub name: String,
    /// What browsers are told it is.
    pub media_type: String,
    /// How many bytes it has.
    pub size: i64,
    /// SHA-256 of them.
    pub digest: Vec<u8>,
}

impl StoredFile {
    /// In how many parts it is kept.
    pub fn parts(&self) -> i64 {
        (self.size + PART_BYTES - 1) / PART_BYTES
    }

    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            name: row.get(0)?,
            media_type: row.get(1)?,
            size: row.get(2)?,
            digest: row.get(3)?,
        })
    }
}

pub(super) async fn find<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    name: &str,
) -> Result<Option<StoredFile>, StoreError> {
    const SQL: &str = "select name, media_type, size, digest from shop_file
        where program_id = $1 and name = $2";
    let row = tx.query_one(SQL, params![program, name]).await?;
    row.as_ref().map(StoredFile::read).transpose()
}

/// A file of a programme.
pub struct Find<'a> {
    /// The programme.
    pub program: ProgramId,
    /// The file's name.
    pub name: &'a str,
}

impl Query for Find<'_> {
    type Output = Option<StoredFile>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        find(tx, self.program, self.name).await
    }
}

/// All files of a programme, by their names.
pub struct All(pub ProgramId);

impl Query for All {
    type Output = Vec<StoredFile>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = "select name, media_type, size, digest from shop_file
            where program_id = $1 order by name";
        let rows = tx.query(SQL, params![self.0]).await?;
        rows.iter().map(StoredFile::read).collect()
    }
}

/// One part of a file, as long as the file is the one with this digest.
pub struct Part<'a> {
    /// The programme.
    pub program: ProgramId,
    /// The file.
    pub file: &'a StoredFile,
    /// Which part, from 0.
    pub number: i64,
}

impl Query for Part<'_> {
    type Output = Option<Vec<u8>>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        // Together, so that a file that is replaced meanwhile does not go on in the middle of this one.
        const SQL: &str = "select p.bytes from shop_file f
            join shop_file_part p on p.program_id = f.program_id and p.name = f.name
            where f.program_id = $1 and f.name = $2 and f.digest = $3 and p.number = $4";
        let StoredFile { name, digest, .. } = self.file;
        let asked = params![self.program, name, digest.clone(), self.number];
        let row = tx.query_one(SQL, asked).await?;
        row.map(|row| row.get(0)).transpose()
    }
}

/// Stores a file, in place of one of the same name.
pub struct Add {
    /// The programme.
    pub program: ProgramId,
    /// The file; its size is that of the bytes.
    pub file: StoredFile,
    /// What it holds.
    pub bytes: Bytes,
    /// When.
    pub now: Instant,
}

impl Command for Add {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        // First of all, so that two who store the same file take turns.
        const FILE: &str =
            "insert into shop_file (program_id, name, media_type, size, digest, created_at)
            values ($1, $2, $3, $4, $5, $6)
            on conflict (program_id, name) do update set media_type = excluded.media_type,
                size = excluded.size, digest = excluded.digest, created_at = excluded.created_at";
        const PART: &str = "insert into shop_file_part (program_id, name, number, bytes)
            values ($1, $2, $3, $4)";
        let StoredFile {
            name,
            media_type,
            size,
            digest,
        } = &self.file;
        let file = params![
            self.program,
            name,
            media_type,
            *size,
            digest.clone(),
            self.now
        ];
        tx.execute(FILE, file).await?;
        forget_parts(tx, self.program, name).await?;
        let part_bytes = usize::try_from(PART_BYTES).unwrap_or(1);
        for (number, part) in (0_i64..).zip(self.bytes.chunks(part_bytes)) {
            let part = params![self.program, name, number, part.to_vec()];
            tx.execute(PART, part).await?;
        }
        Ok(())
    }
}

async fn forget_parts<T: Tx>(tx: &mut T, program: ProgramId, name: &str) -> Result<(), StoreError> {
    const SQL: &str = "delete from shop_file_part where program_id = $1 and name = $2";
    tx.execute(SQL, params![program, name]).await?;
    Ok(())
}

/// Removes a file. Answers whether there was one.
pub struct Remove {
    /// The programme.
    pub program: ProgramId,
    /// The file's name.
    pub name: String,
}

impl Command for Remove {
    type Output = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        const SQL: &str = "delete from shop_file where program_id = $1 and name = $2";
        let removed = tx.execute(SQL, params![self.program, &self.name]).await? == 1;
        forget_parts(tx, self.program, &self.name).await?;
        Ok(removed)
    }
}
