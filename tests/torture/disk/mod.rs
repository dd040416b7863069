//! A disk that loses what was not synced, for SQLite.
//!
//! A server runs with [`vfs`] in place of SQLite's own way to files. Everything still reaches the
//! file at once, as in a page cache, but before it does, what was there is noted in a [`journal`];
//! a sync crosses the notes off. When the server is killed, the harness takes a random part of what
//! no sync had covered out of the files again, in sectors of 512 bytes and in no order
//! ([`cut`]): what a power cut may leave.
//!
//! Why not something ready-made: the crate `powercut` keeps or drops whole files by syncs that the
//! test itself reports, so it sees neither SQLite's syncs nor a torn sector; `LazyFS` needs FUSE and
//! root, and drops everything that is not synced instead of any part of it.

pub(crate) mod cut;
mod journal;
pub(crate) mod vfs;

/// What a disk writes as a whole, in bytes.
const SECTOR: usize = 512;
