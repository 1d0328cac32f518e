//! A video dubbed in another language, with subtitles.
//!
//! `cargo run -p jogg-api-ext --features simulator --example translation`

mod support;

use std::error::Error;

use jogg_api_ext::translations::CreateTranslation;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (jogg, _simulator) = support::simulated().await?;

    let languages = jogg.translations().target_languages().await?;
    println!("{} languages to choose from", languages.len());
    let language = languages.into_iter().next().ok_or("no language")?;

    let request = CreateTranslation::new("https://files.example.com/talk.mp4", &language)
        .title("Talk")
        .add_subtitles(true);
    let translation = jogg.translations().create(request).await?.wait().await?;
    println!(
        "{} in {language}, {} subtitles",
        translation.title.unwrap_or_default(),
        if translation.subtitle_url.is_some() { "with" } else { "without" }
    );
    Ok(())
}

// It prints:
//
// 2 languages to choose from
// Talk in french, with subtitles
