//! What a browser has to download, in packed bytes as they come over the wire.

use super::world::{World, paid};
use reqwest::{RequestBuilder, header};

/// All that every page of every shop pays, at most.
pub(crate) const LOADER_MAX: usize = 2_500;
/// The panel's code at most: the module and what loads it.
pub(crate) const CODE_MAX: usize = 80_000;
/// The panel's document at most, with styles and data in it.
pub(crate) const DOCUMENT_MAX: usize = 12_000;
/// The first opening of the panel at most, in all.
pub(crate) const OPEN_MAX: usize = 100_000;

/// The parts of it, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weights {
    pub(crate) loader: usize,
    pub(crate) document: usize,
    pub(crate) wasm: usize,
    pub(crate) glue: usize,
}

impl Weights {
    /// The first opening of the panel.
    pub(crate) fn open(self) -> usize {
        self.document + self.wasm + self.glue
    }
}

/// Weighs everything, with the longer of the two languages for a member with a whole story.
pub(crate) async fn weigh(world: &World) -> Weights {
    world.member("ivan").await;
    for number in 1001..=1030 {
        world
            .order(&paid(&number.to_string(), "ivan", 240_000))
            .await;
    }
    let pkg = format!("{}{}", world.url, world.app.site.pkg());
    Weights {
        loader: bytes(
            world
                .http
                .get(format!("{}/embed.js?program=demo", world.url)),
        )
        .await,
        document: bytes(personal(world, "ivan", "ru")).await,
        wasm: bytes(world.http.get(format!("{pkg}/app_bg.wasm"))).await,
        glue: bytes(world.http.get(format!("{pkg}/app.js"))).await,
    }
}

/// Asks for a customer's own panel, as the loader does.
pub(crate) fn personal(world: &World, customer: &str, language: &str) -> RequestBuilder {
    let host = &world.shop;
    let address = format!(
        "{}/w/demo?locale={language}&form=panel&host={host}",
        world.url
    );
    let token = world.sign(&world.claims(customer));
    world.http.post(address).form(&[("token", token)])
}

/// The bytes of an answer's body over the wire.
async fn bytes(request: RequestBuilder) -> usize {
    let answer = request
        .header(header::ACCEPT_ENCODING, "br")
        .send()
        .await
        .unwrap();
    assert!(answer.status().is_success(), "{answer:?}");
    let packing = answer.headers().get(header::CONTENT_ENCODING);
    assert_eq!(
        packing.map(header::HeaderValue::as_bytes),
        Some(&b"br"[..]),
        "{answer:?}"
    );
    answer.bytes().await.unwrap().len()
}
