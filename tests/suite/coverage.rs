//! What `jogg-api-ext` wraps of the API: all of it, by what the server received.

use std::collections::BTreeSet;

use jogg_api::operations::OPERATIONS;

use crate::wire::sent;

#[test]
fn every_operation_is_reached_through_the_public_api() {
    let received: BTreeSet<_> = sent()
        .iter()
        .flat_map(|sent| &sent.requests)
        .filter_map(|request| request.operation)
        .collect();
    let known: BTreeSet<_> = OPERATIONS.iter().map(|operation| operation.id).collect();
    let missing: Vec<_> = known.difference(&received).collect();
    assert!(missing.is_empty(), "not reached: {missing:?}");
    assert_eq!(received, known);
}
