//! A photo becomes a talking avatar: upload it, add motion, wait, download the preview.
//!
//! It runs against a simulator in this process, without key or network, unless `--live` is given:
//!
//! ```sh
//! cargo run -p jogg-api-ext --features simulator --example photo_avatar_motion
//! JOGG_API_KEY=… cargo run -p jogg-api-ext --features simulator --example photo_avatar_motion \
//!     -- me.jpg --name "My Photo Avatar" --live
//! ```

use std::error::Error;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use jogg_api_ext::enums::MotionModel;
use jogg_api_ext::jobs::{JobProgress, WaitOptions};
use jogg_api_ext::simulator::{AcceleratedClock, Simulator};
use jogg_api_ext::{Jogg, Motion, photo_avatars};

/// The photo to use if none is given.
const PHOTO: &[u8] = include_bytes!("photo.png");

/// How many times faster than the API the simulator is: three minutes take four seconds.
const SPEED: f64 = 45.0;

/// How long motion usually takes.
const USUAL_SECONDS: u64 = 180;

#[derive(Debug, Parser)]
#[command(about = "Give a photo motion and a voice, and download a preview")]
struct Arguments {
    /// The photo: a file (jpg, png, webp, gif; up to 10 MB) or a URL [default: a small one]
    image: Option<String>,
    /// The name of the avatar
    #[arg(long, default_value = "My Photo Avatar")]
    name: String,
    /// The voice it speaks with
    #[arg(long, default_value = "en-US-ChristopherNeural")]
    voice: String,
    /// The motion model: 1.0, 2.0, 2.0-Pro or 3.0
    #[arg(long, default_value = "2.0")]
    model: MotionModel,
    /// Where to write the preview
    #[arg(long, default_value = "preview.mp4")]
    output: PathBuf,
    /// Use the real API, with the key in JOGG_API_KEY; this costs credits
    #[arg(long)]
    live: bool,
    /// Do not ask before spending credits
    #[arg(long)]
    yes: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.live {
        true => live(&arguments).await,
        false => simulated(&arguments).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs against a simulator in this process, which needs no key and no network.
async fn simulated(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let clock = Arc::new(AcceleratedClock::new(SPEED));
    let simulator = Simulator::builder()
        .clock(clock.clone())
        .job_duration(Duration::from_secs(150))
        .start()
        .await?;
    let jogg = Jogg::builder("simulated").base_url(simulator.base_url()).clock(clock).build()?;
    println!("simulator at {} (no key, no network, no credits)", simulator.base_url());
    run(&jogg, arguments).await
}

/// Runs against the real API. A key in the environment alone isn't enough to get here.
async fn live(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let jogg = Jogg::from_env()?;
    let request =
        photo_avatars::AddMotion::new("", &arguments.name, &arguments.voice, arguments.model);
    let cost = match request.estimate() {
        Some(estimate) => estimate.to_string(),
        None => "an unknown number of credits".to_owned(),
    };
    println!("adding motion with model {} costs {cost}", arguments.model);
    if !arguments.yes && !confirmed()? {
        return Err("not confirmed; nothing was sent".into());
    }
    run(&jogg, arguments).await
}

fn confirmed() -> std::io::Result<bool> {
    print!("spend them? [y/N] ");
    std::io::stdout().flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(matches!(line.trim(), "y" | "Y" | "yes"))
}

async fn run(jogg: &Jogg, arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let image_url = image_url(jogg, arguments.image.as_deref()).await?;
    println!("image    {image_url}");
    let request = photo_avatars::AddMotion::new(
        image_url,
        &arguments.name,
        &arguments.voice,
        arguments.model,
    )
    .welcome_msg("Hello!");
    let job = jogg.photo_avatars().add_motion(request).await?;
    println!("motion   {}", job.id());
    let bar = ProgressBar::new(USUAL_SECONDS)
        .with_style(ProgressStyle::with_template("[{bar:40}] {msg}")?.progress_chars("=> "));
    bar.set_message("started");
    let shown = bar.clone();
    let options = WaitOptions::default().on_progress(move |progress: &JobProgress| {
        // The API returns no percentage: time is all there is to show.
        shown.set_position(progress.elapsed.as_secs().min(USUAL_SECONDS - 1));
        shown.set_message(format!("{}, {} s", progress.status, progress.elapsed.as_secs()));
    });
    let outcome = job.wait_with(options).await;
    bar.finish_and_clear();
    let motion: Motion = outcome?;
    match motion.avatar_id {
        Some(id) => println!("avatar   {id}"),
        None => println!("avatar   not in the response; list_photo_avatars has it"),
    }
    println!("preview  {}", motion.preview_url);
    let bytes = jogg.assets().download(&motion.preview_url, &arguments.output).await?;
    println!("saved    {} ({bytes} bytes)", arguments.output.display());
    Ok(())
}

/// Returns a URL unchanged, and uploads a file.
async fn image_url(jogg: &Jogg, image: Option<&str>) -> Result<String, Box<dyn Error>> {
    let asset = match image {
        Some(url) if url.starts_with("https://") || url.starts_with("http://") => {
            return Ok(url.to_owned());
        }
        Some(path) => jogg.assets().upload_path(Path::new(path)).await?,
        None => jogg.assets().upload_bytes("photo.png", PHOTO).await?,
    };
    Ok(asset.url)
}

// It prints:
//
// simulator at http://127.0.0.1:42829 (no key, no network, no credits)
// image    http://127.0.0.1:42829/files/asset_000001/photo.png
// motion   motion_000002
// avatar   1003
// preview  http://127.0.0.1:42829/files/motion_000002/motion.mp4
// saved    preview.mp4 (51 bytes)
