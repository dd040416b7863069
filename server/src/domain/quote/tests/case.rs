//! The words of the table: `baskets.txt`.
//!
//! Each line is `discount/codes/points/pays/earns`; each code is what it takes off and the points that are spent for
//! it, or why it is refused.

use super::*;

/// One basket of the table.
pub(super) struct Case {
    pub(super) name: String,
    pub(super) program: Program,
    pub(super) basket: NewQuote,
    pub(super) codes: Vec<Carried>,
    pub(super) available: Option<i64>,
    /// Whether it has a slider, so that what it says of points is looked at.
    pub(super) has_slider: bool,
    /// The lines and the rest, as [`told`] says them.
    pub(super) expected: String,
}

fn number(text: &str) -> i64 {
    text.parse().unwrap_or_else(|_| panic!("{text:?}"))
}

/// All of the table.
pub(super) fn cases() -> &'static [Case] {
    static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
        let blocks = include_str!("baskets.txt").trim().split("\n\n");
        blocks.map(case).collect()
    });
    &CASES
}

/// One block of the table.
pub(super) fn case(block: &str) -> Case {
    let mut lines = block.lines().map(str::trim);
    let name = lines.next().unwrap().to_owned();
    let given: Vec<(&str, &str)> = lines
        .map(|line| line.split_once(' ').unwrap_or((line, "")))
        .collect();
    let said = |key: &str| {
        let found = given.iter().find(|(known, _)| *known == key);
        found.map_or("", |(_, text)| *text)
    };
    let (program, spending) = rules(said("rules"));
    let basket = NewQuote {
        points: said("wish").parse().unwrap_or(0),
        ..basket(said("basket"), &program.currency)
    };
    let codes = (1..).zip(said("codes").split_whitespace());
    let codes = codes.map(|(n, text): (i64, &str)| Carried {
        code: format!("C{n}"),
        terms: code(text, spending),
    });
    let available = match said("buyer") {
        "guest" => None,
        "" => Some(1000),
        balance => Some(number(balance)),
    };
    Case {
        name,
        has_slider: !program.rewards.is_empty(),
        program,
        basket,
        codes: codes.collect(),
        available,
        expected: format!("{} | {}", said("lines"), said("told")),
    }
}

fn rules(text: &str) -> (Program, Spending) {
    let (mut spending, mut gives, mut pay) = (Spending::default(), Gives::default(), None);
    let (mut currency, mut ships) = ("RUB", false);
    for token in text.split_whitespace() {
        let (name, value) = token.split_once(':').unwrap_or((token, ""));
        match name {
            "max" => spending.max_permille = number(value),
            "not-on-sale" => spending.on_sale = false,
            "alone" => spending.with_other_codes = false,
            "discount" => gives.discount_permille = Some(number(value)),
            "free-from" => gives.free_delivery_from = Some(number(value)),
            "ships" => ships = true,
            "slider" => {
                let (points, amount) = value.split_once(':').unwrap();
                pay = Some(slider(number(points), number(amount)));
            }
            "least" => pay.as_mut().unwrap().points_min = Some(number(value)),
            "most" => pay.as_mut().unwrap().points_max = Some(number(value)),
            "minimum" => pay.as_mut().unwrap().minimum = number(value),
            _ => currency = name,
        }
    }
    let mut program = program(spending, gives, pay);
    program.currency = currency.to_owned();
    program.purchase.as_mut().unwrap().counts_shipping = ships;
    (program, spending)
}

pub(super) fn basket(text: &str, currency: &str) -> NewQuote {
    let mut basket = NewQuote {
        currency: currency.to_owned(),
        ..NewQuote::default()
    };
    for token in text.split_whitespace() {
        if let Some(shipping) = token.strip_prefix('+') {
            basket.shipping = number(shipping);
        } else if let Some(tax) = token.strip_prefix("tax:") {
            basket.tax = number(tax);
        } else if token == "others" {
            basket.other_codes = true;
        } else if token.starts_with(char::is_numeric) {
            let id = basket.lines.len() + 1;
            basket.lines.push(line(id, token));
        } else {
            token.clone_into(&mut basket.currency);
        }
    }
    assert!(check(&basket).is_empty(), "{text}");
    basket
}

/// `900x3s@beans`: three pieces of a product on sale, for 900 together.
fn line(id: usize, text: &str) -> QuoteLine {
    let (text, sku) = text
        .split_once('@')
        .map_or((text, None), |(text, sku)| (text, Some(sku)));
    let on_sale = text.ends_with('s');
    let text = text.trim_end_matches('s');
    let (amount, qty) = text.split_once('x').unwrap_or((text, "1"));
    QuoteLine {
        id: id.to_string(),
        amount: number(amount),
        qty: number(qty),
        sku: sku.map(str::to_owned),
        collections: Vec::new(),
        on_sale,
    }
}

/// `percent:200<500>1000!`: a fifth, at most 500, of what costs at least 1,000; not beside other codes.
fn code(text: &str, mut spending: Spending) -> Result<(Terms, i64), QuoteReason> {
    spending.with_other_codes &= !text.ends_with('!');
    let text = text.trim_end_matches('!');
    let (text, minimum) = text.split_once('>').unwrap_or((text, "0"));
    let (text, most) = text
        .split_once('<')
        .map_or((text, None), |(text, most)| (text, Some(most)));
    let (kind, value) = text.split_once(':').unwrap_or((text, ""));
    let kind = match kind {
        "amount" => RewardKind::Amount,
        "percent" => RewardKind::Percent,
        "slider" => RewardKind::Slider,
        "shipping" => RewardKind::FreeShipping,
        "product" => RewardKind::FreeProduct,
        "gift" => RewardKind::Gift,
        _ => return Err(Why::NotOpen.into()),
    };
    let plain = terms_of(kind, 0, spending);
    let terms = match kind {
        RewardKind::Percent => Terms {
            permille: Some(number(value)),
            amount_max: most.map(number),
            ..plain
        },
        RewardKind::FreeProduct => Terms {
            sku: Some(value.to_owned()),
            ..plain
        },
        RewardKind::Amount | RewardKind::Slider => terms_of(kind, number(value), spending),
        _ => plain,
    };
    let minimum = number(minimum);
    Ok((Terms { minimum, ..terms }, 100))
}

/// The answer in the words of the table.
pub(super) fn told(view: &QuoteView, has_slider: bool) -> String {
    let lines = view.lines.iter().map(|line| {
        let numbers = [
            line.discount,
            line.coupons,
            line.points,
            line.pays,
            line.earns,
        ];
        numbers.map(|number| number.to_string()).join("/")
    });
    let lines: Vec<String> = lines.collect();
    let mut told = format!(
        "{} | total {} earns {}",
        lines.join(" "),
        view.total,
        view.earning.points
    );
    let mut say = |text: &str| {
        told.push(' ');
        told.push_str(text);
    };
    if let Some(reason) = &view.earning.reason {
        say(reason);
    }
    if view.shipping_price > 0 {
        say(&format!("ship {}", view.shipping));
    }
    if !view.coupons.is_empty() {
        say("codes");
    }
    for coupon in &view.coupons {
        match &coupon.reason {
            Some(reason) => say(&reason.code),
            None => say(&format!("{}/{}", coupon.amount, coupon.points)),
        }
    }
    if has_slider {
        let paid = &view.spending;
        say(&format!("most {}={}", paid.points_max, paid.amount_max));
        say(&format!("used {}={} because", paid.points, paid.amount));
        for reason in &paid.reasons {
            say(&reason.code);
        }
    }
    told
}
