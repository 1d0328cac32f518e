//! The table of operations in the guides of jogg-api-ext, which is written beside the code.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::document::{Document, Value};
use crate::failure::Failure;
use crate::output::{self, say};
use crate::spec::{self, Operation};
use crate::workspace::root;

/// The file of the table, from the root of the workspace.
pub(super) const TABLE: &str = "jogg-api-ext/docs/operations.md";

/// Writes the table, or with `check` compares it with the one in the file.
pub(super) fn run(document: &Document, check: bool) -> Result<(), Failure> {
    let (path, expected) = (root().join(TABLE), table(document));
    if std::fs::read_to_string(&path).is_ok_and(|found| found == expected) {
        return Ok(());
    }
    if check {
        return Err(Failure::new(format!(
            "{TABLE} doesn't match the spec; run `cargo xtask codegen`, and commit it with the spec"
        )));
    }
    output::write(&path, &expected).map_err(|error| Failure::new(format!("{TABLE}: {error}")))?;
    say!("wrote {TABLE}");
    Ok(())
}

/// Returns the page with a row for each operation.
fn table(document: &Document) -> String {
    let all = spec::operations(document);
    let months: BTreeSet<&str> = all.iter().filter_map(credits).map(month).collect();
    let months: Vec<_> = months.into_iter().collect();
    let mut page = format!(
        "All operations of the API, and the methods that call them.\n\n\
         Written from the spec. The calls begin with [`Jogg`](crate::Jogg); that of an operation\n\
         which reports on jobs returns the job of an id. `call` means that there is no method:\n\
         [`Jogg::call`](crate::Jogg::call) executes the operation. Credits are by the prices of {};\n\
         where there are none, the call is free, or its price isn't published.\n\n\
         | operation | method and path | call | its job is polled by | credits |\n\
         |---|---|---|---|---|\n",
        months.join(", ")
    );
    for operation in &all {
        let job = operation.node.get("x-jogg-job").map(|job| spec::text(job, "report"));
        let call = spec::text(operation.node, "x-jogg-call");
        let _ = writeln!(
            page,
            "| `{}` | `{}` | `{call}` | {} | {} |",
            operation.id(),
            operation.title(),
            job.map(|report| format!("`{report}`")).unwrap_or_default(),
            credits(operation).map(price).unwrap_or_default(),
        );
    }
    page
}

fn credits<'d>(operation: &Operation<'d>) -> Option<&'d Value> {
    operation.node.get("x-jogg-credits")
}

fn month(credits: &Value) -> &str {
    spec::text(credits, "as_of")
}

/// Returns a price in few words.
fn price(credits: &Value) -> String {
    let number = |node: &Value| node.as_f64().map(|number| number.to_string()).unwrap_or_default();
    let amount = credits.get("amount").map(number).unwrap_or_default();
    let by = credits.get("by").and_then(Value::as_str);
    let each = match (by, credits.get("per_started_seconds").map(number)) {
        (Some(field), _) => {
            let amounts = spec::members(credits.get("amounts"));
            let amounts = amounts.map(|(value, amount)| format!("`{value}`: {}", number(amount)));
            format!("by `{field}`: {}", amounts.collect::<Vec<_>>().join(", "))
        }
        (None, Some(seconds)) => format!("{amount} per started {seconds} s"),
        (None, None) if credits.get("per_second").is_some() => format!("{amount} per second"),
        (None, None) => amount,
    };
    match credits.get("for_each").and_then(Value::as_str) {
        Some(field) => format!("{each}, for each of `{field}`"),
        None => each,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operation_has_a_row_with_its_call_its_job_and_its_price() {
        let document = spec::open(None).unwrap();
        let table = table(&document);
        for row in [
            "| `whoami` | `GET /v2/user/whoami` | `account().whoami` |  |  |",
            "| `create_lip_sync_video` | `POST /v2/create_lip_sync_video` | `lip_sync().create` \
             | `get_lip_sync_video` | 0.008 per second |",
            "| `create_product_previews` | `POST /v2/create_video_from_product/preview_list` \
             | `product_videos().create_previews` | `list_product_previews` \
             | 0.5 per started 120 s, for each of `visual_styles` |",
            "| `add_photo_avatar_motion` | `POST /v2/photo_avatar/add_motion` \
             | `photo_avatars().add_motion` | `get_photo_avatar_motion` \
             | by `model`: `1.0`: 2, `2.0`: 2, `2.0-Pro`: 3, `3.0`: 2 |",
        ] {
            assert!(table.contains(row), "{row}\n{table}");
        }
        let rows = table.lines().filter(|line| line.starts_with("| `")).count();
        assert_eq!(rows, spec::operations(&document).len());
    }
}
