//! Many videos at once: start them all, wait for them together, and take each as it comes.
//!
//! `cargo run -p jogg-api-ext --features simulator --example many_jobs`

mod support;

use std::error::Error;

use jogg_api_ext::avatar_videos::Speech;
use jogg_api_ext::avatars::Avatar;
use jogg_api_ext::enums::{AspectRatio, ScreenStyle};
use jogg_api_ext::{ErrorKind, avatar_videos, wait_all};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (jogg, simulator) = support::simulated().await?;
    // The first job will fail.
    simulator.fail_next_job("the script is empty");

    let mut jobs = Vec::new();
    // The API allows 20 POST requests a minute for a key: the client waits where it has to.
    for number in 1..=30 {
        let request = avatar_videos::CreateVideo::new(
            Avatar::Public(81),
            Speech::script("en-US-X", format!("Welcome, guest {number}!")),
            AspectRatio::Square,
            ScreenStyle::WithBackground,
        );
        match jogg.avatar_videos().create(request).await {
            Ok(job) => jobs.push(job),
            // It may have been paid for: check the API's lists before you retry.
            Err(error) if error.kind() == ErrorKind::OutcomeUnknown => eprintln!("{error}"),
            Err(error) => return Err(error.into()),
        }
    }

    let (mut done, mut failed) = (0, 0);
    let mut results = wait_all(jobs);
    while let Some((_job, result)) = results.next().await {
        match result {
            Ok(_video) => done += 1,
            Err(error) => {
                failed += 1;
                println!("{error}");
            }
        }
    }
    println!("{done} videos, {failed} failed");
    Ok(())
}

// It prints:
//
// create_video_from_avatar: the job failed: the script is empty (job video_000001)
// 29 videos, 1 failed
