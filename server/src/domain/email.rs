//! E-mail addresses.

use email_address::EmailAddress;
use std::str::FromStr;

/// The longest address, in bytes: RFC 5321 leaves a path 256 with its brackets.
const ADDRESS_BYTES_MAX: usize = 254;

/// The address as it is kept and compared: without surrounding blanks, in lower case.
///
/// # Errors
/// `None` if no mail can be sent there.
pub fn parse(text: &str) -> Option<String> {
    let text = text.trim();
    let address = EmailAddress::from_str(text).ok()?;
    let plain = text.len() <= ADDRESS_BYTES_MAX
        && address.domain().contains('.')
        && !text
            .chars()
            .any(|c| c.is_control() || c.is_whitespace() || "\"<>(),;:\\".contains(c));
    plain.then(|| text.to_lowercase())
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
    fn a_mask_hides_the_name() {
        assert_eq!(masked("anna@example.com"), "a•••@example.com");
        assert_eq!(masked("я@example.com"), "я•••@example.com");
    }
}
