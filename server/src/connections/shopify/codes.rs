//! Discount codes that are made in Shopify, by its Admin API.
//!
//! - Made: <https://shopify.dev/docs/api/admin-graphql/latest/mutations/discountCodeBasicCreate> and
//!   <https://shopify.dev/docs/api/admin-graphql/latest/mutations/discountCodeFreeShippingCreate>; a code that is there
//!   already is `TAKEN` (<https://shopify.dev/docs/api/admin-graphql/latest/enums/DiscountErrorCode>).
//! - Made useless: <https://shopify.dev/docs/api/admin-graphql/latest/mutations/discountCodeDeactivate>.
//! - How often it was used: `asyncUsageCount` of
//!   <https://shopify.dev/docs/api/admin-graphql/latest/objects/DiscountCodeBasic>. It lags behind, so it is read after
//!   nobody can use the code any more; an order that it did not count yet is told by its hook.

use super::super::codes::{CodeOrder, Ended, MakesCodes};
use super::super::{Setup, Trouble, pull};
use super::Shopify;
use super::api::{self, SHOP};
use crate::domain::{Instant, MINUTE};
use app::api::RewardKind;
use async_trait::async_trait;
use serde_json::{Value, json};

const RIGHTS: &str = "Shopify does not let the app make discount codes: give it the scope write_discounts, install it \
                      again, and give its token with `laurel connection secret PROGRAM CONNECTION access_token`";

const BASIC: &str = "mutation ($input: DiscountCodeBasicInput!) { \
                     made: discountCodeBasicCreate(basicCodeDiscount: $input) { \
                     codeDiscountNode { id } userErrors { code } } }";
const SHIPPING: &str = "mutation ($input: DiscountCodeFreeShippingInput!) { \
                        made: discountCodeFreeShippingCreate(freeShippingCodeDiscount: $input) { \
                        codeDiscountNode { id } userErrors { code } } }";
const FIND: &str = "query ($code: String!) { found: codeDiscountNodeByCode(code: $code) { id } }";
const DEACTIVATE: &str =
    "mutation ($id: ID!) { ended: discountCodeDeactivate(id: $id) { userErrors { code } } }";
const LOOK: &str = "query ($id: ID!) { found: codeDiscountNode(id: $id) { codeDiscount { \
                    ... on DiscountCodeBasic { status asyncUsageCount } \
                    ... on DiscountCodeFreeShipping { status asyncUsageCount } } } }";

#[async_trait]
impl MakesCodes for Shopify {
    async fn make(&self, setup: &Setup<'_>, order: &CodeOrder<'_>) -> Result<String, Trouble> {
        let mutation = match order.terms.kind {
            RewardKind::FreeShipping => SHIPPING,
            RewardKind::Amount | RewardKind::Slider | RewardKind::Percent => BASIC,
            // A programme file that asks for one is refused.
            _ => return Err(Trouble::Refused("code_kind")),
        };
        let input = input(order, setup.now);
        let data = call(setup, mutation, &json!({ "input": input })).await?;
        let made = &data["made"];
        let Some(errors) = made["userErrors"].as_array() else {
            return Err(Trouble::unclear("it does not say whether it made the code"));
        };
        let has = |code: &str| errors.iter().any(|error| error["code"] == code);
        if errors.is_empty() {
            return id(&made["codeDiscountNode"]);
        }
        if has("TAKEN") {
            let found = find(setup, order.code).await?;
            return found.ok_or_else(|| Trouble::unclear("a code is taken and not there"));
        }
        if has("INTERNAL_ERROR") {
            return Err(Trouble::unclear("it answered with an error"));
        }
        Err(Trouble::Refused("code_refused"))
    }

    async fn end(
        &self,
        setup: &Setup<'_>,
        outside: Option<&str>,
        code: &str,
    ) -> Result<Ended, Trouble> {
        let id = match outside {
            Some(id) => id.to_owned(),
            None => match find(setup, code).await? {
                Some(id) => id,
                None => return Ok(Ended::Useless),
            },
        };
        let variables = json!({ "id": id });
        // What it says is not asked: of one that is over already it may be an error. The look decides.
        call(setup, DEACTIVATE, &variables).await?;
        let data = call(setup, LOOK, &variables).await?;
        let found = &data["found"];
        if found.is_null() {
            return Ok(Ended::Useless);
        }
        let discount = &found["codeDiscount"];
        match (
            discount["asyncUsageCount"].as_u64(),
            discount["status"].as_str(),
        ) {
            (Some(0), Some("EXPIRED")) => Ok(Ended::Useless),
            (Some(1..), _) => Ok(Ended::AlreadyUsed),
            _ => Err(Trouble::unclear("the code is still good there")),
        }
    }
}

/// What a discount is made of.
fn input(order: &CodeOrder<'_>, now: Instant) -> Value {
    let written = |at| pull::written(at, "%Y-%m-%dT%H:%M:%SZ");
    let is_shipping = order.terms.kind == RewardKind::FreeShipping;
    let others = order.terms.with_other_codes;
    let mut input = json!({
        "title": order.name,
        "code": order.code,
        // Its clock may be behind.
        "startsAt": written(now - MINUTE),
        "endsAt": written(order.expires_at),
        "usageLimit": 1,
        "appliesOncePerCustomer": true,
        "context": { "all": "ALL" },
        "combinesWith": {
            "orderDiscounts": others,
            "productDiscounts": others,
            // Delivery cannot be free twice.
            "shippingDiscounts": others && !is_shipping,
        },
    });
    if is_shipping {
        input["destination"] = json!({ "all": true });
    } else {
        let value = if order.gives_money() {
            let amount = order.money(order.amount);
            json!({ "discountAmount": { "amount": amount, "appliesOnEachItem": false } })
        } else {
            let permille = u16::try_from(order.permille()).unwrap_or(0);
            json!({ "percentage": f64::from(permille) / 1000.0 })
        };
        input["customerGets"] = json!({ "value": value, "items": { "all": true } });
    }
    let minimum = order.minimum();
    if minimum > 0 {
        let minimum = order.money(minimum);
        input["minimumRequirement"] =
            json!({ "subtotal": { "greaterThanOrEqualToSubtotal": minimum } });
    }
    input
}

/// The id of a code that is there.
async fn find(setup: &Setup<'_>, code: &str) -> Result<Option<String>, Trouble> {
    let data = call(setup, FIND, &json!({ "code": code })).await?;
    match data.get("found") {
        Some(Value::Null) => Ok(None),
        Some(node) => id(node).map(Some),
        None => Err(Trouble::unclear(
            "it does not say whether the code is there",
        )),
    }
}

fn id(node: &Value) -> Result<String, Trouble> {
    let id = node["id"].as_str().filter(|id| !id.is_empty());
    let id = id.map(str::to_owned);
    id.ok_or_else(|| Trouble::unclear("it does not say what it calls the code"))
}

/// The data of an answer.
async fn call(setup: &Setup<'_>, query: &str, variables: &Value) -> Result<Value, Trouble> {
    let reply = api::graphql(setup, query, variables).await?;
    pull::refusal(reply.status, RIGHTS, SHOP)?;
    api::data(&reply, RIGHTS).map(Value::Object)
}
