//! Reviews of bought products.

use crate::text::words::{Say1, Say2, SayN};

/// The words of one language.
#[derive(Debug)]
pub(crate) struct Review {
    pub(crate) will_check: &'static str,
    pub(crate) checked: &'static str,
    /// Where there is nothing to review.
    pub(crate) nothing: &'static str,
    /// Unfolds the form while a review waits.
    pub(crate) another: &'static str,
    pub(crate) product: &'static str,
    pub(crate) stars: &'static str,
    /// So many of five.
    pub(crate) of_five: SayN,
    pub(crate) text: &'static str,
    pub(crate) text_hint: &'static str,
    pub(crate) author: &'static str,
    pub(crate) author_hint: &'static str,
    pub(crate) photos: &'static str,
    pub(crate) photos_hint: &'static str,
    pub(crate) publish: &'static str,
    pub(crate) send: &'static str,
    /// It was sent and waits for a person.
    pub(crate) waits: &'static str,
    pub(crate) published: &'static str,
    // What is wrong with a field.
    pub(crate) field_product: &'static str,
    pub(crate) field_stars: &'static str,
    pub(crate) field_author: &'static str,
    pub(crate) field_publish: &'static str,
    // Why something cannot be done.
    pub(crate) sent_before: &'static str,
    pub(crate) no_picture: &'static str,
    pub(crate) too_large: &'static str,
    pub(crate) too_many_pixels: &'static str,
    pub(crate) too_many: &'static str,
    // The list in the shop's page.
    pub(crate) title: &'static str,
    /// The average, and how many reviews.
    pub(crate) summary: Say2,
    /// So many reviews.
    pub(crate) reviews: SayN,
    /// So many are shown, of more.
    pub(crate) newest: SayN,
    pub(crate) none: &'static str,
    pub(crate) bought: &'static str,
    /// Whose photo.
    pub(crate) photo_by: Say1,
}

impl Review {
    pub(super) fn reason(&self, code: &str) -> Option<&'static str> {
        match code {
            "review_waits" => Some(self.waits),
            "review_published" => Some(self.published),
            _ => None,
        }
    }

    pub(super) fn fault(&self, field: &str) -> Option<&'static str> {
        match field {
            "product" => Some(self.field_product),
            "stars" => Some(self.field_stars),
            "author" => Some(self.field_author),
            "publish" => Some(self.field_publish),
            _ => None,
        }
    }

    pub(super) fn problem(&self, code: &str) -> Option<&'static str> {
        match code {
            "review_sent" => Some(self.sent_before),
            "not_an_image" => Some(self.no_picture),
            "photo_too_large" => Some(self.too_large),
            "photo_too_many_pixels" => Some(self.too_many_pixels),
            "too_many_photos" => Some(self.too_many),
            _ => None,
        }
    }
}
