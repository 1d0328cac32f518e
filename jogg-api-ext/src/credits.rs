//! What a call will cost, by the price list in the spec. Estimates never block a call.

use jogg_api::{Credits, Operation};
use serde_json::Value;

/// The credits a call takes, if the price list says. `seconds` is the length of the result where
/// the price depends on it; one span is assumed where it is not known.
pub(crate) fn estimate(operation: &Operation, body: &Value, seconds: Option<f64>) -> Option<f64> {
    match operation.credits? {
        Credits::ByField { field, amounts, .. } => {
            let value = body.get(field)?.as_str()?;
            amounts.iter().find(|(known, _)| *known == value).map(|(_, amount)| *amount)
        }
        Credits::PerCall { amount, .. } => Some(amount),
        Credits::PerSecond { amount, .. } => {
            // Shown rounded up to two decimals.
            seconds.map(|seconds| (seconds * amount * 100.0 - 1e-9).ceil() / 100.0)
        }
        Credits::PerStarted { amount, seconds: span, .. } => {
            let spans = seconds.map_or(1.0, |seconds| (seconds / f64::from(span)).ceil().max(1.0));
            Some(amount * spans)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use jogg_api::operations as op;
    use serde_json::json;

    use super::*;

    #[test]
    fn fact_15_prices_are_those_of_march_2026() {
        let none = json!({});
        for (operation, body, seconds, credits) in [
            (&op::ADD_PHOTO_AVATAR_MOTION, json!({"model": "1.0"}), None, Some(2.0)),
            (&op::ADD_PHOTO_AVATAR_MOTION, json!({"model": "2.0"}), None, Some(2.0)),
            (&op::ADD_PHOTO_AVATAR_MOTION, json!({"model": "2.0-Pro"}), None, Some(3.0)),
            (&op::ADD_PHOTO_AVATAR_MOTION, json!({"model": "3.0"}), None, Some(2.0)),
            (&op::ADD_PHOTO_AVATAR_MOTION, json!({"model": "9"}), None, None),
            (&op::CREATE_VIDEO_FROM_AVATAR, none.clone(), None, Some(1.0)),
            (&op::CREATE_VIDEO_FROM_AVATAR, none.clone(), Some(120.0), Some(1.0)),
            (&op::CREATE_VIDEO_FROM_PRODUCT, none.clone(), Some(120.5), Some(2.0)),
            (&op::CREATE_VIDEO_WITH_TEMPLATE, none.clone(), Some(241.0), Some(3.0)),
            (&op::CREATE_PRODUCT_PREVIEWS, none.clone(), Some(30.0), Some(0.5)),
            (&op::CREATE_VIDEO_TRANSLATION, none.clone(), Some(41.0), Some(1.5)),
            (&op::CREATE_LIP_SYNC_VIDEO, none.clone(), Some(125.0), Some(1.0)),
            (&op::CREATE_LIP_SYNC_VIDEO, none.clone(), Some(1.0), Some(0.01)),
            (&op::CREATE_LIP_SYNC_VIDEO, none.clone(), None, None),
            (&op::CREATE_AI_SCRIPT, none.clone(), None, Some(0.2)),
            (&op::GENERATE_PHOTO, none.clone(), None, Some(0.2)),
            (&op::WHOAMI, none.clone(), None, None),
        ] {
            assert_eq!(estimate(operation, &body, seconds), credits, "{} {body}", operation.id);
        }
    }
}
