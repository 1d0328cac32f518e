//! `cargo xtask spec diff`: what changed between two specs, and what that means for users of the
//! SDK.
//!
//! Both sides become graphs of schemas, with references followed and `allOf` merged as in a
//! surface, and both graphs become one, in which equal schemas are one node. So hoisting, inlining,
//! splitting, reordering and renaming components change nothing, a printed surface can replace a
//! spec on either side, and what is equal is never compared. The rest is compared in pairs, each
//! once however many places have it: the cost grows with the size of the specs, not with that of
//! their schemas written out. The diff itself matches operations that moved, path parameters by
//! position, and the branches of `oneOf`, which have no names; and it reports what was added or
//! removed with all that is in it as one change.
//!
//! The order of the modules: `source` reads, `tree`, `tidy`, `graph` and `normal` shape,
//! `matching` and `bases` find counterparts, `operations`, `message`, `schema`, `alternatives` and
//! `keywords` compare, `pairs` and `places` tell what differs from where, `rules` judges, `report`
//! sums up, `unread` says what wasn't compared, `render` prints.

mod alternatives;
mod bases;
pub(crate) mod change;
mod components;
mod graph;
mod keywords;
mod matching;
mod message;
mod node;
mod normal;
mod operations;
mod pairs;
mod places;
mod prose;
pub(crate) mod render;
pub(crate) mod report;
mod rules;
mod schema;
pub(crate) mod source;
mod tidy;
mod tree;
mod unread;
mod walk;
mod written;

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
    /// Go on without something that can't be compared: a reference or a keyword
    #[arg(long, value_name = "NAME")]
    allow_unread: Vec<String>,
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
    let DiffArguments { old, new, format, fail_on, allow_unread } = arguments;
    if old == "-" && new == "-" {
        return Err(Failure::nothing_compared(
            "only one side can come from standard input",
            "save the other to a file and name that",
        ));
    }
    let (old, new) = (Source::read(old)?, Source::read(new)?);
    let report = Report::without(&old, &new, allow_unread)?.with_generated_code(&old, &new)?;
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
