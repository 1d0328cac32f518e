//! What is still to be sent, and in which order.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::receivers::Message;
use crate::simulator::state::schedule::Schedule;

/// A message on its way.
pub(super) struct Delivery {
    pub(super) message: Arc<Message>,
    /// How often it was sent.
    pub(super) attempts: u32,
    /// Whether it is to be sent once more after it has arrived.
    pub(super) duplicate: bool,
}

/// The messages that are still to be sent: those whose time has come, in order and one at a time to
/// each server, and those whose time is yet to come.
#[derive(Default)]
pub(super) struct Outbox {
    later: Schedule<Delivery>,
    servers: BTreeMap<String, Server>,
}

#[derive(Default)]
struct Server {
    waiting: VecDeque<Delivery>,
    is_busy: bool,
}

impl Outbox {
    /// Adds a message that is due at this time.
    pub(super) fn add(&mut self, due: Duration, delivery: Delivery) {
        self.later.add(due, delivery);
    }

    /// When the next message is due, of those that weren't when [`Outbox::reach`] was called last.
    pub(super) fn next(&self) -> Option<Duration> {
        self.later.next()
    }

    /// How many messages there are, without those that are being sent.
    pub(super) fn len(&self) -> usize {
        let waiting = self.servers.values().map(|server| server.waiting.len());
        self.later.len() + waiting.sum::<usize>()
    }

    /// Makes the messages that are due by now ready to be taken.
    pub(super) fn reach(&mut self, now: Duration) {
        while let Some(delivery) = self.later.take(now) {
            self.servers.entry(server(&delivery)).or_default().waiting.push_back(delivery);
        }
    }

    /// Takes a message that is due, to a server to which none is being sent.
    pub(super) fn take(&mut self) -> Option<Delivery> {
        let mut idle = self.servers.values_mut().filter(|server| !server.is_busy);
        let server = idle.next()?;
        server.is_busy = true;
        server.waiting.pop_front()
    }

    /// Says that a message was sent, so that the next one to the same server can be.
    pub(super) fn sent(&mut self, delivery: &Delivery) {
        let name = server(delivery);
        if let Some(server) = self.servers.get_mut(&name) {
            server.is_busy = false;
            if server.waiting.is_empty() {
                self.servers.remove(&name);
            }
        }
    }
}

/// Host and port.
fn server(delivery: &Delivery) -> String {
    delivery.message.url.as_ref().map(|url| url.authority().to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use jogg_api::reqwest::Url;

    use super::*;

    fn delivery(url: &str) -> Delivery {
        let message = Message {
            event: String::new(),
            job_id: String::new(),
            endpoint_id: None,
            url: Url::parse(url).ok(),
            body: Bytes::new(),
            signature: None,
        };
        Delivery { message: Arc::new(message), attempts: 0, duplicate: false }
    }

    #[test]
    fn each_server_gets_one_message_at_a_time_in_the_order_in_which_they_are_due() {
        let second = Duration::from_secs;
        let mut outbox = Outbox::default();
        for (due, url) in
            [(2, "http://a/2"), (1, "http://a/1"), (2, "http://b/2"), (9, "http://a/9")]
        {
            outbox.add(second(due), delivery(url));
        }
        let take = |outbox: &mut Outbox, now| {
            outbox.reach(second(now));
            outbox.take()
        };
        assert!(take(&mut outbox, 0).is_none());
        let first = take(&mut outbox, 2).unwrap();
        let other = take(&mut outbox, 2).unwrap();
        assert!(take(&mut outbox, 2).is_none());
        assert_eq!(first.message.url.as_ref().unwrap().as_str(), "http://a/1");
        assert_eq!(other.message.url.as_ref().unwrap().as_str(), "http://b/2");
        outbox.sent(&other);
        assert!(take(&mut outbox, 2).is_none());
        outbox.sent(&first);
        let second_one = take(&mut outbox, 2).unwrap();
        assert_eq!(second_one.message.url.as_ref().unwrap().as_str(), "http://a/2");
        assert_eq!((outbox.len(), outbox.next()), (1, Some(second(9))));
        outbox.sent(&second_one);
        // Nothing is kept of a server that gets nothing.
        assert!(outbox.servers.is_empty());
    }
}
