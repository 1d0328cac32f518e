//! Where in a spec a change is: for annotations.

use super::change::Change;
use super::source::Source;
use crate::document::{Document, Position, Value, pointer_token};
use crate::spec::{self, Operation};
use crate::surface::{Line, Part, Step, template};

/// Returns the line of what changed in a spec, or else of the nearest place around it that is
/// there. `None` for a surface, and for an operation that the spec doesn't have.
pub(crate) fn line(change: &Change, source: &Source) -> Option<u32> {
    let (wanted, document) = (change.operation.as_ref()?, source.document.as_ref()?);
    let operations = spec::operations(document);
    let operation = operations.iter().find(|operation| {
        *template(operation.path).0 == *wanted.path
            && operation.method.eq_ignore_ascii_case(&wanted.method)
    })?;
    let pointer = pointer(document, operation, &change.at);
    let Position { line, .. } = document.position(&pointer);
    Some(line)
}

/// Returns the pointer of a place that is written as a surface writes it.
fn pointer(document: &Document, operation: &Operation<'_>, at: &str) -> String {
    // Any operation and any fact: only the place between them counts.
    let Ok(Line { place, .. }) = Line::parse(&format!("GET / {at} any")) else {
        return operation.pointer.clone();
    };
    let mut cursor = Cursor { document, pointer: operation.pointer.clone() };
    match &place.part {
        Part::Whole => {}
        Part::Parameter { location, name, media_type } => {
            let position = (location == "path").then(|| name.parse::<usize>().ok()).flatten();
            let names = template(operation.path).1;
            let name = position.and_then(|position| names.get(position)).copied().unwrap_or(name);
            let parameters = operation.parameters(document);
            let found = parameters
                .iter()
                .find(|parameter| parameter.location() == location && parameter.name() == name);
            let Some(parameter) = found else { return cursor.pointer };
            cursor.pointer.clone_from(&parameter.pointer);
            cursor.enter_value(media_type.as_deref());
        }
        Part::Request { media_type } => {
            if cursor.enter(&["requestBody"]) {
                cursor.enter_content(media_type.as_deref());
            }
        }
        Part::Response { status, media_type } => {
            if cursor.enter(&["responses", status]) {
                cursor.enter_content(media_type.as_deref());
            }
        }
        Part::ResponseHeader { status, name, media_type } => {
            if cursor.enter(&["responses", status]) && cursor.enter(&["headers", name]) {
                cursor.enter_value(media_type.as_deref());
            }
        }
    }
    for step in place.schema.iter().flatten() {
        if !cursor.step(step) {
            break;
        }
    }
    cursor.pointer
}

/// A place in a document that moves as far as there is something.
struct Cursor<'d> {
    document: &'d Document,
    pointer: String,
}

impl<'d> Cursor<'d> {
    fn node(&self) -> Option<&'d Value> {
        self.document.value.pointer(&self.pointer)
    }

    /// Follows references to what is meant. A circle of them ends somewhere in it.
    fn resolve(&mut self) {
        for _ in 0..20 {
            let target = self.node().map(|node| spec::text(node, "$ref")).unwrap_or_default();
            match spec::resolve(self.document, target) {
                Some((_, pointer)) => self.pointer = pointer,
                None => return,
            }
        }
    }

    /// Goes to a member, and says whether it is there. If not, the place stays where it was.
    fn enter(&mut self, keys: &[&str]) -> bool {
        let before = self.pointer.clone();
        for key in keys {
            self.resolve();
            self.pointer = format!("{}/{}", self.pointer, pointer_token(key));
            if self.node().is_none() {
                self.pointer = before;
                return false;
            }
        }
        true
    }

    /// Goes to the schema of a parameter or header.
    fn enter_value(&mut self, media_type: Option<&str>) {
        if media_type.is_some() || !self.enter(&["schema"]) {
            self.enter_content(media_type);
        }
    }

    /// Goes to the schema of a body.
    fn enter_content(&mut self, media_type: Option<&str>) {
        let Some(media_type) = media_type else { return };
        if !self.enter(&["content"]) {
            return;
        }
        let plain = |name: &str| name.replace(' ', "").to_ascii_lowercase();
        let names = spec::members(self.node()).map(|(name, _)| name);
        let found = names.filter(|name| plain(name) == plain(media_type)).last();
        if let Some(name) = found.map(str::to_owned) {
            self.enter(&[&name, "schema"]);
        }
    }

    /// Goes one step deeper into a schema, through references and the parts of `allOf`.
    fn step(&mut self, step: &Step) -> bool {
        match step {
            Step::Property(name) => self.search(&["properties", name], 20),
            Step::Items => self.search(&["items"], 20),
            Step::Values => self.search(&["additionalProperties"], 20),
            Step::Sub { keyword, name } if name.is_empty() => self.search(&[keyword], 20),
            Step::Sub { keyword, name } => self.search(&[keyword, name], 20),
            // Branches are numbered in another order than they are written in.
            Step::Branch { keyword, .. } => {
                self.search(&[keyword], 20);
                false
            }
        }
    }

    fn search(&mut self, keys: &[&str], depth: usize) -> bool {
        let before = self.pointer.clone();
        if self.enter(keys) {
            return true;
        }
        self.resolve();
        let Some(depth) = depth.checked_sub(1) else { return false };
        let combined = self.pointer.clone();
        for keyword in ["allOf", "anyOf", "oneOf"] {
            let parts = self.node().map(|node| spec::list(node, keyword).len()).unwrap_or_default();
            for part in 0..parts {
                self.pointer = format!("{combined}/{keyword}/{part}");
                if self.search(keys, depth) {
                    return true;
                }
                self.pointer.clone_from(&combined);
            }
        }
        self.pointer = before;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: &str = "openapi: 3.0.3
paths:
  /a/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
    get:
      parameters:
        - name: kind
          in: query
          schema: {type: string}
      responses:
        '200':
          headers:
            x-left: {schema: {type: integer}}
          content:
            application/json; charset=utf-8:
              schema:
                $ref: '#/components/schemas/Found'
components:
  schemas:
    Found:
      allOf:
        - properties:
            code: {type: integer}
        - properties:
            items:
              type: array
              items: {$ref: '#/components/schemas/Item'}
            any:
              oneOf: [{type: string}, {type: integer}]
    Item:
      properties:
        name: {type: string}
        next:
          $ref: '#/components/schemas/Item'
        sizes:
          type: array
          contains:
            type: string
";

    #[test]
    fn the_line_is_that_of_the_nearest_thing_there() {
        let document = Document::parse("spec.yaml", SPEC).unwrap();
        let operation = &spec::operations(&document)[0];
        let body = "response 200 application/json;charset=utf-8";
        for (at, expected) in [
            ("operation", "get:"),
            ("path 0 $", "- {name: id"),
            ("query kind $", "schema: {type: string}"),
            ("query gone $", "get:"),
            ("request application/json $.a", "get:"),
            ("response 404", "get:"),
            ("response 200", "'200':"),
            ("response 200 header x-left $", "x-left:"),
            (&format!("{body} $.code"), "code:"),
            (&format!("{body} $.items[].name"), "name:"),
            (&format!("{body} $.items[].next.next.name"), "name:"),
            (&format!("{body} $.items[].gone.name"), "items: {$ref"),
            (&format!("{body} $.any<oneOf 1>"), "oneOf:"),
            (&format!("{body} $.items[].sizes<contains>"), "contains:"),
        ] {
            let line = document.position(&pointer(&document, operation, at)).line;
            let text = SPEC.lines().zip(1..).find(|(_, number)| *number == line);
            let text = text.map_or("", |(text, _)| text.trim());
            assert!(text.starts_with(expected), "{at}: line {line}, {text}");
        }
    }
}
