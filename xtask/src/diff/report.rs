//! The result of a diff: its changes in order, their verdicts, and the version bump.

use super::change::Change;
use super::operations;
use super::prose::{self, Prose};
use super::rules::Verdict;
use super::source::Source;
use super::tree::Tree;
use crate::failure::Failure;

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
}

/// The part of a version number that changes while it is below 1.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
        let matches = operations::matches(old_tree, new_tree);
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
        })
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
        let bump = match self.changes.is_empty() {
            true => Bump::None,
            false if self.count(Verdict::Break).1 > 0 => Bump::Minor,
            false => Bump::Patch,
        };
        [("jogg-api", bump), ("jogg-api-ext", bump)]
    }
}

impl Bump {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
        }
    }
}
