//! The requests that a batch can send, and how each is sent, polled and read.

use std::time::Duration;

use jogg_api::operations::CREATE_PRODUCT;
use jogg_api::{Operation, endpoints};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::client::Jogg;
use crate::error::{Error, ErrorKind, Result};
use crate::job_record::JobRecord;
use crate::jobs::{Job, JobResult, WaitOptions, decoded, enveloped};
use crate::resources::estimate::{Estimate, estimate};
use crate::resources::{
    avatar_videos, lip_sync, photo_avatars, product_avatars, product_videos, products, scripts,
    template_videos, translations,
};
use crate::stream::BoxFuture;

/// A request that may be queued in a [`Batch`](super::Batch): each that is paid for, and the
/// creation of a product, which must not happen twice either.
///
/// Implemented by the request types of this crate. Webhook endpoints have none: the response to
/// their creation is a secret, which belongs in no queue.
pub trait PaidRequest: Serialize + DeserializeOwned + Send + Sync + 'static + Sealed {
    /// What it results in.
    type Result: Send + 'static;

    /// The operation that is called.
    const OPERATION: &'static Operation;

    /// Returns what it costs; `None` if the price list doesn't say. `length` is that of the result,
    /// where the price depends on it.
    #[doc(hidden)]
    fn price(&self, length: Option<Duration>) -> Option<Estimate>;

    /// Checks what the type doesn't.
    #[doc(hidden)]
    fn checked(&self) -> Result<()>;

    #[doc(hidden)]
    fn start(self, jogg: &Jogg) -> BoxFuture<Result<Started>>;

    /// Reads the result from what is stored of it.
    #[doc(hidden)]
    fn restore(record: JobRecord, raw: Value) -> Option<Self::Result>;
}

/// Keeps [`PaidRequest`] to this crate.
pub trait Sealed {}

/// What a request has led to.
#[doc(hidden)]
#[derive(Debug)]
pub enum Started {
    /// A job, whose result is waited for.
    Job(JobRecord),
    /// The result itself, in the record of what was created.
    Result(JobRecord),
}

/// The handling of the requests of one operation, without their types.
pub(super) struct Handler {
    pub(super) operation: &'static Operation,
    pub(super) start: fn(&Jogg, &str) -> Result<BoxFuture<Result<Started>>>,
    pub(super) wait: fn(Jogg, JobRecord, WaitOptions) -> BoxFuture<Result<Value>>,
}

impl Handler {
    /// Returns the handler of an operation.
    pub(super) fn of(operation: &str) -> Option<&'static Self> {
        HANDLERS.iter().find(|handler| handler.operation.id == operation)
    }

    const fn job<R: PaidRequest<Result = T>, T: JobResult>() -> Self {
        Self { operation: R::OPERATION, start: start::<R>, wait: wait::<T> }
    }

    const fn value<R: PaidRequest>() -> Self {
        Self { operation: R::OPERATION, start: start::<R>, wait: nothing_to_wait_for }
    }
}

static HANDLERS: &[Handler] = &[
    Handler::job::<avatar_videos::CreateVideo, _>(),
    Handler::job::<lip_sync::CreateVideo, _>(),
    Handler::job::<photo_avatars::AddMotion, _>(),
    Handler::job::<photo_avatars::GeneratePhoto, _>(),
    Handler::job::<product_avatars::AddMotion, _>(),
    Handler::job::<product_avatars::GenerateImages, _>(),
    Handler::job::<product_videos::CreatePreviews, _>(),
    Handler::job::<product_videos::CreateVideo, _>(),
    Handler::job::<product_videos::RenderPreview, _>(),
    Handler::job::<scripts::CreateScript, _>(),
    Handler::job::<template_videos::CreateVideo, _>(),
    Handler::job::<translations::CreateTranslation, _>(),
    Handler::value::<products::CreateProduct>(),
];

fn start<R: PaidRequest>(jogg: &Jogg, body: &str) -> Result<BoxFuture<Result<Started>>> {
    let request: R = serde_json::from_str(body).map_err(|error| {
        let message = format!("the stored request can't be read: {error}");
        Error::new(ErrorKind::InvalidParameter, message).with_operation(R::OPERATION)
    })?;
    Ok(request.start(jogg))
}

fn wait<T: JobResult>(
    jogg: Jogg,
    record: JobRecord,
    options: WaitOptions,
) -> BoxFuture<Result<Value>> {
    Box::pin(async move {
        let job: Job<T> = jogg.resume(record)?;
        Ok(job.wait_with(options).await?.into_raw().into_value())
    })
}

fn nothing_to_wait_for(_: Jogg, record: JobRecord, _: WaitOptions) -> BoxFuture<Result<Value>> {
    Box::pin(async { Ok(record.raw) })
}

/// Implements [`PaidRequest`] for the requests of jobs: the method that sends each, the check it
/// needs, its operation and its result. `by_length` says that the price depends on the length of
/// the result.
macro_rules! starts_jobs {
    ($($module:ident::$request:ident => $group:ident.$method:ident, $check:ident, $operation:ident,
       $result:ty, $price:ident;)*) => {$(
        impl Sealed for $module::$request {}

        impl PaidRequest for $module::$request {
            type Result = $result;

            const OPERATION: &'static Operation = &jogg_api::operations::$operation;

            fn price(&self, length: Option<Duration>) -> Option<Estimate> {
                price!($price, self, length)
            }

            fn checked(&self) -> Result<()> {
                self.$check()
            }

            fn start(self, jogg: &Jogg) -> BoxFuture<Result<Started>> {
                let call = jogg.$group().$method(self);
                Box::pin(async move { Ok(Started::Job(call.await?.record().clone())) })
            }

            fn restore(record: JobRecord, raw: Value) -> Option<Self::Result> {
                <$result as JobResult>::restore(record, raw)
            }
        }
    )*};
}

macro_rules! price {
    (by_length, $request:ident, $length:ident) => {
        estimate(Self::OPERATION, $request, $length)
    };
    (by_request, $request:ident, $length:ident) => {{
        let _ = $length;
        $request.estimate()
    }};
}

starts_jobs! {
    avatar_videos::CreateVideo => avatar_videos.create, check, CREATE_VIDEO_FROM_AVATAR,
        crate::Video, by_length;
    lip_sync::CreateVideo => lip_sync.create, check_extra, CREATE_LIP_SYNC_VIDEO,
        lip_sync::Video, by_length;
    photo_avatars::AddMotion => photo_avatars.add_motion, check_extra, ADD_PHOTO_AVATAR_MOTION,
        crate::Motion, by_request;
    photo_avatars::GeneratePhoto => photo_avatars.generate, check_extra, GENERATE_PHOTO,
        photo_avatars::Generation, by_request;
    product_avatars::AddMotion => product_avatars.add_motion, check_extra,
        ADD_PRODUCT_AVATAR_MOTION, crate::Motion, by_request;
    product_avatars::GenerateImages => product_avatars.generate, check,
        GENERATE_PRODUCT_AVATAR_IMAGES, product_avatars::Images, by_request;
    product_videos::CreatePreviews => product_videos.create_previews, check_extra,
        CREATE_PRODUCT_PREVIEWS, product_videos::Previews, by_request;
    product_videos::CreateVideo => product_videos.create, check_extra, CREATE_VIDEO_FROM_PRODUCT,
        crate::Video, by_request;
    product_videos::RenderPreview => product_videos.render, check_extra, RENDER_PRODUCT_PREVIEW,
        crate::Video, by_length;
    scripts::CreateScript => scripts.create, check, CREATE_AI_SCRIPT,
        scripts::GeneratedScripts, by_request;
    template_videos::CreateVideo => template_videos.create, check, CREATE_VIDEO_WITH_TEMPLATE,
        crate::Video, by_length;
    translations::CreateTranslation => translations.create, check_extra, CREATE_VIDEO_TRANSLATION,
        translations::Translation, by_length;
}

impl Sealed for products::CreateProduct {}

impl PaidRequest for products::CreateProduct {
    type Result = products::Product;

    const OPERATION: &'static Operation = &CREATE_PRODUCT;

    /// It is free.
    fn price(&self, _: Option<Duration>) -> Option<Estimate> {
        Some(Estimate { credits: 0.0, as_of: "2026-03" })
    }

    fn checked(&self) -> Result<()> {
        self.check()
    }

    fn start(self, jogg: &Jogg) -> BoxFuture<Result<Started>> {
        let call = jogg.products().create(self);
        Box::pin(async move {
            let (product, metadata) = call.with_metadata().await?;
            let id = product.product_id.unwrap_or_default();
            let (sent_at, raw) = (metadata.sent_at, metadata.raw());
            Ok(Started::Result(JobRecord::started(&CREATE_PRODUCT, id, sent_at, raw)))
        })
    }

    fn restore(_: JobRecord, raw: Value) -> Option<Self::Result> {
        decoded::<endpoints::CreateProduct>(&enveloped(&raw))
    }
}

#[cfg(test)]
mod tests {
    use jogg_api::RetryClass;
    use jogg_api::operations::{CREATE_WEBHOOK_ENDPOINT, OPERATIONS};

    use super::*;
    use crate::batch::entry::Entry;
    use crate::batch::spending::SpendCap;

    #[test]
    fn a_product_is_free_and_needs_something_to_be_made_of() {
        let read = |body| serde_json::from_value::<products::CreateProduct>(body).unwrap();
        for (product, can_be_sent) in [
            (products::CreateProduct::from_url("https://a.example/mug"), true),
            (products::CreateProduct::from_details("Mug"), true),
            (read(serde_json::json!({"description": "blue"})), false),
        ] {
            let shown = format!("{product:?}");
            let entry = Entry::new("key", product);
            assert_eq!(entry.price(), Some(0.0), "{shown}");
            assert!(entry.check_price(&SpendCap::new().per_batch(1.0)).is_ok(), "{shown}");
            assert_eq!(entry.check().is_ok(), can_be_sent, "{shown}");
        }
    }

    #[test]
    fn every_operation_that_must_not_happen_twice_can_be_queued() {
        let paid = OPERATIONS.iter().filter(|operation| operation.retry == RetryClass::AtMostOnce);
        let missing: Vec<_> = paid
            .filter(|operation| Handler::of(operation.id).is_none())
            .map(|operation| operation.id)
            .collect();
        assert_eq!(missing, [CREATE_WEBHOOK_ENDPOINT.id]);
    }
}
