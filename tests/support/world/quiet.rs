//! A world in which nothing happens by itself: what falls due waits until the test does it, so a test
//! knows whether a command or a job has done something.

use super::{Database, World};
use app::api::{MemberId, ProgramId};
use server::api::router;
use server::domain::{Instant, program_file};
use server::store::{coupons, ledger};
use std::net::SocketAddr;
use std::sync::Arc;

/// More than falls due at once in any test.
const MANY: i64 = 1000;

impl World {
    /// Laurel without its worker and without the shop.
    pub(crate) async fn quiet(database: Database) -> Self {
        let (world, demo, [laurel, _], end) = Self::build(database, |_| {}).await;
        let router = router(demo.app).into_make_service_with_connect_info::<SocketAddr>();
        let serving = axum::serve(laurel, router).with_graceful_shutdown(end);
        tokio::spawn(serving.into_future());
        world
    }

    /// Turns the clock to a moment, RFC 3339.
    pub(crate) fn at_time(&self, at: &str) {
        let at: jiff::Timestamp = at.parse().unwrap();
        self.pass(at.as_microsecond() - self.now());
    }

    /// Makes these the rules from now on.
    pub(crate) async fn rule(&self, source: &str) {
        let source = source.replace("http://localhost:8081", &self.shop);
        let program = program_file::parse(&source);
        let program = program.unwrap_or_else(|faults| panic!("{faults:?}\n{source}"));
        let programs = &self.app.programs;
        programs
            .import(&source, &program, self.now())
            .await
            .unwrap();
    }

    /// Does all that has fallen due, as the worker would.
    pub(crate) async fn settle(&self) {
        let store = &self.app.store;
        let now = self.now();
        let due = ledger::Due {
            now,
            after: None,
            limit: MANY,
        };
        for due in store.read(due).await.unwrap() {
            let loaded = self.app.programs.by_id(due.program).unwrap();
            let (rules, hold) = (Arc::clone(&loaded.rules), due.hold);
            let stamp = self.app.clock.stamp();
            // Whichever of a member's holds comes first settles them all.
            let done = if due.is_coupon {
                let lapse = coupons::Lapse { rules, hold, stamp };
                store.write(lapse).await
            } else {
                let member = due.member;
                let post = ledger::PostDue {
                    rules,
                    member,
                    hold,
                    stamp,
                };
                store.write(post).await
            };
            done.unwrap();
        }
        self.revise(now).await;
        let look = ledger::ToLook {
            now,
            limit: MANY,
            skip: 0,
        };
        for (program, member) in store.read(look).await.unwrap() {
            self.look(program, member, false).await;
        }
    }

    /// Looks at everybody whose new rules give tiers to others or review them at other times, one by one.
    async fn revise(&self, now: Instant) {
        let store = &self.app.store;
        loop {
            let next = ledger::ToRevise {
                before: now,
                limit: 1,
            };
            let next = store.read(next).await.unwrap();
            if next.is_empty() {
                return;
            }
            for batch in next {
                for member in &batch.members {
                    self.look(batch.program, *member, true).await;
                }
                store.write(ledger::Revised { batch }).await.unwrap();
            }
        }
    }

    async fn look(&self, program: ProgramId, member: MemberId, revises: bool) {
        let loaded = self.app.programs.by_id(program).unwrap();
        let look = ledger::Look {
            rules: Arc::clone(&loaded.rules),
            member,
            revises,
            stamp: self.app.clock.stamp(),
        };
        self.app.store.write(look).await.unwrap();
    }
}
