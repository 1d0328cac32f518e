//! The rows of a CSV file, checked as a whole before anything is queued.

use std::collections::HashMap;
use std::fmt::Display;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use csv::{Reader, StringRecord};
use jogg_api_ext::avatar_videos::{CreateVideo, Speech};
use jogg_api_ext::avatars::Avatar;
use jogg_api_ext::batch::Entry;
use jogg_api_ext::enums::{AspectRatio, ScreenStyle};
use serde_json::Value;

const COLUMNS: [&str; 11] = [
    "key",
    "avatar",
    "avatar_type",
    "voice_id",
    "script",
    "audio_url",
    "aspect_ratio",
    "screen_style",
    "caption",
    "video_name",
    "seconds",
];

pub(crate) const HELP: &str =
    "The columns of the CSV file; those marked with a star may be omitted:
  key           Names the video: in the batch, and as a file. Letters, digits, `-`, `_` and `.`
  avatar        The number of the avatar
  avatar_type*  `public` (default) or `custom`
  voice_id      The voice it speaks with
  script*       What it says; or else
  audio_url*    where the recording is that it speaks
  aspect_ratio* `portrait` (default), `landscape` or `square`
  screen_style* `background` (default), `green` or `transparent`
  caption*      `true` or `false`
  video_name*   The video's name
  seconds*      How long the video will be, for the estimate";

/// A row that can be queued.
pub(crate) struct Row {
    pub(crate) key: String,
    /// In the file.
    pub(crate) line: u64,
    /// The request in the API's own form.
    pub(crate) body: Value,
    pub(crate) entry: Entry,
}

/// Reads all rows, or says everything that is wrong with them.
pub(crate) fn read(path: &Path) -> Result<Vec<Row>, Vec<String>> {
    let shown = path.display().to_string();
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_path(path)
        .map_err(|error| vec![format!("{shown}: {error}")])?;
    let mut problems = Vec::new();
    let places = match places(&mut reader, &mut problems) {
        Ok(places) if problems.is_empty() => places,
        Ok(_) => {
            return Err(problems.iter().map(|problem| format!("{shown}:1: {problem}")).collect());
        }
        Err(error) => return Err(vec![format!("{shown}:1: {error}")]),
    };
    let width = reader.headers().map_or(0, StringRecord::len);
    let (mut rows, mut lines) = (Vec::new(), HashMap::new());
    for record in reader.records() {
        let (line, found) = match record {
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                let mut fields = Fields { places: &places, record: &record, problems: Vec::new() };
                if record.len() == width {
                    rows.extend(fields.row(line, &mut lines));
                } else {
                    let has = record.len();
                    fields.problems.push(format!("has {has} fields, and the first line {width}"));
                }
                (line, fields.problems)
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                (line, vec![error.to_string()])
            }
        };
        problems.extend(found.iter().map(|problem| format!("{shown}:{line}: {problem}")));
    }
    if rows.is_empty() && problems.is_empty() {
        problems.push(format!("{shown}: has no rows"));
    }
    if problems.is_empty() { Ok(rows) } else { Err(problems) }
}

/// Finds the columns by the first line. One that isn't known is a mistake: its values would be
/// missing in what is paid for.
fn places(
    reader: &mut Reader<std::fs::File>,
    problems: &mut Vec<String>,
) -> Result<HashMap<&'static str, usize>, csv::Error> {
    let mut places = HashMap::new();
    for (place, name) in reader.headers()?.iter().enumerate() {
        match COLUMNS.iter().find(|column| **column == name) {
            None => problems.push(format!("column `{name}` isn't known; see --help")),
            Some(column) if places.insert(*column, place).is_some() => {
                problems.push(format!("column `{name}` is there twice"));
            }
            Some(_) => {}
        }
    }
    for column in ["key", "avatar", "voice_id"] {
        if !places.contains_key(column) {
            problems.push(format!("column `{column}` is missing"));
        }
    }
    Ok(places)
}

/// The fields of a row, and what is wrong with them.
struct Fields<'r> {
    places: &'r HashMap<&'static str, usize>,
    record: &'r StringRecord,
    problems: Vec<String>,
}

impl Fields<'_> {
    fn row(&mut self, line: u64, lines: &mut HashMap<String, u64>) -> Option<Row> {
        let key = self.key();
        // Not everywhere can the names of files differ in upper and lower case alone.
        let before = key.as_ref().and_then(|key| lines.insert(key.to_lowercase(), line));
        if let Some(before) = before {
            self.wrong("key", format!("is that of line {before}"));
        }
        let number = self.needed("avatar").and_then(|_| self.parsed::<i64>("avatar", "a number"));
        let is_custom = self.choice("avatar_type", &[("public", false), ("custom", true)], false);
        let speech = self.speech();
        let ratio = self.parsed("aspect_ratio", "`portrait`, `landscape` or `square`");
        let styles = [
            ("background", ScreenStyle::WithBackground),
            ("green", ScreenStyle::GreenScreen),
            ("transparent", ScreenStyle::Transparent),
        ];
        let style = self.choice("screen_style", &styles, ScreenStyle::WithBackground);
        let caption = self.parsed("caption", "`true` or `false`");
        let seconds = self.parsed::<f64>("seconds", "a number of seconds");
        let length = seconds.and_then(|seconds| {
            let length = Duration::try_from_secs_f64(seconds).ok().filter(|_| seconds > 0.0);
            if length.is_none() {
                self.wrong("seconds", "isn't a length of a video");
            }
            length
        });
        // Whatever is missing has been said.
        let (Some(key), Some(number), Some(speech)) = (key, number, speech) else { return None };
        let avatar = if is_custom { Avatar::Custom(number) } else { Avatar::Public(number) };
        let ratio = ratio.unwrap_or(AspectRatio::Portrait);
        let mut request = CreateVideo::new(avatar, speech, ratio, style);
        if let Some(caption) = caption {
            request = request.caption(caption);
        }
        if let Some(name) = self.text("video_name") {
            request = request.video_name(name);
        }
        let body = serde_json::to_value(&request).unwrap_or_default();
        let mut entry = Entry::new(&key, request);
        if let Some(length) = length {
            entry = entry.length(length);
        }
        if let Err(error) = entry.check() {
            self.problems.push(error.to_string());
        }
        self.problems.is_empty().then_some(Row { key, line, body, entry })
    }

    /// A key that is the name of a file, too, on every system.
    fn key(&mut self) -> Option<String> {
        let key = self.needed("key")?;
        let allowed = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
        if key.len() > 100 || key.starts_with('.') || !key.chars().all(allowed) {
            self.wrong("key", format!("`{key}` must be letters, digits, `-`, `_`, `.`; up to 100"));
            return None;
        }
        Some(key)
    }

    fn speech(&mut self) -> Option<Speech> {
        let voice = self.needed("voice_id");
        match (self.text("script"), self.text("audio_url")) {
            (Some(script), None) => Some(Speech::script(voice?, script)),
            (None, Some(url)) => {
                if !["https://", "http://"].iter().any(|scheme| url.starts_with(scheme)) {
                    self.wrong("audio_url", "isn't a URL that begins with https://");
                }
                Some(Speech::audio(voice?, url))
            }
            (Some(_), Some(_)) => {
                self.wrong("audio_url", "stands beside a script; only one of them is spoken");
                None
            }
            (None, None) => {
                self.wrong("script", "is empty, and there is no audio_url");
                None
            }
        }
    }

    fn text(&self, column: &str) -> Option<String> {
        let field = self.record.get(*self.places.get(column)?)?;
        (!field.is_empty()).then(|| field.to_owned())
    }

    fn needed(&mut self, column: &str) -> Option<String> {
        let text = self.text(column);
        if text.is_none() {
            self.wrong(column, "is empty");
        }
        text
    }

    fn parsed<T: FromStr>(&mut self, column: &str, what: &str) -> Option<T> {
        let text = self.text(column)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.wrong(column, format!("`{text}` isn't {what}"));
        }
        parsed
    }

    fn choice<T: Copy>(&mut self, column: &str, choices: &[(&str, T)], default: T) -> T {
        let Some(text) = self.text(column) else { return default };
        let found = choices.iter().find(|(choice, _)| *choice == text);
        if found.is_none() {
            let known: Vec<_> = choices.iter().map(|(choice, _)| format!("`{choice}`")).collect();
            self.wrong(column, format!("`{text}` isn't one of {}", known.join(", ")));
        }
        found.map_or(default, |(_, value)| *value)
    }

    fn wrong(&mut self, column: &str, problem: impl Display) {
        self.problems.push(format!("column `{column}`: {problem}"));
    }
}
