//! Everything that calls can change.
//!
//! `bounded`, `ids` and `phase` come first; `jobs` and `files` have ids and bounds; the `store`
//! begins with the items of `seeds`, whose files it publishes. `endings` is a `schedule` of jobs.

pub(crate) mod balance;
mod bounded;
pub(crate) mod endings;
pub(crate) mod files;
pub(crate) mod ids;
pub(crate) mod jobs;
pub(crate) mod phase;
mod post_limit;
pub(crate) mod schedule;
mod seeds;
pub(crate) mod store;

use self::balance::Balance;
use self::bounded::Bound;
use self::endings::Endings;
use self::files::Files;
use self::ids::Ids;
use self::jobs::Jobs;
use self::post_limit::PostLimit;
use self::store::Store;
use super::settings::Settings;

/// How many bytes of what calls have sent are kept of each kind of thing that they create.
const MAX_CONTENT_BYTES: usize = 32 << 20;

/// Everything that calls can change.
pub(crate) struct State {
    pub(crate) balance: Balance,
    pub(crate) endings: Endings,
    pub(crate) files: Files,
    pub(crate) ids: Ids,
    pub(crate) jobs: Jobs,
    pub(crate) posts: PostLimit,
    pub(crate) store: Store,
}

impl State {
    /// The state of a simulator that listens at this URL.
    pub(crate) fn new(settings: &Settings, base_url: &str) -> Self {
        let count = settings.max_stored;
        let content = Bound { count, bytes: MAX_CONTENT_BYTES };
        let uploads = Bound { count, bytes: settings.max_upload_bytes };
        let mut files = Files::new(base_url, content, uploads);
        let store = Store::new(settings.dialect, content, &mut files);
        Self {
            balance: Balance::new(settings.credits),
            endings: Endings::new(count),
            files,
            ids: Ids::default(),
            jobs: Jobs::new(content),
            posts: PostLimit::new(settings.post_limit),
            store,
        }
    }
}
