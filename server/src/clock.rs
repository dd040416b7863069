//! The only source of time and of chance.

use crate::crypto::sha256;
use crate::domain::Instant;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's.
    #[default]
    System,
    /// One that a test turns.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// Microseconds since 1970 in UTC.
    pub fn now(&self) -> Instant {
        match self {
            Self::System => system_now(),
            Self::Manual(micros) => micros.load(Ordering::SeqCst),
        }
    }

    /// A moment for one command, with chance for the ids it makes.
    pub fn stamp(&self) -> Stamp {
        Stamp::at(self.now())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that asks the machine"
)]
fn system_now() -> Instant {
    let elapsed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX)
}

/// Bytes that nobody can guess.
///
/// # Panics
/// If the operating system has no randomness to give: nothing safe can be done then.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// When a command was given, and what its new ids are made of. A command that runs twice makes the
/// same ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// The time.
    pub at: Instant,
    /// Chance, which the ids show.
    pub seed: [u8; 16],
    /// Chance that is shown nowhere, for what has to be unguessable.
    pub salt: [u8; 16],
}

impl Stamp {
    /// A stamp of this moment.
    pub fn at(at: Instant) -> Self {
        Self {
            at,
            seed: random(),
            salt: random(),
        }
    }

    /// The stamp of a command's `n`th part of this name, with ids of its own. There may be any number of
    /// parts, and parts of parts: their seeds are digests, so no two of them meet.
    #[must_use]
    pub fn part(&self, name: &str, n: usize) -> Self {
        let n = (n as u64).to_be_bytes();
        let digest = sha256(&[&self.seed, &n[..], name.as_bytes()].concat());
        let mut part = *self;
        part.seed.copy_from_slice(&digest[..16]);
        part
    }

    /// The command's `n`th id: a UUID of version 7 (RFC 9562 §5.7).
    pub fn id(&self, n: u16) -> [u8; 16] {
        let mut id = self.seed;
        let last = u16::from_be_bytes([id[14], id[15]]).wrapping_add(n);
        id[14..].copy_from_slice(&last.to_be_bytes());
        let millis = self.at.div_euclid(1000).to_be_bytes();
        id[..6].copy_from_slice(&millis[2..]);
        id[6] = 0x70 | (id[6] & 0x0f);
        id[8] = 0x80 | (id[8] & 0x3f);
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_of_version_7_sort_by_time_and_repeat() {
        let stamp = Stamp {
            at: 1_700_000_000_000_000,
            seed: [0xff; 16],
            salt: [0; 16],
        };
        let id = stamp.id(0);
        assert_eq!(id, stamp.id(0));
        assert_ne!(id, stamp.id(1));
        assert_eq!((id[6] >> 4, id[8] >> 6), (7, 2));
        let later = Stamp {
            at: stamp.at + 1000,
            seed: [0; 16],
            salt: [0; 16],
        };
        assert!(id < later.id(0));
    }

    #[test]
    fn every_part_of_a_command_has_ids_of_its_own() {
        let stamp = Stamp {
            at: 1_700_000_000_000_000,
            seed: [7; 16],
            salt: [0; 16],
        };
        let mut ids = std::collections::HashSet::new();
        let parts = (0..100).flat_map(|n| {
            let refund = stamp.part("refund", n);
            [stamp.part("coupon", n), refund, refund.part("coupon", n)]
        });
        for part in parts.chain([stamp]) {
            assert_eq!((part.at, part.salt), (stamp.at, stamp.salt));
            for n in 0..100 {
                assert!(ids.insert(part.id(n)), "an id twice");
            }
        }
        assert_eq!(stamp.part("coupon", 3), stamp.part("coupon", 3));
    }
}
