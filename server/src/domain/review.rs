//! What a review of a product may say.

use app::api::{
    FieldError, REVIEW_AUTHOR_CHARS_MAX, REVIEW_TEXT_CHARS_MAX, REVIEW_TEXT_CHARS_MIN, SubmitProof,
};

/// A review that makes sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// From 1 to 5.
    pub stars: i64,
    /// What it says.
    pub text: String,
    /// The name under which it is published.
    pub author: String,
}

/// The occasion that a review of a product is, as attempts name it.
pub fn slot(sku: &str) -> String {
    format!("product/{sku}")
}

/// The product of such an occasion.
pub fn product(slot: &str) -> Option<&str> {
    slot.strip_prefix("product/")
}

/// Checks what a shopper wrote.
///
/// # Errors
/// Every field at fault.
pub fn check(proof: &SubmitProof) -> Result<Review, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut fault = |field: &str, detail: String| {
        errors.push(FieldError {
            field: field.to_owned(),
            detail,
        });
    };
    let stars = proof.stars.unwrap_or(0);
    if !(1..=5).contains(&stars) {
        fault("stars", "give a whole number from 1 to 5".to_owned());
    }
    let text = proof.text.as_deref().unwrap_or("").replace("\r\n", "\n");
    let text = text.trim();
    let chars = text.chars().count();
    let is_control = |c: char| c.is_control() && c != '\n';
    if !(REVIEW_TEXT_CHARS_MIN..=REVIEW_TEXT_CHARS_MAX).contains(&chars)
        || text.contains(is_control)
    {
        let detail = format!("write {REVIEW_TEXT_CHARS_MIN} to {REVIEW_TEXT_CHARS_MAX} characters");
        fault("text", detail);
    }
    let author = proof.author.as_deref().unwrap_or("").trim();
    if author.is_empty()
        || author.chars().count() > REVIEW_AUTHOR_CHARS_MAX
        || author.contains(char::is_control)
    {
        let detail =
            format!("give the name to publish, in at most {REVIEW_AUTHOR_CHARS_MAX} characters");
        fault("author", detail);
    }
    if !proof.publish {
        let detail = "a review is published, and its author has to agree to that: send true";
        fault("publish", detail.to_owned());
    }
    if errors.is_empty() {
        Ok(Review {
            stars,
            text: text.to_owned(),
            author: author.to_owned(),
        })
    } else {
        Err(errors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof(stars: i64, text: &str, author: &str) -> SubmitProof {
        SubmitProof {
            stars: Some(stars),
            text: Some(text.to_owned()),
            author: Some(author.to_owned()),
            publish: true,
            ..SubmitProof::default()
        }
    }

    fn faults(proof: &SubmitProof) -> Vec<String> {
        let errors = check(proof).unwrap_err();
        errors.into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn what_makes_sense_is_kept_without_blanks_around_it() {
        let text = "я".repeat(19);
        let written = check(&proof(1, &format!("  {text}\r\n!  "), " Anna ")).unwrap();
        let expected = Review {
            stars: 1,
            text: format!("{text}\n!"),
            author: "Anna".into(),
        };
        assert_eq!(written, expected);
        for stars in 1..=5 {
            let longest = proof(stars, &"я".repeat(4000), &"я".repeat(50));
            assert_eq!(check(&longest).unwrap().stars, stars);
        }
    }

    #[test]
    fn every_field_at_fault_is_named() {
        let good = "Sweet, round, and gone within a week.";
        let none = SubmitProof::default();
        assert_eq!(faults(&none), ["stars", "text", "author", "publish"]);
        for stars in [i64::MIN, -1, 0, 6, i64::MAX] {
            assert_eq!(faults(&proof(stars, good, "Anna")), ["stars"]);
        }
        let long = "я".repeat(4001);
        let short = format!("  {}  ", "я".repeat(19));
        for text in [
            short.as_str(),
            &long,
            "Sweet and round\u{0} and gone in a week",
        ] {
            assert_eq!(faults(&proof(5, text, "Anna")), ["text"], "{text:?}");
        }
        for author in ["", "  ", "An\nna", &"я".repeat(51)] {
            assert_eq!(faults(&proof(5, good, author)), ["author"], "{author:?}");
        }
        let silent = SubmitProof {
            publish: false,
            ..proof(5, good, "Anna")
        };
        assert_eq!(faults(&silent), ["publish"]);
    }

    #[test]
    fn an_occasion_names_its_product() {
        assert_eq!(product(&slot("a/b 7")), Some("a/b 7"));
        assert_eq!(product("once"), None);
    }
}
