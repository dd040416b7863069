//! The programmes as this server knows them: parsed once, shown in each language, refreshed when
//! another server has imported a newer version.

use crate::clock::Stamp;
use crate::domain::Instant;
use crate::domain::program::{Program, Rules};
use crate::domain::program_file;
use crate::site::Asset;
use crate::store::programs::{All, BySlug, Import, StoredProgram, Versions};
use crate::store::{Store, StoreError};
use crate::web::links::Links;
use crate::web::loader::Loader;
use crate::web::refer::LandingPrints;
use app::api::{ProgramId, ProgramView};
use app::panel::Prints;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

/// A programme that is ready to be used.
#[derive(Debug)]
pub struct Loaded {
    /// The rules in their current version.
    pub rules: Arc<Rules>,
    views: BTreeMap<String, (Arc<ProgramView>, Arc<Prints>)>,
    landings: BTreeMap<String, LandingPrints>,
    /// The loader with the programme's launcher baked in.
    pub loader: Asset,
    /// What addresses of its members' attempts are made with.
    pub links: Links,
}

impl Loaded {
    fn new(stored: &StoredProgram, loader: &Loader, links: &Links) -> Result<Self, StoreError> {
        let program = program_file::parse(&stored.source).map_err(|faults| {
            let first = faults.first().map(ToString::to_string).unwrap_or_default();
            StoreError::internal(format!(
                "programme {} was stored unchecked: {first}",
                stored.slug
            ))
        })?;
        let view = |locale: &String| {
            let view = Arc::new(program.view(stored.version, locale));
            (locale.clone(), (view, Arc::default()))
        };
        let views = program.locales.iter().map(view).collect();
        let landing = |locale: &String| (locale.clone(), LandingPrints::default());
        let landings = program.locales.iter().map(landing).collect();
        let loader = loader.for_program(&program);
        let rules = Arc::new(Rules {
            id: stored.id,
            version: stored.version,
            program,
        });
        Ok(Self {
            rules,
            views,
            landings,
            loader,
            links: links.clone(),
        })
    }

    /// The rules as the public sees them, in the best language for what was asked for.
    pub fn view(&self, asked: Option<&str>) -> Arc<ProgramView> {
        Arc::clone(&self.shown(asked).0)
    }

    /// What was drawn of them before in that language.
    pub fn prints(&self, asked: Option<&str>) -> Arc<Prints> {
        Arc::clone(&self.shown(asked).1)
    }

    /// What was drawn of the page behind members' links in that language.
    pub fn landing(&self, asked: Option<&str>) -> &LandingPrints {
        &self.landings[self.rules.program.locale(asked)]
    }

    fn shown(&self, asked: Option<&str>) -> &(Arc<ProgramView>, Arc<Prints>) {
        &self.views[self.rules.program.locale(asked)]
    }

    /// The rules themselves.
    pub fn program(&self) -> &Program {
        &self.rules.program
    }
}

/// All programmes of this server.
#[derive(Clone)]
pub struct Programs {
    store: Store,
    loader: Arc<Loader>,
    links: Links,
    known: Arc<RwLock<HashMap<ProgramId, Arc<Loaded>>>>,
}

impl Programs {
    /// Loads all programmes there are.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(store: Store, loader: Loader, links: Links) -> Result<Self, StoreError> {
        let programs = Self {
            store,
            loader: Arc::new(loader),
            links,
            known: Arc::default(),
        };
        programs.refresh().await?;
        Ok(programs)
    }

    fn keep(&self, stored: &StoredProgram) -> Result<Arc<Loaded>, StoreError> {
        let loaded = Arc::new(Loaded::new(stored, &self.loader, &self.links)?);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(stored.id, Arc::clone(&loaded));
        Ok(loaded)
    }

    fn find(&self, matches: impl Fn(&Loaded) -> bool) -> Option<Arc<Loaded>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.values().find(|loaded| matches(loaded)).cloned()
    }

    /// The programme with this slug.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn by_slug(&self, slug: &str) -> Result<Option<Arc<Loaded>>, StoreError> {
        if let Some(loaded) = self.find(|loaded| loaded.program().slug == slug) {
            return Ok(Some(loaded));
        }
        if !program_file::is_slug(slug) {
            // Not a name at all; PostgreSQL would not even take a NUL to look for.
            return Ok(None);
        }
        // It may have been imported a moment ago.
        let stored = self.store.read(BySlug(slug)).await?;
        stored.map(|stored| self.keep(&stored)).transpose()
    }

    /// The programme with this id.
    pub fn by_id(&self, id: ProgramId) -> Option<Arc<Loaded>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&id).cloned()
    }

    /// All that this server knows.
    pub fn all(&self) -> Vec<Arc<Loaded>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.values().cloned().collect()
    }

    /// The loader for pages that name their programme in an attribute.
    pub fn neutral_loader(&self) -> Asset {
        self.loader.neutral.clone()
    }

    /// Whether any programme lists this origin.
    pub fn knows_origin(&self, origin: &str) -> bool {
        self.find(|loaded| loaded.program().allows_origin(origin))
            .is_some()
    }

    /// Loads anew what has changed elsewhere.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn refresh(&self) -> Result<(), StoreError> {
        let versions = self.store.read(Versions).await?;
        let stale = |(id, version): &(ProgramId, i64)| {
            self.by_id(*id)
                .is_none_or(|loaded| loaded.rules.version != *version)
        };
        if versions.iter().any(stale) {
            for stored in self.store.read(All).await? {
                if stale(&(stored.id, stored.version))
                    && let Err(error) = self.keep(&stored)
                {
                    // One programme that cannot be read must not take the others with it.
                    tracing::error!(program = stored.slug, %error, "programme {} was passed over", stored.slug);
                }
            }
        }
        Ok(())
    }

    /// Stores a checked file as the programme's rules from now on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn import(
        &self,
        source: &str,
        program: &Program,
        now: Instant,
    ) -> Result<Arc<Loaded>, StoreError> {
        let stamp = Stamp::at(now);
        let slug = program.slug.clone();
        let stored = self
            .store
            .write(Import {
                slug,
                source: source.to_owned(),
                stamp,
            })
            .await?;
        self.keep(&stored)
    }
}
