//! Turns descriptions of the spec into doc comments.

use quote::ToTokens;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, parse_quote};

/// The maximal width of generated documentation, with its indentation and slashes.
const WIDTH: usize = 100;

/// Returns the doc comments of an item that is indented by this many spaces.
pub(super) fn doc_attributes(text: &str, indent: usize) -> Vec<Attribute> {
    doc_lines(text, indent).into_iter().map(|line| parse_quote!(#[doc = #line])).collect()
}

/// Returns the lines of a doc comment: each begins with a space, none is too long, and the first
/// and last aren't blank.
pub(super) fn doc_lines(text: &str, indent: usize) -> Vec<String> {
    let width = WIDTH.saturating_sub(indent + "///".len());
    text.trim().lines().flat_map(|line| wrapped(line, width)).collect()
}

/// Escapes a description of the spec, so that no bracket is a link.
pub(super) fn escaped(text: &str) -> String {
    text.replace('[', "\\[").replace(']', "\\]")
}

/// Replaces the generator's doc comments by ours, and keeps all other attributes.
pub(super) fn rewrite_docs(attributes: &mut Vec<Attribute>, indent: usize) {
    let mut output: Vec<Attribute> = Vec::new();
    for attribute in std::mem::take(attributes) {
        match documentation(&attribute) {
            Some(text) => output.extend(doc_attributes(&escaped(&text), indent)),
            None => output.push(attribute),
        }
    }
    *attributes = output;
}

fn documentation(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(doc) if doc.path.is_ident("doc") => match &doc.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            other => Some(other.to_token_stream().to_string()),
        },
        _ => None,
    }
}

fn wrapped(line: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split_whitespace() {
        let last = lines.last_mut().filter(|last| {
            last.is_empty() || last.chars().count() + 1 + word.chars().count() <= width
        });
        match last {
            Some(last) => last.extend([" ", word]),
            None => lines.push(format!(" {word}")),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doc_lines_have_no_links_and_no_blank_ends() {
        let lines = doc_lines(&escaped("\na [b]\n\nc \n"), 0);
        assert_eq!(lines, [" a \\[b\\]", "", " c"]);
    }

    #[test]
    fn doc_lines_are_not_too_long() {
        let long_word = "x".repeat(120);
        let text = "word ".repeat(50) + &long_word;
        for indent in [0, 4, 8] {
            let lines = doc_lines(&text, indent);
            let lengths: Vec<_> = lines.iter().map(|line| indent + 3 + line.len()).collect();
            let [full @ .., rest, last] = lengths.as_slice() else { panic!("{lengths:?}") };
            assert!(full.iter().all(|length| (96..=100).contains(length)), "{lengths:?}");
            assert!(*rest <= 100, "{lengths:?}");
            // A word that is too long has a line of its own.
            assert_eq!(*last, indent + 3 + 1 + long_word.len());
        }
    }
}
