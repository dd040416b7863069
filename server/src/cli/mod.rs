//! The command line: `laurel serve | demo | migrate | program … | key … | connection … | file … | codes … | owner … | ledger … | copy | backup | openapi`.

mod backup;
mod codes;
mod connection;
mod copy;
mod file;
mod key;
mod ledger;
mod owner;
mod program;

use crate::App;
use crate::clock::Clock;
use crate::config::{Authorities, Config};
use crate::demo::{Demo, Places};
use crate::store::{Address, Store};
use clap::{Args, Parser, Subcommand};
use std::fmt::Display;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// A loyalty programme that proves every action.
#[derive(Parser)]
#[command(name = "laurel", version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the panel and the API.
    Serve(Config),
    /// Serve with a seeded programme, a shop that embeds it and a mailbox.
    Demo(DemoArgs),
    /// Bring the database's schema up to date.
    Migrate(Database),
    /// Check, import and export programmes.
    #[command(subcommand)]
    Program(program::Command),
    /// Make, list and revoke a programme's keys.
    #[command(subcommand)]
    Key(key::Command),
    /// Give connections their secrets, try them, and tell about them.
    #[command(subcommand)]
    Connection(connection::Command),
    /// Store, list and remove the files that downloads hand out.
    #[command(subcommand)]
    File(file::Command),
    /// Upload codes that rewards give out.
    #[command(subcommand)]
    Codes(codes::Command),
    /// Let people of a shop into the page on which they decide.
    #[command(subcommand)]
    Owner(owner::Command),
    /// Check the books, and print the heads of their hash chains.
    #[command(subcommand)]
    Ledger(ledger::Command),
    /// Copy everything into another database, and compare both. Run it again if it was interrupted.
    Copy(copy::Copy),
    /// Write everything into one SQLite file, while servers go on writing.
    Backup(backup::Backup),
    /// Print the HTTP contract as `OpenAPI` 3.1.
    Openapi,
    /// Pack the files of the built site, as `make site` does.
    #[command(hide = true)]
    Precompress {
        /// The site's folder.
        site: PathBuf,
    },
}

#[derive(Args)]
struct DemoArgs {
    /// Where Laurel listens.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where the shop listens; it is opened as localhost, which is another site.
    #[arg(long, default_value = "127.0.0.1:8081")]
    shop: SocketAddr,
    /// The folder of the database and the key; a temporary one if left out.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Another database than the one in the folder: sqlite:FILE or postgres://…
    #[arg(long, env = "LAUREL_DATABASE_URL", hide_env_values = true)]
    database: Option<String>,
    #[command(flatten)]
    authorities: Authorities,
    /// The built site, where it is not inside the binary.
    #[arg(long, env = "LAUREL_SITE", default_value = "target/site")]
    site: PathBuf,
}

/// Which database.
#[derive(Args)]
struct Database {
    /// Where everything is kept: sqlite:FILE or postgres://…
    #[arg(
        long = "database",
        env = "LAUREL_DATABASE_URL",
        default_value = "sqlite:laurel.db",
        hide_env_values = true
    )]
    url: String,
    #[command(flatten)]
    authorities: Authorities,
}

impl Database {
    fn address(&self) -> Address<'_> {
        self.authorities.vouch_for(&self.url)
    }

    async fn open(&self) -> Result<Store, String> {
        let store = Store::open(self.address(), Arc::new(|_| ())).await;
        store.map_err(|error| format!("LAUREL_DATABASE_URL: {error}"))
    }

    /// For reading alone, with its schema as it is.
    async fn look(&self) -> Result<Store, String> {
        let store = Store::look(self.address()).await;
        store.map_err(|error| format!("LAUREL_DATABASE_URL: {error}"))
    }
}

/// Why a command line ended badly.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// One sentence for the person who typed it.
    #[error("{0}")]
    Fault(String),
    /// What was compared differs: a line for each difference, then how many there are.
    #[error("{0}")]
    Differs(String),
    /// Nothing could be compared; one sentence says why.
    #[error("{0}")]
    Unseen(String),
}

impl From<String> for Failure {
    fn from(sentence: String) -> Self {
        Self::Fault(sentence)
    }
}

/// Runs a command line. Its exit code is 0 when all is well, 2 when something was to be compared and could
/// not be looked at, and 1 for everything else.
pub async fn run(cli: Cli) -> ExitCode {
    match execute(cli).await {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(Failure::Differs(lines)) => {
            print!("{lines}");
            ExitCode::FAILURE
        }
        Err(failure) => {
            eprintln!("laurel: {failure}");
            ExitCode::from(if matches!(failure, Failure::Unseen(_)) {
                2
            } else {
                1
            })
        }
    }
}

/// Runs a command line; answers what it has to print.
///
/// # Errors
/// [`Failure`].
pub async fn execute(cli: Cli) -> Result<String, Failure> {
    Ok(match cli.command {
        Command::Serve(config) => serve(config).await?,
        Command::Demo(args) => demo(args).await?,
        Command::Migrate(database) => {
            database.open().await?;
            "The schema is up to date.\n".into()
        }
        Command::Program(command) => program::run(command).await?,
        Command::Key(command) => key::run(command).await?,
        Command::Connection(command) => connection::run(command).await?,
        Command::File(command) => file::run(command).await?,
        Command::Codes(command) => codes::run(command).await?,
        Command::Owner(command) => owner::run(command).await?,
        Command::Ledger(command) => ledger::run(command).await?,
        Command::Copy(args) => copy::run(args).await?,
        Command::Backup(args) => backup::run(args).await?,
        Command::Openapi => crate::api::openapi::document().map_err(said)?,
        Command::Precompress { site } => {
            crate::site::precompress(&site.join("pkg")).map_err(said)?;
            String::new()
        }
    })
}

fn said(error: impl Display) -> String {
    error.to_string()
}

/// Log lines as JSON under a supervisor, readable at a terminal.
fn log() {
    let filter = EnvFilter::try_from_env("LAUREL_LOG")
        .unwrap_or_else(|_| EnvFilter::new("info,mailin_embedded=warn"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if std::io::IsTerminal::is_terminal(&std::io::stderr()) {
        lines.init();
    } else {
        lines.json().init();
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, String> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|error| format!("LAUREL_LISTEN: {address} cannot be used: {error}"))
}

/// Ready when the process is told to stop.
async fn told_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _interrupted = interrupted.await;
}

async fn serve(config: Config) -> Result<String, String> {
    log();
    let app = App::open(&config, Clock::System).await.map_err(said)?;
    let listener = bind(config.listen).await?;
    if app.mailer.is_none() {
        tracing::warn!("LAUREL_SMTP_URL is not set: mails wait in the outbox");
    }
    tracing::info!(listen = %config.listen, public_url = app.public_url, "serving");
    crate::serve(listener, app, told_to_stop())
        .await
        .map_err(said)?;
    Ok(String::new())
}

async fn demo(args: DemoArgs) -> Result<String, String> {
    log();
    let laurel = bind(args.listen).await?;
    let shop = bind(args.shop).await?;
    let listen = laurel.local_addr().map_err(said)?;
    let shop_port = shop.local_addr().map_err(said)?.port();
    let fresh = std::env::temp_dir().join(format!("laurel-demo-{}", std::process::id()));
    let data = args.data.unwrap_or(fresh);
    let config = Config {
        database_url: args
            .database
            .unwrap_or_else(|| format!("sqlite:{}", data.join("laurel.db").display())),
        authorities: args.authorities,
        listen,
        public_url: None,
        smtp_url: None,
        mail_from: "Morning Roast <hello@morning-roast.example>".into(),
        master_key_file: data.join("laurel.key"),
        trusted_proxies: Vec::new(),
        rate_limit: 0,
        allow_private: false,
        site: args.site,
    };
    let places = Places {
        shop_origin: format!("http://localhost:{shop_port}"),
        data,
        has_more: true,
    };
    let demo = Demo::open(config, &places, Clock::System)
        .await
        .map_err(said)?;
    println!("The shop:     {}", places.shop_origin);
    println!("Laurel:       http://{listen}/w/demo");
    println!("The mailbox:  http://{listen}/dev/mail");
    let owner = demo.owner_link().await.map_err(said)?;
    println!("The owner:    {owner}");
    println!("The data:     {}", places.data.display());
    demo.serve(laurel, shop, told_to_stop())
        .await
        .map_err(said)?;
    Ok(String::new())
}
