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
//! `calls`, `contents` and `texts` are what a report says beside the changes, `locate` is where
//! they are, `levels` and `allow` are what the caller wants to know.

mod allow;
mod alternatives;
mod bases;
mod calls;
pub(crate) mod change;
mod components;
mod contents;
mod graph;
mod keywords;
mod levels;
pub(crate) mod locate;
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
pub(crate) mod texts;
mod tidy;
mod tree;
mod unread;
mod walk;
mod written;

use std::path::PathBuf;

use clap::ValueEnum;

use crate::failure::Failure;
use crate::output::{append, print};
use crate::text::cut;
use allow::Allowed;
use change::Change;
use report::Report;
use source::Source;

use levels::{FailOn, Severity};

/// A job summary of GitHub holds a mebibyte.
const SUMMARY: usize = 1_000_000;

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
    /// Show only changes that are at least this severe, on the wire or in code
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = Severity::Ok)]
    min: Severity,
    /// Exit with code 1 if there are changes of this level or worse, other than allowed ones
    #[arg(long, value_enum, value_name = "LEVEL", value_delimiter = ',')]
    fail_on: Vec<FailOn>,
    /// Allow the changes that a file lists, each with its reason, and fail for one that isn't there
    #[arg(long, value_name = "FILE")]
    allow: Option<PathBuf>,
    /// Append the report in Markdown to a file, such as a job's summary
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,
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

/// Compares two sides and prints the changes.
pub(crate) fn run(arguments: &DiffArguments) -> Result<(), Failure> {
    let DiffArguments { old, new, format, min, fail_on, allow, summary, allow_unread } = arguments;
    if old == "-" && new == "-" {
        return Err(Failure::nothing_compared(
            "only one side can come from standard input",
            "save the other to a file and name that",
        ));
    }
    let allow = allow.as_deref().map(Allowed::read).transpose()?;
    let (old, new) = read(old, new)?;
    let mut report = Report::without(&old, &new, allow_unread)?.with_generated_code(&old, &new)?;
    report.min = *min;
    let mut problems = Vec::new();
    if let Some(allow) = &allow {
        (report.allowed, problems) = allow.apply(&report.changes);
    }
    if let Some(file) = summary {
        append(file, &cut(&render::markdown(&report), SUMMARY))
            .map_err(|error| Failure::new(format!("--summary {}: {error}", file.display())))?;
    }
    let text = match format {
        Format::Text => render::text(&report),
        Format::Markdown => render::markdown(&report),
        Format::Json => {
            let text = serde_json::to_string_pretty(&render::json(&report));
            text.map_err(|error| Failure::new(format!("the report: {error}")))? + "\n"
        }
        Format::Github => {
            render::github(&report, &new, summary.as_ref().map(|_| "the job's summary"))
        }
    };
    print(format_args!("{text}"));
    problems.extend(failing(&report, fail_on, allow.is_some()));
    // The process ends: taking them apart first would take a part of its time.
    std::mem::forget((old, new, report));
    match problems.as_slice() {
        [] => Ok(()),
        problems => Err(Failure::new(problems.join("\n"))),
    }
}

/// Reads both sides at the same time.
fn read(old: &str, new: &str) -> Result<(Source, Source), Failure> {
    std::thread::scope(|scope| {
        let old = scope.spawn(|| Source::read(old));
        let new = Source::read(new);
        let old = old.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok((old?, new?))
    })
}

/// Prints the table of rules.
pub(crate) fn print_rules() {
    print(format_args!("{}", rules::markdown()));
}

/// Returns what the caller wants to fail for, if there is any.
fn failing(report: &Report, fail_on: &[FailOn], allows: bool) -> Option<String> {
    let open: Vec<&Change> =
        report.changes.iter().filter(|change| report.reason(change).is_none()).collect();
    let mut reasons = Vec::new();
    let mut first = None;
    for level in fail_on {
        let mut failing = open.iter().filter(|change| level.includes(change)).peekable();
        first = first.or(failing.peek().copied());
        match failing.count() {
            0 => {}
            count => reasons.push(format!("{count} {}", level.described())),
        }
    }
    let first = first?;
    let mut message = format!("changes: {}; see each above", reasons.join(", "));
    if allows {
        let stub = Allowed::stub(first);
        message.push_str(&format!("\nto allow the first, add this with its reason:\n{stub}"));
    } else {
        message.push_str(", and `cargo xtask spec rules` for the reasons");
    }
    Some(message)
}

#[cfg(test)]
mod tests;
