//! Turns a document into lines: servers, security, operations, parameters, bodies and responses.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::expand::Expansion;
use super::keywords::canonical;
use super::line::{Fact, Line, OperationName, Part, Place};
use super::open_sets;
use super::schema::{Schemas, unresolved};
use crate::document::{Document, pointer_token};
use crate::spec::{self, METHODS};

/// The limit for written-out schemas: more than a real spec has, but a few lines can ask for more.
const MAX_WRITTEN: usize = 200_000;
/// The limit for chains of references. Longer ones are circular.
const MAX_REFERENCES: usize = 50;

/// Returns the lines of a document.
pub(super) fn lines(document: &Document) -> Result<BTreeSet<Line>, String> {
    if !spec::text(&document.value, "openapi").starts_with("3.") {
        let location = document.location("/openapi");
        return Err(format!("{location}: this isn't an OpenAPI 3 document; name one that is"));
    }
    let mut reader = Reader {
        document,
        schemas: Schemas::new(document),
        roots: Vec::new(),
        lines: BTreeSet::new(),
    };
    reader.api()?;
    open_sets::merge(&mut reader.schemas.schemas);
    let mut expansion = Expansion::new(document, &reader.schemas, MAX_WRITTEN)?;
    for (place, root) in reader.roots {
        for (steps, fact) in expansion.facts(root)? {
            let place = Place { schema: Some(steps), ..place.clone() };
            reader.lines.insert(Line { place, fact });
        }
    }
    Ok(reader.lines)
}

struct Reader<'d> {
    document: &'d Document,
    schemas: Schemas<'d>,
    /// Schemas that are written out once all are known.
    roots: Vec<(Place, usize)>,
    lines: BTreeSet<Line>,
}

/// A node with its pointer, after references were followed.
type Found<'d> = (&'d Value, String);

impl<'d> Reader<'d> {
    fn api(&mut self) -> Result<(), String> {
        let document = self.document;
        let api = Place { operation: None, part: Part::Whole, schema: None };
        self.servers(&api, &document.value);
        for (name, _) in spec::members(document.value.pointer("/components/securitySchemes")) {
            let scheme = self.scheme(name)?;
            let mut fact = Fact::json("scheme", &descriptor(scheme).into());
            if let Some(flows) = scheme.get("flows") {
                let flows =
                    spec::members(Some(flows)).map(|(kind, flow)| (kind, without_prose(flow)));
                fact.value.push_str(&format!(" {}", Value::from_iter(flows)));
            }
            self.fact(&api, fact);
        }
        let mut seen: BTreeMap<(String, &str), &str> = BTreeMap::new();
        for (path, _) in spec::members(document.value.get("paths")) {
            let (item, pointer) = self.follow(format!("/paths/{}", pointer_token(path)))?;
            let methods = METHODS.into_iter().filter(|method| item.get(method).is_some());
            for method in methods.collect::<Vec<_>>() {
                if let Some(first) = seen.insert((template(path).0, method), path) {
                    return Err(format!(
                        "{}: `{path}` and `{first}` are the same path; remove one",
                        document.location(&pointer)
                    ));
                }
                self.operation(path, method, (item, &pointer))?;
            }
        }
        Ok(())
    }

    fn operation(
        &mut self,
        path: &str,
        method: &str,
        item: (&'d Value, &str),
    ) -> Result<(), String> {
        let (item, item_pointer) = item;
        let node = item.get(method).unwrap_or(&Value::Null);
        let pointer = format!("{item_pointer}/{method}");
        let (template, names) = template(path);
        let operation = OperationName { method: method.to_uppercase(), path: template };
        let place = Place { operation: Some(operation), part: Part::Whole, schema: None };
        self.fact(&place, Fact::flag("declared"));
        self.flags(&place, node, &["deprecated"]);
        self.servers(&place, if node.get("servers").is_some() { node } else { item });
        self.security(&place, node)?;
        for (index, name) in names.iter().enumerate() {
            let place = parameter(&place, "path", index.to_string(), None);
            self.fact(&place, Fact::word("name", name));
        }
        for (node, pointer) in self.parameters((node, &pointer), (item, item_pointer))? {
            self.parameter(&place, &names, node, &pointer)?;
        }
        if node.get("requestBody").is_some() {
            let (body, pointer) = self.follow(format!("{pointer}/requestBody"))?;
            let whole = Place { part: Part::Request { media_type: None }, ..place.clone() };
            self.fact(&whole, Fact::flag("declared"));
            self.flags(&whole, body, &["required"]);
            let part = |media_type| Part::Request { media_type };
            self.content(&place, body, &pointer, part)?;
        }
        for (status, _) in spec::members(node.get("responses")) {
            if !status.starts_with("x-") {
                self.response(
                    &place,
                    status,
                    format!("{pointer}/responses/{}", pointer_token(status)),
                )?;
            }
        }
        Ok(())
    }

    fn response(&mut self, place: &Place, status: &str, pointer: String) -> Result<(), String> {
        let (response, pointer) = self.follow(pointer)?;
        let status = match status {
            "default" => status.to_owned(),
            code => code.to_uppercase(),
        };
        let part = Part::Response { status: status.clone(), media_type: None };
        self.fact(&Place { part, ..place.clone() }, Fact::flag("declared"));
        for (name, _) in spec::members(response.get("headers")) {
            let (header, pointer) =
                self.follow(format!("{pointer}/headers/{}", pointer_token(name)))?;
            let name = name.to_ascii_lowercase();
            let part = |media_type| Part::ResponseHeader {
                status: status.clone(),
                name: name.clone(),
                media_type,
            };
            let place = Place { part: part(None), ..place.clone() };
            self.flags(&place, header, &["deprecated", "required"]);
            self.value(&place, header, &pointer, part)?;
        }
        let part = |media_type| Part::Response { status: status.clone(), media_type };
        self.content(place, response, &pointer, part)
    }

    /// Returns the parameters of an operation, then those of its path that it doesn't replace.
    fn parameters(
        &self,
        operation: (&'d Value, &str),
        item: (&'d Value, &str),
    ) -> Result<Vec<Found<'d>>, String> {
        let mut parameters: Vec<Found<'d>> = Vec::new();
        for (node, pointer) in [operation, item] {
            let inherited = parameters.clone();
            for index in 0..spec::list(node, "parameters").len() {
                let found = self.follow(format!("{pointer}/parameters/{index}"))?;
                let key = |node| (spec::text(node, "in"), spec::text(node, "name"));
                if !inherited.iter().any(|(other, _)| key(other) == key(found.0)) {
                    parameters.push(found);
                }
            }
        }
        Ok(parameters)
    }

    fn parameter(
        &mut self,
        place: &Place,
        names: &[&str],
        node: &'d Value,
        pointer: &str,
    ) -> Result<(), String> {
        let (location, name) = (spec::text(node, "in"), spec::text(node, "name"));
        if !["path", "query", "header", "cookie"].contains(&location) {
            let location = self.document.location(pointer);
            return Err(format!(
                "{location}: a parameter must be in `path`, `query`, `header` or `cookie`; \
                 correct `in`"
            ));
        }
        let position = names.iter().position(|other| *other == name && location == "path");
        let key = match position {
            Some(position) => position.to_string(),
            None if location == "header" => name.to_ascii_lowercase(),
            None => name.to_owned(),
        };
        let place = parameter(place, location, key.clone(), None);
        self.flags(&place, node, &["allowEmptyValue", "allowReserved", "deprecated", "required"]);
        let part = |media_type| Part::Parameter {
            location: location.to_owned(),
            name: key.clone(),
            media_type,
        };
        self.value(&place, node, pointer, part)
    }

    /// Adds the value of a parameter or header: its schema with a style, or its content.
    fn value(
        &mut self,
        place: &Place,
        node: &'d Value,
        pointer: &str,
        part: impl Fn(Option<String>) -> Part,
    ) -> Result<(), String> {
        if node.get("content").is_some() {
            return self.content(place, node, pointer, part);
        }
        let usual = match &place.part {
            Part::Parameter { location, .. }
                if ["query", "cookie"].contains(&location.as_str()) =>
            {
                "form"
            }
            _ => "simple",
        };
        let style = node.get("style").and_then(Value::as_str).unwrap_or(usual);
        if style != usual {
            self.fact(place, Fact::word("style", style));
        }
        let explode = node.get("explode").and_then(Value::as_bool);
        if let Some(explode) = explode.filter(|explode| *explode != (style == "form")) {
            self.fact(place, Fact::json("explode", &explode.into()));
        }
        self.schema(place, node, pointer)
    }

    /// Adds a body by its media types.
    fn content(
        &mut self,
        place: &Place,
        node: &'d Value,
        pointer: &str,
        part: impl Fn(Option<String>) -> Part,
    ) -> Result<(), String> {
        for (media_type, node) in spec::members(node.get("content")) {
            let pointer = format!("{pointer}/content/{}", pointer_token(media_type));
            let words = media_type.split(';').map(|word| word.trim().to_ascii_lowercase());
            let media_type = words.collect::<Vec<_>>().join(";");
            let place = Place { part: part(Some(media_type)), ..place.clone() };
            if let Some(encoding) = node.get("encoding") {
                self.fact(&place, Fact::json("encoding", &canonical(encoding)));
            }
            self.schema(&place, node, &pointer)?;
        }
        Ok(())
    }

    /// Adds a schema, to be written out later. Without one, any value is possible.
    fn schema(&mut self, place: &Place, node: &Value, pointer: &str) -> Result<(), String> {
        if node.get("schema").is_none() {
            let place = Place { schema: Some(Vec::new()), ..place.clone() };
            self.fact(&place, Fact::flag("any"));
            return Ok(());
        }
        let root = self.schemas.add(&format!("{pointer}/schema"))?;
        self.roots.push((place.clone(), root));
        Ok(())
    }

    fn servers(&mut self, place: &Place, node: &Value) {
        for server in spec::list(node, "servers") {
            let mut fact = Fact::json("server", &spec::text(server, "url").into());
            if let Some(variables) = server.get("variables") {
                let variables = spec::members(Some(variables))
                    .map(|(name, variable)| (name, without_prose(variable)));
                fact.value.push_str(&format!(" {}", Value::from_iter(variables)));
            }
            self.fact(place, fact);
        }
    }

    /// Adds a line for each way to authenticate, as it applies to the operation.
    fn security(&mut self, place: &Place, node: &'d Value) -> Result<(), String> {
        let owner = if node.get("security").is_some() { node } else { &self.document.value };
        let requirements = spec::list(owner, "security");
        if requirements.is_empty() {
            self.fact(place, Fact::json("security", &json!([])));
        }
        for requirement in requirements {
            let mut schemes = BTreeSet::new();
            for (name, scopes) in spec::members(Some(requirement)) {
                let scheme = match self.scheme(name)? {
                    Value::Null => format!("undefined {name}"),
                    scheme => descriptor(scheme),
                };
                let mut scopes: Vec<&str> =
                    scopes.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                scopes.sort_unstable();
                let scopes: String = scopes.iter().map(|scope| format!(" {scope}")).collect();
                schemes.insert(scheme + &scopes);
            }
            self.fact(place, Fact::json("security", &json!(schemes)));
        }
        Ok(())
    }

    /// Returns a security scheme, null if the document doesn't define it.
    fn scheme(&self, name: &str) -> Result<&'d Value, String> {
        let pointer = format!("/components/securitySchemes/{}", pointer_token(name));
        Ok(self.follow(pointer)?.0)
    }

    fn follow(&self, pointer: String) -> Result<Found<'d>, String> {
        let mut pointer = pointer;
        for _ in 0..MAX_REFERENCES {
            let node = self.document.value.pointer(&pointer).unwrap_or(&Value::Null);
            let Some(reference) = node.get("$ref") else { return Ok((node, pointer)) };
            match spec::resolve(self.document, reference.as_str().unwrap_or_default()) {
                Some((_, target)) => pointer = target,
                None => return Err(unresolved(self.document, reference, &pointer)),
            }
        }
        let location = self.document.location(&pointer);
        Err(format!("{location}: this reference leads back to itself; make it end somewhere"))
    }

    fn flags(&mut self, place: &Place, node: &Value, keywords: &[&str]) {
        for keyword in keywords {
            if node.get(keyword) == Some(&Value::Bool(true)) {
                self.fact(place, Fact::flag(keyword));
            }
        }
    }

    fn fact(&mut self, place: &Place, fact: Fact) {
        self.lines.insert(Line { place: place.clone(), fact });
    }
}

fn parameter(place: &Place, location: &str, name: String, media_type: Option<String>) -> Place {
    let part = Part::Parameter { location: location.to_owned(), name, media_type };
    Place { part, ..place.clone() }
}

/// Returns a path with `{}` for its parameters, and their names.
pub(crate) fn template(path: &str) -> (String, Vec<&str>) {
    let mut parts = path.split('{');
    let mut template = parts.next().unwrap_or_default().to_owned();
    let mut names = Vec::new();
    for part in parts {
        match part.split_once('}') {
            Some((name, rest)) => {
                names.push(name);
                template.push_str("{}");
                template.push_str(rest);
            }
            None => {
                template.push('{');
                template.push_str(part);
            }
        }
    }
    (template, names)
}

/// Returns what a security scheme asks for.
fn descriptor(scheme: &Value) -> String {
    let kind = spec::text(scheme, "type");
    let name = spec::text(scheme, "name");
    match (kind, spec::text(scheme, "in")) {
        ("apiKey", "header") => format!("apiKey header {}", name.to_ascii_lowercase()),
        ("apiKey", place) => format!("apiKey {place} {name}"),
        ("http", _) => format!("http {}", spec::text(scheme, "scheme").to_ascii_lowercase()),
        ("openIdConnect", _) => format!("openIdConnect {}", spec::text(scheme, "openIdConnectUrl")),
        _ => kind.to_owned(),
    }
}

/// Returns an OAuth flow or a server variable without its descriptions.
fn without_prose(node: &Value) -> Value {
    let kept = spec::members(Some(node))
        .filter(|(key, _)| *key != "description" && !key.starts_with("x-"))
        .map(|(key, value)| match (key, value) {
            ("scopes", Value::Object(scopes)) => (key, json!(scopes.keys().collect::<Vec<_>>())),
            ("enum", Value::Array(values)) => {
                let values: BTreeSet<String> = values.iter().map(Value::to_string).collect();
                (key, json!(values))
            }
            _ => (key, value.clone()),
        });
    kept.collect()
}
