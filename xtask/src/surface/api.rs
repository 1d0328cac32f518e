//! Reads what a spec says about the wire: operations, parameters, bodies and responses.

use std::collections::{BTreeMap, BTreeSet};

use super::bundle::{Broken, Bundle, Node, Unread};
use super::keywords::canonical;
use super::line::{Fact, Line, OperationName, Part, Place, template};
use super::open_sets;
use super::schema::{Schema, Schemas};
use crate::document::Value;
use crate::spec::METHODS;

/// What a spec says about the wire, with its schemas as a graph.
#[derive(Debug, Default)]
pub(crate) struct Api {
    /// What is said outside of schemas.
    pub(crate) lines: BTreeSet<Line>,
    /// The schemas of parameters and bodies, by their place.
    pub(crate) roots: Vec<(Place, usize)>,
    pub(crate) schemas: Vec<Schema>,
    /// What wasn't read, so that it can't be compared.
    pub(crate) unread: BTreeSet<Unread>,
}

impl Api {
    /// Reads a document and the files beside it. The error names the place that is wrong.
    pub(crate) fn of(bundle: &Bundle<'_>) -> Result<Self, String> {
        let root = bundle.root();
        if !root.text("openapi").starts_with("3.") {
            let location = bundle.location(root, "openapi");
            return Err(format!("{location}: this isn't an OpenAPI 3 document; name one that is"));
        }
        let mut reader = Reader {
            bundle,
            schemas: Schemas::new(bundle),
            roots: Vec::new(),
            lines: BTreeSet::new(),
            unread: BTreeSet::new(),
        };
        reader.api()?;
        let Reader { schemas, roots, lines, mut unread, .. } = reader;
        let Schemas { mut schemas, unread: others, .. } = schemas;
        unread.extend(others);
        open_sets::merge(&mut schemas);
        schemas.shrink_to_fit();
        Ok(Self { lines, roots, schemas, unread })
    }
}

pub(super) struct Reader<'b> {
    pub(super) bundle: &'b Bundle<'b>,
    schemas: Schemas<'b>,
    roots: Vec<(Place, usize)>,
    lines: BTreeSet<Line>,
    unread: BTreeSet<Unread>,
}

impl<'b> Reader<'b> {
    fn api(&mut self) -> Result<(), String> {
        let root = self.bundle.root();
        let api = Place { operation: None, part: Part::Whole, schema: None };
        self.servers(&api, root);
        self.schemes(&api, root)?;
        let mut seen: BTreeMap<(String, &str), &str> = BTreeMap::new();
        for (path, item) in self.entries(&api, root, "paths")? {
            for method in methods(item) {
                if let Some(first) = seen.insert((template(path).0, method), path) {
                    return Err(format!(
                        "{}: `{path}` and `{first}` are the same path; remove one",
                        self.bundle.location(item, "")
                    ));
                }
            }
            self.path_item(path, item)?;
        }
        for (name, item) in self.entries(&api, root, "webhooks")? {
            self.path_item(&OperationName::webhook(name), item)?;
        }
        Ok(())
    }

    fn path_item(&mut self, path: &str, item: Node<'b>) -> Result<(), String> {
        // A method that isn't read, such as `query` or what is in `additionalOperations`.
        for (key, node) in item.members() {
            let known = METHODS.contains(&key) || ["parameters", "servers"].contains(&key);
            if node.value.as_object().is_some() && !known && !key.starts_with("x-") {
                self.unread.insert(Unread::keyword(self.bundle, item, key));
            }
        }
        for method in methods(item) {
            self.operation(path, method, item)?;
        }
        Ok(())
    }

    fn operation(&mut self, path: &str, method: &str, item: Node<'b>) -> Result<(), String> {
        let (template, names) = template(path);
        let operation =
            OperationName { method: method.to_uppercase().into(), path: template.into() };
        let place = Place { operation: Some(operation), part: Part::Whole, schema: None };
        let Some(node) = self.member(&place, item, method)? else { return Ok(()) };
        self.fact(&place, Fact::flag("declared"));
        self.flags(&place, node, &["deprecated"]);
        self.servers(&place, if node.get("servers").is_some() { node } else { item });
        self.security(&place, node)?;
        for (index, name) in names.iter().enumerate() {
            let place = parameter(&place, "path", index.to_string(), None);
            self.fact(&place, Fact::word("name", name));
        }
        for node in self.parameters(&place, node, item)? {
            self.parameter(&place, &names, node)?;
        }
        if let Some(body) = self.member(&place, node, "requestBody")? {
            let whole = Place { part: Part::Request { media_type: None }, ..place.clone() };
            self.fact(&whole, Fact::flag("declared"));
            self.flags(&whole, body, &["required"]);
            let part = |media_type| Part::Request { media_type };
            self.content(&place, body, part)?;
        }
        for (status, response) in self.entries(&place, node, "responses")? {
            if !status.starts_with("x-") {
                self.response(&place, status, response)?;
            }
        }
        for (name, callback) in self.entries(&place, node, "callbacks")? {
            self.callback(&place, path, name, callback)?;
        }
        Ok(())
    }

    fn callback(
        &mut self,
        place: &Place,
        path: &str,
        name: &str,
        callback: Node<'b>,
    ) -> Result<(), String> {
        // What a callback calls back could be itself.
        if place.operation.as_ref().is_some_and(OperationName::is_received) {
            self.unread.insert(Unread::keyword(self.bundle, callback, "callbacks"));
            return Ok(());
        }
        for (expression, _) in callback.members() {
            if let Some(item) = self.member(place, callback, expression)? {
                self.path_item(&OperationName::callback(path, name, expression), item)?;
            }
        }
        Ok(())
    }

    fn response(&mut self, place: &Place, status: &str, response: Node<'b>) -> Result<(), String> {
        let status = match status {
            "default" => status.to_owned(),
            code => code.to_uppercase(),
        };
        let part = Part::Response { status: status.clone(), media_type: None };
        let whole = Place { part, ..place.clone() };
        self.fact(&whole, Fact::flag("declared"));
        for (name, header) in self.entries(&whole, response, "headers")? {
            let name = name.to_ascii_lowercase();
            let part = |media_type| Part::ResponseHeader {
                status: status.clone(),
                name: name.clone(),
                media_type,
            };
            let place = Place { part: part(None), ..place.clone() };
            self.flags(&place, header, &["deprecated", "required"]);
            self.value(&place, header, part)?;
        }
        let part = |media_type| Part::Response { status: status.clone(), media_type };
        self.content(place, response, part)
    }

    /// Returns the parameters of an operation, then those of its path that it doesn't replace.
    fn parameters(
        &mut self,
        place: &Place,
        operation: Node<'b>,
        item: Node<'b>,
    ) -> Result<Vec<Node<'b>>, String> {
        let mut parameters: Vec<Node<'b>> = Vec::new();
        for owner in [operation, item] {
            let inherited = parameters.len();
            let Some(list) = self.member(place, owner, "parameters")? else { continue };
            for node in list.items() {
                let Some(found) = self.follow(place, node)? else { continue };
                let key = |node: &Node<'b>| (node.text("in"), node.text("name"));
                if !parameters[..inherited].iter().any(|other| key(other) == key(&found)) {
                    parameters.push(found);
                }
            }
        }
        Ok(parameters)
    }

    fn parameter(&mut self, place: &Place, names: &[&str], node: Node<'b>) -> Result<(), String> {
        let (location, name) = (node.text("in"), node.text("name"));
        if !["path", "query", "header", "cookie"].contains(&location) {
            let location = self.bundle.location(node, "");
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
        self.value(&place, node, part)
    }

    /// Adds the value of a parameter or header: its schema with a style, or its content.
    fn value(
        &mut self,
        place: &Place,
        node: Node<'b>,
        part: impl Fn(Option<String>) -> Part,
    ) -> Result<(), String> {
        if node.get("content").is_some() {
            return self.content(place, node, part);
        }
        let usual = match &place.part {
            Part::Parameter { location, .. }
                if ["query", "cookie"].contains(&location.as_str()) =>
            {
                "form"
            }
            _ => "simple",
        };
        let style = node.value.get("style").and_then(Value::as_str).unwrap_or(usual);
        if style != usual {
            self.fact(place, Fact::word("style", style));
        }
        let explode = node.value.get("explode").and_then(Value::as_bool);
        if let Some(explode) = explode.filter(|explode| *explode != (style == "form")) {
            self.fact(place, Fact::json("explode", explode));
        }
        self.schema(place, node)
    }

    /// Adds a body by its media types.
    fn content(
        &mut self,
        place: &Place,
        node: Node<'b>,
        part: impl Fn(Option<String>) -> Part,
    ) -> Result<(), String> {
        let whole = Place { part: part(None), ..place.clone() };
        for (media_type, node) in self.entries(&whole, node, "content")? {
            let words = media_type.split(';').map(|word| word.trim().to_ascii_lowercase());
            let media_type = words.collect::<Vec<_>>().join(";");
            let place = Place { part: part(Some(media_type)), ..place.clone() };
            if let Some(encoding) = node.value.get("encoding") {
                self.fact(&place, Fact::json("encoding", canonical(encoding)));
            }
            self.schema(&place, node)?;
        }
        Ok(())
    }

    /// Adds a schema. Without one, any value is possible.
    fn schema(&mut self, place: &Place, node: Node<'b>) -> Result<(), String> {
        let root = match (node.get("schema"), node.get("itemSchema")) {
            (Some(_), Some(_)) => {
                self.unread.insert(Unread::keyword(self.bundle, node, "itemSchema"));
                return Ok(());
            }
            (Some(schema), None) => self.schemas.add(schema)?,
            // A stream of items is a list that comes bit by bit.
            (None, Some(items)) => self.schemas.add_list(items)?,
            (None, None) => {
                let place = Place { schema: Some(Vec::new()), ..place.clone() };
                self.fact(&place, Fact::flag("any"));
                return Ok(());
            }
        };
        self.roots.push((place.clone(), root));
        Ok(())
    }

    /// Returns a member, wherever it is written.
    fn member(
        &mut self,
        place: &Place,
        node: Node<'b>,
        key: &str,
    ) -> Result<Option<Node<'b>>, String> {
        match node.get(key) {
            None => Ok(None),
            Some(node) => self.follow(place, node),
        }
    }

    /// Returns the entries of a map, wherever the map and they are written.
    fn entries(
        &mut self,
        place: &Place,
        node: Node<'b>,
        key: &str,
    ) -> Result<Vec<(&'b str, Node<'b>)>, String> {
        let Some(map) = self.member(place, node, key)? else { return Ok(Vec::new()) };
        let mut entries = Vec::new();
        for (name, node) in map.members() {
            if let Some(node) = self.follow(place, node)? {
                entries.push((name, node));
            }
        }
        Ok(entries)
    }

    /// Follows a reference. One that can't be followed becomes a fact about the place: it is at
    /// least compared as a text.
    pub(super) fn follow(
        &mut self,
        place: &Place,
        node: Node<'b>,
    ) -> Result<Option<Node<'b>>, String> {
        let reference = node.value.get("$ref").filter(|value| value.is_string());
        let Some(reference) = reference else { return Ok(Some(node)) };
        let beside = METHODS.iter().chain(["parameters", "servers"].iter());
        if let Some(keyword) = beside.copied().find(|keyword| node.get(keyword).is_some()) {
            self.unread.insert(Unread::keyword(self.bundle, node, keyword));
        }
        match self.bundle.follow(node) {
            Ok(target) => Ok(Some(target)),
            Err(Broken::Unread(unread)) => {
                self.unread.insert(unread);
                self.fact(place, Fact::json("$ref", reference));
                Ok(None)
            }
            Err(Broken::Circular(node)) => {
                let location = self.bundle.location(node, "");
                Err(format!(
                    "{location}: this reference leads back to itself; make it end somewhere"
                ))
            }
        }
    }

    fn flags(&mut self, place: &Place, node: Node<'b>, keywords: &[&str]) {
        for keyword in keywords {
            if node.value.get(keyword) == Some(&Value::Bool(true)) {
                self.fact(place, Fact::flag(keyword));
            }
        }
    }

    pub(super) fn fact(&mut self, place: &Place, fact: Fact) {
        self.lines.insert(Line { place: place.clone(), fact });
    }
}

fn methods(item: Node<'_>) -> impl Iterator<Item = &'static str> {
    METHODS.into_iter().filter(move |method| item.get(method).is_some())
}

fn parameter(place: &Place, location: &str, name: String, media_type: Option<String>) -> Place {
    let part = Part::Parameter { location: location.to_owned(), name, media_type };
    Place { part, ..place.clone() }
}
