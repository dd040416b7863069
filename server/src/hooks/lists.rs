//! Mailing lists that Mailchimp and Brevo keep: who came, and who left. Neither signs what it sends, so their hooks
//! bring a key: at the end of the address, `?key=…`, or as Brevo can send it, in the header `Authorization`.
//!
//! - Mailchimp: <https://mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks/>
//! - Brevo: <https://developers.brevo.com/docs/marketing-webhooks>, and how it shows who it is:
//!   <https://developers.brevo.com/docs/secured-webhooks>

use super::{Change, Heard, Hint, Hook, Refused, Told, Who, is_one_of, json, unreadable};
use crate::domain::email;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;
use serde::Deserialize;
use serde_json::Value;

/// What happened to a contact at Brevo.
#[derive(Deserialize)]
struct Event {
    event: String,
    email: Option<String>,
    /// Usually several numbers.
    list_id: Option<Value>,
    ts: Option<i64>,
}

/// Believes and reads a form of Mailchimp's.
pub(super) fn mailchimp(secrets: &[&str], hook: &Hook<'_>) -> Result<Heard, Refused> {
    believe(secrets, hook)?;
    let body = str::from_utf8(hook.body).map_err(|_| unreadable("body", "this is not a form"))?;
    let form = pairs(body);
    let field = |name: &str| {
        let found = form.iter().find(|(known, _)| known == name);
        let found = found.map(|(_, value)| value.as_str());
        found.ok_or_else(|| unreadable(name, "this is missing"))
    };
    let kind = field("type")?;
    let change = match kind {
        "subscribe" => Some(Change::Joined),
        "unsubscribe" => Some(Change::Left),
        // Changed addresses and sent campaigns are of no concern.
        _ => None,
    };
    let told = match change {
        Some(change) => {
            let lists = vec![field("data[list_id]")?.to_owned()];
            hint(field("data[email]")?, lists, change)
        }
        None => None,
    };
    let at = field("fired_at").unwrap_or_default();
    Ok(Heard {
        id: format!("{kind}/{at}"),
        told: told.into_iter().collect(),
    })
}

/// Believes and reads an event of Brevo's.
pub(super) fn brevo(secrets: &[&str], hook: &Hook<'_>) -> Result<Heard, Refused> {
    believe(secrets, hook)?;
    let event: Event = json(hook.body)?;
    let change = match event.event.as_str() {
        "list_addition" => Some(Change::Joined),
        "unsubscribe" => Some(Change::Left),
        _ => None,
    };
    let lists = match event.list_id {
        Some(Value::Array(lists)) => lists,
        list => list.into_iter().collect(),
    };
    let lists = lists.into_iter().filter_map(number).collect();
    let address = event.email.unwrap_or_default();
    let told = change.and_then(|change| hint(&address, lists, change));
    Ok(Heard {
        id: format!("{}/{}", event.event, event.ts.unwrap_or_default()),
        told: told.into_iter().collect(),
    })
}

/// A list's number as text.
fn number(list: Value) -> Option<String> {
    match list {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// A reason to look, if there is an address that somebody can have proven.
fn hint(address: &str, targets: Vec<String>, change: Change) -> Option<Told> {
    let who = Who::Address(email::parse(address)?);
    Some(Told::Hint(Hint {
        who,
        targets,
        change,
    }))
}

/// Makes sure that a hook brings the key.
fn believe(secrets: &[&str], hook: &Hook<'_>) -> Result<(), Refused> {
    let given = given(hook);
    if given.iter().all(String::is_empty) {
        return Err(Refused::Unsigned);
    }
    if given.iter().any(|key| is_one_of(key, secrets)) {
        return Ok(());
    }
    Err(Refused::Signature)
}

/// The keys that a hook brings.
fn given(hook: &Hook<'_>) -> Vec<String> {
    let query = pairs(hook.query).into_iter();
    let mut keys: Vec<String> = query
        .filter(|(name, _)| name == "key")
        .map(|(_, key)| key)
        .collect();
    let header = hook.header("authorization").unwrap_or_default();
    if let Some((scheme, rest)) = header.split_once(' ') {
        if scheme.eq_ignore_ascii_case("bearer") {
            keys.push(rest.trim().to_owned());
        } else if scheme.eq_ignore_ascii_case("basic") {
            keys.extend(password(rest.trim()));
        }
    }
    keys
}

/// The password of a name and a password (RFC 7617). The name says nothing.
fn password(pair: &str) -> Option<String> {
    let pair = String::from_utf8(STANDARD.decode(pair).ok()?).ok()?;
    Some(pair.split_once(':')?.1.to_owned())
}

/// Names and values of a form, which an address's query is, too.
fn pairs(form: &str) -> Vec<(String, String)> {
    // Any address will do: its query is read as a form.
    let Ok(mut url) = Url::parse("http://form/") else {
        return Vec::new();
    };
    url.set_query(Some(form));
    url.query_pairs().into_owned().collect()
}
