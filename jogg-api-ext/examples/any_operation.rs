//! Beyond the typed methods: undocumented fields, the raw answer, operations nobody wrapped.
//!
//! `cargo run -p jogg-api-ext --features simulator --example any_operation`

mod support;

use std::error::Error;

use jogg_api_ext::jogg_api::Operation;
use jogg_api_ext::{Arguments, CreateProduct, RetryClass};
use serde_json::{Value, json};

/// Tells the policy of the client what sending it twice would do.
static LIST_STYLES: Operation =
    Operation::new("list_styles", "GET", "/v2/visual_styles", RetryClass::Read);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (jogg, _simulator) = support::simulated().await?;

    // A field this crate does not know is sent as it is; the answer is kept whole.
    let request = CreateProduct::from_details("Trail mug").extra("color", "green");
    let (product, metadata) = jogg.products().create(request).with_metadata().await?;
    println!("{}: HTTP {}", product.name.unwrap_or_default(), metadata.status.as_u16());
    println!("the answer has {}", metadata.json()["data"]["name"]);

    // A path without a method: the same limits, time-outs and repetitions.
    let arguments = Arguments::new().with_query(json!({"aspect_ratio": "portrait"}));
    let styles: Value = jogg.send(&LIST_STYLES, arguments).await?;
    println!("{} looks", styles["visual_styles"].as_array().map_or(0, Vec::len));

    // The low-level client: one request a call, no policy.
    let answer = jogg.api().whoami().await?;
    println!("{}", answer.data.unwrap_or_default().username.unwrap_or_default());
    Ok(())
}
