//! Reviews of products by those who bought them.

use super::{AttemptId, PhotoId};
use serde::{Deserialize, Serialize};

/// The shortest text of a review, in characters.
pub const REVIEW_TEXT_CHARS_MIN: usize = 20;
/// The longest text of a review, in characters.
pub const REVIEW_TEXT_CHARS_MAX: usize = 4000;
/// The longest name under which a review is published, in characters.
pub const REVIEW_AUTHOR_CHARS_MAX: usize = 50;
/// The most photos of a review.
pub const REVIEW_PHOTOS_MAX: i64 = 4;

/// A page of a product's reviews, the newest first, and what all of them come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Reviews {
    /// The reviews.
    pub items: Vec<ReviewView>,
    /// How many there are in all.
    pub count: i64,
    /// The stars of all of them on average, in hundredths: 467 is 4.67. Nothing without reviews.
    pub average_hundredths: Option<i64>,
    /// Where the next page begins, if there is one.
    pub next_cursor: Option<String>,
}

/// A review that was read by a person and published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ReviewView {
    /// The attempt that it is.
    pub id: AttemptId,
    /// The shop's name for the product.
    pub sku: String,
    /// From 1 to 5.
    pub stars: i64,
    /// What it says, as plain text with line breaks.
    pub text: String,
    /// The name that its author chose for it.
    pub author: String,
    /// When it was published. RFC 3339.
    pub at: String,
    /// The language of its author.
    pub locale: String,
    /// That its author bought the product here. Always true: nobody else can write one.
    pub verified_purchase: bool,
    /// Its photos.
    pub photos: Vec<PhotoView>,
}

/// A photo of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct PhotoView {
    /// Its address.
    pub url: String,
    /// Pixels across.
    pub width: i64,
    /// Pixels down.
    pub height: i64,
}

/// A photo that was added to a review that is not sent yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct PhotoAdded {
    /// The photo.
    pub id: PhotoId,
    /// How many the review has now.
    pub photos: i64,
}
