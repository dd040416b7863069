//! What a signed token must say, and what it proves.
//!
//! The signature is checked before; here are the claims of contract §4. Every failure is one and the
//! same refusal to the caller; the reason is for the shop's own log line.

use super::{Instant, SECOND};
use serde::{Deserialize, Serialize};

/// The longest token that is looked at, in bytes.
pub const TOKEN_BYTES_MAX: usize = 4096;
/// How far apart the two clocks may be, in seconds.
pub const SKEW_SECONDS: i64 = 60;
/// The longest time between `iat` and `exp`, in seconds.
pub const LIFETIME_SECONDS_MAX: i64 = 3600;
/// The longest customer id, in bytes.
const SUBJECT_BYTES_MAX: usize = 255;

/// The claims of a token whose signature is good. Others are ignored.
#[derive(Debug, Clone, Deserialize)]
pub struct Claims {
    aud: Audience,
    sub: String,
    iat: Seconds,
    exp: Seconds,
    nbf: Option<Seconds>,
    email: Option<String>,
    #[serde(default)]
    email_verified: bool,
    name: Option<String>,
    locale: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// A `NumericDate` (RFC 7519 §2): a number, which may have a fraction; never a string.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
struct Seconds(serde_json::Number);

impl Seconds {
    fn whole(&self) -> Option<i64> {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the range is checked first"
        )]
        let from_fraction = |seconds: f64| (seconds.abs() < 1e12).then_some(seconds as i64);
        self.0
            .as_i64()
            .or_else(|| self.0.as_f64().and_then(from_fraction))
    }
}

/// Why a token is not accepted. Never told to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Too long, or not a signed token at all.
    #[error("it is not a signed token")]
    Malformed,
    /// The header names no key, a key that is not known here, or a revoked one.
    #[error("it names no key of this programme")]
    Key,
    /// The header's algorithm is not the key's.
    #[error("its algorithm is not the key's")]
    Algorithm,
    /// The signature is not the key's.
    #[error("its signature is wrong")]
    Signature,
    /// A claim is missing or of the wrong type.
    #[error("a claim is missing or of the wrong type")]
    Claims,
    /// It is meant for somebody else.
    #[error("its audience is another")]
    Audience,
    /// It is no longer, or not yet, valid.
    #[error("it is expired, not valid yet, or valid for too long")]
    Time,
}

/// An account elsewhere by which somebody has signed in here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    /// Which service it is of.
    pub service: String,
    /// The service's own id of it.
    pub id: String,
    /// What people call it.
    pub handle: String,
    /// When it was opened there, if the service says so.
    pub created_at: Option<Instant>,
    /// A keyed digest of service and account.
    pub digest: Vec<u8>,
}

/// A shopper whom the shop vouches for, or who proved an address or an account elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Shopper {
    /// The shop's customer id.
    pub customer: Option<String>,
    /// An address.
    pub email: Option<String>,
    /// Whether the address is proven.
    pub email_verified: bool,
    /// As the shop knows it.
    pub name: Option<String>,
    /// A language tag.
    pub locale: Option<String>,
    /// The shop's own marks.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The account elsewhere that they signed in with.
    #[serde(default)]
    pub account: Option<SignedIn>,
}

impl Shopper {
    /// The address, if it is proven.
    pub fn proven_email(&self) -> Option<&str> {
        self.email.as_deref().filter(|_| self.email_verified)
    }

    /// Whether anything is proven that a member can be known by.
    pub fn is_proven(&self) -> bool {
        self.customer.is_some() || self.email_verified || self.account.is_some()
    }
}

/// Checks the claims against the programme and the time.
pub fn check(claims: Claims, program: &str, now: Instant) -> Result<Shopper, Refusal> {
    let for_us = match &claims.aud {
        Audience::One(audience) => audience == program,
        Audience::Many(audiences) => audiences.iter().any(|audience| audience == program),
    };
    if !for_us {
        return Err(Refusal::Audience);
    }
    let now = now.div_euclid(SECOND);
    let issued = claims.iat.whole().ok_or(Refusal::Claims)?;
    let expires = claims.exp.whole().ok_or(Refusal::Claims)?;
    let not_before = claims
        .nbf
        .map_or(Some(issued), |nbf| nbf.whole())
        .ok_or(Refusal::Claims)?;
    let in_time = issued <= now + SKEW_SECONDS
        && not_before <= now + SKEW_SECONDS
        && now < expires.saturating_add(SKEW_SECONDS)
        && issued < expires
        && expires.saturating_sub(issued) <= LIFETIME_SECONDS_MAX;
    if !in_time {
        return Err(Refusal::Time);
    }
    // The same that an order's customer id may be, or the two would not meet.
    if claims.sub.trim().is_empty()
        || claims.sub.len() > SUBJECT_BYTES_MAX
        || claims.sub.contains(char::is_control)
    {
        return Err(Refusal::Claims);
    }
    let email = claims.email.as_deref().and_then(super::email::parse);
    Ok(Shopper {
        customer: Some(claims.sub),
        email_verified: claims.email_verified && email.is_some(),
        email,
        name: claims
            .name
            .filter(|name| !name.trim().is_empty() && super::attempt::is_name(name)),
        locale: claims.locale,
        tags: claims.tags,
        account: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const NOW: i64 = 1_800_000_000;

    /// A good token's claims with some changed; null takes one away.
    fn told(changes: &Value) -> Result<Shopper, Refusal> {
        let mut claims = json!({ "aud": "demo", "sub": "42", "iat": NOW, "exp": NOW + 300 });
        for (claim, value) in changes.as_object().unwrap() {
            claims[claim] = value.clone();
        }
        claims
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        let claims = serde_json::from_value(claims).map_err(|_| Refusal::Claims)?;
        check(claims, "demo", NOW * SECOND + 999_999)
    }

    #[test]
    fn an_address_counts_once_it_is_proven() {
        let told = |email_verified| Shopper {
            email: Some("anna@example.com".into()),
            email_verified,
            ..Shopper::default()
        };
        assert_eq!(told(true).proven_email(), Some("anna@example.com"));
        assert_eq!(told(false).proven_email(), None);
    }

    #[test]
    fn one_proven_thing_is_enough_to_be_known_by() {
        let none = Shopper {
            email: Some("anna@example.com".into()),
            ..Shopper::default()
        };
        let customer = Some("42".to_owned());
        let account = Some(SignedIn {
            service: "vk".into(),
            id: "1".into(),
            handle: "anna".into(),
            created_at: None,
            digest: Vec::new(),
        });
        assert!(!none.is_proven());
        for proven in [
            Shopper {
                customer,
                ..none.clone()
            },
            Shopper {
                account,
                ..none.clone()
            },
            Shopper {
                email_verified: true,
                ..none
            },
        ] {
            assert!(proven.is_proven(), "{proven:?}");
        }
    }

    #[test]
    fn each_claim_is_checked() {
        let table = [
            (json!({}), None),
            (json!({ "aud": ["other", "demo"] }), None),
            (json!({ "aud": ["other"] }), Some(Refusal::Audience)),
            (json!({ "aud": "other" }), Some(Refusal::Audience)),
            (json!({ "aud": [] }), Some(Refusal::Audience)),
            (json!({ "aud": null }), Some(Refusal::Claims)),
            (json!({ "sub": null }), Some(Refusal::Claims)),
            (json!({ "sub": "" }), Some(Refusal::Claims)),
            (json!({ "sub": " " }), Some(Refusal::Claims)),
            (json!({ "sub": 42 }), Some(Refusal::Claims)),
            (json!({ "sub": "x".repeat(255) }), None),
            (json!({ "sub": "x".repeat(256) }), Some(Refusal::Claims)),
            (json!({ "sub": "4\u{0}2" }), Some(Refusal::Claims)),
            (json!({ "iat": null }), Some(Refusal::Claims)),
            (json!({ "exp": null }), Some(Refusal::Claims)),
            (json!({ "exp": "1800000300" }), Some(Refusal::Claims)),
            (json!({ "exp": NOW + 300 }), None),
            (json!({ "exp": 1_800_000_300.5 }), None),
            (json!({ "exp": 1e300 }), Some(Refusal::Claims)),
            (json!({ "exp": 1e12 }), Some(Refusal::Claims)),
            (json!({ "iat": NOW + 60 }), None),
            (json!({ "iat": NOW + 61 }), Some(Refusal::Time)),
            (json!({ "iat": NOW + 61, "nbf": NOW }), Some(Refusal::Time)),
            (json!({ "iat": NOW, "exp": NOW }), Some(Refusal::Time)),
            (json!({ "iat": NOW - 300, "exp": NOW - 59 }), None),
            (
                json!({ "iat": NOW - 300, "exp": NOW - 60 }),
                Some(Refusal::Time),
            ),
            (
                json!({ "iat": NOW - 300, "exp": NOW - 300 }),
                Some(Refusal::Time),
            ),
            (json!({ "exp": NOW + 3600 }), None),
            (json!({ "exp": NOW + 3601 }), Some(Refusal::Time)),
            (json!({ "exp": i64::MAX }), Some(Refusal::Time)),
            (
                json!({ "iat": i64::MIN, "exp": i64::MAX }),
                Some(Refusal::Time),
            ),
            (json!({ "nbf": NOW + 60 }), None),
            (json!({ "nbf": NOW + 61 }), Some(Refusal::Time)),
            (json!({ "nbf": "soon" }), Some(Refusal::Claims)),
            (json!({ "something": "else" }), None),
        ];
        for (changes, refusal) in table {
            assert_eq!(told(&changes).err(), refusal, "{changes}");
        }
    }

    #[test]
    fn an_address_is_proven_only_if_it_is_one_and_the_shop_says_so() {
        let of = |email: &str, verified: bool| {
            let shopper = told(&json!({ "email": email, "email_verified": verified })).unwrap();
            (shopper.email, shopper.email_verified)
        };
        assert_eq!(
            of(" Anna@Example.com", true),
            (Some("anna@example.com".into()), true)
        );
        assert_eq!(
            of("anna@example.com", false),
            (Some("anna@example.com".into()), false)
        );
        assert_eq!(of("anna", true), (None, false));
    }

    #[test]
    fn what_cannot_be_a_name_is_left_out() {
        let name = |name: &str| told(&json!({ "name": name })).unwrap().name;
        assert_eq!(name("Anna").as_deref(), Some("Anna"));
        for wrong in [" ", "a\u{0}b", &"x".repeat(101)] {
            assert_eq!(name(wrong), None, "{wrong:?}");
        }
        let shopper = told(&json!({ "locale": "ru", "tags": ["vip"] })).unwrap();
        assert_eq!(
            (
                shopper.customer.as_deref(),
                shopper.locale.as_deref(),
                shopper.tags.len()
            ),
            (Some("42"), Some("ru"), 1)
        );
    }

    #[test]
    fn each_refusal_has_a_sentence_for_the_log() {
        use Refusal::{Algorithm, Audience, Claims, Key, Malformed, Signature, Time};
        let mut texts = [Malformed, Key, Algorithm, Signature, Claims, Audience, Time]
            .map(|refusal| refusal.to_string())
            .to_vec();
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), 7);
    }
}
