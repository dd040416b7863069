//! Likes, follows and shares that networks want nobody to be paid for. Opening a page there is always
//! free to be rewarded, so what a text asks for decides.

use super::{ELSEWHERE, FOLLOWED, LOOKED};
use crate::domain::guard::{Applies, Rule, Sign, Wording, names, words};

const FACEBOOK_HOSTS: &[&str] = &["facebook.com", "fb.com", "fb.me", "fb.watch"];
const YOUTUBE_HOSTS: &[&str] = &["youtube.com", "youtu.be"];

const ANYTHING: &[Wording] = &[words::LIKE, words::FOLLOW, words::SHARE];
const LIKE_OR_FOLLOW: &[Wording] = &[words::LIKE, words::FOLLOW];

pub(super) const FACEBOOK: Rule = Rule {
    id: "facebook-engagement",
    applies: Applies {
        audience: &[],
        signs: &[
            Sign {
                services: &["facebook"],
                hosts: FACEBOOK_HOSTS,
                ..FOLLOWED
            },
            Sign {
                hosts: FACEBOOK_HOSTS,
                words: &[ANYTHING],
                ..ELSEWHERE
            },
            Sign {
                words: &[&[names::FACEBOOK], ANYTHING],
                ..ELSEWHERE
            },
        ],
    },
    why: "Facebook forbids rewards for liking, following or sharing: reward a visit to your page, and \
          ask for nothing else there.",
    source: "https://developers.facebook.com/docs/apps/policies/policies-deep-dive",
    as_of: LOOKED,
    overridable: false,
};

pub(super) const YOUTUBE: Rule = Rule {
    id: "youtube-engagement",
    applies: Applies {
        audience: &[],
        signs: &[
            Sign {
                services: &["youtube"],
                hosts: YOUTUBE_HOSTS,
                ..FOLLOWED
            },
            Sign {
                hosts: YOUTUBE_HOSTS,
                words: &[LIKE_OR_FOLLOW],
                ..ELSEWHERE
            },
            Sign {
                words: &[&[names::YOUTUBE], LIKE_OR_FOLLOW],
                ..ELSEWHERE
            },
        ],
    },
    why: "YouTube counts subscriptions and likes that are made for a reward as fake and may close the \
          channel: reward a visit to it, and ask for nothing else there.",
    source: "https://support.google.com/youtube/answer/3399767",
    as_of: LOOKED,
    overridable: false,
};

pub(super) const TIKTOK: Rule = Rule {
    id: "tiktok-engagement",
    applies: Applies {
        audience: &[],
        signs: &[
            Sign {
                services: &["tiktok"],
                hosts: &["tiktok.com"],
                ..FOLLOWED
            },
            Sign {
                hosts: &["tiktok.com"],
                words: &[LIKE_OR_FOLLOW],
                ..ELSEWHERE
            },
            Sign {
                words: &[&[names::TIKTOK], LIKE_OR_FOLLOW],
                ..ELSEWHERE
            },
        ],
    },
    why: "TikTok forbids to buy likes and followers, and nobody can check them: reward a visit to your \
          page, and ask for nothing else there.",
    source: "https://www.tiktok.com/community-guidelines/en/integrity-authenticity",
    as_of: LOOKED,
    overridable: false,
};

pub(super) const INSTAGRAM: Rule = Rule {
    id: "instagram-likes",
    applies: Applies {
        audience: &[],
        signs: &[
            Sign {
                services: &["instagram"],
                hosts: &["instagram.com", "instagr.am"],
                words: &[&[words::LIKE]],
                ..ELSEWHERE
            },
            Sign {
                words: &[&[names::INSTAGRAM], &[words::LIKE]],
                ..ELSEWHERE
            },
        ],
    },
    why: "Instagram forbids to buy likes, and nobody can check them: reward a visit to your profile \
          instead.",
    source: "https://transparency.meta.com/policies/community-standards/spam/",
    as_of: LOOKED,
    overridable: true,
};

pub(super) const LINKEDIN: Rule = Rule {
    id: "linkedin-engagement",
    applies: Applies {
        audience: &[],
        signs: &[
            Sign {
                services: &["linkedin"],
                hosts: &["linkedin.com", "lnkd.in"],
                ..FOLLOWED
            },
            Sign {
                hosts: &["linkedin.com", "lnkd.in"],
                words: &[ANYTHING],
                ..ELSEWHERE
            },
            Sign {
                words: &[&[names::LINKEDIN], ANYTHING],
                ..ELSEWHERE
            },
        ],
    },
    why: "LinkedIn forbids to raise engagement artificially, such as by arranging likes and shares: \
          reward a visit to your page instead.",
    source: "https://www.linkedin.com/legal/professional-community-policies",
    as_of: LOOKED,
    overridable: true,
};
