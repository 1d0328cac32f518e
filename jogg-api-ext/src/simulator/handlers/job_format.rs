//! Jobs as response data.

use std::time::Duration;

use jogg_api::Operation;
use serde_json::{Map, Value, json};

use super::raw_status::RawStatuses;
use crate::simulator::clock::unix_seconds;
use crate::simulator::dialect::Dialect;
use crate::simulator::settings::Settings;
use crate::simulator::spec::schema::{Kind, Schema};
use crate::simulator::spec::values::{ERROR_TEXTS, echo, replace_everywhere};
use crate::simulator::state::files::Files;
use crate::simulator::state::jobs::{Job, Part};
use crate::simulator::state::phase::Phase;

/// Writes jobs as data of a schema.
pub(crate) struct JobFormat<'a> {
    dialect: Dialect,
    job_duration: Duration,
    files: &'a mut Files,
}

impl<'a> JobFormat<'a> {
    pub(crate) fn new(settings: &Settings, files: &'a mut Files) -> Self {
        Self { dialect: settings.dialect, job_duration: settings.job_duration, files }
    }

    /// Writes a job in a given phase, with the raw status of this operation: as the response that
    /// started it, as a report, or as an item of a list.
    pub(crate) fn data(
        &mut self,
        operation: &Operation,
        schema: &Schema,
        job: &Job,
        phase: Phase,
    ) -> Value {
        let statuses = RawStatuses::of(operation);
        let mut data = schema.synthesize();
        remove_results(schema, phase, &mut data);
        self.files.publish(&job.id_text(), &mut data);
        echo(schema, &job.body, &mut data);
        self.set_ids(schema, job, phase, &mut data);
        self.set_status(schema, statuses, phase, &mut data);
        if phase == Phase::Failed {
            explain(schema, job.failure.as_deref().unwrap_or_default(), &mut data);
        }
        self.set_parts(schema, statuses, job, phase, &mut data);
        self.set_times(job, &mut data);
        replace_everywhere(&mut data, "deducted_credit", &json!(job.price));
        if let (Some(title), Some(_)) = (&job.title, schema.property("title")) {
            data["title"] = json!(title);
        }
        data
    }

    /// Writes one of several jobs of a call as refused.
    pub(crate) fn refused(job: RefusedJob<'_>) -> Value {
        let mut data = job.schema.synthesize();
        remove(&mut data, job.id_name);
        echo(job.schema, job.body, &mut data);
        explain(job.schema, job.message, &mut data);
        data
    }

    fn set_ids(&self, schema: &Schema, job: &Job, phase: Phase, data: &mut Value) {
        let live = self.dialect == Dialect::Live;
        for (name, property) in schema.properties() {
            if name == job.id_name() || (name == "id" && property.accepts(&job.id)) {
                data[name] = job.id.clone();
            }
            // The `id` of an avatar is a number.
            let Some(avatar) = job.avatar.filter(|_| !property.accepts(&job.id)) else { continue };
            if name == "avatar_id" && live && phase != Phase::Completed {
                remove(data, name);
            } else if name == "avatar_id" || name == "id" {
                data[name] = json!(avatar);
            }
        }
        if live && job.id_name() == "video_id" {
            data["project_id"] = job.id.clone();
        }
    }

    fn set_status(&self, schema: &Schema, statuses: &RawStatuses, phase: Phase, data: &mut Value) {
        if let Some(status) = schema.property("status") {
            data["status"] = match status.kind {
                Kind::Integer => json!(phase.number()),
                _ => json!(statuses.get(phase, self.dialect)),
            };
        }
        // The one result that is present from the start, as an empty string.
        const EMPTY_AT_FIRST: &str = "motion_preview_url";
        if phase != Phase::Completed && schema.property(EMPTY_AT_FIRST).is_some() {
            data[EMPTY_AT_FIRST] = json!("");
        }
    }

    /// Writes the parts of a batch, and how many of them are in each phase.
    fn set_parts(
        &mut self,
        schema: &Schema,
        statuses: &RawStatuses,
        job: &Job,
        phase: Phase,
        data: &mut Value,
    ) {
        let Some((list, item)) = schema.object_list().filter(|_| !job.parts.is_empty()) else {
            return;
        };
        let parts = job.parts.iter().map(|part| self.part(item, statuses, part, part.phase(phase)));
        data[list] = parts.collect();
        if schema.property("total_submitted").is_some() {
            data["total_submitted"] = json!(job.parts.len());
        }
        if let Some(Value::Object(summary)) = data.get_mut("summary") {
            for (name, value) in summary {
                let counted = job.parts.iter().filter(|part| {
                    name == "total" || name == statuses.get(part.phase(phase), Dialect::Documented)
                });
                *value = json!(counted.count());
            }
        }
    }

    fn part(
        &mut self,
        schema: &Schema,
        statuses: &RawStatuses,
        part: &Part,
        phase: Phase,
    ) -> Value {
        let mut data = schema.synthesize();
        remove_results(schema, phase, &mut data);
        self.files.publish(&part.id("part"), &mut data);
        for (name, property) in schema.properties() {
            let is_id = name.ends_with("_id") && matches!(property.kind, Kind::Text);
            // The id of the file is a result, like the file.
            if name == "image_id" && phase != Phase::Completed {
                remove(&mut data, name);
            } else if is_id {
                data[name] = json!(part.id(name));
            }
        }
        self.set_status(schema, statuses, phase, &mut data);
        if let Some(message) = part.failure.as_deref().filter(|_| phase == Phase::Failed) {
            explain(schema, message, &mut data);
        }
        data
    }

    fn set_times(&self, job: &Job, data: &mut Value) {
        let completed = unix_seconds(job.created.saturating_add(self.job_duration));
        replace_everywhere(data, "created_at", &json!(unix_seconds(job.created)));
        replace_everywhere(data, "completed_at", &json!(completed));
    }
}

/// A job that was refused.
pub(crate) struct RefusedJob<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) id_name: &'a str,
    pub(crate) body: &'a Map<String, Value>,
    pub(crate) message: &'a str,
}

/// Says why something failed, where the schema has a place for it.
fn explain(schema: &Schema, message: &str, data: &mut Value) {
    let named = ERROR_TEXTS.iter().find_map(|name| Some((*name, schema.property(name)?)));
    match named {
        Some((name, error)) if matches!(error.kind, Kind::Object(_)) => {
            data[name] = json!({"code": "task_failed", "message": message});
        }
        Some((name, _)) => data[name] = json!(message),
        None => {}
    }
}

/// Removes what doesn't exist yet: the results of a job that is not completed, and the end time of
/// a job that runs.
fn remove_results(schema: &Schema, phase: Phase, data: &mut Value) {
    let Value::Object(members) = data else { return };
    let ended = matches!(phase, Phase::Completed | Phase::Failed);
    members.retain(|name, value| {
        if name == "completed_at" {
            return ended;
        }
        if phase == Phase::Completed || !is_result(name, value) {
            return true;
        }
        *value = Value::Null;
        schema.property(name).is_some_and(Schema::null_when_absent)
    });
}

fn is_result(name: &str, value: &Value) -> bool {
    let ends = ["url", "url_list", "key_list", "duration", "duration_seconds"];
    ends.iter().any(|end| name.ends_with(end))
        || name == "deducted_credit"
        || (name == "data" && value.is_object())
}

fn remove(data: &mut Value, name: &str) {
    data.as_object_mut().and_then(|members: &mut Map<_, _>| members.remove(name));
}
