//! TLS to PostgreSQL: whom the store believes, and what it says to whom it does not.

use crate::support::postgres::{self, Server};
use crate::support::sql::rows;
use crate::support::world::eventually;
use clap::Parser;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use server::cli::{Cli, execute};
use server::store::{Address, Store, StoreError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use tempfile::TempDir;

/// Whether each connection of the database is encrypted, by whose it is.
const ENCRYPTED: &str = "select a.application_name = 'laurel-bell', s.ssl from pg_stat_ssl s \
     join pg_stat_activity a on a.pid = s.pid where a.datname = current_database() order by 1, 2";

/// A server whose certificate is for `localhost` and for nothing else. Beside its data are the
/// certificates of the authority that vouches for it, and of one that does not.
static SECURE: LazyLock<Server> = LazyLock::new(|| {
    let server = Server::start(&[]);
    let (folder, _) = server.own.as_ref().unwrap();
    let issuer = authority("The known one");
    let other = authority("Another");
    for (name, issuer) in [("known.pem", &issuer), ("other.pem", &other)] {
        std::fs::write(folder.join(name), issuer.pem()).unwrap();
    }
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = certificate.signed_by(&key, &issuer).unwrap();
    server.speak_tls(&certificate.pem(), &key.serialize_pem());
    server
});

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new([]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn ca(name: &str) -> PathBuf {
    let (folder, _) = SECURE.own.as_ref().unwrap();
    folder.join(name)
}

/// A new database on the secure server, by an address that names this host and ends like this.
async fn address(host: &str, query: &str) -> String {
    let server = tokio::task::block_in_place(|| &*SECURE);
    let url = server.database().await.replace("127.0.0.1", host);
    format!("{url}{query}")
}

async fn open(url: &str, ca: Option<&Path>) -> Result<Store, StoreError> {
    Store::open(Address { url, ca }, Arc::new(|_| {})).await
}

/// What stopped it from opening.
async fn sentence(url: &str, ca: Option<&Path>) -> String {
    let Err(StoreError::Unavailable(said)) = open(url, ca).await else {
        panic!("{url} was opened");
    };
    assert!(!said.contains('\n'), "{said}: a sentence");
    said
}

/// Asserts that all connections of a store, the bell's too, are encrypted, or that none is.
async fn assert_encrypted(store: &Store, encrypted: bool) {
    eventually("the bell's connection", async || {
        let all = rows(store, ENCRYPTED).await;
        let all: Vec<(bool, bool)> = all
            .iter()
            .map(|row| (row.get(0).unwrap(), row.get(1).unwrap()))
            .collect();
        assert!(all.iter().all(|(_, ssl)| *ssl == encrypted), "{all:?}");
        let bell = all.iter().any(|(bell, _)| *bell);
        (bell && all.len() > 1).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_named_authority_vouches_for_is_believed() {
    for query in ["?sslmode=require", "?sslmode=prefer", ""] {
        let url = address("localhost", query).await;
        let store = open(&url, Some(&ca("known.pem"))).await.unwrap();
        assert_encrypted(&store, true).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_nobody_vouches_for_is_refused_and_the_setting_is_named() {
    let url = address("localhost", "?sslmode=require").await;
    for ca in [None, Some(ca("other.pem"))] {
        let said = sentence(&url, ca.as_deref()).await;
        assert!(
            said.starts_with(
                "nobody who is known here vouches for the server's certificate; LAUREL_DATABASE_CA"
            ),
            "{said}"
        );
    }
    // A named authority is asked also where the address does not ask for TLS.
    let url = address("localhost", "").await;
    let said = sentence(&url, Some(&ca("other.pem"))).await;
    assert!(said.contains("LAUREL_DATABASE_CA"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_for_another_host_is_refused() {
    let url = address("127.0.0.1", "?sslmode=require").await;
    let said = sentence(&url, Some(&ca("known.pem"))).await;
    assert!(
        said.contains("is not for the host that LAUREL_DATABASE_URL names")
            && said.contains("127.0.0.1")
            && said.contains("localhost"),
        "{said}"
    );
    // Wherever it is reached, what counts is what it is called.
    let url = address("localhost", "?sslmode=require&hostaddr=127.0.0.1").await;
    let store = open(&url, Some(&ca("known.pem"))).await.unwrap();
    assert_encrypted(&store, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_is_refused_where_tls_is_asked_for() {
    let lent = postgres::database().await;
    let url = lent.url.clone();
    let required = format!("{url}?sslmode=require");
    for (url, ca) in [(&required, None), (&url, Some(ca("known.pem")))] {
        let said = sentence(url, ca.as_deref()).await;
        assert!(said.contains("does not speak TLS"), "{said}");
    }
    let store = open(&format!("{url}?sslmode=prefer"), None).await.unwrap();
    assert_encrypted(&store, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_word_of_it_tls_is_used_where_there_is_some() {
    for (host, query, encrypted) in [
        ("localhost", "", true),
        ("127.0.0.1", "?sslmode=prefer", true),
        ("localhost", "?sslmode=disable", false),
    ] {
        let url = address(host, query).await;
        let store = open(&url, None).await.unwrap();
        assert_encrypted(&store, encrypted).await;
    }
    let url = address("localhost", "?sslmode=disable").await;
    let store = open(&url, Some(&ca("known.pem"))).await.unwrap();
    assert_encrypted(&store, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_needs_no_tls() {
    let url = address("localhost", "").await;
    let (folder, _) = SECURE.own.as_ref().unwrap();
    let folder = folder.display().to_string().replace('/', "%2F");
    let (before, after) = url.split_once("localhost").unwrap();
    let url = format!("{before}{folder}{after}");
    let store = open(&url, Some(&ca("known.pem"))).await.unwrap();
    assert_encrypted(&store, false).await;
    drop(store);
    assert!(open(&format!("{url}?sslmode=require"), None).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_bound_to_the_certificate() {
    let url = address("localhost", "?sslmode=require").await;
    let known = ca("known.pem");
    let plain = address("localhost", "?sslmode=disable").await;
    let (client, connection) = tokio_postgres::connect(&plain, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client
        .batch_execute("create role scram superuser login password 'hunter2'")
        .await
        .unwrap();
    let with = |user: &str| url.replace("laurel@", user) + "&channel_binding=require";
    let store = open(&with("scram:hunter2@"), Some(&known)).await.unwrap();
    assert_encrypted(&store, true).await;
    let said = sentence(&with("scram:hunter3@"), Some(&known)).await;
    assert!(said.contains("password authentication failed"), "{said}");
    assert!(!said.contains("hunter"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_names_no_authority_stops_the_start() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let garbled = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (file, why) in [
        (folder.path().join("nothing.pem"), "cannot be read"),
        (file("empty.pem", ""), "holds no certificate"),
        (file("letter.pem", "Dear Anna,"), "holds no certificate"),
        (file("garbled.pem", garbled), "cannot be used"),
    ] {
        let url = "postgres://laurel:hunter2@localhost:1/laurel";
        let said = sentence(url, Some(&file)).await;
        let names = said.starts_with("LAUREL_DATABASE_CA names ") && said.contains(why);
        assert!(names && !said.contains("hunter2"), "{said}");
    }
    let url = "postgres://laurel:hunter2@localhost:1/laurel?sslmode=verify-full";
    let said = sentence(url, None).await;
    assert!(
        said.contains("sslmode=require") && !said.contains("hunter2"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_asks_the_authority() {
    let folder = TempDir::new().unwrap();
    let known = ca("known.pem").display().to_string();
    let other = ca("other.pem").display().to_string();
    let (from, to) = (
        address("localhost", "").await,
        address("localhost", "").await,
    );
    let backup = folder.path().join("backup.db").display().to_string();
    let commands: [&[&str]; 4] = [
        &["migrate", "--database", &from],
        &["ledger", "verify", "--database", &from],
        &["backup", &backup, "--database", &from],
        &["copy", "--from", &from, "--to", &to],
    ];
    for words in commands {
        for (ca, believed) in [(&other, false), (&known, true)] {
            let words = [&["laurel"], words, &["--database-ca", ca]].concat();
            let done = execute(Cli::try_parse_from(words).unwrap()).await;
            assert_eq!(done.is_ok(), believed, "{done:?}");
            if let Err(failure) = done {
                let said = failure.to_string();
                assert!(said.contains("LAUREL_DATABASE_CA"), "{said}");
            }
        }
    }
}
