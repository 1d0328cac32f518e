//! Prices, and the credits of the account.

use jogg_api::enums::ErrorCode;
use jogg_api::{Operation, Price};
use serde_json::{Map, Value};

use crate::simulator::wire::refusal::Refusal;

/// The assumed length of every result in seconds. No price per started span has a shorter span.
const RESULT_SECONDS: f64 = 30.0;

/// What one result of a call costs.
pub(crate) fn price(operation: &Operation, body: &Map<String, Value>) -> f64 {
    match operation.credits.map(|credits| credits.price) {
        Some(Price::ByField { field, amounts }) => {
            let value = body.get(field).and_then(Value::as_str);
            let row = amounts.iter().find(|(known, _)| Some(*known) == value);
            row.map_or(0.0, |(_, amount)| *amount)
        }
        Some(Price::PerSecond { amount }) => amount * RESULT_SECONDS,
        Some(Price::Fixed { amount, .. } | Price::PerStarted { amount, .. }) => amount,
        _ => 0.0,
    }
}

/// The credits of the account.
pub(crate) struct Balance(f64);

impl Balance {
    /// As JSON knows no other numbers, infinity is the largest one, and no number none.
    pub(crate) fn new(credits: f64) -> Self {
        Self(if credits.is_nan() { 0.0 } else { credits.clamp(f64::MIN, f64::MAX) })
    }

    pub(crate) fn credits(&self) -> f64 {
        self.0
    }

    /// Takes credits, or none if there are too few.
    pub(crate) fn take(&mut self, credits: f64) -> Result<(), Refusal> {
        if credits > 0.0 && credits > self.0 {
            return Err(Refusal::new(ErrorCode::InsufficientCredit, "insufficient credit"));
        }
        // Prices have up to three decimals; more would be noise of the binary fractions.
        let left = self.0 - credits;
        let rounded = (left * 1e6).round() / 1e6;
        self.0 = if rounded.is_finite() { rounded } else { left };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use jogg_api::operations as op;
    use serde_json::json;

    use super::*;
    use crate::simulator::spec::jobs::{start_rule, submission_list};

    #[test]
    fn every_way_of_pricing() {
        for (operation, body, credits) in [
            (&op::ADD_PHOTO_AVATAR_MOTION, json!({"model": "2.0-Pro"}), 3.0),
            (&op::ADD_PHOTO_AVATAR_MOTION, json!({"model": "2.0"}), 2.0),
            (&op::CREATE_AI_SCRIPT, json!({}), 0.2),
            (&op::CREATE_LIP_SYNC_VIDEO, json!({}), 0.24),
            (&op::CREATE_VIDEO_FROM_AVATAR, json!({}), 1.0),
            (&op::CREATE_PRODUCT, json!({}), 0.0),
        ] {
            let price = price(operation, body.as_object().unwrap());
            assert!((price - credits).abs() < 1e-9, "{}: {price}", operation.id);
        }
    }

    /// A call takes the price once for each job that it starts.
    #[test]
    fn what_is_paid_for_each_is_a_job_each() {
        let mut several = 0;
        for operation in op::OPERATIONS {
            if operation.credits.is_some_and(|credits| credits.for_each.is_some()) {
                let list = start_rule(operation).and_then(submission_list);
                assert!(list.is_some(), "{}", operation.id);
                several += 1;
            }
        }
        assert!(several > 0);
    }

    #[test]
    fn a_balance_stays_exact_and_is_never_overdrawn() {
        let mut balance = Balance::new(1.0);
        for _ in 0..5 {
            balance.take(0.2).unwrap();
        }
        assert_eq!(balance.credits(), 0.0);
        assert!(balance.take(0.2).is_err());
        assert!(balance.take(0.0).is_ok());
    }

    #[test]
    fn every_balance_is_a_number_and_what_is_free_needs_none() {
        for (credits, left) in [
            (f64::NAN, 0.0),
            (f64::INFINITY, f64::MAX),
            (f64::NEG_INFINITY, f64::MIN),
            (1e308, 1e308),
            (-5.0, -5.0),
        ] {
            let mut balance = Balance::new(credits);
            assert!(balance.take(0.0).is_ok(), "{credits}");
            assert_eq!(balance.take(0.2).is_ok(), left > 0.0, "{credits}");
            assert_eq!(balance.credits(), left, "{credits}");
        }
    }
}
