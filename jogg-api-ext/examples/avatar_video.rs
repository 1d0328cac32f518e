//! An avatar speaks a text: choose avatar and voice, make the video, download it.
//!
//! `cargo run -p jogg-api-ext --features simulator --example avatar_video`

mod support;

use std::error::Error;
use std::time::Duration;

use jogg_api_ext::avatar_videos::{CreateVideo, Speech};
use jogg_api_ext::avatars::{Avatar, ListPublicAvatars};
use jogg_api_ext::enums::{AspectRatio, Gender, ScreenStyle};
use jogg_api_ext::voices::ListVoices;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (jogg, _simulator) = support::simulated().await?;

    let avatars = ListPublicAvatars::new().gender(Gender::Female);
    let avatar = jogg.avatars().public(avatars).items().next().await.ok_or("no avatar")??;
    let voices = ListVoices::new().gender(Gender::Female).language("english");
    let voice = jogg.voices().list(voices).items().next().await.ok_or("no voice")??;
    println!(
        "{} speaks with the voice {}",
        avatar.name.unwrap_or_default(),
        voice.name.unwrap_or_default()
    );

    let request = CreateVideo::new(
        Avatar::Public(avatar.id),
        Speech::script(voice.voice_id, "Welcome on board!"),
        AspectRatio::Landscape,
        ScreenStyle::WithBackground,
    )
    .caption(true)
    .video_name("Welcome");
    if let Some(estimate) = request.estimate(Duration::from_secs(30)) {
        println!("half a minute costs {estimate}");
    }

    // Store `job` here: another process can resume it with `jogg.resume`.
    let job = jogg.avatar_videos().create(request).await?;
    let video = job.wait().await?;
    let path = std::env::temp_dir().join("jogg-avatar-video.mp4");
    let size = jogg.assets().download(&video.url, &path).await?;
    println!("{} s of video, {size} bytes", video.duration_seconds.unwrap_or_default());
    std::fs::remove_file(path)?;
    Ok(())
}

// It prints:
//
// Mira speaks with the voice Rowan 4
// half a minute costs 1 credit by the prices of 2026-03
// 24.5 s of video, 49 bytes
