//! A document with the files beside it that it refers to.

use std::collections::HashMap;
use std::sync::Arc;

use crate::document::{Document, Map, Value, pointer_token};
use crate::spec;

/// The limit for files, as they can be generated without end.
const MAX_FILES: usize = 2_000;
/// The limit for chains of references. Longer ones are circular.
const MAX_REFERENCES: usize = 50;

/// Reads a file beside a document, by its path from the document's folder.
pub(crate) type ReadBeside<'r> = dyn Fn(&str) -> Result<String, String> + 'r;

/// Refuses every file: of a text alone nobody knows what is beside it.
pub(crate) fn nothing_beside(_path: &str) -> Result<String, String> {
    Err("it is outside of what was read; name the spec by its file, not through a pipe".to_owned())
}

/// A document and other files.
pub(crate) struct Bundle<'d> {
    root: &'d Document,
    others: Vec<Document>,
    /// The path of each of the others from the folder of the root.
    paths: Vec<String>,
    known: HashMap<String, Result<usize, String>>,
}

/// A value in one of the files. Its address identifies it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'b> {
    pub(crate) value: &'b Value,
    /// The root is 0.
    file: usize,
}

impl<'b> Node<'b> {
    pub(crate) fn address(self) -> usize {
        std::ptr::from_ref(self.value).addr()
    }

    /// Returns a member or an item.
    pub(crate) fn get(self, key: &str) -> Option<Self> {
        self.value.get(key).map(|value| Self { value, ..self })
    }

    /// Returns the items of a list member.
    pub(crate) fn list(self, key: &str) -> impl Iterator<Item = Self> + use<'b> {
        spec::list(self.value, key).iter().map(move |value| Self { value, ..self })
    }

    /// Returns the items of a list. Anything else has none.
    pub(crate) fn items(self) -> impl Iterator<Item = Self> + use<'b> {
        let items = self.value.as_array().unwrap_or_default();
        items.iter().map(move |value| Self { value, ..self })
    }

    /// Returns the members of an object. Anything else has none.
    pub(crate) fn members(self) -> impl Iterator<Item = (&'b str, Self)> {
        spec::members(Some(self.value)).map(move |(name, value)| (name, Self { value, ..self }))
    }

    /// Returns the members of an object with names that can be shared.
    pub(crate) fn named_members(self) -> impl Iterator<Item = (&'b Arc<str>, Self)> {
        let members = self.value.as_object().into_iter().flat_map(Map::named);
        members.map(move |(name, value)| (name, Self { value, ..self }))
    }

    pub(crate) fn text(self, key: &str) -> &'b str {
        spec::text(self.value, key)
    }
}

impl<'d> Bundle<'d> {
    /// Reads all files that a document refers to, and those that they refer to. One that can't be
    /// read counts once a reference to it is followed.
    pub(crate) fn read(root: &'d Document, beside: &ReadBeside<'_>) -> Self {
        let mut bundle =
            Self { root, others: Vec::new(), paths: Vec::new(), known: HashMap::new() };
        let own = root.name.rsplit(['/', ':']).next().unwrap_or_default();
        bundle.known.insert(own.to_owned(), Ok(0));
        let mut next = 0;
        loop {
            let node = bundle.file(next);
            let folder = bundle.folder(next);
            let mut targets = Vec::new();
            collect(node.value, &mut targets);
            let mut paths: Vec<String> =
                targets.into_iter().filter_map(|target| path(folder, target)).collect();
            paths.sort_unstable();
            paths.dedup();
            for path in paths {
                bundle.add(path, beside);
            }
            next += 1;
            if next > bundle.others.len() {
                return bundle;
            }
        }
    }

    pub(crate) fn root(&self) -> Node<'_> {
        self.file(0)
    }

    /// Follows a reference as far as it leads. The error says why that is impossible.
    pub(crate) fn follow<'b>(&'b self, node: Node<'b>) -> Result<Node<'b>, Broken<'b>> {
        let mut node = node;
        for _ in 0..MAX_REFERENCES {
            let Some(reference) = node.value.get("$ref").filter(|value| value.is_string()) else {
                return Ok(node);
            };
            let target = reference.as_str().unwrap_or_default();
            node = self
                .resolve(node, target)
                .map_err(|reason| Broken::Unread(Unread::reference(self, node, reason)))?;
        }
        Err(Broken::Circular(node))
    }

    /// Returns the target of a reference that stands in the same file as a node.
    pub(crate) fn resolve<'b>(&'b self, from: Node<'b>, target: &str) -> Result<Node<'b>, String> {
        let file = match target.split('#').next() {
            None | Some("") => from.file,
            Some(_) => match path(self.folder(from.file), target) {
                None => return Err("only files beside the spec are read".to_owned()),
                Some(path) => match self.known.get(&path) {
                    Some(found) => found.clone()?,
                    None => return Err(format!("{path} wasn't read")),
                },
            },
        };
        let node = self.file(file);
        let fragment = target.split_once('#').map_or("", |(_, fragment)| fragment);
        if let Some(value) = plain(node.value, fragment) {
            return Ok(Node { value, file });
        }
        let other = "use '#/…' to refer to something in this file";
        let pointer = spec::percent_decoded(fragment).ok_or(other)?;
        match node.value.pointer(&pointer) {
            Some(value) => Ok(Node { value, file }),
            None if pointer.starts_with('/') => Err("nothing is there".to_owned()),
            None => Err(other.to_owned()),
        }
    }

    /// Returns `file:line:column` of a member of a node, or of the node for an empty key.
    pub(crate) fn location(&self, node: Node<'_>, key: &str) -> String {
        let document = if node.file == 0 { self.root } else { &self.others[node.file - 1] };
        document.member_location(node.value, key).unwrap_or_else(|| {
            document.location(&pointer(&document.value, node.value).unwrap_or_default())
        })
    }

    /// Returns all files.
    pub(crate) fn files(&self) -> impl Iterator<Item = Node<'_>> {
        (0..=self.others.len()).map(|file| self.file(file))
    }

    fn file(&self, file: usize) -> Node<'_> {
        let value = if file == 0 { &self.root.value } else { &self.others[file - 1].value };
        Node { value, file }
    }

    /// Returns the folder of a file, from that of the root.
    fn folder(&self, file: usize) -> &str {
        let path = if file == 0 { "" } else { &self.paths[file - 1] };
        path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    fn add(&mut self, path: String, beside: &ReadBeside<'_>) {
        if self.known.contains_key(&path) {
            return;
        }
        let document = match self.others.len() {
            MAX_FILES => Err(format!("there are more than {MAX_FILES} files")),
            _ => beside(&path)
                .and_then(|text| Document::parse(&path, text).map_err(|error| error.to_string())),
        };
        let found = document.map(|document| {
            self.others.push(document);
            self.paths.push(path.clone());
            self.others.len()
        });
        self.known.insert(path, found);
    }
}

/// Follows references, of which many lead to the same place.
pub(crate) struct References<'b> {
    bundle: &'b Bundle<'b>,
    /// What references lead to, by the file that they are in and the address of their text, of
    /// which a file has one copy.
    known: HashMap<(usize, usize), Node<'b>>,
}

impl<'b> References<'b> {
    pub(crate) fn new(bundle: &'b Bundle<'b>) -> Self {
        Self { bundle, known: HashMap::new() }
    }

    /// Does what [`Bundle::resolve`] does. The target must be a text in the file.
    pub(crate) fn resolve(&mut self, from: Node<'b>, target: &'b str) -> Result<Node<'b>, String> {
        let key = (from.file, target.as_ptr().addr());
        if let Some(node) = self.known.get(&key).filter(|_| !target.is_empty()) {
            return Ok(*node);
        }
        let node = self.bundle.resolve(from, target)?;
        self.known.insert(key, node);
        Ok(node)
    }
}

/// Why a reference can't be followed.
pub(crate) enum Broken<'b> {
    Unread(Unread),
    /// It leads back to itself.
    Circular(Node<'b>),
}

/// Something that wasn't read, so that it can't be compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Unread {
    /// A reference or a keyword.
    pub(crate) name: String,
    /// Where it is, and why it wasn't read.
    pub(crate) message: String,
}

impl Unread {
    /// A reference that can't be followed.
    pub(crate) fn reference(bundle: &Bundle<'_>, node: Node<'_>, reason: String) -> Self {
        let reference = node.value.get("$ref").unwrap_or(&Value::Null);
        let location = bundle.location(node, "$ref");
        let message = format!("{location}: the reference {reference} cannot be followed; {reason}");
        let name = reference.as_str().map_or_else(|| reference.to_string(), str::to_owned);
        Self { name, message }
    }

    /// What a value of a discriminator stands for, which can't be found.
    pub(crate) fn mapped(
        bundle: &Bundle<'_>,
        mapping: Node<'_>,
        value: &str,
        reason: &str,
    ) -> Self {
        let location = bundle.location(mapping, value);
        let name = mapping.text(value).to_owned();
        let message = format!("{location}: the reference {name:?} cannot be followed; {reason}");
        Self { name, message }
    }

    /// A keyword that isn't read.
    pub(crate) fn keyword(bundle: &Bundle<'_>, node: Node<'_>, keyword: &str) -> Self {
        let location = bundle.location(node, keyword);
        let message = format!("{location}: `{keyword}` isn't read; write out what it stands for");
        Self { name: keyword.to_owned(), message }
    }
}

/// Follows a pointer without escapes, as nearly all are.
fn plain<'v>(root: &'v Value, pointer: &str) -> Option<&'v Value> {
    let steps = pointer.strip_prefix('/').filter(|steps| !steps.contains(['%', '~']))?;
    steps.split('/').try_fold(root, |node, step| node.as_object()?.get(step))
}

/// Returns the path of a reference to another file, from the folder of the root. `None` for
/// references within a file, and for addresses, which aren't read.
fn path(folder: &str, target: &str) -> Option<String> {
    let file = spec::percent_decoded(target.split('#').next()?)?;
    if file.is_empty() || file.starts_with('/') || file.contains([':', '\\', '\0']) {
        return None;
    }
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in file.split('/') {
        match step {
            "" | "." => {}
            ".." if steps.last().is_some_and(|step| *step != "..") => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    Some(steps.join("/"))
}

/// Whether the target of a mapping is in another file, and not the name of a component.
fn is_file(target: &str) -> bool {
    !target.starts_with('#') && target.contains(['.', '/'])
}

fn collect<'v>(node: &'v Value, targets: &mut Vec<&'v str>) {
    let mut queue = vec![node];
    while let Some(node) = queue.pop() {
        match node {
            Value::Array(items) => queue.extend(items.iter()),
            Value::Object(members) => {
                if let Some(target) = members.get("$ref").and_then(Value::as_str)
                    && !target.starts_with('#')
                {
                    targets.push(target);
                }
                // Values of a discriminator may stand for schemas in other files.
                let mapping = members.get("discriminator").and_then(|node| node.get("mapping"));
                let mapped = spec::members(mapping).filter_map(|(_, value)| value.as_str());
                targets.extend(mapped.filter(|target| is_file(target)));
                queue.extend(members.values());
            }
            _ => {}
        }
    }
}

/// Returns the pointer of a value within another.
fn pointer(root: &Value, wanted: &Value) -> Option<String> {
    let mut queue = vec![(root, String::new())];
    while let Some((node, pointer)) = queue.pop() {
        if std::ptr::eq(node, wanted) {
            return Some(pointer);
        }
        match node {
            Value::Array(items) => {
                let items = items.iter().enumerate();
                queue.extend(items.map(|(index, item)| (item, format!("{pointer}/{index}"))));
            }
            Value::Object(members) => {
                queue.extend(
                    members
                        .iter()
                        .map(|(key, value)| (value, format!("{pointer}/{}", pointer_token(key)))),
                );
            }
            _ => {}
        }
    }
    None
}
