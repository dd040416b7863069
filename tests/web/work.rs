//! Several people behind one address ask for codes: where work comes first, the panel does it, and nobody notices.

use crate::support::shopper::{Hand, Shopper};
use crate::support::sql::count;
use crate::support::world::{Database, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_fourth_code_comes_like_the_first() {
    const WORKED: &str = "select count(*) from tally where name like 'work/done/%'";
    let world = World::open(Database::Sqlite).await;
    let shopper = Shopper::open(&world, Hand::Mouse, (1280, 800), "en", &[]).await;
    shopper.visit("/").await;
    shopper.open_panel().await;
    shopper.see("main[data-viewer=guest]").await;
    for (worked, name) in [(0, "anna"), (0, "boris"), (0, "clara"), (1, "dora")] {
        let address = format!("{name}@example.com");
        shopper.fill("#code-email", &address).await;
        shopper.press("#code-ask button").await;
        shopper.see("#code-code").await;
        let letter = world.letter(&address, 0).await;
        assert_eq!(count(&world.app.store, WORKED).await, worked, "{name}");
        if worked == 0 {
            shopper.press("#code-enter [data-back]").await;
            continue;
        }
        let problem = shopper.run(
            "return document.querySelector('#code-ask .problem').textContent",
            vec![],
        );
        assert_eq!(problem.await, "", "nobody was told anything");
        shopper.fill("#code-code", letter.code().unwrap()).await;
        shopper.press("#code-enter button[type=submit]").await;
        shopper.see("main[data-viewer=signed-in]").await;
    }
}
