//! How somebody shows that an account is theirs: OAuth at the account's own server, to which Laurel makes itself
//! known first (<https://docs.joinmastodon.org/methods/apps/>, <https://docs.joinmastodon.org/methods/oauth/>).
//!
//! Such a server may be anybody's. Whatever it answers, it speaks for accounts under its own name alone.

use super::super::{Account, Begun, Returned, Setup, Trouble, oauth};
use super::names::{host_of, is_username, origin, server_of};
use oauth2::PkceCodeChallenge;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

const REFUSED: Trouble = Trouble::Refused("sign_in_failed");
/// What is asked for: the least that says who it is, which servers know since version 4.3, or what did before.
const SCOPES: [&str; 2] = ["profile", "read:accounts"];

#[derive(Deserialize)]
struct App {
    client_id: String,
    client_secret: String,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

#[derive(Deserialize)]
struct Own {
    username: String,
}

/// Makes Laurel known to a server, and says with which scope.
async fn register(setup: &Setup<'_>, origin: &str) -> Result<(App, &'static str), Trouble> {
    let callback = setup.callback();
    for scope in SCOPES {
        let form = [
            ("client_name", "Laurel"),
            ("redirect_uris", callback.as_str()),
            ("scopes", scope),
            ("website", setup.public_url),
        ];
        let call = setup.outside.post(&format!("{origin}/api/v1/apps"))?;
        let reply = setup.outside.send(call.form(&form)).await?;
        match reply.status {
            // It may not know this scope.
            StatusCode::UNPROCESSABLE_ENTITY => {}
            status if status.is_success() => return Ok((reply.json()?, scope)),
            _ => break,
        }
    }
    // Whatever it is, it is no server of this kind.
    Err(Trouble::Refused("bad_server"))
}

pub(super) async fn begin(setup: &Setup<'_>, state: &str, asked: &str) -> Result<Begun, Trouble> {
    let origin = origin(setup, &server_of(asked))?;
    let (app, scope) = register(setup, &origin).await?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let mut url = setup.outside.url(&format!("{origin}/oauth/authorize"))?;
    url.query_pairs_mut()
        .append_pair("client_id", &app.client_id)
        .append_pair("redirect_uri", &setup.callback())
        .append_pair("response_type", "code")
        .append_pair("scope", scope)
        .append_pair("state", state)
        .append_pair("code_challenge", challenge.as_str())
        .append_pair("code_challenge_method", "S256");
    Ok(Begun {
        url: url.into(),
        keep: json!({
            "origin": origin, "client_id": app.client_id, "client_secret": app.client_secret,
            "verifier": verifier.secret(), "scope": scope,
        }),
    })
}

pub(super) async fn finish(
    setup: &Setup<'_>,
    keep: &Value,
    returned: &Returned,
) -> Result<Account, Trouble> {
    let kept = |name: &str| keep[name].as_str().unwrap_or_default();
    let origin = kept("origin");
    // Another server's answer to this one's question (RFC 9207), if it says whose it is.
    let iss = returned.iss.as_deref().unwrap_or(origin);
    if iss.trim_end_matches('/') != origin {
        return Err(REFUSED);
    }
    let callback = setup.callback();
    let more = [
        ("client_id", kept("client_id")),
        ("client_secret", kept("client_secret")),
        ("scope", kept("scope")),
    ];
    let form = [&more[..], &oauth::grant(&callback, keep, returned)].concat();
    let call = setup.outside.post(&format!("{origin}/oauth/token"))?;
    let reply = setup.outside.send(call.form(&form)).await?;
    if reply.status.is_client_error() {
        return Err(REFUSED);
    }
    let Token { access_token } = reply.success()?;
    let found = whose(setup, origin, &access_token).await;
    give_back(setup, keep, &access_token).await;
    account(&found?, host_of(origin))
}

/// Whose token it is, as the server says.
async fn whose(setup: &Setup<'_>, origin: &str, token: &str) -> Result<Own, Trouble> {
    let url = format!("{origin}/api/v1/accounts/verify_credentials");
    let call = setup.outside.get(&url)?.bearer_auth(token);
    let reply = setup.outside.send(call).await?;
    // An account that waits to be let in, or was locked out.
    if reply.status.is_client_error() {
        return Err(REFUSED);
    }
    reply.success()
}

/// Gives a token back that is of no more use, since it would never end. If the server does not want it, it is
/// forgotten here all the same.
async fn give_back(setup: &Setup<'_>, keep: &Value, token: &str) {
    let kept = |name: &str| keep[name].as_str().unwrap_or_default();
    let form = [
        ("client_id", kept("client_id")),
        ("client_secret", kept("client_secret")),
        ("token", token),
    ];
    let url = format!("{}/oauth/revoke", kept("origin"));
    if let Ok(call) = setup.outside.post(&url) {
        let _ = setup.outside.send(call.form(&form)).await;
    }
}

/// The account under the server's name as it was called, and not as it calls itself. When it was opened is left
/// out, since the server could say whatever is wanted.
fn account(own: &Own, host: &str) -> Result<Account, Trouble> {
    if !is_username(&own.username) {
        return Err(REFUSED);
    }
    let id = format!("{}@{host}", own.username.to_ascii_lowercase());
    Ok(Account {
        handle: format!("@{id}"),
        id,
        created_at: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_speaks_for_its_own_accounts_only() {
        let of = |username: &str| {
            let username = username.to_owned();
            account(&Own { username }, "evil.example")
        };
        let anna = of("Anna").map(|account| (account.id, account.handle));
        let (id, handle) = ("anna@evil.example", "@anna@evil.example");
        assert_eq!(anna, Ok((id.to_owned(), handle.to_owned())));
        for username in [
            "",
            "anna@mastodon.social",
            "anna@mastodon.social/",
            "an/na",
            "an na",
            "@",
            "anna\n",
        ] {
            assert_eq!(of(username), Err(REFUSED), "{username}");
        }
    }
}
