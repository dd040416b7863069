//! A person of the shop in front of the owner's pages.

use super::trust::{Answer, ask};
use super::world::World;
use app::api::ProgramId;
use reqwest::{RequestBuilder, StatusCode, header};
use server::crypto::sha256;
use server::store::owners::Invite;

/// Makes a link to a programme's pages, with this secret.
pub(crate) async fn invite(world: &World, program: ProgramId, secret: &str) {
    let invite = Invite {
        program,
        digest: sha256(secret.as_bytes()).to_vec(),
        now: world.now(),
    };
    world.app.store.write(invite).await.unwrap();
}

/// A form of ours, as a browser sends it.
pub(crate) fn form(
    world: &World,
    path: &str,
    cookie: &str,
    fields: &[(&str, &str)],
) -> RequestBuilder {
    let form = world.http.post(world.at(path)).form(fields);
    form.header(header::ORIGIN, &world.app.public_url)
        .header(header::COOKIE, cookie)
}

/// Opens a page with this cookie.
pub(crate) async fn open(world: &World, path: &str, cookie: &str) -> Answer {
    let page = world.http.get(world.at(path));
    ask(page.header(header::COOKIE, cookie)).await
}

/// Comes in by a link of this programme; answers the cookie.
pub(crate) async fn enter(world: &World, program: ProgramId, secret: &str) -> String {
    invite(world, program, secret).await;
    let taken = ask(form(world, &format!("/owner/enter/{secret}"), "", &[])).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
    let cookie = taken.header("set-cookie").split(';').next().unwrap();
    cookie.to_owned()
}
