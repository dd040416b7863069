//! The way to the server, and who vouches that it is the server.
//!
//! What the address says as `sslmode` means:
//!
//! - `require`: TLS, and a certificate that an authority vouches for, made for the host that the address
//!   names. PostgreSQL's own library looks at no certificate here, which keeps out whoever listens but
//!   not whoever answers in the server's place; its `verify-full` is what this is.
//! - `prefer`, or nothing: TLS where the server offers it, and no look at its certificate. Whoever stands
//!   between could as well say that there is no TLS, so a look would turn away the many honest servers
//!   that vouch for themselves, and no liar.
//! - `disable`: no TLS.
//!
//! Whoever names authorities of their own (`LAUREL_DATABASE_CA`) wants them asked: then nothing but
//! `disable` does without. A socket on this machine has no TLS and needs none.

use crate::store::{Address, StoreError};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs, verify_tls12_signature,
    verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use std::error::Error;
use std::io;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, SslNegotiation};
use tokio_postgres_rustls::MakeRustlsConnect;

/// What tokio-postgres says of a server without TLS.
const NO_TLS: &str = "server does not support TLS";
/// By which name a server is asked for this protocol, if TLS is to come before its first byte.
const PROTOCOL: &[u8] = b"postgresql";

/// A server, and how to speak to it.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
}

impl Server {
    /// Reads an address, without going there.
    pub(super) fn at(address: Address<'_>) -> Result<Self, StoreError> {
        let mut config = Config::from_str(address.url).map_err(|_| unreadable(address.url))?;
        if config.get_hosts().is_empty() {
            // The certificate has to be for something.
            for number in config.get_hostaddrs().to_vec() {
                config.host(number.to_string());
            }
        }
        if config.get_hosts().iter().all(is_socket) {
            config.ssl_mode(SslMode::Disable);
        } else if address.ca.is_some() && config.get_ssl_mode() == SslMode::Prefer {
            config.ssl_mode(SslMode::Require);
        }
        let provider = Arc::new(aws_lc_rs::default_provider());
        let asked = match config.get_ssl_mode() {
            SslMode::Disable | SslMode::Prefer => nobody(&provider),
            _ => authorities(address.ca, &provider)?,
        };
        let mut tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| StoreError::internal(error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(asked)
            .with_no_client_auth();
        if config.get_ssl_negotiation() == SslNegotiation::Direct {
            tls.alpn_protocols = vec![PROTOCOL.to_vec()];
        }
        Ok(Self {
            config,
            tls: MakeRustlsConnect::new(tls),
        })
    }
}

fn is_socket(host: &Host) -> bool {
    match host {
        Host::Tcp(_) => false,
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

/// Never says what is in the address: a password may be.
fn unreadable(url: &str) -> StoreError {
    let known = if url.contains("sslmode=verify-") {
        ": write sslmode=require, which looks at the certificate here"
    } else {
        ""
    };
    StoreError::Unavailable(format!("the PostgreSQL address cannot be read{known}"))
}

/// Those who vouch for servers: the file's, or the web's.
fn authorities(
    file: Option<&Path>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, StoreError> {
    let mut roots = RootCertStore::empty();
    if let Some(file) = file {
        let wrong = |what: String| {
            let file = file.display();
            StoreError::Unavailable(format!("LAUREL_DATABASE_CA names {file}, which {what}"))
        };
        let found = CertificateDer::pem_file_iter(file)
            .map_err(|error| wrong(format!("cannot be read: {error}")))?;
        for certificate in found {
            let certificate =
                certificate.map_err(|error| wrong(format!("cannot be read: {error}")))?;
            roots
                .add(certificate)
                .map_err(|error| wrong(format!("cannot be used: {error}")))?;
        }
        if roots.is_empty() {
            return Err(wrong("holds no certificate in PEM".into()));
        }
    } else {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let asked = WebPkiServerVerifier::builder_with_provider(roots.into(), provider.clone()).build();
    let asked = asked.map_err(|error| StoreError::internal(error.to_string()))?;
    Ok(asked)
}

/// For those who asked nobody. See above why that is worth something.
fn nobody(provider: &CryptoProvider) -> Arc<dyn ServerCertVerifier> {
    Arc::new(Nobody(provider.signature_verification_algorithms))
}

#[derive(Debug)]
struct Nobody(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for Nobody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

/// Why there is no connection, for the person who has to mend it.
pub(super) fn why(error: &tokio_postgres::Error) -> String {
    let Some(source) = error.source() else {
        return error.to_string();
    };
    let handshake = source
        .downcast_ref::<io::Error>()
        .and_then(|error| error.get_ref()?.downcast_ref::<rustls::Error>());
    match handshake {
        Some(rustls::Error::InvalidCertificate(fault)) => untrusted(fault),
        None if source.to_string() == NO_TLS => {
            "the server there does not speak TLS, which sslmode=require and LAUREL_DATABASE_CA ask for"
                .into()
        }
        _ => format!("{error}: {source}"),
    }
}

fn untrusted(fault: &CertificateError) -> String {
    match fault {
        CertificateError::UnknownIssuer => {
            "nobody who is known here vouches for the server's certificate; LAUREL_DATABASE_CA has to \
             name a PEM file with the certificate of the authority that does"
                .into()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!(
                "the server's certificate is not for the host that LAUREL_DATABASE_URL names ({fault})"
            )
        }
        _ => format!(
            "the server's certificate, looked at because of sslmode=require or LAUREL_DATABASE_CA, \
             cannot be trusted: {fault}"
        ),
    }
}
