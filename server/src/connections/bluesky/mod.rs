//! Bluesky, and every server that speaks the AT Protocol: does this account follow that one.
//!
//! An account is a DID; a handle is a name that may change hands. Whose account it is shows the account's
//! own server, by OAuth with pushed requests and bound tokens (<https://atproto.com/specs/oauth>).

mod dpop;
mod identity;
mod sign_in;

use super::{
    About, Account, Answer, Asks, Begun, Budget, By, Returned, Service, Setting, Setup, Trouble,
};
use crate::domain::program::Connection;
use async_trait::async_trait;
use identity::Identity;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

/// <https://docs.bsky.app/docs/api/app-bsky-graph-get-relationships>
pub(super) struct Bluesky;

/// Where the network as a whole is asked.
const APP_VIEW: &str = "https://public.api.bsky.app";
/// Follows are read in pages of a hundred; whoever follows more accounts than this is asked for by record.
const PAGES_MAX: usize = 50;

static ABOUT: About = About {
    kind: "bluesky",
    name: "Bluesky",
    proves: "The account follows yours: the network says so, or the account's own repository has the record.",
    knows: By::Account,
    asks: Some(Asks::Handle),
    settings: &[
        Setting::optional(
            "appview",
            "Which view of the network is asked; https://public.api.bsky.app if left out, and \"none\" to \
                   read the record in the account's own repository instead.",
        ),
        Setting::optional(
            "directory",
            "The directory of DIDs, if not https://plc.directory.",
        ),
        Setting::optional(
            "resolver",
            "Who knows which DID a handle belongs to, if not https://public.api.bsky.app.",
        ),
    ],
    target: "Your handle, or better your DID, which stays when the handle changes.",
    budget: Budget {
        calls: 3000,
        per: Duration::from_mins(5),
    },
    limits: "Free. 3,000 calls in five minutes from one address.",
    steps: [
        "Nothing has to be registered: Laurel's public address is its name there.",
        "Find your DID: https://bsky.app shows your handle, and https://plc.directory what it belongs to.",
        "Add the connection to the programme file: kind = \"bluesky\".",
        "Add a task of kind \"follow\" with your handle or DID as its target.",
        "Run `laurel connection test PROGRAM CONNECTION`.",
    ],
    source: "https://atproto.com/specs/oauth",
};

#[derive(Deserialize)]
struct Relationships {
    relationships: Vec<Relationship>,
}

#[derive(Deserialize)]
struct Relationship {
    did: Option<String>,
    following: Option<String>,
}

#[derive(Deserialize)]
struct Records {
    cursor: Option<String>,
    records: Vec<Record>,
}

#[derive(Deserialize)]
struct Record {
    uri: String,
    value: Value,
}

impl Record {
    fn follows(&self, did: &str) -> bool {
        self.value["subject"] == did
    }
}

impl Bluesky {
    /// Asks the network: a follow that it does not know of has no effect there.
    async fn ask_view(
        &self,
        setup: &Setup<'_>,
        view: &str,
        did: &str,
        target: &str,
    ) -> Result<Option<String>, Trouble> {
        let url = format!("{view}/xrpc/app.bsky.graph.getRelationships");
        let call = setup.outside.get(&url)?;
        let call = call.query(&[("actor", did), ("others", target)]);
        let reply = setup.outside.send(call).await?;
        if reply.status == reqwest::StatusCode::BAD_REQUEST {
            // ActorNotFound: an account that was closed follows nobody.
            let answer: Value = reply.json()?;
            if answer["error"] == "ActorNotFound" {
                return Ok(None);
            }
        }
        let answer: Relationships = reply.success()?;
        let [relationship] = answer.relationships.as_slice() else {
            return Err(Trouble::contradiction());
        };
        if relationship.did.as_deref() != Some(target) {
            return Err(Trouble::contradiction());
        }
        Ok(relationship.following.clone())
    }

    /// Looks for the follow among the account's own records, the newest first.
    async fn ask_repository(
        &self,
        setup: &Setup<'_>,
        server: &str,
        did: &str,
        target: &str,
        known: Option<&str>,
    ) -> Result<Option<String>, Trouble> {
        const FOLLOW: &str = "app.bsky.graph.follow";
        if let Some(key) = known.and_then(|uri| uri.rsplit('/').next()) {
            let call = setup
                .outside
                .get(&format!("{server}/xrpc/com.atproto.repo.getRecord"))?;
            let call = call.query(&[("repo", did), ("collection", FOLLOW), ("rkey", key)]);
            let reply = setup.outside.send(call).await?;
            if reply.status.is_success() {
                let record: Record = reply.json()?;
                if record.follows(target) {
                    return Ok(Some(record.uri));
                }
            }
            // It may have been let go and made anew under another key.
        }
        let mut cursor = String::new();
        for _ in 0..PAGES_MAX {
            let call = setup
                .outside
                .get(&format!("{server}/xrpc/com.atproto.repo.listRecords"))?;
            let mut call = call.query(&[("repo", did), ("collection", FOLLOW), ("limit", "100")]);
            if !cursor.is_empty() {
                call = call.query(&[("cursor", &cursor)]);
            }
            let reply = setup.outside.send(call).await?;
            if reply.status == reqwest::StatusCode::BAD_REQUEST && is_gone(&reply.json()?) {
                return Ok(None);
            }
            let page: Records = reply.success()?;
            if let Some(record) = page.records.iter().find(|record| record.follows(target)) {
                return Ok(Some(record.uri.clone()));
            }
            match page.cursor.filter(|_| !page.records.is_empty()) {
                Some(next) => cursor = next,
                None => break,
            }
        }
        Ok(None)
    }
}

/// Whether a server says that there is no such repository any more.
fn is_gone(answer: &Value) -> bool {
    let error = answer["error"].as_str().unwrap_or_default();
    let message = answer["message"].as_str().unwrap_or_default();
    error.starts_with("Repo") || message.starts_with("Could not find repo")
}

/// The trouble of a server that the member named.
fn theirs(trouble: Trouble) -> Trouble {
    match trouble {
        Trouble::NotNow(why, _) => Trouble::Theirs(why),
        trouble => trouble,
    }
}

#[async_trait]
impl Service for Bluesky {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn page(&self, _: &Connection, target: &str) -> Result<String, String> {
        if identity::is_did(target) || identity::is_handle(target) {
            return Ok(format!("https://bsky.app/profile/{target}"));
        }
        Err("write your handle, such as \"shop.example\", or your DID".into())
    }

    async fn begin(&self, setup: &Setup<'_>, state: &str, asked: &str) -> Result<Begun, Trouble> {
        sign_in::begin(setup, state, asked).await
    }

    async fn finish(
        &self,
        setup: &Setup<'_>,
        keep: &Value,
        returned: &Returned,
    ) -> Result<Account, Trouble> {
        sign_in::finish(setup, keep, returned).await
    }

    async fn check(
        &self,
        setup: &Setup<'_>,
        account: &Account,
        target: &str,
        before: Option<&Value>,
    ) -> Result<Answer, Trouble> {
        let target = identity::did_of(setup, target)
            .await
            .map_err(unknown_target)?;
        let view = setup.connection.setting("appview").unwrap_or(APP_VIEW);
        let found = if view == "none" {
            let known = before.and_then(|before| before["record"].as_str());
            // By the DID, whatever has become of the handle.
            let server = match identity::server_of(setup, &account.id).await {
                Ok(server) => server,
                Err(Trouble::Refused(_)) => return Ok(Answer::NotDone("account_gone")),
                Err(trouble) => return Err(trouble),
            };
            self.ask_repository(setup, &server, &account.id, &target, known)
                .await
                .map_err(theirs)?
        } else {
            self.ask_view(setup, view, &account.id, &target).await?
        };
        Ok(match found {
            Some(record) => Answer::Done(
                json!({ "service": "bluesky", "account": account.id, "record": record, "follows": target }),
            ),
            None => Answer::NotDone("not_followed"),
        })
    }

    async fn test(&self, setup: &Setup<'_>, target: &str) -> Result<String, Trouble> {
        let did = identity::did_of(setup, target)
            .await
            .map_err(unknown_target)?;
        let identity = Identity::of(setup, &did).await.map_err(unknown_target)?;
        Ok(format!(
            "the network answers, and {} is {did}",
            identity.handle
        ))
    }

    fn client(&self, setup: &Setup<'_>) -> Option<Value> {
        Some(sign_in::client(setup))
    }
}

/// A shop's own account that is not there is the shop's mistake, and no shopper's.
fn unknown_target(trouble: Trouble) -> Trouble {
    match trouble {
        Trouble::Refused(_) => {
            Trouble::Setup("the network knows no account of the task's target".into())
        }
        trouble => trouble,
    }
}
