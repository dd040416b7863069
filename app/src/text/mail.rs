//! The two mails the programme sends. Neither carries anything that promotes: a mail that asks
//! for a confirmation must not advertise.

use super::Text;

/// A mail ready to be addressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its subject.
    pub subject: String,
    /// Its plain text.
    pub text: String,
    /// The same as HTML, complete and without anything loaded from elsewhere.
    pub html: String,
}

/// What the shop's account writes back to somebody who has written a code.
#[must_use]
pub fn greeting_reply(text: &Text, digits: &str, program: &str) -> String {
    (text.elsewhere.window.writing.reply)(digits, program)
}

/// Asks to confirm a subscription. `consent` is the sentence that was agreed to, `link` the whole
/// address of the page that confirms.
#[must_use]
pub fn confirm_mail(text: &Text, program: &str, consent: &str, link: &str) -> Mail {
    let words = &text.mails;
    let lead = (words.confirm_lead)(program);
    let plain = format!(
        "{lead}\n\n{consent}\n\n{}:\n{link}\n\n{}\n\n{}\n",
        words.confirm_button, words.confirm_note, words.confirm_ignore
    );
    let (href, consent) = (escape(link), escape(consent));
    let body = format!(
        "<p>{}</p><p style=\"border-left:3px solid #bbb;padding-left:12px\">{consent}</p>\
         <p><a href=\"{href}\" style=\"display:inline-block;padding:12px 20px;border-radius:8px;\
         background:#222;color:#fff;text-decoration:none\">{}</a></p>\
         <p>{}<br><a href=\"{href}\">{href}</a></p><p>{}</p><p>{}</p>",
        escape(&lead),
        words.confirm_button,
        words.address_below,
        words.confirm_note,
        words.confirm_ignore
    );
    let subject = (words.confirm_subject)(program);
    Mail {
        html: page(text, &subject, &body),
        subject,
        text: plain,
    }
}

/// Brings a one-time code.
#[must_use]
pub fn code_mail(text: &Text, program: &str, code: &str) -> Mail {
    let words = &text.mails;
    let lead = (words.code_lead)(program);
    let body = format!(
        "<p>{}</p><p style=\"font-size:32px;letter-spacing:6px;font-weight:600\">{}</p>\
         <p>{}</p><p>{}</p>",
        escape(&lead),
        escape(code),
        words.code_note,
        words.code_ignore
    );
    let subject = (words.code_subject)(code, program);
    Mail {
        html: page(text, &subject, &body),
        subject,
        text: format!(
            "{lead}\n\n{code}\n\n{}\n\n{}\n",
            words.code_note, words.code_ignore
        ),
    }
}

fn page(text: &Text, subject: &str, body: &str) -> String {
    // The address of a link has no place to break at, and telephones are narrow.
    format!(
        "<!DOCTYPE html><html lang=\"{}\" dir=\"{}\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{}</title>\
         <body style=\"margin:0;padding:24px;font:16px/1.5 sans-serif;color:#222;background:#fff;\
         overflow-wrap:anywhere\">{body}</body></html>",
        text.tag,
        text.dir,
        escape(subject)
    )
}

fn escape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for c in raw.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
    out
}
