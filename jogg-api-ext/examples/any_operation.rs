//! Beyond the typed methods: undocumented fields, the raw response, operations without a method.
//!
//! `cargo run -p jogg-api-ext --features simulator --example any_operation`

mod support;

use std::error::Error;

use jogg_api_ext::jogg_api::{Operation, RawRequest, RetryClass};
use jogg_api_ext::products::CreateProduct;
use serde_json::{Value, json};

/// An operation for the client's policy: the class says what a retry would do.
static LIST_STYLES: Operation =
    Operation::new("list_styles", "GET", "/v2/visual_styles", RetryClass::Read);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (jogg, _simulator) = support::simulated().await?;

    // A field that this crate doesn't know is sent unchanged. The whole response is kept.
    let request = CreateProduct::from_details("Trail mug").extra("color", "green");
    let (product, metadata) = jogg.products().create(request).with_metadata().await?;
    println!("{}: HTTP {}", product.name.unwrap_or_default(), metadata.status.as_u16());
    println!("the response has {}", metadata.json()["data"]["name"]);

    // Any method and path: the same rate limit, timeouts and retries.
    let request = RawRequest::new().with_query(json!({"aspect_ratio": "portrait"}));
    let styles: Value = jogg.request(&LIST_STYLES, request).await?;
    println!("{} styles", styles["visual_styles"].as_array().map_or(0, Vec::len));

    // The low-level client: one request per call, and no policy.
    let response = jogg.api().whoami().await?;
    println!("{}", response.data.unwrap_or_default().username.unwrap_or_default());
    Ok(())
}

// It prints:
//
// Trail mug: HTTP 200
// the response has "Trail mug"
// 3 styles
// Kim
