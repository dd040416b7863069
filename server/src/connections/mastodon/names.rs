//! What servers and accounts are called.

use super::super::{Setup, Trouble};

/// Whether a text can be an account's name on its own server.
pub(super) fn is_username(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    (1..=100).contains(&text.len()) && text.bytes().all(plain)
}

/// Whether a text is a host, perhaps with a port. With a dot at its end it would be a second name of the same.
fn is_host(text: &str) -> bool {
    let (name, port) = text.split_once(':').unwrap_or((text, "443"));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    let is_whole = !name.starts_with('.') && !name.ends_with('.');
    (1..=253).contains(&name.len())
        && name.bytes().all(plain)
        && is_whole
        && port.parse::<u16>().is_ok()
}

/// User name and host of an account: `anna@mastodon.social`.
pub(super) fn parts(account: &str) -> Option<(&str, &str)> {
    let (user, host) = account.split_once('@')?;
    (is_username(user) && is_host(host)).then_some((user, host))
}

/// The same of a task's target, which begins with another `@`.
pub(super) fn target_parts(target: &str) -> Option<(&str, &str)> {
    target.strip_prefix('@').and_then(parts)
}

/// What stands behind `https://`.
pub(super) fn host_of(origin: &str) -> &str {
    origin.split_once("://").map_or(origin, |(_, host)| host)
}

/// The server's name, out of what people write who are asked for it: that name, their account with it, or the
/// address of their page there.
pub(super) fn server_of(asked: &str) -> String {
    let asked = asked.trim();
    let asked = asked.strip_prefix("https://").unwrap_or(asked);
    let asked = asked.split('/').next().unwrap_or_default();
    let host = asked.rsplit('@').next().unwrap_or_default();
    host.to_ascii_lowercase()
}

/// Where a server is. It has one name and no other, or one account could be shown under two: so a port is for
/// servers on this machine only.
pub(super) fn origin(setup: &Setup<'_>, host: &str) -> Result<String, Trouble> {
    let origin = setup.outside.origin(host)?;
    let name = host_of(&origin);
    if is_host(name) && (origin.starts_with("http://") || !name.contains(':')) {
        return Ok(origin);
    }
    Err(Trouble::Refused("bad_server"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_found_in_whatever_people_write() {
        for asked in [
            "mastodon.social",
            " Mastodon.Social ",
            "@anna@mastodon.social",
            "anna@mastodon.social",
            "https://mastodon.social/",
            "https://mastodon.social/@anna",
        ] {
            assert_eq!(server_of(asked), "mastodon.social", "{asked}");
        }
        for nothing in ["", " ", "@", "anna@", "https://", "/"] {
            assert_eq!(server_of(nothing), "", "{nothing}");
        }
    }

    #[test]
    fn an_account_is_a_user_name_and_a_host() {
        for (account, user, host) in [
            ("anna@mastodon.social", "anna", "mastodon.social"),
            ("a.n-n_a@127.0.0.1:80", "a.n-n_a", "127.0.0.1:80"),
            ("1@xn--ls8h.test", "1", "xn--ls8h.test"),
        ] {
            assert_eq!(parts(account), Some((user, host)));
        }
        for account in [
            "",
            "anna",
            "@mastodon.social",
            "anna@",
            "anna@mastodon.social.",
            "anna@.mastodon.social",
            "anna@boris@mastodon.social",
            "anna@mastodon.social/x",
            "anna@mastodon.social:x",
            "anna@mastodon.social:99999",
            "an/na@mastodon.social",
            "an na@mastodon.social",
            "anna@[::1]",
        ] {
            assert_eq!(parts(account), None, "{account}");
        }
    }
}
