//! Questions that are answered together, in English.

use super::super::counted;
use crate::text::voices::Survey;

pub(super) const SURVEY: Survey = Survey {
    will_check: "Your answers reach the shop. Which ones you give makes no difference to the points.",
    checked: "Your answers reached the shop. Which ones you gave made no difference to the points.",
    about: |questions, minutes| {
        let questions = counted(questions, "question", "questions");
        let minutes = counted(minutes, "minute", "minutes");
        format!("{questions}, about {minutes}.")
    },
    begin: "Begin",
    send: "Send the answers",
    optional: "(optional)",
    not_likely: "Not at all likely",
    very_likely: "Very likely",
    not_satisfied: "Not at all satisfied",
    very_satisfied: "Very satisfied",
    unanswered: "Answer this question, without unusual characters.",
    over: "These questions have been replaced by new ones. Please begin again.",
};
