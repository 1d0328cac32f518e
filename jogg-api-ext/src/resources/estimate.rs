//! What a call costs, by the price list in the spec. Estimates never block a call.

use std::fmt;
use std::time::Duration;

use jogg_api::{Credits, Operation, Price};
use serde::Serialize;
use serde_json::Value;

/// What a call costs, by the vendor's published prices.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Estimate {
    /// The number of credits.
    pub credits: f64,
    /// The month of the price list, such as `2026-03`. Prices may have changed since.
    pub as_of: &'static str,
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.credits == 1.0 { "credit" } else { "credits" };
        write!(f, "{} {noun} by the prices of {}", self.credits, self.as_of)
    }
}

/// Returns what all results of a call cost, if the price list says. `length` is that of the result,
/// where the price depends on it; if it isn't known, one span is assumed.
pub(crate) fn estimate(
    operation: &Operation,
    body: &impl Serialize,
    length: Option<Duration>,
) -> Option<Estimate> {
    let Credits { as_of, price, for_each, .. } = operation.credits?;
    let body = serde_json::to_value(body).ok()?;
    let one = credits_of_one(price, &body, length)?;
    let results = match for_each.and_then(|field| body.get(field)) {
        Some(Value::Array(items)) => items.len() as f64,
        Some(number) => number.as_f64()?,
        None => 1.0,
    };
    // Prices have up to three decimals; more would be noise of the binary fractions.
    Some(Estimate { credits: (one * results * 1e6).round() / 1e6, as_of })
}

fn credits_of_one(price: Price, body: &Value, length: Option<Duration>) -> Option<f64> {
    let seconds = length.map(|length| length.as_secs_f64());
    match price {
        Price::ByField { field, amounts } => {
            let value = body.get(field)?.as_str()?;
            amounts.iter().find(|(known, _)| *known == value).map(|(_, amount)| *amount)
        }
        Price::Fixed { amount } => Some(amount),
        Price::PerSecond { amount } => {
            // Shown rounded up to two decimals. Of no time, that is a zero with a sign.
            let hundredths = (seconds? * amount * 100.0 - 1e-9).ceil().abs();
            Some(hundredths / 100.0)
        }
        Price::PerStarted { amount, seconds: span } => {
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
            (&op::CREATE_PRODUCT_PREVIEWS, json!({"visual_styles": []}), None, Some(0.0)),
            (&op::CREATE_PRODUCT_PREVIEWS, json!({"visual_styles": [1, 2, 3]}), None, Some(1.5)),
            (&op::CREATE_PRODUCT_PREVIEWS, json!({"visual_styles": 4}), None, Some(2.0)),
            (&op::CREATE_PRODUCT_PREVIEWS, json!({"visual_styles": "all"}), None, None),
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

    /// The vendor publishes no price of product avatar images yet.
    #[test]
    fn what_makes_several_results_is_paid_for_each() {
        for (operation, field) in [
            (&op::CREATE_PRODUCT_PREVIEWS, "visual_styles"),
            (&op::GENERATE_PRODUCT_AVATAR_IMAGES, "num_images"),
        ] {
            let for_each = operation.credits.map(|credits| credits.for_each);
            assert!(for_each.is_none_or(|for_each| for_each == Some(field)), "{}", operation.id);
        }
    }

    #[test]
    fn no_estimate_of_nothing_has_a_sign() {
        let mut of_nothing = 0;
        for operation in op::OPERATIONS {
            let body = json!({"model": "1.0", "visual_styles": []});
            if let Some(estimate) = estimate(operation, &body, Some(Duration::ZERO)) {
                assert!(estimate.credits.is_sign_positive(), "{}: {estimate}", operation.id);
                of_nothing += usize::from(estimate.credits == 0.0);
            }
        }
        assert!(of_nothing > 1);
    }
}
