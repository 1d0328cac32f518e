//! `openapi/upstream.surface`: the vendor's spec that was reviewed last, as a surface, so that
//! later changes show without the vendor's text.

use std::path::Path;

use crate::diff::report::Report;
use crate::diff::source::Source;
use crate::failure::Failure;
use crate::surface::{HEADER, Surface};
use crate::workspace::read_if_exists;

/// The pin, from the root of the workspace.
pub(crate) const PINNED: &str = "openapi/upstream.surface";

/// A reviewed state of upstream.
#[derive(Debug)]
pub(crate) struct Pin {
    /// The day on which it was published.
    pub(crate) date: String,
    /// The hash of the vendor's text.
    pub(crate) sha256: String,
    pub(crate) source: Source,
}

impl Pin {
    /// Pins a spec. Fails for a surface, which doesn't have the hash of the vendor's text.
    pub(crate) fn new(date: &str, source: Source) -> Result<Self, Failure> {
        let Some(document) = &source.document else {
            return Err(Failure::nothing_compared(
                &format!("{} is a surface instead of the vendor's text", source.name),
                "pin the published spec, whose hash becomes part of the pin",
            ));
        };
        let sha256 = document.sha256.clone();
        Ok(Self { date: date.to_owned(), sha256, source })
    }

    /// Reads a pin. `None` if there is no such file.
    pub(crate) fn read(path: &Path, name: &str) -> Result<Option<Self>, Failure> {
        let text = read_if_exists(path, name)?;
        text.map(|text| Self::parse(name, &text)).transpose()
    }

    /// Parses the result of [`Pin::text`].
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, Failure> {
        let source = Source::parse(name, text)?;
        let [date, sha256] = ["date", "sha256"].map(|word| {
            let mut lines = text.lines().take_while(|line| line.starts_with('#'));
            lines.find_map(|line| line.strip_prefix("# ")?.strip_prefix(word)?.strip_prefix(' '))
        });
        match (date, sha256) {
            (Some(date), Some(sha256)) if is_date(date) => {
                Ok(Self { date: date.to_owned(), sha256: sha256.to_owned(), source })
            }
            _ => Err(Failure::nothing_compared(
                &format!("{name}: the lines `# date YYYY-MM-DD` and `# sha256 …` are missing"),
                "write it with `cargo xtask spec accept --upstream FILE --pin YYYY-MM-DD`",
            )),
        }
    }

    /// Returns the content of the file: the surface, with its date and hash.
    pub(crate) fn text(&self) -> Result<String, Failure> {
        let Self { date, sha256, source } = self;
        let surface = printed(&source.surface()?);
        Ok(format!(
            "{HEADER}\n# The vendor's published spec, as it was last reviewed. Written by\n\
             # `cargo xtask spec accept --upstream FILE --pin DATE`.\n# date {date}\n\
             # sha256 {sha256}\n{surface}"
        ))
    }
}

/// What changed in upstream since the pin.
#[derive(Debug)]
pub(crate) struct SincePin {
    /// The pin and the changes since. `None` if there is no pin.
    pub(crate) changes: Option<(Pin, Report)>,
    /// Whether upstream is the text that was pinned. `None` if it is a surface, or without a pin.
    pub(crate) same_text: Option<bool>,
}

impl SincePin {
    pub(crate) fn of(pin: Option<Pin>, upstream: &Source) -> Result<Self, Failure> {
        let Some(pin) = pin else { return Ok(Self { changes: None, same_text: None }) };
        let report = Report::of(&pin.source, upstream)?;
        let same_text = upstream.document.as_ref().map(|document| document.sha256 == pin.sha256);
        Ok(Self { changes: Some((pin, report)), same_text })
    }
}

/// Parses an argument that must be a date.
pub(crate) fn date(argument: &str) -> Result<String, String> {
    match is_date(argument) {
        true => Ok(argument.to_owned()),
        false => Err("write the date as YYYY-MM-DD".to_owned()),
    }
}

fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut number = |length: usize| {
        let part = parts.next().filter(|part| part.len() == length)?;
        let digits = part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u16>().ok().filter(|_| digits)
    };
    let valid = match (number(4), number(2), number(2)) {
        (Some(_), Some(month), Some(day)) => (1..=12).contains(&month) && (1..=31).contains(&day),
        _ => false,
    };
    valid && parts.next().is_none()
}

/// Returns the lines of a surface after the first.
fn printed(surface: &Surface) -> String {
    let text = surface.to_string();
    text.split_once('\n').map(|(_, lines)| lines.to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_date(text: &str, expected: bool) {
        assert_eq!(date(text).is_ok(), expected, "{text}");
    }

    #[test]
    fn only_dates_are_accepted() {
        check_date("2026-03-30", true);
        for text in
            ["", "today", "2026-3-30", "2026-13-01", "2026-01-32", "2026-01-01-1", "+026-01-01"]
        {
            check_date(text, false);
        }
    }

    #[test]
    fn a_pin_is_parsed_as_it_was_printed() {
        let spec = Source::parse("spec.yaml", "openapi: 3.0.3\npaths: {/a: {get: {}}}\n").unwrap();
        let text = Pin::new("2026-03-30", spec).unwrap().text().unwrap();
        let pin = Pin::parse("pin", &text).unwrap();
        assert_eq!((pin.date.as_str(), pin.sha256.len()), ("2026-03-30", 64));
        assert_eq!(pin.text().unwrap(), text);
        assert_eq!(Pin::new("2026-03-30", pin.source).unwrap_err().exit, 3);
        let bare = "# jogg surface 1\nGET /a declared\n";
        assert_eq!(Pin::parse("pin", bare).unwrap_err().exit, 3);
    }
}
