//! E-mail addresses: what is taken for one is kept in one form, a mail can be sent there, and the forms that are made
//! of it stay what they are.

#![no_main]

use lettre::Address;
use libfuzzer_sys::fuzz_target;
use server::domain::email::{canonical, domain_of, is_disposable, is_provider, masked, parse};

fuzz_target!(|text: &str| {
    let form = canonical(text);
    assert_eq!(canonical(&text.to_ascii_uppercase()), form);
    assert_eq!(
        is_disposable(text),
        is_disposable(&text.to_ascii_uppercase())
    );
    let Some(address) = parse(text) else {
        assert_eq!(parse(text.trim()), None);
        return;
    };
    assert_eq!(
        parse(&address).as_ref(),
        Some(&address),
        "what is kept is an address"
    );
    let shouted = text.to_ascii_uppercase();
    for same in [shouted, text.to_ascii_lowercase(), format!(" {text}\n")] {
        assert_eq!(parse(&same).as_ref(), Some(&address), "{same:?}");
    }
    // It goes into mails, into logs and into addresses of services.
    assert!(
        address.len() <= 254 && address == address.to_lowercase(),
        "{address:?}"
    );
    let is_odd = |c: char| c.is_control() || c.is_whitespace() || "\"<>(),;:\\".contains(c);
    assert!(!address.contains(is_odd), "{address:?}");
    let (name, domain) = address.split_once('@').expect("an at sign");
    assert!(
        !name.is_empty() && domain.contains('.') && !domain.contains('@'),
        "{address:?}"
    );
    let to = address.parse::<Address>();
    assert!(to.is_ok_and(|to| to.to_string() == address), "{address:?}");
    let mask = masked(&address);
    assert!(mask.ends_with(&format!("•••@{domain}")), "{mask}");
    assert_eq!(mask.chars().count(), domain.chars().count() + 5);
    // One mailbox has one form, whichever of its spellings that is made of.
    assert_eq!(canonical(&address), form);
    assert_eq!(canonical(&form), form, "{address:?}");
    let domain = domain_of(&form);
    assert!(!(is_provider(domain) && is_disposable(domain)), "{domain}");
});
