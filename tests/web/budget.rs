//! What a browser has to download stays within its budget. A kilobyte is 1000 bytes.

use crate::support::weigh::{CODE_MAX, DOCUMENT_MAX, LOADER_MAX, OPEN_MAX, Weights, weigh};
use crate::support::world::{Database, World};

#[tokio::test]
async fn the_loader_and_the_panel_are_within_their_budget() {
    let world = World::open(Database::Sqlite).await;
    let weights = weigh(&world).await;
    let Weights {
        loader,
        document,
        wasm,
        glue,
    } = weights;
    let over: Vec<String> = [
        ("the loader", loader, LOADER_MAX),
        ("the document", document, DOCUMENT_MAX),
        ("the code", wasm + glue, CODE_MAX),
        ("the first opening", weights.open(), OPEN_MAX),
    ]
    .into_iter()
    .filter(|(_, bytes, most)| bytes > most)
    .map(|(what, bytes, most)| format!("{what} has {bytes} bytes and not at most {most}"))
    .collect();
    assert!(over.is_empty(), "{}; {weights:?}", over.join("; "));
}
