//! Where each friend stands, without naming anybody.

use crate::api::{FriendView, MyReferral, REASON_CHARS_MAX, ReferralStage};
use crate::ui::{Draw as _, Drawn, Words, action, submit};
use leptos::prelude::*;

/// All of them, the newest first.
pub(super) fn list(words: Words<'_>, referral: &MyReferral) -> Drawn {
    let text = &words.text.voices.refer.friends;
    let friends: Vec<_> = referral
        .friends
        .iter()
        .map(|one| friend(words, one))
        .collect();
    let so_far = (referral.counted > 0).then(|| {
        let say = (text.so_far)(referral.counted, &words.count(referral.earned));
        view! { <p class="quiet">{say}</p> }
    });
    let list = if friends.is_empty() {
        view! { <p class="quiet">{text.none}</p> }.drawn()
    } else {
        view! { <ul class="friends">{friends}</ul> }.drawn()
    };
    view! {
        <h3>{text.title}</h3>
        {so_far}
        {list}
    }
    .drawn()
}

fn friend(words: Words<'_>, friend: &FriendView) -> Drawn {
    let text = &words.text.voices.refer.friends;
    let paid = friend.stage == ReferralStage::Rewarded && friend.points > 0;
    let reason = friend.reason.as_deref().map(|code| text.reasons.of(code));
    let note = friend.note.as_deref().map(text.note);
    let say = |say: String| view! { <p class="quiet">{say}</p> };
    view! {
        <li data-stage=friend.stage.as_str()>
            <p class="head">
                <span>{(text.friend)(friend.number)}</span>
                {paid.then(|| view! { <span>{words.signed(friend.points)}</span> })}
            </p>
            <p>{text.stages.of(friend.stage)}</p>
            {due(words, friend).map(say)}
            {reason.map(|reason| say(reason.to_owned()))}
            {note.map(say)}
            {friend.can_appeal.then(|| appeal(words, friend))}
        </li>
    }
    .drawn()
}

/// What is to be paid, and when.
fn due(words: Words<'_>, friend: &FriendView) -> Option<String> {
    let waits = matches!(
        friend.stage,
        ReferralStage::Waiting | ReferralStage::Checking
    );
    let at = friend.due_at.as_deref().filter(|_| waits)?;
    let say = words.text.voices.refer.friends.due;
    (friend.points > 0).then(|| say(&words.count(friend.points), &words.date(at)))
}

/// The form that asks a person to look again, folded away.
fn appeal(words: Words<'_>, friend: &FriendView) -> Drawn {
    let text = &words.text.voices.refer.friends;
    let id = format!("{}-appeal", friend.id);
    let (area, hint, fault) = (
        format!("{id}-text"),
        format!("{id}-hint"),
        format!("{id}-fault"),
    );
    let form = action(
        format!("{id}-form"),
        format!("/api/v1/referrals/{}/appeal", friend.id),
        "POST",
        view! {
            <div class="field">
                <label for=area.clone()>{text.appeal_label}</label>
                <textarea
                    id=area.clone()
                    name="text"
                    rows="3"
                    required
                    maxlength=REASON_CHARS_MAX.to_string()
                    aria-describedby=format!("{hint} {fault}")
                ></textarea>
                <p class="hint" id=hint.clone()>{text.appeal_hint}</p>
                <p class="fault" id=fault.clone() data-for="text"></p>
            </div>
            {submit(text.appeal_send)}
        },
    );
    view! {
        <details class="again" id=id>
            <summary>{text.appeal}</summary>
            {form}
        </details>
    }
    .drawn()
}
