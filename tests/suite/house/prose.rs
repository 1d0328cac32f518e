//! The words in the files of the workspace that people read: comments, messages, names, documents,
//! and the texts of the spec.

use std::sync::LazyLock;

use proc_macro2::{Span, TokenStream, TokenTree};
use regex::{Captures, Regex};

/// Where a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Documentation and other comments of code. The texts of `--help` are some.
    Comment,
    Document,
    /// A string of several words that is no JSON.
    Message,
    /// A name in code, as words: `first_wait` and `FirstWait` are `first wait`. Those after `::` or
    /// a dot are left to where they are defined.
    Name,
    Spec,
}

/// A text without its code: what is in backticks, and in blocks of code what is no comment.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Passage {
    pub(super) kind: Kind,
    /// The line the text begins with, counted from 1.
    pub(super) line: usize,
    pub(super) text: String,
}

/// The texts in a file with Rust code.
pub(super) fn of_rust(source: &str) -> Result<Vec<Passage>, proc_macro2::LexError> {
    let mut reader = Reader { source, end: 0, line: 1, passages: Vec::new() };
    reader.tokens(source.parse()?);
    reader.gap(source.len());
    let mut names = std::collections::BTreeSet::new();
    reader
        .passages
        .retain(|passage| passage.kind != Kind::Name || names.insert(passage.text.clone()));
    let passages = joined(reader.passages).into_iter();
    let passages = passages.map(|passage| match passage.kind {
        Kind::Comment => Passage { text: without_code(&passage.text), ..passage },
        Kind::Message => Passage { text: without_values(&passage.text), ..passage },
        _ => passage,
    });
    Ok(passages.collect())
}

/// The text of a Markdown document.
pub(super) fn of_markdown(source: &str) -> Vec<Passage> {
    vec![Passage { kind: Kind::Document, line: 1, text: without_code(source) }]
}

/// The descriptions, summaries and comments in a spec.
pub(super) fn of_spec(source: &str) -> Vec<Passage> {
    static KEY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^([ -]*)(?:description|summary|title): *(?:[|>][+-]?$|(\S.*))").unwrap()
    });
    let mut passages: Vec<Passage> = Vec::new();
    let mut key = None;
    for (place, line) in source.lines().enumerate() {
        let depth = line.len() - line.trim_start().len();
        let is_within = key.is_some_and(|key| line.trim().is_empty() || depth > key);
        if let Some(last) = passages.last_mut().filter(|_| is_within) {
            last.text = format!("{}\n{}", last.text, line.trim_start());
            continue;
        }
        let text = KEY.captures(line);
        key = text.as_ref().map(|captures| captures[1].len());
        let text = match text {
            Some(captures) => captures.get(2).map_or("", |text| text.as_str()),
            None => line.split_once("# ").map_or("", |(_, comment)| comment),
        };
        if key.is_some() || !text.is_empty() {
            let text = text.to_owned();
            passages.push(Passage { kind: Kind::Spec, line: place + 1, text });
        }
    }
    for passage in &mut passages {
        passage.text = without_code(&passage.text);
    }
    passages
}

struct Reader<'a> {
    source: &'a str,
    /// Where the last token ended, and in which line.
    end: usize,
    line: usize,
    passages: Vec<Passage>,
}

impl Reader<'_> {
    fn tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => {
                    self.token(group.span_open(), false);
                    self.tokens(group.stream());
                    self.token(group.span_close(), false);
                }
                TokenTree::Ident(name) => {
                    let before = self.source[..name.span().byte_range().start].trim_end();
                    let is_member = before.ends_with("::") || before.ends_with('.');
                    if self.token(name.span(), false) && !is_member {
                        let (text, line) = (words_of(&name.to_string()), name.span().start().line);
                        self.passages.push(Passage { kind: Kind::Name, line, text });
                    }
                }
                TokenTree::Literal(literal) => drop(self.token(literal.span(), true)),
                TokenTree::Punct(punct) => drop(self.token(punct.span(), false)),
            }
        }
    }

    /// Reads a token and what comes before it; says whether it is one, and no comment:
    /// documentation is an attribute to the compiler, all of whose tokens are at its place.
    fn token(&mut self, span: Span, is_literal: bool) -> bool {
        let range = span.byte_range();
        if range.start < self.end {
            return false;
        }
        self.gap(range.start);
        let text = &self.source[range.clone()];
        if text.starts_with("//") || text.starts_with("/*") {
            self.gap(range.end);
            return false;
        }
        if let Some((_, rest)) = text.split_once('"').filter(|_| is_literal)
            && rest.contains(char::is_whitespace)
            && !rest.trim_start().starts_with(['{', '['])
        {
            let text = rest.rsplit_once('"').map_or(rest, |(text, _)| text).to_owned();
            self.passages.push(Passage { kind: Kind::Message, line: span.start().line, text });
        }
        self.end = range.end;
        self.line = span.end().line;
        true
    }

    /// The comments up to a place; nothing but white space is between them.
    fn gap(&mut self, end: usize) {
        let gap = &self.source[self.end..end];
        for (place, line) in gap.split('\n').enumerate() {
            let text = line.trim().trim_start_matches(['/', '!', '*']).trim_end_matches("*/");
            if !line.trim().is_empty() {
                let (kind, line) = (Kind::Comment, self.line + place);
                self.passages.push(Passage { kind, line, text: text.to_owned() });
            }
        }
        self.line += gap.matches('\n').count();
        self.end = end;
    }
}

/// Joins what stands on consecutive lines.
fn joined(passages: Vec<Passage>) -> Vec<Passage> {
    let mut all: Vec<Passage> = Vec::new();
    for passage in passages {
        let before = all.last_mut().filter(|before| {
            let next = before.line + before.text.matches('\n').count() + 1;
            let are_comments = [before.kind, passage.kind] == [Kind::Comment; 2];
            are_comments && next == passage.line
        });
        match before {
            Some(before) => before.text = format!("{}\n{}", before.text, passage.text),
            None => all.push(passage),
        }
    }
    all
}

/// Blocks of code without what is no comment, and the rest without code spans and addresses. Lines
/// stay where they are.
fn without_code(text: &str) -> String {
    static CODE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"``[^`]+``|`[^`]+`|\]\([^)]*\)|\]\[[^\]]*\]|https?://\S+|(?m)^ *\[[^\]]+\]: .*$",
        )
        .unwrap()
    });
    let mut comment = None;
    let lines = text.lines().map(|line| {
        let fence = line.trim_start().strip_prefix("```");
        match (fence, comment) {
            (Some(_), Some(_)) => comment = None,
            (Some(language), None) => {
                let other = ["console", "sh", "toml", "yaml"];
                comment = Some(if other.contains(&language) { "# " } else { "//" });
            }
            (None, Some(comment)) => {
                return line.split_once(comment).map(|(_, text)| text).unwrap_or_default();
            }
            (None, None) => return line,
        }
        ""
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    CODE.replace_all(&text, blank).into_owned()
}

/// A message without what is in backticks or braces.
fn without_values(text: &str) -> String {
    static VALUES: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"`[^`]*`|\{[^{}]*\}|\\[nt]|\\\n").unwrap());
    VALUES.replace_all(text, blank).into_owned()
}

/// As long as what was matched, and no word.
fn blank(found: &Captures<'_>) -> String {
    match &found[0] {
        "\\\n" => " \n".to_owned(),
        code => code.chars().map(|letter| if letter == '\n' { '\n' } else { '#' }).collect(),
    }
}

/// The words in a name.
fn words_of(name: &str) -> String {
    let mut words = String::new();
    let mut before = '_';
    for letter in name.trim_start_matches("r#").chars() {
        if letter.is_uppercase() && before.is_lowercase() {
            words.push(' ');
        }
        words.push(if letter == '_' { ' ' } else { letter.to_ascii_lowercase() });
        before = letter;
    }
    words
}

#[test]
fn the_texts_of_code_are_found_with_their_lines() {
    let source = "//! Doc `of code`\n//! here.\n\n/* Long\n * one. */\nfn first_wait() { // why\n    \
                  // then\n    print(\"said {value} of\\n it\", \"x\", 'a', \"{ a: b }\", \
                  FirstName, Enum::Name.member);\n}\n// end";
    let found = of_rust(source).unwrap();
    let found: Vec<_> =
        found.iter().map(|found| (found.kind, found.line, found.text.as_str())).collect();
    assert_eq!(
        found,
        [
            (Kind::Comment, 1, " Doc #########\n here."),
            (Kind::Comment, 4, " Long\n one. "),
            (Kind::Name, 6, "fn"),
            (Kind::Name, 6, "first wait"),
            (Kind::Comment, 6, " why\n then"),
            (Kind::Name, 8, "print"),
            (Kind::Message, 8, "said ####### of## it"),
            (Kind::Name, 8, "first name"),
            (Kind::Name, 8, "enum"),
            (Kind::Comment, 10, " end"),
        ]
    );
}

#[test]
fn of_code_in_documents_the_comments_are_read() {
    let source =
        "Say `so`.\n\n```rust\nlet a = 1; // set\n```\n```sh\nrun # it\n```\n[a](b/c) [d][e].";
    let found = of_markdown(source);
    assert_eq!(found[0].text, "Say ####.\n\n\n set\n\n\nit\n\n[a###### [d####.");
}

#[test]
fn the_texts_of_a_spec_are_found_with_their_lines() {
    let source = "a:\n  summary: One\n    more\n  b: two\n  description: |\n    Three\n\n    four\n  \
                  description:\n    type: d # five\n  - title: six\n    e: f\n";
    let found = of_spec(source);
    let found: Vec<_> = found.iter().map(|found| (found.line, found.text.as_str())).collect();
    let texts = [(2, "One\nmore"), (5, "\nThree\n\nfour"), (10, "five"), (11, "six")];
    assert_eq!(found, texts);
}
