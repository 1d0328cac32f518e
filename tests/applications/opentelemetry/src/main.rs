//! The calls of an application as spans of OpenTelemetry. It needs nothing of jogg-api-ext but its
//! `tracing` spans: the bridge is the layer of `tracing-opentelemetry`.
//!
//! The spans are kept in memory and printed. In an application, the exporter is another one, such
//! as that of `opentelemetry-otlp` in a batch processor (`with_batch_exporter`).

use std::error::Error;
use std::sync::Arc;

use jogg_api_ext::Jogg;
use jogg_api_ext::enums::MotionModel;
use jogg_api_ext::jogg_api::operations::WHOAMI;
use jogg_api_ext::photo_avatars::AddMotion;
use jogg_api_ext::simulator::{Reply, Simulator, VirtualClock};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("application"));
    let subscriber = tracing_subscriber::registry().with(LevelFilter::INFO).with(layer);
    tracing::subscriber::set_global_default(subscriber)?;

    let clock = Arc::new(VirtualClock::new());
    let simulator = Simulator::builder().clock(clock.clone()).start().await?;
    let jogg = Jogg::builder("any-key").base_url(simulator.base_url()).clock(clock).build()?;
    simulator.reply_next(&WHOAMI, Reply::body(502, "text/plain", "Bad gateway"));
    make_avatar(&jogg).await?;

    provider.force_flush()?;
    let spans = exporter.get_finished_spans()?;
    let root = spans.iter().find(|span| span.name == "make_avatar").ok_or("no root")?;
    println!("{}", root.name);
    let (mut calls, mut attempts) = (0, 0);
    for span in spans.iter().filter(|span| span.name == "jogg.call") {
        assert_eq!(span.parent_span_id, root.span_context.span_id(), "{span:?}");
        assert_eq!(span.span_context.trace_id(), root.span_context.trace_id());
        println!("  {} {}", span.name, attributes(span));
        for event in span.events.iter() {
            println!("    {}", event.name);
        }
        calls += 1;
        attempts += value(span, "attempt").and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
    }
    // The first call needed two attempts; then a job was started, and polled.
    assert!(calls >= 3 && attempts > calls, "{calls} {attempts}");
    Ok(())
}

/// What the application does, with a span of its own around the calls.
#[tracing::instrument(skip_all)]
async fn make_avatar(jogg: &Jogg) -> jogg_api_ext::Result<()> {
    jogg.account().whoami().await?;
    let photo = "https://example.com/photo.png";
    let request = AddMotion::new(photo, "Ada", "en-US-ChristopherNeural", MotionModel::V2_0);
    jogg.photo_avatars().add_motion(request).await?.wait().await?;
    Ok(())
}

fn attributes(span: &SpanData) -> String {
    let shown = ["operation", "attempt", "status", "code"];
    let shown = shown.iter().filter_map(|name| Some(format!("{name}={}", value(span, name)?)));
    shown.collect::<Vec<_>>().join(" ")
}

/// What a span says last: each attempt records its own.
fn value(span: &SpanData, name: &str) -> Option<String> {
    let mut attributes = span.attributes.iter().rev();
    let attribute = attributes.find(|attribute| attribute.key.as_str() == name)?;
    Some(attribute.value.to_string())
}
