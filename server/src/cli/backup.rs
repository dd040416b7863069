//! `laurel backup FILE`: a whole database in one SQLite file, made while servers go on writing.

use super::{Database, Failure, ledger, said};
use crate::clock::{Clock, random};
use crate::crypto::hex;
use crate::store::Store;
use crate::store::audit::Verify;
use crate::store::copy::copy;
use clap::Args;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Of what, and where to.
#[derive(Args)]
pub(super) struct Backup {
    /// The new file. It serves like any SQLite database: `--database sqlite:FILE`.
    file: PathBuf,
    #[command(flatten)]
    database: Database,
}

pub(super) async fn run(args: Backup) -> Result<String, Failure> {
    let began = Clock::System.now();
    let shown = args.file.display();
    if args.file.exists() {
        return Err(format!("{shown} is there already, and is not overwritten").into());
    }
    let store = args.database.look().await?;
    // Only a backup that is whole and was looked at gets its name.
    let parts = Parts::beside(&args.file);
    if store.is_file() {
        store.pack(&parts.packed).await.map_err(said)?;
    } else {
        let filled = Store::open(&url(&parts.filled), Arc::new(|_| ())).await;
        let filled = filled.map_err(said)?;
        copy(&store, &filled).await.map_err(said)?;
        filled.pack(&parts.packed).await.map_err(said)?;
    }
    let backup = Store::look(&url(&parts.packed)).await.map_err(said)?;
    let report = backup.read_long(Verify::default()).await.map_err(said)?;
    drop(backup);
    let text = ledger::tell(&report, Clock::System.now() - began);
    parts
        .name(&args.file)
        .map_err(|error| format!("{shown} cannot be made: {error}"))?;
    if report.is_clean() {
        Ok(format!("{shown}\n{text}"))
    } else {
        // It is kept: what differs in it does so in the database as well.
        Err(Failure::Differs(format!("{shown}\n{text}")))
    }
}

fn url(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

/// What is not a backup yet. Whatever is left of it goes when this does.
struct Parts {
    /// A PostgreSQL database's rows.
    filled: PathBuf,
    /// The backup, before it has its name.
    packed: PathBuf,
}

impl Parts {
    fn beside(file: &Path) -> Self {
        let chance = hex(&random::<8>());
        let with = |ending: &str| {
            let mut name = file.file_name().map_or_else(OsString::new, OsString::from);
            name.push(format!(".{chance}.{ending}"));
            file.with_file_name(name)
        };
        Self {
            filled: with("rows"),
            packed: with("part"),
        }
    }

    /// Gives the backup its name, once it is on the disk and unless somebody else took the name.
    fn name(&self, file: &Path) -> std::io::Result<()> {
        File::open(&self.packed)?.sync_all()?;
        OpenOptions::new().write(true).create_new(true).open(file)?;
        std::fs::rename(&self.packed, file)?;
        let folder = file
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        for part in [&self.filled, &self.packed] {
            for ending in ["", "-wal", "-shm", "-journal"] {
                let mut name = part.clone().into_os_string();
                name.push(ending);
                // Most of them are not there.
                let _gone = std::fs::remove_file(name);
            }
        }
    }
}
