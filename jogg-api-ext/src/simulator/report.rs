//! Jobs as answers show them.

use std::time::Duration;

use jogg_api::Operation;
use serde_json::{Map, Value, json};

use super::Dialect;
use super::answer::{ERROR_TEXTS, echo, replace_everywhere, unix_seconds};
use super::files::Files;
use super::jobs::{Job, Part};
use super::phase::{Phase, Vocabulary};
use super::spec::{Kind, Schema};

/// Writes jobs into the form a schema gives.
pub(super) struct Reporter<'a> {
    pub(super) dialect: Dialect,
    pub(super) job_duration: Duration,
    pub(super) files: &'a mut Files,
}

impl Reporter<'_> {
    /// A job in a given phase, in the words of this operation: a submission, a report, or an item
    /// of a list.
    pub(super) fn show(
        &mut self,
        operation: &Operation,
        schema: &Schema,
        job: &Job,
        phase: Phase,
    ) -> Value {
        let words = Vocabulary::of(operation);
        let mut shown = schema.synthesize();
        remove_results(schema, phase, &mut shown);
        self.files.publish(&job.id_text(), &mut shown);
        echo(schema, &job.body, &mut shown);
        self.identify(schema, job, phase, &mut shown);
        self.state(schema, words, phase, &mut shown);
        if phase == Phase::Failed {
            explain(schema, job.failure.as_deref().unwrap_or_default(), &mut shown);
        }
        self.parts(schema, words, job, phase, &mut shown);
        self.times(job, &mut shown);
        replace_everywhere(&mut shown, "deducted_credit", &json!(job.price));
        if let (Some(title), Some(_)) = (&job.title, schema.property("title")) {
            shown["title"] = json!(title);
        }
        shown
    }

    /// One of several jobs that a call would have started, had it not been refused.
    pub(super) fn refuse(job: Refused<'_>) -> Value {
        let mut shown = job.schema.synthesize();
        remove(&mut shown, job.id_name);
        echo(job.schema, job.body, &mut shown);
        explain(job.schema, job.message, &mut shown);
        shown
    }

    fn identify(&self, schema: &Schema, job: &Job, phase: Phase, shown: &mut Value) {
        let live = self.dialect == Dialect::Live;
        for (name, property) in schema.properties() {
            if name == job.id_name() || (name == "id" && property.accepts(&job.id)) {
                shown[name] = job.id.clone();
            }
            // A presenter's own `id` is a number.
            let Some(avatar) = job.avatar.filter(|_| !property.accepts(&job.id)) else { continue };
            if name == "avatar_id" && live && phase != Phase::Completed {
                remove(shown, name);
            } else if name == "avatar_id" || name == "id" {
                shown[name] = json!(avatar);
            }
        }
        if live && job.id_name() == "video_id" {
            shown["project_id"] = job.id.clone();
        }
    }

    fn state(&self, schema: &Schema, words: &Vocabulary, phase: Phase, shown: &mut Value) {
        if let Some(status) = schema.property("status") {
            shown["status"] = match status.kind {
                Kind::Integer => json!(phase.number()),
                _ => json!(words.word(phase, self.dialect)),
            };
        }
        // The one result that is there from the start, as an empty text.
        const EMPTY_AT_FIRST: &str = "motion_preview_url";
        if phase != Phase::Completed && schema.property(EMPTY_AT_FIRST).is_some() {
            shown[EMPTY_AT_FIRST] = json!("");
        }
    }

    /// The parts of a batch, and how many of them are in which state.
    fn parts(
        &mut self,
        schema: &Schema,
        words: &Vocabulary,
        job: &Job,
        phase: Phase,
        shown: &mut Value,
    ) {
        let Some((list, item)) = schema.object_list().filter(|_| !job.parts.is_empty()) else {
            return;
        };
        let parts = job.parts.iter().map(|part| self.part(item, words, part, part.phase(phase)));
        shown[list] = parts.collect();
        if schema.property("total_submitted").is_some() {
            shown["total_submitted"] = json!(job.parts.len());
        }
        if let Some(Value::Object(summary)) = shown.get_mut("summary") {
            for (name, value) in summary {
                let counted = job.parts.iter().filter(|part| {
                    name == "total" || name == words.word(part.phase(phase), Dialect::Documented)
                });
                *value = json!(counted.count());
            }
        }
    }

    fn part(&mut self, schema: &Schema, words: &Vocabulary, part: &Part, phase: Phase) -> Value {
        let mut shown = schema.synthesize();
        remove_results(schema, phase, &mut shown);
        self.files.publish(&part.id("part"), &mut shown);
        for (name, property) in schema.properties() {
            let is_id = name.ends_with("_id") && matches!(property.kind, Kind::Text);
            // The file's id is a result like the file.
            if name == "image_id" && phase != Phase::Completed {
                remove(&mut shown, name);
            } else if is_id {
                shown[name] = json!(part.id(name));
            }
        }
        self.state(schema, words, phase, &mut shown);
        if let Some(message) = part.failure.as_deref().filter(|_| phase == Phase::Failed) {
            explain(schema, message, &mut shown);
        }
        shown
    }

    fn times(&self, job: &Job, shown: &mut Value) {
        let completed = unix_seconds(job.created.saturating_add(self.job_duration));
        replace_everywhere(shown, "created_at", &json!(unix_seconds(job.created)));
        replace_everywhere(shown, "completed_at", &json!(completed));
    }
}

/// A job that was refused.
pub(super) struct Refused<'a> {
    pub(super) schema: &'a Schema,
    pub(super) id_name: &'a str,
    pub(super) body: &'a Map<String, Value>,
    pub(super) message: &'a str,
}

/// Says why something failed, where the schema has a place for it.
fn explain(schema: &Schema, message: &str, shown: &mut Value) {
    let named = ERROR_TEXTS.iter().find_map(|name| Some((*name, schema.property(name)?)));
    match named {
        Some((name, error)) if matches!(error.kind, Kind::Object(_)) => {
            shown[name] = json!({"code": "task_failed", "message": message});
        }
        Some((name, _)) => shown[name] = json!(message),
        None => {}
    }
}

/// Takes away what is not there yet: results of a job that is not completed, and the time of its
/// end as long as it runs.
fn remove_results(schema: &Schema, phase: Phase, shown: &mut Value) {
    let Value::Object(members) = shown else { return };
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

fn remove(shown: &mut Value, name: &str) {
    shown.as_object_mut().and_then(|members: &mut Map<_, _>| members.remove(name));
}
