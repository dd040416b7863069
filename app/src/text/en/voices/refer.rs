//! Members who bring friends, in English.

use crate::text::voices::Refer;

pub(super) const REFER: Refer = Refer {
    title: "Bring a friend",
    friend_bought: |number| format!("your friend no. {number} has bought"),
    came_by_friend: |order| format!("you came by a friend, order №{order}"),
    friend_undone: |number| format!("the order of your friend no. {number} came back"),
    came_undone: "the order that you came by a friend with came back",
};
