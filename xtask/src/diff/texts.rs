//! The prose of a document by its places, so that a change of it can be named without its words.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::document::{Document, Position, Value, pointer_token};
use crate::spec::METHODS;

/// Keywords whose value is a text.
pub(super) const TEXTS: [&str; 3] = ["description", "summary", "title"];
/// Keywords whose value is data for people.
pub(super) const VALUES: [&str; 3] = ["example", "examples", "x-enum-descriptions"];
/// Maps whose keys are names instead of keywords.
const NAMED: [&str; 8] = [
    "callbacks",
    "headers",
    "parameters",
    "paths",
    "properties",
    "requestBodies",
    "responses",
    "schemas",
];

/// The texts of a document: descriptions, summaries, titles and examples, by their places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PlacedTexts(BTreeMap<String, Text>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Text {
    hash: String,
    /// Where it is in the document; empty if that is not known.
    pointer: String,
}

impl PlacedTexts {
    /// Collects the texts of a document.
    pub(crate) fn of(document: &Document) -> Self {
        let mut texts = Self::default();
        texts.collect(&document.value, None, false);
        texts
    }

    /// Reads lines of places with hashes. Others are skipped.
    pub(crate) fn parse<'l>(lines: impl Iterator<Item = &'l str>) -> Self {
        let text = |line: &str| {
            let (hash, place) = line.split_once(' ')?;
            let text = Text { hash: hash.to_owned(), pointer: String::new() };
            Some((place.to_owned(), text))
        };
        Self(lines.filter_map(text).collect())
    }

    /// Returns a line for each place, with the hash of its text.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(place, text)| format!("{} {place}", text.hash))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the places whose text is another one now, was added, or is gone. A text that is now
    /// somewhere else hasn't changed.
    pub(crate) fn changed_to(&self, new: &Self) -> BTreeSet<String> {
        let differs = |place: &String, text: &Text, other: &Self| {
            other.0.get(place).is_none_or(|other| other.hash != text.hash)
        };
        let unmatched = |texts: &Self, other: &Self| -> BTreeSet<String> {
            let unmatched = texts.0.iter().filter(|(place, text)| differs(place, text, other));
            unmatched.map(|(_, text)| text.hash.clone()).collect()
        };
        let (gone, come) = (unmatched(self, new), unmatched(new, self));
        let places = |texts: &Self, other: &Self, elsewhere: &BTreeSet<String>| -> Vec<String> {
            let changed = texts.0.iter().filter(|(place, text)| {
                differs(place, text, other) && !elsewhere.contains(&text.hash)
            });
            changed.map(|(place, _)| place.clone()).collect()
        };
        places(self, new, &come).into_iter().chain(places(new, self, &gone)).collect()
    }

    /// Returns the pointer of a place, if it is there and these are the texts of a document.
    pub(crate) fn pointer(&self, place: &str) -> Option<&str> {
        let text = self.0.get(place).filter(|text| !text.pointer.is_empty())?;
        Some(&text.pointer)
    }

    /// Returns the line of a place in the document that these are the texts of, if it is there.
    pub(crate) fn line(&self, place: &str, document: &Document) -> Option<u32> {
        let Position { line, .. } = document.position(self.pointer(place)?);
        Some(line)
    }

    /// Collects what is below a node. The members of a map of names aren't keywords.
    fn collect(&mut self, node: &Value, at: Option<&Place<'_>>, is_map: bool) {
        match node {
            Value::Object(members) => {
                for (key, value) in members.iter() {
                    let place = Place { above: at, key, name: key };
                    match key {
                        _ if is_map => self.collect(value, Some(&place), false),
                        "default" | "enum" => {}
                        key if TEXTS.contains(&key) && value.is_string() => {
                            self.insert(&place, value.as_str().unwrap_or_default().trim());
                        }
                        key if VALUES.contains(&key) => self.insert(&place, &value.to_string()),
                        key => {
                            let is_map = NAMED.contains(&key) && value.is_object();
                            self.collect(value, Some(&place), is_map);
                        }
                    }
                }
            }
            // An item with a name is known by it, wherever it stands.
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let index = index.to_string();
                    let name = item.get("name").and_then(Value::as_str).unwrap_or(&index);
                    let place = Place { above: at, key: &index, name };
                    self.collect(item, Some(&place), false);
                }
            }
            _ => {}
        }
    }

    fn insert(&mut self, at: &Place<'_>, text: &str) {
        let digest = Sha256::digest(text.as_bytes());
        let hash = digest.iter().take(5).map(|byte| format!("{byte:02x}")).collect();
        self.0.insert(at.shown(), Text { hash, pointer: at.pointer() });
    }
}

/// A place in a document: by its key for programs, by its name for people.
struct Place<'p> {
    above: Option<&'p Self>,
    key: &'p str,
    name: &'p str,
}

impl<'p> Place<'p> {
    /// Returns the places on the way, and this one.
    fn way(&'p self) -> Vec<&'p Self> {
        let mut way: Vec<&Self> = std::iter::successors(Some(self), |place| place.above).collect();
        way.reverse();
        way
    }

    fn pointer(&self) -> String {
        self.way().iter().flat_map(|place| ["/".into(), pointer_token(place.key)]).collect()
    }

    /// Returns `GET /v2/voices parameters.language.description` or `info.description`.
    fn shown(&self) -> String {
        let names: Vec<&str> = self.way().iter().map(|place| place.name).collect();
        let shown = match names.as_slice() {
            ["paths", path, method, rest @ ..] if METHODS.contains(method) => {
                format!("{} {path} {}", method.to_uppercase(), rest.join("."))
            }
            ["paths", path, rest @ ..] => format!("{path} {}", rest.join(".")),
            names => names.join("."),
        };
        shown.replace(['\n', '\r'], " ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: &str = "openapi: 3.0.3
info: {title: A, version: '1', description: All}
paths:
  /a/{id}:
    parameters: [{name: id, in: path, required: true, description: Id, schema: {type: string}}]
    get:
      summary: Read
      parameters:
        - {name: kind, in: query, description: Kind}
        - {name: size, in: query, description: Size}
components:
  schemas:
    Found:
      properties:
        description: {type: string, description: Text, example: x, enum: [x, y]}
        values: {type: object, description: Some, default: {description: Stored}}
";

    /// Compares the places that change when the sample is edited.
    #[track_caller]
    fn check(from: &str, to: &str, expected: &[&str]) {
        let new = SPEC.replace(from, to);
        let [old, new] = [SPEC, &new].map(|text| Document::parse("spec.yaml", text).unwrap());
        let (old, now) = (PlacedTexts::of(&old), PlacedTexts::of(&new));
        let changed = old.changed_to(&now);
        assert_eq!(changed, expected.iter().map(|place| (*place).to_owned()).collect(), "{to}");
        // What a pin keeps is enough to see it.
        let lines: Vec<String> = old.lines().collect();
        let kept = PlacedTexts::parse(lines.iter().map(String::as_str));
        assert_eq!(kept.changed_to(&now), changed);
        for place in expected {
            assert_eq!(now.line(place, &new).is_some(), now.0.contains_key(*place), "{place}");
        }
    }

    #[test]
    fn changed_texts_are_named_by_their_places() {
        check("description: All", "description: Everything", &["info.description"]);
        check("summary: Read", "summary: Read it", &["GET /a/{id} summary"]);
        check("      summary: Read\n", "", &["GET /a/{id} summary"]);
        check("description: Id", "description: An id", &["/a/{id} parameters.id.description"]);
        let kind = "        - {name: kind, in: query, description: Kind}\n";
        check(kind, "", &["GET /a/{id} parameters.kind.description"]);
        check(
            "description: Size",
            "description: Big",
            &["GET /a/{id} parameters.size.description"],
        );
        let property = "components.schemas.Found.properties.description";
        check("description: Text", "description: Word", &[&format!("{property}.description")]);
        check("example: x", "example: y", &[&format!("{property}.example")]);
    }

    #[test]
    fn what_moves_or_is_no_prose_has_not_changed() {
        check("", "", &[]);
        check("Found:", "Seen:", &[]);
        check("enum: [x, y]", "enum: [x, z]", &[]);
        check("description: Stored", "description: Kept", &[]);
        check("description: {type: string", "description: {type: integer", &[]);
    }
}
