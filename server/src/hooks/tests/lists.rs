//! Hooks of mailing lists: the key they bring, and who came or left. In the forms of
//! <https://mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks/> and
//! <https://developers.brevo.com/docs/marketing-webhooks>.

use super::*;
use serde_json::json;

const KEY: &str = "a key+of ours";
const FORM: &str = "type=subscribe&fired_at=2009-03-26+21%3A35%3A57&data%5Bid%5D=8a25ff1d98&data%5Blist_id%5D=a6b5da1054\
                    &data%5Bemail%5D=Anna%2Bletters%40example.com&data%5Bemail_type%5D=html";

/// Sends it with this behind the question mark, and this header.
fn bring(kind: &str, query: &str, authorization: &str, body: &str) -> Result<Heard, Refused> {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", authorization.parse().unwrap());
    let hook = Hook {
        headers: &headers,
        query,
        body: body.as_bytes(),
    };
    read(kind, &[OTHER, KEY], &hook, NOW).unwrap()
}

fn event(event: &str, lists: &Value) -> String {
    json!({ "id": 1, "email": "Anna@Example.com", "event": event, "key": "x", "list_id": lists, "ts": 1_604_937_111 })
        .to_string()
}

fn hint(address: &str, targets: &[&str], change: Change) -> Told {
    Told::Hint(Hint {
        who: Who::Address(address.into()),
        targets: targets.iter().map(|&target| target.into()).collect(),
        change,
    })
}

#[test]
fn the_key_is_known_however_it_is_brought() {
    let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
    let body = event("list_addition", &json!([34]));
    for (kind, body) in [("mailchimp", FORM), ("brevo", &body)] {
        for (query, header) in [
            ("key=a+key%2Bof%20ours", String::new()),
            ("x=1&key=a%20key%2Bof+ours", String::new()),
            ("", format!("Bearer {KEY}")),
            ("", basic(&format!("anybody:{KEY}"))),
            ("key=another", format!("bearer {KEY}")),
        ] {
            let heard = bring(kind, query, &header, body);
            assert_eq!(heard.unwrap().told.len(), 1, "{kind} {query} {header}");
        }
        for (query, header, refused) in [
            ("", String::new(), Refused::Unsigned),
            ("key=", String::new(), Refused::Unsigned),
            ("key", String::new(), Refused::Unsigned),
            ("lock=a+key%2Bof%20ours", String::new(), Refused::Unsigned),
            ("", "Digest x".to_owned(), Refused::Unsigned),
            ("", "Basic %".to_owned(), Refused::Unsigned),
            ("key=a+key", String::new(), Refused::Signature),
            ("", basic(&format!("{KEY}:another")), Refused::Signature),
            ("", "Bearer a key".to_owned(), Refused::Signature),
        ] {
            let got = bring(kind, query, &header, body);
            assert_eq!(got, Err(refused), "{kind} {query} {header}");
        }
    }
}

#[test]
fn an_empty_secret_is_nobodys_key() {
    let headers = HeaderMap::new();
    let hook = Hook {
        headers: &headers,
        query: "key=",
        body: FORM.as_bytes(),
    };
    let got = read("mailchimp", &["", KEY], &hook, NOW).unwrap();
    assert_eq!(got, Err(Refused::Unsigned));
}

#[test]
fn mailchimp_tells_who_came_and_who_left() {
    let told_by = |form: &str| bring("mailchimp", "", &format!("Bearer {KEY}"), form);
    let heard = told_by(FORM).unwrap();
    let address = "anna+letters@example.com";
    assert_eq!(heard.id, "subscribe/2009-03-26 21:35:57");
    assert_eq!(heard.told, [hint(address, &["a6b5da1054"], Change::Joined)]);
    let left = told_by(&FORM.replace("type=subscribe", "type=unsubscribe"));
    assert_eq!(
        left.unwrap().told,
        [hint(address, &["a6b5da1054"], Change::Left)]
    );
    for nothing in ["type=upemail", "type=campaign", "type="] {
        let form = FORM.replace("type=subscribe", nothing);
        assert_eq!(told_by(&form).unwrap().told, [], "{nothing}");
    }
    let nobody = FORM.replace("Anna%2Bletters%40example.com", "nobody");
    assert_eq!(told_by(&nobody).unwrap().told, []);
    for (form, field) in [
        (GARBAGE, "type"),
        ("", "type"),
        ("type=subscribe", "data[list_id]"),
        ("type=subscribe&data[list_id]=a6b5da1054", "data[email]"),
    ] {
        assert_names(&told_by(form).map(|heard| heard.told), field);
    }
}

#[test]
fn brevo_tells_who_came_and_who_left() {
    let hears = |body: &str| bring("brevo", "", &format!("Bearer {KEY}"), body);
    let address = "anna@example.com";
    let two = json!([34, "12", null]);
    let came = hears(&event("list_addition", &two)).unwrap();
    assert_eq!(came.id, "list_addition/1604937111");
    assert_eq!(came.told, [hint(address, &["34", "12"], Change::Joined)]);
    let left = hears(&event("unsubscribe", &json!(7))).unwrap();
    assert_eq!(left.told, [hint(address, &["7"], Change::Left)]);
    for nothing in ["opened", "contact_updated", "listAddition", ""] {
        assert_eq!(hears(&event(nothing, &two)).unwrap().told, [], "{nothing}");
    }
    assert_names(&hears("{}").map(|heard| heard.told), "body");
    assert_eq!(hears(r#"{"event":"list_addition"}"#).unwrap().told, []);
}
