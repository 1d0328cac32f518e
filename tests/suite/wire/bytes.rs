//! Each request of the table, byte for byte.

use jogg_tests::wire;
use serde_json::Value;

use super::case::Case;
use super::table::{Sent, cases, expected, sent};

#[test]
fn every_request_is_sent_byte_for_byte() {
    let mut wrong = String::new();
    for Sent { case, requests, error } in sent() {
        let expected = expected(&case.target, &case.body);
        let actual = requests.first().map(wire).unwrap_or_default();
        // Only an upload goes on, to where its ticket leads.
        let others = requests.iter().skip(1).filter(|request| request.operation.is_some()).count();
        if actual != expected || others != 0 || error.is_some() {
            let name = &case.name;
            wrong += &format!(
                "\n{name}: {error:?}, {others} more\nexpected {expected}\nactual   {actual}\n"
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What a server gets of a tool call is what the tool call said.
#[test]
fn every_request_reads_and_writes_the_wire_form() {
    for Case { name, body, builder, .. } in cases() {
        let Some(builder) = builder else { continue };
        if !body.is_empty() {
            let body: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(builder.json, body, "{name}");
        }
        assert_eq!((builder.again)(&builder.json).as_ref(), Ok(&builder.json), "{name}");
    }
}
