//! One line of the statement.

use super::{Words, checked};
use crate::api::{Fact, TransferState, TransferView};
use leptos::prelude::*;

/// A movement as a bank prints it; it opens to the whole reason.
pub(crate) fn line(words: Words<'_>, transfer: &TransferView) -> impl IntoView + use<> {
    let text = words.text;
    let balance = words.number(transfer.balance_after);
    let posted = ("posted", (text.balance_after)(&balance));
    let for_reward = matches!(transfer.explanation.fact, Fact::Redeemed { .. });
    let (state, note) = match transfer.state {
        TransferState::Held if for_reward => ("held", text.set_aside_note.to_owned()),
        // What was set aside did leave the balance; that it came back is a line of its own.
        TransferState::Voided if for_reward => posted,
        TransferState::Posted => posted,
        TransferState::Held => {
            let day = transfer.available_at.as_deref().map(|at| words.date(at));
            (
                "held",
                day.map_or_else(|| text.waiting.to_owned(), |day| (text.held_until)(&day)),
            )
        }
        TransferState::Voided => ("voided", text.not_credited.to_owned()),
    };
    let (title, rest) = (transfer.title.clone(), transfer.detail.clone());
    let day = words.date(&transfer.at);
    view! {
        <li class="line" data-state=state data-transfer=transfer.id.to_string()>
            <details id=transfer.id.to_string()>
                <summary>
                    <time datetime=transfer.at.clone()>{day.clone()}</time>
                    <span class="what">{title}</span>
                    <span class="sum">{words.signed(transfer.amount)}</span>
                    <span class="rest">{rest}</span>
                    <span class="after">{note}</span>
                </summary>
                <div class="inside">
                    <p>{transfer.text.clone()}</p>
                    {transfer.proof.as_ref().map(|proof| checked(words, proof))}
                    <p class="quiet">
                        {expires(words, transfer)} " " {(text.recorded)(&day)} " " {(text.decided_by)(transfer.version)}
                    </p>
                </div>
            </details>
        </li>
    }
}

/// Until when earned points can be spent.
fn expires(words: Words<'_>, transfer: &TransferView) -> Option<String> {
    let at = transfer.expires_at.as_deref()?;
    if transfer.amount <= 0 || transfer.state == TransferState::Voided {
        return None;
    }
    let say = if words.is_past(at) {
        words.text.was_good_until
    } else {
        words.text.good_until
    };
    Some(say(&words.last_day(at)))
}
