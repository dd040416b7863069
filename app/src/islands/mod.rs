//! All the code that a browser downloads.
//!
//! The panel is drawn by the server; what happens in it afterwards happens here. There is one
//! island, [`Live`], and it takes no props: it reads what it needs from attributes and lets the
//! browser read JSON, so that no JSON reader of our own is shipped.

#[cfg(feature = "hydrate")]
mod channel;
#[cfg(feature = "hydrate")]
mod client;
#[cfg(feature = "hydrate")]
mod dom;
#[cfg(feature = "hydrate")]
mod focus;
#[cfg(feature = "hydrate")]
mod forms;
#[cfg(feature = "hydrate")]
mod regions;
#[cfg(feature = "hydrate")]
mod session;
#[cfg(feature = "hydrate")]
mod share;
#[cfg(feature = "hydrate")]
mod sign_in;
#[cfg(feature = "hydrate")]
mod stream;
#[cfg(feature = "hydrate")]
mod work;

use leptos::prelude::*;

/// Announces what happens, and keeps the panel in step with the server.
#[island]
pub fn Live() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    start();
    view! { <p class="toast" id="toast" role="status"></p> }
}

/// Makes the server's page listen. The order matters: what can be lost meanwhile comes first.
#[cfg(feature = "hydrate")]
fn start() {
    session::start();
    regions::start();
    forms::start();
    focus::start();
    stream::start();
    channel::start();
}
