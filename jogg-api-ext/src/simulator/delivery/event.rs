//! The event of a job that has ended.

use bytes::Bytes;
use jogg_api::Operation;
use jogg_api::operations as op;
use serde_json::{Map, Value, json};

use crate::simulator::clock::unix_seconds;
use crate::simulator::dialect::Dialect;
use crate::simulator::handlers::job_format::JobFormat;
use crate::simulator::settings::Settings;
use crate::simulator::spec::OperationSpec;
use crate::simulator::state::State;
use crate::simulator::state::endings::Ending;
use crate::simulator::state::jobs::Job;
use crate::simulator::state::phase::Phase;
use crate::webhooks::shape;

/// Which event ends the jobs of an operation, and what it says of them.
struct Rule {
    create: &'static Operation,
    /// The name of the event, without `_success` or `_failed`.
    stem: &'static str,
    /// Whether the documented event has a status.
    has_status: bool,
    /// The members of the event of success besides id and status, each with its place in the
    /// report.
    members: &'static [(&'static str, &'static str)],
}

const MOTION: &[(&str, &str)] =
    &[("avatar_id", "/avatar_id"), ("preview_url", "/motion_preview_url")];
const PRODUCT_VIDEO: &[(&str, &str)] = &[("video_url", "/video_url"), ("cover_url", "/cover_url")];

/// The operations whose jobs end with an event. Of those that could be of several events, each has
/// one that leaves no doubt which operation started the job.
static RULES: [Rule; 10] = [
    rule(&op::ADD_PHOTO_AVATAR_MOTION, "generated_motion", false, MOTION),
    rule(&op::ADD_PRODUCT_AVATAR_MOTION, "generated_product_avatar", true, MOTION),
    rule(
        &op::CREATE_AI_SCRIPT,
        "generated_script",
        true,
        &[("scripts", "/data/generated_scripts")],
    ),
    rule(
        &op::CREATE_VIDEO_FROM_AVATAR,
        "generated_avatar_video",
        true,
        &[("video_url", "/video_url"), ("cover_url", "/cover_url"), ("duration", "/duration")],
    ),
    rule(&op::CREATE_VIDEO_FROM_PRODUCT, "generated_product_video", true, PRODUCT_VIDEO),
    rule(
        &op::CREATE_VIDEO_TRANSLATION,
        "generated_translate_video",
        true,
        &[("video_url", "/url"), ("subtitle_url", "/subtitle_url")],
    ),
    rule(
        &op::CREATE_VIDEO_WITH_TEMPLATE,
        "generated_template_video",
        true,
        &[
            ("video_url", "/data/url"),
            ("cover_url", "/data/cover_url"),
            ("duration", "/data/duration_seconds"),
        ],
    ),
    rule(&op::GENERATE_PHOTO, "generated_image", false, &[("photo_urls", "/image_url_list")]),
    rule(
        &op::GENERATE_PRODUCT_AVATAR_IMAGES,
        "generated_product_avatar",
        true,
        &[("generations", "/generations")],
    ),
    rule(&op::RENDER_PRODUCT_PREVIEW, "generated_product_video", true, PRODUCT_VIDEO),
];

const fn rule(
    create: &'static Operation,
    stem: &'static str,
    has_status: bool,
    members: &'static [(&'static str, &'static str)],
) -> Rule {
    Rule { create, stem, has_status, members }
}

/// An event.
pub(super) struct Event {
    pub(super) name: String,
    pub(super) body: Bytes,
}

impl Event {
    /// The event that ends a job, with this id. `None` if there is none for jobs of its kind.
    pub(super) fn of(
        job: &Job,
        ending: &Ending,
        event_id: u64,
        settings: &Settings,
        state: &mut State,
    ) -> Option<Self> {
        let rule = RULES.iter().find(|rule| rule.create == job.rule.create)?;
        let mut data = match job.reason() {
            Some(message) => shape::failure(rule.has_status, message),
            None => rule.success(&report(job, settings, state)?),
        };
        data.insert(job.id_name().to_owned(), job.id.clone());
        let end = if job.reason().is_some() { "failed" } else { "success" };
        let name = format!("{}_{end}", rule.stem);
        let timestamp = unix_seconds(ending.at);
        let mut body = json!({"event": name, "timestamp": timestamp});
        match settings.dialect {
            Dialect::Documented => body["event_id"] = json!(format!("evt_{event_id:06}")),
            Dialect::Live => shape::make_live(&mut data),
        }
        body["data"] = Value::Object(data);
        Some(Self { name, body: body.to_string().into() })
    }
}

impl Rule {
    fn success(&self, report: &Value) -> Map<String, Value> {
        let mut data = Map::new();
        if self.has_status {
            data.insert("status".to_owned(), json!("completed"));
        }
        for (name, place) in self.members {
            if let Some(value) = report.pointer(place) {
                data.insert((*name).to_owned(), value.clone());
            }
        }
        let scripts = data.get_mut("scripts").and_then(Value::as_array_mut);
        scripts.into_iter().flatten().for_each(join_paragraphs);
        data
    }
}

/// The report on a completed job.
fn report(job: &Job, settings: &Settings, state: &mut State) -> Option<Value> {
    let report = job.rule.report;
    let schema = OperationSpec::of(report).data.as_ref()?;
    Some(JobFormat::new(settings, &mut state.files).data(report, schema, job, Phase::Completed))
}

/// A script has its paragraphs as a list in a report, and as one text in an event.
fn join_paragraphs(script: &mut Value) {
    let Some(paragraphs) = script.get_mut("script_paragraphs") else { return };
    if let Some(list) = paragraphs.as_array() {
        let list: Vec<_> = list.iter().filter_map(Value::as_str).collect();
        *paragraphs = json!(list.join("\n"));
    }
}

#[cfg(test)]
mod tests {
    use jogg_api::enums::WebhookEvent;
    use jogg_api::jobs::JOBS;

    use super::*;

    #[test]
    fn fact_44_all_jobs_end_with_a_known_event_but_lip_syncs_and_previews() {
        let without = [&op::CREATE_LIP_SYNC_VIDEO, &op::CREATE_PRODUCT_PREVIEWS];
        for job in JOBS {
            let rule = RULES.iter().find(|rule| rule.create == job.create);
            assert_eq!(rule.is_none(), without.contains(&job.create), "{}", job.create.id);
        }
        let page = include_str!("../../../docs/webhooks.md");
        for rule in &RULES {
            let [create, stem] = [rule.create.id, rule.stem].map(|name| format!("`{name}`"));
            let is_row = |line: &str| line.contains(&create) && line.contains(&stem);
            assert!(page.lines().any(is_row), "docs/webhooks.md: {create} and {stem}");
            for end in ["success", "failed"] {
                let name = format!("{}_{end}", rule.stem);
                assert!(WebhookEvent::KNOWN.iter().any(|known| known.as_str() == name), "{name}");
            }
        }
    }

    #[test]
    fn each_member_is_in_the_report() {
        for rule in &RULES {
            let job = JOBS.iter().find(|job| job.create == rule.create).unwrap();
            let report = OperationSpec::of(job.report).data.as_ref().unwrap().synthesize();
            for (name, place) in rule.members {
                assert!(report.pointer(place).is_some(), "{}: {name}", job.report.id);
            }
        }
    }
}
