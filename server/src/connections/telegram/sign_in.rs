//! How somebody shows that an account is theirs: Telegram's OpenID Connect
//! (<https://core.telegram.org/bots/telegram-login>).

use super::super::oauth::Endpoints;
use super::super::openid::{self, Issuer};
use super::super::{Account, Begun, Returned, Setup, Trouble};
use super::is_number;
use serde::Deserialize;
use serde_json::Value;

/// What Telegram says of whoever signed in.
#[derive(Deserialize)]
struct Claims {
    /// The number by which bots know them. The subject (`sub`) is another.
    id: Option<Value>,
    preferred_username: Option<String>,
    name: Option<String>,
}

/// Where Telegram signs people in.
struct Places {
    base: String,
    authorize: String,
    token: String,
    jwks: String,
}

impl Places {
    fn of(setup: &Setup<'_>) -> Self {
        let base = setup.connection.base("oauth", "https://oauth.telegram.org");
        Self {
            base: base.to_owned(),
            authorize: format!("{base}/auth"),
            token: format!("{base}/token"),
            jwks: format!("{base}/.well-known/jwks.json"),
        }
    }

    fn issuer(&self) -> Issuer<'_> {
        Issuer {
            name: &self.base,
            jwks: &self.jwks,
            at: Endpoints {
                authorize: &self.authorize,
                token: &self.token,
                // Only the profile has the number by which bots know people.
                scopes: &["openid", "profile"],
            },
        }
    }
}

impl Claims {
    fn account(self) -> Result<Account, Trouble> {
        let id = match self.id {
            Some(Value::Number(id)) => id.to_string(),
            Some(Value::String(id)) => id,
            _ => String::new(),
        };
        if !is_number(&id) {
            return Err(Trouble::Setup(
                "Telegram does not say who signed in: let @BotFather sign with RS256 or ES256"
                    .into(),
            ));
        }
        let names = [self.preferred_username, self.name];
        let handle = names.into_iter().flatten().find(|name| !name.is_empty());
        Ok(Account {
            handle: handle.unwrap_or_else(|| id.clone()),
            id,
            created_at: None,
        })
    }
}

pub(super) fn begin(setup: &Setup<'_>, state: &str) -> Result<Begun, Trouble> {
    let places = Places::of(setup);
    openid::begin(setup, &places.issuer(), state)
}

pub(super) async fn finish(
    setup: &Setup<'_>,
    keep: &Value,
    returned: &Returned,
) -> Result<Account, Trouble> {
    let places = Places::of(setup);
    let issuer = places.issuer();
    let claims: Claims = openid::claims(setup, &issuer, keep, returned).await?;
    claims.account()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_account_is_known_by_the_number_that_bots_know() {
        let account = |claims: Value| serde_json::from_value::<Claims>(claims).unwrap().account();
        let named =
            json!({ "sub": "77", "id": 1001, "name": "Anna", "preferred_username": "anna" });
        let found = account(named).unwrap();
        assert_eq!((found.id.as_str(), found.handle.as_str()), ("1001", "anna"));
        let found = account(json!({ "id": "1001", "preferred_username": "", "name": "Anna" }));
        assert_eq!(found.unwrap().handle, "Anna");
        assert_eq!(account(json!({ "id": 1001 })).unwrap().handle, "1001");
        for nameless in [
            json!({ "sub": "77" }),
            json!({ "id": "x" }),
            json!({ "id": 1.5 }),
        ] {
            assert!(matches!(account(nameless), Err(Trouble::Setup(_))));
        }
    }
}
