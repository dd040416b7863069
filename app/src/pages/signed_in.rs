//! Known to the shop, but not in the programme yet; and the account's foot.

use super::inline::way_to;
use super::{earn, guest, how, spend, tabs};
use crate::{
    api::TaskKind,
    panel::{Form, Panel, View},
    ui::{Draw as _, Drawn, Words, action, hidden, hidden_int, submit},
};
use leptos::prelude::*;

/// The panel of somebody who can join.
pub(crate) fn page(
    panel: &Panel,
    name: Option<&str>,
    email: Option<&str>,
) -> impl IntoView + use<> {
    let words = Words::of(panel);
    view! {
        {welcome(words, name, Form::Panel)}
        {guest::way(words)}
        {earn::purchases(words, None)}
        {guest::tasks(words)}
        {spend::public(words)}
        {how::page(words, None)}
        {account(words, name.or(email))}
        {tabs(panel)}
    }
}

/// What joining gives, and the button.
pub(crate) fn welcome(words: Words<'_>, name: Option<&str>, form: Form) -> Drawn {
    let text = words.text;
    let program = words.program;
    let hello = name.map_or_else(|| text.hello_nameless.to_owned(), |name| (text.hello)(name));
    let points: i64 = program
        .tasks
        .iter()
        .filter(|task| task.kind == TaskKind::Join)
        .map(|task| task.points)
        .sum();
    let rules = way_to(form, View::How, text.how);
    let form = action(
        "join-form".to_owned(),
        "/api/v1/me/join".to_owned(),
        "POST",
        view! {
            {hidden_int("version", program.version)}
            {hidden("locale", &program.locale)}
            <input type="hidden" name="time_zone" data-fill="zone" />
            {submit(text.join)}
        },
    );
    view! {
        <section class="card" data-view="home" data-region="welcome" aria-labelledby="welcome-title">
            <h2 class="headline" id="welcome-title">{hello}</h2>
            <p>{(text.not_joined)(&program.name)}</p>
            {(points > 0)
                .then(|| view! { <p class="lead">{(text.join_gives)(&words.count(points))}</p> })}
            {form}
            <p class="quiet">
                {(text.join_accept)(program.version)} " " {text.join_mail} " "
                {rules}
            </p>
        </section>
    }
    .drawn()
}

/// Who is signed in, and the way out.
pub(crate) fn account(words: Words<'_>, who: Option<&str>) -> Drawn {
    let text = words.text;
    let form = action(
        "sign-out".to_owned(),
        "/api/v1/sessions/current".to_owned(),
        "DELETE",
        view! {
            <button class="button plain" type="submit">{text.sign_out}</button>
            <p class="problem" role="alert"></p>
        },
    );
    view! {
        <section class="account" data-view="how" data-region="account">
            {who.map(|who| view! { <p class="quiet">{(text.signed_in_as)(who)}</p> })}
            {form}
        </section>
    }
    .drawn()
}
