//! Answers that make sense, those that do not, and scores that can be worked out by hand.

use super::*;

fn question(id: &str, kind: QuestionKind, optional: bool) -> Question {
    let choices = ["Beans", "Cups", "Mills"].map(str::to_owned).to_vec();
    let choices = (kind == QuestionKind::Choice).then(|| ("en".to_owned(), choices));
    Question {
        id: id.into(),
        kind,
        text: app::api::Localized::default(),
        choices: choices.into_iter().collect(),
        optional,
    }
}

fn survey() -> Survey {
    Survey {
        wave: String::new(),
        seconds: 8,
        questions: vec![
            question("likely", QuestionKind::Nps, false),
            question("happy", QuestionKind::Csat, false),
            question("best", QuestionKind::Choice, false),
            question("why", QuestionKind::Text, true),
        ],
    }
}

fn number(number: i64) -> Answer {
    Answer::Number(number)
}

fn text(text: &str) -> Answer {
    Answer::Text(text.into())
}

/// Good answers with some of them changed.
fn answers(changed: &[(&str, Option<Answer>)]) -> BTreeMap<String, Answer> {
    let good = [("likely", 9), ("happy", 5), ("best", 2)];
    let mut answers: BTreeMap<_, _> = good
        .into_iter()
        .map(|(id, answer)| (id.to_owned(), number(answer)))
        .collect();
    for (id, answer) in changed {
        match answer {
            Some(answer) => answers.insert((*id).to_owned(), answer.clone()),
            None => answers.remove(*id),
        };
    }
    answers
}

/// The fields at fault.
fn faults(changed: &[(&str, Option<Answer>)]) -> Vec<String> {
    let faults = check(&survey(), &answers(changed)).unwrap_err();
    faults.into_iter().map(|fault| fault.field).collect()
}

#[test]
fn answers_are_kept_in_the_order_of_the_questions() {
    let told = check(
        &survey(),
        &answers(&[("why", Some(text(" Good\r\ncoffee\t! ")))]),
    )
    .unwrap();
    let told: Vec<_> = told
        .into_iter()
        .map(|told| (told.question, told.answer))
        .collect();
    let expected = [
        ("likely", number(9)),
        ("happy", number(5)),
        ("best", number(2)),
        ("why", text("Good\ncoffee !")),
    ];
    assert_eq!(told, expected.map(|(id, answer)| (id.to_owned(), answer)));
}

#[test]
fn both_ends_of_a_scale_are_on_it_and_what_is_beside_is_not() {
    for (id, ends) in [("likely", [0, 10]), ("happy", [1, 5]), ("best", [0, 2])] {
        for end in ends {
            assert!(check(&survey(), &answers(&[(id, Some(number(end)))])).is_ok());
        }
        for beside in [ends[0] - 1, ends[1] + 1, i64::MIN, i64::MAX] {
            let fault = faults(&[(id, Some(number(beside)))]);
            assert_eq!(fault, [format!("answers.{id}")], "{beside}");
        }
        assert_eq!(faults(&[(id, Some(text("5")))]), [format!("answers.{id}")]);
    }
}

#[test]
fn every_question_is_answered_unless_it_may_be_left_out() {
    assert_eq!(
        faults(&[("likely", None), ("best", Some(text(" ")))]),
        ["answers.likely", "answers.best"]
    );
    for nothing in [None, Some(text("")), Some(text(" \n\t"))] {
        let told = check(&survey(), &answers(&[("why", nothing)])).unwrap();
        assert_eq!(told.len(), 3, "nothing was said");
    }
    let mut free = survey();
    for question in &mut free.questions {
        question.optional = true;
    }
    let nothing = check(&free, &BTreeMap::new()).unwrap_err();
    assert_eq!(nothing[0].field, "answers.likely");
    assert_eq!(check(&free, &answers(&[])).map(|told| told.len()), Ok(3));
}

#[test]
fn what_is_not_asked_is_refused_by_name() {
    let faults = faults(&[("happy", None), ("else", Some(number(1)))]);
    assert_eq!(faults, ["answers.happy", "answers.else"]);
}

#[test]
fn words_are_not_too_long_and_have_nothing_hidden() {
    let long = "я".repeat(ANSWER_CHARS_MAX);
    assert!(check(&survey(), &answers(&[("why", Some(text(&long)))])).is_ok());
    for bad in [&*format!("{long}я"), "a\0b", "a\u{1b}b", "a\rb"] {
        assert_eq!(faults(&[("why", Some(text(bad)))]), ["answers.why"]);
    }
    assert_eq!(faults(&[("why", Some(number(1)))]), ["answers.why"]);
    let told = check(&survey(), &answers(&[("why", Some(number(1)))])).unwrap_err();
    let help = format!("answer in words, in {ANSWER_CHARS_MAX} characters at most");
    assert_eq!(told[0].detail, help);
}

#[test]
fn the_score_is_promoters_less_detractors_in_percent() {
    let score = |counts: &[(i64, i64)]| {
        let counts = counts.iter().copied().collect();
        nps(&counts).map(|nps| (nps.promoters, nps.passives, nps.detractors, nps.score))
    };
    assert_eq!(score(&[]), None);
    assert_eq!(score(&[(0, 0), (10, 0)]), None);
    assert_eq!(score(&[(9, 1), (10, 1)]), Some((2, 0, 0, 100)));
    assert_eq!(score(&[(0, 1), (6, 1)]), Some((0, 0, 2, -100)));
    assert_eq!(score(&[(7, 4), (8, 1)]), Some((0, 5, 0, 0)));
    assert_eq!(score(&[(10, 2), (7, 1)]), Some((2, 1, 0, 67)));
    assert_eq!(score(&[(0, 2), (7, 1)]), Some((0, 1, 2, -67)));
    assert_eq!(score(&[(9, 1), (8, 2)]), Some((1, 2, 0, 33)));
    assert_eq!(score(&[(10, 1), (8, 7)]), Some((1, 7, 0, 13)), "12.5");
}
