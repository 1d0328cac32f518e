//! Lists: all items as a stream, a page with its totals, and filters.
//!
//! `cargo run -p jogg-api-ext --features simulator --example lists`

mod support;

use std::error::Error;

use jogg_api_ext::avatars::ListPublicAvatars;
use jogg_api_ext::enums::AspectRatio;
use jogg_api_ext::musics::ListMusics;
use jogg_api_ext::voices::ListVoices;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (jogg, _simulator) = support::simulated().await?;

    // Item by item: the next page is fetched when it is needed.
    let mut voices = jogg.voices().list(ListVoices::new().language("english")).items();
    let mut count = 0;
    while let Some(voice) = voices.next().await {
        voice?;
        count += 1;
    }
    println!("{count} English voices");

    // All at once.
    let upright = ListPublicAvatars::new().aspect_ratio(AspectRatio::Portrait).page_size(50);
    let avatars = jogg.avatars().public(upright).items().try_collect().await?;
    println!("{} upright avatars", avatars.len());

    // One page, with totals where the API gives them, and what was skipped.
    let page = jogg.musics().list(ListMusics::new().page(2)).page().await?;
    println!(
        "{} of {} tracks, {} skipped",
        page.items.len(),
        page.total.unwrap_or_default(),
        page.metadata.skipped.len()
    );
    Ok(())
}

// It prints:
//
// 12 English voices
// 9 upright avatars
// 10 of 25 tracks, 0 skipped
