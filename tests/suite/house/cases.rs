//! Small crates, and what is found in them.

use super::circles::{self, Pair};
use super::graph::Graph;
use super::modules::Root;
use super::rooms::{self, Rooms};

/// The graph of a crate of these files: each line of `imports` is `from → to: names`.
fn graph(files: &[(&str, &str)]) -> Graph {
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    let roots = [Root { file: "lib.rs", known_as: Some("this") }];
    Graph::of(&files.collect(), &roots, false)
}

fn imports(files: &[(&str, &str)]) -> Vec<String> {
    let graph = graph(files);
    assert!(graph.unread.is_empty(), "{:?}", graph.unread);
    let files = graph.imports.iter();
    let lines = files.flat_map(|(from, imports)| {
        let names = |to| graph.names(from, to).join(", ");
        imports.keys().map(|to| format!("{from} → {to}: {}", names(to))).collect::<Vec<_>>()
    });
    lines.collect()
}

/// A crate of two files, `a.rs` and `b.rs`, which has `B` and `b()`; and what `a.rs` imports.
fn from_b(root: &str, a: &str) -> Vec<String> {
    let root = format!("mod a; mod b; {root}");
    imports(&[("lib.rs", &root), ("a.rs", a), ("b.rs", "pub struct B; pub fn b() {}")])
}

#[test]
fn every_way_to_import_a_name_ties_the_file_to_the_one_that_defines_it() {
    for (root, a, names) in [
        ("", "use crate::b::B;", "B"),
        ("", "use super::b::{B, b};", "B, b"),
        ("pub use b::B;", "use crate::B;", "B"),
        ("pub use self::b::B as Other;", "use crate::Other as Third;", "B"),
        ("pub use b::*;", "use crate::B;", "B"),
        ("pub use b::*;", "use super::*; fn f(_: B) {}", "B"),
        ("", "use crate::b; fn f() -> b::B { b::b() }", "B, b"),
        ("", "use crate::b;", "b (the module)"),
        ("", "use crate::b::{self as other}; fn f() { other::b() }", "b"),
        ("pub(crate) use b::b as renamed;", "fn f() { crate::renamed(); }", "b"),
        ("", "fn f(value: Vec<super::b::B>) {}", "B"),
        ("", "fn f() { use crate::b::b; b(); }", "b"),
        ("", "fn f() { println!(\"{}\", crate::b::b()); }", "b"),
        ("", "fn f() { let _ = vec![super::b::B]; }", "B"),
        ("", "impl super::b::B { fn f() {} }", "B"),
        ("", "#[serde(with = \"crate::b::b\")] struct A;", "b"),
        ("", "#[cfg(any(test, feature = \"f\"))] use crate::b::B;", "B"),
        ("", "macro_rules! make { () => { $crate::b::B }; }", "B"),
        ("", "use this::b::B;", "B"),
        ("", "mod inner { use super::super::b::B; }", "B"),
        ("pub use b as module;", "use crate::module::B;", "B"),
    ] {
        assert_eq!(from_b(root, a), [format!("a.rs → b.rs: {names}")], "{root} {a}");
    }
}

#[test]
fn what_is_no_import_ties_nothing() {
    for (root, a) in [
        ("", "#[cfg(test)] mod tests { use crate::b::B; }"),
        ("", "#[cfg(test)] use crate::b::B;"),
        ("", "struct A; impl A { #[cfg(test)] fn f() { crate::b::b() } }"),
        ("", "/// As [`crate::b::B`].\nstruct A;"),
        ("", "fn f(b: u32) -> u32 { b.b() + b }"),
        ("", "use std::b::B; use ::other::b;"),
        ("", "macro_rules! make { () => { super::b::B }; }"),
        ("", "fn f() { quote!(use crate::b::B;); syn::parse_quote!(crate::b::B) }"),
    ] {
        assert_eq!(from_b(root, a), Vec::<String>::new(), "{root} {a}");
    }
}

#[test]
fn names_that_macros_make_are_of_the_file_with_the_call() {
    let root = "mod a; mod b; mod made; pub use b::*;";
    let made = "macro_rules! made { ($name:ident) => { pub struct $name; }; } pub(crate) use made;";
    for (b, a) in [
        ("use crate::made::made; made!(Named);", "use crate::b::Named;"),
        ("use crate::made::made; made! { pub struct Named(Body); }", "use crate::Named;"),
        ("crate::made::made! { Named = 3; }", "use crate::Named;"),
    ] {
        let files = [("lib.rs", root), ("a.rs", a), ("b.rs", b), ("made.rs", made)];
        assert_eq!(imports(&files), ["a.rs → b.rs: Named", "b.rs → made.rs: made"], "{b} {a}");
    }
}

#[test]
fn a_folders_module_ties_only_what_it_uses_itself() {
    let root = ("lib.rs", "mod rooms;");
    let b = ("rooms/b.rs", "pub struct B; pub struct C;");
    let facade = "mod b; pub use b::{B, C};";
    assert_eq!(imports(&[root, ("rooms/mod.rs", facade), b]), Vec::<String>::new());
    let user = format!("{facade} fn f(_: C) {{}}");
    assert_eq!(imports(&[root, ("rooms.rs", &user), b]), ["rooms.rs → rooms/b.rs: C"]);
    let folder = graph(&[root, ("rooms.rs", &user), b]);
    assert_eq!(folder.folder("rooms.rs"), "rooms");
    assert_eq!(folder.folder("lib.rs"), "");
}

/// A macro is known in the modules below it without an import.
#[test]
fn a_macro_of_the_module_above_is_found() {
    let above = "macro_rules! made { () => {} } mod below;";
    let files = [("lib.rs", "mod a;"), ("a.rs", above), ("a/below.rs", "made!();")];
    assert_eq!(imports(&files), ["a/below.rs → a.rs: made"]);
}

#[test]
fn what_cannot_be_read_does_not_pass_for_no_circle() {
    for (files, unread) in [
        (vec![("lib.rs", "mod a;")], "a/mod.rs: no such file"),
        (vec![("lib.rs", ""), ("a.rs", "")], "a.rs: no `mod` declaration leads here"),
        (vec![("lib.rs", "use crate::made_by_magic;")], "lib.rs: no file defines `crate::made_by_"),
        (vec![("lib.rs", "fn f() { self::g() }")], "lib.rs: no file defines `self::g`"),
        (vec![("lib.rs", "fn f")], "lib.rs: "),
        (vec![("lib.rs", "#[path = \"b.rs\"] mod a;"), ("a.rs", "")], "a.rs: `#[path]` is not"),
    ] {
        let found = graph(&files).unread;
        assert!(found.len() == 1 && found[0].starts_with(unread), "{unread}: {found:?}");
    }
    let tests = [("lib.rs", "#[cfg(test)] mod tests;"), ("tests/mod.rs", ""), ("tests/a.rs", "")];
    assert!(graph(&tests).unread.is_empty());
}

const HALVES: [Pair; 1] = [Pair { files: ["a.rs", "b.rs"], reason: "a is the half of b" }];

#[test]
fn a_circle_through_a_re_export_is_found_and_described_in_order() {
    let a = ("a.rs", "use crate::B; pub struct A;");
    let b = ("b.rs", "pub struct B; fn f(c: super::C) {}");
    let c = ("c.rs", "pub use crate::b::B; pub struct C; impl From<crate::A> for C {}");
    for root in ["pub use a::A; pub use b::B; pub use c::C;", "pub use {a::*, b::*, c::C};"] {
        let root = format!("mod a; mod b; mod c; {root}");
        let found = circles::findings(&graph(&[("lib.rs", &root), a, b, c]), &[]);
        let described = "3 files import each other in a circle:\n  \
                    b.rs → c.rs: C\n  c.rs → b.rs: B\n\
                    and besides:\n  a.rs → b.rs: B\n  c.rs → a.rs: A\nTo break it, move";
        assert!(found.len() == 1 && found[0].starts_with(described), "{found:#?}");
        assert!(!found[0].contains("allow the pair"), "{found:#?}");
    }
}

#[test]
fn two_halves_of_one_thing_may_be_allowed_but_not_three() {
    let pair = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "pub struct A; use super::b::B;"),
        ("b.rs", "pub struct B; use crate::a::A;"),
    ];
    let found = circles::findings(&graph(&pair), &[]);
    assert!(found.len() == 1 && found[0].contains("allow the pair"), "{found:?}");
    assert!(circles::findings(&graph(&pair), &HALVES).is_empty());
    let unexplained = [Pair { files: ["b.rs", "a.rs"], reason: "" }];
    assert!(circles::findings(&graph(&pair), &unexplained)[0].contains("without a reason"));

    let mut three = pair.to_vec();
    three[0].1 = "mod a; mod b; mod c;";
    three[1].1 = "pub struct A; use super::b::B; use super::c::C;";
    three.push(("c.rs", "pub struct C; use super::a::A;"));
    let found = circles::findings(&graph(&three), &HALVES);
    assert!(found.len() == 1 && found[0].starts_with("3 files"), "{found:?}");
    // The circle that is new is drawn.
    let drawn: Vec<_> = found[0].lines().skip(1).take(2).collect();
    assert_eq!(drawn, ["  c.rs → a.rs: A", "  a.rs → c.rs: C"]);
}

#[test]
fn an_allowed_pair_that_no_longer_exists_is_reported() {
    for (root, a) in [("mod a; mod b;", ""), ("mod b;", "-"), ("mod a; mod b;", "use crate::b::B;")]
    {
        let mut files = vec![("lib.rs", root), ("b.rs", "pub struct B;")];
        files.extend((a != "-").then_some(("a.rs", a)));
        let found = circles::findings(&graph(&files), &HALVES);
        assert_eq!(
            found,
            ["a.rs and b.rs no longer import each other: take the pair out of the \
                            table"]
        );
    }
}

#[test]
fn files_of_two_folders_are_no_pair() {
    let allowed = [Pair { files: ["b.rs", "room/a.rs"], reason: "it is easier" }];
    let found = graph(&[
        ("lib.rs", "mod room; mod b;"),
        ("room/mod.rs", "pub mod a;"),
        ("room/a.rs", "pub struct A(crate::b::B);"),
        ("b.rs", "pub struct B; use crate::room::a::A;"),
    ]);
    let found = circles::findings(&found, &allowed);
    assert!(found.len() == 1 && found[0].starts_with("2 files import"), "{found:?}");
    assert!(!found[0].contains("allow the pair"), "{found:?}");
}

const ROOMS: Rooms = Rooms {
    floors: &[&["lib.rs"], &["attic"], &["left", "right"], &["ground.rs"], &["ground/floor.rs"]],
    apart: &[("attic", &["ground.rs"])],
};

fn in_rooms(attic: &str, left: &str, right: &str, ground: &str) -> Vec<String> {
    let graph = graph(&[
        ("lib.rs", "mod attic; mod left; mod right; mod ground; pub use ground::*;"),
        ("attic/mod.rs", attic),
        ("left/mod.rs", left),
        ("right.rs", right),
        ("ground.rs", ground),
        ("ground/floor.rs", "pub struct Floor;"),
    ]);
    assert!(graph.unread.is_empty(), "{:?}", graph.unread);
    rooms::findings(&graph, &ROOMS, &[])
}

#[test]
fn a_room_imports_only_from_those_below_it() {
    const GROUND: &str = "mod floor; pub use floor::Floor; pub struct Ground;";
    let fine =
        in_rooms("use crate::Ground;", "pub struct L; use crate::{Ground, Floor};", "", GROUND);
    assert!(fine.is_empty(), "{fine:?}");
    let above = "right is above ground.rs: move the name";
    let beside = "left and right are on one floor";
    let apart = "attic stands apart and may import only from ground.rs";
    let (up, l) = ("pub fn up() {}", "pub struct L;");
    for (attic, left, right, ground, tie, reason) in [
        ("", "", up, "use crate::right::up;", "ground.rs → right.rs: up", above),
        ("", "use super::right::up;", up, "", "left/mod.rs → right.rs: up", beside),
        ("use crate::left::L;", l, "", "", "attic/mod.rs → left/mod.rs: L", apart),
    ] {
        let found = format!("{tie}\n  {reason}");
        let all = in_rooms(attic, left, right, &format!("{GROUND} {ground}"));
        assert!(all.len() == 1 && all[0].starts_with(&found), "{found}: {all:?}");
    }
}

#[test]
fn each_file_has_a_room_and_each_room_a_file() {
    let graph = graph(&[("lib.rs", "mod other;"), ("other.rs", "")]);
    let found = rooms::findings(
        &graph,
        &Rooms { floors: &[&["lib.rs"], &["gone"]], apart: &[("shed", &[])] },
        &[],
    );
    assert_eq!(
        found,
        [
            "other.rs is in no room: add it, or its folder, to the table",
            "gone has no file: take it out of the table",
            "shed stands apart and is on no floor: add it to one",
        ]
    );
}

#[test]
fn rooms_can_lie_in_rooms_and_the_halves_of_a_pair_in_two() {
    const NESTED: Rooms =
        Rooms { floors: &[&["a.rs", "b.rs"], &[""], &["rest/low.rs"]], apart: &[] };
    let graph = graph(&[
        ("lib.rs", "mod a; mod b; mod rest;"),
        ("a.rs", "pub struct A; use crate::{b::B, rest::Rest};"),
        ("b.rs", "pub struct B; use crate::a::A;"),
        ("rest.rs", "mod low; mod other; pub struct Rest;"),
        ("rest/other.rs", "use super::low::Low;"),
        ("rest/low.rs", "pub struct Low; use super::Rest;"),
    ]);
    let found = rooms::findings(&graph, &NESTED, &HALVES);
    let up = "rest/low.rs → rest.rs: Rest\n  the rest is above rest/low.rs";
    assert!(found.len() == 1 && found[0].starts_with(up), "{found:?}");
    assert_eq!(rooms::findings(&graph, &NESTED, &[]).len(), 3);
}
