//! `openapi/upstream.surface`: the vendor's spec that was reviewed last, as a surface, and a hash
//! of each of its texts, so that later changes show without the vendor's words.

use std::path::Path;

use time::macros::format_description;
use time::{Date, Duration, OffsetDateTime};

use crate::diff::report::Report;
use crate::diff::source::Source;
use crate::diff::texts::PlacedTexts;
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
    /// The places of its texts. Empty in a pin that was written without them.
    pub(crate) texts: PlacedTexts,
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
        let (sha256, texts) = (document.sha256.clone(), PlacedTexts::of(document));
        Ok(Self { date: date.to_owned(), sha256, texts, source })
    }

    /// Reads a pin. `None` if there is no such file.
    pub(crate) fn read(path: &Path, name: &str) -> Result<Option<Self>, Failure> {
        let text = read_if_exists(path, name)?;
        text.map(|text| Self::parse(name, &text)).transpose()
    }

    /// Parses the result of [`Pin::text`].
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, Failure> {
        let source = Source::parse(name, text)?;
        let lines = |word: &'static str| {
            let lines = text.lines().take_while(|line| line.starts_with('#'));
            lines.filter_map(move |line| {
                line.strip_prefix("# ")?.strip_prefix(word)?.strip_prefix(' ')
            })
        };
        match (lines("date").next(), lines("sha256").next()) {
            (Some(date), Some(sha256)) if day(date).is_some() => {
                let texts = PlacedTexts::parse(lines("text"));
                Ok(Self { date: date.to_owned(), sha256: sha256.to_owned(), texts, source })
            }
            _ => Err(Failure::nothing_compared(
                &format!("{name}: the lines `# date YYYY-MM-DD` and `# sha256 …` are missing"),
                "write it with `cargo xtask spec accept --upstream FILE --pin YYYY-MM-DD`",
            )),
        }
    }

    /// Returns the content of the file: the surface, with its date and hash.
    pub(crate) fn text(&self) -> Result<String, Failure> {
        let Self { date, sha256, texts, source } = self;
        let surface = printed(&source.surface()?);
        let texts = texts.lines().map(|line| format!("# text {line}\n")).collect::<String>();
        Ok(format!(
            "{HEADER}\n# The vendor's published spec, as it was last reviewed. Written by\n\
             # `cargo xtask spec accept --upstream FILE --pin DATE`. Each text has a hash, so\n\
             # that a change of it shows.\n# date {date}\n# sha256 {sha256}\n{texts}{surface}"
        ))
    }
}

/// What changed in upstream since the pin.
#[derive(Debug)]
pub(crate) struct SincePin<'p> {
    pub(crate) pin: &'p Pin,
    pub(crate) report: Report,
    /// What changed besides the surface. `None` if upstream is a surface, which has no text.
    pub(crate) text: Option<TextSincePin>,
}

/// What became of the vendor's text since the pin.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TextSincePin {
    /// It is the text that was pinned.
    Same,
    /// It is another one, which says the same: its layout differs, or comments do.
    Layout,
    /// Other texts are at these places, each with its line, unless it is gone from there.
    Places(Vec<(String, Option<u32>)>),
    /// It is another one, and the pin doesn't say where.
    Unknown,
}

impl<'p> SincePin<'p> {
    /// Compares upstream with the pin. `ours` says what the operations are called in code.
    pub(crate) fn of(pin: &'p Pin, upstream: &Source, ours: &Source) -> Result<Self, Failure> {
        let mut report = Report::of(&pin.source, upstream)?;
        report.calls = report.calls.followed_by(&ours.calls);
        let text = upstream.document.as_ref().map(|document| {
            let texts = PlacedTexts::of(document);
            let changed = pin.texts.changed_to(&texts);
            match () {
                () if document.sha256 == pin.sha256 => TextSincePin::Same,
                () if pin.texts.is_empty() => TextSincePin::Unknown,
                () if changed.is_empty() => TextSincePin::Layout,
                () => TextSincePin::Places(
                    changed
                        .into_iter()
                        .map(|place| (place.clone(), texts.line(&place, document)))
                        .collect(),
                ),
            }
        });
        Ok(Self { pin, report, text })
    }

    /// Whether upstream is what was pinned, as far as that is known.
    pub(crate) fn is_same(&self) -> bool {
        let same = matches!(self.text, None | Some(TextSincePin::Same));
        same && self.report.changes.is_empty()
    }
}

/// Parses an argument that must be a day that has begun somewhere.
pub(crate) fn date(argument: &str) -> Result<String, String> {
    let Some(date) = day(argument) else {
        return Err("there is no such day; write the date as YYYY-MM-DD".to_owned());
    };
    match date <= (OffsetDateTime::now_utc() + AHEAD).date() {
        true => Ok(argument.to_owned()),
        false => Err("the day is in the future; write the one of publication".to_owned()),
    }
}

/// Where the day begins first.
const AHEAD: Duration = Duration::hours(14);

fn day(text: &str) -> Option<Date> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).ok()
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
        check_date("2024-02-29", true);
        let today = OffsetDateTime::now_utc().date();
        check_date(&today.to_string(), true);
        check_date(&(today + Duration::days(2)).to_string(), false);
        for text in [
            "",
            "today",
            "2026-3-30",
            "2026-13-01",
            "2026-00-01",
            "2026-01-32",
            "2026-01-00",
            "2026-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-01-01-1",
            "+026-01-01",
            "9999-01-01",
        ] {
            check_date(text, false);
        }
    }

    #[test]
    fn a_pin_is_parsed_as_it_was_printed() {
        let spec =
            Source::parse("spec.yaml", "openapi: 3.0.3\npaths: {/a: {get: {summary: Reads it}}}\n")
                .unwrap();
        let text = Pin::new("2026-03-30", spec).unwrap().text().unwrap();
        let pin = Pin::parse("pin", &text).unwrap();
        assert_eq!((pin.date.as_str(), pin.sha256.len()), ("2026-03-30", 64));
        assert!(text.contains("\n# text ") && text.contains(" GET /a summary\n"), "{text}");
        assert!(!text.contains("Reads it"), "{text}");
        assert_eq!(pin.text().unwrap(), text);
        assert_eq!(Pin::new("2026-03-30", pin.source).unwrap_err().exit, 3);
        let bare = "# jogg surface 1\nGET /a declared\n";
        assert_eq!(Pin::parse("pin", bare).unwrap_err().exit, 3);
    }
}
