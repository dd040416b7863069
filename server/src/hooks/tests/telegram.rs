//! Updates of Telegram's: what they are believed by, and what they give reason to look at. In the form of
//! <https://core.telegram.org/bots/api#chatmemberupdated>.

use super::*;
use serde_json::json;

const WORD: &str = "a-word_of-ours";

/// An update about the member 1001 of a channel.
fn update(status: &str, chat: &Value) -> Value {
    let user = json!({ "id": 1001, "is_bot": false, "first_name": "Anna" });
    json!({ "update_id": 7, "chat_member": {
        "chat": chat, "from": user, "date": 1_795_262_400,
        "old_chat_member": { "user": user, "status": "left" },
        "new_chat_member": { "user": user, "status": status },
    } })
}

fn channel() -> Value {
    json!({ "id": -1_001_234_567_890_i64, "title": "Roast", "username": "morning_roast", "type": "channel" })
}

fn hear(secrets: &[&str], word: Option<&str>, body: &str) -> Result<Heard, Refused> {
    let word = word.map(|word| ("x-telegram-bot-api-secret-token", word));
    let headers: Vec<_> = word.into_iter().collect();
    send("telegram", secrets, &headers, body, NOW)
}

fn told_by(body: &Value) -> Vec<Told> {
    hear(&[WORD], Some(WORD), &body.to_string()).unwrap().told
}

fn hint(targets: &[&str], change: Change) -> Told {
    Told::Hint(Hint {
        who: Who::Account("1001".into()),
        targets: targets.iter().map(|&target| target.into()).collect(),
        change,
    })
}

#[test]
fn the_word_is_known_and_no_other_is() {
    let body = update("member", &channel()).to_string();
    for secrets in [&[WORD][..], &[OTHER, WORD]] {
        assert_eq!(hear(secrets, Some(WORD), &body).unwrap().id, "7");
    }
    for (secrets, word, refused) in [
        (&[WORD][..], None, Refused::Unsigned),
        (&[WORD], Some(""), Refused::Unsigned),
        (&[WORD], Some("a-word_of-our"), Refused::Signature),
        (&[WORD], Some("A-word_of-ours"), Refused::Signature),
        (&[WORD], Some("a-word_of-ours,"), Refused::Signature),
        (&[], Some(WORD), Refused::Signature),
        (&[""], Some(WORD), Refused::Signature),
    ] {
        assert_eq!(hear(secrets, word, &body), Err(refused), "{word:?}");
    }
    let garbled = hear(&[WORD], Some(WORD), GARBAGE);
    assert!(matches!(garbled, Err(Refused::Unreadable(_))));
}

#[test]
fn whoever_comes_or_goes_is_told_by_every_name_of_the_channel() {
    let both = ["-1001234567890", "@morning_roast"];
    for status in ["creator", "administrator", "member"] {
        let told = told_by(&update(status, &channel()));
        assert_eq!(told, [hint(&both, Change::Joined)], "{status}");
    }
    for status in ["left", "kicked", "restricted"] {
        let told = told_by(&update(status, &channel()));
        assert_eq!(told, [hint(&both, Change::Left)], "{status}");
    }
    let mut restricted = update("restricted", &channel());
    restricted["chat_member"]["new_chat_member"]["is_member"] = true.into();
    assert_eq!(told_by(&restricted), [hint(&both, Change::Joined)]);
    let private = update("member", &json!({ "id": -42, "type": "channel" }));
    assert_eq!(told_by(&private), [hint(&["-42"], Change::Joined)]);
    assert_eq!(told_by(&update("founder", &channel())), []);
}

#[test]
fn other_updates_tell_nothing() {
    let message = json!({ "update_id": 8, "message": { "text": "hello" } });
    let own =
        json!({ "update_id": 9, "my_chat_member": update("left", &channel())["chat_member"] });
    for body in [message, own] {
        assert_eq!(told_by(&body), [], "{body}");
    }
}

#[test]
fn a_channels_name_is_the_same_in_capitals() {
    let hint = Hint {
        who: Who::Account("1001".into()),
        targets: vec!["-42".into(), "@morning_roast".into()],
        change: Change::Left,
    };
    for (target, is_there) in [
        ("-42", true),
        ("@morning_roast", true),
        ("@Morning_Roast", true),
        ("@evening_roast", false),
        ("morning_roast", false),
        ("-4", false),
        ("", false),
    ] {
        assert_eq!(hint.is_about(target), is_there, "{target}");
    }
}
