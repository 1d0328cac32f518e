//! A program without async code: list voices, make a video, wait for it, download it.
//!
//! `cargo run -p jogg-api-ext --features blocking,simulator --example synchronous`

mod support;

use std::error::Error;

use jogg_api_ext::avatar_videos::{CreateVideo, Speech};
use jogg_api_ext::avatars::Avatar;
use jogg_api_ext::enums::{AspectRatio, ScreenStyle};
use jogg_api_ext::voices::ListVoices;

fn main() -> Result<(), Box<dyn Error>> {
    // Only the simulator needs a runtime. With a key, `Jogg::from_env()?` is all there is to do.
    let runtime = tokio::runtime::Runtime::new()?;
    let (jogg, _simulator) = runtime.block_on(support::simulated())?;
    let blocking = jogg.blocking()?;

    println!("{} credits left", blocking.block_on(jogg.account().remaining_quota())?);
    let voices = jogg.voices().list(ListVoices::new().language("english"));
    let voice = blocking.iter(voices.items())?.next().ok_or("no voice")??;
    println!("the voice is {}", voice.voice_id);

    let request = CreateVideo::new(
        Avatar::Public(81),
        Speech::script(voice.voice_id, "Welcome on board!"),
        AspectRatio::Landscape,
        ScreenStyle::WithBackground,
    );
    let job = blocking.block_on(jogg.avatar_videos().create(request))?;
    println!("started {}", job.id());
    let video = blocking.block_on(job.wait())?;
    let path = std::env::temp_dir().join("jogg-synchronous.mp4");
    let size = blocking.block_on(jogg.assets().download(&video.url, &path))?;
    println!("saved {size} bytes");
    std::fs::remove_file(path)?;
    Ok(())
}

// It prints:
//
// 1000 credits left
// the voice is en-GB-RowanNeural
// started video_000001
// saved 49 bytes
