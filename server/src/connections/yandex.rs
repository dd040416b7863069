//! Yandex ID: who somebody is. Nothing is done there for points; people sign in here with it.

use super::oauth::{self, Endpoints};
use super::{
    About, Account, Begun, Budget, By, Returned, Service, Setting, Setup, Trouble, is_number,
};
use crate::domain::email;
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// <https://yandex.com/dev/id/doc/en/codes/code-url> and <https://yandex.com/dev/id/doc/en/user-information>
pub(super) struct Yandex;

static ABOUT: About = About {
    kind: "yandex",
    name: "Yandex ID",
    proves: "Who signs in: Yandex says which account it is, and of an address at Yandex itself that it is theirs.",
    knows: By::Account,
    asks: None,
    settings: &[
        Setting::public("client_id", "The ClientID of your application."),
        Setting::secret("client_secret", "Its Client secret."),
        Setting::optional(
            "oauth",
            "Where people sign in, if not at https://oauth.yandex.ru.",
        ),
        Setting::optional(
            "login",
            "Where Yandex says who it was, if not at https://login.yandex.ru.",
        ),
    ],
    target: "None: it is no task's. Name the connection in sign_in, at the top of the programme file.",
    budget: Budget {
        calls: 10,
        per: Duration::from_secs(1),
    },
    limits: "Free. Yandex names no limit.",
    steps: [
        "Make an application for authorisation at https://oauth.yandex.ru, for web services.",
        "As its redirect URI, enter https://loyalty.example/auth/PROGRAM.CONNECTION/callback, with your own names.",
        "Give it access to the login, name and gender (login:info) and to the e-mail address (login:email).",
        "Put its ClientID into the programme file as client_id, under [connection.settings], and the connection's id \
         into sign_in.",
        "Give the secret: `laurel connection secret PROGRAM CONNECTION client_secret`.",
    ],
    source: "https://yandex.com/dev/id/doc/en/codes/code-url",
};

/// The most digits of an account's number.
const DIGITS_MAX: usize = 20;

/// What Yandex says of whoever has signed in.
#[derive(Deserialize)]
struct Shown {
    id: String,
    login: String,
    /// The application that it says so to.
    client_id: String,
    /// Where they want mail. It may be anywhere.
    default_email: Option<String>,
}

impl Shown {
    /// The address that is theirs for certain. An account may name one at any provider, and the documentation does
    /// not say that it was proven; one at Yandex is the account itself.
    fn address(&self) -> Option<String> {
        let address = email::parse(self.default_email.as_deref()?)?;
        let canonical = email::canonical(&address);
        (email::domain_of(&canonical) == "yandex.ru").then_some(address)
    }
}

/// Where Yandex signs people in.
struct Places {
    authorize: String,
    token: String,
}

impl Places {
    fn of(setup: &Setup<'_>) -> Self {
        let base = setup.connection.base("oauth", "https://oauth.yandex.ru");
        Self {
            authorize: format!("{base}/authorize"),
            token: format!("{base}/token"),
        }
    }

    fn endpoints(&self) -> Endpoints<'_> {
        Endpoints {
            authorize: &self.authorize,
            token: &self.token,
            scopes: &["login:info", "login:email"],
        }
    }
}

#[async_trait]
impl Service for Yandex {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    async fn begin(&self, setup: &Setup<'_>, state: &str, _: &str) -> Result<Begun, Trouble> {
        oauth::begin(setup, &Places::of(setup).endpoints(), state)
    }

    async fn finish(
        &self,
        setup: &Setup<'_>,
        keep: &Value,
        returned: &Returned,
    ) -> Result<Account, Trouble> {
        Ok(self.identify(setup, keep, returned).await?.0)
    }

    async fn identify(
        &self,
        setup: &Setup<'_>,
        keep: &Value,
        returned: &Returned,
    ) -> Result<(Account, Option<String>), Trouble> {
        let places = Places::of(setup);
        let token = oauth::token(setup, &places.endpoints(), keep, returned).await?;
        let base = setup.connection.base("login", "https://login.yandex.ru");
        let call = setup.outside.get(&format!("{base}/info?format=json"))?;
        let call = call.header("authorization", format!("OAuth {token}"));
        let shown: Shown = setup.outside.send(call).await?.success()?;
        if shown.client_id != setup.get("client_id") || !is_number(&shown.id, DIGITS_MAX) {
            return Err(Trouble::contradiction());
        }
        let address = shown.address();
        let account = Account {
            id: shown.id,
            handle: shown.login,
            created_at: None,
        };
        Ok((account, address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_theirs_for_certain_only_at_yandex() {
        let address = |default_email: Option<&str>| {
            let shown = Shown {
                id: "1".into(),
                login: "anna".into(),
                client_id: "c".into(),
                default_email: default_email.map(str::to_owned),
            };
            shown.address()
        };
        for theirs in ["anna@yandex.ru", "anna@ya.ru", "anna@yandex.com"] {
            assert_eq!(address(Some(theirs)).as_deref(), Some(theirs));
        }
        assert_eq!(
            address(Some("Anna@Yandex.RU")).as_deref(),
            Some("anna@yandex.ru")
        );
        for other in [
            None,
            Some(""),
            Some("anna"),
            Some("anna@gmail.com"),
            Some("anna@yandex.ru.example.com"),
            Some("anna@mail.yandex.ru"),
            Some("anna@my-yandex.ru"),
            Some("\"anna@yandex.ru\"@example.com"),
        ] {
            assert_eq!(address(other), None, "{other:?}");
        }
    }
}
