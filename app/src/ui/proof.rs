//! How a thing is checked, before it is done and after.

use super::Words;
use crate::{
    api::{ProofLevel, ProofView},
    text,
};
use leptos::prelude::*;

/// The level as its name in class selectors.
fn mark(level: ProofLevel) -> &'static str {
    match level {
        ProofLevel::Declared => "declared",
        ProofLevel::Observed => "observed",
        ProofLevel::Confirmed => "confirmed",
        ProofLevel::Verified => "verified",
    }
}

/// The label of a task that is still to be done.
pub(crate) fn before(words: Words<'_>, level: ProofLevel) -> impl IntoView + use<> {
    view! { <span class="proof" data-level=mark(level)>{text::proof_before(words.text, level)}</span> }
}

/// The label of what was checked, and how.
pub(crate) fn checked(words: Words<'_>, proof: &ProofView) -> impl IntoView + use<> {
    view! {
        <div class="checked">
            <p class="eyebrow">{words.text.how_checked}</p>
            <p>
                <span class="proof" data-level=mark(proof.level)>{text::proof_label(words.text, proof.level)}</span>
                " "
                {proof.how.clone()}
            </p>
        </div>
    }
}
