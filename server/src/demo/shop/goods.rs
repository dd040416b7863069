//! What the shop sells, and what a cart comes to.

use super::words::Words;
use app::api::{OrderLine, QuoteLine};

/// The currency of all prices.
pub(super) const CURRENCY: &str = "RUB";
/// What delivery costs, in kopecks.
const DELIVERY: i64 = 30_000;
/// The most of one coffee in a cart.
const QUANTITY_MAX: i64 = 99;
/// How many coffees there are.
pub(super) const KINDS: usize = 3;

/// A coffee. Its words are in [`super::words::Words::coffees`], in the same order.
pub(super) struct Product {
    /// Its name in addresses, and its SKU.
    pub(super) id: &'static str,
    /// What a bag costs now, in kopecks.
    pub(super) price: i64,
    /// What it cost before the sale.
    pub(super) was: Option<i64>,
    /// The collections it is in.
    collection: &'static str,
}

/// All that is sold.
pub(super) static PRODUCTS: [Product; KINDS] = [
    Product {
        id: "guji",
        price: 150_000,
        was: None,
        collection: "filter",
    },
    Product {
        id: "huila",
        price: 120_000,
        was: None,
        collection: "filter",
    },
    Product {
        id: "cerrado",
        price: 90_000,
        was: Some(110_000),
        collection: "espresso",
    },
];

/// An amount as [`CURRENCY`] is written in attributes of the page: `1500.00`.
pub(super) fn plain(amount: i64) -> String {
    format!("{}.{:02}", amount / 100, amount % 100)
}

/// The place of a product in [`PRODUCTS`].
pub(super) fn find(id: &str) -> Option<usize> {
    PRODUCTS.iter().position(|product| product.id == id)
}

/// How many of each coffee somebody wants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Cart([i64; KINDS]);

impl Cart {
    /// Puts more of a coffee in.
    pub(super) fn add(&mut self, kind: usize, quantity: i64) {
        if let Some(held) = self.0.get_mut(kind) {
            *held = (*held + quantity.clamp(1, QUANTITY_MAX)).min(QUANTITY_MAX);
        }
    }

    /// Takes all of a coffee out.
    pub(super) fn remove(&mut self, kind: usize) {
        if let Some(held) = self.0.get_mut(kind) {
            *held = 0;
        }
    }

    /// How many bags are in it.
    pub(super) fn bags(&self) -> i64 {
        self.0.iter().sum()
    }

    /// The coffees in it, with how many.
    pub(super) fn items(&self) -> impl Iterator<Item = (usize, &'static Product, i64)> {
        let held = PRODUCTS.iter().zip(self.0).enumerate();
        held.filter(|(_, (_, quantity))| *quantity > 0)
            .map(|(kind, (product, quantity))| (kind, product, quantity))
    }

    /// What the coffees cost, in kopecks.
    pub(super) fn goods(&self) -> i64 {
        self.items()
            .map(|(_, product, quantity)| product.price * quantity)
            .sum()
    }

    /// What their delivery costs, in kopecks.
    pub(super) fn delivery(&self) -> i64 {
        if self.bags() > 0 { DELIVERY } else { 0 }
    }

    /// What there is to pay, in kopecks.
    pub(super) fn total(&self) -> i64 {
        self.goods() + self.delivery()
    }

    /// The same as Laurel is asked about it.
    pub(super) fn basket(&self) -> Vec<QuoteLine> {
        let line = |(kind, product, qty): (usize, &Product, i64)| QuoteLine {
            id: (kind + 1).to_string(),
            amount: product.price * qty,
            qty,
            sku: Some(product.id.into()),
            collections: vec![product.collection.into()],
            on_sale: product.was.is_some(),
        };
        self.items().map(line).collect()
    }

    /// Puts everything of another cart in as well.
    pub(super) fn take_back(&mut self, other: &Self) {
        for (kind, _, quantity) in other.items() {
            self.add(kind, quantity);
        }
    }

    /// The lines of its order, with the names that the customer has seen and the full prices.
    pub(super) fn lines(&self, words: &Words) -> Vec<OrderLine> {
        let line = |(kind, product, qty): (usize, &Product, i64)| OrderLine {
            id: (kind + 1).to_string(),
            name: Some(words.coffees[kind].name.into()),
            sku: Some(product.id.into()),
            amount: product.price * qty,
            qty,
            collections: vec![product.collection.into()],
            on_sale: product.was.is_some(),
        };
        self.items().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::words;
    use super::*;

    #[test]
    fn an_order_adds_up() {
        let mut cart = Cart::default();
        let words = words::find("en").unwrap();
        assert_eq!((cart.total(), cart.lines(words).len()), (0, 0));
        cart.add(0, 2);
        cart.add(2, 1000);
        let lines = cart.lines(words);
        assert_eq!(
            lines.iter().map(|line| line.amount).sum::<i64>(),
            cart.goods()
        );
        assert_eq!(
            lines.iter().map(|line| line.on_sale).collect::<Vec<_>>(),
            [false, true]
        );
        assert_eq!((cart.bags(), lines[1].qty), (101, 99));
        assert_eq!(cart.total(), cart.goods() + 30_000);
        let basket = cart.basket();
        let asked = basket
            .iter()
            .map(|line| (&line.id, line.amount, line.qty, line.on_sale));
        let told = lines
            .iter()
            .map(|line| (&line.id, line.amount, line.qty, line.on_sale));
        assert!(asked.eq(told), "asked about the same as is told");
        cart.remove(2);
        assert_eq!(cart.goods(), 300_000);
        let mut other = Cart::default();
        other.add(0, 1);
        other.take_back(&cart);
        assert_eq!(other.bags(), 3);
        assert_eq!(plain(150_005), "1500.05");
    }
}
