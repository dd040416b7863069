//! Work that the browser does by itself before a code is sent, in Russian.

use crate::text::voices::Work;

pub(super) const WORK: Work = Work {
    needed: "Сейчас запрашивают много кодов, и браузеру не удалось выполнить небольшое вычисление, которое в таких случаях нужно для отправки. Попробуйте ещё раз через десять минут.",
};
