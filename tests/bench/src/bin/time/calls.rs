//! The time of calls, one after the other and many at a time.

use jogg_bench::api::Api;
use jogg_bench::baseline::Baseline;
use jogg_bench::ext::Ext;
use jogg_bench::{Case, Ready};
use serde_json::json;

/// How many calls are in flight at a time.
const AT_A_TIME: [u32; 2] = [1, 64];
/// All sides are timed this often, in turn.
const ROUNDS: usize = 31;

pub(crate) fn measure() {
    for at_a_time in AT_A_TIME {
        for case in Case::ALL {
            let baseline = Ready::<Baseline>::at_a_time(*case, at_a_time);
            let api = Ready::<Api>::at_a_time(*case, at_a_time);
            let ext = Ready::<Ext>::at_a_time(*case, at_a_time);
            // Round by round, so that a busy moment of the machine is not that of one side.
            for round in 0..ROUNDS {
                let time = || baseline.time(at_a_time).as_secs_f64() * 1e6;
                let before = time();
                let (api, ext) = (api.time(at_a_time), ext.time(at_a_time));
                // The sides are compared with what is measured on both sides of them.
                let reqwest = (before + time()) / 2.0;
                let case = case.name();
                println!(
                    "{}",
                    json!({
                        "case": case,
                        "at_a_time": at_a_time,
                        "round": round,
                        "reqwest": reqwest,
                        "api": api.as_secs_f64() * 1e6,
                        "ext": ext.as_secs_f64() * 1e6,
                    })
                );
            }
        }
    }
}
