//! The shop's words, in its two languages.

use super::goods::KINDS;

/// A coffee in words.
pub(super) struct Coffee {
    pub(super) name: &'static str,
    /// What it tastes of.
    pub(super) notes: &'static str,
    pub(super) story: &'static str,
    /// Where from, how processed, how roasted.
    pub(super) facts: [&'static str; 3],
}

/// One language.
pub(super) struct Words {
    /// Its tag.
    pub(super) tag: &'static str,
    /// The other language: its tag and its name for itself.
    pub(super) other: (&'static str, &'static str),
    pub(super) shop: &'static str,
    pub(super) description: &'static str,
    pub(super) skip: &'static str,
    pub(super) menu: &'static str,
    pub(super) club: &'static str,
    pub(super) cart: &'static str,
    pub(super) sign_in: &'static str,
    pub(super) sign_out: &'static str,
    pub(super) footer: &'static str,
    pub(super) hero: &'static str,
    pub(super) hero_text: &'static str,
    pub(super) hero_shop: &'static str,
    pub(super) earn: &'static str,
    pub(super) coffees_title: &'static str,
    pub(super) coffees: [Coffee; KINDS],
    pub(super) fact_names: [&'static str; 4],
    pub(super) weight: &'static str,
    pub(super) sale: &'static str,
    pub(super) was: &'static str,
    pub(super) quantity: &'static str,
    pub(super) add: &'static str,
    pub(super) all_coffees: &'static str,
    pub(super) cart_empty: &'static str,
    pub(super) remove: fn(&str) -> String,
    pub(super) goods: &'static str,
    pub(super) delivery: &'static str,
    pub(super) total: &'static str,
    pub(super) buyer: &'static str,
    pub(super) email: &'static str,
    pub(super) email_hint: &'static str,
    pub(super) email_wrong: &'static str,
    pub(super) pay: fn(&str) -> String,
    pub(super) pay_note: &'static str,
    pub(super) thanks: &'static str,
    pub(super) order: fn(&str) -> String,
    pub(super) mailed: fn(&str) -> String,
    pub(super) earned: fn(&str) -> String,
    pub(super) earned_later: fn(&str, &str) -> String,
    pub(super) earned_bare: fn(&str) -> String,
    pub(super) not_member: &'static str,
    pub(super) join: &'static str,
    pub(super) earned_nothing: &'static str,
    pub(super) waiting: &'static str,
    pub(super) refused: &'static str,
    pub(super) back: &'static str,
    pub(super) club_text: &'static str,
    pub(super) balance: &'static str,
    pub(super) tasks: &'static str,
    pub(super) how: &'static str,
    pub(super) sign_in_text: &'static str,
    pub(super) not_found: &'static str,
    pub(super) not_found_text: &'static str,
}

/// The language of a tag, if the shop speaks it.
pub(super) fn find(tag: &str) -> Option<&'static Words> {
    [&EN, &RU]
        .into_iter()
        .find(|words| words.tag.eq_ignore_ascii_case(tag))
}

pub(super) static EN: Words = Words {
    tag: "en",
    other: ("ru", "Русский"),
    shop: "Morning Roast",
    description: "A small roastery: three coffees, roasted every morning.",
    skip: "Skip to the content",
    menu: "Shop",
    club: "Coffee club",
    cart: "Cart",
    sign_in: "Sign in",
    sign_out: "Sign out",
    footer: "Morning Roast is a made-up shop. It shows how Laurel looks in a site that is not its own.",
    hero: "Roasted at dawn, at your door tomorrow",
    hero_text: "Three coffees that we know by the farmer’s first name. We roast them each morning in \
        small batches, so a bag never waits for you: you wait a day for the bag.",
    hero_shop: "Choose a coffee",
    earn: "Ways to earn beans",
    coffees_title: "This season’s coffees",
    coffees: [
        Coffee {
            name: "Ethiopia Guji",
            notes: "Apricot, jasmine, honey",
            story: "Grown in the shade of old trees at 2,100 metres. Brew it in a filter and let it cool \
                a little: the apricot comes last.",
            facts: ["Shakiso, Ethiopia", "Washed", "Light, for filter"],
        },
        Coffee {
            name: "Colombia Huila",
            notes: "Cherry, cane sugar, orange",
            story: "Eleven families bring their harvest to one washing station. The cup is sweet and \
                round, and forgives a hurried morning.",
            facts: ["Pitalito, Colombia", "Washed", "Medium, for filter"],
        },
        Coffee {
            name: "Brazil Cerrado",
            notes: "Hazelnut, milk chocolate, dates",
            story: "Dried whole in the sun of the high plains. Thick and low in acidity, it is made for \
                espresso and for milk.",
            facts: ["Patrocínio, Brazil", "Natural", "Medium, for espresso"],
        },
    ],
    fact_names: ["Origin", "Process", "Roast", "Weight"],
    weight: "250 g, whole beans",
    sale: "Sale",
    was: "Before:",
    quantity: "Bags",
    add: "Add to cart",
    all_coffees: "All coffees",
    cart_empty: "Your cart is empty.",
    remove: |name| format!("Remove {name}"),
    goods: "Coffee",
    delivery: "Delivery",
    total: "Total",
    buyer: "Ordered by",
    email: "Your e-mail",
    email_hint: "For the receipt. There is no need to register.",
    email_wrong: "This is not an e-mail address. It should look like name@example.com.",
    pay: |sum| format!("Pay {sum}"),
    pay_note: "This is a demo: no card is asked for and no money moves.",
    thanks: "Thank you! Your coffee is being roasted.",
    order: |number| format!("Order {number}"),
    mailed: |address| format!("The receipt would go to {address}."),
    earned: |points| format!("You earned {points}."),
    earned_later: |points, day| format!("You earned {points}, available on {day}."),
    earned_bare: |points| format!("Points earned: {points}."),
    not_member: "This order earned no beans, as you are not in the coffee club yet. Join, and the next \
        one will.",
    join: "Join the coffee club",
    earned_nothing: "This order earns no beans.",
    waiting: "Your order stands. Your beans could not be counted just now; we go on trying, and this \
        page will show them.",
    refused: "Your order stands, but no beans could be counted for it. We are looking into it.",
    back: "Back to the coffees",
    club_text: "Every order and a few small favours earn beans, and beans lift you from Bronze to Silver \
        and Gold. Every bean can tell you where it came from.",
    balance: "Your beans",
    tasks: "What earns beans",
    how: "How it works",
    sign_in_text: "Two customers have an account already. Choose who you want to be.",
    not_found: "There is no such page",
    not_found_text: "Perhaps it was a coffee of another season.",
};

pub(super) static RU: Words = Words {
    tag: "ru",
    other: ("en", "English"),
    shop: "Утренняя обжарка",
    description: "Маленькая обжарочная: три сорта кофе, обжариваем каждое утро.",
    skip: "К содержанию",
    menu: "Магазин",
    club: "Кофейный клуб",
    cart: "Корзина",
    sign_in: "Войти",
    sign_out: "Выйти",
    footer: "«Утренняя обжарка» — вымышленный магазин. Он показывает, как Laurel выглядит на чужом сайте.",
    hero: "Обжариваем на рассвете, завтра — у вашей двери",
    hero_text: "Три сорта от фермеров, которых мы знаем по имени. Обжариваем каждое утро и понемногу: \
        не пачка ждёт вас, а вы один день ждёте пачку.",
    hero_shop: "Выбрать кофе",
    earn: "Как получить зёрна",
    coffees_title: "Кофе этого сезона",
    coffees: [
        Coffee {
            name: "Эфиопия Гуджи",
            notes: "Абрикос, жасмин, мёд",
            story: "Растёт в тени старых деревьев на высоте 2100 метров. Заварите через фильтр и дайте \
                немного остыть: абрикос раскроется последним.",
            facts: ["Шакисо, Эфиопия", "Мытая", "Светлая, под фильтр"],
        },
        Coffee {
            name: "Колумбия Уила",
            notes: "Вишня, тростниковый сахар, апельсин",
            story: "Одиннадцать семей сдают урожай на одну станцию. Чашка сладкая и округлая, она \
                простит и утреннюю спешку.",
            facts: ["Питалито, Колумбия", "Мытая", "Средняя, под фильтр"],
        },
        Coffee {
            name: "Бразилия Серрадо",
            notes: "Фундук, молочный шоколад, финики",
            story: "Сохнет целиком под солнцем высоких равнин. Плотный и почти без кислинки — для \
                эспрессо и для молока.",
            facts: [
                "Патросиниу, Бразилия",
                "Натуральная",
                "Средняя, под эспрессо",
            ],
        },
    ],
    fact_names: ["Откуда", "Обработка", "Обжарка", "Вес"],
    weight: "250 г, в зёрнах",
    sale: "Скидка",
    was: "Прежняя цена:",
    quantity: "Пачек",
    add: "В корзину",
    all_coffees: "Все сорта",
    cart_empty: "В корзине пусто.",
    remove: |name| format!("Убрать: {name}"),
    goods: "Кофе",
    delivery: "Доставка",
    total: "Итого",
    buyer: "Заказывает",
    email: "Ваша почта",
    email_hint: "Для чека. Регистрироваться не нужно.",
    email_wrong: "Это не адрес почты. Он выглядит так: name@example.com.",
    pay: |sum| format!("Оплатить {sum}"),
    pay_note: "Это демонстрация: карту мы не спросим и денег не спишем.",
    thanks: "Спасибо! Ваш кофе уже обжаривается.",
    order: |number| format!("Заказ {number}"),
    mailed: |address| format!("Чек пришёл бы на {address}."),
    earned: |points| format!("Вы получили {points}."),
    earned_later: |points, day| format!("Вы получили {points}, доступны с {day}."),
    earned_bare: |points| format!("Начислено баллов: {points}."),
    not_member: "За этот заказ зёрен нет: вы ещё не в кофейном клубе. Вступите, и за следующий они будут.",
    join: "Вступить в кофейный клуб",
    earned_nothing: "За этот заказ зёрна не начисляются.",
    waiting: "Заказ принят. Посчитать зёрна прямо сейчас не получилось; мы продолжаем пробовать, и они \
        появятся на этой странице.",
    refused: "Заказ принят, но зёрна за него посчитать не удалось. Мы разбираемся.",
    back: "К сортам кофе",
    club_text: "Зёрна начисляются за каждый заказ и за небольшие дела, а с ними вы поднимаетесь от Бронзы \
        к Серебру и Золоту. Про каждое зерно можно узнать, откуда оно взялось.",
    balance: "Ваши зёрна",
    tasks: "За что дают зёрна",
    how: "Как это устроено",
    sign_in_text: "У двух покупателей уже есть учётная запись. Выберите, кем хотите побыть.",
    not_found: "Такой страницы нет",
    not_found_text: "Возможно, это был кофе другого сезона.",
};
