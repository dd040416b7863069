//! What happens in one case: the rules of two programmes side by side and a sequence of steps, made by
//! chance and made smaller when a case fails. Names and places are numbers that are looked up when the
//! step is taken, so that a sequence with some steps left out still makes sense.

use super::rules::{Extra, Prize, Rules, Step as Tier};
use app::api::{Expiry, Metric, Window};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use server::domain::HOUR;

/// A case.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// When it begins, in hours after the first moment of 2026.
    pub(crate) starts: i64,
    /// Whether a worker does everything at its very moment, or only where a step says so.
    pub(crate) punctual: bool,
    /// The rules that two programmes begin with.
    pub(crate) rules: [Rules; 2],
    pub(crate) steps: Vec<Step>,
}

/// Something happens after a while.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) pause: Pause,
    pub(crate) programme: usize,
    pub(crate) what: What,
}

/// How time passes.
#[derive(Debug, Clone)]
pub(crate) enum Pause {
    Micros(i64),
    /// To the next moment at which something falls due, or right before or after it.
    ToNextDue(i64),
}

#[derive(Debug, Clone)]
pub(crate) enum What {
    Join {
        who: Who,
        zone: &'static str,
    },
    Order(Cart),
    /// An order is called off that was told, or never.
    CancelOrder {
        order: usize,
    },
    /// An order is told once more, perhaps with another price.
    OrderAgain {
        order: usize,
        dearer: bool,
    },
    Refund {
        order: usize,
        share: Share,
    },
    RefundAgain {
        refund: usize,
        more: bool,
    },
    Redeem {
        member: usize,
        reward: usize,
        /// How often, of a slider.
        times: i64,
    },
    Reserve {
        code: usize,
        order: usize,
        prices: Vec<i64>,
    },
    Release {
        code: usize,
    },
    Cancel {
        member: usize,
        code: usize,
    },
    Adjust {
        member: usize,
        amount: i64,
    },
    Tier {
        member: usize,
        manual: Option<(usize, i64)>,
    },
    Move {
        member: usize,
        zone: &'static str,
    },
    Rules(Box<Rules>),
    Work(Work),
    /// The same request again under its key, or another under the same.
    Again {
        back: usize,
        other: bool,
    },
}

/// How a shopper is named.
#[derive(Debug, Clone)]
pub(crate) struct Who {
    pub(crate) customer: Option<usize>,
    pub(crate) email: Option<usize>,
}

#[derive(Debug, Clone)]
pub(crate) struct Cart {
    pub(crate) who: Who,
    /// Price and product.
    pub(crate) lines: Vec<(i64, Option<&'static str>)>,
    pub(crate) shipping: i64,
    pub(crate) tax: i64,
    pub(crate) discount: i64,
    pub(crate) codes: Vec<usize>,
    pub(crate) other_currency: bool,
    /// How many hours ago it was placed.
    pub(crate) placed: i64,
}

/// What of an order goes back, in thousandths.
#[derive(Debug, Clone)]
pub(crate) enum Share {
    Of(i64),
    /// Of one line, and perhaps more for the whole.
    OfLine {
        line: usize,
        permille: i64,
        more: i64,
    },
}

/// What workers do.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Work {
    /// All there is, until there is no more.
    All,
    /// Two servers do all of it at the same time.
    Twice,
    /// A few of what is due.
    Some(usize),
}

pub(crate) const ZONES: &[&str] = &[
    "UTC",
    "Europe/Moscow",
    "America/New_York",
    "Pacific/Auckland",
    "Asia/Kolkata",
];
const SKUS: &[&str] = &["tea", "mug", "gift"];
/// How many shoppers there are.
pub(crate) const SHOPPERS: usize = 3;

fn zone() -> impl Strategy<Value = &'static str> {
    select(ZONES)
}

fn expiry() -> impl Strategy<Value = Expiry> {
    prop_oneof![
        1 => Just(Expiry::Never),
        3 => (1_i64..14).prop_map(|months| Expiry::Earning { months }),
        3 => (1_i64..8).prop_map(|months| Expiry::Inactivity { months }),
        2 => select(&[(1, 1), (2, 28), (3, 31), (12, 31)])
            .prop_map(|(month, day)| Expiry::Date { month, day }),
    ]
}

fn window() -> impl Strategy<Value = Window> {
    prop_oneof![
        2 => Just(Window::Lifetime),
        2 => (1_i64..13).prop_map(|months| Window::Rolling { months }),
        1 => Just(Window::Year),
    ]
}

fn tiers() -> impl Strategy<Value = Vec<Tier>> {
    let entry = || select(&[0_i64, 0, 40, 250]);
    let multiplier = || select(&[1000_i64, 1250, 1333, 2000]);
    let step = (select(&[1_i64, 2, 100, 300, 5000]), multiplier(), entry());
    let higher = (1_i64..2000, multiplier(), entry());
    (step, higher).prop_map(|(first, second)| {
        let tier = |threshold, permille, entry| Tier {
            threshold,
            permille,
            entry,
        };
        vec![
            tier(0, 1000, 0),
            tier(first.0, first.1, first.2),
            tier(first.0 + second.0, second.1, second.2),
        ]
    })
}

fn campaigns() -> impl Strategy<Value = Vec<Extra>> {
    let start = 1_767_225_600_000_000_i64;
    let one = (
        0_i64..400,
        1_i64..120,
        select(&[500_i64, 1500, 3000]),
        vec(0_usize..3, 0..2),
    );
    let one = one.prop_map(move |(day, days, permille, tiers)| Extra {
        permille,
        from: start + day * 24 * HOUR,
        until: start + (day + days) * 24 * HOUR,
        tiers,
    });
    vec(one, 0..3)
}

fn rewards() -> impl Strategy<Value = Vec<Prize>> {
    let one = (
        select(&[1_i64, 30, 77, 200, 200, 600]),
        select(&[1_i64, 500, 3000, 9999]),
        select(&[1_i64, 10, 30, 200]),
        any::<bool>(),
    );
    let one = one.prop_map(|(points, amount, valid_days, slider)| Prize {
        slider,
        points,
        amount,
        valid_days,
    });
    vec(one, 2..=2)
}

pub(crate) fn rules() -> impl Strategy<Value = Rules> {
    let life = (
        zone(),
        expiry(),
        select(&[0_u32, 30]),
        select(&[0_i64, 1, 30]),
        any::<bool>(),
    );
    let metric = select(&[Metric::PointsEarned, Metric::AmountSpent, Metric::Orders]);
    let ladder = (
        metric,
        window(),
        any::<bool>(),
        select(&[0_i64, 0, 20, 100]),
        any::<bool>(),
        tiers(),
    );
    let rate = (
        1_i64..12,
        select(&[7_i64, 33, 33, 100, 333]),
        select(&[0_i64, 0, 0, 1, 14, 45]),
        any::<bool>(),
        any::<bool>(),
    );
    let extras = (
        prop::bool::weighted(0.95),
        select(&[0_i64, 0, 1, 2500]),
        select(&[0_i64, 0, 100]),
        vec((select(SKUS), select(&[0_i64, 500, 2000, 3333])), 0..3),
        campaigns(),
        option::of((select(&[1_i64, 50, 400]), select(&[0_i64, 0, 3]))),
        rewards(),
    );
    (life, ladder, rate, extras).prop_map(|(life, ladder, rate, extras)| Rules {
        zone: life.0,
        currency: "RUB",
        expiry: life.1,
        warn_days: life.2,
        grace_days: life.3,
        forgives: life.4,
        metric: ladder.0,
        window: ladder.1,
        one_step: ladder.2,
        tier_grace_days: ladder.3,
        entry_of_each: ladder.4,
        tiers: ladder.5,
        purchases: extras.0,
        points: rate.0,
        per: rate.1,
        hold_days: rate.2,
        counts_shipping: rate.3,
        counts_tax: rate.4,
        minimum: extras.1,
        bonus: extras.2,
        products: extras.3,
        campaigns: extras.4,
        join: extras.5,
        rewards: extras.6,
    })
}

fn money() -> impl Strategy<Value = i64> {
    prop_oneof![
        6 => (1_i64..300).prop_map(|hundreds| hundreds * 100),
        3 => 1_i64..30_000,
        1 => Just(0),
    ]
}

fn who() -> impl Strategy<Value = Who> {
    let name = 0..SHOPPERS;
    prop_oneof![
        4 => name.clone().prop_map(|who| Who { customer: Some(who), email: None }),
        3 => name.clone().prop_map(|who| Who { customer: None, email: Some(who) }),
        3 => name.clone().prop_map(|who| Who { customer: Some(who), email: Some(who) }),
        1 => (name.clone(), name).prop_map(|(one, two)| Who { customer: Some(one), email: Some(two) }),
    ]
}

fn cart() -> impl Strategy<Value = Cart> {
    let line = (money(), option::of(select(SKUS)));
    let extra = || prop_oneof![2 => Just(0_i64), 1 => 1_i64..900];
    let placed = prop_oneof![3 => Just(0_i64), 1 => 1_i64..2000];
    let basket = (who(), vec(line, 0..4), extra(), extra(), extra());
    let rest = (vec(newest(8), 0..3), prop::bool::weighted(0.04), placed);
    (basket, rest).prop_map(
        |((who, lines, shipping, tax, discount), (codes, other_currency, placed))| Cart {
            who,
            lines,
            shipping,
            tax,
            discount,
            codes,
            other_currency,
            placed,
        },
    )
}

fn share() -> impl Strategy<Value = Share> {
    prop_oneof![
        4 => (0_i64..=1000).prop_map(Share::Of),
        2 => select(&[250_i64, 333, 500, 1000, 1500]).prop_map(Share::Of),
        3 => (0_usize..3, select(&[100_i64, 500, 1000, 2000]), select(&[0_i64, 0, 300]))
            .prop_map(|(line, permille, more)| Share::OfLine { line, permille, more }),
    ]
}

pub(crate) fn what() -> impl Strategy<Value = What> {
    let order = || newest(12);
    let code = || newest(8);
    let member = || 0_usize..SHOPPERS;
    prop_oneof![
        8 => (who(), zone()).prop_map(|(who, zone)| What::Join { who, zone }),
        16 => cart().prop_map(What::Order),
        5 => order().prop_map(|order| What::CancelOrder { order }),
        3 => (order(), prop::bool::weighted(0.3))
            .prop_map(|(order, dearer)| What::OrderAgain { order, dearer }),
        12 => (order(), share()).prop_map(|(order, share)| What::Refund { order, share }),
        2 => (order(), prop::bool::weighted(0.3))
            .prop_map(|(refund, more)| What::RefundAgain { refund, more }),
        12 => (member(), 0_usize..3, 0_i64..8)
            .prop_map(|(member, reward, times)| What::Redeem { member, reward, times }),
        6 => (code(), order(), vec(money(), 0..4))
            .prop_map(|(code, order, prices)| What::Reserve { code, order, prices }),
        3 => code().prop_map(|code| What::Release { code }),
        3 => (member(), code()).prop_map(|(member, code)| What::Cancel { member, code }),
        6 => (member(), prop_oneof![1_i64..500, -400_i64..0])
            .prop_map(|(member, amount)| What::Adjust { member, amount }),
        2 => (member(), option::of((0_usize..3, 1_i64..90)))
            .prop_map(|(member, manual)| What::Tier { member, manual }),
        3 => (member(), zone()).prop_map(|(member, zone)| What::Move { member, zone }),
        1 => rules().prop_map(|rules| What::Rules(Box::new(rules))),
        4 => Just(What::Work(Work::All)),
        2 => Just(What::Work(Work::Twice)),
        3 => (1_usize..4).prop_map(|few| What::Work(Work::Some(few))),
        4 => (0_usize..6, prop::bool::weighted(0.3)).prop_map(|(back, other)| What::Again { back, other }),
    ]
}

fn pause() -> impl Strategy<Value = Pause> {
    prop_oneof![
        4 => Just(Pause::Micros(0)),
        12 => (0..3 * HOUR).prop_map(Pause::Micros),
        6 => (1..12 * 24 * HOUR).prop_map(Pause::Micros),
        2 => (12 * 24 * HOUR..90 * 24 * HOUR).prop_map(Pause::Micros),
        1 => (90 * 24 * HOUR..420 * 24 * HOUR).prop_map(Pause::Micros),
        6 => (-1_i64..=1).prop_map(Pause::ToNextDue),
    ]
}

/// The newest most of all.
fn newest(of: usize) -> impl Strategy<Value = usize> {
    prop_oneof![3 => 0..of.min(3), 2 => 0..of]
}

fn step() -> impl Strategy<Value = Step> {
    (
        pause(),
        prop_oneof![5 => Just(0_usize), 1 => Just(1)],
        what(),
    )
        .prop_map(|(pause, programme, what)| Step {
            pause,
            programme,
            what,
        })
}

/// Any case: some members join, and then all sorts of things happen.
pub(crate) fn plan(steps: usize) -> impl Strategy<Value = Plan> {
    let join = (who(), zone()).prop_map(|(who, zone)| Step {
        pause: Pause::Micros(HOUR),
        programme: 0,
        what: What::Join { who, zone },
    });
    let start = (0_i64..9000, prop::bool::weighted(0.3), rules(), rules());
    (start, vec(join, 0..5), vec(step(), 1..=steps)).prop_map(|(start, joined, steps)| Plan {
        starts: start.0,
        punctual: start.1,
        rules: [start.2, start.3],
        steps: joined.into_iter().chain(steps).collect(),
    })
}
