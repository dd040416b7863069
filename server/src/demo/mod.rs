//! `laurel demo`: the server with a seeded programme, a small shop on another site that embeds it
//! like any merchant, and a mailbox that receives by SMTP. Nothing of this exists under `serve`.

mod mailbox;
mod shop;

use crate::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::crypto::{hex, sha256};
use crate::domain::program_file;
use crate::store::StoreError;
use crate::store::coupons::AddCodes;
use crate::store::files::{self, StoredFile};
use crate::store::keys::{Add, KeyKind, StoredKey};
use crate::web::owner;
use app::api::ProgramId;
use axum::Router;
use axum::routing::get;
use bytes::Bytes;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;

pub use mailbox::{Letter, Mailbox};

/// The programme's file, with a shop at the usual address.
pub const PROGRAM: &str = include_str!("program.toml");
/// More of its tasks. For some of them the internet is needed.
const MORE: &str = include_str!("more.toml");
/// Its rewards, and how its members bring friends.
pub const REWARDS: &str = include_str!("rewards.toml");
/// The file that one of them hands out.
const GUIDE: (&str, &[u8]) = ("brewing.txt", include_bytes!("brewing.txt"));
/// The reward that hands out a partner's codes, and how many the partner has sent.
const TICKETS: &str = "cinema";
const TICKETS_MADE: u8 = 25;
/// Where the shop is in [`PROGRAM`] and [`REWARDS`].
const USUAL_ORIGIN: &str = "http://localhost:8081";
/// The name of the key that signs the shop's tokens.
const TOKEN_KID: &str = "demo-token-1";
/// The name of the key that the shop's backend calls with.
const API_KID: &str = "demo-api-1";

/// Why the demo cannot start.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The server cannot start.
    #[error(transparent)]
    Start(#[from] crate::StartError),
    /// A port or a folder cannot be used.
    #[error("the demo cannot start: {0}")]
    Io(#[from] std::io::Error),
    /// The programme cannot be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a demo is made of, before it listens.
pub struct Demo {
    /// The server.
    pub app: Arc<App>,
    /// The mails that it sent.
    pub mailbox: Mailbox,
    /// The shop.
    pub shop: Router,
    /// The programme's slug.
    pub program: String,
    /// What the shop's backend sends as its bearer.
    pub api_key: String,
    /// What the shop signs tokens with.
    pub token_secret: [u8; 32],
}

/// Where the parts of a demo are found.
pub struct Places {
    /// The origin that the shop is opened at.
    pub shop_origin: String,
    /// The folder of the database and the key.
    pub data: PathBuf,
    /// Whether it has a task of every kind, also of those that are done elsewhere on the internet, and rewards.
    pub has_more: bool,
}

impl Demo {
    /// Opens the server with the demo's programme in it. `config` says where it listens.
    ///
    /// # Errors
    /// [`DemoError`].
    pub async fn open(
        mut config: Config,
        places: &Places,
        clock: Clock,
    ) -> Result<Self, DemoError> {
        std::fs::create_dir_all(&places.data)?;
        config.master_key_file = places.data.join("laurel.key");
        let mailbox = Mailbox::start().await?;
        config.smtp_url = Some(format!("smtp://{}", mailbox.address()));
        let app = App::open(&config, clock).await?;
        let (program, api_key, token_secret) = seed(&app, places).await?;
        let backend = shop::Backend {
            laurel: app.public_url.clone(),
            program: program.clone(),
            api_key: api_key.clone(),
            token_kid: TOKEN_KID.into(),
            token_secret,
            clock: app.clock.clone(),
        };
        Ok(Self {
            shop: shop::router(backend),
            app,
            mailbox,
            program,
            api_key,
            token_secret,
        })
    }

    /// A link to the page on which the owner decides. It works once.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn owner_link(&self) -> Result<String, StoreError> {
        let app = &self.app;
        let program = app.programs.by_slug(&self.program).await?;
        let program = program.ok_or_else(|| StoreError::internal("the demo has no programme"))?;
        let now = app.clock.now();
        owner::invite(&app.store, program.rules.id, &app.public_url, now).await
    }

    /// Serves both sites until `shutdown` is ready.
    ///
    /// # Errors
    /// When a listener fails.
    pub async fn serve(
        self,
        laurel: TcpListener,
        shop: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        let mail = Router::new()
            .route("/dev/mail", get(mailbox::list))
            .route("/dev/mail/{number}", get(mailbox::show))
            .with_state(self.mailbox.clone());
        let mut stopping = self.app.stopping.subscribe();
        let shop = axum::serve(shop, self.shop).with_graceful_shutdown(async move {
            // An error means that the server is gone, which ends the shop as well.
            let _stopped = stopping.wait_for(|stopping| *stopping).await.is_ok();
        });
        let server = crate::serve_with(laurel, self.app, mail, shutdown);
        let (server, shop) = tokio::join!(server, shop);
        server.and(shop)
    }
}

/// Stores the programme and its keys. The keys follow from the master key, so a demo that is started
/// again on the same data still knows them.
async fn seed(app: &App, places: &Places) -> Result<(String, String, [u8; 32]), DemoError> {
    let more = if places.has_more {
        [MORE, REWARDS].concat()
    } else {
        String::new()
    };
    let source = [PROGRAM, &more].concat();
    let source = source.replace(USUAL_ORIGIN, &places.shop_origin);
    let program = program_file::check(&source)
        .map_err(|faults| StoreError::internal(format!("the demo's programme: {}", faults[0])))?;
    let now = app.clock.now();
    let loaded = app.programs.import(&source, &program, now).await?;
    let id = loaded.rules.id;
    if places.has_more {
        let (name, bytes) = GUIDE;
        let add = files::Add {
            program: id,
            file: StoredFile {
                name: name.into(),
                media_type: "text/plain; charset=utf-8".into(),
                size: i64::try_from(bytes.len()).unwrap_or_default(),
                digest: sha256(bytes).to_vec(),
            },
            bytes: Bytes::from_static(bytes),
            now,
        };
        app.store.write(add).await?;
        app.store.write(tickets(app, id)).await?;
    }
    let token_secret = app.master.mac("demo token", &id.0);
    let api_secret = hex(&app.master.mac("demo api", &id.0));
    let sealed = app.master.seal(TOKEN_KID.as_bytes(), &token_secret);
    add_key(app, id, TOKEN_KID, KeyKind::TokenSecret, sealed, "").await?;
    let digest = sha256(api_secret.as_bytes()).to_vec();
    add_key(
        app,
        id,
        API_KID,
        KeyKind::Api,
        digest,
        "orders members adjustments coupons events surveys threads decisions",
    )
    .await?;
    Ok((
        program.slug,
        format!("{API_KID}.{api_secret}"),
        token_secret,
    ))
}

/// The codes that a made-up cinema has sent. They are the same when the demo starts again.
fn tickets(app: &App, program: ProgramId) -> AddCodes {
    let code = |number: u8| {
        let digest = hex(&app.master.mac("demo cinema", &[number]));
        format!("CINEMA-{}", digest[..8].to_uppercase())
    };
    AddCodes {
        program,
        reward: TICKETS.into(),
        codes: (0..TICKETS_MADE).map(code).collect(),
        now: app.clock.now(),
    }
}

async fn add_key(
    app: &App,
    program_id: ProgramId,
    name: &str,
    kind: KeyKind,
    material: Vec<u8>,
    scopes: &str,
) -> Result<(), StoreError> {
    let key = StoredKey {
        kid: name.into(),
        program_id,
        kind,
        material,
        scopes: scopes.into(),
        created_at: app.clock.now(),
        revoked_at: None,
    };
    app.store.write(Add(key)).await
}
