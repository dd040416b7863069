//! E-mail addresses: how they are kept, and what tells that two of them lead to one mailbox.

use email_address::EmailAddress;
use std::iter::successors;
use std::str::FromStr;

/// The longest address, in bytes: RFC 5321 leaves a path 256 with its brackets.
const ADDRESS_BYTES_MAX: usize = 254;

/// Domains that are names of one and the same: whoever has an address at the second has it at the first.
///
/// - Google: <https://support.google.com/mail/answer/10313>
/// - Yandex, where a username has an address on all of its domains:
///   <https://yandex.com/support/id/authorization/email.html>
/// - Proton, where a personal address has a short and an older form:
///   <https://proton.me/support/addresses-and-aliases>
const ONE_DOMAIN: &[(&str, &[&str])] = &[
    ("gmail.com", &["googlemail.com"]),
    (
        "yandex.ru",
        &["ya.ru", "yandex.by", "yandex.com", "yandex.kz", "yandex.ua"],
    ),
    ("proton.me", &["pm.me", "protonmail.ch", "protonmail.com"]),
];

/// Where `anything@name.domain` is `name@domain`: <https://www.fastmail.help/hc/en-us/articles/360060591053>
const NAMES_BELOW: &[&str] = &["fastmail.com", "fastmail.fm"];

/// Where very many people have their mailboxes. What many of them do says nothing of any one. As the canonical
/// form has them.
const PROVIDERS: &[&str] = &[
    "126.com",
    "163.com",
    "abv.bg",
    "aol.com",
    "bigmir.net",
    "bk.ru",
    "comcast.net",
    "daum.net",
    "fastmail.com",
    "fastmail.fm",
    "free.fr",
    "gmail.com",
    "gmx.at",
    "gmx.ch",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "hey.com",
    "hotmail.co.uk",
    "hotmail.com",
    "hotmail.de",
    "hotmail.es",
    "hotmail.fr",
    "hotmail.it",
    "i.ua",
    "icloud.com",
    "inbox.lv",
    "inbox.ru",
    "internet.ru",
    "laposte.net",
    "libero.it",
    "list.ru",
    "live.co.uk",
    "live.com",
    "live.fr",
    "mac.com",
    "mail.com",
    "mail.ru",
    "mailbox.org",
    "me.com",
    "msn.com",
    "naver.com",
    "o2.pl",
    "onet.pl",
    "op.pl",
    "orange.fr",
    "outlook.com",
    "outlook.de",
    "outlook.es",
    "outlook.fr",
    "posteo.de",
    "proton.me",
    "qq.com",
    "rambler.ru",
    "seznam.cz",
    "t-online.de",
    "tut.by",
    "tuta.com",
    "tuta.io",
    "tutanota.com",
    "ukr.net",
    "vk.com",
    "wanadoo.fr",
    "web.de",
    "wp.pl",
    "xmail.ru",
    "yahoo.co.jp",
    "yahoo.co.uk",
    "yahoo.com",
    "yahoo.de",
    "yahoo.es",
    "yahoo.fr",
    "yahoo.it",
    "yandex.ru",
    "ymail.com",
    "zoho.com",
];

/// As long as the first part of a registry's name is at most, such as `com.ru` or `net.ua`.
const REGISTRY_LABEL_MAX: usize = 3;

/// Names that are nobody's: RFC 2606 §3.
const EXAMPLES: &[&str] = &["example.com", "example.net", "example.org"];

/// The address as it is kept and compared: without surrounding blanks, in lower case.
///
/// # Errors
/// `None` if no mail can be sent there.
pub fn parse(text: &str) -> Option<String> {
    // Small letters first: those of some capitals are longer, or are none that an address may have.
    let text = text.trim().to_lowercase();
    let address = EmailAddress::from_str(&text).ok()?;
    // Blanks and control characters can only stand within quotation marks (RFC 5321 §4.1.2).
    let plain = text.len() <= ADDRESS_BYTES_MAX
        && address.domain().contains('.')
        && !text.contains(|c| "\"<>(),;:\\".contains(c));
    plain.then_some(text)
}

/// The form that the spellings of one mailbox share, for comparing and never for sending: where mail for the
/// result would go is the provider's business.
///
/// Everywhere: in lower case, and without a `+tag` (RFC 5233; Gmail, Outlook, iCloud, Fastmail and Proton are among
/// those who deliver `name+tag` to `name`). At Gmail dots do not count
/// (<https://support.google.com/mail/answer/7436150>); at Yandex a hyphen in a name is the same as a dot. Domains
/// that are names of one are one; at Fastmail a name may stand in the domain.
pub fn canonical(address: &str) -> String {
    let address = address.trim().to_lowercase();
    let Some((local, domain)) = address.rsplit_once('@') else {
        return address;
    };
    let below = NAMES_BELOW.iter().find_map(|known| {
        let name = domain.strip_suffix(*known)?.strip_suffix('.')?;
        Some((name, *known))
    });
    let (local, domain) = below.unwrap_or((local, domain));
    let one = ONE_DOMAIN
        .iter()
        .find(|(_, others)| others.contains(&domain));
    let domain = one.map_or(domain, |(name, _)| *name);
    let name = match local.split_once('+') {
        // One that begins with it has no other name.
        Some((name, _)) if !name.is_empty() => name,
        _ => local,
    };
    let name = match domain {
        "gmail.com" => name.replace('.', ""),
        "yandex.ru" => name.replace('-', "."),
        _ => name.to_owned(),
    };
    format!("{name}@{domain}")
}

/// What stands behind the `@`; nothing where there is none.
pub fn domain_of(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// Whether a canonical address's domain is one of the big providers of mailboxes.
pub fn is_provider(domain: &str) -> bool {
    PROVIDERS.contains(&domain)
}

/// Whether a domain, or one that it belongs to, stands on a public list of those who hand out addresses to be thrown
/// away. Such lists err, also about big providers, so this is a reason to look and none to refuse.
pub fn is_disposable(domain: &str) -> bool {
    let domain = domain.to_lowercase();
    let up = successors(Some(domain.as_str()), |name| {
        name.split_once('.').map(|(_, above)| above)
    });
    // Registries of names, such as net.ua, stand on such lists, too: what is below them is somebody else's.
    let is_own = |name: &str| {
        let label = name.split('.').next().unwrap_or_default();
        name == domain || label.len() > REGISTRY_LABEL_MAX
    };
    up.take_while(|name| name.contains('.') && !is_provider(name) && !EXAMPLES.contains(name))
        .any(|name| is_own(name) && disposable_emails::is_disposable_domain(name))
}

/// The address with all but its first letter and its domain hidden: `a•••@example.com`.
pub fn masked(address: &str) -> String {
    let (local, domain) = address.split_once('@').unwrap_or((address, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}•••@{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_and_made_comparable() {
        assert_eq!(
            parse(" Anna@Example.COM ").as_deref(),
            Some("anna@example.com")
        );
        for wrong in [
            "",
            "anna",
            "a@b",
            "a b@c.de",
            "a@c.de\nBcc: x@y.z",
            "a\u{a0}b@c.de",
            "a\u{80}b@c.de",
            "\"a b\"@c.de",
            "Anna <a@c.de>",
        ] {
            assert_eq!(parse(wrong), None, "{wrong:?}");
        }
        assert_eq!(parse(&format!("{}@example.com", "a".repeat(300))), None);
    }

    #[test]
    fn what_is_kept_is_an_address_too() {
        // "İ" is two letters when it is small, and the second is none that an address may have.
        for wrong in ["\u{130}@example.com", "anna@\u{130}.example"] {
            assert_eq!(parse(wrong), None, "{wrong:?}");
        }
        // Two bytes that are three when they are small.
        assert_eq!(
            parse(&format!("{}@example.com", "\u{23a}".repeat(32))),
            None
        );
        for good in ["Ä@example.com", "\u{212a}@example.com"] {
            let kept = parse(good);
            assert!(kept.is_some(), "{good:?}");
            assert_eq!(kept.as_deref().and_then(parse), kept, "{good:?}");
        }
    }

    #[test]
    fn the_spellings_of_one_mailbox_have_one_form() {
        let known: [(&str, &[&str]); 7] = [
            (
                "annasmith@gmail.com",
                &["Anna.Smith@gmail.com", "a.n.n.a.smith+shop@googlemail.com"],
            ),
            (
                "anna.smith@yandex.ru",
                &[
                    "anna-smith@ya.ru",
                    "Anna.Smith@yandex.com",
                    "anna-smith+1@yandex.by",
                    "anna.smith@yandex.kz",
                    "anna.smith@yandex.ua",
                ],
            ),
            (
                "anna@proton.me",
                &["anna@pm.me", "anna+2@protonmail.com", "anna@protonmail.ch"],
            ),
            (
                "anna@fastmail.com",
                &["anna+x@fastmail.com", "shop@anna.fastmail.com"],
            ),
            ("anna@outlook.com", &["ANNA+a+b@outlook.com"]),
            ("anna@icloud.com", &["anna+shop@icloud.com"]),
            ("anna@shop.example", &["anna+shop@Shop.example"]),
        ];
        for (one, spellings) in known {
            for spelling in spellings {
                assert_eq!(canonical(spelling), one, "{spelling}");
            }
            assert_eq!(canonical(one), one);
        }
    }

    #[test]
    fn what_may_be_two_mailboxes_stays_two() {
        for (one, other) in [
            ("anna.smith@outlook.com", "annasmith@outlook.com"),
            ("anna@outlook.com", "anna@hotmail.com"),
            ("anna.smith@mail.ru", "annasmith@mail.ru"),
            ("anna-smith@gmail.com", "annasmith@gmail.com"),
            ("anna.smith@yandex.ru", "annasmith@yandex.ru"),
            ("anna@gmail.com", "anna@gmail.com.example"),
            ("anna@fastmail.com", "anna@notfastmail.com"),
            ("+anna@shop.example", "+boris@shop.example"),
        ] {
            assert_ne!(canonical(one), canonical(other), "{one} {other}");
        }
        assert_eq!(canonical("nothing"), "nothing");
    }

    #[test]
    fn disposable_domains_are_known_and_big_providers_are_none() {
        for domain in ["mailinator.com", "Mailinator.com", "a.b.mailinator.com"] {
            assert!(is_disposable(domain), "{domain}");
        }
        for domain in PROVIDERS.iter().chain(EXAMPLES) {
            assert!(!is_disposable(domain), "{domain}");
        }
        for domain in [
            "shop.example",
            "mail.example.com",
            "com",
            "",
            "yandex.kz",
            "a.net.ua",
        ] {
            assert!(!is_disposable(domain), "{domain}");
        }
    }

    #[test]
    fn a_mask_hides_the_name() {
        assert_eq!(masked("anna@example.com"), "a•••@example.com");
        assert_eq!(masked("я@example.com"), "я•••@example.com");
    }
}
