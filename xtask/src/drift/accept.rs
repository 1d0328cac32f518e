//! `cargo xtask spec accept`: adds stubs to the ledger for new differences, and writes the pin.

use std::path::Path;

use super::difference::{Comparison, Difference};
use super::inputs::Inputs;
use super::ledger::{Entry, Ledger, Operations};
use super::pin::{self, Pin};
use super::review::{Problem, Review};
use crate::diff::source::Source;
use crate::failure::Failure;
use crate::output::{self, say};
use crate::text::counted;

/// The arguments of `spec accept`.
#[derive(Debug, clap::Args)]
pub(crate) struct AcceptArguments {
    #[command(flatten)]
    inputs: Inputs,
    /// Remove entries, or operations of entries, whose difference no longer exists
    #[arg(long)]
    prune: bool,
    /// Pin upstream as reviewed, with the day on which it was published. Refused while `drift` has
    /// problems
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = pin::date)]
    pin: Option<String>,
}

/// Adds a stub for each difference that no entry acknowledges. People write the reasons.
pub(crate) fn run(arguments: &AcceptArguments) -> Result<(), Failure> {
    let AcceptArguments { inputs, prune, pin } = arguments;
    let (upstream, spec) = (Source::read(&inputs.upstream)?, inputs.spec()?);
    let name = inputs.ledger_name();
    let before = inputs.ledger()?;
    let is_new = before.is_none();
    let mut ledger = before.unwrap_or_else(|| Ledger::empty(&name));
    let comparison = Comparison::of(&upstream, &spec)?;
    let pin = pin.as_ref().map(|date| Pin::new(date, upstream)).transpose()?;
    let old_text = ledger.text.clone();

    let mut pruned = 0;
    if *prune {
        let review = Review::of(&comparison, &ledger);
        let stale = stale(&review, &comparison);
        pruned = stale.len();
        let text = ledger.without(&stale);
        ledger = Ledger::parse(&name, &text)?;
    }
    let review = Review::of(&comparison, &ledger);
    let stubs = stubs(&review, &comparison);
    let left = stale(&review, &comparison).len();
    let text = ledger.with_stubs(&stubs);
    // A text that can't be read back must not replace the ledger.
    let after = Ledger::parse(&name, &text)?;
    if is_new || text != old_text {
        write(&inputs.ledger_path(), &name, &text)?;
    }
    if *prune {
        say!("{name}: {} removed", counted(pruned, "stale entry"));
    } else if left > 0 {
        let left = counted(left, "stale entry");
        say!("{name}: {left} kept; `{} --prune` removes what is stale", inputs.accept_command());
    }
    say!("{name}: {} added", counted(stubs.len(), "stub"));
    if !stubs.is_empty() {
        say!("replace TODO by a reason in each stub, then run `{}`", inputs.drift_command());
    }
    let Some(pin) = pin else { return Ok(()) };
    // What isn't understood yet must not pass for reviewed.
    let name = inputs.pin_name();
    match Review::of(&comparison, &after).problems.len() {
        0 => {
            write(&inputs.pin_path(), &name, &pin.text())?;
            say!("{name}: pinned {}, sha256 {}", pin.date, pin.sha256);
            Ok(())
        }
        count => Err(Failure::new(format!(
            "{name}: not pinned, because of {}; `{}` lists what to do first",
            counted(count, "problem"),
            inputs.drift_command()
        ))),
    }
}

/// Returns the differences that no entry acknowledges, with the operations that have them.
fn stubs(review: &Review<'_>, comparison: &Comparison) -> Vec<(Difference, Operations)> {
    let stub = |problem: &Problem<'_>| match problem {
        Problem::Unacknowledged { difference, occurrences, .. } => {
            let operations = occurrences.iter().map(|occurrence| occurrence.operation.clone());
            let operations = Operations::of(operations.collect(), &comparison.common);
            Some(((*difference).clone(), operations))
        }
        _ => None,
    };
    review.problems.iter().filter_map(stub).collect()
}

/// Returns the entries that are stale in some operations, with those that remain.
fn stale<'r>(review: &Review<'r>, comparison: &Comparison) -> Vec<(&'r Entry, Operations)> {
    let left = |problem: &Problem<'r>| match problem {
        Problem::Stale { entry, operations } => {
            let all = entry.expanded(&comparison.common);
            Some((*entry, Operations::Listed(all.difference(operations).cloned().collect())))
        }
        _ => None,
    };
    review.problems.iter().filter_map(left).collect()
}

fn write(path: &Path, name: &str, text: &str) -> Result<(), Failure> {
    output::write(path, text).map_err(|error| Failure::new(format!("{name}: {error}")))
}
