//! The card of a task that is done by reviewing what was bought, and what was written of a product.

use super::{Draw as _, Drawn, TaskCard, Words, submit};
use crate::api::{
    AttemptState, PhotoView, Product, REVIEW_AUTHOR_CHARS_MAX, REVIEW_TEXT_CHARS_MAX,
    REVIEW_TEXT_CHARS_MIN, ReviewView, Reviews, TaskView,
};
use leptos::prelude::*;

/// The pictures that are taken, for the browser's own dialogue.
const PICTURES: &str = "image/jpeg,image/png,image/webp";

/// How it will be checked, as a sentence.
pub(super) fn will_check(words: Words<'_>, _: &TaskView) -> String {
    words.text.voices.review.will_check.to_owned()
}

/// What the member can do about it now: review one of the products that are left.
pub(super) fn forms(words: Words<'_>, card: &TaskCard<'_>) -> Option<Drawn> {
    let text = &words.text.voices.review;
    let standing = card.standing?;
    let waits = standing.state == AttemptState::Checking;
    if standing.products.is_empty() {
        return (!waits).then(|| view! { <p class="quiet">{text.nothing}</p> }.drawn());
    }
    let form = form(words, card, &standing.products);
    if !waits {
        return Some(form);
    }
    let view = view! {
        <details class="again" id=format!("{}-another", card.task.id)>
            <summary>{text.another}</summary>
            {form}
        </details>
    };
    Some(view.drawn())
}

/// The form of a review. Sending it begins the attempt for the chosen product, sends the photos, and then the rest.
fn form(words: Words<'_>, card: &TaskCard<'_>, products: &[Product]) -> Drawn {
    let text = &words.text.voices.review;
    let id = &card.task.id;
    view! {
        <form
            id=format!("{id}-proof")
            method="dialog"
            data-api="/api/v1/attempts/*/proof"
            data-method="POST"
            data-start=format!("/api/v1/tasks/{id}/attempts")
        >
            {product(words, id, products)}
            {stars(words, id)}
            {said(words, id)}
            {author(words, id, card.name)}
            {photos(words, id)}
            <div class="field tick">
                <input id=format!("{id}-publish") name="publish" type="checkbox" required />
                <label for=format!("{id}-publish")>{text.publish}</label>
                <p class="fault" data-for="publish"></p>
            </div>
            {submit(text.send)}
        </form>
    }
    .drawn()
}

fn product(words: Words<'_>, id: &str, products: &[Product]) -> Drawn {
    let (input, fault) = (format!("{id}-product"), format!("{id}-product-fault"));
    let options: Vec<_> = products
        .iter()
        .map(|product| view! { <option value=product.sku.clone()>{product.name.clone()}</option> })
        .collect();
    view! {
        <div class="field">
            <label for=input.clone()>{words.text.voices.review.product}</label>
            <select id=input.clone() name="product" required aria-describedby=fault.clone()>
                {options}
            </select>
            <p class="fault" id=fault.clone() data-for="product"></p>
        </div>
    }
    .drawn()
}

fn stars(words: Words<'_>, id: &str) -> Drawn {
    let text = &words.text.voices.review;
    let fault = format!("{id}-stars-fault");
    let choices: Vec<_> = (1..=5)
        .map(|stars: i64| {
            let input = format!("{id}-stars-{stars}");
            view! {
                <label for=input.clone()>
                    <input
                        type="radio"
                        id=input.clone()
                        name="stars"
                        value=stars.to_string()
                        data-type="int"
                        required
                    />
                    <span>
                        <span aria-hidden="true">{stars} " ★"</span>
                        <span class="hidden">{(text.of_five)(stars)}</span>
                    </span>
                </label>
            }
        })
        .collect();
    view! {
        <fieldset class="question" aria-describedby=fault.clone()>
            <legend>{text.stars}</legend>
            <div class="scale">{choices}</div>
            <p class="fault" id=fault.clone() data-for="stars"></p>
        </fieldset>
    }
    .drawn()
}

fn said(words: Words<'_>, id: &str) -> Drawn {
    let text = &words.text.voices.review;
    let (input, hint, fault) = (
        format!("{id}-text"),
        format!("{id}-text-hint"),
        format!("{id}-text-fault"),
    );
    view! {
        <div class="field">
            <label for=input.clone()>{text.text}</label>
            <textarea
                id=input.clone()
                name="text"
                rows="5"
                required
                minlength=REVIEW_TEXT_CHARS_MIN.to_string()
                maxlength=REVIEW_TEXT_CHARS_MAX.to_string()
                aria-describedby=format!("{hint} {fault}")
            ></textarea>
            <p class="hint" id=hint.clone()>
                {text.text_hint}
            </p>
            <p class="fault" id=fault.clone() data-for="text"></p>
        </div>
    }
    .drawn()
}

fn author(words: Words<'_>, id: &str, name: &str) -> Drawn {
    let text = &words.text.voices.review;
    let (input, hint, fault) = (
        format!("{id}-author"),
        format!("{id}-author-hint"),
        format!("{id}-author-fault"),
    );
    view! {
        <div class="field">
            <label for=input.clone()>{text.author}</label>
            <input
                id=input.clone()
                name="author"
                type="text"
                value=name.to_owned()
                required
                autocomplete="nickname"
                maxlength=REVIEW_AUTHOR_CHARS_MAX.to_string()
                aria-describedby=format!("{hint} {fault}")
            />
            <p class="hint" id=hint.clone()>
                {text.author_hint}
            </p>
            <p class="fault" id=fault.clone() data-for="author"></p>
        </div>
    }
    .drawn()
}

fn photos(words: Words<'_>, id: &str) -> Drawn {
    let text = &words.text.voices.review;
    let (input, hint) = (format!("{id}-photos"), format!("{id}-photos-hint"));
    view! {
        <div class="field">
            <label for=input.clone()>{text.photos}</label>
            <input
                id=input.clone()
                name="photos"
                type="file"
                multiple
                accept=PICTURES
                aria-describedby=hint.clone()
            />
            <p class="hint" id=hint.clone()>
                {text.photos_hint}
            </p>
        </div>
    }
    .drawn()
}

/// What those who bought a product have written of it.
pub(crate) fn reviews(words: Words<'_>, reviews: &Reviews) -> impl IntoView + use<> {
    let text = &words.text.voices.review;
    let summary = match reviews.average_hundredths {
        Some(average) => {
            let summary = (text.summary)(&tenths(words, average), &(text.reviews)(reviews.count));
            view! { <p class="lead">{summary}</p> }.drawn()
        }
        None => view! { <p class="quiet">{text.none}</p> }.drawn(),
    };
    let shown = i64::try_from(reviews.items.len()).unwrap_or(0);
    let more = reviews.next_cursor.is_some();
    let items: Vec<_> = reviews
        .items
        .iter()
        .map(|written| review(words, written))
        .collect();
    view! {
        <section class="reviews" aria-labelledby="reviews-title">
            <h2 class="eyebrow" id="reviews-title">
                {text.title}
            </h2>
            {summary}
            <ul>{items}</ul>
            {more.then(|| view! { <p class="quiet">{(text.newest)(shown)}</p> })}
        </section>
    }
}

/// Stars on average: "4.7".
fn tenths(words: Words<'_>, hundredths: i64) -> String {
    let tenths = (hundredths + 5) / 10;
    format!("{}{}{}", tenths / 10, words.text.decimal, tenths % 10)
}

fn review(words: Words<'_>, review: &ReviewView) -> Drawn {
    let text = &words.text.voices.review;
    let photos: Vec<_> = review
        .photos
        .iter()
        .map(|shown| photo(words, review, shown))
        .collect();
    view! {
        <li>
            <p class="lead">{(text.of_five)(review.stars)}</p>
            <p class="meta">
                <span>{review.author.clone()}</span>
                <time datetime=review.at.clone()>{words.date(&review.at)}</time>
                <span>{text.bought}</span>
            </p>
            <p class="words" lang=review.locale.clone()>
                {review.text.clone()}
            </p>
            {(!photos.is_empty()).then(|| view! { <p class="photos">{photos}</p> })}
        </li>
    }
    .drawn()
}

fn photo(words: Words<'_>, review: &ReviewView, photo: &PhotoView) -> Drawn {
    let alt = (words.text.voices.review.photo_by)(&review.author);
    view! {
        <a href=photo.url.clone() target="_blank" rel="noopener">
            <img
                src=photo.url.clone()
                width=photo.width.to_string()
                height=photo.height.to_string()
                loading="lazy"
                alt=alt
            />
        </a>
    }
    .drawn()
}
