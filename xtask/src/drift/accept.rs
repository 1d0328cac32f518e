//! `cargo xtask spec accept`: stubs in the ledger for what nobody has acknowledged, and a new pin.

use std::path::Path;

use super::difference::{Change, Comparison};
use super::ledger::{Entry, Ledger, Operations};
use super::pin::{self, Pin};
use super::review::{Problem, Review};
use super::{Sides, Source};
use crate::failure::Failure;
use crate::text::counted;

/// What to acknowledge, and what else to write.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    sides: Sides,
    /// Remove acknowledgements that no difference is about any longer
    #[arg(long)]
    prune: bool,
    /// Make this the state that was reviewed, as published on this day
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = pin::date)]
    pin: Option<String>,
}

/// Writes a stub for each change that nobody has acknowledged. The reasons are left to people.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { sides, prune, pin } = arguments;
    let (upstream, spec) = (Source::read(&sides.upstream)?, sides.spec()?);
    let name = sides.ledger_name();
    let before = sides.ledger()?;
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
    // What was written must be readable before it takes the place of what was there.
    Ledger::parse(&name, &text)?;
    if is_new || text != old_text {
        write(&sides.ledger_path(), &name, &text)?;
    }
    if *prune {
        println!("{name}: {} cut", entries(pruned));
    } else if left > 0 {
        println!("{name}: {} left; `{} --prune` cuts what is stale", entries(left), sides.accept());
    }
    println!("{name}: {} added", counted(stubs.len(), "stub"));
    if let Some(pin) = pin {
        let (path, name) = sides.pinned();
        write(&path, &name, &pin.text())?;
        println!("{name}: pinned {}, sha256 {}", pin.date, pin.sha256);
    }
    if !stubs.is_empty() {
        println!("give each stub a reason in place of TODO, then run `{}`", sides.drift());
    }
    Ok(())
}

fn entries(stale: usize) -> String {
    match stale {
        1 => "1 stale entry".to_owned(),
        count => format!("{count} stale entries"),
    }
}

/// The changes that no entry is about, with the operations that have them.
fn stubs(review: &Review<'_>, comparison: &Comparison) -> Vec<(Change, Operations)> {
    let stub = |problem: &Problem<'_>| match problem {
        Problem::Unacknowledged { change, differences, .. } => {
            let operations = differences.iter().map(|difference| difference.operation.clone());
            let operations = Operations::of(operations.collect(), &comparison.common);
            Some(((*change).clone(), operations))
        }
        _ => None,
    };
    review.problems.iter().filter_map(stub).collect()
}

/// The entries of which something is stale, with the operations that remain to each.
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
    std::fs::write(path, text).map_err(|error| Failure::new(format!("{name}: {error}")))
}
