//! A programme's rules, checked and ready to decide with.

#[cfg(test)]
mod tests;

use super::Instant;
use super::referral::Referral;
use super::reward::{Reward, Spending, text_of};
use super::task::Task;
use app::api::{
    Brand, CampaignView, Expiry, Gives, Localized, Metric, ProgramId, ProgramView, PurchaseRule,
    SignInView, TaskKind, TierView, UnitForms, Window,
};
pub use app::api::{Debt, POINTS};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// A programme's rules in one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Its name in addresses and tokens.
    pub slug: String,
    /// Its name for people.
    pub name: Localized,
    /// The languages there are; the first is the default.
    pub locales: Vec<String>,
    /// IANA name of the zone its days are counted in.
    pub time_zone: String,
    /// ISO 4217 code of what purchases are paid in.
    pub currency: String,
    /// Origins whose pages may show the panel.
    pub origins: Vec<String>,
    /// Whether whoever is known is a member at once, without being asked.
    pub auto_join: bool,
    /// Where shoppers can sign in to become known, in the order it is shown.
    pub sign_in: Vec<SignIn>,
    /// What a point is called, by language.
    pub unit: BTreeMap<String, UnitForms>,
    /// What a point is worth, in the currency's smallest unit.
    pub point_value: Option<i64>,
    /// When points run out.
    pub expiry: Expiry,
    /// Days before that on which the member is told.
    pub warn_days: u32,
    /// Days that points have which come back into a lot that has run out meanwhile.
    pub grace_days: u32,
    /// What becomes of points that a refund takes back and the member no longer has.
    pub debt: Debt,
    /// Within how many hours the shop promises to answer what members write.
    pub answer_hours: u32,
    /// What lifts a member.
    pub metric: Metric,
    /// How tiers are won and lost.
    pub ladder: Ladder,
    /// From the lowest, whose threshold is 0, to the highest.
    pub tiers: Vec<Tier>,
    /// How purchases earn.
    pub purchase: Option<Purchase>,
    /// Timed multipliers.
    pub campaigns: Vec<Campaign>,
    /// The outside services that it is connected to.
    pub connections: Vec<Connection>,
    /// What else earns, in the order it is shown.
    pub tasks: Vec<Task>,
    /// What points can be turned into.
    pub rewards: Vec<Reward>,
    /// What holds for all that orders are paid with.
    pub spending: Spending,
    /// How it rewards who brings friends, if it does.
    pub referral: Option<Referral>,
    /// `#rrggbb`.
    pub brand_color: String,
    /// `right` or `left`.
    pub corner: String,
    /// What the launcher says.
    pub launcher: Localized,
}

/// How tiers are won and lost. Upwards always at once; downwards at the end of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ladder {
    /// The time in which the metric counts.
    pub window: Window,
    /// Whether a member who no longer deserves a tier falls by one step, or to where the metric says.
    pub one_step: bool,
    /// Days after the window's end in which the tier can still be kept.
    pub grace_days: u32,
    /// Whether every tier that is passed pays its welcome, or only the one that is reached.
    pub entry_of_each: bool,
}

/// A timed multiplier of what purchases earn, of what bringing friends earns, or of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// Stable name.
    pub id: String,
    /// For people.
    pub name: Localized,
    /// In thousandths.
    pub multiplier_permille: i64,
    /// From this moment.
    pub starts_at: Instant,
    /// Until just before this one.
    pub ends_at: Instant,
    /// Only for these tiers; for all if empty.
    pub tiers: Vec<String>,
    /// What it multiplies.
    pub applies: Applies,
}

/// What a campaign multiplies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applies {
    /// What purchases earn.
    Purchase,
    /// What bringing friends earns.
    Referral,
    /// Both.
    Both,
}

impl Applies {
    /// Whether a campaign that applies to this multiplies `what`, one of the two.
    #[must_use]
    pub fn covers(self, what: Self) -> bool {
        self == Self::Both || self == what
    }
}

/// A multiplier of its own for some products.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductRate {
    /// The products, by the shop's names.
    pub skus: Vec<String>,
    /// Collections of products.
    pub collections: Vec<String>,
    /// In thousandths; 0 earns nothing.
    pub multiplier_permille: i64,
}

/// An outside service, as this programme has set it up. Its secrets are not here, but sealed in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Stable name.
    pub id: String,
    /// Which service: a key of `connections::SERVICES`.
    pub kind: String,
    /// What is public of its settings.
    pub settings: BTreeMap<String, String>,
}

impl Connection {
    /// A public setting, if it is set.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(String::as_str)
    }

    /// An address that a setting may name, or the usual one; without a slash at the end.
    pub fn base<'a>(&'a self, name: &str, usual: &'a str) -> &'a str {
        self.setting(name).unwrap_or(usual).trim_end_matches('/')
    }
}

/// A connection by which shoppers can sign in to become known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The connection's id.
    pub connection: String,
    /// The service's name for people.
    pub service: &'static str,
    /// What has to be named before, if anything: a name of [`crate::connections::Asks`].
    pub asks: Option<&'static str>,
}

impl SignIn {
    fn view(&self) -> SignInView {
        SignInView {
            connection: self.connection.clone(),
            service: self.service.to_owned(),
            asks: self.asks.map(str::to_owned),
        }
    }
}

/// A programme in one version, as decisions name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// The programme.
    pub id: ProgramId,
    /// Which version of its rules this is.
    pub version: i64,
    /// The rules.
    pub program: Program,
}

/// One step of the ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// Stable name.
    pub id: String,
    /// For people.
    pub name: Localized,
    /// The metric at which it is reached.
    pub threshold: i64,
    /// What purchases earn here, in thousandths.
    pub multiplier_permille: i64,
    /// What it gives, by language.
    pub perks: BTreeMap<String, Vec<String>>,
    /// Points that welcome whoever reaches it, once; 0: none.
    pub entry_points: i64,
    /// What the shop's own systems can act on.
    pub gives: Gives,
}

/// How purchases earn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchase {
    /// Points for every `per`.
    pub points: i64,
    /// Smallest units of the currency.
    pub per: i64,
    /// Days until the points can be spent.
    pub hold_days: u32,
    /// Why they wait, as a clause.
    pub hold_reason: Localized,
    /// Whether delivery earns.
    pub counts_shipping: bool,
    /// Whether tax earns.
    pub counts_tax: bool,
    /// Orders below this earn nothing, in the currency's smallest unit.
    pub minimum: i64,
    /// Points on top for the first order; 0: none.
    pub first_order_bonus: i64,
    /// Products with a multiplier of their own. The first that names a product counts.
    pub products: Vec<ProductRate>,
}

impl Tier {
    /// The tier in one language.
    pub fn view(&self, locale: &str) -> TierView {
        TierView {
            id: self.id.clone(),
            name: self.name.get(locale).to_owned(),
            threshold: self.threshold,
            multiplier_permille: self.multiplier_permille,
            perks: self.perks.get(locale).cloned().unwrap_or_default(),
            entry_points: self.entry_points,
            gives: self.gives.clone(),
        }
    }
}

impl Campaign {
    fn view(&self, locale: &str) -> CampaignView {
        CampaignView {
            name: self.name.get(locale).to_owned(),
            multiplier_permille: self.multiplier_permille,
            starts_at: text_of(self.starts_at),
            ends_at: text_of(self.ends_at),
            tiers: self.tiers.clone(),
        }
    }
}

/// The zone of an IANA name that was checked when it was stored.
pub fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

impl Program {
    /// The task named `id`, with or without its `tsk_` prefix.
    pub fn task(&self, id: &str) -> Option<&Task> {
        let id = id.strip_prefix("tsk_").unwrap_or(id);
        self.tasks.iter().find(|task| task.id == id)
    }

    /// The connection named `id`.
    pub fn connection(&self, id: &str) -> Option<&Connection> {
        self.connections
            .iter()
            .find(|connection| connection.id == id)
    }

    /// Whether shoppers can become known by signing in at this connection.
    pub fn signs_in(&self, connection: &str) -> bool {
        let mut all = self.sign_in.iter();
        all.any(|sign_in| sign_in.connection == connection)
    }

    /// The reward named `id`.
    pub fn reward(&self, id: &str) -> Option<&Reward> {
        self.rewards.iter().find(|reward| reward.id == id)
    }

    /// The zone that its days and windows are counted in.
    pub fn zone(&self) -> TimeZone {
        zone(&self.time_zone)
    }

    /// The task of a kind that members do not start themselves.
    pub fn task_of_kind(&self, kind: TaskKind) -> Option<&Task> {
        self.tasks.iter().find(|task| task.kind == kind)
    }

    /// The best of the programme's languages for what the reader asked for, a language tag or an
    /// `Accept-Language` list in order of preference.
    pub fn locale<'a>(&'a self, asked: Option<&str>) -> &'a str {
        asked
            .into_iter()
            .flat_map(|list| list.split(','))
            .find_map(|item| {
                let tag = item.split(';').next().unwrap_or("").trim();
                let language = tag.split(['-', '_']).next().unwrap_or("");
                self.locales
                    .iter()
                    .find(|known| known.eq_ignore_ascii_case(language))
            })
            .or(self.locales.first())
            .map_or("en", String::as_str)
    }

    /// Whether pages of `origin` may show the panel and call with its sessions.
    pub fn allows_origin(&self, origin: &str) -> bool {
        self.origins.iter().any(|known| known == origin)
    }

    /// The rules as the public sees them, in one of the programme's languages.
    pub fn view(&self, version: i64, locale: &str) -> ProgramView {
        ProgramView {
            slug: self.slug.clone(),
            name: self.name.get(locale).to_owned(),
            version,
            locale: locale.to_owned(),
            locales: self.locales.clone(),
            time_zone: self.time_zone.clone(),
            unit: self.unit.get(locale).cloned().unwrap_or_default(),
            point_value: self.point_value,
            currency: self.currency.clone(),
            metric: self.metric,
            window: self.ladder.window,
            expiry: self.expiry,
            warn_days: self.warn_days,
            grace_days: self.grace_days,
            debt: self.debt,
            answer_hours: self.answer_hours,
            sign_in: self.sign_in.iter().map(SignIn::view).collect(),
            campaigns: self
                .campaigns
                .iter()
                // What is said of campaigns is said of purchases.
                .filter(|campaign| campaign.applies.covers(Applies::Purchase))
                .map(|campaign| campaign.view(locale))
                .collect(),
            tiers: self.tiers.iter().map(|tier| tier.view(locale)).collect(),
            purchase: self.purchase.as_ref().map(|rule| PurchaseRule {
                points: rule.points,
                per: rule.per,
                currency: self.currency.clone(),
                hold_days: rule.hold_days,
                hold_reason: rule.hold_reason.get(locale).to_owned(),
                counts_shipping: rule.counts_shipping,
                counts_tax: rule.counts_tax,
                minimum: rule.minimum,
                first_order_bonus: rule.first_order_bonus,
            }),
            tasks: self.tasks.iter().map(|task| task.view(locale)).collect(),
            rewards: self
                .rewards
                .iter()
                .map(|reward| reward.view(locale))
                .collect(),
            spending: self.spending.view(),
            referral: self.referral.as_ref().map(|rule| rule.view(locale)),
            brand: Brand {
                color: self.brand_color.clone(),
                corner: self.corner.clone(),
                launcher: self.launcher.get(locale).to_owned(),
            },
        }
    }
}
