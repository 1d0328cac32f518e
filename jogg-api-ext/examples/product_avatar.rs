//! An avatar with a product in hand: generate several images, keep those that succeeded, and add
//! motion to one.
//!
//! `cargo run -p jogg-api-ext --features simulator --example product_avatar`

mod support;

use std::error::Error;

use jogg_api_ext::enums::{ImageAspectRatio, ImageCount, ImageQuality};
use jogg_api_ext::product_avatars::{AddMotion, GenerateImages, Source};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (jogg, simulator) = support::simulated().await?;
    // The first image will fail.
    simulator.fail_next_part("too dark");

    let request = GenerateImages::new(
        "https://files.example.com/mug.png",
        Source::Description("a mountain guide with a beard".to_owned()),
        ImageQuality::High,
        ImageAspectRatio::Portrait,
        ImageCount::Four,
    )
    .prompt("holds the mug up to the camera");
    let result = jogg.product_avatars().generate(request).await?.wait().await?;
    println!("{} images, {} failed", result.images.len(), result.failed.len());

    let chosen = result.images.first().ok_or("no image")?;
    let request = AddMotion::new(&chosen.generation_id, "Jon", "en-US-X", "nods and smiles");
    let motion = jogg.product_avatars().add_motion(request).await?.wait().await?;
    println!("{} can speak now", motion.name.unwrap_or_default());
    Ok(())
}

// It prints:
//
// 3 images, 1 failed
// Jon can speak now
