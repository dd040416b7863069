//! Cookies of pages that are opened as pages of their own. The panel in a shop's page has none.

use crate::App;
use crate::clock::random;
use crate::crypto::base64url;
use axum::http::{HeaderMap, HeaderValue, header};

/// How long a value of ours is, in letters.
const VALUE_LETTERS: usize = 32;

/// A value that nobody can guess.
pub(super) fn secret() -> String {
    base64url(&random::<24>())
}

/// What the browser sent under a name.
pub(super) fn find<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers.get_all(header::COOKIE).iter();
    let mut pairs = all
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(';'));
    pairs.find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// Whether browsers know this server under https.
pub(super) fn is_secure(app: &App) -> bool {
    app.public_url.starts_with("https:")
}

/// The header that sets a cookie for so many seconds, where it is sent to these paths and from these sites.
pub(super) fn set(
    app: &App,
    (name, value): (&str, &str),
    (path, same_site): (&str, &str),
    seconds: i64,
) -> Option<HeaderValue> {
    let secure = if is_secure(app) { "; Secure" } else { "" };
    let cookie = format!(
        "{name}={value}; Path={path}; HttpOnly; SameSite={same_site}; Max-Age={seconds}{secure}"
    );
    HeaderValue::from_str(&cookie).ok()
}

/// One cookie of ours.
pub(super) struct Cookie {
    /// Its name under http, as on a developer's machine.
    pub(super) plain: &'static str,
    /// Its name under https: one that no other host of the domain can set.
    pub(super) host: &'static str,
    /// When the browser sends it from a page of another site: `Lax` or `Strict`.
    pub(super) same_site: &'static str,
}

impl Cookie {
    fn name(&self, app: &App) -> &'static str {
        if is_secure(app) {
            self.host
        } else {
            self.plain
        }
    }

    /// What the browser sent, if it can be a value of ours.
    pub(super) fn read(&self, app: &App, headers: &HeaderMap) -> Option<String> {
        let found = find(headers, self.name(app));
        let good = |value: &&str| {
            value.len() == VALUE_LETTERS && value.bytes().all(|letter| letter.is_ascii_graphic())
        };
        found.filter(good).map(str::to_owned)
    }

    /// The header that sets it for so many seconds; 0 takes it away.
    pub(super) fn set(&self, app: &App, value: &str, seconds: i64) -> Option<HeaderValue> {
        set(app, (self.name(app), value), ("/", self.same_site), seconds)
    }
}
