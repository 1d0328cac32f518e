//! Words that are not used, as there are better ones, do not come back.

use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};

use super::prose::{self, Kind, Passage};
use super::sources::hand_written;
use super::vocabulary::{WORDS, Word};

/// The files that name the words.
const EXEMPT: [&str; 2] = ["tests/suite/house/vocabulary.rs", "tests/suite/house/words.rs"];

/// A word that was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) word: &'static str,
    pub(super) kind: Kind,
    /// File and line, the line of text, and what to say instead.
    pub(super) message: String,
}

/// The texts of the workspace, by file.
pub(super) fn passages() -> BTreeMap<String, Vec<Passage>> {
    let mut all = BTreeMap::new();
    for (file, text) in hand_written("", "rs") {
        if !EXEMPT.contains(&file.as_str()) {
            let passages = prose::of_rust(&text);
            all.insert(file, passages.unwrap_or_else(|error| panic!("{error}")));
        }
    }
    for (file, text) in hand_written("", "md") {
        all.insert(file, prose::of_markdown(&text));
    }
    for (file, text) in hand_written("openapi", "yaml") {
        all.insert(format!("openapi/{file}"), prose::of_spec(&text));
    }
    all
}

/// Each place with one of the words.
pub(super) fn findings(passages: &BTreeMap<String, Vec<Passage>>) -> Vec<Found> {
    let words: Vec<Pattern> = WORDS.iter().map(Pattern::of).collect();
    let mut findings = Vec::new();
    for (file, passages) in passages {
        for passage in passages {
            for word in &words {
                findings.extend(word.places(&passage.text).map(|place| {
                    let before = &passage.text[..place];
                    let line = passage.line + before.matches('\n').count();
                    let shown = passage.text.lines().nth(line - passage.line);
                    let shown = shown.unwrap_or_default().trim();
                    let Word { name, instead, .. } = word.word;
                    let message = format!("{file}:{line}: `{name}`: say {instead}: {shown}");
                    Found { word: name, kind: passage.kind, message }
                }));
            }
        }
    }
    findings
}

struct Pattern {
    word: &'static Word,
    pattern: Regex,
    fine: Vec<Regex>,
}

impl Pattern {
    fn of(word: &'static Word) -> Self {
        let regex = |pattern: &str| {
            let pattern = format!(r"\b(?:{})\b", pattern.replace(' ', r"\s+"));
            RegexBuilder::new(&pattern).case_insensitive(true).build().unwrap()
        };
        let fine = word.fine.iter().map(|fine| regex(fine)).collect();
        Self { word, pattern: regex(word.pattern), fine }
    }

    /// Where a text has the word, but for where that is fine.
    fn places(&self, text: &str) -> impl Iterator<Item = usize> {
        let fine = self.fine.iter().flat_map(|fine| fine.find_iter(text));
        let fine: Vec<_> = fine.map(|found| found.range()).collect();
        let found = self.pattern.find_iter(text).map(|found| found.range());
        found
            .filter(move |found| {
                let within = |fine: &std::ops::Range<usize>| {
                    fine.start <= found.start && found.end <= fine.end
                };
                !fine.iter().any(within)
            })
            .map(|found| found.start)
    }
}

#[test]
fn no_text_has_a_word_that_is_not_used() {
    let found = findings(&passages());
    let mut counts = BTreeMap::new();
    found.iter().for_each(|found| *counts.entry((found.word, found.kind)).or_insert(0) += 1);
    let lines: Vec<&str> = found.iter().map(|found| found.message.as_str()).collect();
    assert!(
        found.is_empty(),
        "\n{}\n{counts:?}\nThe words and where they are fine: tests/suite/house/vocabulary.rs",
        lines.join("\n")
    );
}

/// What is found in a comment, by name.
fn found_in(text: &str) -> Vec<&'static str> {
    let passages = prose::of_rust(&format!("//! {}", text.replace('\n', "\n//! "))).unwrap();
    let found = findings(&BTreeMap::from([("a.rs".to_owned(), passages)]));
    found.into_iter().map(|found| found.word).collect()
}

#[test]
fn words_are_found_in_any_form_and_across_lines() {
    for (text, name) in [
        ("The answer came.", "answer"),
        ("Answers of the API.", "answer"),
        ("Between two\nlooks.", "look"),
        ("It is looked at.", "look"),
        ("after two repetitions", "repetition"),
        ("Time-outs are short.", "time-out"),
        ("The observer is\ntold.", "is told"),
        ("It is never told of it.", "is told"),
        ("The server is asked.", "is asked"),
        ("as it is asked for", "is asked"),
        ("It is answered.", "answer"),
        ("It looks like a secret.", "look"),
        ("to mend it", "mend"),
        ("a hasty client", "hasty"),
        ("It was carried out.", "carried out"),
        ("to carry it out", "carried out"),
        ("nothing is sent\nagain", "sent again"),
        ("Calls are made again.", "made again"),
        ("four drawings", "drawing"),
        ("the portrait", "portrait"),
        ("a presenter", "presenter"),
        ("Items are left out.", "left out"),
        ("Leave it out.", "left out"),
        ("the rid", "rid"),
        ("its msg", "msg"),
        ("the payload", "payload"),
        ("It waits by itself.", "by itself"),
        ("sent as it is.", "as it is"),
        ("for whom", "whom"),
    ] {
        assert_eq!(found_in(text), [name], "{text}");
    }
}

#[test]
fn other_uses_of_the_words_are_fine() {
    for text in [
        "The server answers 404; it may answer late.",
        "Look it up, look for it, look the batch up: a lookup.",
        "Get rid of it. It is told apart, as it is written.",
        "The field `rid`, `msg` and `the answer` of the wire.",
        "timeout, recommend, amend, overlook, outlook, ride, sent against",
    ] {
        assert_eq!(found_in(text), Vec::<&str>::new(), "{text}");
    }
}

#[test]
fn a_finding_says_where_it_is_and_what_to_say() {
    let source = "fn first_look() {}\n\n// One.\n// The answer.\nlet a = \"no answer\";";
    let passages = BTreeMap::from([("a.rs".to_owned(), prose::of_rust(source).unwrap())]);
    let found = findings(&passages);
    let messages: Vec<_> = found.iter().map(|found| found.message.as_str()).collect();
    assert_eq!(
        messages[1..],
        [
            "a.rs:4: `answer`: say response: The answer.",
            "a.rs:5: `answer`: say response: no answer",
        ]
    );
    assert_eq!(found[0].kind, Kind::Name);
    assert!(messages[0].starts_with("a.rs:1: `look`: say poll"), "{messages:?}");
}

#[test]
fn each_word_is_listed_once_with_what_to_say() {
    let names: std::collections::BTreeSet<_> = WORDS.iter().map(|word| word.name).collect();
    assert_eq!(names.len(), WORDS.len());
    assert!(WORDS.iter().all(|word| !word.instead.is_empty()));
}

#[test]
fn all_texts_of_the_workspace_are_read() {
    let passages = passages();
    for file in [
        "ARCHITECTURE.md",
        "README.md",
        "jogg-api-ext/README.md",
        "jogg-api-ext/docs/outcome-unknown.md",
        "jogg-api-ext/src/lib.rs",
        "openapi/facts.md",
        "openapi/jogg.yaml",
        "xtask/src/main.rs",
    ] {
        assert!(passages.get(file).is_some_and(|texts| !texts.is_empty()), "{file}");
    }
    let spec = passages["openapi/jogg.yaml"].len();
    assert!(spec > 500, "{spec}");
    assert!(!passages.keys().any(|file| file.contains("/generated/")));
}
