//! What can be a target.

use super::*;

fn page(target: &str, link: Option<&str>) -> Result<String, String> {
    let link = link.map(|link| ("link".to_owned(), link.to_owned()));
    let connection = Connection {
        id: "telegram".into(),
        kind: "telegram".into(),
        settings: link.into_iter().collect(),
    };
    Telegram.page(&connection, target)
}

#[test]
fn a_channel_has_a_name_or_a_number_and_an_invitation() {
    let invitation = "https://t.me/+AbCdEf";
    assert_eq!(
        page("@morning_roast", None).as_deref(),
        Ok("https://t.me/morning_roast")
    );
    let private = page("-1001234567890", Some(invitation));
    assert_eq!(private.as_deref(), Ok(invitation));
    assert!(page("-1001234567890", None).is_err());
    assert!(page("-1001234567890", Some("javascript:alert(1)")).is_err());
    for target in [
        "",
        "@",
        "@a/b",
        "@1234",
        "morning_roast",
        "1001234567890",
        "-",
        "--1",
        "-1 ",
    ] {
        assert!(page(target, Some(invitation)).is_err(), "{target}");
    }
}
