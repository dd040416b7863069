//! Laurel's server: verifies completed actions before a point is paid, keeps the ledger, and serves
//! the panel.
//!
//! A request goes through [`api`] (extract, authorise) to [`domain`] (decide) within a command of
//! [`store`] (one transaction), and comes back as a view of `app::api`.

pub mod api;
pub mod checks;
pub mod cli;
pub mod clock;
pub mod config;
pub mod connections;
pub mod crypto;
pub mod demo;
pub mod domain;
pub mod error;
pub mod hooks;
pub mod hub;
pub mod images;
pub mod limits;
mod listen;
pub mod mailer;
pub mod picture;
pub mod programs;
pub mod pulls;
pub mod renewals;
pub mod shop_codes;
pub mod site;
pub mod store;
pub mod token;
pub mod web;
pub mod worker;

use axum::Router;
use clock::Clock;
use config::{BadSetting, Config};
use crypto::MasterKey;
use hub::Hub;
use ipnet::IpNet;
use limits::Limits;
use programs::Programs;
use site::Site;
use std::sync::Arc;
use std::time::Duration;
use store::{Store, StoreError};
use tokio::net::TcpListener;

/// A panel is thousands of small pieces of memory, and an idle stream has two buffers of 8 KiB of which
/// it writes the first few hundred bytes. This one hands out the pieces faster than the system's, and
/// begins the buffers where a page begins, so that the rest of them is never there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long open requests may take once the server is told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// What every request can reach.
pub struct App {
    /// The database.
    pub store: Store,
    /// The programmes.
    pub programs: Programs,
    /// Who waits for news.
    pub hub: Hub,
    /// The time.
    pub clock: Clock,
    /// What seals secrets.
    pub master: MasterKey,
    /// The address that browsers use.
    pub public_url: String,
    /// Proxies that are believed.
    pub proxies: Vec<IpNet>,
    /// Request counters.
    pub limits: Limits,
    /// Sessions that were used.
    pub renewals: renewals::Renewals,
    /// The built site.
    pub site: Site,
    /// The style sheet, without comments and blanks.
    pub css: String,
    /// The way to servers that are not ours.
    pub outside: connections::Outside,
    /// What is asked of them.
    pub checks: checks::Checks,
    /// How mails leave; without it they wait.
    pub mailer: Option<mailer::Mailer>,
    /// Set once the server is told to stop: open streams end then.
    pub stopping: tokio::sync::watch::Sender<bool>,
}

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting cannot be used.
    #[error(transparent)]
    Setting(#[from] BadSetting),
    /// The database cannot be used.
    #[error("LAUREL_DATABASE_URL: {0}")]
    Store(#[from] StoreError),
    /// There is no built site.
    #[error(transparent)]
    Site(#[from] site::NoSite),
}

impl App {
    /// Opens everything that the settings name.
    ///
    /// # Errors
    /// [`StartError`]: one sentence that names the setting.
    pub async fn open(config: &Config, clock: Clock) -> Result<Arc<Self>, StartError> {
        let public_url = config.public_url()?;
        let proxies = config.proxies()?;
        let mailer = mailer::Mailer::new(config)?;
        let master = config.master_key()?;
        let site = Site::load(&config.site)?;
        let hub = Hub::default();
        let ring = hub.clone();
        let store = Store::open(config.database(), Arc::new(move |whom| ring.wake(whom))).await?;
        agree_on_key(&store, &master).await?;
        let loader = web::loader::Loader::new(&public_url);
        let links = web::links::Links::new(&public_url, &master);
        let programs = Programs::load(store.clone(), loader, links).await?;
        let css = minifier::css::minify(app::shell::CSS)
            .map_or_else(|_| app::shell::CSS.to_owned(), |css| css.to_string());
        Ok(Arc::new(Self {
            store,
            programs,
            hub,
            clock,
            master,
            public_url,
            proxies,
            limits: Limits::new(config.rate_limit),
            renewals: renewals::Renewals::default(),
            site,
            css,
            outside: connections::Outside::new(config.allow_private),
            checks: checks::Checks::default(),
            mailer,
            stopping: tokio::sync::watch::Sender::new(false),
        }))
    }
}

impl App {
    /// What its connections need.
    pub fn means(&self) -> connections::Means<'_> {
        connections::Means {
            store: &self.store,
            master: &self.master,
            outside: &self.outside,
            public_url: &self.public_url,
            clock: &self.clock,
        }
    }
}

/// Stops a server whose key is not the one that sealed this database's secrets.
pub(crate) async fn agree_on_key(store: &Store, master: &MasterKey) -> Result<(), StartError> {
    let ours = master.fingerprint().to_vec();
    let agreed = store
        .write(store::programs::Agree {
            name: "master_key",
            value: ours.clone(),
        })
        .await?;
    if agreed == ours {
        return Ok(());
    }
    Err(BadSetting {
        setting: "LAUREL_MASTER_KEY_FILE",
        remedy:
            "this is not the key that sealed the secrets in this database; use the file that did"
                .into(),
    }
    .into())
}

/// Serves on a bound listener until `shutdown` is ready, then lets open requests finish.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    serve_with(listener, app, Router::new(), shutdown).await
}

/// Serves with more routes beside the contract's, which is what the demo needs.
async fn serve_with(
    listener: TcpListener,
    app: Arc<App>,
    more: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let workers = worker::start(&app);
    let router = more.merge(api::router(Arc::clone(&app)));
    let (stopping, hub) = (app.stopping.clone(), app.hub.clone());
    let mut stopped = app.stopping.subscribe();
    let serving = listen::serve(listener, router, async move {
        shutdown.await;
        stopping.send_replace(true);
        hub.wake(store::Ring::Everybody);
    });
    // Whoever sends half a request must not keep the server from stopping.
    let overdue = async {
        let _told = stopped.wait_for(|stopping| *stopping).await.is_ok();
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        () = serving => {}
        () = overdue => {}
    }
    workers.stop().await;
    // Of the requests that ended last, too.
    renewals::write_down(&app).await;
    Ok(())
}
