//! The way out: calls to servers that are not ours.
//!
//! Whatever answers there may be slow, huge, or a liar that points back inside. So each call has an end in
//! time and in bytes, follows no redirection, and reaches no private network.

use super::Trouble;
use bytes::BytesMut;
use futures_util::StreamExt;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, RequestBuilder, StatusCode, Url, header::HeaderMap, redirect::Policy};
use rustls::{ClientConfig, RootCertStore};
use serde::de::DeserializeOwned;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// How long a connection may take to be made.
const CONNECT_MAX: Duration = Duration::from_secs(4);
/// How long one call may take. Providers name 5 s and less for their own answers.
const CALL_MAX: Duration = Duration::from_secs(10);
/// The largest answer.
const ANSWER_MAX: usize = 1024 * 1024;
/// The longest wait that a server may ask for.
const RETRY_MAX: u64 = 24 * 3600;

/// The way out.
pub struct Outside {
    client: Client,
    allows_private: bool,
}

/// What a server answered.
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    body: BytesMut,
}

impl Outside {
    /// A way out that reaches private networks only if told so, as tests and shops inside one are.
    ///
    /// # Panics
    /// If TLS cannot be set up, which nothing outside this program decides.
    pub fn new(allows_private: bool) -> Self {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider knows today's versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(Arc::new(Resolver { allows_private }))
            .redirect(Policy::none())
            .connect_timeout(CONNECT_MAX)
            .timeout(CALL_MAX)
            .user_agent(concat!("Laurel/", env!("CARGO_PKG_VERSION")))
            .no_proxy()
            .build()
            .expect("nothing in these settings can fail");
        Self {
            client,
            allows_private,
        }
    }

    /// An address that may be called.
    ///
    /// # Errors
    /// [`Trouble::Refused`] for one that is none, is not encrypted, or leads inside.
    pub fn url(&self, text: &str) -> Result<Url, Trouble> {
        let refused = || Trouble::Refused("bad_server");
        let url = Url::parse(text).map_err(|_| refused())?;
        let is_web = url.scheme() == "https" || (self.allows_private && url.scheme() == "http");
        let leads_inside = match url.host_str().map(|host| host.trim_matches(['[', ']'])) {
            Some(host) => host.parse().is_ok_and(is_private),
            None => true,
        };
        if !is_web || !url.username().is_empty() || (leads_inside && !self.allows_private) {
            return Err(refused());
        }
        Ok(url)
    }

    /// `https://{host}`, for a host that somebody named; `http` for this machine's own, where those are
    /// allowed at all.
    pub fn origin(&self, host: &str) -> Result<String, Trouble> {
        let name = host.split(':').next().unwrap_or("");
        let scheme = if self.allows_private && (name == "localhost" || name == "127.0.0.1") {
            "http"
        } else {
            "https"
        };
        let url = self.url(&format!("{scheme}://{host}"))?;
        let is_plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if is_plain {
            return Ok(url.as_str().trim_end_matches('/').to_owned());
        }
        Err(Trouble::Refused("bad_server"))
    }

    /// A GET.
    ///
    /// # Errors
    /// As [`Self::url`].
    pub fn get(&self, url: &str) -> Result<RequestBuilder, Trouble> {
        Ok(self.client.get(self.url(url)?))
    }

    /// A POST.
    ///
    /// # Errors
    /// As [`Self::url`].
    pub fn post(&self, url: &str) -> Result<RequestBuilder, Trouble> {
        Ok(self.client.post(self.url(url)?))
    }

    /// A DELETE.
    ///
    /// # Errors
    /// As [`Self::url`].
    pub fn delete(&self, url: &str) -> Result<RequestBuilder, Trouble> {
        Ok(self.client.delete(self.url(url)?))
    }

    /// Sends a request and reads the whole answer, whatever its status.
    ///
    /// # Errors
    /// [`Trouble::NotNow`] when nothing came, too little or too much, and for the statuses that say so: 429
    /// and 5xx.
    pub async fn send(&self, request: RequestBuilder) -> Result<Reply, Trouble> {
        let answer = request.send().await.map_err(|error| away(&error))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut body = BytesMut::new();
        let mut pieces = answer.bytes_stream();
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|error| away(&error))?;
            if body.len() + piece.len() > ANSWER_MAX {
                return Err(Trouble::NotNow("it answered too much".into(), None));
            }
            body.extend_from_slice(&piece);
        }
        if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
            let why = format!("it answered {status}");
            return Err(Trouble::NotNow(why, retry_after(&headers)));
        }
        Ok(Reply {
            status,
            headers,
            body,
        })
    }
}

impl Reply {
    /// The body as JSON.
    ///
    /// # Errors
    /// [`Trouble::NotNow`]: a server that answers nonsense is not well.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Trouble> {
        serde_json::from_slice(&self.body).map_err(|_| {
            let why = format!("it answered {} and no JSON that can be read", self.status);
            Trouble::NotNow(why, None)
        })
    }

    /// The body of a success as JSON.
    ///
    /// # Errors
    /// [`Trouble::NotNow`] for another status, too.
    pub fn success<T: DeserializeOwned>(&self) -> Result<T, Trouble> {
        if self.status.is_success() {
            return self.json();
        }
        Err(Trouble::NotNow(
            format!("it answered {}", self.status),
            None,
        ))
    }

    /// The body.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }
}

fn away(error: &reqwest::Error) -> Trouble {
    let why = if error.is_timeout() {
        "it did not answer in time"
    } else {
        "it cannot be reached"
    };
    Trouble::NotNow(why.into(), None)
}

/// How long a server wants to be left alone: seconds (RFC 9110 §10.2.3). A date is not waited for.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("retry-after")?.to_str().ok()?;
    let seconds: u64 = text.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.min(RETRY_MAX)))
}

/// Finds addresses, and leaves out those that lead inside. What is looked up here is what is connected to,
/// so a name that changes its mind in between gains nothing.
struct Resolver {
    allows_private: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allows_private = self.allows_private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let found: Vec<SocketAddr> = found
                .filter(|address| allows_private || !is_private(address.ip()))
                .collect();
            if found.is_empty() {
                return Err("this name leads to no public address".into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is not one of the open internet: IANA's special-purpose registries.
fn is_private(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_multicast()
                || ip.is_documentation()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 198 && (b == 18 || b == 19))
                || (a == 192 && b == 0 && c == 0)
        }
        IpAddr::V6(ip) => {
            let [a, b, ..] = ip.segments();
            // Only what is routed globally, without the ways back into version 4.
            let is_global = (0x2000..0x4000).contains(&a);
            let is_way_back =
                a == 0x2002 || (a == 0x2001 && b < 0x200) || (a == 0x2001 && b == 0xdb8);
            !is_global || is_way_back
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_inside_is_private() {
        let private = [
            "10.0.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "192.168.1.1",
            "172.16.0.1",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "198.18.0.1",
            "192.0.0.1",
            "::1",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "2002:a00:1::",
            "2001:db8::1",
            "64:ff9b::a00:1",
            "::",
        ];
        for ip in private {
            assert!(is_private(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "1.1.1.1",
            "8.8.8.8",
            "100.128.0.1",
            "2606:4700::1111",
            "2a00:1450::1",
        ] {
            assert!(!is_private(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn an_address_is_encrypted_and_leads_outside() {
        let outside = Outside::new(false);
        for url in [
            "http://example.com",
            "https://127.0.0.1",
            "https://[::1]/",
            "https://10.1.2.3/x",
            "ftp://example.com",
            "https://user@example.com",
            "no address",
            "https://0x7f000001/",
            "https://2130706433/",
        ] {
            assert_eq!(
                outside.url(url),
                Err(Trouble::Refused("bad_server")),
                "{url}"
            );
        }
        assert!(outside.url("https://example.com/path").is_ok());
        assert_eq!(
            outside.origin("mastodon.social").unwrap(),
            "https://mastodon.social"
        );
        for host in [
            "example.com/path",
            "example.com?x",
            "a@example.com",
            "127.0.0.1",
            "",
        ] {
            assert!(outside.origin(host).is_err(), "{host}");
        }
        let inside = Outside::new(true);
        assert_eq!(inside.origin("127.0.0.1:80").unwrap(), "http://127.0.0.1");
        assert_eq!(
            inside.origin("localhost:8080").unwrap(),
            "http://localhost:8080"
        );
    }

    #[test]
    fn a_wait_is_read_in_seconds_and_has_an_end() {
        let wait = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", text.parse().unwrap());
            retry_after(&headers).map(|wait| wait.as_secs())
        };
        assert_eq!(wait("30"), Some(30));
        assert_eq!(wait("99999999"), Some(RETRY_MAX));
        assert_eq!(wait("Fri, 31 Dec 1999 23:59:59 GMT"), None);
        assert_eq!(wait("-1"), None);
    }
}
