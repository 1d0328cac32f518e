//! Formats generated Rust like written code.

use proc_macro2::TokenStream;

/// Formats generated items, with a blank line between items and between the members of a block.
pub(super) fn pretty(tokens: TokenStream) -> Result<String, String> {
    let file =
        syn::parse2(tokens).map_err(|error| format!("codegen wrote invalid Rust: {error}"))?;
    Ok(with_blank_lines(&prettyplease::unparse(&file)))
}

/// Adds the blank lines. The formatter writes items without any between them.
fn with_blank_lines(code: &str) -> String {
    let mut output = String::with_capacity(code.len());
    let mut before = "";
    for line in code.lines() {
        if starts_member(before, line) {
            output.push('\n');
        }
        output.push_str(line);
        output.push('\n');
        before = line;
    }
    output
}

/// Whether a line begins an item or a member of a block, after a line that ended one.
fn starts_member(before: &str, line: &str) -> bool {
    let indent = line.len() - line.trim_start().len();
    let ended = before.len() - before.trim_start().len() == indent
        && (before.ends_with('}') || before.ends_with(';'));
    let begins = ["///", "#[", "fn ", "impl", "pub ", "const ", "static ", "type "]
        .iter()
        .any(|start| line.trim_start().starts_with(start));
    ended && begins
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn blank_lines_are_between_items_and_members_only() {
        let code = quote! {
            pub struct A { #[doc = " F."] pub a: u8, #[doc = " G."] pub b: u8 }
            impl A {
                const C: u8 = 1;
                pub fn new() -> u8 { let a = 1; let b = 2; a + b }
                fn other() {}
            }
            static S: &[A] = &[];
            use b::c;
            use d::e;
        };
        let expected = "pub struct A {\n    /// F.\n    pub a: u8,\n    /// G.\n    pub b: u8,\n}\n\n\
            impl A {\n    const C: u8 = 1;\n\n    pub fn new() -> u8 {\n        let a = 1;\n        \
            let b = 2;\n        a + b\n    }\n\n    fn other() {}\n}\n\nstatic S: &[A] = &[];\n\
            use b::c;\nuse d::e;\n";
        assert_eq!(pretty(code).unwrap(), expected);
    }
}
