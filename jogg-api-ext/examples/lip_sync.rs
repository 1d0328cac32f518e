//! A video and another audio track: upload both, and watch the progress of the wait.
//!
//! `cargo run -p jogg-api-ext --features simulator --example lip_sync`

mod support;

use std::error::Error;
use std::time::Duration;

use jogg_api_ext::enums::PlaybackType;
use jogg_api_ext::jobs::JobUpdate;
use jogg_api_ext::lip_sync;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (jogg, _simulator) = support::simulated().await?;

    // `upload_path` streams files from disk.
    let video = jogg.assets().upload_bytes("talk.mp4", vec![0_u8; 50_000]).await?;
    let audio = jogg.assets().upload_bytes("talk.mp3", vec![0_u8; 10_000]).await?;
    println!("uploaded {} and {} bytes", video.size, audio.size);

    let request =
        lip_sync::CreateVideo::new(video.url, audio.url).playback_type(PlaybackType::NormalReverse);
    if let Some(estimate) = request.estimate(Duration::from_secs(60)) {
        println!("a minute costs {estimate}");
    }
    let mut updates = jogg.lip_sync().create(request).await?.updates();
    while let Some(update) = updates.next().await {
        match update? {
            JobUpdate::Progress(progress) => eprintln!("{}", progress.status),
            JobUpdate::Done(video) => {
                println!("{} s of video", video.duration_seconds.unwrap_or_default());
            }
            _ => {}
        }
    }
    Ok(())
}

// It prints:
//
// uploaded 50000 and 10000 bytes
// a minute costs 0.48 credits by the prices of 2026-03
// 12.5 s of video
