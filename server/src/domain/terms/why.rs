//! Why something is not, or not wholly, possible.

use app::api::QuoteReason;

/// Why a code or points cannot be used, or not wholly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The member has no more points.
    Balance,
    /// The programme's limit in percent.
    MaxPercent,
    /// What is on sale cannot be paid with points.
    OnSale,
    /// The order carries codes that cannot stand beside each other.
    OtherCodes,
    /// The goods cost too little.
    Minimum,
    /// It is in another currency.
    Currency,
    /// Nobody known buys.
    NoMember,
    /// The programme has no reward of that kind.
    NoSlider,
    /// Points are spent in steps, from the least to the most.
    Step,
    /// It is not open, to this member or to anybody.
    NotOpen,
    /// There is no such code.
    Unknown,
    /// There is nothing left that it could take off.
    NothingLeft,
    /// The product is not in the basket.
    NoProduct,
    /// Orders do not use it.
    NotForOrders,
}

impl Why {
    /// The name that callers see.
    pub fn code(self) -> &'static str {
        match self {
            Self::Balance => "balance",
            Self::MaxPercent => "max_percent",
            Self::OnSale => "on_sale",
            Self::OtherCodes => "other_codes",
            Self::Minimum => "minimum",
            Self::Currency => "currency",
            Self::NoMember => "no_member",
            Self::NoSlider => "no_slider",
            Self::Step => "step",
            Self::NotOpen => "not_open",
            Self::Unknown => "unknown",
            Self::NothingLeft => "nothing_left",
            Self::NoProduct => "no_product",
            Self::NotForOrders => "not_for_orders",
        }
    }

    fn detail(self) -> &'static str {
        match self {
            Self::Balance => "The member has no more points to spend.",
            Self::MaxPercent => {
                "The programme limits which part of the goods can be paid with points."
            }
            Self::OnSale => "Goods on sale cannot be paid with points.",
            Self::OtherCodes => "It cannot be used together with the other codes.",
            Self::Minimum => "The goods cost less than it asks for.",
            Self::Currency => "It is in another currency than the basket.",
            Self::NoMember => "Only a member can pay with points: name one.",
            Self::NoSlider => "The programme has no reward of kind \"slider\".",
            Self::Step => {
                "Points are spent in whole steps, from the least to the most of the reward."
            }
            Self::NotOpen => "It cannot be used now.",
            Self::Unknown => "There is no such code.",
            Self::NothingLeft => "Nothing is left that it could take off.",
            Self::NoProduct => "Its product is not in the basket.",
            Self::NotForOrders => "It is handed over by the shop; no order is paid with it.",
        }
    }
}

impl From<Why> for QuoteReason {
    fn from(why: Why) -> Self {
        Self {
            code: why.code().to_owned(),
            detail: why.detail().to_owned(),
        }
    }
}
