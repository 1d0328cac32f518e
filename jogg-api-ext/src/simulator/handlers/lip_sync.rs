//! Lip sync jobs by the URLs they were started with.

use jogg_api::enums::PlaybackType;
use jogg_api::operations as op;
use serde_json::{Map, Value};

use super::jobs;
use crate::simulator::call::Call;
use crate::simulator::state::State;
use crate::simulator::state::jobs::Job;
use crate::simulator::wire::refusal::Refusal;

/// What a job is matched by, each the name of a parameter and of a field of the body.
const URLS: [&str; 2] = ["video_url", "audio_url"];
const PLAYBACK_TYPE: &str = "playback_type";

/// Reports on the latest job with these URLs and this playback type.
pub(crate) fn find(call: Call<'_>, state: &mut State) -> Result<Value, Refusal> {
    let wanted = |name: &str| call.parameters.query(name).filter(|value| !value.is_empty());
    if let Some(missing) = URLS.iter().find(|name| wanted(name).is_none()) {
        return Err(Refusal::parameter(format!("{missing}: the parameter is missing")));
    }
    let playback_type = wanted(PLAYBACK_TYPE).map(str::parse::<PlaybackType>).transpose();
    let playback_type = playback_type
        .map_err(|error| Refusal::parameter(format!("{PLAYBACK_TYPE}: {error}")))?
        .unwrap_or(PlaybackType::Normal);
    let has = |body: &Map<String, Value>| {
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        URLS.iter().all(|name| text(name) == wanted(name))
            && text(PLAYBACK_TYPE).unwrap_or(PlaybackType::Normal.as_str())
                == playback_type.as_str()
    };
    let is_it = |job: &&Job| job.rule.create == &op::CREATE_LIP_SYNC_VIDEO && has(&job.body);
    let id = state.jobs.iter().rev().find(is_it).map(Job::id_text);
    jobs::report_on(&op::GET_LIP_SYNC_VIDEO, id.as_deref(), &call, state)
}
