//! The power cut: a random part of what was not synced goes.

use super::SECTOR;
use super::journal::{self, Change, Unsynced};
use fastrand::Rng;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// Cuts the power of the files that a killed server used. `folder` is where they are; nobody has
/// them open. Answers how many sectors have lost something.
pub(crate) fn cut(folder: &Path, notes: &Path, rng: &mut Rng) -> io::Result<usize> {
    let changes = journal::read(notes)?;
    // Everything, nothing, or anything between: how likely a change is to have reached the disk.
    let kept = match rng.u8(..4) {
        0 => 0.0,
        1 => 1.0,
        _ => rng.f64(),
    };
    let mut lost = 0;
    for file in journal::files(&changes) {
        let own: Vec<&Unsynced> = changes
            .iter()
            .filter(|change| change.file == file)
            .collect();
        lost += cut_file(Path::new(file), &own, kept, rng)?;
    }
    forget_shared_memory(folder, rng)?;
    match std::fs::remove_file(notes) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(lost),
    }
}

fn cut_file(path: &Path, changes: &[&Unsynced], kept: f64, rng: &mut Rng) -> io::Result<usize> {
    let is = |change| move |unsynced: &&&Unsynced| unsynced.change == change;
    if let Some(deleted) = changes.iter().find(is(Change::Delete))
        && rng.f64() >= kept
        && !path.exists()
    {
        std::fs::write(path, &deleted.before)?;
        return Ok(1);
    }
    if changes
        .iter()
        .any(|unsynced| unsynced.change == Change::Create)
        && rng.f64() >= kept
    {
        // Deleted meanwhile, as a journal is.
        return Ok(usize::from(std::fs::remove_file(path).is_ok()));
    }
    let changes: Vec<_> = changes
        .iter()
        .filter(|unsynced| matches!(unsynced.change, Change::Write | Change::Truncate))
        .collect();
    if changes.is_empty() || !path.exists() {
        return Ok(0);
    }
    let mut content = std::fs::read(path)?;
    // Any size that it has had since the last sync.
    let mut sizes: Vec<usize> = changes.iter().map(|unsynced| unsynced.size).collect();
    sizes.push(content.len());
    let size = if rng.f64() < kept {
        content.len()
    } else {
        sizes[rng.usize(..sizes.len())]
    };
    let mut lost = usize::from(size < content.len());
    content.resize(size, 0);
    for (sector, versions) in versions(&changes) {
        // Each sector is as it was before one of its changes, or as it is.
        let gone = (0..versions.len()).find(|_| rng.f64() >= kept);
        let version = match gone {
            Some(_) => Some(&versions[rng.usize(..versions.len())]),
            // What was cut off has no newer content, should the size not have reached the disk.
            None => versions.last().filter(|version| version.truncated),
        };
        let start = sector * SECTOR;
        if let Some(version) = version
            && start < content.len()
        {
            let end = content.len().min(start + version.bytes.len());
            content[start..end].copy_from_slice(&version.bytes[..end - start]);
            lost += 1;
        }
    }
    std::fs::write(path, content)?;
    Ok(lost)
}

/// What a sector held before a change.
struct Version {
    bytes: Vec<u8>,
    truncated: bool,
}

/// What each sector held before each of its changes, the oldest first.
fn versions(changes: &[&&Unsynced]) -> BTreeMap<usize, Vec<Version>> {
    let mut sectors: BTreeMap<usize, Vec<Version>> = BTreeMap::new();
    for unsynced in changes {
        let first = unsynced.offset / SECTOR;
        for (sector, bytes) in (first..).zip(unsynced.before.chunks(SECTOR)) {
            sectors.entry(sector).or_default().push(Version {
                bytes: bytes.to_vec(),
                truncated: unsynced.change == Change::Truncate,
            });
        }
    }
    sectors
}

/// SQLite never syncs the memory that connections share, so anything may be in its file.
fn forget_shared_memory(folder: &Path, rng: &mut Rng) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if !path.to_string_lossy().ends_with("-shm") {
            continue;
        }
        match rng.u8(..3) {
            0 => std::fs::remove_file(&path)?,
            1 => {
                let mut content = std::fs::read(&path)?;
                rng.fill(&mut content);
                std::fs::write(&path, content)?;
            }
            _ => {}
        }
    }
    Ok(())
}
