//! `laurel program check | import | export`.

use super::{Database, said};
use crate::clock::Clock;
use crate::domain::program::Program;
use crate::domain::program_file;
use crate::store::Store;
use crate::store::programs::{BySlug, Import, StoredProgram};
use clap::Subcommand;
use std::path::{Path, PathBuf};

/// What to do with programmes.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Say what is wrong with a programme file, if anything is.
    Check {
        /// The file.
        file: PathBuf,
    },
    /// Store a programme file as the rules from now on.
    Import {
        /// The file.
        file: PathBuf,
        #[command(flatten)]
        database: Database,
    },
    /// Print a stored programme's current file.
    Export {
        /// The programme's slug.
        program: String,
        #[command(flatten)]
        database: Database,
    },
}

pub(super) async fn run(command: Command) -> Result<String, String> {
    match command {
        Command::Check { file } => {
            let (_, program) = read(&file)?;
            let Program {
                slug, tiers, tasks, ..
            } = program;
            Ok(format!(
                "{slug}: {} tiers, {} tasks: good\n",
                tiers.len(),
                tasks.len()
            ))
        }
        Command::Import { file, database } => {
            let (source, program) = read(&file)?;
            let import = Import {
                slug: program.slug,
                source,
                stamp: Clock::System.stamp(),
            };
            let stored = database.open().await?.write(import).await.map_err(said)?;
            Ok(format!("{}: version {}\n", stored.slug, stored.version))
        }
        Command::Export { program, database } => {
            let stored = find(&database.open().await?, &program).await?;
            Ok(stored.source)
        }
    }
}

/// The stored programme of a slug that somebody typed.
pub(super) async fn find(store: &Store, slug: &str) -> Result<StoredProgram, String> {
    let stored = store.read(BySlug(slug)).await.map_err(said)?;
    stored.ok_or_else(|| format!("there is no programme \"{slug}\""))
}

fn read(file: &Path) -> Result<(String, Program), String> {
    let shown = file.display();
    let source = std::fs::read_to_string(file)
        .map_err(|error| format!("{shown} cannot be read: {error}"))?;
    let program = program_file::check(&source).map_err(|faults| {
        let lines: Vec<String> = faults
            .iter()
            .map(|fault| format!("{shown}: {fault}"))
            .collect();
        format!("{shown} cannot be used:\n{}", lines.join("\n"))
    })?;
    Ok((source, program))
}
