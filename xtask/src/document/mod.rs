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
    /// In the value, which begins here.
    Known(Position),
    /// Not in the value of JSON, whose parser doesn't tell. The YAML parser reads this text again
    /// once the first is needed: most runs need none.
    Unread { text: String, value: OnceCell<(Value, Position)> },
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
            let positions = Positions::Unread { text, value: OnceCell::new() };
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
        let (mut node, mut position) = match &self.positions {
            Positions::Known(start) => (&self.value, *start),
            Positions::Unread { text, value } => {
                let read = || yaml::parse(&text::with_surrogates(text));
                let (value, start) =
                    value.get_or_init(|| read().unwrap_or((Value::Null, Position::START)));
                (value, *start)
            }
        };
        for step in pointer.split('/').skip(1) {
            let Some(next) = node.step(&position::pointer_step(step)) else { break };
            (node, position) = next;
        }
        position
    }

    /// Returns `file:line:column` of a node, as editors and terminals understand it.
    pub(crate) fn location(&self, pointer: &str) -> String {
        let Position { line, column } = self.position(pointer);
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
