//! Lists of many megabytes on one page.

use std::hint::black_box;

use allocation_counter::measure as count;
use jogg_api_ext::Jogg;
use jogg_api_ext::voices::ListVoices;
use jogg_bench::baseline::Baseline;
use jogg_bench::{API_KEY, Case, Side, USER_AGENT, cpu_time, runtime};
use serde_json::json;

use crate::base_url;

/// In mebibytes. What depends on the size in another way than in proportion shows.
const SIZES: [usize; 2] = [5, 10];
/// Each is fetched this often; the quickest counts.
const ROUNDS: usize = 5;

pub(crate) fn measure() {
    for size in SIZES {
        print("reqwest", "large", size, || {
            let (runtime, side) = (runtime(), Baseline::new(base_url(&format!("large/{size}"))));
            move || {
                black_box(runtime.block_on(side.call(Case::List)));
            }
        });
        for list in ["large", "malformed"] {
            print("ext", list, size, || {
                let runtime = runtime();
                let builder = Jogg::builder(API_KEY).base_url(base_url(&format!("{list}/{size}")));
                let jogg = builder.user_agent(USER_AGENT).max_body_bytes(usize::MAX).build();
                let jogg = jogg.expect("settings of this benchmark");
                move || {
                    let call = jogg.voices().list(ListVoices::new().page_size(100)).page();
                    let page = runtime.block_on(call).expect("a page");
                    assert_eq!(page.items.is_empty(), list == "malformed");
                    assert_eq!(page.metadata.skipped.is_empty(), list == "large");
                    drop(page);
                }
            });
        }
    }
}

fn print<F: Fn()>(side: &str, list: &str, size: usize, prepare: impl FnOnce() -> F) {
    let call = prepare();
    let counted = count(&call);
    let time = |_| {
        let start = cpu_time();
        call();
        (cpu_time() - start).as_secs_f64()
    };
    let seconds = (0..ROUNDS).map(time).fold(f64::MAX, f64::min);
    println!(
        "{}",
        json!({
            "side": side,
            "list": list,
            "mebibytes": size,
            "seconds": seconds,
            "peak": counted.bytes_max,
            "allocations": counted.count_total,
        })
    );
}
