//! The sections of the panel, and the pages beside it. They are drawn on the server only.

mod confirm;
mod earn;
mod guest;
mod handed;
mod history;
mod home;
mod how;
mod inline;
mod landing;
mod linking;
mod messages;
mod owner;
mod product;
mod refer;
mod signed_in;
mod spend;
mod till;

pub use confirm::{ConfirmPage, ConfirmState};
pub use handed::{HandedPage, HandedState};
pub use landing::{GiftTerms, LandingPage, LandingState, PICTURE_SIZE, Taken};
pub use linking::{LinkingPage, LinkingState};
pub use owner::{
    OwnerCase, OwnerDone, OwnerNotice, OwnerPage, OwnerQueue, OwnerReferral, OwnerReferrals,
    OwnerReview, OwnerRuling, OwnerState, OwnerThread,
};
pub use till::{Squares, TillPage};

pub(crate) use confirm::{page as confirm_page, title as confirm_title};
pub(crate) use handed::{page as handed_page, preview as handed_preview, title as handed_title};
pub(crate) use landing::{
    page as landing_page, preview as landing_preview, title as landing_title,
};
pub(crate) use linking::{page as linking_page, title as linking_title};
pub(crate) use owner::{page as owner_page, title as owner_title};
pub(crate) use till::page as till_page;

use crate::{
    panel::{Form, Panel, View, Viewer},
    ui::{Draw as _, Drawn, Words},
};
use leptos::prelude::*;

/// Everything inside `<main id="panel">`.
pub(crate) fn panel(panel: &Panel) -> impl IntoView + use<> {
    let content = match panel.form {
        Form::Balance => inline::balance(panel).drawn(),
        Form::Tasks => inline::tasks(panel).drawn(),
        Form::Reviews => inline::reviews(panel).drawn(),
        Form::Rewards => spend::inline(panel).drawn(),
        Form::Slider => product::slider(panel).drawn(),
        Form::Earn => product::earn(panel).drawn(),
        Form::Thanks => refer::thanks(panel).drawn(),
        Form::Refer => refer::inline(panel).drawn(),
        Form::Panel => match &panel.viewer {
            Viewer::Guest => guest::page(panel).drawn(),
            Viewer::SignedIn { name, email } => {
                signed_in::page(panel, name.as_deref(), email.as_deref()).drawn()
            }
            Viewer::Member { .. } => member(panel).drawn(),
        },
    };
    let text = panel.text();
    view! {
        <div
            id="state"
            hidden
            data-viewer=panel.viewer.name()
            data-cursor=panel.viewer.cursor().to_string()
            data-failed=text.failed
            data-title=panel.program.name.clone()
            data-close=text.close
            data-offline=text.offline
        ></div>
        {content}
    }
}

fn member(panel: &Panel) -> impl IntoView + use<> {
    let Viewer::Member {
        me,
        history,
        threads,
        rewards,
        referral,
    } = &panel.viewer
    else {
        return ().into_any();
    };
    let words = Words::of(panel);
    let spends = !panel.program.rewards.is_empty();
    view! {
        {home::balance(words, me, history)}
        {messages::notice(words, threads)}
        {home::standing(words, me)}
        {earn::purchases(words, Some(&me.standing))}
        {spends.then(|| spend::teaser(words, rewards))}
        {earn::tasks(words, me)}
        {referral.as_ref().map(|referral| refer::section(words, referral))}
        {spends.then(|| spend::page(panel, me, rewards))}
        {messages::page(words, me, threads)}
        {history::page(words, history)}
        {how::page(words, Some(me))}
        {signed_in::account(words, me.name.as_deref().or(me.email.as_deref()))}
        {tabs(panel)}
    }
    .into_any()
}

/// The sections that the viewer has: only members have a history, and without rewards nothing is spent.
fn views(panel: &Panel) -> Vec<View> {
    let is_member = matches!(panel.viewer, Viewer::Member { .. });
    let spends = !panel.program.rewards.is_empty();
    let all = [
        (View::Home, true),
        (View::Earn, true),
        (View::Spend, spends),
        (View::History, is_member),
        (View::How, true),
    ];
    let there = all.into_iter().filter(|(_, is_there)| *is_there);
    there.map(|(view, _)| view).collect()
}

/// The tab bar: radio buttons, so that it works without any script and with the arrow keys. The
/// style sheet shows the section whose radio is checked.
fn tabs(panel: &Panel) -> Drawn {
    let text = panel.text();
    let views = views(panel);
    let current = if views.contains(&panel.view) {
        panel.view
    } else {
        View::Home
    };
    let tabs: Vec<_> = views
        .iter()
        .map(|view| {
            let id = format!("tab-{}", view.name());
            let name = format!("{id}-name");
            let label = match view {
                View::Home => text.home,
                View::Earn => text.earn,
                View::Spend => text.voices.spend.title,
                View::History => text.history,
                View::How => text.how,
            };
            view! {
                <input
                    type="radio"
                    name="view"
                    id=id.clone()
                    value=view.name()
                    checked=*view == current
                    aria-labelledby=name.clone()
                />
                <label for=id>
                    <span id=name>{label}</span>
                </label>
            }
        })
        .collect();
    view! {
        <fieldset class="tabs" data-region="tabs">
            <legend class="hidden">{text.sections}</legend>
            {tabs}
        </fieldset>
    }
    .drawn()
}
