//! Notes on what is in the files and not yet on the disk.
//!
//! One record is a line of words and, behind it, the bytes that were there before. It is appended
//! in one write before the change itself, so a record that is cut short had no effect.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// What was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Bytes were written.
    Write,
    /// The end was cut off.
    Truncate,
    /// The file was made; its name is not safe until the directory is synced.
    Create,
    /// The file was deleted, which is not certain until the directory is synced.
    Delete,
}

/// A change that no sync has covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unsynced {
    pub(super) change: Change,
    pub(super) file: String,
    /// Where the bytes of `before` were: whole sectors, with zeros behind the file's end.
    pub(super) offset: usize,
    /// The file's size before.
    pub(super) size: usize,
    pub(super) before: Vec<u8>,
}

impl Unsynced {
    /// A change of a name.
    pub(super) fn of_name(change: Change, file: &str, before: Vec<u8>) -> Self {
        Self {
            change,
            file: file.to_owned(),
            offset: 0,
            size: before.len(),
            before,
        }
    }

    fn is_of_name(&self) -> bool {
        matches!(self.change, Change::Create | Change::Delete)
    }
}

/// A sync: of a file's content, and perhaps of the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sync {
    /// Empty for the directory alone.
    pub(super) file: String,
    pub(super) directory: bool,
    /// It covers the records before this one.
    pub(super) before: usize,
}

/// The notes of a running server.
pub(super) struct Journal {
    file: File,
    /// The next record's number.
    next: usize,
    /// The newest change of each file that is not covered, by its number; names under "".
    open: BTreeMap<String, usize>,
}

impl Journal {
    /// Begins empty.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        Ok(Self {
            file: OpenOptions::new().create(true).append(true).open(path)?,
            next: 0,
            open: BTreeMap::new(),
        })
    }

    /// The number that a sync which begins now has.
    pub(super) fn now(&self) -> usize {
        self.next
    }

    /// Notes a change that is about to be made.
    pub(super) fn note(&mut self, unsynced: &Unsynced) -> io::Result<()> {
        let Unsynced {
            change,
            file,
            offset,
            size,
            before,
        } = unsynced;
        let letter = match change {
            Change::Write => 'W',
            Change::Truncate => 'T',
            Change::Create => 'C',
            Change::Delete => 'D',
        };
        let number = self.next;
        let head = format!(
            "{letter} {number} {offset} {size} {} {file}\n",
            before.len()
        );
        self.file.write_all(&[head.as_bytes(), before].concat())?;
        let name = if unsynced.is_of_name() { "" } else { file };
        self.open.insert(name.to_owned(), number);
        self.next += 1;
        Ok(())
    }

    /// Notes that a sync has ended. Once nothing is open, the notes so far are thrown away.
    pub(super) fn cross_off(&mut self, sync: &Sync) -> io::Result<()> {
        let Sync {
            file,
            directory,
            before,
        } = sync;
        let line = format!(
            "S {} {before} {} 0 {file}\n",
            self.next,
            u8::from(*directory)
        );
        self.file.write_all(line.as_bytes())?;
        self.next += 1;
        self.open.retain(|name, newest| {
            let meant = name == file && !name.is_empty() || name.is_empty() && *directory;
            !(meant && *newest < *before)
        });
        if self.open.is_empty() {
            self.file.set_len(0)?;
        }
        Ok(())
    }
}

/// What the notes of a server that is gone leave open, the oldest first.
pub(super) fn read(path: &Path) -> io::Result<Vec<Unsynced>> {
    let bytes = match std::fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        bytes => bytes?,
    };
    let mut open: Vec<(usize, Unsynced)> = Vec::new();
    let mut rest = bytes.as_slice();
    while let Some((number, record, left)) = record(rest) {
        rest = left;
        match record {
            Record::Change(change) => open.push((number, change)),
            Record::Sync(sync) => open.retain(|(number, change)| {
                let meant = if change.is_of_name() {
                    sync.directory
                } else {
                    change.file == sync.file
                };
                !(meant && *number < sync.before)
            }),
        }
    }
    Ok(open.into_iter().map(|(_, change)| change).collect())
}

enum Record {
    Change(Unsynced),
    Sync(Sync),
}

/// The first record, its number, and what comes behind it. `None` at the end, or for a record that
/// is not whole.
fn record(bytes: &[u8]) -> Option<(usize, Record, &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let head = str::from_utf8(&bytes[..end]).ok()?;
    let mut words = head.splitn(6, ' ');
    let letter = words.next()?;
    let mut number = || words.next()?.parse::<usize>().ok();
    let (count, offset, size, length) = (number()?, number()?, number()?, number()?);
    let file = words.next()?.to_owned();
    let (before, rest) = bytes[end + 1..].split_at_checked(length)?;
    let change = match letter {
        "W" => Change::Write,
        "T" => Change::Truncate,
        "C" => Change::Create,
        "D" => Change::Delete,
        "S" => {
            let sync = Sync {
                file,
                directory: size == 1,
                before: offset,
            };
            return Some((count, Record::Sync(sync), rest));
        }
        _ => return None,
    };
    let unsynced = Unsynced {
        change,
        file,
        offset,
        size,
        before: before.to_vec(),
    };
    Some((count, Record::Change(unsynced), rest))
}

/// The files that were changed.
pub(super) fn files(changes: &[Unsynced]) -> BTreeSet<&str> {
    changes.iter().map(|change| change.file.as_str()).collect()
}
