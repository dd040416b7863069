//! What members are told: transfers and events in one count.

use super::{Place, on_both_engines};
use crate::support::life::{self, Life};
use crate::support::sql::rows;
use app::api::MemberId;
use server::store::events::{After, StoredEvent};

async fn after(place: &Place, member: MemberId, cursor: i64, limit: i64) -> Vec<StoredEvent> {
    let after = After {
        member,
        cursor,
        limit,
    };
    place.store.read(after).await.unwrap()
}

on_both_engines! {
    async fn wherever_a_reader_goes_on_nothing_is_missed_and_nothing_comes_twice(place: Place) {
        Life::begin(&place.store, life::program("life"), 3).await.live(300).await;
        let members = "select m.id, a.transfers, a.events from member m join account a on a.member_id = m.id order by m.id";
        let mut events = 0;
        for row in rows(&place.store, members).await {
            let member: MemberId = row.get(0).unwrap();
            let (had, others): (i64, i64) = (row.get(1).unwrap(), row.get(2).unwrap());
            events += others;
            let all = after(&place, member, 0, 10_000).await;
            let numbers: Vec<i64> = all.iter().map(|told| told.number).collect();
            assert_eq!(numbers, (1..=had + others).collect::<Vec<_>>());
            for limit in [1, 2, 7] {
                let (mut paged, mut cursor) = (Vec::new(), 0);
                loop {
                    let page = after(&place, member, cursor, limit).await;
                    assert!(page.len() <= limit.try_into().unwrap());
                    let Some(last) = page.last() else { break };
                    cursor = last.number;
                    paged.extend(page);
                }
                assert_eq!(paged, all, "{limit} at once");
            }
        }
        assert!(events > 10, "there is something beside transfers");
    }
}
