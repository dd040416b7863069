//! Where a database is.

use std::path::Path;

/// Where a database is. An address by itself will do for one.
#[derive(Clone, Copy)]
pub struct Address<'a> {
    /// `sqlite:path` or `postgres://…`.
    pub url: &'a str,
    /// A file with the certificates of those who vouch for a PostgreSQL server, in PEM. Without it, those
    /// do who vouch for the web's servers. See `postgres/tls.rs`.
    pub ca: Option<&'a Path>,
}

/// What an address leads to.
pub(super) enum Leads<'a> {
    Sqlite(&'a Path),
    Postgres(Address<'a>),
}

impl<'a> Address<'a> {
    /// Which engine; nothing where there is none for it.
    pub(super) fn leads(self) -> Option<Leads<'a>> {
        if let Some(path) = self.url.strip_prefix("sqlite:") {
            return Some(Leads::Sqlite(Path::new(path)));
        }
        let postgres = ["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| self.url.starts_with(scheme));
        postgres.then_some(Leads::Postgres(self))
    }
}

impl<'a> From<&'a str> for Address<'a> {
    fn from(url: &'a str) -> Self {
        Self { url, ca: None }
    }
}

impl<'a> From<&'a String> for Address<'a> {
    fn from(url: &'a String) -> Self {
        Self::from(url.as_str())
    }
}
