//! The listing of made-up packages.

use super::listing;
use super::package::Package;

fn package(name: &str, files: &[(&str, &str)]) -> Package {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    let dependencies = vec!["http".to_owned(), "low_level".to_owned()];
    Package { name: name.to_owned(), dependencies, files: files.collect() }
}

fn listed(files: &[(&str, &str)]) -> Vec<String> {
    lines(&[package("sdk", files)])
}

fn lines(packages: &[Package]) -> Vec<String> {
    let text = listing(packages, &packages.last().unwrap().name);
    text.lines().map(str::to_owned).collect()
}

#[test]
fn a_private_module_leaves_no_trace() {
    let text = "
        use std::time::Duration;
        use super::other::Hidden;
        pub struct Price { pub credits: f64, secret: u8 }
        pub(crate) struct Inner;
        impl Price {
            pub fn of(mut self, limit: Duration,) -> crate::kinds::Result<Self> {}
            pub const FREE: Option<Self> = None;
            fn private(&self) {}
        }
        impl Hidden { pub fn on(&self) {} }
    ";
    let kinds = "pub type Result<T> = std::result::Result<T, u8>;";
    let other = "pub struct Hidden; impl crate::Price { pub fn more(&mut self) {} }";
    let expected = [
        "mod sdk",
        "struct sdk::Price",
        "  credits: f64",
        "  const FREE: Option<Self>",
        "  fn more(&mut self)",
        "  fn of(self, limit: std::time::Duration) -> Result<Self>",
        "type sdk::Result<T> = std::result::Result<T, u8>",
    ];
    for (name, path) in [("credits", "credits.rs"), ("pricing", "pricing/mod.rs")] {
        let root = format!(
            "mod {name}; mod kinds; mod other; pub use self::{name}::Price; pub use kinds::*;"
        );
        let files =
            [("lib.rs", root.as_str()), (path, text), ("kinds.rs", kinds), ("other.rs", other)];
        assert_eq!(listed(&files), expected, "{name}");
    }
}

#[test]
fn a_glob_gives_way_to_what_is_spelled_out() {
    let root = "
        mod all; mod one;
        pub use all::*;
        pub use one::{Both, only as renamed};
    ";
    let all =
        "pub struct Both; pub struct Rest; pub(crate) struct Inner; mod deep; pub use deep::*;";
    let one =
        "pub enum Both { B { y: u8, x: u8, }, A(Rest) } use super::all::Rest; pub fn only() {}";
    let files = [
        ("lib.rs", root),
        ("all.rs", all),
        ("all/deep.rs", "pub trait Deep: Sized + Rest { fn a(&self); type B; }"),
        ("one.rs", one),
    ];
    assert_eq!(
        listed(&files),
        [
            "mod sdk",
            "enum sdk::Both",
            "  A(Rest)",
            "  B { x: u8, y: u8 }",
            "trait sdk::Deep: Sized + Rest",
            "  type B",
            "  fn a(&self)",
            "struct sdk::Rest",
            "fn sdk::renamed()",
        ]
    );
}

#[test]
fn a_second_path_refers_to_the_first() {
    let root = "
        pub mod wide { pub mod deep { pub struct Thing; pub fn thing(of: &Thing) {} } }
        pub mod other { pub use super::wide::deep::Thing; pub use crate::wide::deep; }
        pub mod thing { pub use super::wide::deep::thing as make; pub struct thing; }
    ";
    assert_eq!(
        listed(&[("lib.rs", root)]),
        [
            "mod sdk",
            "mod sdk::other",
            "struct sdk::other::Thing",
            "mod sdk::other::deep",
            "use sdk::other::deep::Thing = sdk::other::Thing",
            "use sdk::other::deep::thing = sdk::thing::make",
            "mod sdk::thing",
            "fn sdk::thing::make(of: &other::Thing)",
            "struct sdk::thing::thing",
            "mod sdk::wide",
            "use sdk::wide::deep = sdk::other::deep",
        ]
    );
}

/// A module and a function may share a name, as may types of two modules.
#[test]
fn equal_names_are_distinguished() {
    let root = "
        mod wait_all;
        pub use wait_all::{wait_all, Options};
        pub mod voices { use crate::List; pub struct Add; impl Add { pub fn voice(&self) -> List<Self> {} } }
        pub mod photos { pub struct Add; impl super::photos::Add { pub fn photo() {} } }
        pub struct List<T>(pub T, u8);
        impl<T: Clone> List<T> { pub async fn all(&self) -> <T as Clone>::X {} }
        impl List<List<u8>> { pub fn flat() -> impl Fn(&mut Options) -> (u8, voices::Add) {} }
    ";
    let text = "pub fn wait_all() {} pub struct Options; #[cfg(test)] mod tests;";
    assert_eq!(
        listed(&[("lib.rs", root), ("wait_all.rs", text)]),
        [
            "mod sdk",
            "struct sdk::List<T>",
            "  0: T",
            "  impl List<List<u8>>",
            "    fn flat() -> impl Fn(&mut Options) -> (u8, voices::Add)",
            "  impl<T: Clone> List<T>",
            "    async fn all(&self) -> <T as Clone>::X",
            "struct sdk::Options",
            "mod sdk::photos",
            "struct sdk::photos::Add",
            "  fn photo()",
            "mod sdk::voices",
            "struct sdk::voices::Add",
            "  fn voice(&self) -> List<Self>",
            "fn sdk::wait_all()",
        ]
    );
}

#[test]
fn items_of_other_packages_are_referred_to() {
    let low = "
        extern crate self as low_level;
        mod made;
        pub use made::{enums, Error};
        pub use http;
    ";
    let made = "pub struct Error; pub mod enums { pub enum Gender { Male } pub enum Style {} }";
    let root = "
        pub use low_level;
        pub use low_level::enums::*;
        pub use low_level::{http::StatusCode, Error as LowError};
        pub struct Error;
        impl Error { pub fn low(&self, gender: low_level::enums::Gender) -> Option<&LowError> {} }
        pub enum Style {}
    ";
    let packages = [
        package("low-level", &[("lib.rs", low), ("made.rs", made)]),
        package("sdk", &[("lib.rs", root)]),
    ];
    assert_eq!(
        lines(&packages),
        [
            "mod sdk",
            "struct sdk::Error",
            "  fn low(&self, gender: low_level::enums::Gender) -> Option<&low_level::Error>",
            "use sdk::Gender = low_level::enums::Gender",
            "use sdk::LowError = low_level::Error",
            "use sdk::StatusCode = extern http::StatusCode",
            "enum sdk::Style",
            "use sdk::low_level = low_level",
        ]
    );
    assert!(lines(&packages[..1]).contains(&"use low_level::http = extern http".to_owned()));
}

const MACROS: &str = r#"
    macro_rules! setter {
        ($(#[$doc:meta])* $field:ident: text) => {
            $(#[$doc])*
            pub fn $field(mut self, $field: impl Into<String>) -> Self { self }
        };
        ($(#[$doc:meta])* $field:ident: $kind:ty) => {
            pub fn $field(mut self, $field: $kind) -> Self { self }
        };
    }
    pub(crate) use setter;
    macro_rules! request {
        ($(#[$meta:meta])* $visibility:vis struct $name:ident; $($(#[$doc:meta])* $field:ident: $kind:tt,)*) => {
            $(#[$meta])*
            $visibility struct $name;
            impl $name {
                $(crate::request::setter! { $(#[$doc])* $field: $kind })*
                fn hidden(&self) { let named = vec![1]; }
            }
        };
    }
    macro_rules! open_enum {
        (pub enum $name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
            pub enum $name { $($variant,)* Unknown(Box<str>), }
            impl $name { pub const ALL: &'static [Self] = &[$(Self::$variant),*]; }
            impl $crate::Sealed for $name {}
        };
    }
"#;

const CALLS: &str = r#"
    use crate::{Kind, request::request};
    request! {
        /// Doc: with a colon, and a comma.
        pub struct Make;
        /// Doc.
        text_a: text,
        setter_b: Kind,
    }
    request! { struct Private; number: u32, }
    open_enum! { pub enum Word { OnlyOne = "only_one", Two = "2" } }
"#;

/// Renaming a setter shows, wherever it is made; the macros themselves do not.
#[test]
fn names_that_macros_make_are_found() {
    let root =
        "mod request; mod calls; pub use calls::*; mod kind { pub struct Kind; } use kind::Kind;";
    let files = [("lib.rs", root), ("request.rs", MACROS), ("calls.rs", CALLS)];
    let expected = [
        "mod sdk",
        "struct sdk::Make",
        "  fn setter_b(self, setter_b: Kind) -> Self",
        "  fn text_a(self, text_a: impl Into<String>) -> Self",
        "enum sdk::Word",
        "  OnlyOne = \"only_one\"",
        "  Two = \"2\"",
        "  Unknown(Box<str>)",
        "  const ALL: &'static [Self]",
    ];
    assert_eq!(listed(&files), expected);
    let renamed = CALLS.replace("text_a", "text_c");
    let changed = listed(&[files[0], files[1], ("calls.rs", &renamed)]);
    let differing = changed.iter().zip(&expected).filter(|(new, old)| new != *old);
    assert_eq!(differing.count(), 1);
    assert!(changed.contains(&expected[3].replace("text_a", "text_c")));
}

#[test]
#[should_panic(expected = "sdk/src/odd.rs: the macro `bitflags!` is not defined in this package")]
fn an_unknown_macro_is_not_passed_over() {
    listed(&[("lib.rs", "mod odd;"), ("odd.rs", "other::bitflags! { pub struct Flags; }")]);
}

#[test]
#[should_panic(expected = "`pub use` of Gone: whose is it?")]
fn an_export_of_nothing_known_is_not_passed_over() {
    listed(&[("lib.rs", "pub use gone::Gone;")]);
}
