//! How severe a change is, as options of the command line.

use clap::ValueEnum;

use super::change::Change;
use super::rules::Verdict;

/// A change of released SDKs or of code is at least this severe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Severity {
    /// All changes
    Ok,
    /// Those that may break something, depending on what the spec doesn't say, and what follows
    Risk,
    /// Those after which something gives less than before, and what follows
    Loss,
    /// Those that break released SDKs, or code that uses them
    Break,
}

/// The changes that fail a run: each level includes those after it that are of its side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum FailOn {
    /// Any change
    Any,
    /// Changes that are a risk, a loss or a break, for released SDKs or for code
    Risk,
    /// Changes that are a loss or a break, for released SDKs or for code
    Loss,
    /// Changes that break released SDKs, or code
    Break,
    /// Changes that are a risk, a loss or a break for a released SDK
    WireRisk,
    /// Changes that are a loss or a break for a released SDK
    WireLoss,
    /// Changes that break a released SDK
    WireBreak,
    /// Changes that break code which uses the SDK, once that is regenerated
    SourceBreak,
}

impl Severity {
    /// Whether a change is at least this severe.
    pub(crate) fn includes(self, change: &Change) -> bool {
        change.severity() >= self.verdict()
    }

    fn verdict(self) -> Verdict {
        match self {
            Self::Ok => Verdict::Ok,
            Self::Risk => Verdict::Risk,
            Self::Loss => Verdict::Loss,
            Self::Break => Verdict::Break,
        }
    }
}

impl FailOn {
    /// Whether a change fails the run.
    pub(crate) fn includes(self, change: &Change) -> bool {
        let effect = change.effect();
        match self {
            Self::Any => true,
            Self::Risk => change.severity() >= Verdict::Risk,
            Self::Loss => change.severity() >= Verdict::Loss,
            Self::Break => change.severity() >= Verdict::Break,
            Self::WireRisk => effect.wire >= Verdict::Risk,
            Self::WireLoss => effect.wire >= Verdict::Loss,
            Self::WireBreak => effect.wire >= Verdict::Break,
            Self::SourceBreak => effect.source >= Verdict::Break,
        }
    }

    /// Returns what the changes are, in a message.
    pub(crate) fn described(self) -> &'static str {
        match self {
            Self::Any => "of any kind",
            Self::Risk => "that are at least a risk",
            Self::Loss => "that are at least a loss",
            Self::Break => "that break released SDKs or code",
            Self::WireRisk => "that are at least a risk for released SDKs",
            Self::WireLoss => "that are at least a loss for released SDKs",
            Self::WireBreak => "that break released SDKs",
            Self::SourceBreak => "that break code which uses the SDK",
        }
    }
}
