//! Signing in at a real OpenID provider, which stands where Telegram's is: its pages, its tokens, its refusals.

use super::net::{CLIENT_ID, CLIENT_SECRET, Net};
use super::{Scene, telegram};
use crate::support::node;
use crate::support::world::{Database, World};
use reqwest::{Client, Response, StatusCode, Url, header};
use scraper::{Html, Selector};
use server::domain::SECOND;
use std::collections::BTreeMap;

/// A member's browser at the provider: it keeps cookies, and follows redirections as long as they stay there.
struct Browser {
    http: Client,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    fn new() -> Self {
        let http = Client::builder().redirect(reqwest::redirect::Policy::none());
        Self {
            http: http.build().unwrap(),
            cookies: BTreeMap::new(),
        }
    }

    async fn send(&mut self, url: &str, form: Option<&[(&str, &str)]>) -> Response {
        let cookies = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        let call = match form {
            Some(form) => self.http.post(url).form(form),
            None => self.http.get(url),
        };
        let answer = call.header(header::COOKIE, cookies).send().await.unwrap();
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.into(), value.into());
        }
        answer
    }

    /// Goes on until a page is shown, or the way leads elsewhere: that address, or the page's form's.
    async fn go(&mut self, from: &str, form: Option<&[(&str, &str)]>) -> Result<String, Url> {
        let mut url = Url::parse(from).unwrap();
        let home = url.origin();
        let mut answer = self.send(url.as_str(), form).await;
        while answer.status() == StatusCode::SEE_OTHER {
            url = url
                .join(answer.headers()[header::LOCATION].to_str().unwrap())
                .unwrap();
            if url.origin() != home {
                return Err(url);
            }
            answer = self.send(url.as_str(), None).await;
        }
        assert_eq!(answer.status(), StatusCode::OK, "{url}");
        let page = Html::parse_document(&answer.text().await.unwrap());
        let form = page
            .select(&Selector::parse("form").unwrap())
            .next()
            .unwrap();
        Ok(url.join(form.attr("action").unwrap()).unwrap().into())
    }

    /// Signs in as this account and says yes; where it then leads.
    async fn sign_in(&mut self, going: &str, account: &str) -> String {
        let login = self.go(going, None).await.expect("a page to sign in");
        let answers = [("prompt", "login"), ("login", account), ("password", "x")];
        let consent = self
            .go(&login, Some(&answers))
            .await
            .expect("a page to say yes");
        let back = self.go(&consent, Some(&[("prompt", "consent")])).await;
        back.expect_err("the way back").into()
    }
}

async fn scene() -> Scene {
    let world = World::open(Database::Sqlite).await;
    let callback = format!("{}/auth/demo.telegram/callback", world.url);
    let variables = [
        ("CLIENT_ID", CLIENT_ID),
        ("CLIENT_SECRET", CLIENT_SECRET),
        ("REDIRECT_URIS", &*callback),
    ];
    let provider = node::start("openid.mjs", &variables);
    let provider = provider["issuer"].as_str().unwrap().to_owned();
    let outsider = telegram::outsider();
    let net = Net::open(outsider.routes).await;
    let settings = format!(
        "client_id = \"{CLIENT_ID}\"\napi = \"{}\"\noauth = \"{provider}\"",
        net.url
    );
    Scene::at(world, net, outsider, &settings).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whose_account_it_is_says_a_real_provider() {
    let scene = scene().await;
    scene.net.follow("1001", "@morning_roast");
    let anna = scene.member("anna").await;
    let (going, cookie) = scene.begin(&anna).await;
    let back = Browser::new().sign_in(&going, "1001").await;
    let (status, said) = scene.come_back(&back, &cookie).await;
    assert_eq!(
        (status, &*said),
        (
            StatusCode::OK,
            "Connected: user1001 at Telegram is yours: we know now."
        )
    );
    scene.until(&anna, "earned", SECOND).await;
    // The same code again, in the same browser.
    assert_eq!(
        scene.come_back(&back, &cookie).await.0,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_of_another_sign_in_is_refused_by_the_provider() {
    let scene = scene().await;
    let (anna, boris) = (scene.member("anna").await, scene.member("boris").await);
    let (going, _) = scene.begin(&anna).await;
    let hers = Browser::new().sign_in(&going, "1001").await;
    let code = Url::parse(&hers).unwrap();
    let code = code
        .query_pairs()
        .find(|(name, _)| name == "code")
        .unwrap()
        .1
        .into_owned();
    // Boris puts her code into the address that he came back to.
    let (going, cookie) = scene.begin(&boris).await;
    let his = Browser::new().sign_in(&going, "1002").await;
    let mut mixed = Url::parse(&his).unwrap();
    let pairs: Vec<(String, String)> = mixed.query_pairs().into_owned().collect();
    mixed
        .query_pairs_mut()
        .clear()
        .extend_pairs(pairs.iter().map(|(name, value)| {
            (
                name.as_str(),
                if name == "code" {
                    code.as_str()
                } else {
                    value.as_str()
                },
            )
        }));
    let (status, said) = scene.come_back(mixed.as_str(), &cookie).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{said}");
    assert!(
        said.ends_with("Telegram did not confirm the sign-in. Start again from the panel."),
        "{said}"
    );
}
