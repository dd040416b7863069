//! What a basket would earn and what can be paid for it with points.
