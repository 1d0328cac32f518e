//! Wakes waits when something says that their jobs have ended.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jogg_api::operations::{ADD_PHOTO_AVATAR_MOTION, ADD_PRODUCT_AVATAR_MOTION};
use jogg_api::{Operation, raw_text};
use tokio::sync::Notify;

use crate::job_record::{ID_SEPARATOR, JobRecord};

/// Passes on to waits that their jobs have ended, as webhooks say. Clones are one hub, which any
/// number of waits share.
///
/// A wait gets it by [`WaitOptions::hub`](super::WaitOptions::hub). What the hub receives is never
/// taken for a result: it makes the wait poll at once, and the poll says what is true. So an event
/// that is lost, late or forged changes nothing but the time.
///
/// An event may come before the call that starts its job returns. So the hub keeps the ids in
/// recent events, 10,000 by default, and a wait that begins later finds them. Of callbacks, which
/// aren't signed, it keeps a tenth as many ids besides, so that they displace no others.
///
/// ```no_run
/// # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
/// use jogg_api_ext::jobs::{EventHub, WaitOptions};
///
/// let hub = EventHub::new(); // a clone of it is where the webhooks come in
/// let job = jogg.avatar_videos().video_job("video_1e88");
/// let video = job.wait_with(WaitOptions::default().hub(&hub)).await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct EventHub {
    state: Arc<Mutex<State>>,
}

struct State {
    recent: Recent,
    /// Those that anyone could send.
    unsigned: Recent,
    waiting: HashMap<String, Vec<Arc<Notify>>>,
}

/// The ids that came last.
struct Recent {
    capacity: usize,
    /// When each came last, as a number.
    ids: HashMap<Arc<str>, u64>,
    order: BTreeMap<u64, Arc<str>>,
    came: u64,
}

impl EventHub {
    /// Creates a hub that keeps the last 10,000 ids.
    pub fn new() -> Self {
        Self::with_capacity(10_000)
    }

    /// Creates a hub that keeps so many ids, of which an event brings one or a few. What it forgets
    /// too early is found by the slow polls.
    pub fn with_capacity(capacity: usize) -> Self {
        let [recent, unsigned] = [capacity, capacity.div_ceil(10)].map(Recent::new);
        let state = State { recent, unsigned, waiting: HashMap::new() };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Makes all waits for this job poll at once, and those that begin later. Events of webhooks
    /// are given to the hub as a whole; this is for whatever else says that a job has ended, such
    /// as a message from the process that receives the webhooks.
    pub fn notify(&self, job_id: &str) {
        self.wake(job_id, |state| &mut state.recent);
    }

    /// Does the same because of what anyone could have sent.
    #[cfg(feature = "webhooks")]
    pub(crate) fn notify_unsigned(&self, job_id: &str) {
        self.wake(job_id, |state| &mut state.unsigned);
    }

    fn wake(&self, job_id: &str, recent: fn(&mut State) -> &mut Recent) {
        let mut state = self.lock();
        recent(&mut state).add(job_id);
        let waiting = state.waiting.get(job_id).cloned().unwrap_or_default();
        // Woken without the lock, as wakers run code of others.
        drop(state);
        waiting.iter().for_each(|wait| wait.notify_one());
    }

    /// Starts to watch for events of a job. One that came before counts.
    pub(super) fn watch(&self, record: &JobRecord) -> Watch {
        let (ids, notify) = (ids(record), Arc::new(Notify::new()));
        let mut state = self.lock();
        for id in &ids {
            state.waiting.entry(id.clone()).or_default().push(Arc::clone(&notify));
            if state.recent.has(id) || state.unsigned.has(id) {
                // Kept until somebody waits for it.
                notify.notify_one();
            }
        }
        drop(state);
        Watch { hub: self.clone(), ids, notify }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recent {
    fn new(capacity: usize) -> Self {
        Self { capacity, ids: HashMap::new(), order: BTreeMap::new(), came: 0 }
    }

    fn has(&self, id: &str) -> bool {
        self.ids.contains_key(id)
    }

    fn add(&mut self, id: &str) {
        self.came += 1;
        let id: Arc<str> = id.into();
        self.order.insert(self.came, Arc::clone(&id));
        if let Some(before) = self.ids.insert(id, self.came) {
            self.order.remove(&before);
        }
        if self.order.len() > self.capacity
            && let Some((_, oldest)) = self.order.pop_first()
        {
            self.ids.remove(&oldest);
        }
    }
}

impl Default for EventHub {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for EventHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("EventHub")
            .field("recent", &state.recent.ids.len())
            .field("unsigned", &state.unsigned.ids.len())
            .field("watched_ids", &state.waiting.len())
            .finish_non_exhaustive()
    }
}

/// What a wait has of the hub. It is forgotten when this is dropped.
pub(super) struct Watch {
    hub: EventHub,
    ids: Vec<String>,
    notify: Arc<Notify>,
}

impl Watch {
    /// Waits for an event of the job. One that came since the last time counts.
    pub(super) async fn notified(&self) {
        self.notify.notified().await;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut state = self.hub.lock();
        for id in &self.ids {
            if let Some(waiting) = state.waiting.get_mut(id) {
                waiting.retain(|wait| !Arc::ptr_eq(wait, &self.notify));
                if waiting.is_empty() {
                    state.waiting.remove(id);
                }
            }
        }
    }
}

/// Returns the ids that an event of the job may have: those of its parts, and for a motion that of
/// the avatar, as some events name nothing else.
fn ids(record: &JobRecord) -> Vec<String> {
    let ids = record.id.split(ID_SEPARATOR).map(str::trim).filter(|id| !id.is_empty());
    let mut ids: Vec<_> = ids.map(str::to_owned).collect();
    let is_motion = |operation: &Operation| operation.id == record.operation;
    if [&ADD_PHOTO_AVATAR_MOTION, &ADD_PRODUCT_AVATAR_MOTION].into_iter().any(is_motion) {
        ids.extend(record.raw.get("avatar_id").and_then(raw_text));
    }
    ids
}

#[cfg(test)]
mod tests {
    use jogg_api::operations::CREATE_VIDEO_FROM_AVATAR;

    use super::*;

    #[test]
    fn what_a_hub_keeps_is_bounded() {
        let hub = EventHub::with_capacity(3);
        for number in 0..1000 {
            hub.notify(&number.to_string());
        }
        // An id that came again is as recent as others that came then.
        ["998", "again", "999", "998", "new"].into_iter().for_each(|id| hub.notify(id));
        let state = hub.lock();
        assert_eq!((state.recent.order.len(), state.recent.ids.len()), (3, 3));
        assert!(["999", "998", "new"].map(|id| state.recent.has(id)).iter().all(|has| *has));
        assert!(state.waiting.is_empty());
        drop(state);
        EventHub::with_capacity(0).notify("a");
    }

    #[test]
    fn only_a_motion_is_known_by_its_avatar() {
        let raw = serde_json::json!({"avatar_id": 7});
        for (operation, known) in [
            (&CREATE_VIDEO_FROM_AVATAR, vec!["a", "b"]),
            (&ADD_PHOTO_AVATAR_MOTION, vec!["a", "b", "7"]),
            (&ADD_PRODUCT_AVATAR_MOTION, vec!["a", "b", "7"]),
        ] {
            let record = JobRecord { raw: raw.clone(), ..JobRecord::new(operation, "a, ,b") };
            assert_eq!(ids(&record), known, "{}", operation.id);
        }
    }

    #[test]
    fn a_wait_that_has_ended_is_forgotten() {
        let hub = EventHub::new();
        let record = JobRecord::new(&CREATE_VIDEO_FROM_AVATAR, "a,b");
        let watches = [hub.watch(&record), hub.watch(&record)];
        assert_eq!(hub.lock().waiting.len(), 2);
        drop(watches);
        assert!(hub.lock().waiting.is_empty());
    }
}
