//! The panel's document: a guest's by GET, a signed-in shopper's by POST with their token, so that
//! the first answer already shows their own state.

mod around;

use super::{Policy, embeddable, nonce, page};
use crate::App;
use crate::api::extract::{self, Anyone, Query, Session};
use crate::api::me;
use crate::api::sessions::{self, Opened};
use crate::api::threads;
use crate::api::views::{self, Reader};
use crate::api::{Shared, listed};
use crate::api::{referrals, reviews, rewards};
use crate::domain::order;
use crate::error::{Error, by_status};
use crate::programs::Loaded;
use crate::store::members::StoredMember;
use crate::store::panel::{OfMember, OfSession, Shown, Shows};
use crate::store::reviews::OfProduct;
use crate::store::sessions::StoredSession;
use app::api::{MemberId, PAGE_ITEMS_DEFAULT, Reviews};
use app::panel::{Form, Panel, Theme, View, Viewer};
use app::shell::{self, Assets};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;

/// Lines of the statement that come with the panel: the newest, for most open it for their balance. The rest of the page
/// follows when somebody looks at the statement (`app::islands`).
const LINES: u32 = 3;

/// Conversations with the shop that come with the panel.
const THREADS: i64 = 5;

/// What the loader asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    view: Option<String>,
    locale: Option<String>,
    theme: Option<String>,
    host: Option<String>,
    form: Option<String>,
    before: Option<String>,
    lines: Option<u32>,
    sku: Option<String>,
    price: Option<String>,
    currency: Option<String>,
    order: Option<String>,
}

impl Asked {
    /// What kind of embedding the document is for. Reviews are no section of the panel, so naming them as the view
    /// is enough.
    fn form(&self) -> Form {
        let view = self.view.as_deref().filter(|view| *view == "reviews");
        Form::from_name(self.form.as_deref().or(view).unwrap_or_default())
    }
}

/// The body of the loader's form.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Token {
    /// The shop's signed token.
    token: String,
}

async fn program(app: &App, slug: &str) -> Result<std::sync::Arc<Loaded>, Error> {
    app.programs
        .by_slug(slug)
        .await?
        .ok_or_else(|| Error::not_found("programme"))
}

/// `GET /w/{program}`
#[utoipa::path(get, path = "/w/{program}", tag = "shopper",
    params(("program" = String, Path), ("view" = Option<String>, Query), ("locale" = Option<String>, Query),
        ("theme" = Option<String>, Query), ("host" = Option<String>, Query), ("form" = Option<String>, Query),
        ("sku" = Option<String>, Query), ("price" = Option<String>, Query), ("currency" = Option<String>, Query),
        ("order" = Option<String>, Query)),
    responses((status = 200, content_type = "text/html", body = String), (status = 404, body = app::api::Problem)))]
pub async fn guest(
    State(app): Shared,
    _: Anyone,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let program = program(&app, &slug).await?;
    document(&app, &program, &asked, &headers, None).await
}

/// `POST /w/{program}`
#[utoipa::path(post, path = "/w/{program}", tag = "shopper",
    params(("program" = String, Path), ("view" = Option<String>, Query), ("locale" = Option<String>, Query),
        ("theme" = Option<String>, Query), ("host" = Option<String>, Query), ("form" = Option<String>, Query),
        ("sku" = Option<String>, Query), ("price" = Option<String>, Query), ("currency" = Option<String>, Query),
        ("order" = Option<String>, Query)),
    request_body(content = Token, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, content_type = "text/html", body = String), (status = 401, content_type = "text/html", body = String),
        (status = 403, body = app::api::Problem)))]
pub async fn personal(
    State(app): Shared,
    _: Anyone,
    Path(slug): Path<String>,
    Query(mut asked): Query<Asked>,
    headers: HeaderMap,
    body: Result<axum::Form<Token>, axum::extract::rejection::FormRejection>,
) -> Result<Response, Error> {
    // A document is whole.
    asked.before = None;
    let program = program(&app, &slug).await?;
    check_origin(&app, &program, &headers)?;
    let axum::Form(Token { token }) = body.map_err(|refused| match refused.status() {
        StatusCode::UNPROCESSABLE_ENTITY => Error::field("token", "send this field, once"),
        status => by_status(status),
    })?;
    match opened(&app, &program, &asked, &token).await {
        Ok(whose) => document(&app, &program, &asked, &headers, Some(whose)).await,
        // A token that is not accepted still gets the programme, as any guest does.
        Err(error) if error.status == StatusCode::UNAUTHORIZED => {
            let mut response = document(&app, &program, &asked, &headers, None).await?;
            *response.status_mut() = StatusCode::UNAUTHORIZED;
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

/// The session that a token is exchanged for, and what was read of its member on the way.
async fn opened(
    app: &App,
    program: &Loaded,
    asked: &Asked,
    token: &str,
) -> Result<(Opened, Option<Shown>), Error> {
    let proven = sessions::prove(app, program, token).await?;
    let shows = shows(app, program, asked)?;
    let query = OfSession {
        session: proven.find(shows.now),
        shows: &shows,
    };
    let found = app.store.read(query).await?;
    // What was read beside a session that does not suffice is not used.
    let found = found.filter(|(session, _)| sessions::suffices(program, session, shows.now));
    let (session, member) = found.unzip();
    let opened = sessions::open_proven(app, program, proven, session).await?;
    Ok((opened, member.flatten()))
}

/// A page of a stranger must not post tokens here. `null` is what a page under
/// `Referrer-Policy: no-referrer` sends; `frame-ancestors` stands behind it.
fn check_origin(app: &App, program: &Loaded, headers: &HeaderMap) -> Result<(), Error> {
    let hidden = headers
        .get(header::ORIGIN)
        .is_some_and(|origin| origin == "null");
    if hidden {
        Ok(())
    } else {
        extract::check_origin(app, program, headers)
    }
}

/// `GET /api/v1/me/panel`: the inside of the panel anew, for whoever the session is.
#[utoipa::path(get, path = "/api/v1/me/panel", tag = "session",
    params(("locale" = Option<String>, Query), ("host" = Option<String>, Query), ("form" = Option<String>, Query),
        ("before" = Option<String>, Query), ("lines" = Option<u32>, Query), ("sku" = Option<String>, Query),
        ("price" = Option<String>, Query), ("currency" = Option<String>, Query), ("order" = Option<String>, Query)),
    responses((status = 200, content_type = "text/html", body = String), (status = 401, body = app::api::Problem)))]
pub async fn fragment(
    State(app): Shared,
    session: Session,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let program = &session.program;
    let (viewer, member) = viewer(&app, program, &asked, &headers, &session.stored, None).await?;
    let panel = Panel {
        quote: around::quoted(&app, program, &asked, member.as_ref()),
        order: around::thanked(&app, program, &asked, &viewer).await?,
        ..panel(&app, program, &asked, &headers, viewer, None)
    };
    Ok(page(
        shell::fragment(&panel),
        &Policy {
            nonce: "",
            scripts: false,
            ancestors: &[],
        },
    ))
}

async fn document(
    app: &App,
    program: &Loaded,
    asked: &Asked,
    headers: &HeaderMap,
    whose: Option<(Opened, Option<Shown>)>,
) -> Result<Response, Error> {
    let mut bearer = None;
    let (viewer, member) = match whose {
        Some((opened, shown)) => {
            bearer = Some(opened.bearer);
            viewer(app, program, asked, headers, &opened.stored, shown).await?
        }
        None => (Viewer::Guest, None),
    };
    let panel = Panel {
        reviews: written(app, program, asked).await?,
        quote: around::quoted(app, program, asked, member.as_ref()),
        order: around::thanked(app, program, asked, &viewer).await?,
        ..panel(app, program, asked, headers, viewer, bearer)
    };
    let nonce = nonce();
    let pkg = app.site.pkg();
    let html = shell::document(
        &panel,
        &Assets {
            css: &app.css,
            pkg: &pkg,
            nonce: &nonce,
        },
    );
    let ancestors = &program.program().origins;
    let mut response = page(
        html,
        &Policy {
            nonce: &nonce,
            scripts: true,
            ancestors,
        },
    );
    embeddable(response.headers_mut());
    Ok(response)
}

fn panel(
    app: &App,
    program: &Loaded,
    asked: &Asked,
    headers: &HeaderMap,
    viewer: Viewer,
    session: Option<String>,
) -> Panel {
    let named = |name: &Option<String>| name.clone().unwrap_or_default();
    let own = match &viewer {
        Viewer::Member { me, .. } => Some(me.locale.as_str()),
        Viewer::Guest | Viewer::SignedIn { .. } => None,
    };
    let locale = locale(program, asked, headers, own);
    let host = asked
        .host
        .clone()
        .filter(|host| program.program().allows_origin(host));
    Panel {
        program: program.view(Some(locale)),
        prints: program.prints(Some(locale)),
        viewer,
        view: View::from_name(&named(&asked.view)),
        form: asked.form(),
        theme: Theme::from_name(&named(&asked.theme)),
        host,
        session,
        reviews: None,
        quote: None,
        order: None,
        now: app.clock.now(),
    }
}

/// The newest reviews of the product that the page shows.
async fn written(app: &App, program: &Loaded, asked: &Asked) -> Result<Option<Reviews>, Error> {
    let sku = asked.sku.clone().filter(|sku| order::is_text(sku));
    let Some(sku) = sku.filter(|_| asked.form() == Form::Reviews) else {
        return Ok(None);
    };
    let query = OfProduct {
        program: program.rules.id,
        sku,
        after: None,
        limit: PAGE_ITEMS_DEFAULT.into(),
    };
    // From our own origin: the document's policy lets in no other pictures.
    reviews::read(app, query, "").await.map(Some)
}

/// The panel's language: what the page asked for, else the member's own, else the browser's.
fn locale<'p>(
    program: &'p Loaded,
    asked: &Asked,
    headers: &HeaderMap,
    own: Option<&str>,
) -> &'p str {
    let browser = || {
        headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok())
    };
    program
        .program()
        .locale(asked.locale.as_deref().or(own).or_else(browser))
}

/// For whom the panel is drawn, and the member as they were read for that: now, unless they were `shown` already.
async fn viewer(
    app: &App,
    program: &Loaded,
    asked: &Asked,
    headers: &HeaderMap,
    session: &StoredSession,
    shown: Option<Shown>,
) -> Result<(Viewer, Option<StoredMember>), Error> {
    let Some(member) = session.member else {
        let shopper = &session.shopper;
        let viewer = Viewer::SignedIn {
            name: shopper.name.clone(),
            email: shopper.email.clone(),
        };
        return Ok((viewer, None));
    };
    let mut shown = match shown {
        Some(shown) => shown,
        None => state(app, program, asked, member).await?,
    };
    if me::settle(app, program, &shown.member).await {
        shown = state(app, program, asked, member).await?;
    }
    let stored = shown.member;
    let reader = Reader {
        program,
        locale: locale(program, asked, headers, Some(&stored.locale)),
        time_zone: &stored.time_zone,
        now: app.clock.now(),
    };
    let rewards = shown.own.map(|own| rewards::view(&reader, &stored, own));
    let referral = match shown.referral {
        Some(known) => referrals::view(app, program, member, known).await?,
        None => None,
    };
    let viewer = Viewer::Member {
        rewards: Box::new(rewards.unwrap_or_default()),
        referral: referral.map(Box::new),
        history: me::statement_of(&reader, shown.page),
        me: Box::new(views::me(&reader, &stored)),
        threads: shown.threads.iter().map(threads::view).collect(),
    };
    Ok((viewer, Some(stored)))
}

/// How many lines of the statement to show at once.
///
/// # Errors
/// 422 for none, and for too many.
fn lines_of(asked: &Asked) -> Result<u32, Error> {
    let is_looked_at = View::from_name(asked.view.as_deref().unwrap_or_default()) == View::History;
    match asked.lines {
        None if asked.before.is_none() && !is_looked_at => Ok(LINES),
        lines => listed::items(lines, "lines"),
    }
}

/// What is shown of a member. Whoever asks for more of the statement takes nothing else.
fn shows<'p>(app: &App, program: &'p Loaded, asked: &Asked) -> Result<Shows<'p>, Error> {
    let (rules, form) = (program.program(), asked.form());
    let is_panel = form == Form::Panel;
    let is_whole = asked.before.is_none();
    let spends = matches!(form, Form::Panel | Form::Rewards | Form::Slider);
    let refers = matches!(form, Form::Panel | Form::Refer | Form::Thanks);
    Ok(Shows {
        rules: &program.rules,
        now: app.clock.now(),
        below: me::below(asked.before.as_deref())?,
        lines: if is_panel { lines_of(asked)? } else { 0 },
        threads: if is_panel && is_whole { THREADS } else { 0 },
        spends: spends && is_whole && !rules.rewards.is_empty(),
        refers: refers && is_whole && rules.referral.is_some(),
    })
}

/// Reads what is shown of a member.
async fn state(
    app: &App,
    program: &Loaded,
    asked: &Asked,
    member: MemberId,
) -> Result<Shown, Error> {
    let shows = shows(app, program, asked)?;
    let query = OfMember {
        member,
        shows: &shows,
    };
    let found = app.store.read(query).await?;
    found.ok_or_else(Error::unauthorized)
}
