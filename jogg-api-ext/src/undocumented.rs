//! Operations of the API that no document of it has. They are written by hand, once for the client
//! and the simulator.

use jogg_api::{Operation, RetryClass};

/// Returns the latest lip sync job with these URLs. It matches by URL: a file that is uploaded
/// again has another one.
pub static FIND_LIP_SYNC_VIDEO: Operation =
    Operation::new("find_lip_sync_video", "GET", "/v2/lip_sync_video", RetryClass::Read);

/// All of them.
#[cfg(feature = "simulator")]
pub(crate) static OPERATIONS: [&Operation; 1] = [&FIND_LIP_SYNC_VIDEO];
