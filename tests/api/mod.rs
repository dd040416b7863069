//! Through HTTP alone.

mod story;
