//! `laurel connection secret | test | guide`.

use super::program::find;
use super::{Database, said};
use crate::clock::Clock;
use crate::connections::pull::Place;
use crate::connections::{self, Means, Outside, Secrets, guide};
use crate::crypto::MasterKey;
use crate::domain::program::Rules;
use crate::domain::program_file::{self, is_origin};
use crate::store::Store;
use crate::store::connections::{Keep, Sealed};
use clap::{Args, Subcommand};
use std::io::Read;
use std::path::PathBuf;

/// What to do with connections.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Seal a secret of a connection. It is read from standard input, so that no shell remembers it.
    Secret {
        #[command(flatten)]
        of: Of,
        /// Which of its secrets.
        name: String,
    },
    /// Try everything that was set up, and say exactly what is wrong.
    Test {
        #[command(flatten)]
        of: Of,
        /// The address that browsers use, without a path: <https://loyalty.example>
        #[arg(long, env = "LAUREL_PUBLIC_URL")]
        public_url: String,
        /// Let connections reach private networks, for services of one's own.
        #[arg(long, env = "LAUREL_ALLOW_PRIVATE")]
        allow_private: bool,
    },
    /// Print what each service proves, what it needs and how it is set up.
    Guide,
}

/// Which connection.
#[derive(Args)]
pub(super) struct Of {
    /// The programme's slug.
    program: String,
    /// The connection's id in the programme file.
    connection: String,
    /// The file with the key that seals stored secrets.
    #[arg(long, env = "LAUREL_MASTER_KEY_FILE", default_value = "laurel.key")]
    master_key_file: PathBuf,
    #[command(flatten)]
    database: Database,
}

pub(super) async fn run(command: Command) -> Result<String, String> {
    match command {
        Command::Secret { of, name } => {
            let mut value = String::new();
            std::io::stdin().read_to_string(&mut value).map_err(said)?;
            secret(&of, &name, value.trim()).await
        }
        Command::Test {
            of,
            public_url,
            allow_private,
        } => test(&of, public_url.trim_end_matches('/'), allow_private).await,
        Command::Guide => Ok(guide::page()),
    }
}

impl Of {
    async fn open(&self) -> Result<(Store, MasterKey, Rules), String> {
        let store = self.database.open().await?;
        let master = MasterKey::at(&self.master_key_file)?;
        crate::agree_on_key(&store, &master).await.map_err(said)?;
        let stored = find(&store, &self.program).await?;
        let program = program_file::parse(&stored.source)
            .map_err(|_| format!("the stored rules of {} cannot be read", self.program))?;
        let rules = Rules {
            id: stored.id,
            version: stored.version,
            program,
        };
        Ok((store, master, rules))
    }

    fn missing(&self) -> String {
        format!("{} has no connection \"{}\"", self.program, self.connection)
    }
}

async fn secret(of: &Of, name: &str, value: &str) -> Result<String, String> {
    let (store, master, rules) = of.open().await?;
    let connection = rules
        .program
        .connection(&of.connection)
        .ok_or_else(|| of.missing())?;
    let service = connections::service(&connection.kind).ok_or_else(|| of.missing())?;
    let known = service.about().settings.iter();
    let names: Vec<_> = known
        .filter(|setting| setting.secret)
        .map(|setting| setting.name)
        .collect();
    if !names.contains(&name) {
        return Err(format!(
            "the secrets of {} are: {}",
            connection.kind,
            names.join(", ")
        ));
    }
    if value.is_empty() {
        return Err("give the secret on standard input".into());
    }
    let id = &connection.id;
    let kept = store
        .read(Sealed {
            program: rules.id,
            name: id,
        })
        .await
        .map_err(said)?;
    let mut secrets = match kept {
        Some(kept) => Secrets::open(&master, rules.id, id, &kept.sealed).map_err(said)?,
        None => Secrets::default(),
    };
    secrets.0.insert(name.to_owned(), value.to_owned());
    let keep = Keep {
        program: rules.id,
        name: id.clone(),
        sealed: secrets.seal(&master, rules.id, id),
        now: Clock::System.now(),
    };
    store.write(keep).await.map_err(said)?;
    Ok(format!("{name} of {id} is sealed\n"))
}

async fn test(of: &Of, public_url: &str, allow_private: bool) -> Result<String, String> {
    if !is_origin(public_url) {
        return Err("--public-url: write it as https://loyalty.example".into());
    }
    let (store, master, rules) = of.open().await?;
    let connection = rules
        .program
        .connection(&of.connection)
        .ok_or_else(|| of.missing())?;
    let service = connections::service(&connection.kind).ok_or_else(|| of.missing())?;
    let (outside, clock) = (Outside::new(allow_private), Clock::System);
    let means = Means {
        store: &store,
        master: &master,
        outside: &outside,
        public_url,
        clock: &clock,
    };
    let setup = means.setup(&rules, connection).await.map_err(said)?;
    let lacks = service.about().settings.iter();
    let lacks = lacks.filter(|setting| setting.required && setup.get(setting.name).is_empty());
    let lacks: Vec<_> = lacks
        .map(|setting| format!("{} is missing: {}", setting.name, setting.what))
        .collect();
    if !lacks.is_empty() {
        return Err(lacks.join("\n"));
    }
    let mut said_of = vec![format!("sign-ins come back to {}", setup.callback())];
    if let Some(pulls) = service.pulls().filter(|pulls| pulls.is_ready(&setup)) {
        let place = Place {
            since: setup.now,
            page: String::new(),
        };
        pulls.page(&setup, &place).await.map_err(said)?;
        said_of.push("orders whose hooks get lost can be fetched".into());
    }
    let here = rules
        .program
        .tasks
        .iter()
        .filter_map(|task| Some((task, task.elsewhere.as_ref()?)));
    for (task, elsewhere) in here.filter(|(_, elsewhere)| elsewhere.connection == connection.id) {
        let found = service.test(&setup, &elsewhere.target).await;
        said_of.push(match found {
            Ok(good) => format!("task {}: {good}", task.id),
            Err(trouble) => return Err(format!("task {}: {trouble}", task.id)),
        });
    }
    Ok(said_of.join("\n") + "\n")
}
