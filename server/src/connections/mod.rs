//! Connections: the outside services that know whether something was done.
//!
//! A *service* is a kind of them, and one file: what it proves, what a shop has to set up, how a shopper
//! shows that an account there is theirs, and how the service is asked. Adding one is that file and its
//! line in [`SERVICES`]. A *connection* is a service as one programme has set it up: public settings stand
//! in the programme file, secrets are sealed in the database.
//!
//! Nothing here decides about points, and nothing here waits within a transaction: `checks` asks, and the
//! store writes down what came of it.

mod bluesky;
mod brevo;
pub mod codes;
mod discord;
mod github;
pub mod greeting;
pub mod guide;
mod instagram;
mod judgeme;
mod klaviyo;
mod lists;
mod mailchimp;
mod mastodon;
mod max;
mod oauth;
mod openid;
mod outside;
pub mod pull;
mod renewal;
mod shopify;
mod telegram;
mod twitch;
mod unisender;
mod vk;
mod webhooks;
mod woocommerce;
mod x;
mod yandex;

pub use outside::{Outside, Reply};
pub use renewal::Keeper;

use crate::clock::Clock;
use crate::crypto::{MasterKey, Unsealable};
use crate::domain::Instant;
use crate::domain::program::{Connection, Rules};
use crate::store::Store;
use app::api::ProgramId;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// All there are, by kind.
pub static SERVICES: &[&dyn Service] = &[
    &bluesky::Bluesky,
    &discord::Discord,
    &github::GitHub,
    &instagram::Instagram,
    &mastodon::Mastodon,
    &max::Max,
    &telegram::Telegram,
    &twitch::Twitch,
    &vk::Vk,
    &x::X,
    &yandex::Yandex,
    &brevo::Brevo,
    &klaviyo::Klaviyo,
    &mailchimp::Mailchimp,
    &unisender::Unisender,
    &shopify::Shopify,
    &woocommerce::WooCommerce,
    &judgeme::JudgeMe,
    &webhooks::Webhooks,
];

/// The service of a kind.
pub fn service(kind: &str) -> Option<&'static dyn Service> {
    let mut all = SERVICES.iter().copied();
    all.find(|service| service.about().kind == kind)
}

/// What a service is, for the checks of a programme file, for the shopper and for the guide.
#[derive(Debug)]
pub struct About {
    /// Its name in programme files and in the store; also what an account is unique within.
    pub kind: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// What is known once it has answered, as a sentence.
    pub proves: &'static str,
    /// By what it knows people.
    pub knows: By,
    /// What a shopper has to name before they can sign in there.
    pub asks: Option<Asks>,
    /// What a shop gives it.
    pub settings: &'static [Setting],
    /// What a task names as its target.
    pub target: &'static str,
    /// Calls that one connection may make.
    pub budget: Budget,
    /// Its limits and what it costs, as a sentence.
    pub limits: &'static str,
    /// How to set it up.
    pub steps: [&'static str; 5],
    /// Where all this is documented by the service itself.
    pub source: &'static str,
}

/// By what a service knows people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// By an account there, which a member shows to be theirs by signing in.
    Account,
    /// By the e-mail address, which a member has proven here.
    Address,
    /// Not at all: it tells by itself, and is asked nothing.
    Nobody,
}

/// What a shopper names before they sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Their handle, since it says which server is theirs.
    Handle,
    /// Their server's name.
    Server,
}

impl Asks {
    /// Its name in forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Handle => "handle",
            Self::Server => "server",
        }
    }
}

/// One thing that a shop has to give, or may.
#[derive(Debug)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// Whether it is kept sealed, beside the programme file.
    pub secret: bool,
    /// Whether nothing works without it.
    pub required: bool,
    /// What it is, as a sentence.
    pub what: &'static str,
}

impl Setting {
    const fn new(name: &'static str, secret: bool, required: bool, what: &'static str) -> Self {
        Self {
            name,
            secret,
            required,
            what,
        }
    }

    /// One that the programme file has to have.
    const fn public(name: &'static str, what: &'static str) -> Self {
        Self::new(name, false, true, what)
    }

    /// One that it may have.
    const fn optional(name: &'static str, what: &'static str) -> Self {
        Self::new(name, false, false, what)
    }

    /// One that has to be sealed.
    const fn secret(name: &'static str, what: &'static str) -> Self {
        Self::new(name, true, true, what)
    }

    /// One that may be sealed.
    const fn optional_secret(name: &'static str, what: &'static str) -> Self {
        Self::new(name, true, false, what)
    }
}

/// So many calls in so long a time.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Calls.
    pub calls: u32,
    /// In this time.
    pub per: Duration,
}

/// A connection, ready to be used.
pub struct Setup<'a> {
    /// What the programme file says of it.
    pub connection: &'a Connection,
    /// What only the server knows, by name.
    pub secrets: Secrets,
    /// Where the tokens are kept that come of them; nothing where none are kept.
    pub keeper: Option<Keeper<'a>>,
    /// The way out.
    pub outside: &'a Outside,
    /// Laurel's own address.
    pub public_url: &'a str,
    /// `{program}.{connection}`: its name in addresses.
    pub name: String,
    /// The present.
    pub now: Instant,
}

impl Setup<'_> {
    /// A setting or a secret; nothing where it is not set.
    pub fn get(&self, name: &str) -> &str {
        let public = self.connection.settings.get(name);
        let found = public.or_else(|| self.secrets.0.get(name));
        found.map_or("", String::as_str)
    }

    /// Where a sign-in comes back to.
    pub fn callback(&self) -> String {
        format!("{}/auth/{}/callback", self.public_url, self.name)
    }
}

/// A connection's secrets.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secrets(pub BTreeMap<String, String>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// An account elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The service's own id, which stays when the handle changes.
    pub id: String,
    /// What people call it.
    pub handle: String,
    /// When it was opened there, if the service says so.
    pub created_at: Option<Instant>,
}

/// A sign-in that is about to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Where the shopper goes.
    pub url: String,
    /// What has to be known again when they come back.
    pub keep: Value,
}

/// With what a shopper came back.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Returned {
    /// The secret of the sign-in.
    #[serde(default)]
    pub state: String,
    /// What can be exchanged for a look at the account.
    #[serde(default)]
    pub code: String,
    /// Which server they come from (RFC 9207).
    pub iss: Option<String>,
    /// The device that VK knows the browser as.
    pub device_id: Option<String>,
    /// Why it was not granted.
    pub error: Option<String>,
}

/// What a service says about a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It was done, and this shows it: the fields that matter, and no secret.
    Done(Value),
    /// It was not done, or is no more; the code of the reason.
    NotDone(&'static str),
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Away, busy, or out of its mind: the same question may be answered later.
    #[error("{0}")]
    NotNow(String, Option<Duration>),
    /// A server that the member named, and not the service, is away: nobody else's question waits for that.
    #[error("{0}")]
    Theirs(String),
    /// The shop has to change something: what, as a sentence.
    #[error("{0}")]
    Setup(String),
    /// The shopper cannot be helped by waiting; the code of the reason.
    #[error("refused: {0}")]
    Refused(&'static str),
}

impl Trouble {
    /// It answered, and nothing that can be used: why.
    fn unclear(why: &str) -> Self {
        Self::NotNow(why.into(), None)
    }

    /// It answered about somebody else.
    fn contradiction() -> Self {
        Self::unclear("its answer is about another account")
    }

    /// What the shop has to change.
    fn shop(what: &str) -> Self {
        Self::Setup(what.into())
    }

    /// How long it wants to be left alone, in microseconds; 0 if it does not say.
    pub fn wait(&self) -> i64 {
        match self {
            // Something is added to it.
            Self::NotNow(_, Some(wait)) => i64::try_from(wait.as_micros()).unwrap_or(i64::MAX / 2),
            _ => 0,
        }
    }
}

/// Whether a text can be a number that a service knows something by, of at most so many digits. It becomes a part
/// of addresses.
fn is_number(text: &str, digits_max: usize) -> bool {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    (1..=digits_max).contains(&text.len()) && digits && !text.starts_with('0')
}

/// A kind of outside service.
#[async_trait]
pub trait Service: Send + Sync {
    /// What it is.
    fn about(&self) -> &'static About;

    /// The page on which a target is followed, or what is wrong with the target.
    fn page(&self, _: &Connection, _target: &str) -> Result<String, String> {
        Err("nothing is done at this service: name another connection".into())
    }

    /// Begins a sign-in. `state` comes back with the shopper; `asked` is what [`About::asks`] asked for. There is
    /// none at a service that knows people by their address.
    async fn begin(&self, _: &Setup<'_>, _state: &str, _asked: &str) -> Result<Begun, Trouble> {
        Err(Trouble::Refused("sign_in_failed"))
    }

    /// Whose account it is that was signed in to.
    async fn finish(
        &self,
        _: &Setup<'_>,
        _keep: &Value,
        _returned: &Returned,
    ) -> Result<Account, Trouble> {
        Err(Trouble::Refused("sign_in_failed"))
    }

    /// The same for somebody who becomes known here by it: also the address that the account proves to be theirs, if
    /// it proves one.
    async fn identify(
        &self,
        setup: &Setup<'_>,
        keep: &Value,
        returned: &Returned,
    ) -> Result<(Account, Option<String>), Trouble> {
        Ok((self.finish(setup, keep, returned).await?, None))
    }

    /// Whether an account has done what the task asks for: follows the target, for example. `before` is
    /// what showed it the last time, for a second look.
    async fn check(
        &self,
        _: &Setup<'_>,
        _account: &Account,
        _target: &str,
        _before: Option<&Value>,
    ) -> Result<Answer, Trouble> {
        Err(Trouble::Setup("this service is asked nothing".into()))
    }

    /// Tries everything that a shop has set up, for one target; says what is well.
    async fn test(&self, _: &Setup<'_>, _target: &str) -> Result<String, Trouble> {
        Ok("it tells by itself, so there is nothing to ask".to_owned())
    }

    /// The form of the hooks that it sends, if it does: a kind of [`crate::hooks`].
    fn hook(&self) -> Option<&'static str> {
        None
    }

    /// Whether its hooks tell of reviews that were written there.
    fn tells_of_reviews(&self) -> bool {
        false
    }

    /// How its orders are fetched, if they can be: hooks get lost.
    fn pulls(&self) -> Option<&dyn pull::Pulls> {
        None
    }

    /// How codes are made there that its checkout takes, if they can be.
    fn makes_codes(&self) -> Option<&dyn codes::MakesCodes> {
        None
    }

    /// How an account is shown by writing to the shop's own, where nobody can sign in.
    fn greets(&self) -> Option<&dyn greeting::Greets> {
        None
    }

    /// What this server says of itself to a service that asks for it before a sign-in.
    fn client(&self, _: &Setup<'_>) -> Option<Value> {
        None
    }
}

/// What connections need of a server.
#[derive(Clone, Copy)]
pub struct Means<'a> {
    /// Where their secrets are.
    pub store: &'a Store,
    /// What they are sealed with.
    pub master: &'a MasterKey,
    /// The way out.
    pub outside: &'a Outside,
    /// Laurel's own address.
    pub public_url: &'a str,
    /// The time.
    pub clock: &'a Clock,
}

impl<'a> Means<'a> {
    /// A programme's connection, with its secrets.
    ///
    /// # Errors
    /// [`Trouble`], where the store or the master key does not give them.
    pub async fn setup(
        &self,
        rules: &Rules,
        connection: &'a Connection,
    ) -> Result<Setup<'a>, Trouble> {
        let name = &connection.id;
        let (keeper, secrets) = Keeper::open(self, rules.id, name).await?;
        Ok(Setup {
            connection,
            secrets,
            keeper: Some(keeper),
            outside: self.outside,
            public_url: self.public_url,
            name: format!("{}.{name}", rules.program.slug),
            now: self.clock.now(),
        })
    }
}

/// What an account, or an address at a service that knows people by it, is kept unique by: also when whose it was has
/// been erased.
pub fn digest(master: &MasterKey, service: &str, account: &str) -> Vec<u8> {
    master
        .mac("account", format!("{service}/{account}").as_bytes())
        .to_vec()
}

impl Secrets {
    fn owner(program: ProgramId, name: &str) -> String {
        format!("connection/{program}/{name}")
    }

    /// Seals them for the store.
    pub fn seal(&self, master: &MasterKey, program: ProgramId, name: &str) -> Vec<u8> {
        let text = serde_json::to_vec(self).unwrap_or_default();
        master.seal(Self::owner(program, name).as_bytes(), &text)
    }

    /// Opens what [`Self::seal`] sealed.
    ///
    /// # Errors
    /// [`Unsealable`].
    pub fn open(
        master: &MasterKey,
        program: ProgramId,
        name: &str,
        sealed: &[u8],
    ) -> Result<Self, Unsealable> {
        let text = master.unseal(Self::owner(program, name).as_bytes(), sealed)?;
        serde_json::from_slice(&text).map_err(|_| Unsealable)
    }
}
