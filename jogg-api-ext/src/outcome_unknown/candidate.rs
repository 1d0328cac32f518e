//! What a request may have made, as its list shows it.

use jogg_api::types::{
    LipSyncReport, ListedWebhookEndpoint, PhotoAvatar, ProductAvatar, ProductPreview, ProductVideo,
    TemplateVideo,
};

use super::lost::Lost;
use crate::job_record::JobRecord;

/// What a request may have made.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Candidate {
    /// Its id in the list.
    pub id: String,
    /// Its name or title, or the URL of a webhook endpoint.
    pub name: Option<String>,
    /// Whether that is the name, the title or the URL that the request has; of a lip sync job,
    /// whether it has the request's URLs. `None` if one of the two has nothing to compare.
    pub matches: Option<bool>,
    /// When it was created, in Unix seconds of the server, if the list says so. Lists of avatars
    /// don't.
    pub created_at: Option<i64>,
    /// The record of its job, to go on with by [`Jogg::resume`](crate::Jogg::resume). Avatars have
    /// none, since their lists don't have the id of the job, and webhook endpoints are no jobs.
    pub job: Option<JobRecord>,
    /// All that the list shows of it.
    pub item: Listed,
}

/// An item of the list in which the result of a paid request shows.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Listed {
    /// The latest lip sync job with the request's URLs.
    LipSyncVideo(LipSyncReport),
    /// Of `list_photo_avatars`.
    PhotoAvatar(PhotoAvatar),
    /// Of `list_product_avatars`.
    ProductAvatar(ProductAvatar),
    /// Of `list_product_previews`.
    ProductPreview(ProductPreview),
    /// Of `list_product_videos`.
    ProductVideo(ProductVideo),
    /// Of `list_template_videos`.
    TemplateVideo(TemplateVideo),
    /// Of `list_webhook_endpoints`.
    WebhookEndpoint(ListedWebhookEndpoint),
}

impl Candidate {
    /// Compares an item of a list with the request.
    pub(super) fn of(item: Listed, lost: &Lost) -> Self {
        let Row { id, name, created_at, is_job } = item.row();
        let name = name.filter(|name| !name.trim().is_empty()).cloned();
        let matches = match (&name, lost.name()) {
            (Some(name), Some(sent)) => Some(name.trim() == sent),
            _ => None,
        };
        let started_at = created_at.and_then(|created| created.try_into().ok());
        let job = is_job.then(|| JobRecord {
            started_at: started_at.unwrap_or_default(),
            ..JobRecord::new(lost.operation, id.as_str())
        });
        Self { id, name, matches, created_at, job, item }
    }
}

/// What all items have.
struct Row<'i> {
    id: String,
    name: Option<&'i String>,
    created_at: Option<i64>,
    /// Whether the id is that of the job.
    is_job: bool,
}

impl Listed {
    fn row(&self) -> Row<'_> {
        let (id, name, created_at, is_job) = match self {
            Self::LipSyncVideo(job) => {
                (job.task_id.clone().unwrap_or_default(), None, job.created_at, true)
            }
            Self::PhotoAvatar(avatar) => (avatar.id.to_string(), avatar.name.as_ref(), None, false),
            Self::ProductAvatar(avatar) => {
                (avatar.avatar_id.to_string(), avatar.name.as_ref(), None, false)
            }
            Self::ProductPreview(preview) => {
                (preview.id.clone(), preview.title.as_ref(), preview.created_at, true)
            }
            Self::ProductVideo(video) => {
                (video.id.clone(), video.title.as_ref(), video.created_at, true)
            }
            Self::TemplateVideo(video) => {
                (video.video_id.clone(), video.video_name.as_ref(), video.created_at, true)
            }
            Self::WebhookEndpoint(endpoint) => {
                (endpoint.endpoint_id.clone(), endpoint.url.as_ref(), endpoint.created_at, false)
            }
        };
        // 0 is no time of this API.
        Row { id, name, created_at: created_at.filter(|created| *created > 0), is_job }
    }
}
