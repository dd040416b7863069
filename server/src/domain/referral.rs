//! Members who bring friends: the rule, their codes, and what follows from both.

#[cfg(test)]
mod tests;

use super::program::{Applies, Program, Tier};
use super::reward::Terms;
use super::{DAY, Instant, earning};
use app::api::{CampaignFact, Localized, ReferralRules, ReferralStep};

/// The shortest code that a member may choose: shorter ones are tried out in minutes.
pub const CODE_LETTERS_MIN: usize = 4;
/// The longest.
pub const CODE_LETTERS_MAX: usize = 20;
/// Codes that one member may have in all. Old ones go on working, and are taken from everybody else.
pub const CODES_MAX: i64 = 5;
/// Days after a refusal in which the advocate may ask a person to look again.
pub const APPEAL_DAYS: i64 = 30;

/// Letters of codes that are made: none that is taken for another.
const LETTERS: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
/// The letters among them that are no digits, which stand first.
const ALPHABET: u8 = 23;
/// Letters in a code that is made.
const MADE_LETTERS: usize = 8;

/// Names that nobody may have: those of addresses here, and those that would speak for the shop.
const RESERVED: &[&str] = &[
    "about",
    "account",
    "admin",
    "administrator",
    "assets",
    "auth",
    "bonus",
    "code",
    "coupon",
    "demo",
    "embed",
    "free",
    "friend",
    "friends",
    "gift",
    "gifts",
    "healthz",
    "help",
    "hooks",
    "info",
    "invite",
    "laurel",
    "login",
    "logout",
    "loyalty",
    "mail",
    "member",
    "members",
    "metrics",
    "moderator",
    "null",
    "official",
    "owner",
    "panel",
    "photos",
    "promo",
    "readyz",
    "refer",
    "referral",
    "register",
    "root",
    "sale",
    "security",
    "shop",
    "sign-in",
    "sign-up",
    "staff",
    "static",
    "store",
    "support",
    "system",
    "team",
    "test",
    "undefined",
    "visit",
];

/// How a programme rewards who brings friends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referral {
    /// Where a friend goes with their gift: the shop's address, with `{code}` where the code belongs.
    pub shop_url: String,
    /// The friend's gift.
    pub gift: Gift,
    /// Points for the friend, if they are a member when both are paid; 0: none.
    pub friend_points: i64,
    /// What the advocate gets, by the number of friends; the first step begins with the first friend.
    pub steps: Vec<ReferralStep>,
    /// The friend's first order has to be at least this.
    pub minimum: i64,
    /// Days in which the gift can be used, and the order counts.
    pub window_days: u32,
    /// Days after the order in which it can come back.
    pub hold_days: u32,
    /// At most so many friends count in 30 days.
    pub per_month: Option<i64>,
    /// What the landing page says, and previews of the link.
    pub title: Localized,
    /// The sentence below that.
    pub text: Localized,
    /// What advocates send along with the link, until they change it.
    pub message: Localized,
}

/// What a friend gets before any account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gift {
    /// For people.
    pub name: Localized,
    /// What it is good for.
    pub terms: Terms,
}

impl Referral {
    /// What the advocate gets for a friend, counted from 1: the last step that has begun.
    pub fn points_for(&self, number: i64) -> i64 {
        let mut begun = self.steps.iter().filter(|step| step.friends <= number);
        begun.next_back().map_or(0, |step| step.points)
    }

    /// Where a friend goes with this code. The code is one of ours, so it needs no escaping.
    pub fn address(&self, code: &str) -> String {
        self.shop_url.replace("{code}", code)
    }

    /// When both sides are paid for an order that is told now.
    pub fn due_at(&self, now: Instant) -> Instant {
        now + i64::from(self.hold_days) * DAY
    }

    /// Until when a gift that is given now can be used.
    pub fn ends_at(&self, now: Instant) -> Instant {
        now + i64::from(self.window_days) * DAY
    }

    /// The rules in one language.
    pub fn view(&self, locale: &str) -> ReferralRules {
        ReferralRules {
            gift: self.gift.name.get(locale).to_owned(),
            friend_points: self.friend_points,
            steps: self.steps.clone(),
            minimum: self.minimum,
            window_days: self.window_days,
            hold_days: self.hold_days,
            per_month: self.per_month,
        }
    }
}

/// Points for the advocate's so many-th friend, and the campaign that was on when the order was placed: the step's
/// points times the best campaign's multiplier, rounded down.
pub fn earns(
    program: &Program,
    rule: &Referral,
    tier: &Tier,
    number: i64,
    placed_at: Instant,
) -> (i64, Option<CampaignFact>) {
    let campaign = earning::campaign(program, tier, Applies::Referral, placed_at);
    let fact = campaign.map(|campaign| CampaignFact {
        name: campaign.name.clone(),
        multiplier_permille: campaign.multiplier_permille,
    });
    (earns_with(rule, number, fact.as_ref()), fact)
}

/// Whether an order of whose goods so much is left counts, where this was asked for when the friend was promised
/// something. One of which nothing is left never does.
pub fn suffices(left: i64, minimum: i64) -> bool {
    left > 0 && left >= minimum
}

/// The points for the advocate's so many-th friend who counts, with the campaign that was on at the order.
pub fn earns_with(rule: &Referral, number: i64, campaign: Option<&CampaignFact>) -> i64 {
    let times = campaign.map_or(1000, |campaign| campaign.multiplier_permille);
    let exact = i128::from(rule.points_for(number)) * i128::from(times) / 1000;
    let most = earning::POINTS_MAX;
    i64::try_from(exact).unwrap_or(most).min(most)
}

/// A code as it is kept and looked for, however it was typed.
pub fn folded(code: &str) -> String {
    code.trim().to_lowercase()
}

/// The code that a member chooses, as it is kept.
///
/// # Errors
/// What would be right.
pub fn chosen(text: &str) -> Result<String, &'static str> {
    let code = folded(text);
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let length = CODE_LETTERS_MIN..=CODE_LETTERS_MAX;
    if !length.contains(&code.len()) || !code.bytes().all(plain) {
        return Err("use 4 to 20 letters of a to z, digits and hyphens");
    }
    if !code.starts_with(|first: char| first.is_ascii_lowercase()) {
        return Err("begin with a letter");
    }
    if code.ends_with('-') || code.contains("--") {
        return Err("put a hyphen only between two other letters");
    }
    if RESERVED.contains(&code.as_str()) {
        return Err("this word is not given to anybody");
    }
    Ok(code)
}

/// Codes that nobody has chosen, made of chance: readable, without letters that are taken for others, and without
/// anything of whose they are. Eight bytes make one.
pub fn made(chance: &[u8]) -> Vec<String> {
    let codes = chance.chunks_exact(MADE_LETTERS).map(|bytes| {
        let letters = bytes.iter().enumerate().map(|(place, byte)| {
            // Some letters are a little likelier than others; these codes are names and no secrets.
            let among = if place == 0 { ALPHABET } else { 31 };
            char::from(LETTERS[usize::from(byte % among)])
        });
        letters.collect::<String>()
    });
    codes
        .filter(|code| !RESERVED.contains(&code.as_str()))
        .collect()
}
