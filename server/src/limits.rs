//! How many requests one caller may send to this server.
//!
//! These limits keep one caller from crowding out the others. Caps that a rule depends on (codes,
//! confirmations) are counted in the database instead, where they hold across servers.

use crate::error::{Error, Limit};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _};
use std::num::NonZeroU32;
use std::time::Duration;

/// Requests a caller may send at once, as a multiple of what it may send in a second.
const BURST_SECONDS: u32 = 4;
/// What a shop's backend may send, as a multiple of a shopper.
const SHOP_FACTOR: u32 = 10;

/// Whom a request is counted for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Caller {
    /// An address: nobody known yet.
    Address(std::net::IpAddr),
    /// A session, by its digest.
    Session([u8; 32]),
    /// A shop's key, by its name.
    Shop(String),
}

/// The counters.
#[derive(Debug)]
pub struct Limits {
    shoppers: Option<Limiter>,
    shops: Option<Limiter>,
}

#[derive(Debug)]
struct Limiter {
    callers: DefaultKeyedRateLimiter<Caller>,
    told: Limit,
}

impl Limits {
    /// `per_second` requests for an address or a session; 0 for no limit.
    pub fn new(per_second: u32) -> Self {
        let limiter = |per_second: u32| {
            let rate = NonZeroU32::new(per_second)?;
            let burst = rate.saturating_mul(NonZeroU32::new(BURST_SECONDS)?);
            Some(Limiter {
                callers: RateLimiter::keyed(Quota::per_second(rate).allow_burst(burst)),
                told: Limit {
                    name: "default",
                    quota: burst.get().into(),
                    window: BURST_SECONDS.into(),
                },
            })
        };
        Self {
            shoppers: limiter(per_second),
            shops: limiter(per_second.saturating_mul(SHOP_FACTOR)),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub fn check(&self, caller: &Caller) -> Result<(), Error> {
        let limiter = match caller {
            Caller::Shop(_) => &self.shops,
            Caller::Address(_) | Caller::Session(_) => &self.shoppers,
        };
        let Some(limiter) = limiter else {
            return Ok(());
        };
        limiter.callers.check_key(caller).map_err(|refused| {
            let wait = refused.wait_time_from(limiter.callers.clock().now());
            let wait = wait.saturating_add(Duration::from_millis(999)).as_secs();
            Error::too_many(wait.max(1), limiter.told)
        })
    }

    /// Forgets callers that have been quiet.
    pub fn sweep(&self) {
        for limiter in [&self.shoppers, &self.shops].into_iter().flatten() {
            limiter.callers.retain_recent();
        }
    }
}
