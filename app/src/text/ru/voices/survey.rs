//! Questions that are answered together, in Russian.

use super::super::counted;
use crate::text::voices::Survey;

pub(super) const SURVEY: Survey = Survey {
    will_check: "Ваши ответы получит магазин. На баллы не влияет, что именно вы ответите.",
    checked: "Ваши ответы получил магазин. На баллы не повлияло, что именно вы ответили.",
    about: |questions, minutes| {
        let questions = counted(questions, "вопрос", "вопроса", "вопросов");
        let minutes = counted(minutes, "минуты", "минут", "минут");
        format!("{questions}, около {minutes}.")
    },
    begin: "Начать",
    send: "Отправить ответы",
    optional: "(по желанию)",
    not_likely: "Крайне маловероятно",
    very_likely: "Очень вероятно",
    not_satisfied: "Очень плохо",
    very_satisfied: "Отлично",
    unanswered: "Ответьте на этот вопрос, без необычных знаков.",
    over: "Эти вопросы заменены новыми. Пожалуйста, начните заново.",
};
