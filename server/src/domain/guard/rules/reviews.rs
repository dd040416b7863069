//! Reviews elsewhere, whose platforms want no rewards for them.

use super::{ELSEWHERE, LOOKED};
use crate::domain::guard::{Applies, Rule, Sign, Wording, names, words};

/// What a page says that leads to where reviews are written.
const REVIEWED: &[Wording] = &[words::REVIEW, words::STARS, words::FEEDBACK];

const GOOGLE_HOSTS: &[&str] = &["google.*", "g.page", "goo.gl", "share.google"];
/// Under the same roof, and about something else: forms, files, apps.
const NOT_GOOGLE: &[&str] = &[
    "docs.google.com",
    "drive.google.com",
    "forms.google.com",
    "play.google.com",
    "sites.google.com",
];

pub(super) const GOOGLE: Rule = Rule {
    id: "google-reviews",
    applies: Applies {
        audience: &[],
        signs: &[
            // Addresses that open the form itself.
            Sign {
                hosts: GOOGLE_HOSTS,
                not_hosts: NOT_GOOGLE,
                paths: &["/review", "writereview", "/local/reviews", "lrd="],
                ..ELSEWHERE
            },
            Sign {
                hosts: GOOGLE_HOSTS,
                not_hosts: NOT_GOOGLE,
                words: &[REVIEWED],
                ..ELSEWHERE
            },
            Sign {
                words: &[&[names::GOOGLE], REVIEWED],
                ..ELSEWHERE
            },
        ],
    },
    why: "Google forbids rewards for reviews, whatever they say, and takes such reviews down: \
          invite everybody without a reward, or reward reviews on your own site.",
    source: "https://support.google.com/contributionpolicy/answer/7400114",
    as_of: LOOKED,
    overridable: false,
};

pub(super) const YELP: Rule = Rule {
    id: "yelp-reviews",
    applies: Applies {
        audience: &[],
        signs: &[
            Sign {
                hosts: &["yelp.*"],
                paths: &["/writeareview"],
                ..ELSEWHERE
            },
            Sign {
                hosts: &["yelp.*"],
                words: &[REVIEWED],
                ..ELSEWHERE
            },
            Sign {
                words: &[&[names::YELP], REVIEWED],
                ..ELSEWHERE
            },
        ],
    },
    why: "Yelp wants no reviews that a business has asked for, let alone rewarded, and shows it lower \
          for them: link to your page there without asking, and reward reviews on your own site.",
    source: "https://www.yelp-support.com/article/What-is-Yelp-s-review-solicitation-penalty?l=en_US",
    as_of: LOOKED,
    overridable: false,
};

pub(super) const TRUSTPILOT: Rule = Rule {
    id: "trustpilot-reviews",
    applies: Applies {
        audience: &[],
        signs: &[
            Sign {
                hosts: &["trustpilot.com"],
                paths: &["/evaluate"],
                ..ELSEWHERE
            },
            Sign {
                hosts: &["trustpilot.com"],
                words: &[REVIEWED],
                ..ELSEWHERE
            },
            Sign {
                words: &[&[names::TRUSTPILOT], REVIEWED],
                ..ELSEWHERE
            },
        ],
    },
    why: "Trustpilot allows no incentives for reviews and names loyalty points among them: invite all \
          customers alike, without a reward.",
    source: "https://legal.trustpilot.com/for-reviewers/guidelines-for-businesses",
    as_of: LOOKED,
    overridable: false,
};

pub(super) const AMAZON: Rule = Rule {
    id: "amazon-reviews",
    applies: Applies {
        audience: &[],
        signs: &[
            Sign {
                hosts: &["amazon.*"],
                paths: &["/create-review"],
                ..ELSEWHERE
            },
            Sign {
                hosts: &["amazon.*"],
                words: &[REVIEWED],
                ..ELSEWHERE
            },
            Sign {
                words: &[&[names::AMAZON], REVIEWED],
                ..ELSEWHERE
            },
        ],
    },
    why: "Amazon forbids to make any benefit depend on a review and closes sellers' accounts over it: \
          use its own \"Request a review\", without a reward.",
    source: "https://www.amazon.co.uk/gp/help/customer/display.html?nodeId=202094170",
    as_of: LOOKED,
    overridable: false,
};

pub(super) const APP_STORE: Rule = Rule {
    id: "app-store-ratings",
    applies: Applies {
        audience: &[],
        signs: &[
            Sign {
                hosts: &["apps.apple.com", "itunes.apple.com"],
                paths: &["write-review"],
                ..ELSEWHERE
            },
            Sign {
                hosts: &["apps.apple.com", "itunes.apple.com"],
                words: &[REVIEWED],
                ..ELSEWHERE
            },
            Sign {
                words: &[&[names::APP_STORE], REVIEWED],
                ..ELSEWHERE
            },
        ],
    },
    why: "Apple forbids paid or incentivised ratings and may remove the app for them: ask for a rating \
          within the app, without a reward.",
    source: "https://developer.apple.com/app-store/review/guidelines/",
    as_of: LOOKED,
    overridable: false,
};

pub(super) const GOOGLE_PLAY: Rule = Rule {
    id: "google-play-ratings",
    applies: Applies {
        audience: &[],
        signs: &[
            Sign {
                hosts: &["play.google.com"],
                words: &[REVIEWED],
                ..ELSEWHERE
            },
            Sign {
                words: &[&[names::GOOGLE_PLAY], REVIEWED],
                ..ELSEWHERE
            },
        ],
    },
    why: "Google Play forbids incentives for ratings and reviews and may remove the app for them: ask \
          for a rating within the app, without a reward.",
    source: "https://support.google.com/googleplay/android-developer/answer/9898684",
    as_of: LOOKED,
    overridable: false,
};
