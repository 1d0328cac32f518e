//! The places of a change: they are listed as far as they are few, and else counted.

use serde_json::json;

use super::super::change::Elsewhere;
use super::*;

/// Operations whose responses lead into chains of schemas. Each of a chain leads to the next twice.
#[derive(Clone, Copy)]
struct Chains {
    operations: usize,
    chains: usize,
    /// How many schemas of a chain lead to another.
    doublings: usize,
    /// How many properties change in the last of a chain.
    leaves: usize,
}

impl Chains {
    /// Returns a spec in which the properties at the ends have a type.
    fn spec(self, kind: &str) -> Source {
        let reference = |chain: usize, index: usize| {
            let target = format!("#/components/schemas/C{chain}N{index}");
            json!({"$ref": target})
        };
        let mut schemas = serde_json::Map::new();
        for chain in 0..self.chains {
            for index in 0..=self.doublings {
                let properties: Value = match index == self.doublings {
                    true => (0..self.leaves)
                        .map(|leaf| (format!("c{chain}k{leaf}"), json!({"type": kind})))
                        .chain([("same".to_owned(), json!({"type": "boolean"}))])
                        .collect(),
                    false => {
                        let next = reference(chain, index + 1);
                        json!({"p": next, "q": next})
                    }
                };
                let schema = json!({"type": "object", "properties": properties});
                schemas.insert(format!("C{chain}N{index}"), schema);
            }
        }
        let path = |index: usize| {
            let schema = reference(index % self.chains, 0);
            let content = json!({"application/json": {"schema": schema}});
            (format!("/a{index}"), json!({"get": {"responses": {"200": {"content": content}}}}))
        };
        let paths: Value = (0..self.operations).map(path).collect();
        let components = json!({"schemas": schemas});
        source(json!({"openapi": "3.0.3", "paths": paths, "components": components}))
    }

    /// Returns what is reported when the types at the ends change.
    fn changes(self) -> Vec<Change> {
        Report::of(&self.spec("string"), &self.spec("integer")).unwrap().changes
    }
}

const CHAIN: Chains = Chains { operations: 1, chains: 1, doublings: 0, leaves: 1 };

/// Compares how many places and operations have the only change. Returns where it is.
#[track_caller]
fn check_summed_up(chains: Chains, places: u64, operations: usize) -> String {
    let changes = chains.changes();
    let [change] = changes.as_slice() else { panic!("{} changes", changes.len()) };
    assert_eq!(change.elsewhere, Some(Elsewhere { places, operations }));
    change.at.clone()
}

#[test]
fn a_change_of_more_than_a_thousand_places_is_listed_once() {
    let of = |doublings| Chains { doublings, ..CHAIN };
    let changes = of(10).changes();
    assert_eq!(changes.len(), 1_024);
    assert!(changes.iter().all(|change| change.elsewhere.is_none()));
    check_summed_up(of(11), 2_048, 1);
}

#[test]
fn a_long_way_to_a_place_has_its_last_steps() {
    let at = check_summed_up(Chains { doublings: 63, ..CHAIN }, 1 << 63, 1);
    assert_eq!(at, format!("response 200 application/json ${}.c0k0", ".p".repeat(63)));
    let at = check_summed_up(Chains { doublings: 100, ..CHAIN }, u64::MAX, 1);
    assert_eq!(at, format!("response 200 application/json $.\"…\"{}.c0k0", ".p".repeat(64)));
}

#[test]
fn the_operations_that_have_a_change_are_counted() {
    for operations in [1, 3, 64, 65, 1_100] {
        let places = u64::try_from(operations).unwrap() << 40;
        check_summed_up(Chains { operations, doublings: 40, ..CHAIN }, places, operations);
    }
    check_summed_up(Chains { operations: 1_100, ..CHAIN }, 1_100, 1_100);
}

#[test]
fn changes_are_listed_until_they_are_too_many_together() {
    let of = |leaves| Chains { operations: 3, chains: 3, doublings: 9, leaves };
    let few = of(1).changes();
    assert_eq!(few.len(), 3 * 512);
    assert!(few.iter().all(|change| change.elsewhere.is_none()));
    let many = of(15).changes();
    let summed_up: Vec<&Change> = many.iter().filter(|change| change.elsewhere.is_some()).collect();
    assert_eq!((many.len() - summed_up.len(), summed_up.len()), (2 * 15 * 512, 15));
    let elsewhere = Some(Elsewhere { places: 512, operations: 1 });
    assert!(summed_up.iter().all(|change| change.elsewhere == elsewhere));
}

#[test]
fn properties_with_the_same_change_are_not_one_change() {
    let changes = Chains { leaves: 1_100, ..CHAIN }.changes();
    assert_eq!(changes.len(), 1_100);
    assert!(changes.iter().all(|change| change.elsewhere.is_none()));
}
