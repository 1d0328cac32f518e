//! What each of many costs: calls at once, jobs that are waited for together, items of a list.

use std::pin::pin;
use std::sync::Arc;

use jogg_api_ext::clock::Clock;
use jogg_api_ext::voices::ListVoices;
use jogg_api_ext::{Jogg, wait_all};
use jogg_bench::baseline::Baseline;
use jogg_bench::ext::Ext;
use jogg_bench::jumping_clock::JumpingClock;
use jogg_bench::{
    API_KEY, Case, LIST_LENGTH, Outcome, PREVIEW_URL, SERVER_VARIABLE, Side, USER_AGENT, cpu_time,
    runtime, variable,
};
use serde_json::json;

pub(crate) fn measure() {
    for number in [100, 1_000] {
        print("calls_by_hand", number, calls::<Baseline>);
        print("calls", number, calls::<Ext>);
    }
    for number in [10_000, 100_000] {
        print("jobs", number, jobs);
    }
    for number in [100_000, 1_000_000] {
        print("items", number, items);
    }
}

/// Prints the processor time of this process for each of so many.
fn print(what: &str, number: usize, run: fn(usize) -> usize) {
    let start = cpu_time();
    let done = run(number);
    let time = (cpu_time() - start).as_secs_f64() * 1e6 / done as f64;
    println!("{}", json!({"what": what, "number": number, "microseconds": time}));
}

/// So many calls at once, several times. Returns how many calls there were.
fn calls<S: Side>(number: usize) -> usize {
    const ROUNDS: usize = 20;
    let side = S::unlimited(base_url("get"));
    let calls = || futures_util::future::join_all((0..number).map(|_| side.call(Case::Get)));
    runtime().block_on(async {
        for _ in 0..ROUNDS {
            let outcomes = calls().await;
            assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Text(_))));
        }
    });
    number * ROUNDS
}

/// So many jobs, waited for in virtual time with the usual options.
fn jobs(number: usize) -> usize {
    let clock = Arc::new(JumpingClock::default());
    let jogg = client("jobs", Some(clock.clone()));
    let jobs: Vec<_> =
        (0..number).map(|job| jogg.photo_avatars().motion_job(format!("motion_{job}"))).collect();
    let done = runtime().block_on(async {
        let (mut results, mut done) = (wait_all(jobs), 0);
        while let Some((record, result)) = clock.run(pin!(results.next())).await {
            let motion = result.unwrap_or_else(|error| panic!("{}: {error}", record.id));
            assert_eq!(motion.preview_url, PREVIEW_URL);
            done += 1;
        }
        done
    });
    assert_eq!(done, number);
    assert!(clock.now().as_secs() >= 9, "two polls of each take longer");
    done
}

/// A list of so many items, as a stream.
fn items(number: usize) -> usize {
    let jogg = client("pages", None);
    runtime().block_on(async {
        let request = ListVoices::new().page_size(LIST_LENGTH as u32);
        let mut items = jogg.voices().list(request).items();
        for at in 0..number {
            let item = items.next().await.expect("the list has no end").expect("an item");
            if at % 1000 == 0 {
                assert_eq!(item.voice_id, format!("en-GB-Rowan{at}Neural"));
            }
        }
    });
    number
}

fn client(part: &str, clock: Option<Arc<JumpingClock>>) -> Jogg {
    let builder = Jogg::builder(API_KEY).base_url(base_url(part)).user_agent(USER_AGENT);
    let builder = match clock {
        Some(clock) => builder.clock(clock),
        None => builder,
    };
    builder.build().expect("settings of this benchmark")
}

fn base_url(part: &str) -> String {
    format!("{}/{part}", variable::<String>(SERVER_VARIABLE))
}
