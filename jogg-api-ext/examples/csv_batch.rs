//! The shortest durable batch: each row of a CSV file becomes a video, and is paid for once. The
//! first start is stopped when a video is there, and the second goes on.
//!
//! `cargo run -p jogg-api-ext --features batch,simulator --example csv_batch`

mod support;

use std::error::Error;
use std::future::pending;
use std::path::Path;
use std::sync::Arc;

use jogg_api_ext::Jogg;
use jogg_api_ext::avatar_videos::{CreateVideo, Speech};
use jogg_api_ext::avatars::Avatar;
use jogg_api_ext::batch::{Entry, Queued, RunReport, Store};
use jogg_api_ext::enums::{AspectRatio, ScreenStyle};
use jogg_api_ext::jogg_api::operations::CREATE_VIDEO_FROM_AVATAR;
use tokio::sync::Notify;

const ROWS: &str = "key,script\nada,Welcome Ada!\ngrace,Welcome Grace!\ntony,Welcome Tony!\n";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (jogg, simulator) = support::simulated().await?;
    let folder = tempfile::tempdir()?;
    for is_stopped in [true, false] {
        let report = start(&jogg, folder.path(), is_stopped).await?;
        println!("{}; {} unknown", report.end, report.counts.unknown);
    }
    let videos = std::fs::read_dir(folder.path())?.flatten();
    let videos = videos.filter(|file| file.path().extension().is_some_and(|end| end == "mp4"));
    let sent = simulator.request_count(&CREATE_VIDEO_FROM_AVATAR);
    println!("{} videos, {sent} requests", videos.count());
    Ok(())
}

/// What the program does each time it is started.
async fn start(jogg: &Jogg, folder: &Path, is_stopped: bool) -> Result<RunReport, Box<dyn Error>> {
    let batch = Store::sqlite(folder.join("videos.db")).await?.batch("welcome");
    for row in csv::Reader::from_reader(ROWS.as_bytes()).deserialize::<(String, String)>() {
        let (key, script) = row?;
        let speech = Speech::script("en-US-ChristopherNeural", script);
        let (ratio, style) = (AspectRatio::Portrait, ScreenStyle::WithBackground);
        let request = CreateVideo::new(Avatar::Public(81), speech, ratio, style);
        // Known from before, it is there once.
        if batch.queue(Entry::new(&key, request)).await? == Queued::OtherRequest {
            return Err(format!("{key} is known with another script").into());
        }
    }
    let saved = Arc::new(Notify::new());
    let context = Arc::new((jogg.clone(), folder.to_owned(), Arc::clone(&saved)));
    let run = batch.run(jogg).settle(move |request| {
        let context = Arc::clone(&context);
        async move {
            let (jogg, folder, saved) = &*context;
            if let Some(failure) = request.failure {
                eprintln!("{}: {}", request.key, failure.message);
                return Ok(()); // It is taken: there is nothing to download.
            }
            let url = request.result::<CreateVideo>()?.url;
            jogg.assets().download(url, folder.join(format!("{}.mp4", request.key))).await?;
            saved.notify_one();
            Ok(())
        }
    });
    let stop = async move { if is_stopped { saved.notified().await } else { pending().await } };
    Ok(run.stop_when(stop).await?)
}

// It prints:
//
// the run was stopped; 0 unknown
// every request has ended; 0 unknown
// 3 videos, 3 requests
