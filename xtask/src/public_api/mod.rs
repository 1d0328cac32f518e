//! The public API of the generated code, and what a change of it means for code that uses it.
//!
//! Two versions of the generated files are compared item by item: names, types, signatures, derives
//! and `non_exhaustive`, and the tables that decide how calls behave. Prose and private code don't
//! count. So a version bump says what users of the crates will feel, whichever change of the spec
//! or of the generator is behind it.

mod api;
mod items;

pub(crate) use api::{ApiChange, ApiEffect, PublicApi};

impl PublicApi {
    /// Reads the generated files: names such as `types.rs`, and their texts. Files of other kinds
    /// are skipped.
    pub(crate) fn of<'f>(
        files: impl IntoIterator<Item = (&'f str, &'f str)>,
    ) -> Result<Self, String> {
        let mut api = Self::default();
        for (name, text) in files {
            if let Some(module) = name.strip_suffix(".rs") {
                items::read(&mut api, module, text).map_err(|error| format!("{name}: {error}"))?;
            }
        }
        Ok(api)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares two versions of one file, and the changes with the expected.
    #[track_caller]
    fn check(file: &str, old: &str, new: &str, expected: &[&str]) {
        let [old, new] = [old, new].map(|text| PublicApi::of([(file, text)]).unwrap());
        let changes: Vec<String> = old.changes_to(&new).iter().map(ApiChange::to_string).collect();
        assert_eq!(changes, expected);
    }

    const OPEN: &str = "#[derive(Clone, Debug)] #[non_exhaustive] pub struct A { pub a: String }";

    #[test]
    fn structs_are_compared_field_by_field() {
        check("types.rs", OPEN, OPEN, &[]);
        let more = OPEN.replace("pub a: String", "pub a: Option<String>, pub b: u8");
        check(
            "types.rs",
            OPEN,
            &more,
            &[
                "break: types::A.a was `String`, is `Option<String>`",
                "addition: types::A.b added (`u8`)",
            ],
        );
        let closed = OPEN.replace("#[non_exhaustive]", "");
        check("types.rs", &closed, OPEN, &["break: types::A #[non_exhaustive] added (`yes`)"]);
        let more = closed.replace("pub a: String", "pub a: String, pub b: u8");
        check("types.rs", &closed, &more, &["break: types::A.b added (`u8`)"]);
        let fewer = OPEN.replace("Clone, ", "");
        check("types.rs", OPEN, &fewer, &["break: types::A derive Clone removed (`yes`)"]);
        check("types.rs", &fewer, OPEN, &["addition: types::A derive Clone added (`yes`)"]);
        check("types.rs", OPEN, "", &["break: types::A removed (`struct`)"]);
        check("types.rs", "", OPEN, &["addition: types::A added (`struct`)"]);
        let renamed = OPEN.replace("pub a:", "#[serde(rename = \"A\")] pub a:");
        check("types.rs", OPEN, &renamed, &["behavior: types::A.a serde added (`rename = \"A\"`)"]);
    }

    #[test]
    fn names_of_arguments_and_prose_are_not_api() {
        let method = |arguments: &str| {
            format!("/// Text.\nimpl Client {{ pub async fn a(&self, {arguments}) -> B {{ 1 }} }}")
        };
        check("client.rs", &method("b: u8"), &method("c: u8").replace("Text", "Else"), &[]);
        check(
            "client.rs",
            &method("b: u8"),
            &method("b: u8, c: u8"),
            &["break: Client::a was `async fn(&self, u8) -> B`, is `async fn(&self, u8, u8) -> B`"],
        );
        check(
            "client.rs",
            &method("b: u8"),
            "",
            &["break: Client::a removed (`async fn(&self, u8) -> B`)"],
        );
    }

    #[test]
    fn enums_are_compared_by_variant_and_value() {
        let words = "closed_string_enum! { /// A.\n pub enum A { /// B.\n B = \"b\" } }";
        check(
            "enums.rs",
            words,
            &words.replace("B = \"b\"", "B = \"b\", C = \"c\""),
            &[
                "addition: enums::A::C added (`variant`)",
                "behavior: enums::A::C value added (`\"c\"`)",
            ]
            .iter()
            .rev()
            .copied()
            .collect::<Vec<_>>(),
        );
        check(
            "enums.rs",
            words,
            &words.replace("\"b\"", "\"d\""),
            &["behavior: enums::A::B value was `\"b\"`, is `\"d\"`"],
        );
        check(
            "enums.rs",
            words,
            &words.replace("closed_", "open_"),
            &["break: enums::A was `closed_string_enum`, is `open_string_enum`"],
        );
        check(
            "enums.rs",
            words,
            &words.replace("B =", "C ="),
            &[
                "break: enums::A::B removed (`variant`)",
                "behavior: enums::A::B value removed (`\"b\"`)",
                "behavior: enums::A::C value added (`\"b\"`)",
                "addition: enums::A::C added (`variant`)",
            ],
        );
    }

    #[test]
    fn tables_decide_how_calls_behave() {
        let table = "pub static A: Operation = Operation { id: \"a\", summary: \"b\", retry: C };";
        check("operations.rs", table, &table.replace("\"b\"", "\"other\""), &[]);
        check(
            "operations.rs",
            table,
            &table.replace("retry: C", "retry: D"),
            &["behavior: operations::A retry was `C`, is `D`"],
        );
        let rows = "pub static JOBS: &[JobRule] = &[JobRule { a: b }];";
        check(
            "jobs.rs",
            rows,
            &rows.replace("a: b", "a: c"),
            &[
                "behavior: jobs::JOBS row `JobRule { a: b }` removed (`yes`)",
                "behavior: jobs::JOBS row `JobRule { a: c }` added (`yes`)",
            ],
        );
    }

    #[test]
    fn implementations_of_traits_count() {
        let old = "impl Endpoint for A { type Response = B; const OPERATION: C = &C::D; \
                   fn prepare(&self) -> E { 1 } }";
        check(
            "endpoints.rs",
            old,
            &old.replace("= B;", "= F;").replace("{ 1 }", "{ 2 }"),
            &["break: endpoints::A: Endpoint::Response was `B`, is `F`"],
        );
        check(
            "endpoints.rs",
            old,
            &old.replace("C::D", "C::E"),
            &["behavior: endpoints::A: Endpoint::OPERATION was `&C::D`, is `&C::E`"],
        );
        check("endpoints.rs", old, "", &["break: endpoints::A: Endpoint removed (`impl`)"]);
    }
}
