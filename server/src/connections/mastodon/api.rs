//! What the shop's server tells the shop's account (<https://docs.joinmastodon.org/methods/accounts/>).

use super::super::{Reply, Setup, Trouble};
use super::names::{host_of, origin};
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;

const WRITE_SERVER: &str =
    "the setting server is no server's name: write it such as \"mastodon.social\"";
const MAKE_TOKEN: &str = "your server does not accept the access token: signed in as the shop's account, make a new \
     application under Preferences, Development, with the scopes read:accounts and read:follows, and give its token as \
     the secret access_token";

/// An account, as the shop's server knows it: by a number of its own, and without a host if it is there itself.
#[derive(Deserialize)]
pub(super) struct Known {
    pub(super) id: String,
    acct: String,
}

/// Whom an access token is of.
#[derive(Deserialize)]
pub(super) struct Own {
    pub(super) id: String,
    pub(super) username: String,
}

/// How somebody stands to the shop's account.
#[derive(Deserialize)]
struct Relationship {
    id: String,
    followed_by: bool,
}

impl Known {
    /// Whether it is the account that was asked for. Hosts may be written in two ways (RFC 3492), so it is only
    /// compared whether there is one.
    fn is(&self, user: &str, is_local: bool) -> bool {
        let acct = self.acct.as_str();
        let (name, host) = acct.split_once('@').unwrap_or((acct, ""));
        name.eq_ignore_ascii_case(user) && host.is_empty() == is_local
    }
}

fn server(setup: &Setup<'_>) -> Result<String, Trouble> {
    origin(setup, setup.get("server")).map_err(|_| Trouble::Setup(WRITE_SERVER.into()))
}

async fn ask(setup: &Setup<'_>, path: &str, query: &[(&str, &str)]) -> Result<Reply, Trouble> {
    let url = format!("{}/api/v1/accounts/{path}", server(setup)?);
    let call = setup.outside.get(&url)?;
    let call = call.query(query).bearer_auth(setup.get("access_token"));
    let reply = setup.outside.send(call).await?;
    match reply.status {
        // The last is for a token that is no account's.
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::UNPROCESSABLE_ENTITY => {
            Err(Trouble::Setup(MAKE_TOKEN.into()))
        }
        _ => Ok(reply),
    }
}

/// The account that the access token is of.
pub(super) async fn own(setup: &Setup<'_>) -> Result<Own, Trouble> {
    ask(setup, "verify_credentials", &[]).await?.success()
}

/// An account as the server knows it; nothing if it has never heard of it. Nothing is believed about it yet.
pub(super) async fn find(
    setup: &Setup<'_>,
    user: &str,
    host: &str,
) -> Result<Option<Known>, Trouble> {
    let acct = if is_local(setup, host)? {
        user.to_owned()
    } else {
        format!("{user}@{host}")
    };
    let reply = ask(setup, "lookup", &[("acct", acct.as_str())]).await?;
    if reply.status != StatusCode::NOT_FOUND {
        return reply.success().map(Some);
    }
    // The server's own words, and not those of something that stands in its place for now.
    let refusal: Value = reply.json()?;
    if refusal["error"].is_string() {
        return Ok(None);
    }
    Err(Trouble::contradiction())
}

/// Whether an account is one of the shop's server's own.
fn is_local(setup: &Setup<'_>, host: &str) -> Result<bool, Trouble> {
    Ok(host == host_of(&server(setup)?))
}

/// Whether an account follows the shop's.
pub(super) async fn follows(setup: &Setup<'_>, user: &str, host: &str) -> Result<bool, Trouble> {
    let Some(known) = find(setup, user, host).await? else {
        // It cannot follow the shop without the shop's server having heard of it.
        return Ok(false);
    };
    if !known.is(user, is_local(setup, host)?) {
        return Err(Trouble::contradiction());
    }
    // Without the second, nothing is said of those whom the server has locked out.
    let query = [("id[]", known.id.as_str()), ("with_suspended", "true")];
    let reply = ask(setup, "relationships", &query).await?;
    let found: Vec<Relationship> = reply.success()?;
    match found.as_slice() {
        [one] if one.id == known.id => Ok(one.followed_by),
        _ => Err(Trouble::contradiction()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_about_the_account_that_was_asked_for() {
        let known = |acct: &str| Known {
            id: "1".into(),
            acct: acct.into(),
        };
        assert!(known("Anna").is("anna", true));
        assert!(known("anna@mastodon.social").is("anna", false));
        // A server may write the host as people read it.
        assert!(known("anna@bücher.example").is("anna", false));
        assert!(!known("boris").is("anna", true));
        assert!(!known("boris@mastodon.social").is("anna", false));
        assert!(!known("anna").is("anna", false));
        assert!(!known("anna@mastodon.social").is("anna", true));
    }
}
