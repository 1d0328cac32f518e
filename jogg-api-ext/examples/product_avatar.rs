//! A presenter with a product in hand: draw several, keep those that succeeded, animate one.
//!
//! `cargo run -p jogg-api-ext --features simulator --example product_avatar`

mod support;

use std::error::Error;

use jogg_api_ext::{
    AddProductAvatarMotion, GenerateProductAvatarImages, ImageAspectRatio, ImageCount,
    ImageQuality, ProductAvatarSource,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (jogg, simulator) = support::simulated().await?;
    // One of the drawings will fail.
    simulator.fail_next_part("too dark");

    let request = GenerateProductAvatarImages::new(
        "https://files.example.com/mug.png",
        ProductAvatarSource::Description("a mountain guide with a beard".to_owned()),
        ImageQuality::High,
        ImageAspectRatio::Portrait,
        ImageCount::Four,
    )
    .prompt("holds the mug up to the camera");
    let drawings = jogg.product_avatars().generate(request).await?.wait().await?;
    println!("{} drawings, {} failed", drawings.images.len(), drawings.failed.len());

    let chosen = drawings.images.first().and_then(|image| image.generation_id.as_deref());
    let chosen = chosen.ok_or("no drawing")?;
    let request = AddProductAvatarMotion::new(chosen, "Jon", "en-US-X", "nods and smiles");
    let motion = jogg.product_avatars().add_motion(request).await?.wait().await?;
    println!("{} can present now", motion.name.unwrap_or_default());
    Ok(())
}
