//! A programme's keys: those that sign shoppers' tokens, and those of its shop's backend.

use super::{Command, Query, Row, StoreError, Tx, params};
use crate::domain::Instant;
use app::api::ProgramId;

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// Signs tokens with HMAC-SHA-256; the secret is kept sealed.
    TokenSecret,
    /// Signs tokens with Ed25519; the public half is kept.
    TokenPublic,
    /// A shop's backend calls with it; a digest is kept.
    Api,
}

impl KeyKind {
    fn columns(self) -> (&'static str, &'static str) {
        match self {
            Self::TokenSecret => ("token", "HS256"),
            Self::TokenPublic => ("token", "EdDSA"),
            Self::Api => ("api", "digest"),
        }
    }

    fn read(algorithm: &str) -> Result<Self, StoreError> {
        [Self::TokenSecret, Self::TokenPublic, Self::Api]
            .into_iter()
            .find(|kind| kind.columns().1 == algorithm)
            .ok_or_else(|| StoreError::internal("a key of no known kind"))
    }
}

/// A key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// Its public name.
    pub kid: String,
    /// Whose it is.
    pub program_id: ProgramId,
    /// What it is for.
    pub kind: KeyKind,
    /// The sealed secret, the public key or the digest.
    pub material: Vec<u8>,
    /// What an API key may do, separated by blanks.
    pub scopes: String,
    /// When it was made.
    pub created_at: Instant,
    /// Since when it is no longer accepted.
    pub revoked_at: Option<Instant>,
}

impl StoredKey {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            kid: row.get(0)?,
            program_id: row.get(1)?,
            kind: KeyKind::read(&row.get::<String>(2)?)?,
            material: row.get(3)?,
            scopes: row.get(4)?,
            created_at: row.get(5)?,
            revoked_at: row.get(6)?,
        })
    }
}

/// Adds a key. A key that is there already, under the same name, stays as it is.
pub struct Add(pub StoredKey);

impl Command for Add {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const SQL: &str = "insert into program_key (kid, program_id, kind, algorithm, material, scopes, created_at)
            values ($1, $2, $3, $4, $5, $6, $7) on conflict (kid) do nothing";
        let key = &self.0;
        let (kind, algorithm) = key.kind.columns();
        let material = key.material.clone();
        tx.execute(
            SQL,
            params![
                &key.kid,
                key.program_id,
                kind,
                algorithm,
                material,
                &key.scopes,
                key.created_at
            ],
        )
        .await?;
        Ok(())
    }
}

/// Revokes a key at once. Answers whether there was one to revoke.
pub struct Revoke {
    /// The key.
    pub kid: String,
    /// When.
    pub at: Instant,
}

impl Command for Revoke {
    type Output = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        const SQL: &str =
            "update program_key set revoked_at = $1 where kid = $2 and revoked_at is null";
        Ok(tx.execute(SQL, params![self.at, &self.kid]).await? == 1)
    }
}

/// The key of this name, revoked or not.
pub(super) struct Find<'a>(pub(super) &'a str);

impl Query for Find<'_> {
    type Output = Option<StoredKey>;

    const IS_ONE_STATEMENT: bool = true;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str =
            "select kid, program_id, algorithm, material, scopes, created_at, revoked_at
            from program_key where kid = $1";
        let row = tx.query_one(SQL, params![self.0]).await?;
        row.as_ref().map(StoredKey::read).transpose()
    }
}

/// A programme's keys, the oldest first.
pub struct List(pub ProgramId);

impl Query for List {
    type Output = Vec<StoredKey>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str =
            "select kid, program_id, algorithm, material, scopes, created_at, revoked_at
            from program_key where program_id = $1 order by created_at, kid";
        tx.query(SQL, params![self.0])
            .await?
            .iter()
            .map(StoredKey::read)
            .collect()
    }
}
