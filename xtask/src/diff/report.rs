//! What a diff found, as a whole: its findings in order, its verdicts, and what they ask of the
//! version numbers.

use super::finding::Finding;
use super::operations;
use super::prose::{self, Prose};
use super::rules::Verdict;
use super::source::Source;
use super::tree::Tree;
use crate::failure::Failure;

/// The result of a diff.
#[derive(Debug)]
pub(crate) struct Report {
    /// What was compared.
    pub(crate) names: [String; 2],
    /// The operations on each side.
    pub(crate) operations: [usize; 2],
    pub(crate) findings: Vec<Finding>,
    /// None where a side is a surface, which has no prose.
    pub(crate) prose: Option<Prose>,
}

/// Which part of a version number changes while it is below 1.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bump {
    None,
    Patch,
    Minor,
}

impl Report {
    /// Compares two surfaces, and the prose if both are specs. Comparing nothing fails, and so does
    /// a difference that no rule is about: neither may pass for "nothing changed".
    pub(crate) fn of(old: &Source, new: &Source) -> Result<Self, Failure> {
        let trees = [Tree::of(&old.surface), Tree::of(&new.surface)];
        let [old_tree, new_tree] = &trees;
        if old_tree.operations.is_empty() && new_tree.operations.is_empty() {
            return Err(Failure::nothing_compared(
                &format!("neither {} nor {} has an operation", old.name, new.name),
                "name specs with `paths`; `cargo xtask spec surface FILE` shows what is read of \
                 one",
            ));
        }
        let matches = operations::matches(old_tree, new_tree);
        let mut findings = operations::compare(old_tree, new_tree, &matches);
        findings.sort_by(|a, b| a.key().cmp(&b.key()));
        if findings.is_empty()
            && let Some(line) = old.surface.lines.symmetric_difference(&new.surface.lines).next()
        {
            return Err(Failure::nothing_compared(
                &format!("no rule is about `{line}`, which is on one side only"),
                "a surface that was changed by hand must be printed anew, with \
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
            findings,
            prose,
        })
    }

    /// How many findings have a verdict on the wire, and in the source.
    pub(crate) fn count(&self, verdict: Verdict) -> (usize, usize) {
        let effects = || self.findings.iter().map(Finding::effect);
        (
            effects().filter(|effect| effect.wire == verdict).count(),
            effects().filter(|effect| effect.source == verdict).count(),
        )
    }

    /// What regenerating asks of each crate. Before 1.0 a break takes a minor version, anything
    /// else a patch. The low-level types are part of jogg-api-ext's own API, and its simulator
    /// answers as the spec says, so the two go together.
    pub(crate) fn bumps(&self) -> [(&'static str, Bump); 2] {
        let bump = match self.findings.is_empty() {
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
