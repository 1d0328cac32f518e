//! What has to follow a change of the spec, in one test: each line says what is left, and the
//! command or the file where it is done.

use std::collections::BTreeSet;

use jogg_api::operations::OPERATIONS;
use jogg_tests::{cargo, spec};

use crate::wire::fields::unsent;
use crate::wire::table::{Sent, sent};

#[test]
fn what_follows_from_the_spec_is_done() {
    let mut left = Vec::new();
    for task in [
        &["spec", "lint"][..],
        &["codegen", "--check"],
        &["spec", "drift", "--upstream", "openapi/upstream.surface"],
    ] {
        left.extend(complaints(task));
    }
    left.extend(calls());
    left.extend(unsent());
    assert!(
        left.is_empty(),
        "left to do after a change of openapi/jogg.yaml; `cargo xtask regen` does a part of it, \
         and lists the rest:\n\n{}",
        left.join("\n")
    );
}

/// What a task complains of.
fn complaints(task: &[&str]) -> Option<String> {
    let run = ["run", "--quiet", "--package", "xtask", "--"];
    let output = cargo(&[&run, task].concat(), &[]);
    let text = format!("{}{}", output.stdout, output.stderr);
    (output.code != 0).then(|| format!("`cargo xtask {}`\n{text}", task.join(" ")))
}

/// The operations that are not called by the method that the spec names. A row of the table of
/// requests is made with a method, and the server received the operation.
fn calls() -> Vec<String> {
    let mut received = BTreeSet::new();
    for Sent { case, requests, .. } in sent() {
        let first = requests.first().and_then(|request| request.operation);
        received.extend(first.map(|operation| (operation, case.call)));
    }
    let named: BTreeSet<_> =
        OPERATIONS.iter().map(|operation| (operation.id, spec::call(operation))).collect();
    let missing = named.difference(&received).map(|(id, call)| {
        format!(
            "openapi/jogg.yaml says that `{call}` calls `{id}`, and no case in tests/suite/wire/ \
             does so: add one, or write `x-jogg-call: call` while no group has a method"
        )
    });
    let unnamed = received.difference(&named).map(|(id, call)| {
        format!(
            "a case in tests/suite/wire/ calls `{id}` by `{call}`, which openapi/jogg.yaml doesn't \
             say: write `x-jogg-call: {call}`"
        )
    });
    missing.chain(unnamed).collect()
}
