//! The picture that chats show of a referral link: drawn for each programme and language, once.
