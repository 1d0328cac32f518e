//! From the bytes of an answer to its envelope. One strict pass; only when that fails, the parts
//! that do not have their type are taken out, each reported, and the rest is kept.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use serde_path_to_error::{Path, Segment};

use crate::{Envelope, NoData};

/// A part of an answer that was left out because it did not have its type.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Skipped {
    /// Where it stood, such as `data.voices[3]`.
    pub at: String,
    /// What was wrong with it.
    pub reason: String,
    /// The part itself, as received. Not redacted.
    pub raw: Value,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.reason)
    }
}

/// An answer that is no envelope, or whose `data` is no `T` even with parts left out.
#[derive(Debug)]
pub(crate) struct DecodeError {
    /// The envelope, if there was one.
    pub(crate) envelope: Option<Envelope<NoData>>,
    pub(crate) reason: String,
}

/// Decodes an answer. An error code is a value here: `data` is then `None`.
pub(crate) fn decode<T: DeserializeOwned>(
    body: &[u8],
) -> Result<(Envelope<T>, Vec<Skipped>), DecodeError> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    match serde_json::from_slice::<Envelope<T>>(body) {
        Ok(envelope) if !envelope.flat => Ok((envelope, Vec::new())),
        _ => decode_damaged(body),
    }
}

fn decode_damaged<T: DeserializeOwned>(
    body: &[u8],
) -> Result<(Envelope<T>, Vec<Skipped>), DecodeError> {
    let outer = match serde_json::from_slice::<Envelope<NoData>>(body) {
        Ok(outer) => outer,
        Err(error) => return Err(DecodeError { envelope: None, reason: describe(body, &error) }),
    };
    let mut members = match serde_json::from_slice::<Map<String, Value>>(body) {
        Ok(members) => members,
        Err(error) => return Err(DecodeError { envelope: None, reason: error.to_string() }),
    };
    let (prefix, mut data) = if outer.flat {
        ["code", "msg", "rid"].iter().for_each(|key| drop(members.remove(*key)));
        ("", Value::Object(members))
    } else {
        ("data", members.remove("data").unwrap_or_default())
    };
    let mut salvage = Salvage { context: Vec::new(), skipped: Vec::new() };
    match salvage.object::<T>(prefix, &mut data) {
        Ok(data) => {
            let Envelope { code, msg, rid, flat, .. } = outer;
            Ok((Envelope { code, msg, rid, data, flat }, salvage.skipped))
        }
        Err(reason) => Err(DecodeError { envelope: Some(outer), reason }),
    }
}

/// Why a body is no envelope, without quoting it.
fn describe(body: &[u8], error: &serde_json::Error) -> String {
    let start = body.trim_ascii_start();
    match start.first() {
        None => "the body is empty".to_owned(),
        Some(b'<') => "the body is a markup page, not JSON".to_owned(),
        Some(b'{') if error.is_eof() => "the body is cut off".to_owned(),
        _ => format!("the body is not an envelope: {error}"),
    }
}

/// Takes bad items out of lists and bad fields out of objects, until the rest decodes.
///
/// An item of a list is tried by itself, in a copy of the answer that holds nothing but the way to
/// it: every received field is optional, so that this decodes exactly if the item does. Each item
/// is thus decoded a bounded number of times, however many are bad.
struct Salvage {
    /// The way to the value at hand.
    context: Vec<Step>,
    skipped: Vec<Skipped>,
}

#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Index(usize),
}

impl Salvage {
    /// Decodes an object, without the fields and items that cannot be.
    fn object<T: DeserializeOwned>(
        &mut self,
        prefix: &str,
        data: &mut Value,
    ) -> Result<Option<T>, String> {
        loop {
            let (path, reason) = match attempt::<T>(data) {
                Ok(value) => return Ok(value),
                Err(failure) => failure,
            };
            let progress = match path.iter().position(|step| matches!(step, Step::Index(_))) {
                Some(list) => self.list::<T>(prefix, data, &path[..list]),
                None => self.field(prefix, data, &path, &reason),
            };
            if !progress {
                return Err(format!("{}: {reason}", display(prefix, &path)));
            }
        }
    }

    /// Keeps the items of a list that decode by themselves. Whether anything was taken out.
    fn list<T: DeserializeOwned>(&mut self, prefix: &str, data: &mut Value, way: &[Step]) -> bool {
        let Some(Value::Array(items)) = resolve(data, way) else { return false };
        let mut kept = Vec::with_capacity(items.len());
        let before = self.skipped.len();
        for (index, mut item) in std::mem::take(items).into_iter().enumerate() {
            let outer = self.context.len();
            self.context.extend(way.iter().cloned());
            self.context.push(Step::Index(index));
            match self.item::<T>(prefix, way, &mut item) {
                Ok(()) => kept.push(item),
                Err(reason) => {
                    let at = display(prefix, &self.context);
                    self.skipped.push(Skipped { at, reason, raw: item });
                }
            }
            self.context.truncate(outer);
        }
        if let Some(list) = resolve(data, way) {
            *list = Value::Array(kept);
        }
        self.skipped.len() > before
    }

    /// Whether an item decodes by itself, after bad items of lists within it were taken out.
    fn item<T: DeserializeOwned>(
        &mut self,
        prefix: &str,
        way: &[Step],
        item: &mut Value,
    ) -> Result<(), String> {
        loop {
            let mut alone = wrap(way, std::mem::take(item));
            let outcome = attempt::<T>(&alone);
            let inner = way.len() + 1;
            *item = unwrap(&mut alone, way);
            let Err((path, reason)) = outcome else { return Ok(()) };
            let nested = path.iter().skip(inner).position(|step| matches!(step, Step::Index(_)));
            let Some(nested) = nested else { return Err(reason) };
            let nested_way: Vec<Step> = path[inner..inner + nested].to_vec();
            if !self.nested_list::<T>(prefix, way, item, &nested_way) {
                return Err(reason);
            }
        }
    }

    /// A list within an item: its items are tried in a copy of the outer item that holds only
    /// them.
    fn nested_list<T: DeserializeOwned>(
        &mut self,
        prefix: &str,
        way: &[Step],
        item: &mut Value,
        nested_way: &[Step],
    ) -> bool {
        let Some(Value::Array(items)) = resolve(item, nested_way) else { return false };
        let mut kept = Vec::with_capacity(items.len());
        let before = self.skipped.len();
        for (index, part) in std::mem::take(items).into_iter().enumerate() {
            let alone = wrap(way, wrap(nested_way, part.clone()));
            match attempt::<T>(&alone) {
                Ok(_) => kept.push(part),
                Err((_, reason)) => {
                    let mut place = self.context.clone();
                    place.extend(nested_way.iter().cloned());
                    place.push(Step::Index(index));
                    self.skipped.push(Skipped { at: display(prefix, &place), reason, raw: part });
                }
            }
        }
        if let Some(list) = resolve(item, nested_way) {
            *list = Value::Array(kept);
        }
        self.skipped.len() > before
    }

    /// Takes out a field outside of any list. Whether there was one.
    fn field(&mut self, prefix: &str, data: &mut Value, path: &[Step], reason: &str) -> bool {
        let Some((Step::Key(key), way)) = path.split_last() else { return false };
        let Some(Value::Object(members)) = resolve(data, way) else { return false };
        let Some(raw) = members.remove(key) else { return false };
        let at = display(prefix, path);
        self.skipped.push(Skipped { at, reason: reason.to_owned(), raw });
        true
    }
}

/// Decodes `data`; a failure says where in it.
fn attempt<T: DeserializeOwned>(data: &Value) -> Result<Option<T>, (Vec<Step>, String)> {
    let decoded = serde_path_to_error::deserialize::<_, crate::lenient::Data<T>>(data);
    decoded.map(|data| data.0).map_err(|error| {
        let path = steps(error.path());
        (path, error.into_inner().to_string())
    })
}

fn steps(path: &Path) -> Vec<Step> {
    let steps = path.iter().filter_map(|segment| match segment {
        Segment::Seq { index } => Some(Step::Index(*index)),
        Segment::Map { key } => Some(Step::Key(key.clone())),
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    steps.collect()
}

fn resolve<'v>(value: &'v mut Value, way: &[Step]) -> Option<&'v mut Value> {
    way.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get_mut(key),
        Step::Index(index) => value.get_mut(index),
    })
}

/// A value that holds nothing but a list of one item, at the end of a way of keys.
fn wrap(way: &[Step], item: Value) -> Value {
    let list = Value::Array(vec![item]);
    way.iter().rev().fold(list, |inner, step| match step {
        Step::Key(key) => Value::Object(Map::from_iter([(key.clone(), inner)])),
        Step::Index(_) => Value::Array(vec![inner]),
    })
}

fn unwrap(wrapped: &mut Value, way: &[Step]) -> Value {
    let item = resolve(wrapped, way).and_then(|list| list.get_mut(0));
    item.map(std::mem::take).unwrap_or_default()
}

fn display(prefix: &str, path: &[Step]) -> String {
    let mut text = prefix.to_owned();
    for step in path {
        match step {
            Step::Key(key) if text.is_empty() => text.push_str(key),
            Step::Key(key) => text.push_str(&format!(".{key}")),
            Step::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::types::{MotionReport, ScriptReport, StatusWord, User, VoiceList};

    fn decoded<T: DeserializeOwned>(body: &Value) -> (Envelope<T>, Vec<String>) {
        let (envelope, skipped) = decode::<T>(body.to_string().as_bytes()).unwrap();
        (envelope, skipped.iter().map(|skipped| skipped.at.clone()).collect())
    }

    #[test]
    fn fact_05_the_envelope_has_code_msg_and_perhaps_rid_and_data() {
        let body = json!({"rid": "7f", "code": 0, "msg": "success", "data": {"email": "a@b.c"}});
        let (envelope, skipped) = decoded::<User>(&body);
        assert_eq!(envelope.rid.as_deref(), Some("7f"));
        assert_eq!(envelope.data.unwrap().email.as_deref(), Some("a@b.c"));
        assert!(skipped.is_empty());
        let (envelope, _) = decoded::<User>(&json!({"rid": "", "code": 0, "msg": "Success"}));
        assert_eq!((envelope.rid, envelope.data), (None, None));
    }

    #[test]
    fn fact_07_error_data_never_hides_the_code() {
        for data in [json!(null), json!([]), json!(["x"]), json!({"email": {}}), json!("text")] {
            for body in [
                json!({"code": 10104, "msg": "m", "data": data}),
                json!({"data": data, "code": "10104", "msg": "m"}),
            ] {
                let (envelope, skipped) = decoded::<User>(&body);
                assert_eq!((envelope.code, envelope.data), (10104, None), "{body}");
                assert!(skipped.is_empty());
            }
        }
    }

    #[test]
    fn data_before_the_code_is_a_result_all_the_same() {
        let body = br#"{"data": {"email": "a"}, "msg": "Success", "code": 0}"#;
        let (envelope, _) = decode::<User>(body).unwrap();
        assert_eq!(envelope.data.unwrap().email.as_deref(), Some("a"));
    }

    #[test]
    fn fact_08_a_result_at_top_level_is_found() {
        let body = json!({"code": 0, "msg": "Success", "motion_id": "m1", "status": "processing"});
        let (envelope, _) = decoded::<MotionReport>(&body);
        let report = envelope.data.unwrap();
        assert_eq!(report.motion_id.as_deref(), Some("m1"));
        assert_eq!(report.status, Some(StatusWord::Processing));
    }

    #[test]
    fn fact_17_absent_null_and_empty_are_not_there() {
        let body = json!({"code": 0, "msg": "", "data": {
            "motion_id": "m1", "motion_preview_url": "", "avatar_id": null, "status": "",
        }});
        let (envelope, skipped) = decoded::<MotionReport>(&body);
        let report = envelope.data.unwrap();
        assert_eq!(report.motion_preview_url, None);
        assert_eq!((report.avatar_id, report.status, report.name), (None, None, None));
        assert!(skipped.is_empty());
    }

    #[test]
    fn fact_18_a_null_list_is_empty_and_a_bad_item_is_skipped_alone() {
        for voices in [json!(null), json!(""), json!({}), json!([])] {
            let (envelope, skipped) =
                decoded::<VoiceList>(&json!({"code": 0, "msg": "", "data": {"voices": voices}}));
            assert!(envelope.data.unwrap().voices.is_empty());
            assert!(skipped.is_empty());
        }
        let body = json!({"code": 0, "msg": "", "data": {"has_more": true, "voices": [
            {"voice_id": "a"}, null, "b", ["c"], {"voice_id": {"deep": 1}}, {"voice_id": "f"}, 7,
        ]}});
        let (envelope, skipped) = decoded::<VoiceList>(&body);
        let list = envelope.data.unwrap();
        let ids: Vec<_> = list.voices.iter().filter_map(|voice| voice.voice_id.clone()).collect();
        assert_eq!(ids, ["a", "f"]);
        assert_eq!(list.has_more, Some(true));
        let places = ["[1]", "[2]", "[3]", "[4]", "[6]"].map(|at| format!("data.voices{at}"));
        assert_eq!(skipped, places);
    }

    #[test]
    fn lists_within_items_lose_only_their_bad_items() {
        let body = json!({"code": 0, "msg": "", "data": {"status": "completed", "data": {
            "generated_scripts": [
                {"script_style": "Storytime", "script_paragraphs": ["a", {"b": 1}, "c"]},
                {"script_style": {"bad": true}},
                {"script_style": "Data", "script_paragraphs": [[1], "d"]},
            ],
        }}});
        let (envelope, skipped) = decoded::<ScriptReport>(&body);
        let scripts = envelope.data.unwrap().data.unwrap().generated_scripts;
        assert_eq!(scripts.len(), 2);
        assert_eq!(scripts[0].script_paragraphs, ["a", "c"]);
        assert_eq!(scripts[1].script_paragraphs, ["d"]);
        let list = "data.data.generated_scripts";
        assert_eq!(
            skipped,
            [
                format!("{list}[0].script_paragraphs[1]"),
                format!("{list}[1]"),
                format!("{list}[2].script_paragraphs[0]"),
            ]
        );
    }

    #[test]
    fn fact_23_ids_are_taken_as_number_or_string() {
        let body = json!({"code": 0, "msg": "", "data": {"motion_id": 77, "avatar_id": "0"}});
        let (envelope, _) = decoded::<MotionReport>(&body);
        let report = envelope.data.unwrap();
        assert_eq!(report.motion_id.as_deref(), Some("77"));
        assert_eq!(report.avatar_id, Some(0));
    }

    #[test]
    fn a_field_without_its_type_is_left_out_and_the_rest_is_kept() {
        let body = json!({"code": 0, "msg": "", "data": {
            "motion_id": "m1", "avatar_id": {"id": 1}, "name": ["x"],
        }});
        let (envelope, skipped) = decoded::<MotionReport>(&body);
        assert_eq!(envelope.data.unwrap().motion_id.as_deref(), Some("m1"));
        assert_eq!(skipped, ["data.avatar_id", "data.name"]);
    }

    #[test]
    fn what_is_no_result_is_an_error_that_keeps_the_envelope() {
        for data in [json!("text"), json!([1]), json!(5), json!(true), json!(["a", "b"])] {
            let body = json!({"code": 0, "msg": "m", "data": data}).to_string();
            let error = decode::<User>(body.as_bytes()).unwrap_err();
            assert_eq!(error.envelope.unwrap().msg, "m");
            assert!(error.reason.contains("expected an object"), "{}", error.reason);
        }
        for (body, reason) in [
            ("", "the body is empty"),
            ("<html>", "the body is a markup page, not JSON"),
            ("{\"code\": 0, \"da", "the body is cut off"),
            ("[]", "the body is not an envelope"),
            ("{\"message\": \"no\"}", "missing field `code`"),
            ("\u{0}\u{1}", "the body is not an envelope"),
        ] {
            let error = decode::<User>(body.as_bytes()).unwrap_err();
            assert!(error.reason.contains(reason), "{}", error.reason);
        }
    }

    #[test]
    fn an_answer_without_data_takes_anything() {
        for data in [json!("updated"), json!([1, 2]), json!({"a": 1}), json!(3), json!(null)] {
            let body = json!({"code": 0, "msg": "", "data": data}).to_string();
            decode::<NoData>(body.as_bytes()).unwrap();
        }
    }

    #[test]
    fn many_bad_items_do_not_take_long() {
        let voices: Vec<Value> = (0..20_000).map(|_| json!({"voice_id": {}})).collect();
        let (envelope, skipped) =
            decoded::<VoiceList>(&json!({"code": 0, "msg": "", "data": {"voices": voices}}));
        assert!(envelope.data.unwrap().voices.is_empty());
        assert_eq!(skipped.len(), 20_000);
    }
}
