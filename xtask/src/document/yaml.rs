//! Builds a value from the events of the YAML parser, with the position of each node.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};
use serde_json::{Map, Number, Value};

use super::position::{Position, pointer_token};

/// The limit for nesting, so that a hostile file can't overflow the stack.
const MAX_DEPTH: usize = 200;
/// The limit for nodes that aliases stand for, which can multiply those of a small file without
/// end.
const MAX_ALIASED: usize = 2_000_000;

/// The key whose value is merged into the map.
const MERGE: &str = "<<";

/// Where a text is malformed, and why.
pub(super) type SyntaxError = (Position, String);

/// Parses a text.
pub(super) fn parse(text: &str) -> Result<Value, SyntaxError> {
    let mut builder = Builder::new(text, None);
    match builder.document() {
        Ok(value) => Ok(value),
        // The message about a key that is there twice names the line of the first.
        Err(_) => Builder::new(text, Some(HashMap::new())).document(),
    }
}

/// Returns the position of each node by its pointer, as far as the text can be parsed.
pub(super) fn positions(text: &str) -> HashMap<String, Position> {
    let mut builder = Builder::new(text, Some(HashMap::new()));
    let _ = builder.document();
    builder.positions.unwrap_or_default()
}

struct Builder<'t> {
    parser: Parser<'t, saphyr_parser::StrInput<'t>>,
    /// `None` if they aren't needed.
    positions: Option<HashMap<String, Position>>,
    /// The values that aliases stand for, each with its depth and number of nodes.
    anchors: HashMap<usize, (Value, usize, usize)>,
    aliased: usize,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str, positions: Option<HashMap<String, Position>>) -> Self {
        let parser = Parser::new_from_str(text);
        Self { parser, positions, anchors: HashMap::new(), aliased: 0 }
    }

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
        self.check_limits(depth, span)?;
        if let Some(positions) = &mut self.positions {
            positions.entry(pointer.clone()).or_insert_with(|| position(span));
        }
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
                let Some((value, below, nodes)) = self.anchors.get(&anchor) else {
                    let reason = "this alias stands for a value that contains it; write it out";
                    return Err((position(span), reason.to_owned()));
                };
                self.aliased += nodes;
                self.check_limits(depth + below, span)?;
                (value.clone(), 0)
            }
            other => return Err((position(span), format!("unexpected {other:?}"))),
        };
        if anchor != 0 {
            self.anchors.insert(anchor, (value.clone(), nesting(&value), size(&value)));
        }
        Ok(value)
    }

    fn check_limits(&self, depth: usize, span: Span) -> Result<(), SyntaxError> {
        match depth > MAX_DEPTH || self.aliased > MAX_ALIASED {
            true => Err((
                position(span),
                "the file is nested too deeply or too large; simplify it".to_owned(),
            )),
            false => Ok(()),
        }
    }

    /// Adds a step to the pointer, which is only needed for positions.
    fn enter(&self, pointer: &mut String, step: &str) {
        if self.positions.is_some() {
            pointer.push('/');
            pointer.push_str(&pointer_token(step));
        }
    }

    fn sequence(&mut self, pointer: &mut String, depth: usize) -> Result<Value, SyntaxError> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                return Ok(Value::Array(items));
            }
            let length = pointer.len();
            self.enter(pointer, &items.len().to_string());
            items.push(self.node(event, span, pointer, depth + 1)?);
            pointer.truncate(length);
        }
    }

    fn mapping(&mut self, pointer: &mut String, depth: usize) -> Result<Value, SyntaxError> {
        let mut members = Map::new();
        let mut merged = Map::new();
        loop {
            let (event, span) = self.next()?;
            let key = match event {
                Event::MappingEnd => {
                    // A member of the map itself comes before one that is merged into it.
                    merged.extend(members);
                    return Ok(Value::Object(merged));
                }
                Event::Scalar(text, ScalarStyle::Plain, ..) if text == MERGE => {
                    let (event, span) = self.next()?;
                    let value =
                        self.node(event, span, &mut format!("{pointer}/{MERGE}"), depth + 1)?;
                    merge(&mut merged, value).map_err(|reason| (position(span), reason))?;
                    continue;
                }
                Event::Scalar(text, ..) => text.into_owned(),
                _ => return Err((position(span), "a key must be a scalar; correct it".to_owned())),
            };
            let length = pointer.len();
            self.enter(pointer, &key);
            if members.contains_key(&key) {
                let positions = self.positions.as_ref();
                let first = positions.and_then(|positions| positions.get(pointer.as_str()));
                let first = first.map_or(0, |first| first.line);
                let reason = format!(
                    "the key `{key}` is here for the second time (first on line {first}); \
                     remove one of the two"
                );
                return Err((position(span), reason));
            }
            if let Some(positions) = &mut self.positions {
                positions.insert(pointer.clone(), position(span));
            }
            let (event, span) = self.next()?;
            let value = self.node(event, span, pointer, depth + 1)?;
            members.insert(key, value);
            pointer.truncate(length);
        }
    }
}

/// Adds the members of a map, or of each map of a list, that aren't there yet.
fn merge(members: &mut Map<String, Value>, value: Value) -> Result<(), String> {
    let maps = match value {
        Value::Array(maps) => maps,
        map => vec![map],
    };
    for map in maps {
        let Value::Object(map) = map else {
            return Err(format!("only maps can be merged with `{MERGE}`; correct it"));
        };
        for (key, value) in map {
            members.entry(key).or_insert(value);
        }
    }
    Ok(())
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

/// Returns how deeply a value is nested.
fn nesting(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(nesting).max().unwrap_or_default(),
        Value::Object(members) => 1 + members.values().map(nesting).max().unwrap_or_default(),
        _ => 0,
    }
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
