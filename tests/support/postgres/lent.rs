//! A database that goes when nobody needs it any more: five hundred of them would fill a small disk.

use reqwest::Url;
use std::sync::LazyLock;
use std::sync::mpsc::{Receiver, Sender, channel};
use tokio_postgres::NoTls;

/// Where databases are handed in. One thread drops them beside the tests, one after the other.
static RETURNED: LazyLock<Sender<Returned>> = LazyLock::new(|| {
    let (sender, receiver) = channel();
    // Where no thread can be had, they stay, as they would without it.
    let _thread = std::thread::Builder::new()
        .name("databases".into())
        .spawn(move || drop_all(&receiver));
    sender
});

/// What is to be dropped, and the address of another database of the same server.
struct Returned {
    name: String,
    server: Url,
}

/// The URL of a database, which is dropped together with it.
pub(crate) struct Lent {
    /// The database's own address.
    pub(crate) url: String,
    server: Url,
}

impl Lent {
    pub(super) fn new(url: String, server: Url) -> Self {
        Self { url, server }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Ok(url) = self.url.parse::<Url>() else {
            return;
        };
        // It never fails a test: what is not dropped goes with the server.
        let _sent = RETURNED.send(Returned {
            name: url.path().trim_start_matches('/').to_owned(),
            server: self.server.clone(),
        });
    }
}

fn drop_all(receiver: &Receiver<Returned>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let Ok(runtime) = runtime else {
        return;
    };
    for returned in receiver {
        let _dropped = runtime.block_on(drop_one(&returned));
    }
}

/// Drops one, whoever is still connected to it.
async fn drop_one(returned: &Returned) -> Result<(), tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(returned.server.as_str(), NoTls).await?;
    let connection = tokio::spawn(connection);
    let sql = format!("drop database if exists {} with (force)", returned.name);
    let dropped = client.batch_execute(&sql).await;
    drop(client);
    let _ended = connection.await;
    dropped
}
