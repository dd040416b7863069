//! Settings: each a flag and a `LAUREL_…` variable, read once and checked.

use crate::crypto::MasterKey;
use crate::domain::program_file::is_origin;
use crate::store::Address;
use clap::Args;
use ipnet::IpNet;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Who vouches for a database's server, for every command that opens one.
#[derive(Args, Clone, Debug, Default)]
pub struct Authorities {
    /// Who vouches for a PostgreSQL server: a file with their certificates, in PEM. Without it, those do
    /// who vouch for the web's servers.
    #[arg(long = "database-ca", env = "LAUREL_DATABASE_CA")]
    pub ca: Option<PathBuf>,
}

impl Authorities {
    /// The database at `url`, if they vouch for its server.
    pub fn vouch_for<'a>(&'a self, url: &'a str) -> Address<'a> {
        Address {
            url,
            ca: self.ca.as_deref(),
        }
    }
}

/// How the server runs.
#[derive(Args, Clone)]
pub struct Config {
    /// Where everything is kept: sqlite:FILE or postgres://…
    #[arg(
        long = "database",
        env = "LAUREL_DATABASE_URL",
        default_value = "sqlite:laurel.db",
        hide_env_values = true
    )]
    pub database_url: String,
    /// Who vouches for the database's server.
    #[command(flatten)]
    pub authorities: Authorities,
    /// Where to listen.
    #[arg(long, env = "LAUREL_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The address that browsers use, without a path: <https://loyalty.example>
    #[arg(long, env = "LAUREL_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// The mail server: smtp://user:password@host:port, smtps://… for TLS from the first byte.
    #[arg(long, env = "LAUREL_SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<String>,
    /// Whom mails come from.
    #[arg(
        long,
        env = "LAUREL_MAIL_FROM",
        default_value = "Laurel <laurel@localhost>"
    )]
    pub mail_from: String,
    /// The file with the key that seals stored secrets; made if it is not there.
    #[arg(long, env = "LAUREL_MASTER_KEY_FILE", default_value = "laurel.key")]
    pub master_key_file: PathBuf,
    /// Proxies whose X-Forwarded-For is believed: addresses or networks, separated by commas.
    #[arg(long, env = "LAUREL_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<String>,
    /// Requests a second that one address or session may send; 0 for no limit. A shop's key may send
    /// ten times as many.
    #[arg(long, env = "LAUREL_RATE_LIMIT", default_value_t = 50)]
    pub rate_limit: u32,
    /// Let connections reach private networks and unencrypted addresses, for services of one's own.
    #[arg(long, env = "LAUREL_ALLOW_PRIVATE")]
    pub allow_private: bool,
    /// The built site, where it is not inside the binary.
    #[arg(long, env = "LAUREL_SITE", default_value = "target/site")]
    pub site: PathBuf,
}

/// A setting that cannot be used. Names the setting and says what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: {remedy}")]
pub struct BadSetting {
    /// The variable's name.
    pub setting: &'static str,
    /// What is wrong and what would be right.
    pub remedy: String,
}

impl Config {
    /// Where the database is.
    pub fn database(&self) -> Address<'_> {
        self.authorities.vouch_for(&self.database_url)
    }

    /// The public address, checked: the one that was set, or where the server listens.
    ///
    /// # Errors
    /// [`BadSetting`].
    pub fn public_url(&self) -> Result<String, BadSetting> {
        let remedy = match &self.public_url {
            None if self.listen.ip().is_unspecified() => {
                "name the address that browsers use, since this server listens on all of them"
            }
            None => return Ok(format!("http://{}", self.listen)),
            Some(url) => {
                let url = url.trim_end_matches('/');
                if is_origin(url) {
                    return Ok(url.to_owned());
                }
                "write it as https://loyalty.example: small letters, no path, and a port only if it is unusual"
            }
        };
        Err(BadSetting {
            setting: "LAUREL_PUBLIC_URL",
            remedy: remedy.into(),
        })
    }

    /// The networks of trusted proxies.
    ///
    /// # Errors
    /// [`BadSetting`].
    pub fn proxies(&self) -> Result<Vec<IpNet>, BadSetting> {
        let wrong = |text: &str| BadSetting {
            setting: "LAUREL_TRUSTED_PROXIES",
            remedy: format!("\"{text}\" is neither an address nor a network such as 10.0.0.0/8"),
        };
        let given = self
            .trusted_proxies
            .iter()
            .map(|text| text.trim())
            .filter(|text| !text.is_empty());
        given
            .map(|text| {
                let network = text
                    .parse()
                    .or_else(|_| text.parse().map(|ip: std::net::IpAddr| ip.into()));
                network.map_err(|_| wrong(text))
            })
            .collect()
    }

    /// The master key.
    ///
    /// # Errors
    /// [`BadSetting`].
    pub fn master_key(&self) -> Result<MasterKey, BadSetting> {
        MasterKey::at(&self.master_key_file).map_err(|remedy| BadSetting {
            setting: "LAUREL_MASTER_KEY_FILE",
            remedy,
        })
    }
}

/// Addresses may hold passwords, so they are left out.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("database_ca", &self.authorities.ca)
            .field("listen", &self.listen)
            .field("public_url", &self.public_url)
            .field("master_key_file", &self.master_key_file)
            .field("trusted_proxies", &self.trusted_proxies)
            .field("allow_private", &self.allow_private)
            .field("site", &self.site)
            .finish_non_exhaustive()
    }
}
