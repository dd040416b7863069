//! Identifiers: UUID version 7 inside (RFC 9562, so they sort by time), and outside a prefix that
//! says what is named followed by Crockford's base 32, as in `mbr_01KAHB…`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};
use ulid::Ulid;

/// A text that is not an identifier of the expected kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdError {
    /// The prefix that was expected, without its underscore.
    pub prefix: &'static str,
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}_ and 26 letters and digits", self.prefix)
    }
}

impl std::error::Error for IdError {}

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// What the written form begins with, without the underscore.
            pub const PREFIX: &'static str = $prefix;
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), Ulid::from_bytes(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let wrong = IdError { prefix: $prefix };
                let body = text.strip_prefix(concat!($prefix, "_")).ok_or(wrong)?;
                let id = Ulid::from_string(body).map_err(|_| wrong)?;
                // One id has one written form, or a key made from the text would not be unique.
                if id.to_string() != body {
                    return Err(wrong);
                }
                Ok(Self(id.to_bytes()))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "ssr")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some(concat!("^", $prefix, "_[0-9A-HJKMNP-TV-Z]{26}$")))
                    .into()
            }
        }

        #[cfg(feature = "ssr")]
        impl utoipa::ToSchema for $name {}
    )*};
}

id! {
    /// One member's attempt at one task.
    AttemptId = "att";
    /// A one-time code that was sent and may be tried.
    ChallengeId = "chl";
    /// A member of one programme. All that the ledger knows of a person.
    MemberId = "mbr";
    /// A photo of a review.
    PhotoId = "pho";
    /// A loyalty programme.
    ProgramId = "prg";
    /// Points that a member turned into a coupon.
    RedemptionId = "rdm";
    /// A friend that a member brought.
    ReferralId = "ref";
    /// What a member wrote to the shop, and all that followed.
    ThreadId = "thr";
    /// An immutable movement of points.
    TransferId = "trf";
}
