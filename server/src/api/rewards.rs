//! What members can turn points into, as they see it; and codes that shops upload.

use crate::App;
use crate::error::Error;
use crate::programs::Loaded;
use crate::store::members::StoredMember;
use app::api::MyRewards;

/// What a member can turn points into, for the panel and for `GET /api/v1/me/rewards`.
pub(crate) async fn of_member(
    app: &App,
    program: &Loaded,
    locale: &str,
    member: &StoredMember,
) -> Result<MyRewards, Error> {
    let _ = (app, program, locale, member);
    Ok(MyRewards::default())
}
