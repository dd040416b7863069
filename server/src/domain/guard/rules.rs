//! The rules themselves. A new one is a constant in one of the files below and its line in [`RULES`].

mod law;
mod networks;
mod reviews;

use super::{Rule, Sign};
use app::api::TaskKind;

/// All there are: reviews, then networks, then laws.
pub static RULES: &[Rule] = &[
    reviews::GOOGLE,
    reviews::YELP,
    reviews::TRUSTPILOT,
    reviews::AMAZON,
    reviews::APP_STORE,
    reviews::GOOGLE_PLAY,
    networks::FACEBOOK,
    networks::YOUTUBE,
    networks::TIKTOK,
    networks::INSTAGRAM,
    networks::LINKEDIN,
    law::SENTIMENT,
    law::META_IN_RUSSIA,
    law::X_IN_RUSSIA,
    law::PAID_CONSENT,
];

/// When the sources were last looked at, all on one day so far.
const LOOKED: &str = "2026-11-28";

/// A task that can be about something elsewhere. Joining, the profile and the like are done here: whatever
/// their texts mention, they reward nothing of it.
const ELSEWHERE: Sign = Sign {
    kinds: &[
        TaskKind::Follow,
        TaskKind::Visit,
        TaskKind::Event,
        TaskKind::Custom,
    ],
    services: &[],
    hosts: &[],
    not_hosts: &[],
    paths: &[],
    words: &[],
};

/// A task that is itself a follow, whatever its texts say.
const FOLLOWED: Sign = Sign {
    kinds: &[TaskKind::Follow],
    ..ELSEWHERE
};
