//! The window in which somebody signs in on another service: the page before it, and the one after.

use crate::text::Text;
use crate::ui::{Draw as _, Drawn, Field, hidden};
use leptos::prelude::*;

/// What the page is drawn from.
#[derive(Debug, Clone, Copy)]
pub struct LinkingPage<'a> {
    /// A language tag.
    pub locale: &'a str,
    /// The programme's name for people.
    pub program: &'a str,
    /// The owner's colour, `#rrggbb`.
    pub color: &'a str,
    /// The service's name for people.
    pub service: &'a str,
    /// Where the sign-in stands.
    pub state: LinkingState<'a>,
}

/// Where a sign-in stands.
#[derive(Debug, Clone, Copy)]
pub enum LinkingState<'a> {
    /// On the way to this address.
    Going {
        /// Of the service.
        url: &'a str,
    },
    /// To be shown by a message to the shop's account.
    Writing {
        /// What is opened to write it.
        url: &'a str,
        /// What is to be written.
        code: &'a str,
        /// Where the digits that come back are sent to.
        action: &'a str,
        /// The secret of the sign-in.
        state: &'a str,
        /// Whether the digits were wrong.
        wrong: bool,
    },
    /// On the way to a page that is to be visited.
    Visiting {
        /// Of the page.
        url: &'a str,
    },
    /// It is known whose account it is.
    Done {
        /// As people call it.
        handle: &'a str,
    },
    /// It is known who the shopper is.
    SignedIn {
        /// What people call their account.
        handle: &'a str,
    },
    /// It is not.
    NotSignedIn {
        /// The code of the reason.
        reason: &'a str,
    },
    /// Nothing was linked.
    Failed {
        /// The code of the reason.
        reason: &'a str,
    },
}

/// The heading of the page.
pub(crate) fn title(page: &LinkingPage<'_>) -> String {
    let text = Text::by_locale(page.locale);
    let words = &text.elsewhere.window;
    match page.state {
        LinkingState::Going { .. } | LinkingState::Visiting { .. } => {
            (words.going_title)(page.service)
        }
        LinkingState::Writing { .. } => (words.writing.title)(page.service),
        LinkingState::Done { .. } => words.done_title.to_owned(),
        LinkingState::SignedIn { .. } => text.voices.sign_in.done_title.to_owned(),
        LinkingState::NotSignedIn { .. } => text.voices.sign_in.failed_title.to_owned(),
        LinkingState::Failed { .. } => words.failed_title.to_owned(),
    }
}

fn body(page: &LinkingPage<'_>) -> Drawn {
    let sign_in = &Text::by_locale(page.locale).voices.sign_in;
    let text = Text::by_locale(page.locale).elsewhere;
    let words = &text.window;
    match page.state {
        LinkingState::Visiting { url } => view! {
            <p class="lead">{text.visit.going}</p>
            <p><a class="button" href=url.to_owned()>{words.go_on}</a></p>
        }
        .drawn(),
        LinkingState::Going { url } => view! {
            <p class="lead">{words.going}</p>
            <p><a class="button" href=url.to_owned()>{words.go_on}</a></p>
        }
        .drawn(),
        LinkingState::Writing {
            url,
            code,
            action,
            state,
            wrong,
        } => {
            let digits = Field {
                id: "digits".to_owned(),
                name: "digits",
                kind: "text",
                label: words.writing.digits,
                hint: "",
                value: "",
                autocomplete: "one-time-code",
                max: None,
            };
            view! {
                <p class="lead">{(words.writing.lead)(page.service)}</p>
                <p class="code"><strong>{code.to_owned()}</strong></p>
                <p>
                    <a class="button plain" href=url.to_owned() target="_blank" rel="noopener">
                        {(text.open)(page.service)}
                    </a>
                </p>
                <form method="post" action=action.to_owned()>
                    {digits.view()}
                    {wrong.then(|| view! { <p class="problem" role="alert">{words.writing.wrong}</p> })}
                    {hidden("state", state)}
                    <button class="button" type="submit">
                        {words.writing.confirm}
                    </button>
                </form>
                <p class="quiet">{words.writing.note}</p>
            }
            .drawn()
        }
        LinkingState::Done { handle } => view! {
            <p class="lead">{(words.done)(handle, page.service)}</p>
            <p>{words.close}</p>
        }
        .drawn(),
        LinkingState::SignedIn { handle } => view! {
            <p class="lead">{(sign_in.done)(handle, page.service)}</p>
            <p>{sign_in.close}</p>
        }
        .drawn(),
        LinkingState::NotSignedIn { reason } => {
            let why = sign_in.reason(reason, page.service);
            view! {
                <p class="lead">{why.unwrap_or_else(|| words.reason(reason, page.service))}</p>
                <p class="quiet">{sign_in.nothing_done}</p>
            }
            .drawn()
        }
        LinkingState::Failed { reason } => view! {
            <p class="lead">{words.reason(reason, page.service)}</p>
            <p class="quiet">{words.nothing_linked}</p>
        }
        .drawn(),
    }
}

/// The inside of the page.
pub(crate) fn page(page: &LinkingPage<'_>) -> impl IntoView + use<> {
    view! {
        <main class="letter" id="linking">
            <p class="eyebrow">{page.program.to_owned()}</p>
            <h1>{title(page)}</h1>
            {body(page)}
        </main>
    }
}
