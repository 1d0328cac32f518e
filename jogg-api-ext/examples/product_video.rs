//! A video about a product: register it, try several looks as previews, render the best one.
//!
//! `cargo run -p jogg-api-ext --features simulator --example product_video`

mod support;

use std::error::Error;

use jogg_api_ext::{
    AspectRatio, Avatar, CreateProduct, CreateProductPreviews, Language, ListVisualStyles,
    ProductFile, RenderProductPreview, ScriptStyle, VideoLength,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (jogg, _simulator) = support::simulated().await?;

    let product = CreateProduct::from_details("Trail mug")
        .description("Keeps tea hot for a day")
        .media(ProductFile::image("https://files.example.com/mug.jpg"));
    let product = jogg.products().create(product).await?;
    let product_id = product.product_id.unwrap_or_default();
    println!("registered {}", product.name.unwrap_or_default());

    let styles = jogg.visual_styles().list(ListVisualStyles::new()).items().try_collect().await?;
    let styles: Vec<_> = styles.into_iter().filter_map(|style| style.name).take(2).collect();
    let request = CreateProductPreviews::new(
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
        println!("preview in {}", preview.visual_style.as_deref().unwrap_or("some look"));
    }

    let best = previews.previews.first().ok_or("no preview")?;
    let request = RenderProductPreview::new(&best.preview_id);
    let video = jogg.product_videos().render(request).await?.wait().await?;
    println!("rendered; credits taken: {}", video.deducted_credit.unwrap_or_default());
    Ok(())
}
