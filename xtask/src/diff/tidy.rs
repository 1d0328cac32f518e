//! The normal form of what is said outside of schemas: what is the same on the wire is said the
//! same way.

use super::graph::Graph;
use super::tree::{Key, Place, Tree};

/// Parameters that OpenAPI ignores: other parts of the spec say what these headers are.
const IGNORED: [&str; 3] = ["accept", "authorization", "content-type"];
/// The types of values that are written in one piece.
const SCALARS: [&str; 4] = ["boolean", "integer", "number", "string"];

/// Tidies all operations.
pub(super) fn tidy(tree: &mut Tree, graph: &Graph) {
    tidy_servers(&mut tree.api);
    for operation in tree.operations.values_mut() {
        tidy_servers(operation);
        // Naming the servers of the whole API again says nothing.
        if operation.values("server") == tree.api.values("server") {
            operation.facts.retain(|fact| fact.keyword != "server");
        }
        operation.children.retain(|(key, _)| {
            !matches!(key, Key::Parameter { location, name }
                if location == "header" && IGNORED.contains(&name.as_str()))
        });
        tidy_place(operation, graph);
    }
}

/// Paths are put behind the address of a server, with one slash between them.
fn tidy_servers(place: &mut Place) {
    for fact in place.facts.iter_mut().filter(|fact| fact.keyword == "server") {
        if let Some(address) = fact.value.strip_suffix("/\"") {
            fact.value = format!("{address}\"");
        }
    }
    place.facts.sort_unstable();
    place.facts.dedup();
}

fn tidy_place(place: &mut Place, graph: &Graph) {
    // OpenAPI ignores it: the media types say so.
    place.children.retain(|(key, _)| !matches!(key, Key::Header(name) if name == "content-type"));
    if place.schema.is_some_and(|schema| is_scalar(graph, schema)) {
        place.facts.retain(|fact| fact.keyword != "explode");
    }
    for (key, child) in &mut place.children {
        tidy_place(child, graph);
        tidy_key(key);
    }
    // Of media types that are the same now, the last counts.
    place.children.reverse();
    place.children.sort_by(|(key, _), (other, _)| key.cmp(other));
    place.children.dedup_by(|(key, _), (other, _)| key == other);
}

/// Whether all values are written in one piece, so that nothing can be taken apart.
pub(super) fn is_scalar(graph: &Graph, schema: usize) -> bool {
    let node = graph.node(schema);
    let types = node.values("type");
    let mut types = types.iter().flat_map(|types| types.split('|')).peekable();
    types.peek().is_some() && types.all(|name| SCALARS.contains(&name))
}

/// JSON is in UTF-8, so that naming that character set says nothing.
fn tidy_key(key: &mut Key) {
    let Key::MediaType(name) = key else { return };
    let mut words = name.split(';');
    let essence = words.next().unwrap_or_default();
    if is_json(essence) {
        let others = words.filter(|word| word.replace('"', "") != "charset=utf-8");
        *name = [essence].into_iter().chain(others).collect::<Vec<_>>().join(";");
    }
}

/// Whether a media type is JSON.
pub(super) fn is_json(essence: &str) -> bool {
    essence == "application/json" || essence.ends_with("+json")
}
