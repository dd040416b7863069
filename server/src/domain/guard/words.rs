//! How owners ask for things, in English and in Russian. What to mind when adding a phrase is said at
//! [`Wording`].

use super::Wording;

/// A review, asked for. Reading some is no reviewing.
pub(super) const REVIEW: Wording = Wording {
    says: &[
        "review",
        "reviews",
        "reviewing",
        "rate us",
        "rate our",
        "rate the",
        "rate this",
        "rate your",
        "rate it",
        "rating",
        "ratings",
        "testimonial",
        "testimonials",
        "отзыв*",
        "оцените",
        "оценить",
        "оценивай*",
        "оценк*",
        "рейтинг*",
    ],
    unless: &[
        "read review*",
        "read * review*",
        "read * * review*",
        "see review*",
        "see * review*",
        "see * * review*",
        "чита* отзыв*",
        "чита* * отзыв*",
        "чита* * * отзыв*",
        "почита* отзыв*",
        "почита* * отзыв*",
        "почита* * * отзыв*",
        "прочита* отзыв*",
        "прочита* * отзыв*",
        "прочита* * * отзыв*",
        "посмотр* отзыв*",
        "посмотр* * отзыв*",
        "посмотр* * * отзыв*",
        "отзывчив*",
    ],
};

/// A word for a review that means one only where reviews are written.
pub(super) const FEEDBACK: Wording = Wording {
    says: &["feedback"],
    unless: &[],
};

/// So many stars, and good ones. Any number of them is no condition.
pub(super) const STARS: Wording = Wording {
    says: &[
        "5 star",
        "5 stars",
        "5star",
        "5stars",
        "five star",
        "five stars",
        "4 star",
        "4 stars",
        "four star",
        "four stars",
        "star star star star",
        "5 out of 5",
        "5 звезд*",
        "пять звезд*",
        "пятизвезд*",
        "4 звезд*",
        "четыре звезд*",
        "5 из 5",
    ],
    unless: &[
        "1 5 star*",
        "1 to 5 star*",
        "1 and 5 star*",
        "1 or 5 star*",
        "1 star or 5 star*",
        "one to five star*",
        "one and five star*",
        "one or five star*",
        "one star or five star*",
        "1 5 звезд*",
        "1 до 5 звезд*",
        "одной до пяти звезд*",
        "одна или пять звезд*",
        "одна звезда или пять звезд*",
    ],
};

/// Good stars, asked for, wherever that may be.
pub(super) const GIVE_STARS: Wording = Wording {
    says: &[
        "us 5 star",
        "us 5 stars",
        "us five star",
        "us five stars",
        "give 5 stars",
        "give five stars",
        "leave 5 stars",
        "leave five stars",
        "постав* 5 звезд*",
        "постав* пять звезд*",
        "постав* нам 5 звезд*",
        "постав* нам пять звезд*",
    ],
    unless: &[],
};

/// A review of the kind that is liked to be read.
pub(super) const PRAISE: Wording = Wording {
    says: &[
        "positive review*",
        "good review*",
        "great review*",
        "glowing review*",
        "excellent review*",
        "favorable review*",
        "favourable review*",
        "positive rating*",
        "good rating*",
        "high rating*",
        "top rating*",
        "best rating*",
        "highest rating*",
        "положительн* отзыв*",
        "позитивн* отзыв*",
        "хорош* отзыв*",
        "отличн* отзыв*",
        "восторженн* отзыв*",
        "положительн* оценк*",
        "хорош* оценк*",
        "отличн* оценк*",
        "высок* оценк*",
        "высш* оценк*",
        "максимальн* оценк*",
    ],
    unless: &[
        "positive review* or negative",
        "positive review* or a negative",
        "good review* or bad",
        "good review* or a bad",
        "положительн* отзыв* или отрицательн*",
    ],
};

/// A like, asked for. English uses the word for much else.
pub(super) const LIKE: Wording = Wording {
    says: &[
        "like",
        "likes",
        "liking",
        "thumbs up",
        "лайк*",
        "залайка*",
        "пролайка*",
        "нажм* нравится",
        "нажать нравится",
        "нажимай* нравится",
        "отмет* нравится",
        "кнопк* нравится",
    ],
    unless: &[
        "i like",
        "we like",
        "you like",
        "they like",
        "who like",
        "people like",
        "members like",
        "customers like",
        "would like",
        "d like",
        "look like",
        "looks like",
        "feel like",
        "feels like",
        "sounds like",
        "tastes like",
        "just like",
        "like no other",
    ],
};

/// A follow or a subscription, asked for. A link that is followed is none, and a newsletter is elsewhere.
pub(super) const FOLLOW: Wording = Wording {
    says: &[
        "follow",
        "subscribe",
        "subscribing",
        "подпиш*",
        "подписа*",
        "подписыва*",
        "оформ* подписк*",
        "подписк* на канал*",
        "подписк* на страниц*",
        "подписк* на нас",
    ],
    unless: &[
        "follow the link",
        "follow this link",
        "follow our link",
        "follow along",
        "follow the recipe",
        "subscribe to newsletter",
        "subscribe to * newsletter",
        "подпи* на рассылк*",
        "подпи* на * рассылк*",
    ],
};

/// Showing it to one's friends, asked for.
pub(super) const SHARE: Wording = Wording {
    says: &[
        "share",
        "sharing",
        "repost",
        "reposting",
        "retweet",
        "подели*",
        "репост*",
        "расшар*",
    ],
    unless: &["market share", "fair share", "share of"],
};
