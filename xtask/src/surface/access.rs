//! What a spec says about where its operations are, and who may call them: servers and security.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::api::Reader;
use super::bundle::Node;
use super::line::{Fact, Part, Place};
use crate::document::{Value, pointer_token};
use crate::spec;

impl<'b> Reader<'b> {
    /// Adds the security schemes.
    pub(super) fn schemes(&mut self, api: &Place, root: Node<'b>) -> Result<(), String> {
        let components = root.get("components");
        let schemes = components.and_then(|components| components.get("securitySchemes"));
        for (name, _) in schemes.into_iter().flat_map(Node::members) {
            let scheme = self.scheme(name)?;
            let mut fact = Fact::json("scheme", descriptor(scheme));
            if let Some(flows) = scheme.get("flows") {
                let flows =
                    spec::members(Some(flows)).map(|(kind, flow)| (kind, without_prose(flow)));
                fact.value.push_str(&format!(" {}", Json::from_iter(flows)));
            }
            self.fact(api, fact);
        }
        Ok(())
    }

    pub(super) fn servers(&mut self, place: &Place, node: Node<'b>) {
        for server in node.list("servers") {
            let mut fact = Fact::json("server", server.text("url"));
            if let Some(variables) = server.value.get("variables") {
                let variables = spec::members(Some(variables))
                    .map(|(name, variable)| (name, without_prose(variable)));
                fact.value.push_str(&format!(" {}", Json::from_iter(variables)));
            }
            self.fact(place, fact);
        }
    }

    /// Adds a line for each way to authenticate, as it applies to the operation.
    pub(super) fn security(&mut self, place: &Place, node: Node<'b>) -> Result<(), String> {
        let owner = if node.get("security").is_some() { node } else { self.bundle.root() };
        let requirements: Vec<Node<'b>> = owner.list("security").collect();
        if requirements.is_empty() {
            self.fact(place, Fact::json("security", json!([])));
        }
        for requirement in requirements {
            let mut schemes = BTreeSet::new();
            for (name, scopes) in requirement.members() {
                let scheme = match self.scheme(name)? {
                    Value::Null => format!("undefined {name}"),
                    scheme => descriptor(scheme),
                };
                let mut scopes: Vec<&str> =
                    scopes.items().filter_map(|scope| scope.value.as_str()).collect();
                scopes.sort_unstable();
                let scopes: String = scopes.iter().map(|scope| format!(" {scope}")).collect();
                schemes.insert(scheme + &scopes);
            }
            self.fact(place, Fact::json("security", schemes));
        }
        Ok(())
    }

    /// Returns a security scheme, null if the document doesn't define it.
    fn scheme(&mut self, name: &str) -> Result<&'b Value, String> {
        let pointer = format!("#/components/securitySchemes/{}", pointer_token(name));
        let Ok(node) = self.bundle.resolve(self.bundle.root(), &pointer) else {
            return Ok(&Value::Null);
        };
        let api = Place { operation: None, part: Part::Whole, schema: None };
        Ok(self.follow(&api, node)?.map_or(&Value::Null, |node| node.value))
    }
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
fn without_prose(node: &Value) -> Json {
    let kept = spec::members(Some(node))
        .filter(|(key, _)| *key != "description" && !key.starts_with("x-"))
        .map(|(key, value)| match (key, value) {
            ("scopes", Value::Object(scopes)) => (key, json!(scopes.keys().collect::<Vec<_>>())),
            ("enum", Value::Array(values)) => {
                let values: BTreeSet<String> = values.iter().map(Value::to_string).collect();
                (key, json!(values))
            }
            _ => (key, value.to_json()),
        });
    kept.collect()
}
