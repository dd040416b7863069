//! The link, and ways to pass it on. Without any script it can be copied by hand and sent with the text as it is.

use crate::api::{MyReferral, ShareMessage};
use crate::text::Text;
use crate::ui::{Draw as _, Drawn, Field, Words, action, escaped, submit};
use leptos::prelude::*;

/// The field that the text stands in.
const TEXT: &str = "refer-text";
/// The longest text, in characters.
const TEXT_CHARS_MAX: &str = "500";

/// The link in a field, a button that copies it, and one that passes it on; `with_text` where the field for the
/// text stands on the page.
pub(super) fn link(words: Words<'_>, referral: &MyReferral, with_text: bool) -> Drawn {
    let share = &words.text.voices.handed.share;
    let text = &words.text.voices.refer.pass_on;
    let link = &referral.link;
    view! {
        <div class="field">
            <label for="refer-link">{share.label}</label>
            <input
                id="refer-link"
                type="url"
                value=link.clone()
                readonly
                autocomplete="off"
                aria-describedby="refer-link-hint"
            />
            <p class="hint" id="refer-link-hint">{text.link_hint}</p>
        </div>
        {with_text.then(|| message(words, referral))}
        <div class="copy">
            <button
                type="button"
                class="button"
                data-share=link.clone()
                data-text-from=with_text.then_some(TEXT)
                data-copied=share.copied
            >
                {share.send}
            </button>
            <button
                type="button"
                class="button plain"
                data-share=link.clone()
                data-copy
                data-copied=share.copied
            >
                {text.copy}
            </button>
        </div>
    }
    .drawn()
}

/// The texts to send along, the one in the panel's language first: most friends speak as the advocate does.
fn messages<'a>(words: Words<'_>, referral: &'a MyReferral) -> Vec<&'a ShareMessage> {
    let own = |message: &&ShareMessage| message.locale == words.program.locale;
    let all = referral.messages.iter();
    let others = all.clone().filter(|message| !own(message));
    all.filter(own).chain(others).collect()
}

/// The text, to be changed at will, in the friend's likely language.
fn message(words: Words<'_>, referral: &MyReferral) -> Drawn {
    let text = &words.text.voices.refer.pass_on;
    let messages = messages(words, referral);
    let first = messages.first().map_or("", |message| &message.text);
    let options: Vec<_> = messages
        .iter()
        .map(
            |message| view! { <option value=message.text.clone()>{name(&message.locale)}</option> },
        )
        .collect();
    let languages = (options.len() > 1).then(|| {
        view! {
            <div class="field">
                <label for="refer-language">{text.language}</label>
                <select id="refer-language" data-fills=TEXT autocomplete="off">
                    {options}
                </select>
            </div>
        }
    });
    view! {
        {languages}
        <div class="field">
            <label for=TEXT>{text.message}</label>
            <textarea
                id=TEXT
                rows="3"
                maxlength=TEXT_CHARS_MAX
                autocomplete="off"
                aria-describedby="refer-text-hint"
                inner_html=inside_of_area(first)
            ></textarea>
            <p class="hint" id="refer-text-hint">{text.message_hint}</p>
        </div>
    }
    .drawn()
}

/// A text as the content of a text area: nothing else in there is markup (HTML §13.1.2.2), and Leptos writes it down
/// as it is.
fn inside_of_area(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// What speakers call a language; its tag where nobody told us.
fn name(locale: &str) -> String {
    let text = Text::by_locale(locale);
    if text.tag.eq_ignore_ascii_case(locale) {
        text.name.to_owned()
    } else {
        locale.to_owned()
    }
}

/// Places to send it by, the picture to be scanned, and a code of the member's own.
pub(super) fn more(words: Words<'_>, referral: &MyReferral) -> Drawn {
    let text = &words.text.voices.refer.pass_on;
    let share = &words.text.voices.handed.share;
    let picture = format!("/r/{}/qr.svg", referral.code);
    view! {
        <ul class="places" aria-label=share.places>
            {places(words, referral)}
        </ul>
        <details class="fine" id="refer-picture">
            <summary>{text.picture_title}</summary>
            <div class="inside">
                <img src=picture alt=text.picture width="224" height="224" loading="lazy" />
            </div>
        </details>
        <details class="fine" id="refer-own">
            <summary>{text.own_code}</summary>
            <div class="inside">{own_code(words)}</div>
        </details>
    }
    .drawn()
}

/// The services' own addresses for it, `*` where the text belongs.
fn places(words: Words<'_>, referral: &MyReferral) -> Vec<Drawn> {
    let mail = words.text.voices.handed.share.mail;
    let link = escaped(&referral.link);
    let messages = messages(words, referral);
    let message = messages.first().map_or("", |message| &message.text);
    let message = escaped(message);
    let places = [
        ("WhatsApp", format!("https://wa.me/?text=*%20{link}")),
        (
            "Telegram",
            format!("https://t.me/share/url?url={link}&text=*"),
        ),
        ("VK", format!("https://vk.com/share.php?url={link}&title=*")),
        ("X", format!("https://x.com/intent/post?url={link}&text=*")),
        (mail, format!("mailto:?body=*%20{link}")),
    ];
    places
        .into_iter()
        .map(|(name, place)| {
            let address = place.replace('*', &message);
            view! {
                <li>
                    <a
                        class="button plain"
                        href=address
                        data-place=place
                        data-text-from=TEXT
                        target="_blank"
                        rel="noopener"
                    >
                        {name}
                    </a>
                </li>
            }
            .drawn()
        })
        .collect()
}

fn own_code(words: Words<'_>) -> Drawn {
    let text = &words.text.voices.refer.pass_on;
    let code = Field {
        id: "refer-code".to_owned(),
        name: "code",
        kind: "text",
        label: text.code,
        hint: text.code_hint,
        value: "",
        autocomplete: "off",
        max: None,
    };
    action(
        "refer-choose".to_owned(),
        "/api/v1/me/referral".to_owned(),
        "POST",
        view! {
            {code.view()}
            {submit(text.choose)}
        },
    )
    .drawn()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_inside_of_its_area() {
        let text = "Tea & more </textarea><script>alert(1)</script>";
        let said = "Tea &amp; more &lt;/textarea>&lt;script>alert(1)&lt;/script>";
        assert_eq!(inside_of_area(text), said);
    }

    #[test]
    fn languages_are_called_as_their_speakers_do() {
        assert_eq!(name("ru"), "Русский");
        assert_eq!(name("kk"), "kk");
    }
}
