//! Bodies of events, for tests.

use std::fmt;

use jogg_api::enums::WebhookEvent;
use jogg_api::one_line;
use serde_json::{Map, Value, json};

use super::shape;

/// A body of an event, for tests of receivers: as documented, or as it has been seen in production.
///
/// ```
/// use jogg_api_ext::enums::WebhookEvent;
/// use jogg_api_ext::webhooks::{Event, SampleEvent};
///
/// let sample = SampleEvent::new(WebhookEvent::GeneratedAvatarVideoSuccess).job_id("video_1e88");
/// assert_eq!(Event::parse(&sample.body())?.job().unwrap().id, "video_1e88");
/// # Ok::<(), jogg_api_ext::webhooks::NotAnEvent>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct SampleEvent {
    event: WebhookEvent,
    event_id: Option<String>,
    timestamp: i64,
    data: Map<String, Value>,
    id_name: &'static str,
}

impl SampleEvent {
    /// Creates the documented body of this event, with an `event_id`. What the documents don't say
    /// is as in the API's reports on jobs.
    pub fn new(event: WebhookEvent) -> Self {
        let (id_name, data) = data(event.as_str());
        let data = data.as_object().cloned().unwrap_or_default();
        let event_id = Some("evt_5b07".to_owned());
        Self { event, event_id, timestamp: 1_764_000_000, data, id_name }
    }

    /// Returns a sample of each known event.
    pub fn all() -> Vec<Self> {
        WebhookEvent::KNOWN.iter().cloned().map(Self::new).collect()
    }

    /// Sets the id of the job.
    pub fn job_id(self, id: impl Into<String>) -> Self {
        let name = self.id_name;
        self.with(name, id.into())
    }

    /// Sets the id of the event; `None` removes it, since it is often missing.
    pub fn event_id(mut self, id: impl Into<Option<String>>) -> Self {
        self.event_id = id.into();
        self
    }

    /// Sets when the event happened, in Unix seconds.
    pub fn timestamp(mut self, seconds: i64) -> Self {
        self.timestamp = seconds;
        self
    }

    /// Sets a member of the `data`.
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.data.insert(name.into(), value.into());
        self
    }

    /// Removes a member of the `data`.
    pub fn without(mut self, name: &str) -> Self {
        self.data.remove(name);
        self
    }

    /// Makes the body as it has been seen in production: without `event_id`, status and still
    /// image, and with the id of a video in `project_id`.
    pub fn live(mut self) -> Self {
        shape::make_live(&mut self.data);
        if self.id_name == "video_id" {
            self.id_name = "project_id";
        }
        self.event_id(None)
    }

    /// Returns the name of the event.
    pub fn event(&self) -> &WebhookEvent {
        &self.event
    }

    /// Returns the body. [`sign`](super::sign) signs it.
    pub fn body(&self) -> Vec<u8> {
        let mut body = json!({
            "event": self.event, "timestamp": self.timestamp, "data": self.data,
        });
        if let Some(id) = &self.event_id {
            body["event_id"] = json!(id);
        }
        body.to_string().into_bytes()
    }
}

impl fmt::Debug for SampleEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SampleEvent")
            .field("event", &one_line(self.event.as_str()))
            .finish_non_exhaustive()
    }
}

/// The name of the job's id, and the `data`.
fn data(event: &str) -> (&'static str, Value) {
    let (stem, failed) = match event.strip_suffix("_failed") {
        Some(stem) => (stem, true),
        None => (event.strip_suffix("_success").unwrap_or(event), false),
    };
    let (id_name, mut data) = success(stem);
    if failed {
        let mut failure = shape::failure(data.get("status").is_some(), "The job failed");
        failure.insert(id_name.to_owned(), data[id_name].take());
        data = Value::Object(failure);
    }
    (id_name, data)
}

fn success(stem: &str) -> (&'static str, Value) {
    const FILES: &str = "https://res.example.com";
    match stem {
        "create_avatar" | "generated_photo_avatar" => {
            let preview_url = format!("{FILES}/avatar.mp4");
            let data = json!({"avatar_id": 81, "status": "completed", "preview_url": preview_url});
            ("avatar_id", data)
        }
        "generated_product_avatar" => {
            ("batch_id", json!({"batch_id": "batch_2d5e", "status": "completed"}))
        }
        "generated_image" => {
            let photos = ["a", "b", "c", "d"].map(|name| format!("{FILES}/{name}.png"));
            ("photo_id", json!({"photo_id": "photo_9a41", "photo_urls": photos}))
        }
        "generated_motion" => {
            let preview_url = format!("{FILES}/motion.mp4");
            let data = json!({"motion_id": "motion_7f3a", "preview_url": preview_url});
            ("motion_id", data)
        }
        "generated_script" => {
            let paragraphs = "Two bottles and one idea.";
            let scripts = json!([{"script_style": "Storytime", "script_paragraphs": paragraphs}]);
            let data = json!({"task_id": "task_60c2", "status": "completed", "scripts": scripts});
            ("task_id", data)
        }
        "generated_translate_video" => {
            let url = format!("{FILES}/translated.mp4");
            let data =
                json!({"video_translate_id": "tr_3b8d", "status": "completed", "video_url": url});
            ("video_translate_id", data)
        }
        _ => {
            let data = json!({
                "video_id": "video_1e88", "status": "completed", "duration": 30,
                "video_url": format!("{FILES}/video.mp4"),
                "cover_url": format!("{FILES}/cover.jpg"),
            });
            ("video_id", data)
        }
    }
}
