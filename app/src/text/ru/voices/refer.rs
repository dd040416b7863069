//! Members who bring friends, in Russian.

use crate::text::voices::Refer;

pub(super) const REFER: Refer = Refer {
    title: "Привести друга",
    friend_bought: |number| format!("ваш друг №\u{a0}{number} сделал покупку"),
    came_by_friend: |order| format!("вас привёл друг, заказ №\u{a0}{order}"),
    friend_undone: |number| format!("заказ вашего друга №\u{a0}{number} вернулся"),
    came_undone: "вернулся заказ, с которым вас привёл друг",
};
