//! GitHub: does this account follow that one.

use super::oauth::{self, Endpoints};
use super::{
    About, Account, Answer, Begun, Budget, By, Returned, Service, Setting, Setup, Trouble,
};
use crate::domain::Instant;
use crate::domain::program::Connection;
use async_trait::async_trait;
use jiff::Timestamp;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

/// <https://docs.github.com/en/rest/users/followers>
pub(super) struct GitHub;

static ABOUT: About = About {
    kind: "github",
    name: "GitHub",
    proves: "The account follows yours: GitHub itself says so, and says so again at the second look.",
    knows: By::Account,
    asks: None,
    settings: &[
        Setting::public("client_id", "The client id of your OAuth app."),
        Setting::secret("client_secret", "The client secret of your OAuth app."),
        Setting::optional(
            "api",
            "Where GitHub's API is, if not at https://api.github.com (GitHub Enterprise).",
        ),
        Setting::optional("web", "Where its pages are, if not at https://github.com."),
    ],
    target: "The name of your account or organisation.",
    budget: Budget {
        calls: 5000,
        per: Duration::from_hours(1),
    },
    limits: "Free. 5,000 calls an hour for one OAuth app.",
    steps: [
        "On GitHub, open Settings, Developer settings, OAuth apps, and make a new app.",
        "As its callback address, enter the one that `laurel connection test` prints.",
        "Put its client id into the programme file, under [connection.settings].",
        "Give the client secret: `laurel connection secret PROGRAM CONNECTION client_secret`.",
        "Run `laurel connection test PROGRAM CONNECTION`.",
    ],
    source: "https://docs.github.com/en/rest/users/followers",
};

#[derive(Deserialize)]
struct User {
    id: u64,
    login: String,
    created_at: Option<String>,
}

impl User {
    fn account(self) -> Account {
        let at = self.created_at.and_then(|at| at.parse::<Timestamp>().ok());
        Account {
            id: self.id.to_string(),
            handle: self.login,
            created_at: at.map(|at| at.as_microsecond() as Instant),
        }
    }
}

fn web(connection: &Connection) -> &str {
    connection.base("web", "https://github.com")
}

fn api<'a>(setup: &'a Setup<'_>) -> &'a str {
    setup.connection.base("api", "https://api.github.com")
}

fn is_login(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=39).contains(&text.len()) && text.bytes().all(plain) && !text.starts_with('-')
}

impl GitHub {
    fn endpoints(web: &str) -> (String, String) {
        (
            format!("{web}/login/oauth/authorize"),
            format!("{web}/login/oauth/access_token"),
        )
    }

    /// Asks the API as the app itself, which has a budget of its own.
    async fn get(&self, setup: &Setup<'_>, path: &str) -> Result<super::Reply, Trouble> {
        let call = setup.outside.get(&format!("{}{path}", api(setup)))?;
        let call = call
            .basic_auth(setup.get("client_id"), Some(setup.get("client_secret")))
            .header("accept", "application/vnd.github+json")
            .header("x-github-api-version", "2022-11-28");
        let reply = setup.outside.send(call).await?;
        match reply.status {
            StatusCode::UNAUTHORIZED => Err(Trouble::Setup(
                "GitHub does not accept the client id and secret: copy both again from your OAuth app".into(),
            )),
            // Its first limit answers 403 instead of 429.
            StatusCode::FORBIDDEN => {
                let left = reply.headers.get("x-ratelimit-remaining");
                let why = if left.is_some_and(|left| left == "0") {
                    "the hour's calls are used up"
                } else {
                    "it answered 403"
                };
                Err(Trouble::NotNow(why.into(), Some(Duration::from_mins(5))))
            }
            _ => Ok(reply),
        }
    }

    /// The shop's own account.
    async fn shop(&self, setup: &Setup<'_>, target: &str) -> Result<User, Trouble> {
        let found = self.user(setup, &format!("/users/{target}")).await?;
        found.ok_or_else(|| Trouble::Setup(format!("GitHub knows no account {target}")))
    }

    async fn user(&self, setup: &Setup<'_>, path: &str) -> Result<Option<User>, Trouble> {
        let reply = self.get(setup, path).await?;
        if reply.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        reply.success().map(Some)
    }
}

#[async_trait]
impl Service for GitHub {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn page(&self, connection: &Connection, target: &str) -> Result<String, String> {
        if is_login(target) {
            return Ok(format!("{}/{target}", web(connection)));
        }
        Err("write the name of your account, such as \"octocat\"".into())
    }

    async fn begin(&self, setup: &Setup<'_>, state: &str, _: &str) -> Result<Begun, Trouble> {
        let (authorize, token) = Self::endpoints(web(setup.connection));
        // Nothing is asked for but who it is: public data needs no scope.
        let scopes = &[];
        oauth::begin(
            setup,
            &Endpoints {
                authorize: &authorize,
                token: &token,
                scopes,
            },
            state,
        )
    }

    async fn finish(
        &self,
        setup: &Setup<'_>,
        keep: &Value,
        returned: &Returned,
    ) -> Result<Account, Trouble> {
        let (authorize, token) = Self::endpoints(web(setup.connection));
        let at = Endpoints {
            authorize: &authorize,
            token: &token,
            scopes: &[],
        };
        let token = oauth::token(setup, &at, keep, returned).await?;
        let call = setup
            .outside
            .get(&format!("{}/user", api(setup)))?
            .bearer_auth(token);
        let user: User = setup.outside.send(call).await?.success()?;
        Ok(user.account())
    }

    async fn check(
        &self,
        setup: &Setup<'_>,
        account: &Account,
        target: &str,
        _: Option<&Value>,
    ) -> Result<Answer, Trouble> {
        // The login may have gone to somebody else since; the id has not.
        let Some(user) = self.user(setup, &format!("/user/{}", account.id)).await? else {
            return Ok(Answer::NotDone("account_gone"));
        };
        let path = format!("/users/{}/following/{target}", user.login);
        let reply = self.get(setup, &path).await?;
        match reply.status {
            StatusCode::NO_CONTENT => Ok(Answer::Done(
                json!({ "service": "github", "account": account.id, "follows": target }),
            )),
            // It says the same where there is nobody to follow.
            StatusCode::NOT_FOUND => {
                self.shop(setup, target).await?;
                Ok(Answer::NotDone("not_followed"))
            }
            status => Err(Trouble::NotNow(format!("it answered {status}"), None)),
        }
    }

    async fn test(&self, setup: &Setup<'_>, target: &str) -> Result<String, Trouble> {
        let found = self.user(setup, &format!("/users/{target}")).await?;
        let user =
            found.ok_or_else(|| Trouble::Setup(format!("GitHub knows no account {target}")))?;
        Ok(format!("GitHub answers, and {} is there", user.login))
    }
}
