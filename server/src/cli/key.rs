//! `laurel key add | list | revoke`.

use super::program::find;
use super::{Database, said};
use crate::clock::{Clock, random};
use crate::crypto::{MasterKey, base64url, hex, sha256};
use crate::store::keys::{Add, KeyKind, List, Revoke, StoredKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::{Subcommand, ValueEnum};
use std::path::PathBuf;

/// What to do with keys.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Make a key and print its secret, once.
    Add {
        /// The programme's slug.
        program: String,
        /// What it is for.
        #[arg(long, value_enum)]
        kind: Kind,
        /// For an API key: what it may do, separated by commas.
        #[arg(long, value_delimiter = ',', default_value = "orders")]
        scopes: Vec<String>,
        /// For a token key: the shop's own Ed25519 public key, in base 64, instead of a secret.
        #[arg(long)]
        public_key: Option<String>,
        /// The file with the key that seals stored secrets.
        #[arg(long, env = "LAUREL_MASTER_KEY_FILE", default_value = "laurel.key")]
        master_key_file: PathBuf,
        #[command(flatten)]
        database: Database,
    },
    /// List a programme's keys, without their secrets.
    List {
        /// The programme's slug.
        program: String,
        #[command(flatten)]
        database: Database,
    },
    /// Stop accepting a key.
    Revoke {
        /// The key's name.
        kid: String,
        #[command(flatten)]
        database: Database,
    },
}

/// What a key is for.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Kind {
    /// Signs the tokens of signed-in customers.
    Token,
    /// The shop's backend calls with it.
    Api,
}

pub(super) async fn run(command: Command) -> Result<String, String> {
    match command {
        Command::Add {
            program,
            kind,
            scopes,
            public_key,
            master_key_file,
            database,
        } => {
            let store = database.open().await?;
            let master = MasterKey::at(&master_key_file)?;
            crate::agree_on_key(&store, &master).await.map_err(said)?;
            let stored = find(&store, &program).await?;
            let kid = format!("key_{}", hex(&random::<8>()));
            let (key_kind, material, shown) = make(kind, &kid, public_key, &master)?;
            let key = StoredKey {
                kid: kid.clone(),
                program_id: stored.id,
                kind: key_kind,
                material,
                scopes: if key_kind == KeyKind::Api {
                    scopes.join(" ")
                } else {
                    String::new()
                },
                created_at: Clock::System.now(),
                revoked_at: None,
            };
            store.write(Add(key)).await.map_err(said)?;
            Ok(format!("kid:    {kid}\n{shown}\n"))
        }
        Command::List { program, database } => {
            let store = database.open().await?;
            let stored = find(&store, &program).await?;
            let keys = store.read(List(stored.id)).await.map_err(said)?;
            let line = |key: &StoredKey| {
                let state = if key.revoked_at.is_some() {
                    "revoked"
                } else {
                    "active"
                };
                format!("{}\t{:?}\t{state}\t{}\n", key.kid, key.kind, key.scopes)
            };
            Ok(keys.iter().map(line).collect())
        }
        Command::Revoke { kid, database } => {
            let revoke = Revoke {
                kid: kid.clone(),
                at: Clock::System.now(),
            };
            if !database.open().await?.write(revoke).await.map_err(said)? {
                return Err(format!("there is no active key \"{kid}\""));
            }
            Ok(format!(
                "{kid} is revoked; servers refuse it from now on
"
            ))
        }
    }
}

/// A new key's kind, what is stored of it, and what its owner is shown.
fn make(
    kind: Kind,
    name: &str,
    public_key: Option<String>,
    master: &MasterKey,
) -> Result<(KeyKind, Vec<u8>, String), String> {
    match (kind, public_key) {
        (Kind::Token, Some(text)) => {
            let public = STANDARD
                .decode(text.trim())
                .ok()
                .filter(|key| key.len() == 32);
            let public = public
                .ok_or("--public-key: give the 32 bytes of an Ed25519 public key in base 64")?;
            Ok((
                KeyKind::TokenPublic,
                public,
                "Sign tokens with EdDSA and this kid.".into(),
            ))
        }
        (Kind::Token, None) => {
            let secret = base64url(&random::<32>());
            let sealed = master.seal(name.as_bytes(), secret.as_bytes());
            Ok((
                KeyKind::TokenSecret,
                sealed,
                format!("secret: {secret}\nSign tokens with HS256, this kid and this secret."),
            ))
        }
        (Kind::Api, Some(_)) => Err("--public-key: an API key has none".into()),
        (Kind::Api, None) => {
            let secret = base64url(&random::<32>());
            let digest = sha256(secret.as_bytes()).to_vec();
            Ok((KeyKind::Api, digest, format!("bearer: {name}.{secret}")))
        }
    }
}
