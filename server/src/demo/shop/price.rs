//! What a cart comes to once Laurel has said what tiers and codes take off. The shop is the one who is paid, so
//! an answer that does not add up counts as none.

use super::goods::{CURRENCY, Cart, PRODUCTS, Product};
use super::words::Words;
use app::api::{OrderLine, QuoteView, QuotedLine};

/// The reason of a code that could not be looked at.
pub(super) const AWAY: &str = "away";

/// A line of the cart, in kopecks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    /// What it costs.
    pub(super) price: i64,
    /// What the customer's tier takes off.
    pub(super) by_tier: i64,
    /// What codes take off.
    pub(super) by_codes: i64,
}

impl Line {
    /// What is left to pay.
    pub(super) fn pays(self) -> i64 {
        self.price - self.by_tier - self.by_codes
    }
}

/// A code in the cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Code {
    /// As it is written.
    pub(super) code: String,
    /// What it takes off, in kopecks.
    pub(super) amount: i64,
    /// Why it takes off nothing, by Laurel's name for that.
    pub(super) reason: Option<String>,
}

/// What a cart comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Price {
    /// The lines, in the order of the cart's.
    pub(super) lines: Vec<Line>,
    /// The codes, in the order they were put in.
    pub(super) codes: Vec<Code>,
    /// What is left to pay of delivery, in kopecks.
    pub(super) delivery_pays: i64,
    /// Points that the order will earn.
    pub(super) earns: i64,
    /// Whether the customer could pay with points, as many as they like.
    pub(super) takes_points: bool,
}

impl Price {
    /// What a cart comes to by this quote; without one, what it costs.
    pub(super) fn of(cart: &Cart, codes: &[String], quote: Option<&QuoteView>) -> Self {
        quote
            .and_then(|quote| Self::quoted(cart, quote))
            .unwrap_or_else(|| Self::bare(cart, codes))
    }

    fn bare(cart: &Cart, codes: &[String]) -> Self {
        let line = |(_, product, quantity): (usize, &Product, i64)| Line {
            price: product.price * quantity,
            by_tier: 0,
            by_codes: 0,
        };
        let code = |code: &String| Code {
            code: code.clone(),
            amount: 0,
            reason: Some(AWAY.into()),
        };
        Self {
            lines: cart.items().map(line).collect(),
            codes: codes.iter().map(code).collect(),
            delivery_pays: cart.delivery(),
            earns: 0,
            takes_points: false,
        }
    }

    fn quoted(cart: &Cart, quote: &QuoteView) -> Option<Self> {
        let basket = cart.basket();
        let is_sound = |line: &QuotedLine| {
            let taken = [line.discount, line.coupons];
            let left = line.price - taken.iter().sum::<i64>();
            line.points == 0
                && taken.iter().all(|part| *part >= 0)
                && line.pays == left
                && left >= 0
        };
        let mut both = basket.iter().zip(&quote.lines);
        let fits = quote.currency == CURRENCY
            && quote.lines.len() == basket.len()
            && both.all(|(line, quoted)| quoted.id == line.id && quoted.price == line.amount)
            && quote.lines.iter().all(is_sound)
            && (0..=cart.delivery()).contains(&quote.shipping);
        let line = |line: &QuotedLine| Line {
            price: line.price,
            by_tier: line.discount,
            by_codes: line.coupons,
        };
        let codes = quote.coupons.iter().map(|coupon| Code {
            code: coupon.code.clone(),
            amount: coupon.amount,
            reason: coupon.reason.as_ref().map(|reason| reason.code.clone()),
        });
        let price = Self {
            lines: quote.lines.iter().map(line).collect(),
            codes: codes.collect(),
            delivery_pays: quote.shipping,
            earns: quote.earning.points,
            takes_points: quote.spending.reward.is_some(),
        };
        let before = price.delivery_before_codes();
        let adds_up = price.total() == quote.total
            && (price.delivery_pays..=cart.delivery()).contains(&before);
        (fits && adds_up).then_some(price)
    }

    /// What there is to pay, in kopecks.
    pub(super) fn total(&self) -> i64 {
        self.lines.iter().map(|line| line.pays()).sum::<i64>() + self.delivery_pays
    }

    /// What the customer's tier takes off the coffees.
    pub(super) fn by_tier(&self) -> i64 {
        self.lines.iter().map(|line| line.by_tier).sum()
    }

    /// The codes that take something off.
    pub(super) fn good_codes(&self) -> impl Iterator<Item = &Code> {
        self.codes.iter().filter(|code| code.reason.is_none())
    }

    /// All that codes take off, delivery among it.
    pub(super) fn by_codes(&self) -> i64 {
        self.good_codes().map(|code| code.amount).sum()
    }

    /// What delivery costs before codes.
    pub(super) fn delivery_before_codes(&self) -> i64 {
        let on_coffees: i64 = self.lines.iter().map(|line| line.by_codes).sum();
        self.delivery_pays + self.by_codes() - on_coffees
    }

    /// What is left to pay of the coffees that are not on sale: points are for these.
    pub(super) fn open_to_points(&self, cart: &Cart) -> i64 {
        let items = cart.items().zip(&self.lines);
        items
            .filter(|((kind, _, _), _)| PRODUCTS[*kind].was.is_none())
            .map(|(_, line)| line.pays())
            .sum()
    }

    /// The lines of the order, each with what is paid for it.
    pub(super) fn order_lines(&self, cart: &Cart, words: &Words) -> Vec<OrderLine> {
        let mut lines = cart.lines(words);
        for (line, price) in lines.iter_mut().zip(&self.lines) {
            line.amount = price.pays();
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::super::words;
    use super::*;
    use app::api::{QuoteReason, QuotedCoupon, QuotedEarning, QuotedSpending};

    /// Two bags of Guji and one of Cerrado, which is on sale.
    fn cart() -> Cart {
        let mut cart = Cart::default();
        cart.add(0, 2);
        cart.add(2, 1);
        cart
    }

    fn line(id: &str, price: i64, discount: i64, coupons: i64) -> QuotedLine {
        QuotedLine {
            id: id.into(),
            price,
            discount,
            coupons,
            points: 0,
            pays: price - discount - coupons,
            earns: 0,
        }
    }

    fn coupon(code: &str, amount: i64, reason: Option<&str>) -> QuotedCoupon {
        QuotedCoupon {
            code: code.into(),
            amount,
            points: 0,
            reason: reason.map(|reason| QuoteReason {
                code: reason.into(),
                detail: String::new(),
            }),
        }
    }

    /// A tier takes off a tenth, one code 300 roubles, one the delivery; and one is too early.
    fn quote() -> QuoteView {
        QuoteView {
            currency: "RUB".into(),
            lines: vec![
                line("1", 300_000, 30_000, 30_000),
                line("3", 90_000, 9_000, 0),
            ],
            shipping_price: 30_000,
            shipping: 0,
            total: 321_000,
            coupons: vec![
                coupon("OFF", 30_000, None),
                coupon("FREE", 30_000, None),
                coupon("BIG", 0, Some("minimum")),
            ],
            spending: QuotedSpending {
                reward: Some("beans".into()),
                ..QuotedSpending::default()
            },
            earning: QuotedEarning {
                points: 160,
                ..QuotedEarning::default()
            },
        }
    }

    #[test]
    fn a_quote_is_what_is_paid() {
        let (cart, words) = (cart(), words::find("en").unwrap());
        let price = Price::of(&cart, &[], Some(&quote()));
        assert_eq!(
            (
                price.total(),
                price.by_tier(),
                price.by_codes(),
                price.earns
            ),
            (321_000, 39_000, 60_000, 160)
        );
        let lines = price.order_lines(&cart, words);
        let paid: Vec<i64> = lines.iter().map(|line| line.amount).collect();
        assert_eq!(paid, [240_000, 81_000]);
        assert_eq!(
            paid.iter().sum::<i64>() + price.delivery_pays,
            price.total()
        );
        let off = price.by_tier() + price.by_codes();
        assert_eq!(
            cart.total() - price.total(),
            off,
            "what the order calls its discount"
        );
        assert_eq!(price.delivery_before_codes(), 30_000, "a code takes it off");
        assert_eq!(price.open_to_points(&cart), 240_000, "not what is on sale");
        let good: Vec<_> = price.good_codes().map(|code| &*code.code).collect();
        assert_eq!(good, ["OFF", "FREE"]);
        assert_eq!(price.codes[2].reason.as_deref(), Some("minimum"));
    }

    #[test]
    fn without_an_answer_the_cart_costs_what_it_costs() {
        let cart = cart();
        let price = Price::of(&cart, &["OFF".into()], None);
        assert_eq!(price.total(), cart.total());
        assert_eq!((price.by_tier(), price.by_codes(), price.earns), (0, 0, 0));
        assert_eq!(price.good_codes().count(), 0);
        assert_eq!(price.codes[0].reason.as_deref(), Some(AWAY));
        assert!(!price.takes_points);
    }

    #[test]
    fn an_answer_that_does_not_add_up_counts_as_none() {
        type Change = fn(&mut QuoteView);
        let changes: [Change; 11] = [
            |quote| quote.total -= 1,
            |quote| quote.currency = "EUR".into(),
            |quote| quote.lines.swap(0, 1),
            |quote| quote.lines.truncate(1),
            |quote| (quote.lines[0].pays, quote.total) = (239_999, 320_999),
            |quote| (quote.lines[0].price, quote.lines[0].coupons) = (310_000, 40_000),
            |quote| (quote.lines[1].discount, quote.lines[1].coupons) = (-1_000, 10_000),
            |quote| (quote.lines[1].points, quote.lines[1].discount) = (9_000, 0),
            |quote| (quote.shipping, quote.total) = (-100, 320_900),
            |quote| (quote.shipping, quote.total) = (30_100, 351_100),
            |quote| quote.coupons[0].amount = 30_100,
        ];
        let cart = cart();
        for (index, change) in changes.into_iter().enumerate() {
            let mut quote = quote();
            change(&mut quote);
            let price = Price::of(&cart, &[], Some(&quote));
            assert_eq!(price.total(), cart.total(), "change {index}");
        }
    }
}
