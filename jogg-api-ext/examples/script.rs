//! A script written about a product.
//!
//! `cargo run -p jogg-api-ext --features simulator --example script`

mod support;

use std::error::Error;

use jogg_api_ext::enums::{Language, ScriptStyle, VideoLength};
use jogg_api_ext::scripts;
use jogg_api_ext::scripts::CreateScript;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (jogg, _simulator) = support::simulated().await?;

    let source = scripts::Source::Details {
        name: "Trail mug".to_owned(),
        description: "Keeps tea hot for a day".to_owned(),
    };
    let request = CreateScript::new(
        Language::English,
        VideoLength::Seconds15,
        ScriptStyle::Storytime,
        source,
    )
    .target_audience("People who camp in winter");
    let written = jogg.scripts().create(request).await?.wait().await?;
    for script in written.scripts {
        for paragraph in script.script_paragraphs {
            println!("{paragraph}");
        }
    }
    Ok(())
}

// It prints:
//
// Six in the morning, frost on the tent.
// The tea is still hot.
