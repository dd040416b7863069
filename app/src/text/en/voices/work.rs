//! Work that the browser does by itself before a code is sent, in English.

use crate::text::voices::Work;

pub(super) const WORK: Work = Work {
    needed: "Many codes are being asked for right now, and your browser could not do the short calculation that we ask for then. Please try again in ten minutes.",
};
