//! Addresses that belong to one attempt. They are made from the master key, so that they can be shown again and
//! again, while the store keeps only what they are known by.

use crate::crypto::{MasterKey, base64url};
use app::api::AttemptId;

/// Crockford's digits in small letters: none is taken for another.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// How long the code of a link is that is passed on: 50 bits, short enough for a chat.
const CODE_DIGITS: usize = 10;

/// What they are made with.
#[derive(Debug, Clone)]
pub struct Links {
    public_url: String,
    master: MasterKey,
}

impl Links {
    /// Links of the server that browsers know by this address.
    pub fn new(public_url: &str, master: &MasterKey) -> Self {
        Self {
            public_url: public_url.to_owned(),
            master: master.clone(),
        }
    }

    /// The code of the link that is passed on for an attempt.
    pub fn share_code(&self, attempt: AttemptId) -> String {
        let bytes = self.master.mac("share", &attempt.0);
        let digits = bytes.iter().take(CODE_DIGITS);
        digits
            .map(|byte| char::from(DIGITS[usize::from(byte % 32)]))
            .collect()
    }

    /// That link.
    pub fn share(&self, attempt: AttemptId) -> String {
        self.shared(&self.share_code(attempt))
    }

    /// The link with this code.
    pub fn shared(&self, code: &str) -> String {
        format!("{}/x/{code}", self.public_url)
    }

    /// The secret of the link that gives the file of an attempt.
    pub fn download_secret(&self, attempt: AttemptId) -> String {
        base64url(&self.master.mac("download", &attempt.0))
    }

    /// That link.
    pub fn download(&self, attempt: AttemptId) -> String {
        format!("{}/d/{}", self.public_url, self.download_secret(attempt))
    }
}

/// Whether a text can be the code of a link.
pub fn is_share_code(text: &str) -> bool {
    text.len() == CODE_DIGITS && text.bytes().all(|digit| DIGITS.contains(&digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attempt_has_links_of_its_own_and_the_same_ones_again() {
        let links = Links::new("https://loyalty.example", &MasterKey::new([7; 32]));
        let (one, other) = (AttemptId([1; 16]), AttemptId([2; 16]));
        let code = links.share_code(one);
        assert!(is_share_code(&code), "{code}");
        assert_eq!(
            links.share(one),
            format!("https://loyalty.example/x/{code}")
        );
        assert_ne!(links.share(one), links.share(other));
        assert_eq!(links.download(one), links.download(one));
        assert_ne!(links.download(one), links.download(other));
        let elsewhere = Links::new("https://loyalty.example", &MasterKey::new([8; 32]));
        assert_ne!(elsewhere.share_code(one), code);
        assert_ne!(elsewhere.download_secret(one), links.download_secret(one));
    }

    #[test]
    fn what_cannot_be_a_code_is_not_looked_for() {
        for text in [
            "",
            "abc",
            "0123456789a",
            "012345678i",
            "012345678A",
            "01234567\0\0",
        ] {
            assert!(!is_share_code(text), "{text:?}");
        }
    }
}
