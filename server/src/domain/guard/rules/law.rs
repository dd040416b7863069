//! What laws forbid, everywhere or in some countries. Not legal advice: a reason to ask for some.

use super::{ELSEWHERE, LOOKED};
use crate::domain::guard::{Applies, Rule, Sign, names, words};
use app::api::TaskKind;

/// Where reviews are written.
const REVIEW_SITES: &[&str] = &[
    "google.*",
    "g.page",
    "goo.gl",
    "share.google",
    "yelp.*",
    "trustpilot.com",
    "amazon.*",
    "apps.apple.com",
    "judge.me",
    "tripadvisor.*",
    "2gis.*",
    "otzovik.com",
];

pub(super) const SENTIMENT: Rule = Rule {
    id: "review-sentiment",
    applies: Applies {
        audience: &[],
        signs: &[
            Sign {
                words: &[&[words::PRAISE, words::GIVE_STARS]],
                ..ELSEWHERE
            },
            Sign {
                words: &[&[words::STARS], &[words::REVIEW]],
                ..ELSEWHERE
            },
            Sign {
                hosts: REVIEW_SITES,
                words: &[&[words::STARS]],
                ..ELSEWHERE
            },
        ],
    },
    why: "A reward must not depend on what a review says or on its stars; in the United States that is \
          the law since 2024: reward any number of stars alike, and say so.",
    source: "https://www.ecfr.gov/current/title-16/chapter-I/subchapter-D/part-465",
    as_of: LOOKED,
    overridable: false,
};

pub(super) const META_IN_RUSSIA: Rule = Rule {
    id: "meta-russia",
    applies: Applies {
        audience: &["RU"],
        signs: &[
            Sign {
                services: &["facebook", "instagram", "threads"],
                hosts: &[
                    "facebook.com",
                    "fb.com",
                    "fb.me",
                    "fb.watch",
                    "instagram.com",
                    "instagr.am",
                    "threads.net",
                    "threads.com",
                ],
                ..ELSEWHERE
            },
            Sign {
                words: &[&[names::FACEBOOK, names::INSTAGRAM, names::THREADS]],
                ..ELSEWHERE
            },
        ],
    },
    why: "In Russia nothing may be advertised on Instagram, Facebook or Threads since 1 September 2025 \
          (72-FZ), and calling people there can count as that: use VK or another network that is not \
          banned, or leave RU out of audience if you do not sell there.",
    source: "https://e-kontur.ru/blog/16116/udalyat-reklamu-v-zapreshchyonnyh-socsetyah",
    as_of: LOOKED,
    overridable: false,
};

pub(super) const X_IN_RUSSIA: Rule = Rule {
    id: "x-russia",
    applies: Applies {
        audience: &["RU"],
        signs: &[
            Sign {
                services: &["x-com"],
                hosts: &["x.com", "twitter.com", "t.co"],
                ..ELSEWHERE
            },
            Sign {
                words: &[&[names::X]],
                ..ELSEWHERE
            },
        ],
    },
    why: "X is blocked in Russia, and some count it among the resources that nothing may be advertised \
          on (72-FZ): use a network that is not blocked, or ask a lawyer.",
    source: "https://www.vedomosti.ru/technology/news/2026/01/16/1169885-polzovateli-pozhalovalis",
    as_of: LOOKED,
    overridable: true,
};

pub(super) const PAID_CONSENT: Rule = Rule {
    id: "paid-consent",
    applies: Applies {
        audience: &["DE", "AT"],
        signs: &[Sign {
            kinds: &[TaskKind::Subscribe],
            ..ELSEWHERE
        }],
    },
    why: "Consent to advertising has to be free (GDPR, Article 7(4)), and whether it still is when points \
          are paid for it is disputed in Germany and Austria: give the points to all members alike, or \
          ask a lawyer.",
    source: "https://eur-lex.europa.eu/eli/reg/2016/679/oj",
    as_of: LOOKED,
    overridable: true,
};
