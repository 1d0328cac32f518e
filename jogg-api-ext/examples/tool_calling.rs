//! A language model makes a video: the loop around it, with a list of calls in place of the model.
//!
//! It shows how three tools are dispatched, that nothing is paid for before it was confirmed, and
//! that a mistake of the model is a result which it can correct, and costs nothing.
//!
//! `cargo run -p jogg-api-ext --features schemars,simulator --example tool_calling`

mod support;

use std::time::Duration;

use jogg_api_ext::avatar_videos::CreateVideo;
use jogg_api_ext::tools::{Tool, arguments};
use jogg_api_ext::voices::ListVoices;
use jogg_api_ext::{JobRecord, Jogg, Result, Video};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let (jogg, _simulator) = support::simulated().await?;
    let wait = Tool::new::<JobRecord>("wait_for_job", "Waits for a video, and returns its URL.");
    for tool in [Tool::of::<ListVoices>(), Tool::of::<CreateVideo>(), wait] {
        println!("tool {}, {}", tool.name, if tool.is_paid { "paid" } else { "free" });
    }
    let mut result = Value::Null;
    for call in 0..4 {
        let (name, input) = model(call, &result);
        result = match dispatch(&jogg, name, input).await {
            // It may be paid for, so that a person decides, and no longer the model.
            Err(error) if error.may_have_executed() => return Err(error.into()),
            // A model has to see what went wrong. So an error is a result, and says what to do.
            done => done.unwrap_or_else(|error| json!({"error": error.to_string()})),
        };
        // How it begins is enough for people.
        println!("{name}: {:.56}", result.get("error").and_then(Value::as_str).unwrap_or("done"));
    }
    Ok(())
}

async fn dispatch(jogg: &Jogg, name: &str, input: Value) -> Result<Value> {
    match name {
        "list_voices" => {
            let page = jogg.voices().list(arguments::<ListVoices>(input)?).page().await?;
            Ok(json!(page.into_iter().map(|voice| voice.voice_id).collect::<Vec<_>>()))
        }
        "create_video_from_avatar" => {
            let request = arguments::<CreateVideo>(input)?;
            if !confirmed(&request) {
                return Ok(json!({"error": "The user doesn't want to pay for it."}));
            }
            Ok(json!(jogg.avatar_videos().create(request).await?))
        }
        "wait_for_job" => {
            Ok(json!({"url": jogg.resume::<Video>(arguments(input)?)?.wait().await?.url}))
        }
        _ => Ok(json!({"error": "There is no such tool."})),
    }
}

/// A person decides here.
fn confirmed(request: &CreateVideo) -> bool {
    let cost = request.estimate(Duration::from_secs(30));
    cost.inspect(|cost| println!("half a minute costs {cost}: confirmed")).is_some()
}

/// What a model would call next, knowing the result before.
fn model(call: usize, result: &Value) -> (&'static str, Value) {
    let voice = json!({"type": "script", "voice_id": "en-US-ChristopherNeural", "script": "Hi!"});
    let avatar = json!({"avatar_id": 81, "avatar_type": 0});
    // The first time, it misspells a name.
    let ratio = if call == 1 { "aspect_ration" } else { "aspect_ratio" };
    let video = json!({ratio: "square", "screen_style": 1, "avatar": avatar, "voice": voice});
    match call {
        0 => ("list_voices", json!({"language": "english"})),
        1 | 2 => ("create_video_from_avatar", video),
        _ => ("wait_for_job", result.clone()),
    }
}

// It prints:
//
// tool list_voices, free
// tool create_video_from_avatar, paid
// tool wait_for_job, free
// list_voices: done
// create_video_from_avatar: create_video_from_avatar: `aspect_ration` is not a field
// half a minute costs 1 credit by the prices of 2026-03: confirmed
// create_video_from_avatar: done
// wait_for_job: done
