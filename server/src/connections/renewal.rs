//! The shop's own tokens, which end and are renewed (RFC 6749 §6).
//!
//! A refresh token may be good only once, and what comes back for it takes its place. So of any number of servers one
//! at a time renews, and what came back is kept, sealed, where every server and the next start find it. It stands
//! beside the secrets and names the refresh token that it came of: one that the shop gives anew begins again.

use super::{Means, Secrets, Setup, Trouble};
use crate::crypto::{MasterKey, Unsealable};
use crate::domain::{Instant, SECOND};
use crate::store::Store;
use crate::store::connections::{GiveBack, Kept, Renewed, Sealed, Take};
use app::api::ProgramId;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// So many seconds before its end a token is renewed, so that none ends on the way.
const AHEAD: u32 = 300;
/// For how many seconds a token is believed to be good whose end nobody named.
const UNNAMED: u32 = 3600;
/// How often it is looked whether another server is done.
const LOOKS_MAX: u32 = 25;
/// How long between these looks. All together leave a question time for the renewal itself.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How often it is tried to write down what cannot be had again.
const WRITES_MAX: u32 = 5;
/// How long between these.
const WRITE_EVERY: Duration = Duration::from_secs(1);

const GIVE_TOKEN: &str = "the shop's own token is missing: make a refresh token, and give it as the secret refresh_token";

/// What a service gives for a refresh token.
#[derive(Deserialize)]
pub(super) struct Granted {
    pub(super) access_token: String,
    /// The one to use the next time, where that is another.
    pub(super) refresh_token: Option<String>,
    /// In seconds.
    pub(super) expires_in: Option<u32>,
}

/// What is kept of it.
#[derive(Clone, Serialize, Deserialize)]
struct Tokens {
    /// The refresh token that the shop gave, of which all these came.
    given: String,
    /// The one to use next.
    refresh: String,
    access: String,
    /// When the access token is renewed.
    until: Instant,
}

/// Where a connection's tokens are kept, and those that it had when it was read.
#[derive(Clone)]
pub struct Keeper<'a> {
    store: &'a Store,
    master: &'a MasterKey,
    program: ProgramId,
    name: &'a str,
    tokens: Option<Tokens>,
    renewals: i64,
}

/// How the shop's access token is to be had.
pub(super) enum Turn<'a> {
    /// It is good: this one.
    Good(String),
    /// Whoever has this renews it.
    Renew(Renewal<'a>),
}

/// The right to use a refresh token.
pub(super) struct Renewal<'a> {
    /// The refresh token.
    pub(super) refresh: String,
    given: String,
    now: Instant,
    /// Where what comes back is kept, and the end of the right.
    right: Option<(Keeper<'a>, Instant)>,
}

impl<'a> Keeper<'a> {
    /// What is kept of a connection, with the secrets that the shop gave.
    pub(super) async fn open(
        means: &Means<'a>,
        program: ProgramId,
        name: &'a str,
    ) -> Result<(Self, Secrets), Trouble> {
        let nothing = Self {
            store: means.store,
            master: means.master,
            program,
            name,
            tokens: None,
            renewals: 0,
        };
        nothing.again().await
    }

    /// The same as it is now.
    async fn again(self) -> Result<(Self, Secrets), Trouble> {
        let (program, name) = (self.program, self.name);
        let kept = self.store.read(Sealed { program, name }).await;
        let Some(kept) = kept.map_err(|error| away(&error))? else {
            return Ok((self, Secrets::default()));
        };
        let secrets = Secrets::open(self.master, program, name, &kept.sealed);
        let secrets = secrets.map_err(|error| away(&error))?;
        let tokens = self.unseal(&kept).map_err(|error| away(&error))?;
        let keeper = Self {
            tokens,
            renewals: kept.renewals,
            ..self
        };
        Ok((keeper, secrets))
    }

    /// What tokens are sealed to.
    fn owner(&self) -> String {
        format!("connection/{}/{}/tokens", self.program, self.name)
    }

    fn unseal(&self, kept: &Kept) -> Result<Option<Tokens>, Unsealable> {
        let Some(sealed) = &kept.tokens else {
            return Ok(None);
        };
        let text = self.master.unseal(self.owner().as_bytes(), sealed)?;
        serde_json::from_slice(&text).map_err(|_| Unsealable)
    }

    /// The tokens that came of a refresh token, if they did.
    fn of(&self, given: &str) -> Option<&Tokens> {
        self.tokens.as_ref().filter(|tokens| tokens.given == given)
    }

    /// Takes the right to renew: its end, or nothing where another server has it or has done it.
    async fn take(&self, now: Instant) -> Result<Option<Instant>, Trouble> {
        let take = Take {
            program: self.program,
            name: self.name.to_owned(),
            renewals: self.renewals,
            now,
        };
        self.store.write(take).await.map_err(|error| away(&error))
    }

    /// Writes tokens down. They cannot be had again, so a store that is busy is waited for.
    async fn keep(&self, tokens: &Tokens) -> Result<(), Trouble> {
        let text = serde_json::to_vec(tokens).unwrap_or_default();
        let sealed = self.master.seal(self.owner().as_bytes(), &text);
        let mut tries = 0;
        loop {
            let renewed = Renewed {
                program: self.program,
                name: self.name.to_owned(),
                renewals: self.renewals,
                tokens: sealed.clone(),
            };
            let Err(error) = self.store.write(renewed).await else {
                return Ok(());
            };
            tries += 1;
            if tries == WRITES_MAX {
                return Err(away(&error));
            }
            tokio::time::sleep(WRITE_EVERY).await;
        }
    }

    async fn give_back(&self, until: Instant) -> Result<(), Trouble> {
        let give_back = GiveBack {
            program: self.program,
            name: self.name.to_owned(),
            until,
        };
        let given = self.store.write(give_back).await;
        given.map_err(|error| away(&error))
    }
}

impl<'a> Setup<'a> {
    /// The access token that came of the shop's refresh token, or the right to renew it. One that the service has
    /// `refused` is good no more; it may be empty.
    pub(super) async fn turn(&self, refused: &str) -> Result<Turn<'a>, Trouble> {
        let mut given = self.get("refresh_token").to_owned();
        if given.is_empty() {
            return Err(Trouble::shop(GIVE_TOKEN));
        }
        let Some(mut keeper) = self.keeper.clone() else {
            return Ok(Turn::Renew(Renewal {
                refresh: given.clone(),
                given,
                now: self.now,
                right: None,
            }));
        };
        for _ in 0..LOOKS_MAX {
            let tokens = keeper.of(&given);
            let good = tokens.filter(|tokens| tokens.until > self.now && tokens.access != refused);
            if let Some(tokens) = good {
                return Ok(Turn::Good(tokens.access.clone()));
            }
            if let Some(until) = keeper.take(self.now).await? {
                let refresh = keeper.of(&given).map(|tokens| tokens.refresh.clone());
                return Ok(Turn::Renew(Renewal {
                    refresh: refresh.unwrap_or_else(|| given.clone()),
                    given,
                    now: self.now,
                    right: Some((keeper, until)),
                }));
            }
            tokio::time::sleep(LOOK_EVERY).await;
            let (newer, secrets) = keeper.again().await?;
            keeper = newer;
            // The shop may have given another meanwhile.
            given = secrets.0.get("refresh_token").cloned().unwrap_or_default();
        }
        Err(Trouble::unclear("another server is renewing its token"))
    }
}

impl Renewal<'_> {
    /// Ends with what the service gave: keeps it, and answers the access token.
    pub(super) async fn end(self, granted: Result<Granted, Trouble>) -> Result<String, Trouble> {
        let granted = match (granted, &self.right) {
            (Ok(granted), _) => granted,
            (Err(trouble), Some((keeper, until))) => {
                // If the store is away, the right ends by itself.
                let _given = keeper.give_back(*until).await;
                return Err(trouble);
            }
            (Err(trouble), None) => return Err(trouble),
        };
        let seconds = granted.expires_in.unwrap_or(UNNAMED);
        let tokens = Tokens {
            given: self.given,
            refresh: granted.refresh_token.unwrap_or(self.refresh),
            access: granted.access_token,
            until: self.now + i64::from(seconds.saturating_sub(AHEAD)) * SECOND,
        };
        if let Some((keeper, _)) = &self.right {
            keeper.keep(&tokens).await?;
        }
        Ok(tokens.access)
    }
}

fn away(error: &dyn std::fmt::Display) -> Trouble {
    Trouble::NotNow(error.to_string(), None)
}
