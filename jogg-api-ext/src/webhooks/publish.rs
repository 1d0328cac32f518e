//! Gives events to waits.

use super::callback::Callback;
use super::event::Event;
use crate::jobs::EventHub;

impl EventHub {
    /// Makes all waits for the job of this event poll at once.
    pub fn publish(&self, event: &Event) {
        event.ids().iter().for_each(|id| self.notify(id));
    }

    /// Makes all waits for the jobs of this callback poll at once. It may be forged: the polls then
    /// find nothing, and cost as much as others.
    pub fn publish_callback(&self, callback: &Callback) {
        callback.ids().iter().for_each(|id| self.notify_unsigned(id));
    }
}
