//! What is found, what is let through, and that the rules can be relied on.

use super::reading::{fits, host_of, words_of};
use super::*;
use app::api::TaskKind::{Custom, Daily, Event, Follow, Profile, Subscribe, Visit};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// The ids of the rules that a task falls under. Several texts and countries are divided by ` | `.
fn found(kind: TaskKind, service: &str, url: &str, texts: &str, audience: &str) -> String {
    let named = |text: &str| text.split(" | ").map(str::to_owned).collect::<Vec<_>>();
    let audience = named(audience);
    let asked = Asked {
        kind,
        service: (!service.is_empty()).then_some(service),
        url: (!url.is_empty()).then_some(url),
        texts: texts.split(" | ").collect(),
        locales: &[],
        audience: &audience,
    };
    let ids: Vec<_> = check(&asked).iter().map(|rule| rule.id).collect();
    ids.join(" ")
}

/// A kind, an address, texts, an audience, and the rules that the task falls under.
type Case = (
    TaskKind,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

#[rustfmt::skip]
const REVIEWS: &[Case] = &[
    (Visit, "https://g.page/r/CabcEAE/review", "Tell others about us", "", "google-reviews"),
    (Visit, "https://search.google.com/local/writereview?placeid=ChIJ", "A minute of your time", "", "google-reviews"),
    (Visit, "https://www.google.de/maps/place/Roast", "Review us", "", "google-reviews"),
    (Visit, "https://maps.app.goo.gl/abc", "Оставьте отзыв на карте", "", "google-reviews"),
    (Visit, "https://share.google/abc", "Leave us feedback", "", "google-reviews"),
    (Visit, "HTTPS://user:pw@WWW.Google.CO.UK.:443/maps", "Rate us", "", "google-reviews"),
    (Event, "", "Review us on Google", "", "google-reviews"),
    (Custom, "", "Пара слов о нас | Ваш отзыв в Google Картах", "", "google-reviews"),
    (Visit, "https://shop.example/thanks", "Thank you | Then rate us on Google Maps", "", "google-reviews"),
    (Visit, "https://maps.app.goo.gl/abc", "See where we are", "", ""),
    (Visit, "https://www.google.com/maps/place/Roast", "Read our reviews", "", ""),
    (Visit, "https://www.google.ru/maps/place/Roast", "Почитайте наши отзывы", "", ""),
    (Visit, "https://www.google.com/maps/place/Roast", "Read our reviews, then write a review", "", "google-reviews"),
    (Visit, "https://docs.google.com/forms/d/e/abc", "Review our new blend", "", ""),
    (Visit, "https://google.shop.example/maps", "Review us", "", ""),
    (Visit, "https://notgoogle.com/maps", "Review us", "", ""),
    (Event, "", "Review your order on our site", "", ""),
    (Event, "", "Отзывчивая служба в Google", "", ""),
    (Visit, "https://www.yelp.com/writeareview/biz/abc", "A few words", "", "yelp-reviews"),
    (Visit, "https://www.yelp.ca/biz/roast", "Review us", "", "yelp-reviews"),
    (Event, "", "Write a Yelp review", "", "yelp-reviews"),
    (Visit, "https://www.yelp.com/biz/roast", "Find us there", "", ""),
    (Visit, "https://www.trustpilot.com/evaluate/shop.example", "Say what you think", "", "trustpilot-reviews"),
    (Visit, "https://uk.trustpilot.com/review/shop.example", "Leave a review", "", "trustpilot-reviews"),
    (Visit, "https://www.trustpilot.com/review/shop.example", "See our reviews on Trustpilot", "", ""),
    (Visit, "https://www.amazon.com.tr/review/create-review?asin=B0", "Tell others", "", "amazon-reviews"),
    (Custom, "", "Review our beans on Amazon", "", "amazon-reviews"),
    (Event, "", "Review a cup from the Amazon", "", ""),
    (Visit, "https://apps.apple.com/app/id1?action=write-review", "Our app", "", "app-store-ratings"),
    (Visit, "https://apps.apple.com/app/id1", "Rate our app", "", "app-store-ratings"),
    (Visit, "https://apps.apple.com/app/id1", "Get our app", "", ""),
    (Visit, "https://play.google.com/store/apps/details?id=a", "Rate our app", "", "google-play-ratings"),
    (Event, "", "Оцените приложение в Google Play", "", "google-play-ratings"),
    (Event, "", "Give us 5 stars", "", "review-sentiment"),
    (Custom, "", "A five-star review of your order", "", "review-sentiment"),
    (Custom, "", "Отзыв и 5 звёзд", "", "review-sentiment"),
    (Custom, "", "Поставьте нам пять звёзд", "", "review-sentiment"),
    (Custom, "", "Write a positive review", "", "review-sentiment"),
    (Custom, "", "Напишите положительный отзыв", "", "review-sentiment"),
    (Custom, "", "Review us: ⭐⭐⭐⭐⭐", "", "review-sentiment"),
    (Visit, "https://judge.me/reviews/new", "5★, please", "", "review-sentiment"),
    (Visit, "https://g.page/r/CabcEAE/review", "5 stars for us", "", "google-reviews review-sentiment"),
    (Custom, "", "A review with any number from 1 to 5 stars", "", ""),
    (Custom, "", "Отзыв: от 1 до 5 звёзд, как есть", "", ""),
    (Custom, "", "Write a positive review or a negative one", "", ""),
    (Event, "", "A night at our five-star hotel", "", ""),
    (Event, "", "Review our 5 starters", "", ""),
];

#[rustfmt::skip]
const NETWORKS: &[Case] = &[
    (Visit, "https://www.facebook.com/roast", "Like our page", "", "facebook-engagement"),
    (Visit, "https://m.facebook.com/roast", "Visit us | Share our post", "", "facebook-engagement"),
    (Visit, "https://fb.me/roast", "Подпишитесь на нас", "", "facebook-engagement"),
    (Follow, "https://facebook.com/roast", "Our page", "", "facebook-engagement"),
    (Custom, "", "Нажмите «Нравится» на Facebook", "", "facebook-engagement"),
    (Visit, "https://www.facebook.com/roast", "Visit our page", "", ""),
    (Visit, "https://www.facebook.com/roast", "See what we like", "", ""),
    (Visit, "https://shop.example/", "Follow the link to our Facebook page", "", ""),
    (Visit, "https://www.youtube.com/@roast", "Subscribe to our channel", "", "youtube-engagement"),
    (Visit, "https://youtu.be/abc", "Поставьте лайк", "", "youtube-engagement"),
    (Visit, "https:\\\\youtube.com\\@roast", "Subscribe", "", "youtube-engagement"),
    (Event, "", "Подпишись на наш Ютуб", "", "youtube-engagement"),
    (Visit, "https://www.youtube.com/@roast", "Visit our channel", "", ""),
    (Visit, "https://www.youtube.com/@roast", "Загляните на наш канал | Новое для подписчиков", "", ""),
    (Visit, "https://notyoutube.com/@roast", "Subscribe", "", ""),
    (Visit, "https://youtube.com.evil.example/@roast", "Subscribe", "", ""),
    (Visit, "https://youtube.com@evil.example/", "Subscribe", "", ""),
    (Visit, "https://evil.example/?at=youtube.com", "Subscribe", "", ""),
    (Visit, "https://www.tiktok.com/@roast", "Follow us", "", "tiktok-engagement"),
    (Visit, "https://www.tiktok.com/@roast", "See how we roast", "", ""),
    (Visit, "https://instagram.com/roast", "Like our last photo", "", "instagram-likes"),
    (Visit, "https://instagram.com/roast", "Visit our profile", "", ""),
    (Visit, "https://www.linkedin.com/company/roast", "Share our news", "", "linkedin-engagement"),
    (Visit, "https://www.linkedin.com/company/roast", "Read our news", "", ""),
    (Profile, "", "Say: I like this shop", "", ""),
    (Profile, "", "Like us on Facebook", "", ""),
    (Daily, "", "Look in, and subscribe to our YouTube channel", "", ""),
    (Subscribe, "", "Subscribe to the newsletter", "", ""),
    (Visit, "", "Subscribe", "", ""),
    (Visit, "no address", "Subscribe", "", ""),
];

#[rustfmt::skip]
const LAWS: &[Case] = &[
    (Visit, "https://instagram.com/roast", "Visit our profile", "RU", "meta-russia"),
    (Visit, "https://instagram.com/roast", "Visit our profile", "DE | ru", "meta-russia"),
    (Visit, "https://instagram.com/roast", "Поставьте лайк", "RU", "instagram-likes meta-russia"),
    (Visit, "https://www.threads.com/@roast", "Visit", "RU", "meta-russia"),
    (Event, "", "Отметьте нас в Инстаграме", "RU", "meta-russia"),
    (Event, "", "Choose our threads and needles", "RU", ""),
    (Visit, "https://instagram.com/roast", "Visit our profile", "DE | KZ", ""),
    (Visit, "https://x.com/roast", "Visit us", "RU", "x-russia"),
    (Visit, "https://x.com/roast", "Visit us", "", ""),
    (Visit, "https://phoenix.com/roast", "Visit us", "RU", ""),
    (Visit, "https://vk.com/roast", "Загляните к нам", "RU", ""),
    (Subscribe, "", "Subscribe to the newsletter", "DE", "paid-consent"),
    (Subscribe, "", "Newsletter", "CH | at", "paid-consent"),
    (Subscribe, "", "Подписаться на рассылку", "RU", ""),
    (Visit, "https://shop.example/", "Newsletter", "DE", ""),
];

#[test]
fn what_is_forbidden_is_found_and_what_is_harmless_is_not() {
    for (kind, url, texts, audience, ids) in [REVIEWS, NETWORKS, LAWS].concat() {
        let case = format!("{kind:?} {url} {texts:?} {audience}");
        assert_eq!(found(kind, "", url, texts, audience), ids, "{case}");
    }
}

#[test]
fn a_follow_is_known_by_its_service() {
    for (service, audience, ids) in [
        ("facebook", "", "facebook-engagement"),
        ("youtube", "", "youtube-engagement"),
        ("tiktok", "", "tiktok-engagement"),
        ("linkedin", "", "linkedin-engagement"),
        ("instagram", "", ""),
        ("instagram", "RU", "meta-russia"),
        ("x-com", "", ""),
        ("x-com", "RU", "x-russia"),
        ("bluesky", "", ""),
        ("vk", "RU", ""),
    ] {
        let of = found(Follow, service, "", "Follow us", audience);
        assert_eq!(of, ids, "{service} {audience}");
    }
    assert_eq!(
        found(Follow, "vk", "", "Like us on Facebook", ""),
        "facebook-engagement"
    );
}

#[test]
fn every_rule_can_be_met() {
    let cases = [REVIEWS, NETWORKS, LAWS].concat();
    let met: BTreeSet<&str> = cases.iter().flat_map(|case| case.4.split(' ')).collect();
    for rule in RULES {
        assert!(met.contains(rule.id), "{}", rule.id);
    }
}

#[test]
fn rules_have_names_sources_and_dates() {
    let ids: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), RULES.len(), "each id once");
    for rule in RULES {
        let id = rule.id;
        assert!(host_of(rule.source).is_some(), "{id}");
        assert!(rule.source.starts_with("https://"), "{id}");
        assert_eq!(rule.as_of.len(), 10, "{id}");
        assert!(rule.as_of.parse::<Date>().is_ok(), "{id}");
        assert!(
            rule.why.ends_with('.') && rule.why.contains(": "),
            "{id}: why, and what instead"
        );
        assert!(!rule.why.contains("  "), "{id}");
    }
}

#[test]
fn signs_are_written_as_they_are_compared() {
    for rule in RULES {
        let id = rule.id;
        assert!(!rule.applies.signs.is_empty(), "{id}");
        for sign in rule.applies.signs {
            assert!(!sign.kinds.is_empty(), "{id}");
            for part in [sign.hosts, sign.not_hosts, sign.paths].concat() {
                assert_eq!(part, part.to_lowercase(), "{id}");
            }
            for wording in sign.words.iter().copied().flatten() {
                for phrase in [wording.says, wording.unless].concat() {
                    let plain = phrase.replace('*', "x");
                    assert_eq!(words_of(&plain).join(" "), plain, "{id}: {phrase:?}");
                }
            }
        }
    }
}

#[test]
fn hosts_are_read_as_browsers_read_them() {
    for (url, host) in [
        ("https://youtube.com", Some("youtube.com")),
        (
            "HTTP://WWW.YouTube.COM.:8080/a?b#c",
            Some("www.youtube.com"),
        ),
        ("https://a:b@c@youtube.com/", Some("youtube.com")),
        ("https:/\\youtube.com", Some("youtube.com")),
        ("https://youtube.com\\@evil.example", Some("youtube.com")),
        ("https://youtube.com?evil.example", Some("youtube.com")),
        (" https://кофе.рф/ ", Some("кофе.рф")),
        ("https://localhost:", Some("localhost")),
        ("", None),
        ("youtube.com", None),
        ("//youtube.com", None),
        ("mailto:a@youtube.com", None),
        ("https://", None),
        ("https://.", None),
        ("https://a..b", None),
        ("https://youtube.com:port", None),
        ("https://[::1]:80/", None),
        ("https://you tube.com", None),
        ("https://you%74ube.com", None),
    ] {
        assert_eq!(host_of(url).as_deref(), host, "{url:?}");
    }
}

#[test]
fn a_service_has_its_name_in_every_country_and_nobody_else_has_it() {
    for host in [
        "google.com",
        "google.de",
        "google.cat",
        "google.co.uk",
        "google.com.tr",
        "maps.google.com",
    ] {
        assert!(fits(host, "google.*"), "{host}");
    }
    for host in [
        "google",
        "google.shop",
        "google.d1",
        "google.co.shop",
        "google.shop.example",
        "notgoogle.com",
    ] {
        assert!(!fits(host, "google.*"), "{host}");
    }
}

#[test]
fn advice_says_why_where_and_whether_it_can_be_kept() {
    let advice_of = |id: &str| RULES.iter().find(|rule| rule.id == id).map(advice).unwrap();
    let google = advice_of("google-reviews");
    let at = "(https://support.google.com/contributionpolicy/answer/7400114, as of 2026-11-28)";
    assert!(
        google.starts_with("Google forbids rewards for reviews"),
        "{google}"
    );
    assert!(google.ends_with(at), "{google}");
    let x = advice_of("x-russia");
    assert!(
        x.ends_with("; to keep it anyway, add guard_note = \"why\" to the task"),
        "{x}"
    );
}
