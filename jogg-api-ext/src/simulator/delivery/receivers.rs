//! Who gets an event.

use bytes::Bytes;
use jogg_api::operations as op;
use jogg_api::reqwest::Url;
use jogg_api::{Secret, is_loopback};
use serde_json::Value;

use super::event::Event;
use crate::simulator::state::State;
use crate::simulator::state::ids::id_text;
use crate::simulator::state::jobs::Job;
use crate::webhooks::signature::sign;

/// Where a single request may name a receiver.
const CALLBACKS: [&str; 2] = ["webhook_url", "callback_url"];

/// Longer URLs are none that a receiver has, and would fill the memory.
const LONGEST_URL: usize = 4096;

/// An event for one receiver.
pub(super) struct Message {
    pub(super) event: String,
    pub(super) job_id: String,
    pub(super) endpoint_id: Option<String>,
    /// `None` if nothing is sent there: it isn't on this machine.
    pub(super) url: Option<Url>,
    pub(super) body: Bytes,
    /// None for the receivers of single requests: they have no secret.
    pub(super) signature: Option<String>,
}

impl Message {
    /// The messages of a job's event: to the enabled endpoints that are subscribed to it, and to
    /// the receiver that the request has named.
    pub(super) fn all(job: &Job, event: &Event, state: &State) -> Vec<Self> {
        let endpoints = state.store.items(&op::LIST_WEBHOOK_ENDPOINTS).iter();
        let endpoints = endpoints.filter(|endpoint| is_subscribed(endpoint, &event.name));
        let callbacks = CALLBACKS.iter().filter_map(|name| job.body.get(*name)?.as_str());
        let callbacks = callbacks.filter(|url| !url.is_empty());
        let message = |url: &str| Self {
            event: event.name.clone(),
            job_id: job.id_text(),
            endpoint_id: None,
            url: local(url),
            body: event.body.clone(),
            signature: None,
        };
        let to_endpoint = |endpoint: &Value| {
            let text = |name: &str| endpoint[name].as_str().unwrap_or_default();
            let secret = Some(text("secret")).filter(|secret| !secret.is_empty());
            Self {
                endpoint_id: Some(id_text(&endpoint["endpoint_id"])),
                signature: secret.map(|secret| sign(&Secret::from(secret), &event.body)),
                ..message(text("url"))
            }
        };
        endpoints.map(to_endpoint).chain(callbacks.map(message)).collect()
    }
}

fn is_subscribed(endpoint: &Value, event: &str) -> bool {
    let events = endpoint["events"].as_array();
    endpoint["status"] == "enabled"
        && events.is_some_and(|events| events.iter().any(|it| it == event))
}

/// A URL of this machine. Nothing is ever sent to another.
fn local(url: &str) -> Option<Url> {
    let url = Some(url).filter(|url| url.len() <= LONGEST_URL);
    let url = url.and_then(|url| Url::parse(url).ok())?;
    (matches!(url.scheme(), "http" | "https") && is_loopback(&url)).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_receivers_on_this_machine_get_anything() {
        for url in [
            "http://127.0.0.1:8080/hook",
            "http://127.9.9.9",
            "http://[::1]:1/",
            "https://localhost/hook",
            "https://hooks.localhost:8443",
        ] {
            assert!(local(url).is_some(), "{url}");
        }
        for url in [
            "http://a.example/hook",
            "https://a.example/hook",
            "https://10.0.0.1/hook",
            "http://0.0.0.0:80",
            "http://localhost.a.example",
            "http://127.0.0.1@a.example/",
            "ftp://127.0.0.1/hook",
            "unix:/run/hook",
            "hook",
            "",
        ] {
            assert!(local(url).is_none(), "{url}");
        }
        assert!(local(&format!("http://127.0.0.1/{}", "a".repeat(5000))).is_none());
    }
}
