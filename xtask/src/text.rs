//! Texts of reports, for the formats they are printed in.

/// Values longer than this are cut for people.
const LONGEST: usize = 120;

/// Returns the number with the noun: `1 operation`, `2 operations`.
pub(crate) fn counted(number: usize, noun: &str) -> String {
    match (number, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {noun}s"),
    }
}

/// Formats a number with its digits in groups of three: `1,234`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Cuts a long list of values. The JSON formats have all of it.
pub(crate) fn shortened(value: &str) -> String {
    match value.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", value[..end].trim_end()),
        None => value.to_owned(),
    }
}

/// Cuts a text to whole lines of at most this many bytes, and says so.
pub(crate) fn cut(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let mut output = String::new();
    for line in text.split_inclusive('\n') {
        if output.len() + line.len() > bytes {
            break;
        }
        output.push_str(line);
    }
    output + "\nThe rest is in the log of the job.\n"
}

/// Formats a text as code in a Markdown table, where a bar ends the cell even within code.
pub(crate) fn code(text: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    let text = text.replace('|', "\\|").replace(['\n', '\r'], " ");
    format!("{fence}{space}{text}{space}{fence}")
}

/// Escapes a line of text, so that nothing in it is Markdown.
pub(crate) fn escaped(text: &str) -> String {
    let special = |letter: char| "\\`*_{}[]<>|#".contains(letter);
    let mut output = String::new();
    for letter in text.chars() {
        if special(letter) {
            output.push('\\');
        }
        output.push(letter);
    }
    output
}

/// Encodes the message of a GitHub workflow command.
pub(crate) fn command_message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Encodes a property of a GitHub workflow command.
pub(crate) fn command_property(text: &str) -> String {
    command_message(text).replace(':', "%3A").replace(',', "%2C")
}

/// Returns a text as a folded part of the log of a GitHub workflow. None of its lines is a command.
pub(crate) fn log_group(title: &str, text: &str) -> String {
    let mut output = format!("::group::{}\n", command_message(title));
    for line in text.lines() {
        let is_command = ["::", "##["].iter().any(|start| line.trim_start().starts_with(start));
        output.push_str(if is_command { "| " } else { "" });
        output.push_str(line);
        output.push('\n');
    }
    output + "::endgroup::\n"
}

/// Quotes an argument, so that it can be pasted into a shell.
pub(crate) fn quoted(argument: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-:@%+=,".contains(&byte);
    match !argument.is_empty() && argument.bytes().all(plain) {
        true => argument.to_owned(),
        false => format!("'{}'", argument.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_follow_their_number() {
        for (number, noun, expected) in [
            (1, "operation", "1 operation"),
            (0, "operation", "0 operations"),
            (2, "entry", "2 entries"),
            (1, "property", "1 property"),
        ] {
            assert_eq!(counted(number, noun), expected);
        }
    }

    #[test]
    fn digits_are_grouped_from_the_right() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1234567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn a_long_text_is_cut_at_a_line() {
        assert_eq!(cut("a\nb\n", 4), "a\nb\n");
        assert_eq!(cut("a\nbé\n", 4), "a\n\nThe rest is in the log of the job.\n");
    }

    #[test]
    fn code_in_a_table_keeps_backticks_and_bars() {
        for (text, expected) in [
            ("a", "`a`"),
            ("a|b", "`a\\|b`"),
            ("a`b", "``a`b``"),
            ("`a`", "`` `a` ``"),
            ("a\nb", "`a b`"),
        ] {
            assert_eq!(code(text), expected);
        }
    }

    #[test]
    fn no_line_of_a_log_is_a_command() {
        let expected = "::group::All\na ::b\n| ::error::x\n|   ##[error]y\n::endgroup::\n";
        assert_eq!(log_group("All", "a ::b\n::error::x\n  ##[error]y"), expected);
    }

    #[test]
    fn arguments_are_quoted_where_a_shell_needs_it() {
        for (argument, expected) in [
            ("openapi/jogg.yaml", "openapi/jogg.yaml"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", "'it'\\''s'"),
        ] {
            assert_eq!(quoted(argument), expected);
        }
    }
}
