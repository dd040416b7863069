//! A real AT Protocol server with a directory of its own, started when the first test asks for it.

use super::node;
use reqwest::Client;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// The password of every account.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

static SHARED: LazyLock<Atproto> = LazyLock::new(|| {
    let said = node::start("atproto.mjs", &[("NODE_ENV", "development")]);
    serde_json::from_value(said).expect("it says where it is")
});

/// Where they are, without a slash at the end.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Atproto {
    /// The accounts' server.
    pub(crate) server: String,
    /// The directory of DIDs.
    pub(crate) directory: String,
}

/// An account there.
pub(crate) struct Account {
    pub(crate) did: String,
    pub(crate) handle: String,
    token: String,
}

/// The one that all tests of this process share.
pub(crate) fn atproto() -> &'static Atproto {
    &SHARED
}

impl Atproto {
    /// Settings of a connection to this network instead of the big one.
    pub(crate) fn settings(&self) -> String {
        let Self { server, directory } = self;
        format!("appview = \"none\"\ndirectory = \"{directory}\"\nresolver = \"{server}\"")
    }

    async fn call(&self, method: &str, token: Option<&str>, body: &Value) -> Value {
        let url = format!("{}/xrpc/{method}", self.server);
        let mut call = Client::new().post(url).json(body);
        if let Some(token) = token {
            call = call.bearer_auth(token);
        }
        let answer = call.send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{method}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// Opens an account; the name has to be new.
    pub(crate) async fn account(&self, name: &str) -> Account {
        let handle = format!("{name}.test");
        let body = json!({
            "handle": handle, "email": format!("{name}@example.com"), "password": PASSWORD,
        });
        let made = self
            .call("com.atproto.server.createAccount", None, &body)
            .await;
        let text = |field: &str| made[field].as_str().unwrap().to_owned();
        Account {
            did: text("did"),
            token: text("accessJwt"),
            handle,
        }
    }

    /// Lets one account follow another; the record's address.
    pub(crate) async fn follow(&self, who: &Account, whom: &Account) -> String {
        let record = json!({ "subject": whom.did, "createdAt": "2026-11-28T12:00:00.000Z" });
        let body =
            json!({ "repo": who.did, "collection": "app.bsky.graph.follow", "record": record });
        let made = self
            .call("com.atproto.repo.createRecord", Some(&who.token), &body)
            .await;
        made["uri"].as_str().unwrap().to_owned()
    }

    /// And no longer.
    pub(crate) async fn unfollow(&self, who: &Account, record: &str) {
        let key = record.rsplit('/').next().unwrap();
        let body = json!({ "repo": who.did, "collection": "app.bsky.graph.follow", "rkey": key });
        self.call("com.atproto.repo.deleteRecord", Some(&who.token), &body)
            .await;
    }

    /// Gives the account another handle.
    pub(crate) async fn rename(&self, who: &Account, name: &str) {
        let body = json!({ "handle": format!("{name}.test") });
        self.call("com.atproto.identity.updateHandle", Some(&who.token), &body)
            .await;
    }
}
