//! Descriptions of the spec as doc comments.

use quote::ToTokens;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, parse_quote};

/// The longest line of generated documentation, with its indentation and slashes.
const WIDTH: usize = 100;

/// A text as doc comments of an item that is indented by this many spaces.
pub(super) fn doc_attributes(text: &str, indent: usize) -> Vec<Attribute> {
    doc_lines(text, indent).into_iter().map(|line| parse_quote!(#[doc = #line])).collect()
}

/// The lines of a text as rustdoc wants them: each with its leading space, none too long, no blank
/// lines at the ends.
pub(super) fn doc_lines(text: &str, indent: usize) -> Vec<String> {
    let width = WIDTH.saturating_sub(indent + "///".len());
    text.trim().lines().flat_map(|line| wrapped(line, width)).collect()
}

/// A description of the spec, in which no bracket is a link.
pub(super) fn escaped(text: &str) -> String {
    text.replace('[', "\\[").replace(']', "\\]")
}

/// Writes the doc comments that the generator made anew, and keeps all other attributes.
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
    fn doc_lines_hold_no_links_and_no_blank_ends() {
        let lines = doc_lines(&escaped("\na [b]\n\nc \n"), 0);
        assert_eq!(lines, [" a \\[b\\]", "", " c"]);
    }

    #[test]
    fn doc_lines_are_not_too_long() {
        let text = "word ".repeat(50) + &"x".repeat(120);
        for indent in [0, 4, 8] {
            let lines = doc_lines(&text, indent);
            let lengths: Vec<_> = lines.iter().map(|line| indent + 3 + line.len()).collect();
            let (last, others) = lengths.split_last().unwrap();
            assert!(others.iter().all(|length| (95..=100).contains(length)), "{lengths:?}");
            assert_eq!(*last, indent + 124);
        }
    }
}
