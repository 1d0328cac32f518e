//! A YAML or JSON file as a value, with the position of each of its nodes.

mod json;
mod position;
mod text;
mod value;
mod yaml;

use std::cell::OnceCell;
use std::fmt;
use std::path::Path;

use sha2::{Digest, Sha256};

pub(crate) use position::{Position, pointer_token};
pub(crate) use text::{decoded, reading};
pub(crate) use value::{Map, Value};

/// A parsed file.
#[derive(Debug)]
pub(crate) struct Document {
    /// The name of the file, for messages.
    pub(crate) name: String,
    /// The content.
    pub(crate) value: Value,
    /// The hash of the text, regardless of line ends. Descriptions are a part of it.
    pub(crate) sha256: String,
    positions: Positions,
}

/// Where the nodes of a document are.
#[derive(Debug)]
enum Positions {
    /// As the value says. It begins here.
    Known(Position),
    /// The value says only the number of each in this text, which is JSON. They are found when the
    /// first is needed: most runs need none.
    Numbered { text: String, found: OnceCell<Vec<Position>> },
}

/// Why a file can't be read or parsed.
#[derive(Debug)]
pub(crate) struct DocumentError {
    name: String,
    position: Option<Position>,
    reason: String,
}

impl Document {
    /// Reads a file.
    pub(crate) fn read(path: &Path) -> Result<Self, DocumentError> {
        let name = path.display().to_string();
        let text = std::fs::read(path).map_err(|error| reading(&error)).and_then(decoded);
        match text {
            Ok(text) => Self::parse(&name, text),
            Err(reason) => Err(DocumentError { name, position: None, reason }),
        }
    }

    /// Parses a text. JSON is YAML, but has a separate parser, which is faster.
    pub(crate) fn parse(name: &str, text: impl Into<String>) -> Result<Self, DocumentError> {
        let (name, text) = (name.to_owned(), text.into());
        let sha256 = sha256(&text);
        if let Some(value) = json::parse(&text) {
            let positions = Positions::Numbered { text, found: OnceCell::new() };
            return Ok(Self { name, value, sha256, positions });
        }
        match yaml::parse(&text::with_surrogates(&text)) {
            Ok((value, start)) => {
                Ok(Self { name, value, sha256, positions: Positions::Known(start) })
            }
            Err((position, reason)) => {
                Err(DocumentError { name, position: Some(position), reason })
            }
        }
    }

    /// Returns the position of the node at a JSON pointer, or of its nearest ancestor.
    pub(crate) fn position(&self, pointer: &str) -> Position {
        let mut node = &self.value;
        let mut place = None;
        for step in pointer.split('/').skip(1) {
            let Some((next, position)) = node.step(&position::pointer_step(step)) else { break };
            (node, place) = (next, Some(position));
        }
        self.found(place)
    }

    /// Returns `file:line:column` of a node, as editors and terminals understand it.
    pub(crate) fn location(&self, pointer: &str) -> String {
        self.shown(self.position(pointer))
    }

    /// Returns `file:line:column` of a member of a node, without searching for that.
    pub(crate) fn member_location(&self, node: &Value, key: &str) -> Option<String> {
        let (_, place) = node.step(key).filter(|_| !key.is_empty())?;
        Some(self.shown(self.found(Some(place))))
    }

    /// Returns where a place is that the value tells, or where the value begins.
    fn found(&self, place: Option<Position>) -> Position {
        match &self.positions {
            Positions::Known(start) => place.unwrap_or(*start),
            Positions::Numbered { text, found } => {
                let found = found.get_or_init(|| json::positions(text));
                // The first is where the value begins.
                let number = place.map_or(0, |place| place.line);
                let index = usize::try_from(number).unwrap_or_default();
                found.get(index).copied().unwrap_or(Position::START)
            }
        }
    }

    fn shown(&self, Position { line, column }: Position) -> String {
        format!("{}:{line}:{column}", self.name)
    }
}

fn sha256(text: &str) -> String {
    let mut digest = Sha256::new();
    for part in text.split_inclusive("\r\n") {
        match part.strip_suffix("\r\n") {
            Some(line) => {
                digest.update(line);
                digest.update("\n");
            }
            None => digest.update(part),
        }
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some(Position { line, column }) => {
                write!(f, "{}:{line}:{column}: {}", self.name, self.reason)
            }
            None => write!(f, "{}: {}", self.name, self.reason),
        }
    }
}

impl std::error::Error for DocumentError {}

#[cfg(test)]
mod tests;
