//! No file, no function and no line of text is too long to be taken in at once.

use std::fmt::Write as _;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::Files;
use super::sources::hand_written;

const LINES_OF_A_FILE: usize = 400;
/// From `fn` to the closing brace: what fits a screen.
const LINES_OF_A_FUNCTION: usize = 70;
const COLUMNS: usize = 100;

/// Each file and each function that is longer than it may be, with its place.
pub(super) fn findings(files: &Files) -> Vec<String> {
    let mut findings = Vec::new();
    for (file, text) in files {
        let lines = text.lines().count();
        if lines > LINES_OF_A_FILE {
            findings.push(format!(
                "{file}:{LINES_OF_A_FILE}: {lines} lines, of {LINES_OF_A_FILE} at most: split it \
                 by what its parts do"
            ));
        }
        let tokens: Result<TokenStream, _> = text.parse();
        match tokens {
            Ok(tokens) => functions(tokens, &mut |name, first, last| {
                let lines = last - first + 1;
                if lines > LINES_OF_A_FUNCTION {
                    findings.push(format!(
                        "{file}:{first}: `{name}` has {lines} lines, of {LINES_OF_A_FUNCTION} at \
                         most: give its steps functions of their own, or make a table of it"
                    ));
                }
            }),
            Err(error) => findings.push(format!("{file}: {error}")),
        }
    }
    findings
}

/// Calls `found` with name, first and last line of each function with a body, also of those in
/// macros and in other functions.
fn functions(tokens: TokenStream, found: &mut impl FnMut(&str, usize, usize)) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (place, token) in tokens.iter().enumerate() {
        if let TokenTree::Group(group) = token {
            functions(group.stream(), found);
        }
        let [TokenTree::Ident(keyword), TokenTree::Ident(name), rest @ ..] = &tokens[place..]
        else {
            continue;
        };
        let ends = |token: &TokenTree| match token {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            token => token.to_string() == ";",
        };
        // The braces of a const argument are followed by more of the signature.
        let goes_on = |token: Option<&TokenTree>| {
            token.is_some_and(|token| matches!(token.to_string().as_str(), ">" | ","))
        };
        let mut parts = rest.iter().zip(1..);
        let end = parts.find(|(token, next)| ends(token) && !goes_on(rest.get(*next)));
        if keyword == "fn"
            && let Some((end, _)) = end
        {
            found(&name.to_string(), keyword.span().start().line, end.span().end().line);
        }
    }
}

/// The comments and lines of documents that are wider than code may be. Links and tables can't be
/// broken.
fn wide_texts(files: &Files) -> Vec<String> {
    let mut findings = Vec::new();
    for (file, text) in files {
        let is_code = file.ends_with(".rs");
        for (index, line) in text.lines().enumerate() {
            let is_text = !is_code || line.trim_start().starts_with("//");
            let is_breakable = !line.starts_with('|') && !line.contains("http");
            let columns = line.chars().count();
            if is_text && is_breakable && columns > COLUMNS {
                let place = index + 1;
                findings.push(format!("{file}:{place}: {columns} columns, of {COLUMNS} at most"));
            }
        }
    }
    findings
}

#[test]
fn no_text_is_wider_than_100_columns() {
    let mut files = hand_written("", "rs");
    files.extend(hand_written("", "md"));
    let found = wide_texts(&files);
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn a_wide_text_is_found() {
    let wide = "wide ".repeat(20);
    for (file, line, found) in [
        ("a.rs", format!("    /// {wide}"), true),
        ("a.rs", format!("    let text = \"{wide}\";"), false),
        ("a.md", format!("{wide}."), true),
        ("a.md", wide.trim_end().to_owned(), false),
        ("a.md", format!("| {wide} |"), false),
    ] {
        let files = Files::from([(file.to_owned(), format!("\n{line}\n"))]);
        let expected: Vec<String> = found
            .then(|| format!("{file}:2: {} columns, of 100 at most", line.len()))
            .into_iter()
            .collect();
        assert_eq!(wide_texts(&files), expected, "{line}");
    }
}

#[test]
fn no_file_has_more_than_400_lines_and_no_function_more_than_70() {
    let found = findings(&hand_written("", "rs"));
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

fn file_of(lines: usize, function: usize) -> Files {
    let mut text = "/// Doc.\nfn long() {\n".to_owned();
    (0..function - 2).for_each(|line| {
        let _ = writeln!(text, "    line({line});");
    });
    text.push_str("}\n");
    while text.lines().count() < lines {
        text.push_str("// More.\n");
    }
    Files::from([("a.rs".to_owned(), text)])
}

#[test]
fn a_file_of_more_than_400_lines_is_found() {
    assert!(findings(&file_of(400, 3)).is_empty());
    let found = findings(&file_of(401, 3));
    assert!(found.len() == 1 && found[0].starts_with("a.rs:400: 401 lines"), "{found:?}");
}

#[test]
fn a_function_of_more_than_70_lines_is_found_wherever_it_is() {
    assert!(findings(&file_of(72, 70)).is_empty());
    let long = file_of(72, 71).remove("a.rs").unwrap();
    let found = "`long` has 71 lines, of 70 at most";
    for (text, line) in [
        (long.clone(), 2),
        (format!("impl A {{\n{long}}}\n"), 3),
        (format!("macro_rules! a {{ () => {{\n{long}}} }}\n"), 3),
        (format!("fn short() {{ fn other(); }}\n{long}"), 3),
        (long.replace("long()", "long() -> A<{ 3 }>"), 2),
    ] {
        let files = Files::from([("a.rs".to_owned(), text)]);
        let all = findings(&files);
        let found = format!("a.rs:{line}: {found}");
        assert!(all.len() == 1 && all[0].starts_with(&found), "{found}: {all:?}");
    }
}
