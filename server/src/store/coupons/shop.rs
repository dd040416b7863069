//! Codes that are made in the shop, and made useless there before their points come back: what waits for that, and
//! what became of it.
