//! What members write to the shop, and its answers.

use super::{MemberId, ThreadId};
use serde::{Deserialize, Serialize};

/// The largest page of threads: each brings its messages along.
pub const THREAD_ITEMS_MAX: u32 = 20;
/// The longest message, in characters.
pub const MESSAGE_CHARS_MAX: usize = 4000;
/// What a task of kind `feedback` asks for at least, in characters.
pub const FEEDBACK_CHARS_MIN: usize = 20;

/// Whose turn it is in a thread. There is no end to one: it can always be taken up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
    /// The member has written, and the shop has not answered yet.
    Shop,
    /// The shop has answered, and the member has not seen it yet.
    Member,
    /// The member has seen the answer.
    Nobody,
}

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Writer {
    /// The member.
    Member,
    /// The shop.
    Shop,
}

/// One message of a thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct MessageView {
    /// Its place in the thread, from 1.
    pub number: i64,
    /// Who wrote it.
    pub author: Writer,
    /// What it says. Lines end with a line feed.
    pub text: String,
    /// When it was written.
    pub at: String,
}

/// What a member wrote to the shop, and all that followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ThreadView {
    /// The thread.
    pub id: ThreadId,
    /// When it was begun.
    pub opened_at: String,
    /// Whose turn it is.
    pub waits_for: WaitsFor,
    /// Whether the shop has written something that the member has not seen.
    pub unread: bool,
    /// While it waits for the shop: until when an answer was promised. What the member adds meanwhile does not
    /// put that off.
    pub promised_by: Option<String>,
    /// How long the shop took for its first answer, in seconds.
    pub first_answer_seconds: Option<i64>,
    /// How many older messages there are that do not stand here.
    pub earlier: i64,
    /// The newest messages, the oldest of them first.
    pub messages: Vec<MessageView>,
}

/// A page of a member's threads: the one that was last written in comes first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Threads {
    /// The threads.
    pub items: Vec<ThreadView>,
    /// What `cursor` is for the next page, if there is one.
    pub next_cursor: Option<String>,
}

/// A thread, as the shop sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ShopThread {
    /// Who began it.
    pub member: MemberId,
    /// The thread.
    pub thread: ThreadView,
}

/// A page of a programme's threads: those that wait for the shop come first, the earliest promise before all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ShopThreads {
    /// The threads.
    pub items: Vec<ShopThread>,
    /// What `cursor` is for the next page, if there is one.
    pub next_cursor: Option<String>,
}

/// The beginning of a thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewThread {
    /// What is to be said, in 1 to 4000 characters.
    pub text: String,
    /// A task of kind `feedback` that this is to do; then it takes 20 characters. Without it, the first thread that
    /// is long enough does the programme's first task of that kind.
    pub task: Option<String>,
}

/// Another message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// What is to be said, in 1 to 4000 characters.
    pub text: String,
}

/// What a member has read of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SeenThread {
    /// The number of the newest message that was shown: what came after it stays unread.
    pub number: i64,
}
