//! One call of an operation.

use std::time::Duration;

use jogg_api::Operation;
use serde_json::{Map, Value};

use super::settings::Settings;
use super::wire::parameters::Parameters;

/// One call of an operation, checked against the spec.
pub(super) struct Call<'a> {
    pub(super) operation: &'static Operation,
    pub(super) parameters: Parameters,
    /// The body; empty if the operation has none.
    pub(super) body: Map<String, Value>,
    pub(super) settings: &'a Settings,
    pub(super) now: Duration,
}
