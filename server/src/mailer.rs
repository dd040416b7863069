//! Mails: sealed into the outbox, and sent from there by SMTP.

use crate::config::{BadSetting, Config};
use crate::crypto::MasterKey;
use crate::store::mail::SealedMail;
use app::text::Mail;
use lettre::message::{Mailbox, MultiPart, SinglePart, header};
use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long connecting to a mail server may take.
const CONNECT_MAX: Duration = Duration::from_secs(20);
/// How long sending may take in all: the mail is ours alone for two minutes.
const SEND_MAX: Duration = Duration::from_mins(1);

/// A mail with its address, as it lies in the outbox under its seal.
#[derive(Serialize, Deserialize)]
struct Letter {
    to: String,
    sender: String,
    subject: String,
    text: String,
    html: String,
}

/// Seals a mail for the outbox. `sender` is the name it comes from, the programme's.
pub fn seal(master: &MasterKey, id: [u8; 16], to: &str, sender: &str, mail: Mail) -> SealedMail {
    let Mail {
        subject,
        text,
        html,
    } = mail;
    let letter = Letter {
        to: to.into(),
        sender: sender.into(),
        subject,
        text,
        html,
    };
    let plain = serde_json::to_vec(&letter).unwrap_or_default();
    SealedMail {
        id,
        sealed: master.seal(&id, &plain),
    }
}

/// Why a mail could not be sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// It was sealed with another key, or is damaged.
    #[error("the mail cannot be unsealed")]
    Unsealable,
    /// Its address or a header cannot be written.
    #[error("the mail cannot be addressed")]
    Address,
    /// The mail server refused it or did not answer. Its own words are left out of the message:
    /// they name the address.
    #[error("the mail server answered {}", .0.status().map_or("nothing".to_owned(), |code| code.to_string()))]
    Server(#[from] lettre::transport::smtp::Error),
    /// It took longer than anybody waits.
    #[error("the mail server fell silent")]
    Silent,
}

impl MailError {
    /// Whether another try would end the same way.
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Unsealable | Self::Address => true,
            Self::Server(error) => error.is_permanent(),
            Self::Silent => false,
        }
    }
}

/// The way to the mail server.
#[derive(Clone)]
pub struct Mailer {
    server: AsyncSmtpTransportBuilder,
    /// Its open connections.
    smtp: Arc<Mutex<AsyncSmtpTransport<Tokio1Executor>>>,
    from: Mailbox,
    patience: Duration,
}

impl Mailer {
    /// The mailer of these settings; none without a mail server.
    ///
    /// # Errors
    /// [`BadSetting`].
    pub fn new(config: &Config) -> Result<Option<Self>, BadSetting> {
        let Some(url) = &config.smtp_url else {
            return Ok(None);
        };
        let smtp = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| BadSetting {
            setting: "LAUREL_SMTP_URL",
            remedy: "write it as smtps://user:password@mail.example:465".into(),
        })?;
        let from = config.mail_from.parse().map_err(|_| BadSetting {
            setting: "LAUREL_MAIL_FROM",
            remedy: "write it as Shop <loyalty@shop.example>".into(),
        })?;
        let smtp = smtp.timeout(Some(CONNECT_MAX));
        Ok(Some(Self::over(smtp, from, SEND_MAX)))
    }

    fn over(server: AsyncSmtpTransportBuilder, from: Mailbox, patience: Duration) -> Self {
        let smtp = Arc::new(Mutex::new(server.clone().build()));
        Self {
            server,
            smtp,
            from,
            patience,
        }
    }

    fn smtp(&self) -> MutexGuard<'_, AsyncSmtpTransport<Tokio1Executor>> {
        self.smtp.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a mail from the outbox.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn send(&self, master: &MasterKey, mail: &SealedMail) -> Result<(), MailError> {
        let plain = master
            .unseal(&mail.id, &mail.sealed)
            .map_err(|_| MailError::Unsealable)?;
        let letter: Letter = serde_json::from_slice(&plain).map_err(|_| MailError::Unsealable)?;
        let to = letter.to.parse().map_err(|_| MailError::Address)?;
        let message = Message::builder()
            .from(Mailbox::new(Some(letter.sender), self.from.email.clone()))
            .to(Mailbox::new(None, to))
            .subject(letter.subject)
            .multipart(
                MultiPart::alternative()
                    .singlepart(
                        SinglePart::builder()
                            .header(header::ContentType::TEXT_PLAIN)
                            .body(letter.text),
                    )
                    .singlepart(
                        SinglePart::builder()
                            .header(header::ContentType::TEXT_HTML)
                            .body(letter.html),
                    ),
            )
            .map_err(|_| MailError::Address)?;
        // The library's own limit is for connecting alone.
        let smtp = self.smtp().clone();
        let Ok(sent) = tokio::time::timeout(self.patience, smtp.send(message)).await else {
            // A connection that was left in the middle would take a late answer for that to the next mail.
            *self.smtp() = self.server.clone().build();
            return Err(MailError::Silent);
        };
        sent?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn a_mail_server_that_falls_silent_is_left() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let smtp = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1");
        let from = "Shop <loyalty@shop.example>".parse().unwrap();
        let mailer = Mailer::over(smtp.port(port), from, Duration::from_millis(100));
        let master = MasterKey::new([7; 32]);
        let mail = Mail {
            subject: "A code".into(),
            text: "123456".into(),
            html: "123456".into(),
        };
        let sealed = seal(&master, [1; 16], "anna@example.com", "Shop", mail);
        // It takes each connection, and says nothing; the second mail comes over another one.
        let mut taken = Vec::new();
        for _ in 0..2 {
            let both = async { tokio::join!(mailer.send(&master, &sealed), listener.accept()) };
            let both = tokio::time::timeout(Duration::from_secs(30), both);
            let (sent, connection) = both.await.unwrap();
            let error = sent.unwrap_err();
            assert!(matches!(error, MailError::Silent), "{error}");
            assert!(!error.is_permanent());
            taken.push(connection.unwrap());
        }
    }
}
