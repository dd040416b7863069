//! OAuth 2 with PKCE (RFC 6749, RFC 7636), for services that let people show that an account is theirs.
//!
//! The protocol is the crate `oauth2`; what stands here is what it leaves to its users: our way out, and
//! what is kept between the two halves. A token is asked whose it is, once, and forgotten.

use super::{Begun, Outside, Returned, Setup, Trouble};
use oauth2::basic::BasicClient;
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest,
    HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    TokenResponse, TokenUrl,
};
use serde_json::{Value, json};

/// Where a service is asked for leave, and where a code becomes a token.
pub(super) struct Endpoints<'a> {
    /// For the shopper's browser.
    pub(super) authorize: &'a str,
    /// For us.
    pub(super) token: &'a str,
    /// What is asked for.
    pub(super) scopes: &'a [&'a str],
}

/// Begins: PKCE's secret is kept with us, its digest goes along.
pub(super) fn begin(setup: &Setup<'_>, at: &Endpoints<'_>, state: &str) -> Result<Begun, Trouble> {
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let client = BasicClient::new(ClientId::new(setup.get("client_id").to_owned()))
        .set_auth_uri(AuthUrl::new(at.authorize.to_owned()).map_err(|_| misspelt(at.authorize))?)
        .set_redirect_uri(callback(setup)?);
    let scopes = at
        .scopes
        .iter()
        .map(|scope| Scope::new((*scope).to_owned()));
    let (url, _) = client
        .authorize_url(|| CsrfToken::new(state.to_owned()))
        .add_scopes(scopes)
        .set_pkce_challenge(challenge)
        .url();
    Ok(Begun {
        url: url.into(),
        keep: json!({ "verifier": verifier.secret() }),
    })
}

/// Exchanges the code for a token.
pub(super) async fn token(
    setup: &Setup<'_>,
    at: &Endpoints<'_>,
    keep: &Value,
    returned: &Returned,
) -> Result<String, Trouble> {
    let verifier = keep["verifier"].as_str().unwrap_or_default();
    let client = BasicClient::new(ClientId::new(setup.get("client_id").to_owned()))
        .set_client_secret(ClientSecret::new(setup.get("client_secret").to_owned()))
        // The form every service takes; the header is optional to some.
        .set_auth_type(AuthType::RequestBody)
        .set_token_uri(TokenUrl::new(at.token.to_owned()).map_err(|_| misspelt(at.token))?)
        .set_redirect_uri(callback(setup)?);
    let way = Way(setup.outside);
    let answer = client
        .exchange_code(AuthorizationCode::new(returned.code.clone()))
        .set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned()))
        .request_async(&way)
        .await;
    match answer {
        Ok(answer) => Ok(answer.access_token().secret().clone()),
        Err(RequestTokenError::Request(trouble)) => Err(trouble),
        Err(RequestTokenError::ServerResponse(refusal)) => match refusal.error().as_ref() {
            "invalid_client" | "unauthorized_client" | "incorrect_client_credentials" => Err(Trouble::Setup(
                "it does not accept the client id and secret: copy both again from where they were made".into(),
            )),
            _ => Err(Trouble::Refused("sign_in_failed")),
        },
        Err(RequestTokenError::Parse(..) | RequestTokenError::Other(_)) => {
            Err(Trouble::NotNow("it answered no token that can be read".into(), None))
        }
    }
}

/// What every exchange of a code has in its form (RFC 6749 §4.1.3, RFC 7636 §4.5), for services that want something
/// beside it which the crate does not send.
pub(super) fn grant<'a>(
    callback: &'a str,
    keep: &'a Value,
    returned: &'a Returned,
) -> [(&'static str, &'a str); 4] {
    [
        ("grant_type", "authorization_code"),
        ("code", &returned.code),
        ("redirect_uri", callback),
        (
            "code_verifier",
            keep["verifier"].as_str().unwrap_or_default(),
        ),
    ]
}

fn callback(setup: &Setup<'_>) -> Result<RedirectUrl, Trouble> {
    let address = setup.callback();
    RedirectUrl::new(address.clone()).map_err(|_| misspelt(&address))
}

fn misspelt(address: &str) -> Trouble {
    Trouble::Setup(format!("{address} is no address"))
}

/// Our way out, as the crate asks for one.
struct Way<'a>(&'a Outside);

impl<'c> oauth2::AsyncHttpClient<'c> for Way<'_> {
    type Error = Trouble;
    type Future =
        std::pin::Pin<Box<dyn Future<Output = Result<HttpResponse, Trouble>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let call = self.0.post(&parts.uri.to_string())?;
            let reply = self.0.send(call.headers(parts.headers).body(body)).await?;
            let mut response = HttpResponse::new(reply.bytes().to_vec());
            *response.status_mut() = reply.status;
            // Without it the crate expects JSON, which is what everybody sends.
            *response.headers_mut() = reply.headers;
            Ok(response)
        })
    }
}
