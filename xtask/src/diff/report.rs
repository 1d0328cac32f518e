//! The result of a diff: its changes in order, their verdicts, what the generated code makes of
//! them, and the version bump.

use std::collections::{BTreeMap, BTreeSet};

use super::calls::Calls;
use super::change::Change;
use super::levels::Severity;
use super::operations::{self, Ids};
use super::prose::{self, Prose};
use super::rules::Verdict;
use super::source::Source;
use super::tree::Tree;
use crate::codegen;
use crate::document::Document;
use crate::failure::Failure;
use crate::public_api::{ApiChange, ApiEffect, PublicApi};
use crate::spec;
use crate::surface::{OperationName, template};
use crate::text::quoted;

/// The result of a diff.
#[derive(Debug)]
pub(crate) struct Report {
    /// The names of both sides.
    pub(crate) names: [String; 2],
    /// How many operations each side has.
    pub(crate) operations: [usize; 2],
    pub(crate) changes: Vec<Change>,
    /// `None` where a side is a surface, which has no prose.
    pub(crate) prose: Option<Prose>,
    /// What changes in the code that is generated from both sides. `None` unless both are specs
    /// that code can be generated from.
    pub(crate) api: Option<Vec<ApiChange>>,
    /// What the operations are called in code.
    pub(crate) calls: Calls,
    /// Why changes are allowed, by their fingerprints.
    pub(crate) allowed: BTreeMap<String, String>,
    /// The least severe changes to show.
    pub(crate) min: Severity,
}

/// The part of a version number that changes while it is below 1.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Bump {
    None,
    Patch,
    Minor,
}

impl Report {
    /// Compares two surfaces, and the prose if both are specs. Fails if there is nothing to
    /// compare, or a difference that no rule is about: neither may pass for "nothing changed".
    pub(crate) fn of(old: &Source, new: &Source) -> Result<Self, Failure> {
        let trees = [Tree::of(&old.surface), Tree::of(&new.surface)];
        let [old_tree, new_tree] = &trees;
        if old_tree.operations.is_empty() && new_tree.operations.is_empty() {
            return Err(Failure::nothing_compared(
                &format!("neither {} nor {} has an operation", old.name, new.name),
                "name specs with `paths`; `cargo xtask spec surface FILE` shows what is read from \
                 one",
            ));
        }
        let [old_ids, new_ids] = [old, new].map(operation_ids);
        let matches = operations::matches(old_tree, new_tree, [&old_ids, &new_ids]);
        let mut changes = operations::compare(old_tree, new_tree, &matches);
        changes.sort_by(|a, b| a.report_key().cmp(&b.report_key()));
        if changes.is_empty()
            && let Some(line) = old.surface.lines.symmetric_difference(&new.surface.lines).next()
        {
            return Err(Failure::nothing_compared(
                &format!("no rule is about `{line}`, which is on one side only"),
                "print a surface that was changed by hand again, with \
                 `cargo xtask spec surface SPEC`",
            ));
        }
        let prose = match (&old.document, &new.document) {
            (Some(old), Some(new)) => Some(prose::compare(old, new, &matches.both)),
            _ => None,
        };
        Ok(Self {
            names: [old.name.clone(), new.name.clone()],
            operations: [old_tree.operations.len(), new_tree.operations.len()],
            changes,
            prose,
            api: None,
            calls: Calls::of(&[old, new]),
            allowed: BTreeMap::new(),
            min: Severity::Ok,
        })
    }

    /// Adds what changes in the generated code, if both sides are specs that code is generated
    /// from.
    pub(crate) fn with_generated_code(
        mut self,
        old: &Source,
        new: &Source,
    ) -> Result<Self, Failure> {
        if generated_from(old).is_some()
            && let (Some(old), Some(new)) = (generated_api(old)?, generated_api(new)?)
        {
            self.api = Some(old.changes_to(&new));
        }
        Ok(self)
    }

    /// Returns the changes that are severe enough to be shown.
    pub(crate) fn shown(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| self.min.includes(change))
    }

    /// Counts the changes that aren't shown.
    pub(crate) fn hidden(&self) -> usize {
        self.changes.len() - self.shown().count()
    }

    /// Returns why a change is allowed, if it is.
    pub(crate) fn reason(&self, change: &Change) -> Option<&str> {
        // Fingerprints are hashes of everything that changed.
        if self.allowed.is_empty() {
            return None;
        }
        self.allowed.get(&change.fingerprint()).map(String::as_str)
    }

    /// Returns what the operation of a change is called in code.
    pub(crate) fn call(&self, change: &Change) -> Option<String> {
        self.calls.shown(change.operation.as_ref())
    }

    /// Counts the changes with this verdict for the wire, and for source code.
    pub(crate) fn count(&self, verdict: Verdict) -> (usize, usize) {
        let effects = || self.changes.iter().map(Change::effect);
        (
            effects().filter(|effect| effect.wire == verdict).count(),
            effects().filter(|effect| effect.source == verdict).count(),
        )
    }

    /// Returns the version bump of each crate once it is regenerated. Before 1.0 a break needs a
    /// minor version, anything else a patch. The low-level types are part of jogg-api-ext's API,
    /// and its simulator responds as the spec says, so both crates have the same bump.
    pub(crate) fn bumps(&self) -> [(&'static str, Bump); 2] {
        let api = self.api.as_deref().unwrap_or_default();
        let wire = match self.changes.is_empty() {
            true => Bump::None,
            false if self.count(Verdict::Break).1 > 0 => Bump::Minor,
            false => Bump::Patch,
        };
        let bump = wire.max(Bump::of(api));
        [("jogg-api", bump), ("jogg-api-ext", bump)]
    }
}

/// Returns the operations of a side by their ids, without ids that several have.
fn operation_ids(source: &Source) -> Ids {
    let mut ids = Ids::new();
    let mut seen = BTreeSet::new();
    for operation in source.document.iter().flat_map(spec::operations) {
        let (path, _) = template(operation.path);
        let name = OperationName { method: operation.method.to_uppercase(), path };
        match seen.insert(operation.id()) {
            true if !operation.id().is_empty() => drop(ids.insert(operation.id().to_owned(), name)),
            _ => drop(ids.remove(operation.id())),
        }
    }
    ids
}

/// Returns the spec of a side that code is generated from: one that says how its operations are to
/// be retried, which no other tool writes.
fn generated_from(source: &Source) -> Option<&Document> {
    let document = source.document.as_ref()?;
    let operations = spec::operations(document);
    operations.iter().any(|operation| operation.node.get(spec::RETRY).is_some()).then_some(document)
}

/// Returns the public API of the code that is generated from a side, if code is.
pub(super) fn generated_api(source: &Source) -> Result<Option<PublicApi>, Failure> {
    let Some(document) = generated_from(source) else { return Ok(None) };
    let api = codegen::generate(document)
        .and_then(|files| PublicApi::of(files.iter().map(|(name, text)| (*name, text.as_str()))));
    let api = api.map_err(|reason| {
        let command = format!("cargo xtask codegen --check --spec {}", quoted(&document.name));
        Failure::nothing_compared(
            &format!("{}: its generated code can't be compared: {reason}", document.name),
            &format!("fix it until `{command}` generates code"),
        )
    })?;
    Ok(Some(api))
}

impl Bump {
    /// Returns the bump that changes of the generated code need.
    pub(crate) fn of(changes: &[ApiChange]) -> Self {
        match changes {
            [] => Self::None,
            _ if changes.iter().any(|change| change.effect == ApiEffect::Break) => Self::Minor,
            _ => Self::Patch,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
        }
    }
}
