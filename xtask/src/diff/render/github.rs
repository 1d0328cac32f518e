//! A report as commands of a GitHub workflow.

use std::cmp::Reverse;
use std::fmt::Write as _;

use super::super::change::Change;
use super::super::locate;
use super::super::report::Report;
use super::super::rules::Verdict;
use super::super::source::Source;
use super::groups::reasons;
use super::lines::values;
use super::text::text;
use crate::text::{command_message, command_property, counted, log_group};

/// GitHub shows at most this many annotations of a kind in a step.
const ANNOTATIONS: usize = 10;

/// How GitHub shows an annotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Notice,
    Warning,
    Error,
}

/// Prints an annotation for each operation with changes, the most severe first, at the line of its
/// most severe change if the new side is a spec. The whole report follows for the log. `elsewhere`
/// says where else it is.
pub(crate) fn github(report: &Report, new: &Source, elsewhere: Option<&str>) -> String {
    let open = report.shown().filter(|change| report.reason(change).is_none());
    let open: Vec<&Change> = open.collect();
    let mut operations: Vec<Vec<&Change>> =
        open.chunk_by(|a, b| a.operation == b.operation).map(<[_]>::to_vec).collect();
    for changes in &mut operations {
        changes.sort_by_key(|change| Reverse((Level::of(change), change.severity())));
    }
    let level = |changes: &Vec<&Change>| changes.first().map(|change| Level::of(change));
    operations.sort_by_key(|changes| Reverse(level(changes)));
    let mut output = String::new();
    for changes in operations.iter().take(ANNOTATIONS) {
        if let (Some(first), Some(level)) = (changes.first(), level(changes)) {
            let place = place(first, new);
            let (title, message) = annotation(report, changes);
            let _ = writeln!(output, "::{} {place}title={title}::{message}", level.name());
        }
    }
    let more = operations.len().saturating_sub(ANNOTATIONS);
    if more > 0 {
        let count = counted(more, "more operation");
        let place = elsewhere.unwrap_or("the log of this step");
        let _ = writeln!(output, "{count} without an annotation: see {place}");
    }
    output + &log_group("The whole report", &text(report))
}

impl Level {
    /// What breaks a released SDK is an error. Code notices its breaks when it is regenerated.
    fn of(change: &Change) -> Self {
        let effect = change.effect();
        match (effect.wire, effect.source) {
            (Verdict::Break, _) => Self::Error,
            (Verdict::Ok, Verdict::Ok) => Self::Notice,
            _ => Self::Warning,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Returns the title and the message about the changes of an operation.
fn annotation(report: &Report, changes: &[&Change]) -> (String, String) {
    let Some(first) = changes.first() else { return Default::default() };
    let mut title = first.operation_name();
    if let Some(call) = report.call(first) {
        let _ = write!(title, " ({call})");
    }
    let what = match changes.len() {
        1 => first.rule.id.to_owned(),
        count => counted(count, "change"),
    };
    let mut lines = Vec::new();
    for (change, why) in changes.iter().zip(reasons(changes)) {
        let effect = change.effect();
        lines.push(format!(
            "{} {}: {} (wire {}, source {})",
            change.rule.id,
            change.at,
            values(change, str::to_owned),
            effect.wire,
            effect.source,
        ));
        lines.extend(why.map(str::to_owned));
    }
    (command_property(&format!("{title}: {what}")), command_message(&lines.join("\n")))
}

/// Returns the file and line of a change, as properties of a command.
fn place(change: &Change, new: &Source) -> String {
    let Some(file) = &new.file else { return String::new() };
    let line = locate::line(change, new).map(|line| format!("line={line},"));
    format!("file={},{}", command_property(file), line.unwrap_or_default())
}
