//! What a batch leaves in a folder: the videos, and a file that says what became of each row.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use jogg_api_ext::assets::Download;
use jogg_api_ext::avatar_videos::CreateVideo;
use jogg_api_ext::batch::{Batch, BatchRequest, Failure, RequestState, SettleError};
use jogg_api_ext::enums::ScreenStyle;
use jogg_api_ext::{Jogg, Video};
use serde::Serialize;

use super::progress::Progress;

/// The name of the file of outcomes, a JSON object on each line.
const OUTCOMES: &str = "outcomes.jsonl";

/// A line of that file. It has no URL: those of results are signed, and expire.
#[derive(Serialize)]
struct Outcome<'r> {
    key: &'r str,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credits: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<&'r Failure>,
}

/// Takes an outcome: saves the video of a request that is done. It may be called twice for one, if
/// the process dies before the batch has noted that it returned; the second time, the same file is
/// replaced.
pub(crate) async fn take(
    folder: &Path,
    jogg: &Jogg,
    progress: &Progress,
    request: BatchRequest,
) -> Result<(), SettleError> {
    let key = &request.key;
    let (RequestState::Done, Some(job)) = (request.state, request.job.clone()) else {
        let reason = request.failure.as_ref().map_or("", |failure| &failure.message);
        progress.say(&format!("{key}: {}: {reason}", request.state));
        return Ok(());
    };
    let path = folder.join(file_name(&request));
    let video = request.result::<CreateVideo>()?;
    // On disk, since the batch won't hand it over again. A file that is there is whole.
    let saved = jogg.assets().download(Download::new(video.url).sync(true), &path).await;
    let bytes = match saved {
        Ok(bytes) => bytes,
        // The URL is as old as the result; a new report has a fresh one.
        Err(error) => {
            let report = jogg.resume::<Video>(job)?.report().await?;
            let video = report.result.ok_or(error)?;
            jogg.assets().download(Download::new(video.url).sync(true), &path).await?
        }
    };
    progress.say(&format!("{key}: done, {bytes} bytes in {}", path.display()));
    Ok(())
}

/// Writes the outcomes so far as one file, in place of that of the last run: all of it or nothing.
pub(crate) async fn write_outcomes(
    folder: &Path,
    batch: &Batch,
) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let path = folder.join(OUTCOMES);
    // Another process of the batch may write its own.
    let part = folder.join(format!(".{OUTCOMES}.{}", std::process::id()));
    let mut file = BufWriter::new(File::create(&part)?);
    let mut requests = batch.requests();
    while let Some(request) = requests.next().await {
        let request = request?;
        if request.state.has_ended() {
            serde_json::to_writer(&mut file, &Outcome::of(&request))?;
            file.write_all(b"\n")?;
        }
    }
    file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
    std::fs::rename(&part, &path)?;
    Ok(path)
}

impl<'r> Outcome<'r> {
    fn of(request: &'r BatchRequest) -> Self {
        let is_saved = request.state == RequestState::Done && request.is_settled;
        Self {
            key: &request.key,
            state: request.state.as_str(),
            job: request.job.as_ref().map(|job| job.id.as_str()),
            file: is_saved.then(|| file_name(request)),
            credits: request.credits,
            failure: request.failure.as_ref(),
        }
    }
}

fn file_name(request: &BatchRequest) -> String {
    let style = request.body["screen_style"].as_i64();
    let is_transparent = style == Some(ScreenStyle::Transparent as i64);
    let extension = if is_transparent { "webm" } else { "mp4" };
    format!("{}.{extension}", request.key)
}
