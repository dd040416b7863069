//! What the page around the panel names: the price that it shows, or the order that it thanks for.

use super::Asked;
use crate::App;
use crate::api::quote::answer;
use crate::api::views;
use crate::domain::{order, quote};
use crate::error::Error;
use crate::programs::Loaded;
use crate::store::members::StoredMember;
use crate::store::orders::Get;
use app::api::{OrderView, QuoteView};
use app::panel::{Form, Viewer};

/// What the price that the page shows would earn and can be paid with. No quote for what is no amount, or is in
/// another currency: the page around is the shop's, and shows its price all the same.
pub(super) fn quoted(
    app: &App,
    program: &Loaded,
    asked: &Asked,
    member: Option<&StoredMember>,
) -> Option<QuoteView> {
    let own = program.program().currency.as_str();
    let is_own = asked.currency.as_deref().unwrap_or(own) == own;
    let is_for_it = matches!(asked.form(), Form::Earn | Form::Slider | Form::Thanks);
    let price = asked.price.as_deref().filter(|_| is_own && is_for_it);
    let basket = price.and_then(|price| quote::of_price(price, asked.sku.as_deref(), own))?;
    let now = app.clock.now();
    Some(answer(program, &basket, member, &[], now))
}

/// The order that the page thanks for. Of others than its buyer, nobody learns whether there is one.
pub(super) async fn thanked(
    app: &App,
    program: &Loaded,
    asked: &Asked,
    viewer: &Viewer,
) -> Result<Option<OrderView>, Error> {
    let Viewer::Member { me, .. } = viewer else {
        return Ok(None);
    };
    let id = asked.order.as_deref().filter(|id| order::is_text(id));
    let Some(id) = id.filter(|_| asked.form() == Form::Thanks) else {
        return Ok(None);
    };
    let get = Get {
        program: program.rules.id,
        id,
    };
    let found = app.store.read(get).await?;
    let own = found.filter(|order| order.member == Some(me.id));
    Ok(own.map(views::order))
}
