//! The statement: its order, its balances, its sentences, and what the database itself refuses.

use crate::support::sql::{Write, assert_books_balance, count, one, rows};
use crate::support::world::{World, eventually, on_both_databases, paid};
use serde_json::{Value, json};
use server::domain::DAY;
use server::domain::program_file;
use server::store::StoreError;

async fn lines(world: &World, bearer: &str, query: &str) -> Vec<Value> {
    let (_, page) = world
        .get(&format!("/api/v1/me/transfers?{query}"), bearer)
        .await;
    page["items"].as_array().unwrap().clone()
}

/// The sentences, the newest first, with plain blanks.
async fn sentences(world: &World, bearer: &str, locale: &str) -> Vec<String> {
    let lines = lines(world, bearer, &format!("locale={locale}")).await;
    lines
        .iter()
        .map(|line| line["text"].as_str().unwrap().replace('\u{a0}', " "))
        .collect()
}

pub(super) async fn form(world: &World, bearer: &str, task: &str, proof: &Value) -> Value {
    let (_, attempt) = world
        .post(
            &format!("/api/v1/tasks/tsk_{task}/attempts"),
            bearer,
            &json!({}),
        )
        .await;
    let path = format!("/api/v1/attempts/{}/proof", attempt["id"].as_str().unwrap());
    world.post(&path, bearer, proof).await.1
}

async fn no_more_held(world: &World) {
    eventually("the holds' end", async || {
        (count(
            &world.app.store,
            "select count(*) from hold where state = 'pending'",
        )
        .await
            == 0)
            .then_some(())
    })
    .await;
}

/// A statement, each page beginning where the one before ended.
async fn in_pages_of_one(world: &World, bearer: &str) -> Vec<Value> {
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/me/transfers?limit=1{cursor}");
        let (_, page) = world.get(&path, bearer).await;
        paged.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next_cursor"].as_str() else {
            return paged;
        };
        cursor = format!("&cursor={next}");
    }
}

on_both_databases! {
    async fn the_statement_runs_from_the_newest_line_to_the_oldest(world: World) {
        let bearer = world.member("42").await;
        form(&world, &bearer, "profile", &json!({ "name": "Anna" })).await;
        world.order(&paid("1043", "42", 240_000)).await;
        form(&world, &bearer, "birthday", &json!({ "birthday": "1990-05-03" })).await;
        let all = lines(&world, &bearer, "").await;
        let shown: Vec<_> = all.iter().map(|line| (line["amount"].as_i64().unwrap(), line["state"].as_str().unwrap(), line["balance_after"].as_i64().unwrap())).collect();
        assert_eq!(shown, [(200, "held", 150), (120, "held", 150), (100, "posted", 150), (50, "posted", 50)]);

        assert_eq!(in_pages_of_one(&world, &bearer).await, all);

        world.pass(15 * DAY);
        eventually("the order's points", async || {
            (count(&world.app.store, "select available from account").await == 270).then_some(())
        })
        .await;
        let bearer = world.session("42").await;
        let after = lines(&world, &bearer, "").await;
        assert_eq!(after.len(), 4, "posting shows on the hold's own line");
        assert_eq!(in_pages_of_one(&world, &bearer).await, after);
        assert_eq!((&after[1]["state"], &after[1]["balance_after"]), (&json!("posted"), &json!(270)));
        assert_books_balance(&world.app.store).await;
    }

    async fn every_line_explains_itself_in_english_and_russian(world: World) {
        let join = json!({ "version": 1, "time_zone": "Europe/Moscow" });
        let bearer = world.session("42").await;
        world.post("/api/v1/me/join", &bearer, &join).await;
        world.order(&paid("1043", "42", 240_000)).await;
        form(&world, &bearer, "birthday", &json!({ "birthday": "1990-05-03" })).await;
        assert_eq!(sentences(&world, &bearer, "en").await, [
            "+200: Tell us your birthday; not available yet.",
            "+120: order №1043, ₽2,400 at 5 %, Bronze ×1; available after 14 days because returns are open until then.",
            "+50: Join the programme.",
        ]);
        assert_eq!(sentences(&world, &bearer, "ru").await, [
            "+200: Назвать день рождения; пока недоступны.",
            "+120: заказ № 1043, 2 400 ₽ по 5 %, Бронза ×1; станут доступны через 14 дней, потому что до тех пор возможен возврат.",
            "+50: Вступить в программу.",
        ]);

        let mut off = paid("1043", "42", 240_000);
        off["status"] = json!("cancelled");
        world.order(&off).await;
        world.order(&paid("1044", "42", 123_450)).await;
        let due = one::<i64>(&world.app.store, "select due_at from hold where state = 'pending' order by due_at limit 1").await;
        world.pass(15 * DAY);
        eventually("the order's points", async || {
            (count(&world.app.store, "select held from account").await == 200).then_some(())
        })
        .await;
        let day = |tag| app::text::date(app::text::Text::by_locale(tag), due, "Europe/Moscow", world.now()).replace('\u{a0}', " ");
        let bearer = world.session("42").await;
        let english = sentences(&world, &bearer, "en").await;
        assert_eq!(english[0], format!("+61: order №1044, ₽1,234.50 at 5 %, Bronze ×1; available since {}.", day("en")));
        assert_eq!(english[1], "\u{2212}120: order №1043 was cancelled.");
        assert_eq!(english[3], "+120: order №1043, ₽2,400 at 5 %, Bronze ×1; not credited.");
        let russian = sentences(&world, &bearer, "ru").await;
        assert_eq!(russian[0], format!("+61: заказ № 1044, 1 234,50 ₽ по 5 %, Бронза ×1; доступны с {}.", day("ru")));
        assert_eq!(russian[1], "\u{2212}120: заказ № 1043 отменён.");
        assert_eq!(russian[3], "+120: заказ № 1043, 2 400 ₽ по 5 %, Бронза ×1; не начислены.");
    }

    async fn new_rules_leave_what_was_earned_as_it_was(world: World) {
        let bearer = world.member("42").await;
        world.order(&paid("1043", "42", 240_000)).await;
        let before = lines(&world, &bearer, "locale=en").await;
        let source = server::demo::PROGRAM
            .replace("http://localhost:8081", &world.shop)
            .replace("points = 5\n", "points = 10\n");
        let program = program_file::parse(&source).unwrap();
        world.app.programs.import(&source, &program, world.now()).await.unwrap();
        // The same file again is no new version.
        world.app.programs.import(&source, &program, world.now()).await.unwrap();
        let (_, rules) = world.get("/api/v1/programs/demo", "").await;
        assert_eq!((&rules["version"], &rules["purchase"]["points"]), (&json!(2), &json!(10)));

        let (_, order) = world.order(&paid("1044", "42", 240_000)).await;
        assert_eq!(order["points"], 240);
        let after = lines(&world, &bearer, "locale=en").await;
        assert_eq!(after[1..], before[..], "old lines keep their version and their sentence");
        assert_eq!((&after[0]["version"], &before[0]["version"]), (&json!(2), &json!(1)));
        assert!(after[0]["text"].as_str().unwrap().contains("at 10\u{a0}%"), "{}", after[0]["text"]);
        let (_, again) = world.order(&paid("1043", "42", 240_000)).await;
        assert_eq!(again["points"], 120, "and so does an order that is told again");
        world.pass(15 * DAY);
        no_more_held(&world).await;
        assert_eq!(count(&world.app.store, "select available from account").await, 50 + 120 + 240);
        let bearer = world.session("42").await;
        let posted = lines(&world, &bearer, "").await;
        assert_eq!((&posted[1]["version"], &posted[1]["amount"]), (&json!(1), &json!(120)));
        assert_books_balance(&world.app.store).await;
    }

    async fn the_database_itself_refuses_to_change_or_delete_a_transfer(world: World) {
        world.member("42").await;
        let store = &world.app.store;
        let before = rows(store, "select * from transfer").await;
        assert_eq!(before.len(), 1);
        for sql in [
            "update transfer set amount = amount + 1",
            "update transfer set version = 2",
            "delete from transfer",
            "delete from transfer where amount > 0",
        ] {
            let refused = store.write(Write(sql, Vec::new())).await;
            let Err(StoreError::Internal(why)) = refused else { panic!("{sql}: {refused:?}") };
            assert!(why.contains("is never"), "{why}");
        }
        assert_eq!(rows(store, "select * from transfer").await, before);
    }
}
