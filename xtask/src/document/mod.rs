//! A YAML or JSON file as a value, with the position of each of its nodes.

mod json;
mod position;
mod text;
mod yaml;

use std::cell::OnceCell;
use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

pub(crate) use position::{Position, pointer_token};
pub(crate) use text::{decoded, reading};

/// A parsed file: its value, and where each node is in the text.
#[derive(Debug)]
pub(crate) struct Document {
    /// The name of the file, for messages.
    pub(crate) name: String,
    /// The content.
    pub(crate) value: Value,
    /// The hash of the text, regardless of line ends. Descriptions are a part of it.
    pub(crate) sha256: String,
    text: String,
    /// Found when the first is needed: most runs need none, and they take more memory than the
    /// value.
    positions: OnceCell<HashMap<String, Position>>,
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
            Ok(text) => Self::parse(&name, &text),
            Err(reason) => Err(DocumentError { name, position: None, reason }),
        }
    }

    /// Parses a text. JSON is YAML, but has a separate parser, which is faster.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, DocumentError> {
        let value = match json::parse(text) {
            Some(value) => value,
            None => yaml::parse(&text::with_surrogates(text)).map_err(|(position, reason)| {
                DocumentError { name: name.to_owned(), position: Some(position), reason }
            })?,
        };
        Ok(Self {
            name: name.to_owned(),
            value,
            sha256: sha256(text),
            text: text.to_owned(),
            positions: OnceCell::new(),
        })
    }

    /// Frees the content, which takes many times the memory of the text, if that is longer than
    /// `most` bytes. Positions stay known.
    pub(crate) fn forget_content(&mut self, most: usize) {
        if self.text.len() > most {
            self.value = Value::Null;
        }
    }

    /// Returns the position of the node at a JSON pointer, or of its nearest ancestor with one.
    pub(crate) fn position(&self, pointer: &str) -> Position {
        let positions =
            self.positions.get_or_init(|| yaml::positions(&text::with_surrogates(&self.text)));
        let mut pointer = pointer;
        loop {
            if let Some(position) = positions.get(pointer) {
                return *position;
            }
            match pointer.rfind('/') {
                Some(end) => pointer = &pointer[..end],
                None => return Position { line: 1, column: 1 },
            }
        }
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
