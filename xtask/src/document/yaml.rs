//! Builds a value from the events of the YAML parser, with the position of each node.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};
use serde_json::Number;

use super::position::Position;
use super::value::{Map, Member, Strings, Value};

/// The limit for nesting, so that a hostile file can't overflow the stack.
const MAX_DEPTH: usize = 200;
/// The limit for nodes that aliases stand for, which can multiply those of a small file without
/// end.
const MAX_ALIASED: usize = 2_000_000;

/// The key whose value is merged into the map.
const MERGE: &str = "<<";

/// Where a text is malformed, and why.
pub(super) type SyntaxError = (Position, String);

/// Parses a text. Returns its value, and where that begins.
pub(super) fn parse(text: &str) -> Result<(Value, Position), SyntaxError> {
    let mut builder = Builder {
        parser: Parser::new_from_str(text),
        strings: Strings::default(),
        anchors: HashMap::new(),
        aliased: 0,
    };
    builder.document()
}

struct Builder<'t> {
    parser: Parser<'t, saphyr_parser::StrInput<'t>>,
    strings: Strings,
    /// The values that aliases stand for, each with its depth and number of nodes.
    anchors: HashMap<usize, (Value, usize, usize)>,
    aliased: usize,
}

impl<'t> Builder<'t> {
    fn document(&mut self) -> Result<(Value, Position), SyntaxError> {
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentStart(_) => {}
                Event::StreamEnd => return Err((position(span), "the file is empty".to_owned())),
                event => {
                    let value = self.node(event, span, 0)?;
                    self.end()?;
                    return Ok((value, position(span)));
                }
            }
        }
    }

    fn end(&mut self) -> Result<(), SyntaxError> {
        loop {
            match self.next()? {
                (Event::DocumentEnd | Event::Nothing, _) => {}
                (Event::StreamEnd, _) => return Ok(()),
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
            None => Err((Position::START, "the file is incomplete".to_owned())),
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Value, SyntaxError> {
        self.check_limits(depth, span)?;
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                if tag.is_some() {
                    return Err((position(span), "there is a YAML tag; remove it".to_owned()));
                }
                (self.scalar(&text, style), anchor)
            }
            Event::SequenceStart(anchor, _) => (self.sequence(depth)?, anchor),
            Event::MappingStart(anchor, _) => (self.mapping(depth)?, anchor),
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

    fn sequence(&mut self, depth: usize) -> Result<Value, SyntaxError> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                return Ok(Value::list(items));
            }
            items.push((self.node(event, span, depth + 1)?, position(span)));
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<Value, SyntaxError> {
        let (mut members, mut merged) = (Vec::new(), Vec::new());
        loop {
            let (event, span) = self.next()?;
            let position = position(span);
            match event {
                Event::MappingEnd => break,
                Event::Scalar(text, ScalarStyle::Plain, ..) if text == MERGE => {
                    let (event, span) = self.next()?;
                    let value = self.node(event, span, depth + 1)?;
                    merge(&mut merged, &value).map_err(|reason| (self::position(span), reason))?;
                }
                Event::Scalar(text, ..) => {
                    let key = self.strings.add(&text);
                    let (event, span) = self.next()?;
                    let value = self.node(event, span, depth + 1)?;
                    members.push(Member { key, position, value });
                }
                _ => return Err((position, "a key must be a scalar; correct it".to_owned())),
            }
        }
        // A member of the map itself comes before one that is merged into it.
        if !merged.is_empty() {
            add_missing(&mut members, &merged);
        }
        Value::object(members).map_err(|[first, second]| {
            let reason = format!(
                "the key `{}` is here for the second time (first on line {}); remove one of the \
                 two",
                second.key, first.position.line
            );
            (second.position, reason)
        })
    }

    /// Returns a scalar by the core schema of YAML 1.2, without octal and hexadecimal numbers,
    /// which no spec uses.
    fn scalar(&mut self, text: &str, style: ScalarStyle) -> Value {
        match text {
            _ if style != ScalarStyle::Plain => Value::String(self.strings.add(text)),
            "" | "~" | "null" | "Null" | "NULL" => Value::Null,
            "true" | "True" | "TRUE" => Value::Bool(true),
            "false" | "False" | "FALSE" => Value::Bool(false),
            _ => match number(text) {
                Some(number) => Value::Number(number),
                None => Value::String(self.strings.add(text)),
            },
        }
    }
}

/// Adds the members of a map, or of each map of a list, that aren't there yet.
fn merge(members: &mut Vec<Member>, value: &Value) -> Result<(), String> {
    for map in value.as_array().unwrap_or(std::slice::from_ref(value)) {
        let Value::Object(map) = map else {
            return Err(format!("only maps can be merged with `{MERGE}`; correct it"));
        };
        add_missing(members, map.members());
    }
    Ok(())
}

fn add_missing(members: &mut Vec<Member>, others: &[Member]) {
    let known: HashSet<Arc<str>> = members.iter().map(|member| Arc::clone(&member.key)).collect();
    members.extend(others.iter().filter(|other| !known.contains(&other.key)).cloned());
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
    within(value).map(|value| 1 + nesting(value)).max().unwrap_or_default()
}

fn size(value: &Value) -> usize {
    1 + within(value).map(size).sum::<usize>()
}

fn within(value: &Value) -> impl Iterator<Item = &Value> {
    let items = value.as_array().into_iter().flatten();
    items.chain(value.as_object().into_iter().flat_map(Map::values))
}

fn position(span: Span) -> Position {
    at(span.start.line(), span.start.col())
}

fn syntax_error(error: &ScanError) -> SyntaxError {
    let marker = error.marker();
    (at(marker.line(), marker.col()), error.info().to_owned())
}

/// Columns are counted from 0 there.
fn at(line: usize, column: usize) -> Position {
    let number = |number| u32::try_from(number).unwrap_or(u32::MAX);
    Position { line: number(line), column: number(column + 1) }
}
