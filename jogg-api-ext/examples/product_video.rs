//! A video about a product from its page in a shop: create the product, preview several visual
//! styles, render the best.
//!
//! `cargo run -p jogg-api-ext --features simulator --example product_video`

mod support;

use std::error::Error;

use jogg_api_ext::avatars::Avatar;
use jogg_api_ext::enums::{AspectRatio, Language, ScriptStyle, VideoLength};
use jogg_api_ext::product_videos::{CreatePreviews, RenderPreview};
use jogg_api_ext::products::CreateProduct;
use jogg_api_ext::visual_styles::ListStyles;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (jogg, _simulator) = support::simulated().await?;

    let product = CreateProduct::from_url("https://shop.example.com/trail-mug");
    let product = jogg.products().create(product).await?;
    let product_id = product.product_id.ok_or("no product id")?;
    println!("created from its page: {}", product.name.as_deref().unwrap_or("without a name"));

    let styles = jogg
        .visual_styles()
        .list(ListStyles::new().aspect_ratio(AspectRatio::Portrait))
        .items()
        .try_collect()
        .await?;
    let styles: Vec<_> = styles.into_iter().map(|style| style.name).take(2).collect();
    let request = CreatePreviews::new(
        product_id,
        styles,
        VideoLength::Seconds15,
        Avatar::Public(81),
        ScriptStyle::Storytime,
        Language::English,
    )
    .aspect_ratio(AspectRatio::Portrait);
    if let Some(estimate) = request.estimate() {
        println!("the previews cost {estimate}");
    }
    let previews = jogg.product_videos().create_previews(request).await?.wait().await?;
    for failed in &previews.failed {
        println!("{:?} was not made: {:?}", failed.visual_style, failed.reason);
    }
    for preview in &previews.previews {
        println!("preview in {}", preview.visual_style.as_deref().unwrap_or("some style"));
    }

    // A person watches the previews, and chooses.
    let best = previews.previews.first().ok_or("no preview")?;
    let request = RenderPreview::new(&best.preview_id);
    let video = jogg.product_videos().render(request).await?.wait().await?;
    println!("rendered; credits taken: {}", video.deducted_credit.unwrap_or_default());
    let path = std::env::temp_dir().join("jogg-product-video.mp4");
    println!("saved {} bytes", jogg.assets().download(&video.url, &path).await?);
    std::fs::remove_file(path)?;
    Ok(())
}

// It prints:
//
// created from its page: Trail bottle
// the previews cost 1 credit by the prices of 2026-03
// preview in Calm slides
// preview in Calm slides 2
// rendered; credits taken: 1
// saved 49 bytes
