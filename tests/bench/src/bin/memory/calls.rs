//! The allocations of calls.

use allocation_counter::measure as count;
use jogg_bench::api::Api;
use jogg_bench::baseline::Baseline;
use jogg_bench::ext::Ext;
use jogg_bench::{CALLS_VARIABLE, Case, Ready, Side, variable};
use serde_json::json;

pub(crate) fn measure() {
    for case in Case::ALL {
        print::<Baseline>("reqwest", *case);
        print::<Api>("api", *case);
        print::<Ext>("ext", *case);
    }
}

fn print<S: Side>(side: &str, case: Case) {
    let ready = Ready::<S>::new(case);
    let counted = count(|| ready.run());
    let calls: u32 = variable(CALLS_VARIABLE);
    let per_call = |all: u64| all as f64 / f64::from(calls);
    let (allocations, bytes) = (per_call(counted.count_total), per_call(counted.bytes_total));
    let case = case.name();
    println!("{}", json!({"side": side, "case": case, "allocations": allocations, "bytes": bytes}));
}
