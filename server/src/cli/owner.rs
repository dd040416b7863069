//! `laurel owner invite`.

use super::program::find;
use super::{Database, said};
use crate::clock::Clock;
use crate::domain::program_file::is_origin;
use crate::web::owner;
use clap::Subcommand;

/// What to do for people of a shop.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Print a link to the page on which reviews, held attempts and messages wait. It works once, for a day.
    Invite {
        /// The programme's slug.
        program: String,
        /// The address that browsers use, without a path: <https://loyalty.example>
        #[arg(long, env = "LAUREL_PUBLIC_URL")]
        public_url: String,
        #[command(flatten)]
        database: Database,
    },
}

pub(super) async fn run(command: Command) -> Result<String, String> {
    let Command::Invite {
        program,
        public_url,
        database,
    } = command;
    let public_url = public_url.trim_end_matches('/');
    if !is_origin(public_url) {
        return Err("--public-url: write it as https://loyalty.example".into());
    }
    let store = database.open().await?;
    let stored = find(&store, &program).await?;
    let link = owner::invite(&store, stored.id, public_url, Clock::System.now()).await;
    Ok(format!("{}\n", link.map_err(said)?))
}
