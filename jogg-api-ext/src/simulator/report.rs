//! Jobs as answers show them.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::Dialect;
use super::answer::{ERROR_TEXTS, echo, replace_everywhere};
use super::files::Files;
use super::jobs::{Job, numbered};
use super::phase::{Phase, Vocabulary};
use super::spec::{Kind, Schema};

/// Writes jobs into the form a schema gives.
pub(super) struct Reporter<'a> {
    pub(super) dialect: Dialect,
    pub(super) job_duration: Duration,
    pub(super) files: &'a mut Files,
}

impl Reporter<'_> {
    /// A job in a given phase: a submission, a report, or an item of a list.
    pub(super) fn show(&mut self, schema: &Schema, job: &Job, phase: Phase) -> Value {
        let mut shown = schema.synthesize();
        if phase != Phase::Completed {
            remove_results(&mut shown);
        }
        self.files.publish(&job.id_text(), &mut shown);
        echo(schema, &job.body, &mut shown);
        self.identify(schema, job, phase, &mut shown);
        self.state(schema, job, phase, &mut shown);
        self.parts(schema, job, phase, &mut shown);
        self.times(job, &mut shown);
        replace_everywhere(&mut shown, "deducted_credit", &json!(job.price));
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

    fn state(&self, schema: &Schema, job: &Job, phase: Phase, shown: &mut Value) {
        if let Some(status) = schema.property("status") {
            shown["status"] = match status.kind {
                Kind::Integer => json!(phase.number()),
                _ => json!(Vocabulary::of(job.rule.report).word(phase, self.dialect)),
            };
        }
        // The one result that is there from the start, as an empty text.
        const EMPTY_AT_FIRST: &str = "motion_preview_url";
        if phase != Phase::Completed && schema.property(EMPTY_AT_FIRST).is_some() {
            shown[EMPTY_AT_FIRST] = json!("");
        }
        if phase == Phase::Failed {
            let message = job.failure.as_deref().unwrap_or_default();
            let named = ERROR_TEXTS.iter().find_map(|name| Some((*name, schema.property(name)?)));
            match named {
                Some((name, error)) if matches!(error.kind, Kind::Object(_)) => {
                    shown[name] = json!({"code": "task_failed", "message": message});
                }
                Some((name, _)) => shown[name] = json!(message),
                None => {}
            }
        }
    }

    /// The parts of a batch, and how many of them are in which state.
    fn parts(&mut self, schema: &Schema, job: &Job, phase: Phase, shown: &mut Value) {
        let Some((list, item)) = schema.object_list().filter(|_| !job.parts.is_empty()) else {
            return;
        };
        let word = Vocabulary::of(job.rule.report).word(phase, self.dialect);
        let parts = job.parts.iter().map(|number| self.part(item, *number, phase, word));
        shown[list] = parts.collect();
        let count = job.parts.len();
        if schema.property("total_submitted").is_some() {
            shown["total_submitted"] = json!(count);
        }
        if let Some(Value::Object(summary)) = shown.get_mut("summary") {
            let documented = Vocabulary::of(job.rule.report).word(phase, Dialect::Documented);
            for (name, value) in summary {
                *value = json!(if name == "total" || name == documented { count } else { 0 });
            }
        }
    }

    fn part(&mut self, schema: &Schema, number: u64, phase: Phase, word: &str) -> Value {
        let mut shown = schema.synthesize();
        if phase != Phase::Completed {
            remove_results(&mut shown);
        }
        self.files.publish(&numbered("part", number), &mut shown);
        for (name, property) in schema.properties() {
            let is_id = name.ends_with("_id") && matches!(property.kind, Kind::Text);
            // The file's id is a result like the file.
            if name == "image_id" && phase != Phase::Completed {
                remove(&mut shown, name);
            } else if is_id {
                shown[name] = json!(numbered(name, number));
            }
        }
        if schema.property("status").is_some() {
            shown["status"] = json!(word);
        }
        shown
    }

    /// Time stamps count from a fixed moment, so that answers are the same in every run.
    fn times(&self, job: &Job, shown: &mut Value) {
        const START: u64 = 1_764_000_000;
        let created = START.saturating_add(job.created.as_secs());
        let completed = created.saturating_add(self.job_duration.as_secs());
        replace_everywhere(shown, "created_at", &json!(created));
        replace_everywhere(shown, "completed_at", &json!(completed));
    }
}

/// Takes away what only a finished job has.
fn remove_results(shown: &mut Value) {
    if let Value::Object(members) = shown {
        members.retain(|name, value| !is_result(name, value));
    }
}

fn is_result(name: &str, value: &Value) -> bool {
    let ends = ["url", "url_list", "key_list", "duration", "duration_seconds"];
    ends.iter().any(|end| name.ends_with(end))
        || matches!(name, "completed_at" | "deducted_credit")
        || (name == "data" && value.is_object())
}

fn remove(shown: &mut Value, name: &str) {
    shown.as_object_mut().and_then(|members: &mut Map<_, _>| members.remove(name));
}
