//! What owners call the services, in English and in Russian. Hosts are the surer sign; names are for tasks
//! without an address, and for addresses that only lead on.

use super::Wording;

/// Reviews there, but not its shop of apps, and not signing in with it.
pub(super) const GOOGLE: Wording = Wording {
    says: &[
        "on google",
        "in google",
        "google review*",
        "google rating*",
        "google map",
        "google maps",
        "google карт*",
        "гугл карт*",
        "в google",
        "на google",
        "в гугл*",
        "на гугл*",
    ],
    unless: &[
        "on google play",
        "in google play",
        "в google play",
        "на google play",
        "в гугл плей*",
        "на гугл плей*",
    ],
};

pub(super) const YELP: Wording = Wording {
    says: &["yelp"],
    unless: &[],
};

pub(super) const TRUSTPILOT: Wording = Wording {
    says: &["trustpilot*", "трастпилот*", "трастпайлот*"],
    unless: &[],
};

/// The shop, and neither its vouchers nor the river.
pub(super) const AMAZON: Wording = Wording {
    says: &[
        "on amazon",
        "at amazon",
        "amazon com",
        "amazon review*",
        "amazon rating*",
        "на amazon",
        "на амазон*",
    ],
    unless: &["на амазонк*"],
};

pub(super) const APP_STORE: Wording = Wording {
    says: &[
        "app store*",
        "appstore",
        "апп стор*",
        "аппстор*",
        "эпп стор*",
        "эппстор*",
    ],
    unless: &[],
};

pub(super) const GOOGLE_PLAY: Wording = Wording {
    says: &[
        "google play",
        "play store",
        "play market",
        "гугл плей*",
        "плей маркет*",
        "плеймаркет*",
    ],
    unless: &[],
};

pub(super) const FACEBOOK: Wording = Wording {
    says: &["facebook*", "fb", "фейсбук*"],
    unless: &[
        "with facebook",
        "through facebook",
        "через facebook",
        "через фейсбук*",
    ],
};

pub(super) const INSTAGRAM: Wording = Wording {
    says: &[
        "instagram*",
        "insta",
        "инстаграм*",
        "инста",
        "инсте",
        "инсту",
    ],
    unless: &[],
};

/// A shop may sell threads as well.
pub(super) const THREADS: Wording = Wording {
    says: &["threads net", "threads app", "в threads", "в тредс*"],
    unless: &[],
};

pub(super) const YOUTUBE: Wording = Wording {
    says: &["youtube*", "ютуб*", "ютьюб*"],
    unless: &[],
};

pub(super) const TIKTOK: Wording = Wording {
    says: &["tiktok*", "tik tok", "тикток*", "тик ток*"],
    unless: &[],
};

pub(super) const LINKEDIN: Wording = Wording {
    says: &["linkedin*", "линкедин*"],
    unless: &[],
};

pub(super) const X: Wording = Wording {
    says: &["on x", "в x", "twitter*", "твиттер*"],
    unless: &[],
};
