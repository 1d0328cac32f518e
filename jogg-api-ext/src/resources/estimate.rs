//! What a call costs, by the price list in the spec. Estimates never block a call.

use std::fmt;
use std::time::Duration;

use jogg_api::{Credits, Operation};
use serde::Serialize;

/// What a call costs, by the vendor's published prices.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Estimate {
    /// The number of credits.
    pub credits: f64,
    /// The month of the price list, such as `2026-03`. Prices may have changed since.
    pub as_of: &'static str,
}

impl Estimate {
    pub(crate) fn times(self, count: usize) -> Self {
        // Prices have up to three decimals; more would be noise of the binary fractions.
        let credits = (self.credits * count as f64 * 1e6).round() / 1e6;
        Self { credits, ..self }
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.credits == 1.0 { "credit" } else { "credits" };
        write!(f, "{} {noun} by the prices of {}", self.credits, self.as_of)
    }
}

/// Returns the estimate for one result of a call, if the price list says. `length` is that of the
/// result, where the price depends on it; if it isn't known, one span is assumed.
pub(crate) fn estimate(
    operation: &Operation,
    body: &impl Serialize,
    length: Option<Duration>,
) -> Option<Estimate> {
    let seconds = length.map(|length| length.as_secs_f64());
    let (as_of, credits) = match operation.credits? {
        Credits::ByField { as_of, field, amounts } => {
            let body = serde_json::to_value(body).ok()?;
            let value = body.get(field)?.as_str()?;
            let (_, amount) = amounts.iter().find(|(known, _)| *known == value)?;
            (as_of, *amount)
        }
        Credits::PerCall { as_of, amount } => (as_of, amount),
        Credits::PerSecond { as_of, amount } => {
            // Shown rounded up to two decimals. Of no time, that is a zero with a sign.
            let hundredths = (seconds? * amount * 100.0 - 1e-9).ceil().abs();
            (as_of, hundredths / 100.0)
        }
        Credits::PerStarted { as_of, amount, seconds: span } => {
            let spans = seconds.map_or(1.0, |seconds| (seconds / f64::from(span)).ceil().max(1.0));
            (as_of, amount * spans)
        }
        _ => return None,
    };
    Some(Estimate { credits, as_of })
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
            let length = seconds.map(Duration::from_secs_f64);
            let estimate = estimate(operation, &body, length);
            let dated = credits.map(|credits| Estimate { credits, as_of: "2026-03" });
            assert_eq!(estimate, dated, "{} {body}", operation.id);
        }
    }

    #[test]
    fn no_estimate_of_nothing_has_a_sign() {
        let mut of_nothing = 0;
        for operation in op::OPERATIONS {
            let estimate = estimate(operation, &json!({"model": "1.0"}), Some(Duration::ZERO));
            for estimate in estimate.into_iter().flat_map(|one| [one, one.times(0)]) {
                assert!(estimate.credits.is_sign_positive(), "{}: {estimate}", operation.id);
                of_nothing += usize::from(estimate.credits == 0.0);
            }
        }
        assert!(of_nothing > 1);
    }
}
