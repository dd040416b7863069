//! The page that a friend sees who opens a member's link: the shop's own, with a preview for chats. Opening it (GET)
//! counts nothing; its button (POST) gives the gift.
