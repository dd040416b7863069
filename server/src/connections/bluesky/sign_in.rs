//! How somebody shows that an account is theirs: OAuth at the account's own server.
//!
//! The chain is followed before anybody is sent anywhere: handle, DID, the DID's server, the server's own
//! authority. So an authority can only ever speak for accounts of its own.

use super::super::{Account, Begun, Returned, Setup, Trouble, oauth};
use super::dpop::Key;
use super::identity::{self, Identity};
use oauth2::PkceCodeChallenge;
use reqwest::Url;
use serde::Deserialize;
use serde_json::{Value, json};

/// The one scope that is asked for: who it is, and nothing that is theirs.
const SCOPE: &str = "atproto";

#[derive(Deserialize)]
struct Resource {
    authorization_servers: Vec<String>,
}

#[derive(Deserialize)]
struct Authority {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    pushed_authorization_request_endpoint: String,
}

#[derive(Deserialize)]
struct Pushed {
    request_uri: String,
}

#[derive(Deserialize)]
struct Token {
    sub: String,
}

/// By what name authorities know this server: the address of its description, or for a server on the
/// owner's own machine the name that the protocol has for those.
fn client_id(setup: &Setup<'_>) -> String {
    if setup.public_url.starts_with("https://") {
        return format!("{}/auth/{}/client.json", setup.public_url, setup.name);
    }
    let mut id = Url::parse("http://localhost").expect("this is an address");
    id.query_pairs_mut()
        .append_pair("redirect_uri", &setup.callback())
        .append_pair("scope", SCOPE);
    // The name has no path, and a browser's address would.
    id.as_str().replacen("localhost/", "localhost", 1)
}

/// What this server says of itself to authorities.
pub(super) fn client(setup: &Setup<'_>) -> Value {
    json!({
        "client_id": client_id(setup),
        "client_name": "Laurel",
        "client_uri": setup.public_url,
        "application_type": "web",
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "redirect_uris": [setup.callback()],
        "scope": SCOPE,
        "token_endpoint_auth_method": "none",
        "dpop_bound_access_tokens": true,
    })
}

async fn authority(setup: &Setup<'_>, server: &str) -> Result<Authority, Trouble> {
    let call = setup
        .outside
        .get(&format!("{server}/.well-known/oauth-protected-resource"))?;
    let resource: Resource = setup.outside.send(call).await?.success()?;
    let issuer = resource.authorization_servers.first();
    let issuer = issuer.ok_or_else(|| Trouble::NotNow("it names no authority".into(), None))?;
    let call = setup
        .outside
        .get(&format!("{issuer}/.well-known/oauth-authorization-server"))?;
    let authority: Authority = setup.outside.send(call).await?.success()?;
    if authority.issuer != *issuer {
        return Err(Trouble::contradiction());
    }
    Ok(authority)
}

pub(super) async fn begin(setup: &Setup<'_>, state: &str, asked: &str) -> Result<Begun, Trouble> {
    let did = identity::did_of(setup, asked.trim()).await?;
    let identity = Identity::of(setup, &did).await?;
    let authority = authority(setup, &identity.server).await?;
    let key = Key::new()?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (client_id, callback) = (client_id(setup), setup.callback());
    let form = [
        ("client_id", client_id.as_str()),
        ("response_type", "code"),
        ("redirect_uri", &callback),
        ("scope", SCOPE),
        ("state", state),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
        ("login_hint", &identity.handle),
    ];
    let url = &authority.pushed_authorization_request_endpoint;
    let reply = key.post(setup.outside, url, &form, setup.now).await?;
    let Pushed { request_uri } = reply.success()?;
    let mut url = setup.outside.url(&authority.authorization_endpoint)?;
    url.query_pairs_mut()
        .append_pair("client_id", &client_id)
        .append_pair("request_uri", &request_uri);
    Ok(Begun {
        url: url.into(),
        keep: json!({
            "did": identity.did, "handle": identity.handle, "issuer": authority.issuer,
            "token": authority.token_endpoint, "verifier": verifier.secret(), "key": key.to_text(),
        }),
    })
}

pub(super) async fn finish(
    setup: &Setup<'_>,
    keep: &Value,
    returned: &Returned,
) -> Result<Account, Trouble> {
    let kept = |name: &str| keep[name].as_str().unwrap_or_default();
    // Another authority's answer to this one's question (RFC 9207).
    if returned.iss.as_deref() != Some(kept("issuer")) {
        return Err(Trouble::Refused("sign_in_failed"));
    }
    let (client_id, callback) = (client_id(setup), setup.callback());
    let client = [("client_id", client_id.as_str())];
    let form = [&client[..], &oauth::grant(&callback, keep, returned)].concat();
    let key = Key::from_text(kept("key"))?;
    let reply = key
        .post(setup.outside, kept("token"), &form, setup.now)
        .await?;
    if reply.status.is_client_error() {
        return Err(Trouble::Refused("sign_in_failed"));
    }
    let Token { sub } = reply.success()?;
    if sub != kept("did") {
        return Err(Trouble::Refused("another_account"));
    }
    Ok(Account {
        id: sub,
        handle: kept("handle").to_owned(),
        created_at: None,
    })
}
