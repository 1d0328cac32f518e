//! A YAML or JSON file as a value, with the position of each of its nodes.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};
use serde_json::{Map, Number, Value};
use sha2::{Digest, Sha256};

/// The limit for nesting, so that a hostile file can't overflow the stack.
const MAX_DEPTH: usize = 200;
/// The limit for nodes, as aliases can multiply those of a small file without end.
const MAX_NODES: usize = 2_000_000;

/// A parsed file: its value, and where each node is in the text.
#[derive(Debug)]
pub(crate) struct Document {
    /// The name of the file, for messages.
    pub(crate) name: String,
    /// The content.
    pub(crate) value: Value,
    /// The hash of the text, regardless of line ends. Descriptions are a part of it.
    pub(crate) sha256: String,
    positions: HashMap<String, Position>,
}

/// A line and column in a file, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) column: usize,
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
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&name, &text),
            Err(error) => Err(DocumentError { name, position: None, reason: error.to_string() }),
        }
    }

    /// Parses a text. JSON is YAML, so that one parser reads both.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, DocumentError> {
        let mut builder = Builder {
            parser: Parser::new_from_str(text),
            positions: HashMap::new(),
            anchors: HashMap::new(),
            nodes: 0,
        };
        match builder.document() {
            Ok(value) => Ok(Self {
                name: name.to_owned(),
                value,
                sha256: sha256(text),
                positions: builder.positions,
            }),
            Err((position, reason)) => {
                Err(DocumentError { name: name.to_owned(), position: Some(position), reason })
            }
        }
    }

    /// Returns the position of the node at a JSON pointer, or of its nearest ancestor with one.
    pub(crate) fn position(&self, pointer: &str) -> Position {
        let mut pointer = pointer;
        loop {
            if let Some(position) = self.positions.get(pointer) {
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
    let digest = Sha256::digest(text.replace("\r\n", "\n").as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Escapes one step of a JSON pointer.
pub(crate) fn pointer_token(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
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

/// Where a text is malformed, and why.
type SyntaxError = (Position, String);

struct Builder<'t> {
    parser: Parser<'t, saphyr_parser::StrInput<'t>>,
    positions: HashMap<String, Position>,
    anchors: HashMap<usize, Value>,
    nodes: usize,
}

impl<'t> Builder<'t> {
    fn document(&mut self) -> Result<Value, SyntaxError> {
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentStart(_) => {}
                Event::StreamEnd => return Err((position(span), "the file is empty".to_owned())),
                event => {
                    let value = self.node(event, span, &mut String::new(), 0)?;
                    return self.end(value);
                }
            }
        }
    }

    fn end(&mut self, value: Value) -> Result<Value, SyntaxError> {
        loop {
            match self.next()? {
                (Event::DocumentEnd | Event::Nothing, _) => {}
                (Event::StreamEnd, _) => return Ok(value),
                (_, span) => {
                    return Err((
                        position(span),
                        "there is a second document; keep one".to_owned(),
                    ));
                }
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), SyntaxError> {
        match self.parser.next() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(syntax_error(&error)),
            None => Err((Position { line: 1, column: 1 }, "the file is incomplete".to_owned())),
        }
    }

    fn node(
        &mut self,
        event: Event<'t>,
        span: Span,
        pointer: &mut String,
        depth: usize,
    ) -> Result<Value, SyntaxError> {
        self.nodes += 1;
        if depth > MAX_DEPTH || self.nodes > MAX_NODES {
            return Err((
                position(span),
                "the file is nested too deeply or too large; simplify it".to_owned(),
            ));
        }
        self.positions.entry(pointer.clone()).or_insert_with(|| position(span));
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                if tag.is_some() {
                    return Err((position(span), "there is a YAML tag; remove it".to_owned()));
                }
                (scalar(&text, style), anchor)
            }
            Event::SequenceStart(anchor, _) => (self.sequence(pointer, depth)?, anchor),
            Event::MappingStart(anchor, _) => (self.mapping(pointer, depth)?, anchor),
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned().unwrap_or(Value::Null);
                self.nodes += size(&value);
                (value, 0)
            }
            other => return Err((position(span), format!("unexpected {other:?}"))),
        };
        if anchor != 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    fn sequence(&mut self, pointer: &mut String, depth: usize) -> Result<Value, SyntaxError> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                return Ok(Value::Array(items));
            }
            let length = pointer.len();
            pointer.push_str(&format!("/{}", items.len()));
            items.push(self.node(event, span, pointer, depth + 1)?);
            pointer.truncate(length);
        }
    }

    fn mapping(&mut self, pointer: &mut String, depth: usize) -> Result<Value, SyntaxError> {
        let mut members = Map::new();
        loop {
            let (event, span) = self.next()?;
            let key = match event {
                Event::MappingEnd => return Ok(Value::Object(members)),
                Event::Scalar(text, ..) => text.into_owned(),
                _ => return Err((position(span), "a key must be a scalar; correct it".to_owned())),
            };
            let length = pointer.len();
            pointer.push('/');
            pointer.push_str(&pointer_token(&key));
            if members.contains_key(&key) {
                let first = self.positions.get(pointer.as_str()).map_or(0, |first| first.line);
                let reason = format!(
                    "the key `{key}` is here for the second time (first on line {first}); \
                     remove one of the two"
                );
                return Err((position(span), reason));
            }
            self.positions.insert(pointer.clone(), position(span));
            let (event, span) = self.next()?;
            let value = self.node(event, span, pointer, depth + 1)?;
            members.insert(key, value);
            pointer.truncate(length);
        }
    }
}

/// Returns a scalar by the core schema of YAML 1.2, without octal and hexadecimal numbers, which no
/// spec uses.
fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::String(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    if !text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first)) {
        return None;
    }
    if let Ok(integer) = text.parse::<i64>() {
        return Some(integer.into());
    }
    if let Ok(integer) = text.parse::<u64>() {
        return Some(integer.into());
    }
    let digits = text.bytes().any(|byte| byte.is_ascii_digit());
    let numeric = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    (digits && numeric).then(|| text.parse().ok().and_then(Number::from_f64)).flatten()
}

fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(size).sum::<usize>(),
        _ => 1,
    }
}

fn position(span: Span) -> Position {
    Position { line: span.start.line(), column: span.start.col() + 1 }
}

fn syntax_error(error: &ScanError) -> SyntaxError {
    let marker = error.marker();
    (Position { line: marker.line(), column: marker.col() + 1 }, error.info().to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check_error(text: &str, expected: &str) {
        assert_eq!(Document::parse("spec.yaml", text).unwrap_err().to_string(), expected);
    }

    #[test]
    fn scalars_follow_the_core_schema() {
        let text = "a: 1\nb: '1'\nc: 1.5\nd: 2.0-Pro\ne: ~\nf: true\ng: 2025-12-17\nh: -\n\
                    i: [x, {y: 2}]\nj: 3:2\nk: \"\"\n";
        let document = Document::parse("spec.yaml", text);
        // `h: -` begins a list, which is malformed here.
        assert!(document.is_err());
        let document = Document::parse("spec.yaml", &text.replace("h: -\n", "")).unwrap();
        assert_eq!(
            document.value,
            json!({
                "a": 1, "b": "1", "c": 1.5, "d": "2.0-Pro", "e": null, "f": true,
                "g": "2025-12-17", "i": ["x", {"y": 2}], "j": "3:2", "k": "",
            })
        );
    }

    #[test]
    fn json_has_positions_too() {
        let document = Document::parse("a.json", "{\n  \"a\": {\"b\": [1,\n 2]}\n}").unwrap();
        assert_eq!(document.value, json!({"a": {"b": [1, 2]}}));
        assert_eq!(document.location("/a/b/1"), "a.json:3:2");
        assert_eq!(document.location("/a/b/1/none"), "a.json:3:2");
    }

    #[test]
    fn errors_have_a_position() {
        check_error(
            "a: 1\nb:\n  c: 2\n  c: 3\n",
            "spec.yaml:4:3: the key `c` is here for the second time (first on line 3); \
             remove one of the two",
        );
        check_error("", "spec.yaml:1:1: the file is empty");
        check_error("a: !x 1", "spec.yaml:1:4: there is a YAML tag; remove it");
        let deep = "[".repeat(300);
        assert!(Document::parse("deep", &deep).is_err());
        let text = "a: [1, 2\nb: 3\n";
        let error = Document::parse("spec.yaml", text).unwrap_err();
        assert!(error.position.is_some_and(|position| position.line >= 1), "{error}");
    }

    #[test]
    fn aliases_are_followed_within_limits() {
        let document = Document::parse("spec.yaml", "a: &x {b: 1}\nc: *x\n").unwrap();
        assert_eq!(document.value["c"], json!({"b": 1}));
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..9 {
            let previous = level - 1;
            let items = vec![format!("*a{previous}"); 10].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{items}]\n"));
        }
        assert!(Document::parse("bomb.yaml", &bomb).is_err());
    }
}
