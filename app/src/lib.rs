//! Laurel's panel.
//!
//! In reading order: what is exchanged ([`api`]), the words (`text`), what is drawn (`panel`), the
//! document (`shell`), its pages and the plain components they are made of, and the [`islands`]:
//! all the code that a browser downloads.

pub mod api;
pub mod islands;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod panel;
#[cfg(feature = "ssr")]
pub mod shell;
#[cfg(feature = "ssr")]
pub mod text;
#[cfg(feature = "ssr")]
mod ui;

/// Brings the islands alive. The document's script calls it once the module is ready.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
