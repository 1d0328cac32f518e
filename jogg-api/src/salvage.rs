//! Skips the parts of a response that don't have the expected type, and keeps the rest.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::Value;

use crate::exact::parse_exact;
use crate::place::{Step, display, path_at};
use crate::redact::without_values;
use crate::skipped::{REPEATED, Skipped, SkippedParts};
use crate::span::{self, Member, span};

/// Decodes compact JSON, and keeps the value. Knows the type, which nothing else here does.
pub(crate) type Attempt<'a> = dyn FnMut(&[u8]) -> Result<(), serde_json::Error> + 'a;

/// Decodes an object, written compactly, without the fields and list items that can't be decoded.
/// `prefix` is its path in the response. The last attempt is the one that decodes the rest.
///
/// # Errors
/// Says what is wrong if skipping parts doesn't help.
pub(crate) fn salvage(
    prefix: &str,
    mut data: String,
    attempt: &mut Attempt<'_>,
) -> Result<SkippedParts, String> {
    let skipped = SkippedParts::default();
    let (place, around) = (Vec::new(), [String::new(), String::new()]);
    let mut salvage = Salvage { prefix, attempt, place, around, json: Vec::new(), skipped };
    let first = salvage.attempt(&data);
    salvage.value(&mut data, first).map_err(|failure| failure.reason())?;
    Ok(salvage.skipped)
}

/// Tries every list item alone, in a response that contains only the path to it. Except for the ids
/// of list items, no received field is required, so a failure outside the item comes from an outer
/// item without its id and says nothing about this one. Each item is decoded a bounded number of
/// times, no matter how many are malformed.
///
/// All of this happens in the text: what it takes in memory is a few times its length, while values
/// of millions of small items would take a hundred times that.
struct Salvage<'p> {
    prefix: &'p str,
    attempt: &'p mut Attempt<'p>,
    /// The path of the current value.
    place: Vec<Step>,
    /// What is before and after the current value, in a response with nothing else.
    around: [String; 2],
    /// Where that response is written.
    json: Vec<u8>,
    skipped: SkippedParts,
}

/// Why a value can't be decoded.
struct Failure {
    /// The path of what is wrong, within the value.
    path: Vec<Step>,
    error: serde_json::Error,
}

impl Failure {
    fn reason(&self) -> String {
        let reason = self.error.to_string();
        without_values(reason.split(" at line ").next().unwrap_or_default())
    }

    /// Whether an object has a member twice.
    fn is_repeat(&self) -> bool {
        self.error.to_string().starts_with("duplicate field")
    }
}

impl Salvage<'_> {
    /// Skips parts of a value, whose first attempt has come to this, until the rest can be decoded.
    fn value(&mut self, value: &mut String, first: Result<(), Failure>) -> Result<(), Failure> {
        let mut attempt = first;
        while let Err(failure) = attempt {
            let list = failure.path.iter().position(|step| matches!(step, Step::Index(_)));
            let progress = match list {
                Some(list) => self.items(value, &failure.path[..list]),
                None if failure.is_repeat() => self.repeated(value, &failure.path),
                None => self.field(value, &failure),
            };
            if !progress {
                return Err(failure);
            }
            attempt = self.attempt(value);
        }
        Ok(())
    }

    /// Keeps what can be decoded of each item in a list. Returns whether anything was skipped.
    fn items(&mut self, value: &mut String, way: &[Step]) -> bool {
        let Some(list) = span(value, way).filter(|list| value[list.clone()].starts_with('['))
        else {
            return false;
        };
        let (before, outer) = (self.skipped.count, self.place.len());
        let around = self.around.clone();
        self.enter(way);
        let mut kept = String::from("[");
        let mut last_skipped = "";
        for (index, item) in span::items(&value[list.clone()]).enumerate() {
            let item = &value[list.start + item.start..list.start + item.end];
            if item == last_skipped && self.skipped.only_counts() {
                self.skipped.count += 1;
                continue;
            }
            self.place.push(Step::Index(index));
            let rest = match self.attempt(item) {
                Ok(()) => Some(Cow::Borrowed(item)),
                Err(failure) => self.parts_of_item(item, failure).map(Cow::Owned),
            };
            self.place.pop();
            match rest {
                Some(rest) => {
                    if kept.len() > 1 {
                        kept.push(',');
                    }
                    kept.push_str(&rest);
                }
                None => last_skipped = item,
            }
        }
        kept.push(']');
        self.place.truncate(outer);
        self.around = around;
        value.replace_range(list, &kept);
        self.skipped.count > before
    }

    /// Goes on to the items of the list at this path.
    fn enter(&mut self, way: &[Step]) {
        let [before, after] = &mut self.around;
        for step in way {
            let Step::Key(key) = step else { continue };
            before.push_str(&format!("{{{}:", Value::from(key.as_str())));
            after.insert(0, '}');
        }
        before.push('[');
        after.insert(0, ']');
        self.place.extend(way.iter().cloned());
    }

    /// Skips parts of an item, or the whole item if that doesn't help. Returns what is kept of it.
    fn parts_of_item(&mut self, item: &str, failure: Failure) -> Option<String> {
        if failure.path.is_empty() && !failure.is_repeat() {
            self.skip(&[], item, || failure.reason());
            return None;
        }
        let (reported, count) = (self.skipped.reported.len(), self.skipped.count);
        let mut rest = item.to_owned();
        let Err(failure) = self.value(&mut rest, Err(failure)) else { return Some(rest) };
        // One report for the item replaces those for its fields.
        let fields = self.skipped.reported.split_off(reported);
        self.skipped.count = count;
        self.skip(&[], item, || {
            let reason = failure.reason();
            let id = fields.into_iter().find(|field| {
                let name = field.at.rsplit('.').next().unwrap_or_default();
                reason.contains(&format!("`{name}`"))
            });
            match id {
                Some(id) => format!("its id can't be read: {}", id.reason),
                None => reason,
            }
        });
        None
    }

    /// Skips a field, unless it is repeated: another of its values may count. Returns whether there
    /// was one.
    fn field(&mut self, value: &mut String, failure: &Failure) -> bool {
        let Some((Step::Key(key), way)) = failure.path.split_last() else { return false };
        let Some(object) = span(value, way) else { return false };
        let mut fields = span::members(value, object.start).filter(|member| member.name == *key);
        let (Some(field), is_repeated) = (fields.next(), fields.next().is_some()) else {
            return false;
        };
        drop(fields);
        if is_repeated {
            return self.repeated(value, way);
        }
        self.skip(&failure.path, &value[field.value], || failure.reason());
        span::remove(value, &field.span);
        true
    }

    /// Skips the repeated members of an object: the last that isn't null counts. Returns whether
    /// there were any.
    fn repeated(&mut self, value: &mut String, path: &[Step]) -> bool {
        let Some(object) = span(value, path) else { return false };
        let members: Vec<_> = span::members(value, object.start).collect();
        let (kept, dropped) = without_repeats(value, members);
        for member in &dropped {
            let path: Vec<Step> =
                path.iter().cloned().chain([Step::Key(member.name.clone())]).collect();
            self.skip(&path, &value[member.value.clone()], || REPEATED.to_owned());
        }
        let kept: Vec<&str> = kept.iter().map(|member| &value[member.span.clone()]).collect();
        let kept = format!("{{{}}}", kept.join(","));
        value.replace_range(object, &kept);
        !dropped.is_empty()
    }

    fn skip(&mut self, path: &[Step], part: &str, reason: impl FnOnce() -> String) {
        let Self { prefix, place, skipped, .. } = self;
        skipped.add(|| Skipped {
            at: display(prefix, place.iter().chain(path)),
            reason: reason(),
            raw: raw(part),
        });
    }

    /// Decodes a value in its place.
    fn attempt(&mut self, value: &str) -> Result<(), Failure> {
        let [before, after] = &self.around;
        self.json.clear();
        for part in [before, value, after] {
            self.json.extend_from_slice(part.as_bytes());
        }
        let Err(error) = (self.attempt)(&self.json) else { return Ok(()) };
        // Compact JSON is one line.
        let path = path_at(&self.json, error.column());
        if path.len() < self.place.len() {
            // The value was decoded; only an item around it lacks its id, which isn't part of this
            // reduced response.
            return Ok(());
        }
        let path = path.into_iter().skip(self.place.len()).collect();
        Err(Failure { path, error })
    }
}

/// Divides the members of an object into those that count, and those that are there again: the last
/// that isn't null counts.
pub(crate) fn without_repeats(json: &str, members: Vec<Member>) -> (Vec<Member>, Vec<Member>) {
    let mut last: HashMap<String, usize> = HashMap::new();
    for (index, member) in members.iter().enumerate() {
        let is_null = &json[member.value.clone()] == "null";
        match last.get_mut(&member.name) {
            Some(last) => *last = if is_null { *last } else { index },
            None => drop(last.insert(member.name.clone(), index)),
        }
    }
    let numbered = members.into_iter().enumerate();
    let (kept, dropped): (Vec<_>, Vec<_>) =
        numbered.partition(|(index, member)| last.get(&member.name) == Some(index));
    let member = |(_, member)| member;
    (kept.into_iter().map(member).collect(), dropped.into_iter().map(member).collect())
}

/// The value of a part of repaired JSON.
pub(crate) fn raw(part: &str) -> Value {
    parse_exact(part.as_bytes()).map_or(Value::Null, |(value, _)| value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use serde::de::DeserializeOwned;

    use super::*;
    use crate::lenient;
    use crate::skipped::MAX_REPORTED;
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
        let skipped = super::salvage(prefix, data.to_string(), &mut attempt)?;
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

    /// How many bytes are decoded, for each byte of a response.
    fn work<T: DeserializeOwned>(data: &str) -> f64 {
        let mut bytes = 0;
        let mut attempt = |json: &[u8]| -> Result<(), serde_json::Error> {
            bytes += json.len();
            serde_json::from_slice::<lenient::Data<T>>(json).map(drop)
        };
        super::salvage("data", data.to_owned(), &mut attempt).unwrap();
        bytes as f64 / data.len() as f64
    }

    #[test]
    fn the_work_is_linear_in_size_also_when_every_item_is_malformed() {
        let voices = |item: &str, count| {
            work::<VoiceList>(&format!(r#"{{"voices":[{}]}}"#, vec![item; count].join(",")))
        };
        let scripts = |paragraph: &str, count| {
            let paragraphs = vec![paragraph; 100].join(",");
            let script = format!(r#"{{"script_paragraphs":[{paragraphs}]}}"#);
            let scripts = vec![script; count].join(",");
            work::<ScriptReport>(&format!(r#"{{"data":{{"generated_scripts":[{scripts}]}}}}"#))
        };
        let cases: [(&str, &dyn Fn(usize) -> f64); 6] = [
            ("no item", &|count| voices("7", count)),
            ("no id", &|count| voices(r#"{"voice_id":[],"name":"a"}"#, count)),
            ("two fields", &|count| voices(r#"{"voice_id":"a","name":{},"language":[]}"#, count)),
            ("repeated", &|count| voices(r#"{"voice_id":"a","name":"a","name":"b"}"#, count)),
            ("one item", &|count| {
                let names = vec![r#""name":{}"#; count].join(",");
                voices(&format!(r#"{{"voice_id":"a",{names}}}"#), 1)
            }),
            ("nested lists", &|count| scripts("[1]", count)),
        ];
        for (case, work) in cases {
            let (few, many) = (work(30), work(300));
            assert!(many < few * 1.1 && many < 25.0, "{case}: {few}, then {many}");
        }
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
