//! A mailbox that receives by SMTP and shows what came in at `/dev/mail`.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use leptos::prelude::*;
use mail_parser::MessageParser;
use mailin::{Action, Handler, Session, SessionBuilder, response};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufStream};
use tokio::net::{TcpListener, TcpStream};

/// Mails that are kept; the oldest go first.
const LETTERS_MAX: usize = 200;

/// A mail as it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Whom it is for.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its plain text.
    pub text: String,
    /// Its HTML.
    pub html: String,
}

impl Letter {
    /// The first address in its text, where a reader would click.
    pub fn link(&self) -> Option<&str> {
        self.text
            .split_whitespace()
            .find(|word| word.starts_with("http"))
    }

    /// The first six digits in its text.
    pub fn code(&self) -> Option<&str> {
        let is_code =
            |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
        self.text.split_whitespace().find(is_code)
    }
}

/// The mails that came in, the oldest first.
#[derive(Debug, Clone)]
pub struct Mailbox {
    letters: Arc<Mutex<Vec<Letter>>>,
    address: SocketAddr,
}

impl Mailbox {
    /// Listens on a free port of this machine, for as long as the runtime lives that it is started in.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let mailbox = Self {
            letters: Arc::default(),
            address: listener.local_addr()?,
        };
        let receiver = Receiver {
            letters: Arc::clone(&mailbox.letters),
            to: String::new(),
            data: Vec::new(),
        };
        tokio::spawn(async move {
            let sessions = SessionBuilder::new("mailbox.localhost");
            while let Ok((stream, from)) = listener.accept().await {
                tokio::spawn(converse(
                    stream,
                    sessions.build(from.ip(), receiver.clone()),
                ));
            }
        });
        Ok(mailbox)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What came in so far.
    pub fn letters(&self) -> Vec<Letter> {
        self.letters
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Speaks with one sender until either ends it. Who breaks off sends anew.
async fn converse(stream: TcpStream, mut session: Session<Receiver>) -> io::Result<()> {
    let mut stream = BufStream::new(stream);
    stream.write_all(&session.greeting().buffer()?).await?;
    stream.flush().await?;
    let mut line = Vec::new();
    while stream.read_until(b'\n', &mut line).await? > 0 {
        let answer = session.process(&line);
        line.clear();
        if answer.action != Action::NoReply {
            stream.write_all(&answer.buffer()?).await?;
            stream.flush().await?;
        }
        if matches!(answer.action, Action::Close | Action::UpgradeTls) {
            break;
        }
    }
    Ok(())
}

/// One SMTP conversation.
#[derive(Clone)]
struct Receiver {
    letters: Arc<Mutex<Vec<Letter>>>,
    to: String,
    data: Vec<u8>,
}

impl Handler for Receiver {
    fn rcpt(&mut self, to: &str) -> mailin::Response {
        to.clone_into(&mut self.to);
        response::OK
    }

    fn data_start(&mut self, _: &str, _: &str, _: bool, _: &[String]) -> mailin::Response {
        self.data.clear();
        response::OK
    }

    fn data(&mut self, part: &[u8]) -> io::Result<()> {
        self.data.extend_from_slice(part);
        Ok(())
    }

    fn data_end(&mut self) -> mailin::Response {
        let Some(message) = MessageParser::default().parse(&self.data) else {
            return response::TRANSACTION_FAILED;
        };
        let letter = Letter {
            to: self.to.clone(),
            subject: message.subject().unwrap_or_default().to_owned(),
            text: message.body_text(0).unwrap_or_default().into_owned(),
            html: message.body_html(0).unwrap_or_default().into_owned(),
        };
        let mut letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        letters.push(letter);
        let surplus = letters.len().saturating_sub(LETTERS_MAX);
        letters.drain(..surplus);
        response::OK
    }
}

/// `GET /dev/mail`
pub(super) async fn list(State(mailbox): State<Mailbox>) -> Response {
    let letters = mailbox.letters();
    let rows = letters.iter().enumerate().rev().map(|(number, letter)| {
        let (to, subject) = (letter.to.clone(), letter.subject.clone());
        view! {
            <tr>
                <td>{to}</td>
                <td>
                    <a href=format!("/dev/mail/{number}")>{subject}</a>
                </td>
            </tr>
        }
    });
    let rows: Vec<_> = rows.collect();
    let nothing = rows
        .is_empty()
        .then(|| view! { <p>"No mail has come in yet."</p> });
    let body = view! {
        <main>
            <h1>"Mailbox of the demo"</h1>
            <table>
                <thead>
                    <tr>
                        <th scope="col">"To"</th>
                        <th scope="col">"Subject"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            {nothing}
        </main>
    };
    page("Mailbox of the demo", &body.to_html())
}

/// `GET /dev/mail/{number}`: the mail as a mail program would show it.
pub(super) async fn show(State(mailbox): State<Mailbox>, Path(number): Path<usize>) -> Response {
    let letters = mailbox.letters();
    let Some(letter) = letters.get(number) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // Mails bring their own looks, as mail programs let them; they may load and run nothing.
    let policy = "default-src 'none'; style-src 'unsafe-inline'";
    let mail = Html(letter.html.clone());
    ([(header::CONTENT_SECURITY_POLICY, policy)], mail).into_response()
}

fn page(title: &str, body: &str) -> Response {
    let policy = "default-src 'none'";
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title}</title><body>{body}</body></html>"
    );
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response()
}
