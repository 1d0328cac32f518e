//! The result of a diff: its changes in order, their verdicts, what the generated code makes of
//! them, and the version bump.

use std::collections::{BTreeMap, BTreeSet};

use super::calls::Calls;
use super::change::Change;
use super::levels::Severity;
use super::matching;
use super::node::ANY;
use super::operations::{self, Compared};
use super::pairs::Pairs;
use super::prose::{self, Prose};
use super::rules::Verdict;
use super::source::Source;
use super::tidy::tidy;
use super::tree::Tree;
use super::unread::{self, Counts};
use crate::codegen;
use crate::failure::Failure;
use crate::public_api::{ApiChange, ApiEffect, PublicApi};
use crate::text::quoted;

/// The result of a diff.
#[derive(Debug)]
pub(crate) struct Report {
    /// The names of both sides.
    pub(crate) names: [String; 2],
    /// How many operations each side has.
    pub(crate) operations: [usize; 2],
    /// How much was compared.
    pub(crate) compared: Counts,
    /// How many pairs of schemas were compared with each other.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests hold the cost against it"))]
    pub(super) work: usize,
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
    /// Compares two sides, and the prose if both are specs. Fails if there is nothing to compare,
    /// something that can't be compared, or a difference that no rule is about: none of these may
    /// pass for "nothing changed".
    pub(crate) fn of(old: &Source, new: &Source) -> Result<Self, Failure> {
        Self::compare(old, new, None)
    }

    /// Compares two sides without what is named as `unread`.
    pub(crate) fn without(old: &Source, new: &Source, unread: &[String]) -> Result<Self, Failure> {
        Self::compare(old, new, Some(unread))
    }

    fn compare(old: &Source, new: &Source, unread: Option<&[String]>) -> Result<Self, Failure> {
        let mut pairs = Pairs::default();
        let sides = [old, new].map(|side| pairs.graph.add(&side.api.schemas));
        let [old_tree, new_tree] = [(old, &sides[0]), (new, &sides[1])].map(|(side, schemas)| {
            let mut tree = Tree::of(&side.api, schemas, ANY);
            tidy(&mut tree, &pairs.graph);
            tree
        });
        if old_tree.operations.is_empty() && new_tree.operations.is_empty() {
            return Err(Failure::nothing_compared(
                &format!("neither {} nor {} has an operation", old.name, new.name),
                "name specs with `paths`; `cargo xtask spec surface FILE` shows what is read from \
                 one",
            ));
        }
        let ids = [&old.ids, &new.ids];
        let matches = matching::matches(&old_tree, &new_tree, ids, &pairs.graph);
        let Compared { mut changes, unmatched } =
            operations::compare(&old_tree, &new_tree, &matches, &mut pairs);
        changes.sort_by(|a, b| a.report_key().cmp(&b.report_key()));
        let unread = unread::check([old, new], unmatched.as_ref(), unread)?;
        check_explained(&changes, &pairs, || {
            operations::first_difference(&old_tree, &new_tree, &matches)
        })?;
        let prose = old.texts.as_ref().zip(new.texts.as_ref());
        let prose = prose.map(|(from, to)| {
            let mut prose = prose::compare(from, to, &matches.both);
            if let (Some(old), Some(new)) = (&old.document, &new.document)
                && prose.differences > 0
            {
                prose.places = prose::places(old, new);
            }
            prose
        });
        let schemas = sides.map(|ids| ids.into_iter().collect::<BTreeSet<_>>().len());
        Ok(Self {
            names: [old.name.clone(), new.name.clone()],
            operations: [old_tree.operations.len(), new_tree.operations.len()],
            compared: Counts {
                operations: matches.both.len(),
                schemas: schemas[0].max(schemas[1]),
                unread,
            },
            work: pairs.all.len(),
            changes,
            prose,
            api: None,
            calls: old.calls.followed_by(&new.calls),
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
        if old.generated_from().is_some()
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

/// Fails if something differs and nothing was reported.
fn check_explained(
    changes: &[Change],
    pairs: &Pairs,
    difference: impl FnOnce() -> Option<String>,
) -> Result<(), Failure> {
    if !changes.is_empty() {
        return Ok(());
    }
    match pairs.unexplained.clone().or_else(difference) {
        None => Ok(()),
        Some(line) => Err(Failure::nothing_compared(
            &format!("no rule is about `{line}`, which is on one side only"),
            "print a surface that was changed by hand again, with \
             `cargo xtask spec surface SPEC`",
        )),
    }
}

/// Returns the public API of the code that is generated from a side, if code is.
pub(super) fn generated_api(source: &Source) -> Result<Option<PublicApi>, Failure> {
    let Some(document) = source.generated_from() else { return Ok(None) };
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
