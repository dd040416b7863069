//! Members who bring friends: as the advocate sees it, and as the shop decides about it.

use crate::App;
use crate::error::Error;
use crate::programs::Loaded;
use app::api::{MemberId, MyReferral};

/// A member's own link and friends, for the panel and for `GET /api/v1/me/referral`; none where the programme does not
/// reward that.
pub(crate) async fn of_member(
    app: &App,
    program: &Loaded,
    member: MemberId,
) -> Result<Option<MyReferral>, Error> {
    let _ = (app, program, member);
    Ok(None)
}
