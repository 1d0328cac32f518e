//! `cargo xtask spec diff`: what changed between two specs, and what that means for users of the
//! SDK.
//!
//! Both sides become surfaces, the surfaces become trees, and the trees are compared in lock-step.
//! A comparison of the documents themselves would have to follow references, merge `allOf`, guard
//! against recursion and order alternatives on the way; a surface has all that done. So hoisting,
//! inlining, splitting, reordering and renaming components change nothing, and a printed surface
//! can replace a spec on either side. The diff itself matches operations that moved, path
//! parameters by position, and the branches of `oneOf`, which have no names; and it reports a
//! subtree that was added or removed as one change.
//!
//! The order of the modules: `source` reads, `tree` shapes, `operations`, `message`, `schema`,
//! `alternatives` and `keywords` compare, `rules` judges, `report` sums up, `render` prints.

mod alternatives;
pub(crate) mod change;
mod keywords;
mod message;
mod operations;
mod prose;
pub(crate) mod render;
pub(crate) mod report;
mod rules;
mod schema;
pub(crate) mod source;
mod tree;
mod walk;

use clap::ValueEnum;

use crate::failure::Failure;
use crate::output::print;
use report::Report;
use rules::Verdict;
use source::Source;

/// The arguments of `spec diff`.
#[derive(Debug, clap::Args)]
pub(crate) struct DiffArguments {
    /// The older spec or printed surface: a file, `-` for standard input, or `REV:path` through git
    old: String,
    /// The newer spec or printed surface
    new: String,
    /// The format of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Exit with code 1 if there are changes of these kinds
    #[arg(long, value_enum, value_name = "KIND", value_delimiter = ',')]
    fail_on: Vec<FailOn>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Format {
    Text,
    Markdown,
    Json,
    /// Workflow commands, which GitHub shows as annotations
    Github,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailOn {
    /// Changes that break a released SDK
    WireBreak,
    /// Changes that break code which uses the SDK, once that is regenerated
    SourceBreak,
    /// Any change
    Any,
}

/// Compares two sides and prints the changes.
pub(crate) fn run(arguments: &DiffArguments) -> Result<(), Failure> {
    let DiffArguments { old, new, format, fail_on } = arguments;
    if old == "-" && new == "-" {
        return Err(Failure::nothing_compared(
            "only one side can come from standard input",
            "save the other to a file and name that",
        ));
    }
    let (old, new) = (Source::read(old)?, Source::read(new)?);
    let report = Report::of(&old, &new)?.with_generated_code(&old, &new)?;
    let text = match format {
        Format::Text => render::text(&report),
        Format::Markdown => render::markdown(&report),
        Format::Json => format!("{:#}\n", render::json(&report)),
        Format::Github => render::github(&report, &new),
    };
    print(format_args!("{text}"));
    check_kinds(&report, fail_on)
}

/// Prints the table of rules.
pub(crate) fn print_rules() {
    print(format_args!("{}", rules::markdown()));
}

fn check_kinds(report: &Report, fail_on: &[FailOn]) -> Result<(), Failure> {
    let (wire, source) = report.count(Verdict::Break);
    let mut reasons = Vec::new();
    for kind in fail_on {
        let (count, what) = match kind {
            FailOn::WireBreak => (wire, "that break released SDKs"),
            FailOn::SourceBreak => (source, "that break code which uses the SDK"),
            FailOn::Any => (report.changes.len(), "of any kind"),
        };
        if count > 0 {
            reasons.push(format!("{count} {what}"));
        }
    }
    match reasons.is_empty() {
        true => Ok(()),
        false => Err(Failure::new(format!(
            "changes: {}; see each above, and `cargo xtask spec rules` for the reasons",
            reasons.join(", ")
        ))),
    }
}

#[cfg(test)]
mod tests;
