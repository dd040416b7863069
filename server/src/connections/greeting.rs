//! Accounts that are shown by writing to the shop's own account, where a service lets nobody sign in.
//!
//! A window shows a code that is to be sent; the shop's account writes six digits back, and they are typed into
//! that window. So it ends where it began: whoever is tricked into sending somebody else's code gets digits that
//! the trickster never sees.

use super::{Account, Begun, Setup, Trouble};
use crate::crypto::sha256;
use crate::hooks::Refused;
use axum::http::HeaderMap;
use std::collections::{BTreeMap, BTreeSet};

/// What codes are written with: nothing that looks like something else.
const SIGNS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// How long a code is.
const CODE_CHARS: usize = 8;

/// A message to the shop's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeting {
    /// Who wrote, as far as the message says.
    pub account: Account,
    /// What they wrote, or what their link brought along.
    pub text: String,
}

/// What a service tells of messages, and how it is written back.
#[async_trait::async_trait]
pub trait Greets: Send + Sync {
    /// What is to be opened to write with this code.
    fn address(&self, setup: &Setup<'_>, code: &str) -> Result<String, Trouble>;

    /// What is answered when the service first calls the hook, to see that it is the right one; nothing if it
    /// does not know the shop's word.
    fn challenge(&self, _: &Setup<'_>, _query: &BTreeMap<String, String>) -> Option<String> {
        None
    }

    /// The messages that a hook brings.
    ///
    /// # Errors
    /// [`Refused`], if the hook is not the service's own, or cannot be read.
    fn read(
        &self,
        setup: &Setup<'_>,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Vec<Greeting>, Refused>;

    /// What more can be known of somebody who wrote.
    async fn whose(&self, _: &Setup<'_>, account: Account) -> Result<Account, Trouble> {
        Ok(account)
    }

    /// Writes back to somebody who wrote.
    async fn reply(&self, setup: &Setup<'_>, account: &str, text: &str) -> Result<(), Trouble>;
}

/// Begins a sign-in that is done by writing.
pub(super) fn begin(
    service: &dyn Greets,
    setup: &Setup<'_>,
    state: &str,
) -> Result<Begun, Trouble> {
    Ok(Begun {
        url: service.address(setup, &code(state))?,
        keep: serde_json::Value::Null,
    })
}

/// The code that belongs to a sign-in's secret. It says nothing of the secret.
pub fn code(state: &str) -> String {
    let digest = sha256(format!("greeting/{state}").as_bytes());
    let signs = digest.iter().take(CODE_CHARS);
    signs
        .map(|byte| char::from(SIGNS[usize::from(byte % 32)]))
        .collect()
}

/// The codes that stand in a message, whatever else does.
pub fn codes_in(text: &str) -> Vec<String> {
    // Strangers write too, and each code is looked for.
    const CODES_MAX: usize = 5;
    let mut seen = BTreeSet::new();
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let words = words.map(str::to_ascii_uppercase);
    words
        .filter(|word| word.len() == CODE_CHARS && word.bytes().all(|byte| SIGNS.contains(&byte)))
        .filter(|word| seen.insert(word.clone()))
        .take(CODES_MAX)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_in_whatever_people_write() {
        let code = code("secret");
        assert_eq!(code.len(), CODE_CHARS);
        assert_ne!(code, super::code("another"));
        for text in [
            code.clone(),
            code.to_ascii_lowercase(),
            format!("Hello! My code: {code}."),
            format!("«{code}»"),
        ] {
            assert!(codes_in(&text).contains(&code), "{text}");
        }
        for text in ["", "hello", &code[1..], &format!("{code}A")] {
            assert_eq!(codes_in(text), Vec::<String>::new(), "{text}");
        }
    }
}
