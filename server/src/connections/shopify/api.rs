//! What Shopify's Admin API says of a customer
//! (<https://shopify.dev/docs/api/admin-graphql/latest/queries/customerByIdentifier>).

use super::super::lists;
use super::super::{Reply, Setup, Trouble};
use reqwest::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::time::Duration;

/// The version that this is written for. Shopify serves each for a year, and after that the oldest that it has.
const VERSION: &str = "2026-10";

const QUERY: &str = "query ($address: String!) { customerByIdentifier(identifier: { emailAddress: $address }) { \
                     defaultEmailAddress { emailAddress marketingState } } }";

const RIGHTS: &str = "Shopify does not let the app see customers: give it the scope read_customers and access to \
                      their e-mail addresses, install it again, and give its token with `laurel connection secret \
                      PROGRAM CONNECTION access_token`";

/// What the shop is told whose name is wrong.
pub(super) const SHOP: &str = "Shopify knows no such shop: give the connection the shop's own name as its setting \
                               shop, such as \"morning-roast.myshopify.com\"";

#[derive(Deserialize)]
struct Answered<D> {
    data: Option<D>,
    #[serde(default)]
    errors: Vec<Value>,
}

#[derive(Deserialize)]
struct Data {
    /// Null for an address that no customer has; if it is missing, that says nothing, hence by a function.
    #[serde(
        rename = "customerByIdentifier",
        deserialize_with = "Option::deserialize"
    )]
    customer: Option<Customer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Customer {
    pub(super) default_email_address: Email,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Email {
    pub(super) email_address: String,
    pub(super) marketing_state: State,
}

/// All that are documented: another one is no answer.
#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum State {
    Invalid,
    NotSubscribed,
    Pending,
    Subscribed,
    Unsubscribed,
}

pub(super) fn is_shop(text: &str) -> bool {
    let name = text.strip_suffix(".myshopify.com").unwrap_or("");
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=60).contains(&name.len()) && name.bytes().all(plain) && !name.starts_with('-')
}

/// What errors mean (<https://shopify.dev/docs/api/admin-graphql#status_and_error_codes>).
fn refusal(errors: &[Value], rights: &str) -> Trouble {
    let has = |code: &str| {
        let mut errors = errors.iter();
        errors.any(|error| error["extensions"]["code"] == code)
    };
    if has("ACCESS_DENIED") {
        return Trouble::shop(rights);
    }
    if has("THROTTLED") {
        let wait = Some(Duration::from_secs(2));
        return Trouble::NotNow("it asks for fewer calls".into(), wait);
    }
    Trouble::unclear("it answered with an error")
}

/// Where the Admin API is.
pub(super) fn root(setup: &Setup<'_>) -> Result<String, Trouble> {
    let name = setup.get("shop");
    if !is_shop(name) {
        return Err(Trouble::shop(SHOP));
    }
    let usual = format!("https://{name}");
    let api = setup.connection.base("api", &usual);
    Ok(format!("{api}/admin/api/{VERSION}"))
}

/// Asks by GraphQL. What the status of the answer means is its caller's to say.
pub(super) async fn graphql(
    setup: &Setup<'_>,
    query: &str,
    variables: &Value,
) -> Result<Reply, Trouble> {
    let url = format!("{}/graphql.json", root(setup)?);
    let call = lists::post(setup, &url)?
        .header("x-shopify-access-token", setup.get("access_token"))
        .json(&json!({ "query": query, "variables": variables }));
    setup.outside.send(call).await
}

/// The data of an answer. `rights` says what to correct where the app may not have it.
pub(super) fn data<D: DeserializeOwned>(reply: &Reply, rights: &str) -> Result<D, Trouble> {
    let answered: Answered<D> = reply.success()?;
    // Data beside an error is null for another reason than that nobody is there.
    if !answered.errors.is_empty() {
        return Err(refusal(&answered.errors, rights));
    }
    let data = answered.data;
    data.ok_or_else(|| Trouble::unclear("it answered nothing"))
}

/// The customer with an address; nothing if there is none.
pub(super) async fn ask(setup: &Setup<'_>, address: &str) -> Result<Option<Customer>, Trouble> {
    let reply = graphql(setup, QUERY, &json!({ "address": address })).await?;
    match reply.status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(Trouble::shop(RIGHTS)),
        StatusCode::NOT_FOUND => return Err(Trouble::shop(SHOP)),
        _ => {}
    }
    let data: Data = data(&reply, RIGHTS)?;
    Ok(data.customer)
}
