//! What a panel is drawn from: plain data, gathered by the server before a single tag is written.

use crate::api::{
    MeView, MyReferral, MyRewards, OrderView, ProgramView, QuoteView, Reviews, ThreadView,
    Transfers,
};
use crate::text::Text;
pub use crate::ui::Prints;
use std::sync::Arc;

/// Everything one panel shows.
#[derive(Debug, Clone)]
pub struct Panel {
    /// The rules, in the language of the panel.
    pub program: Arc<ProgramView>,
    /// What was drawn of these rules before, to be put in again.
    pub prints: Arc<Prints>,
    /// Who looks at it.
    pub viewer: Viewer,
    /// The section that is open at first.
    pub view: View,
    /// What kind of embedding it is.
    pub form: Form,
    /// Light, dark, or as the system has it.
    pub theme: Theme,
    /// The origin of the page around it, already checked against the programme's own; `None` when
    /// it was opened by itself.
    pub host: Option<String>,
    /// The bearer of the session that was opened with this document.
    pub session: Option<String>,
    /// What was written of a product, where that is what it shows.
    pub reviews: Option<Reviews>,
    /// What the price or basket of the page around earns and can be paid with, where that is what it shows.
    pub quote: Option<QuoteView>,
    /// The order that the page around thanks for, if it is the viewer's own.
    pub order: Option<OrderView>,
    /// The present, in microseconds since 1970 in UTC.
    pub now: i64,
}

impl Panel {
    /// The words of the panel's language.
    #[must_use]
    pub fn text(&self) -> &'static Text {
        Text::by_locale(&self.program.locale)
    }

    /// IANA name of the zone that days are told in.
    #[must_use]
    pub fn time_zone(&self) -> &str {
        match &self.viewer {
            Viewer::Member { me, .. } => &me.time_zone,
            Viewer::Guest | Viewer::SignedIn { .. } => &self.program.time_zone,
        }
    }
}

/// Who looks at the panel.
#[derive(Debug, Clone)]
pub enum Viewer {
    /// Nobody the shop knows.
    Guest,
    /// Known, but not in the programme.
    SignedIn {
        /// As the shop gave it.
        name: Option<String>,
        /// As it was proven.
        email: Option<String>,
    },
    /// A member. Boxed, being by far the largest.
    Member {
        /// The member's own state.
        me: Box<MeView>,
        /// The newest page of the statement.
        history: Transfers,
        /// What was last written to the shop, and its answers.
        threads: Vec<ThreadView>,
        /// What points can be turned into, and were.
        rewards: Box<MyRewards>,
        /// The member's own link and friends, where the programme rewards that.
        referral: Option<Box<MyReferral>>,
    },
}

impl Viewer {
    /// Its name in `data-viewer`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Viewer::Guest => "guest",
            Viewer::SignedIn { .. } => "signed-in",
            Viewer::Member { .. } => "member",
        }
    }

    /// The newest event that the panel already shows; zero for those who have no events.
    #[must_use]
    pub fn cursor(&self) -> i64 {
        match self {
            Viewer::Guest | Viewer::SignedIn { .. } => 0,
            Viewer::Member { me, .. } => me.cursor,
        }
    }
}

/// A section of the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// Balance, ladder, next step, tasks.
    #[default]
    Home,
    /// What earns, and bringing friends.
    Earn,
    /// What points can be turned into.
    Spend,
    /// The statement.
    History,
    /// The rules in plain words.
    How,
}

impl View {
    /// The section by its name in addresses; unknown names mean home.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "earn" | "tasks" | "refer" => View::Earn,
            "spend" | "rewards" => View::Spend,
            "history" => View::History,
            "how" => View::How,
            _ => View::Home,
        }
    }

    /// Its name in addresses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            View::Home => "home",
            View::Earn => "earn",
            View::Spend => "spend",
            View::History => "history",
            View::How => "how",
        }
    }
}

/// What kind of embedding a document is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// The whole panel.
    #[default]
    Panel,
    /// A small card with the balance, inline in the shop's page.
    Balance,
    /// The list of tasks, inline in the shop's page.
    Tasks,
    /// The reviews of one product, inline in its page.
    Reviews,
    /// What points can be turned into, inline.
    Rewards,
    /// How many points to pay a cart with, inline.
    Slider,
    /// What a product would earn, inline.
    Earn,
    /// What an order earned, and bringing friends, inline in the page after a purchase.
    Thanks,
    /// Bringing friends, inline.
    Refer,
}

impl Form {
    /// The form by its name in addresses; unknown names mean the whole panel.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "balance" => Form::Balance,
            "tasks" => Form::Tasks,
            "reviews" => Form::Reviews,
            "rewards" => Form::Rewards,
            "slider" => Form::Slider,
            "earn" => Form::Earn,
            "thanks" => Form::Thanks,
            "refer" => Form::Refer,
            _ => Form::Panel,
        }
    }

    /// Its name in addresses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Form::Panel => "panel",
            Form::Balance => "balance",
            Form::Tasks => "tasks",
            Form::Reviews => "reviews",
            Form::Rewards => "rewards",
            Form::Slider => "slider",
            Form::Earn => "earn",
            Form::Thanks => "thanks",
            Form::Refer => "refer",
        }
    }
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system has it.
    #[default]
    Auto,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// The theme by its name in addresses; unknown names mean the system's.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::Auto,
        }
    }

    /// Its name in addresses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}
