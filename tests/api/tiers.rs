//! A tier that changes while it is being read.

use crate::support::world::{on_both_databases, paid};
use server::demo::PROGRAM;
use server::domain::program_file;

on_both_databases! {
    async fn the_second_of_two_orders_at_once_earns_by_the_tier_that_the_first_one_gave(world: World) {
        // Without the hold, 500 points lift to Silver, which earns ×1.25.
        let rules = PROGRAM
            .replace("http://localhost:8081", &world.shop)
            .replace("hold_days = 14\n", "");
        let program = program_file::parse(&rules).unwrap();
        world.app.programs.import(&rules, &program, world.now()).await.unwrap();
        for round in 0..8 {
            let customer = format!("c{round}");
            let bearer = world.session(&customer).await;
            let join = serde_json::json!({ "version": 2 });
            world.post("/api/v1/me/join", &bearer, &join).await;
            let (first, second) = (
                paid(&format!("{round}a"), &customer, 1_000_000),
                paid(&format!("{round}b"), &customer, 1_000_000),
            );
            let ((_, first), (_, second)) = tokio::join!(world.order(&first), world.order(&second));
            let earned = [first, second].map(|order| order["points"].as_i64().unwrap());
            assert_eq!(earned.iter().sum::<i64>(), 500 + 625, "{earned:?}");
        }
    }
}
