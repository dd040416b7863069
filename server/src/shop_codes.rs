//! Making codes in the shop, and making them useless there, in the background.

use crate::App;
use std::sync::Arc;

/// Does it until the server stops.
pub async fn run(app: Arc<App>) {
    let mut stopping = app.stopping.subscribe();
    let _ = stopping.wait_for(|stopping| *stopping).await;
}
