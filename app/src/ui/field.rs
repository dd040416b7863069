//! Forms: ordinary ones, whose fields are the JSON body that the island sends.

use leptos::prelude::*;

/// One labelled input.
pub(crate) struct Field<'a> {
    /// Unique in the document.
    pub(crate) id: String,
    /// Its name in the body.
    pub(crate) name: &'static str,
    /// `email`, `text`, `date`.
    pub(crate) kind: &'static str,
    /// What it asks for.
    pub(crate) label: &'static str,
    /// More about it, or nothing.
    pub(crate) hint: &'static str,
    /// What it begins with.
    pub(crate) value: &'a str,
    /// What the browser may fill in: the `autocomplete` token.
    pub(crate) autocomplete: &'static str,
    /// The largest date, for dates.
    pub(crate) max: Option<String>,
}

impl Field<'_> {
    /// Draws it. Its own fault appears below it.
    pub(crate) fn view(self) -> impl IntoView + use<> {
        let Field {
            id,
            name,
            kind,
            label,
            hint,
            value,
            autocomplete,
            max,
        } = self;
        let code = autocomplete == "one-time-code";
        let (hint_id, fault_id) = (format!("{id}-hint"), format!("{id}-fault"));
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <input
                    id=id.clone()
                    name=name
                    type=kind
                    value=value.to_owned()
                    required
                    autocomplete=autocomplete
                    inputmode=code.then_some("numeric")
                    pattern=code.then_some("[0-9]{6}")
                    maxlength=(kind != "date").then_some(if code { "6" } else { "200" })
                    max=max
                    aria-describedby=format!("{hint_id} {fault_id}")
                />
                <p class="hint" id=hint_id>
                    {hint}
                </p>
                <p class="fault" id=fault_id data-for=name></p>
            </div>
        }
    }
}

/// A fixed text of the body.
pub(crate) fn hidden(name: &'static str, value: &str) -> impl IntoView + use<> {
    view! { <input type="hidden" name=name value=value.to_owned() /> }
}

/// A fixed whole number of the body.
pub(crate) fn hidden_int(name: &'static str, value: i64) -> impl IntoView + use<> {
    view! { <input type="hidden" name=name value=value.to_string() data-type="int" /> }
}

/// The button that sends a form, and where its bad news appears.
pub(crate) fn submit(label: impl Into<String>) -> impl IntoView {
    let label: String = label.into();
    view! {
        <button class="button" type="submit">
            {label}
        </button>
        <p class="problem" role="alert"></p>
    }
}

/// A form that the island sends. `method="dialog"` keeps a browser from sending it anywhere by
/// itself, for example into the address, before the island is there.
pub(crate) fn action(
    id: String,
    api: String,
    http: &'static str,
    fields: impl IntoView,
) -> impl IntoView {
    view! {
        <form id=id method="dialog" data-api=api data-method=http>
            {fields}
        </form>
    }
}
