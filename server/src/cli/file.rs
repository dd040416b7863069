//! `laurel file add | list | remove`.

use super::program::find;
use super::{Database, said};
use crate::clock::Clock;
use crate::crypto::{hex, sha256};
use crate::domain::program_file::is_file_name;
use crate::store::files::{Add, All, FILE_BYTES_MAX, Remove, StoredFile};
use bytes::Bytes;
use clap::Subcommand;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// What to do with files that downloads hand out.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Store a file, in place of one of the same name.
    Add {
        /// The programme's slug.
        program: String,
        /// The file.
        path: PathBuf,
        /// The name that tasks and browsers know it by; its own if left out.
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        database: Database,
    },
    /// List a programme's files: name, bytes, type, SHA-256.
    List {
        /// The programme's slug.
        program: String,
        #[command(flatten)]
        database: Database,
    },
    /// Remove a file. Tasks that hand it out say that it is not there.
    Remove {
        /// The programme's slug.
        program: String,
        /// The file's name.
        name: String,
        #[command(flatten)]
        database: Database,
    },
}

pub(super) async fn run(command: Command) -> Result<String, String> {
    match command {
        Command::Add {
            program,
            path,
            name,
            database,
        } => {
            let (file, bytes) = read(&path, name)?;
            let store = database.open().await?;
            let program = find(&store, &program).await?;
            let line = line(&file);
            let add = Add {
                program: program.id,
                file,
                bytes,
                now: Clock::System.now(),
            };
            store.write(add).await.map_err(said)?;
            Ok(line)
        }
        Command::List { program, database } => {
            let store = database.open().await?;
            let program = find(&store, &program).await?;
            let files = store.read(All(program.id)).await.map_err(said)?;
            Ok(files.iter().map(line).collect())
        }
        Command::Remove {
            program,
            name,
            database,
        } => {
            let store = database.open().await?;
            let id = find(&store, &program).await?.id;
            let remove = Remove {
                program: id,
                name: name.clone(),
            };
            if store.write(remove).await.map_err(said)? {
                Ok(format!("{name} is removed\n"))
            } else {
                Err(format!("{program} has no file \"{name}\""))
            }
        }
    }
}

fn line(file: &StoredFile) -> String {
    let StoredFile {
        name,
        media_type,
        size,
        digest,
    } = file;
    let mut line = String::new();
    // Writing to a text does not fail.
    let _written = writeln!(line, "{name}\t{size}\t{media_type}\t{}", hex(digest));
    line
}

/// Reads a file that is to be stored.
fn read(path: &Path, name: Option<String>) -> Result<(StoredFile, Bytes), String> {
    let shown = path.display();
    let unreadable = |error: std::io::Error| format!("{shown} cannot be read: {error}");
    let own = || path.file_name()?.to_str().map(str::to_owned);
    let name = name.or_else(own).unwrap_or_default();
    if !is_file_name(&name) {
        return Err(format!(
            "\"{name}\" cannot be a file's name here: use letters a to z, digits, hyphens and an ending, as in --name catalogue.pdf"
        ));
    }
    // Before it is read: it may be larger than memory.
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size == 0 || size > FILE_BYTES_MAX {
        let max = FILE_BYTES_MAX / (1024 * 1024);
        return Err(format!("{shown} has to have from 1 byte to {max} MiB"));
    }
    let bytes = Bytes::from(std::fs::read(path).map_err(unreadable)?);
    let file = StoredFile {
        media_type: media_type(&name).to_owned(),
        name,
        size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        digest: sha256(&bytes).to_vec(),
    };
    Ok((file, bytes))
}

/// What browsers are told that a file is, by its ending.
fn media_type(name: &str) -> &'static str {
    let ending = name.rsplit('.').next().unwrap_or("").to_ascii_lowercase();
    match ending.as_str() {
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "txt" => "text/plain; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "epub" => "application/epub+zip",
        "mp3" => "audio/mpeg",
        "mp4" => "video/mp4",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_told_by_the_ending() {
        assert_eq!(media_type("catalogue.PDF"), "application/pdf");
        assert_eq!(media_type("prices.2026.csv"), "text/csv; charset=utf-8");
        assert_eq!(media_type("page.html"), "application/octet-stream");
    }

    #[test]
    fn what_cannot_be_stored_is_refused_with_a_remedy() {
        let folder = std::env::temp_dir();
        let file = folder.join(format!("laurel-file-{}.txt", std::process::id()));
        std::fs::write(&file, "").unwrap();
        let refused = |name: &str| read(&file, Some(name.to_owned())).unwrap_err();
        assert!(refused("каталог.pdf").contains("--name catalogue.pdf"));
        assert!(refused("../x.pdf").contains("--name catalogue.pdf"));
        assert!(refused("a.txt").ends_with("has to have from 1 byte to 50 MiB"));
        std::fs::write(&file, "beans").unwrap();
        let (stored, bytes) = read(&file, None).unwrap();
        assert_eq!((stored.size, &bytes[..]), (5, &b"beans"[..]));
        assert_eq!(stored.media_type, "text/plain; charset=utf-8");
        std::fs::remove_file(&file).unwrap();
        assert!(read(&file, None).unwrap_err().contains("cannot be read"));
    }
}
