//! `cargo xtask spec diff`: what changed between two specs, and what that does to those who have
//! our SDK.
//!
//! Both sides become surfaces first, and the surfaces trees, which are walked in lock-step. A walk
//! over the documents themselves would have to follow references, merge `allOf`, guard against
//! recursion and order alternatives on the way; the surface has done all that, so that hoisting,
//! inlining, splitting, reordering and renaming components compare equal by construction, and a
//! printed surface can take the place of a spec on either side. What the surface does not settle is
//! settled here: operations that moved, path parameters by position, branches of `oneOf` without
//! names, subtrees that come and go as one finding.
//!
//! The order of things: `source` reads, `tree` shapes, `operations`, `message`, `schema`,
//! `alternatives` and `keywords` compare, `rules` judges, `report` sums up, `render` prints.

mod alternatives;
pub(crate) mod finding;
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

use std::io::Write as _;

use clap::ValueEnum;

use crate::failure::Failure;
use report::Report;
use rules::Verdict;
use source::Source;

/// What to compare, and how to say it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A spec or a printed surface: a file, `-` for standard input, or `REV:path` through git
    old: String,
    /// The same, as it is now
    new: String,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Exit with 1 when something of this kind was found
    #[arg(long, value_enum, value_name = "KIND", value_delimiter = ',')]
    fail_on: Vec<FailOn>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Format {
    Text,
    Markdown,
    Json,
    /// Workflow commands, which become annotations
    Github,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailOn {
    /// An SDK that is released stops working somewhere
    WireBreak,
    /// Code that uses the SDK stops compiling once it is regenerated
    SourceBreak,
    /// Anything at all
    Any,
}

/// Compares two sides and prints what differs.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { old, new, format, fail_on } = arguments;
    if old == "-" && new == "-" {
        return Err(Failure::nothing_compared(
            "only one side can come from standard input",
            "keep the other in a file and name that",
        ));
    }
    let (old, new) = (Source::read(old)?, Source::read(new)?);
    let report = Report::of(&old, &new)?;
    let text = match format {
        Format::Text => render::text(&report),
        Format::Markdown => render::markdown(&report),
        Format::Json => format!("{:#}\n", render::json(&report)),
        Format::Github => render::github(&report, &new),
    };
    // Whoever closed the pipe has seen enough.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    verdict(&report, fail_on)
}

/// Prints the rule table.
pub(crate) fn print_rules() {
    let _ = std::io::stdout().lock().write_all(rules::markdown().as_bytes());
}

fn verdict(report: &Report, fail_on: &[FailOn]) -> Result<(), Failure> {
    let (wire, source) = report.count(Verdict::Break);
    let mut reasons = Vec::new();
    for kind in fail_on {
        let (count, what) = match kind {
            FailOn::WireBreak => (wire, "break released SDKs"),
            FailOn::SourceBreak => (source, "break code that uses the SDK"),
            FailOn::Any => (report.findings.len(), "are there at all"),
        };
        if count > 0 {
            reasons.push(format!("{count} that {what}"));
        }
    }
    match reasons.is_empty() {
        true => Ok(()),
        false => Err(Failure::new(format!(
            "findings: {}; look at each above, and at `cargo xtask spec rules` for the reasons",
            reasons.join(", ")
        ))),
    }
}

#[cfg(test)]
mod tests;
