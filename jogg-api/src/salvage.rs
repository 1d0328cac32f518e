//! Skips the parts of a response that don't have the expected type, and keeps the rest.

use std::fmt;

use serde_json::{Map, Value};

use crate::place::{Step, display, path_at};
use crate::redact::without_values;

/// How many skipped parts are reported in full: a damaged response may have millions.
pub(crate) const MAX_REPORTED: usize = 100;

/// A part of a response that was skipped because it doesn't have the expected type.
///
/// `Debug` and `Display` don't show the part itself.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Skipped {
    /// The path of the part, such as `data.voices[3]` or `data.voices[3].name`.
    pub at: String,
    /// What is wrong with it.
    pub reason: String,
    /// The part itself, as received. Not redacted.
    pub raw: Value,
}

impl fmt::Debug for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Skipped")
            .field("at", &self.at)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.reason)
    }
}

/// What was skipped in a response.
#[derive(Debug, Default)]
pub(crate) struct SkippedParts {
    /// The first of the parts, at most [`MAX_REPORTED`].
    pub(crate) reported: Vec<Skipped>,
    /// How many parts were skipped.
    pub(crate) count: usize,
}

impl SkippedParts {
    /// Counts a part, and reports it if it is one of the first.
    pub(crate) fn add(&mut self, part: impl FnOnce() -> Skipped) {
        self.count += 1;
        if self.count <= MAX_REPORTED {
            self.reported.push(part());
        }
    }

    /// Adds what was skipped after these.
    pub(crate) fn extend(&mut self, others: Self) {
        let room = MAX_REPORTED.saturating_sub(self.reported.len());
        self.reported.extend(others.reported.into_iter().take(room));
        self.count += others.count;
    }
}

/// Decodes compact JSON, and keeps the value. Knows the type, which nothing else here does.
pub(crate) type Attempt<'a> = dyn FnMut(&[u8]) -> Result<(), serde_json::Error> + 'a;

/// Decodes an object without the fields and list items that can't be decoded. `prefix` is its path
/// in the response. The last attempt is the one that decodes the rest.
///
/// # Errors
/// Says what is wrong if skipping parts doesn't help.
pub(crate) fn salvage(
    prefix: &str,
    mut data: Value,
    attempt: &mut Attempt<'_>,
) -> Result<SkippedParts, String> {
    let skipped = SkippedParts::default();
    let mut salvage = Salvage { prefix, attempt, place: Vec::new(), skipped };
    salvage.value(&mut data)?;
    Ok(salvage.skipped)
}

/// Tries every list item alone, in a response that contains only the path to it. Except for the ids
/// of list items, no received field is required, so a failure outside the item comes from an outer
/// item without its id and says nothing about this one. Each item is decoded a bounded number of
/// times, no matter how many are malformed.
struct Salvage<'p> {
    prefix: &'p str,
    attempt: &'p mut Attempt<'p>,
    /// The path of the current value.
    place: Vec<Step>,
    skipped: SkippedParts,
}

impl Salvage<'_> {
    /// Skips parts of a value until the rest can be decoded.
    fn value(&mut self, value: &mut Value) -> Result<(), String> {
        loop {
            let Err((path, reason)) = self.attempt(value) else { return Ok(()) };
            let progress = match path.iter().position(|step| matches!(step, Step::Index(_))) {
                Some(list) => self.items(value, &path[..list]),
                None => self.field(value, &path, &reason),
            };
            if !progress {
                return Err(reason);
            }
        }
    }

    /// Keeps what can be decoded of each item in a list. Returns whether anything was skipped.
    fn items(&mut self, value: &mut Value, way: &[Step]) -> bool {
        let Some(Value::Array(items)) = resolve(value, way) else { return false };
        let mut kept = Vec::with_capacity(items.len());
        let before = self.skipped.count;
        let outer = self.place.len();
        self.place.extend(way.iter().cloned());
        for (index, mut item) in std::mem::take(items).into_iter().enumerate() {
            self.place.push(Step::Index(index));
            if self.attempt(&mut item).is_ok() || self.parts_of_item(&mut item) {
                kept.push(item);
            }
            self.place.pop();
        }
        self.place.truncate(outer);
        if let Some(list) = resolve(value, way) {
            *list = Value::Array(kept);
        }
        self.skipped.count > before
    }

    /// Skips parts of an item, or the whole item if that doesn't help. Returns whether the item is
    /// kept.
    fn parts_of_item(&mut self, item: &mut Value) -> bool {
        let whole = item.clone();
        let (reported, count) = (self.skipped.reported.len(), self.skipped.count);
        let Err(reason) = self.value(item) else { return true };
        // One report for the item replaces those for its fields.
        let fields = self.skipped.reported.split_off(reported);
        self.skipped.count = count;
        let id = fields.into_iter().find(|field| {
            let name = field.at.rsplit('.').next().unwrap_or_default();
            reason.contains(&format!("`{name}`"))
        });
        let reason = match id {
            Some(id) => format!("its id can't be read: {}", id.reason),
            None => reason,
        };
        self.skip(&[], reason, whole);
        false
    }

    /// Skips a field. Returns whether there was one.
    fn field(&mut self, value: &mut Value, path: &[Step], reason: &str) -> bool {
        let Some((Step::Key(key), way)) = path.split_last() else { return false };
        let Some(Value::Object(members)) = resolve(value, way) else { return false };
        let Some(raw) = members.remove(key) else { return false };
        self.skip(path, reason.to_owned(), raw);
        true
    }

    fn skip(&mut self, path: &[Step], reason: String, raw: Value) {
        let Self { prefix, place, skipped, .. } = self;
        skipped.add(|| Skipped { at: display(prefix, place.iter().chain(path)), reason, raw });
    }

    /// Decodes the current value in its place. A failure has the path within the value.
    fn attempt(&mut self, value: &mut Value) -> Result<(), (Vec<Step>, String)> {
        let mut alone = wrap(&self.place, std::mem::take(value));
        // A `Value` can always be written.
        let json = serde_json::to_vec(&alone).unwrap_or_default();
        *value = unwrap(&mut alone, &self.place);
        let Err(error) = (self.attempt)(&json) else { return Ok(()) };
        // Compact JSON is one line.
        let path = path_at(&json, error.column());
        if path.len() < self.place.len() {
            // The value was decoded; only an item around it lacks its id, which isn't part of this
            // reduced response.
            return Ok(());
        }
        let path = path.into_iter().skip(self.place.len()).collect();
        let reason = error.to_string();
        let reason = reason.split(" at line ").next().unwrap_or_default();
        Err((path, without_values(reason)))
    }
}

fn resolve<'v>(value: &'v mut Value, way: &[Step]) -> Option<&'v mut Value> {
    way.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get_mut(key),
        Step::Index(index) => value.get_mut(index),
    })
}

/// Returns a response that contains only this value at its path, alone in each list around it.
fn wrap(place: &[Step], value: Value) -> Value {
    place.iter().rev().fold(value, |inner, step| match step {
        Step::Key(key) => Value::Object(Map::from_iter([(key.clone(), inner)])),
        Step::Index(_) => Value::Array(vec![inner]),
    })
}

fn unwrap(wrapped: &mut Value, place: &[Step]) -> Value {
    let value = place.iter().try_fold(wrapped, |value, step| match step {
        Step::Key(key) => value.get_mut(key),
        Step::Index(_) => value.get_mut(0),
    });
    value.map(std::mem::take).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use serde::de::DeserializeOwned;

    use super::*;
    use crate::lenient;
    use crate::types::{MotionReport, ScriptReport, VoiceList};

    fn salvage<T: DeserializeOwned>(
        prefix: &str,
        data: Value,
    ) -> Result<(Option<T>, SkippedParts), String> {
        let mut decoded = None;
        let mut attempt = |json: &[u8]| -> Result<(), serde_json::Error> {
            decoded = serde_json::from_slice::<lenient::Data<T>>(json)?.0;
            Ok(())
        };
        let skipped = super::salvage(prefix, data, &mut attempt)?;
        Ok((decoded, skipped))
    }

    #[track_caller]
    fn salvaged<T: DeserializeOwned>(data: Value) -> (T, Vec<String>) {
        let (value, skipped) = salvage::<T>("data", data).unwrap();
        assert_eq!(skipped.reported.len(), skipped.count);
        (value.unwrap(), skipped.reported.into_iter().map(|skipped| skipped.at).collect())
    }

    #[test]
    fn fact_18_a_malformed_item_or_field_is_skipped_and_the_rest_is_kept() {
        let (list, skipped) = salvaged::<VoiceList>(json!({"has_more": true, "voices": [
            {"voice_id": "a"}, null, "b", ["c"], {"voice_id": {"deep": 1}, "name": "d"},
            {"voice_id": "f", "name": [], "language": {}}, 7,
        ]}));
        let voices: Vec<_> = list
            .voices
            .iter()
            .map(|voice| (voice.voice_id.as_str(), voice.name.as_deref()))
            .collect();
        assert_eq!(voices, [("a", None), ("f", None)]);
        assert_eq!(list.has_more, Some(true));
        let places = ["1]", "2]", "3]", "4]", "5].language", "5].name", "6]"];
        assert_eq!(skipped, places.map(|place| format!("data.voices[{place}")));
    }

    #[test]
    fn nested_lists_lose_only_their_malformed_items() {
        let (report, skipped) = salvaged::<ScriptReport>(json!({"data": {"generated_scripts": [
            {"script_style": "Storytime", "script_paragraphs": ["a", {"b": 1}, "c"]},
            {"script_style": {"bad": true}},
            {"script_style": "Data", "script_paragraphs": [[1], "d"]},
        ]}}));
        let scripts = report.data.unwrap().generated_scripts;
        assert_eq!(scripts.len(), 3);
        assert_eq!(scripts[0].script_paragraphs, ["a", "c"]);
        assert_eq!(scripts[1].script_style, None);
        assert_eq!(scripts[2].script_paragraphs, ["d"]);
        let places = ["0].script_paragraphs[1]", "1].script_style", "2].script_paragraphs[0]"];
        assert_eq!(skipped, places.map(|place| format!("data.data.generated_scripts[{place}")));
    }

    #[test]
    fn a_malformed_field_is_skipped_and_the_rest_is_kept() {
        let (report, skipped) = salvaged::<MotionReport>(
            json!({"motion_id": "m1", "avatar_id": {"id": 1}, "name": ["x"]}),
        );
        assert_eq!(report.motion_id.as_deref(), Some("m1"));
        assert_eq!(skipped, ["data.avatar_id", "data.name"]);
    }

    #[test]
    fn many_malformed_items_are_counted_and_the_first_are_reported() {
        let voices: Vec<Value> = (0..20_000)
            .map(
                |index| {
                    if index % 2 == 0 { json!(7) } else { json!({"voice_id": "a", "name": {}}) }
                },
            )
            .collect();
        let (list, skipped) = salvage::<VoiceList>("data", json!({"voices": voices})).unwrap();
        assert_eq!(list.unwrap().voices.len(), 10_000);
        assert_eq!((skipped.reported.len(), skipped.count), (MAX_REPORTED, 20_000));
        assert_eq!(skipped.reported[99].at, "data.voices[99].name");
    }

    #[test]
    fn a_report_does_not_show_the_skipped_part() {
        let data = json!({"avatar_id": "planted", "name": {"secret": "planted"}});
        let (_, skipped) = salvage::<MotionReport>("data", data).unwrap();
        assert_eq!(skipped.reported[0].raw, "planted");
        let shown = format!("{skipped:?} {}", skipped.reported[0]);
        assert!(shown.contains("data.avatar_id: invalid value: string, expected an integer"));
        assert!(!shown.contains("planted"), "{shown}");
    }

    #[test]
    fn a_reason_does_not_quote_the_value() {
        let reason = salvage::<MotionReport>("data", json!("planted")).unwrap_err();
        assert_eq!(reason, "invalid type: string, expected an object");
    }
}
