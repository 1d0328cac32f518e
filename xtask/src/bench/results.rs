//! The results that are checked in.

use std::fmt;
use std::path::PathBuf;

use super::command::{failure, package};
use crate::failure::Failure;
use crate::output;

const PREAMBLE: &str = "\
# What the SDK costs

Measured by `cargo xtask bench --write`, which replaces the tables here; `cargo xtask bench --help`
says what it can measure alone. Ratios are to the same calls by hand, with reqwest and serde_json.
Goals are upper limits unless they are speeds.
";

/// What was measured of one part.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) title: &'static str,
    pub(super) machine: String,
    pub(super) text: String,
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { title, machine, text } = self;
        write!(f, "## {title}\n\n{}\n{}", wrapped(machine), wrapped(text))
    }
}

/// Breaks the lines of paragraphs, and leaves tables alone.
fn wrapped(text: &str) -> String {
    const COLUMNS: usize = 100;
    let mut all = String::new();
    for line in text.lines() {
        let mut column = 0;
        let words = if line.starts_with('|') { vec![line] } else { line.split(' ').collect() };
        for word in words {
            let width = word.chars().count();
            if column > 0 {
                let fits = column + 1 + width <= COLUMNS;
                all.push(if fits { ' ' } else { '\n' });
                column = if fits { column + 1 } else { 0 };
            }
            all.push_str(word);
            column += width;
        }
        all.push('\n');
    }
    all
}

/// Puts a section in the place of the one with its title, or at the end.
pub(super) fn write(section: &Section) -> Result<(), Failure> {
    let path = path();
    let before = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => PREAMBLE.to_owned(),
        Err(error) => return Err(failure(format!("{}: {error}", path.display()))),
    };
    output::write(&path, &replaced(&before, section))
        .map_err(|error| failure(format!("{}: {error}", path.display())))
}

fn path() -> PathBuf {
    package().join("RESULTS.md")
}

fn replaced(before: &str, section: &Section) -> String {
    let mut parts: Vec<String> = before.split("\n## ").map(|part| part.trim().to_owned()).collect();
    let new = section.to_string().trim_start_matches("## ").trim().to_owned();
    let is_same = |part: &&mut String| part.lines().next() == Some(section.title);
    match parts.iter_mut().skip(1).find(is_same) {
        Some(part) => *part = new,
        None => parts.push(new),
    }
    format!("{}\n", parts.join("\n\n## "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(title: &'static str, text: &str) -> Section {
        Section { title, machine: "A machine\n".to_owned(), text: format!("{text}\n") }
    }

    #[test]
    fn paragraphs_are_wrapped_and_tables_are_not() {
        let (row, words) = (format!("| {} |", "a ".repeat(60)), "abcd ".repeat(21));
        let text = wrapped(&format!("{words}efgh\n\n{row}\n"));
        let line = words.trim_end().rsplit_once(" abcd").unwrap().0;
        assert_eq!(text, format!("{line}\nabcd efgh\n\n{row}\n"));
    }

    #[test]
    fn a_section_replaces_the_one_with_its_title() {
        let text = replaced(PREAMBLE, &section("Time", "1"));
        let text = replaced(&text, &section("Memory", "2"));
        let text = replaced(&text, &section("Time", "3"));
        let expected =
            format!("{PREAMBLE}\n## Time\n\nA machine\n\n3\n\n## Memory\n\nA machine\n\n2\n");
        assert_eq!(text, expected);
    }
}
