//! Mastodon, and every server that speaks its API: does this account follow that one.
//!
//! Whose account it is, the account's own server says, and is believed about accounts of its own alone. Who
//! follows the shop, the shop's server says: the other one may be the member's own, and say anything.

mod sign_in;

use super::{
    About, Account, Answer, Asks, Begun, Budget, By, Reply, Returned, Service, Setting, Setup,
    Trouble,
};
use crate::domain::program::Connection;
use futures_util::future::BoxFuture;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

/// <https://docs.joinmastodon.org/methods/accounts/#relationships>
pub(super) struct Mastodon;

const WRITE_TARGET: &str =
    "write your account with its server, such as \"@morning_roast@mastodon.social\"";
const WRITE_SERVER: &str =
    "the setting server is no server's name: write it such as \"mastodon.social\"";
const MAKE_TOKEN: &str = "your server does not accept the access token: signed in as the shop's account, make a new one \
     under Preferences, Development, with the scopes read:accounts and read:follows, and give it as the secret \
     access_token";

static ABOUT: About = About {
    kind: "mastodon",
    name: "Mastodon",
    proves: "The account follows yours: your own server says so, and says so again at the second look.",
    knows: By::Account,
    asks: Some(Asks::Server),
    settings: &[
        Setting {
            name: "server",
            secret: false,
            required: true,
            what: "The server that your account is on, such as mastodon.social.",
        },
        Setting {
            name: "access_token",
            secret: true,
            required: true,
            what: "An access token of your account, with the scopes read:accounts and read:follows.",
        },
    ],
    target: "Your account with its server, such as @morning_roast@mastodon.social.",
    budget: Budget {
        calls: 300,
        per: Duration::from_mins(5),
    },
    limits: "Free. 300 calls in five minutes for one account. Members of any server can take part that your server \
             knows by the name under which they sign in there.",
    steps: [
        "Signed in as your shop's account, open Preferences, Development, and make a new application with the scopes \
         read:accounts and read:follows, and no others.",
        "Put your server's name into the programme file as server, under [connection.settings].",
        "Add a task of kind \"follow\" with your account as its target, written with its server.",
        "Give the application's access token: `laurel connection secret PROGRAM CONNECTION access_token`.",
        "Run `laurel connection test PROGRAM CONNECTION`.",
    ],
    source: "https://docs.joinmastodon.org/methods/accounts/#relationships",
};

/// An account, as the shop's server knows it: by a number of its own, and without a host if it is there itself.
#[derive(Deserialize)]
struct Known {
    id: String,
    acct: String,
}

#[derive(Deserialize)]
struct Shop {
    id: String,
    username: String,
}

/// How somebody stands to the shop's account.
#[derive(Deserialize)]
struct Relationship {
    id: String,
    followed_by: bool,
}

impl Known {
    /// Whether it is the account that was asked for. Hosts may be written in two ways (RFC 3492), so only
    /// whether there is one is compared.
    fn is(&self, user: &str, is_local: bool) -> bool {
        let (name, host) = self.acct.split_once('@').unwrap_or((&self.acct, ""));
        name.eq_ignore_ascii_case(user) && host.is_empty() == is_local
    }
}

fn contradiction() -> Trouble {
    Trouble::NotNow("its answer is about another account".into(), None)
}

fn is_username(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    (1..=100).contains(&text.len()) && text.bytes().all(plain)
}

/// Whether a text is a host, perhaps with a port. With a dot at its end it would be the same one's second name.
fn is_host(text: &str) -> bool {
    let (name, port) = text.split_once(':').unwrap_or((text, "443"));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    let has_end = name.starts_with('.') || name.ends_with('.');
    (1..=253).contains(&name.len())
        && name.bytes().all(plain)
        && !has_end
        && port.parse::<u16>().is_ok()
}

/// User name and host of an account: `anna@mastodon.social`.
fn parts(account: &str) -> Option<(&str, &str)> {
    let (user, host) = account.split_once('@')?;
    (is_username(user) && is_host(host)).then_some((user, host))
}

fn target_parts(target: &str) -> Option<(&str, &str)> {
    target.strip_prefix('@').and_then(parts)
}

/// What stands behind `https://`.
fn host_of(origin: &str) -> &str {
    origin.split_once("://").map_or(origin, |(_, host)| host)
}

/// Where a server is. It has one name and no other, or one account could be shown under two: so a port is for
/// servers on this machine only.
fn origin(setup: &Setup<'_>, host: &str) -> Result<String, Trouble> {
    let origin = setup.outside.origin(host)?;
    let name = host_of(&origin);
    if is_host(name) && (origin.starts_with("http://") || !name.contains(':')) {
        return Ok(origin);
    }
    Err(Trouble::Refused("bad_server"))
}

fn shops_server(setup: &Setup<'_>) -> Result<String, Trouble> {
    origin(setup, setup.get("server")).map_err(|_| Trouble::Setup(WRITE_SERVER.into()))
}

/// Asks the shop's server, as the shop's account.
async fn ask(setup: &Setup<'_>, path: &str, query: &[(&str, &str)]) -> Result<Reply, Trouble> {
    let server = shops_server(setup)?;
    let call = setup
        .outside
        .get(&format!("{server}/api/v1/accounts/{path}"))?;
    let call = call.query(query).bearer_auth(setup.get("access_token"));
    let reply = setup.outside.send(call).await?;
    match reply.status {
        // The last is for a token that is nobody's.
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::UNPROCESSABLE_ENTITY => {
            Err(Trouble::Setup(MAKE_TOKEN.into()))
        }
        _ => Ok(reply),
    }
}

/// An account as the shop's server knows it; nothing if it has never heard of it.
async fn find(setup: &Setup<'_>, user: &str, host: &str) -> Result<Option<Known>, Trouble> {
    let is_local = host == host_of(&shops_server(setup)?);
    let acct = if is_local {
        user.to_owned()
    } else {
        format!("{user}@{host}")
    };
    let reply = ask(setup, "lookup", &[("acct", acct.as_str())]).await?;
    if reply.status != StatusCode::NOT_FOUND {
        return reply.success().map(Some);
    }
    // Its own words, and not those of something that stands in its place for now.
    let refusal: Value = reply.json()?;
    if refusal["error"].is_string() {
        return Ok(None);
    }
    Err(contradiction())
}

/// Whether an account that the shop's server knows follows the shop's.
async fn follows(setup: &Setup<'_>, known: &Known) -> Result<bool, Trouble> {
    // Without the second, nothing is said about those whom the server has locked out.
    let query = [("id[]", known.id.as_str()), ("with_suspended", "true")];
    let reply = ask(setup, "relationships", &query).await?;
    let found: Vec<Relationship> = reply.success()?;
    match found.as_slice() {
        [one] if one.id == known.id => Ok(one.followed_by),
        _ => Err(contradiction()),
    }
}

impl Service for Mastodon {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn page(&self, _: &Connection, target: &str) -> Result<String, String> {
        let (user, host) = target_parts(target).ok_or(WRITE_TARGET)?;
        Ok(format!("https://{host}/@{user}"))
    }

    fn begin<'a>(
        &'a self,
        setup: &'a Setup<'a>,
        state: &'a str,
        asked: &'a str,
    ) -> BoxFuture<'a, Result<Begun, Trouble>> {
        Box::pin(sign_in::begin(setup, state, asked))
    }

    fn finish<'a>(
        &'a self,
        setup: &'a Setup<'a>,
        keep: &'a Value,
        returned: &'a Returned,
    ) -> BoxFuture<'a, Result<Account, Trouble>> {
        Box::pin(sign_in::finish(setup, keep, returned))
    }

    fn check<'a>(
        &'a self,
        setup: &'a Setup<'a>,
        account: &'a Account,
        target: &'a str,
        _: Option<&'a Value>,
    ) -> BoxFuture<'a, Result<Answer, Trouble>> {
        Box::pin(async move {
            let (user, host) = parts(&account.id).ok_or_else(contradiction)?;
            let Some(known) = find(setup, user, host).await? else {
                // Nobody can follow an account there without the server having heard of them.
                return Ok(Answer::NotDone("not_followed"));
            };
            if !known.is(user, host == host_of(&shops_server(setup)?)) {
                return Err(contradiction());
            }
            if follows(setup, &known).await? {
                return Ok(Answer::Done(
                    json!({ "service": "mastodon", "account": account.id, "follows": target }),
                ));
            }
            Ok(Answer::NotDone("not_followed"))
        })
    }

    fn test<'a>(
        &'a self,
        setup: &'a Setup<'a>,
        target: &'a str,
    ) -> BoxFuture<'a, Result<String, Trouble>> {
        Box::pin(async move {
            let parts = target_parts(target);
            let (user, host) = parts.ok_or_else(|| Trouble::Setup(WRITE_TARGET.into()))?;
            let shop: Shop = ask(setup, "verify_credentials", &[]).await?.success()?;
            let known = find(setup, user, host).await?;
            let is_known = known.is_some_and(|known| known.id == shop.id);
            if is_known && shop.username.eq_ignore_ascii_case(user) {
                let server = setup.get("server");
                return Ok(format!("{server} answers, and knows who follows {target}"));
            }
            Err(Trouble::Setup(format!(
                "the access token is of @{} on your server, and not of {target}: correct the task's target, or make \
                 a token signed in as {target} and give it as the secret access_token",
                shop.username
            )))
        })
    }
}

#[cfg(test)]
mod tests;
