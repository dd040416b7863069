//! What stands inline in the shop's own pages: the balance, the list of tasks, and reviews.

use super::{earn, guest, signed_in};
use crate::{
    api::Balance,
    panel::{Form, Panel, View, Viewer},
    ui::{self, Draw as _, Drawn, Words, hero, ladder},
};
use leptos::prelude::*;

/// A small card with the balance and the tier.
pub(crate) fn balance(panel: &Panel) -> impl IntoView + use<> {
    let words = Words::of(panel);
    match &panel.viewer {
        Viewer::Member { me, .. } => view! {
            <section class="card inline" data-region="balance" aria-labelledby="balance-title">
                <h2 class="eyebrow" id="balance-title">{words.text.your_balance}</h2>
                <p>{hero(words, me.balance.available)}</p>
                {parts(words, &me.balance)}
                {(words.program.tiers.len() > 1).then(|| ladder(words, Some(&me.standing)))}
                {open(panel)}
            </section>
        }
        .drawn(),
        Viewer::Guest | Viewer::SignedIn { .. } => view! {
            <div class="card inline">
                {guest::pitch(words)}
                {open(panel)}
            </div>
        }
        .drawn(),
    }
}

/// What is on the way, set aside, or about to run out.
fn parts(words: Words<'_>, balance: &Balance) -> impl IntoView + use<> {
    let held = (balance.held > 0).then(|| (words.text.on_the_way)(&words.count(balance.held)));
    let reserved =
        (balance.reserved > 0).then(|| (words.text.set_aside)(&words.count(balance.reserved)));
    let expiring = balance.expiring.as_ref().map(|next| words.runs_out(next));
    let lines = [held, reserved, expiring].into_iter().flatten();
    lines
        .map(|line| view! { <p class="quiet">{line}</p> })
        .collect::<Vec<_>>()
}

/// The list of tasks, ready to be done where it stands.
pub(crate) fn tasks(panel: &Panel) -> impl IntoView + use<> {
    let words = Words::of(panel);
    match &panel.viewer {
        Viewer::Member { me, .. } => earn::tasks(words, me).drawn(),
        Viewer::SignedIn { name, .. } => view! {
            {signed_in::welcome(words, name.as_deref(), panel.form)}
            {guest::tasks(words)}
        }
        .drawn(),
        Viewer::Guest => view! {
            {guest::tasks(words)}
            {open(panel)}
        }
        .drawn(),
    }
}

/// What those who bought a product have written of it. It is the same for everybody, and has no regions: there is
/// nothing in it that news could change.
pub(crate) fn reviews(panel: &Panel) -> impl IntoView + use<> {
    let words = Words::of(panel);
    panel
        .reviews
        .as_ref()
        .map(|written| ui::reviews(words, written))
}

/// Leads to another section. Inline, that is not on the page; the panel has it.
pub(super) fn way_to(form: Form, to: View, label: &'static str) -> Drawn {
    if form == Form::Panel {
        let tab = format!("tab-{}", to.name());
        view! { <label class="link" for=tab>{label}</label> }.drawn()
    } else {
        view! { <button class="link" type="button" data-open=to.name()>{label}</button> }.drawn()
    }
}

/// Opens the whole panel beside the page, where there is a page to do it.
pub(super) fn open(panel: &Panel) -> impl IntoView + use<> {
    let label = panel.text().open_program;
    panel.host.is_some().then(|| {
        view! { <button class="button plain" type="button" data-open="home">{label}</button> }
    })
}
