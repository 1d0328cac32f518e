//! Where the result of a paid request shows, for when its response was lost. The one table of it:
//! the message of the error, the page on unknown outcomes and the search for candidates follow it.

use jogg_api::{Operation, operations as op};

/// Where what an operation makes shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listing {
    /// No list shows it, but making it twice does no harm.
    Harmless,
    /// The latest lip sync job is found by its URLs.
    LipSync,
    /// No list that this crate knows shows it.
    Nowhere,
    PhotoAvatars,
    ProductAvatars,
    ProductPreviews,
    ProductVideos,
    TemplateVideos,
    WebhookEndpoints,
}

/// The operations whose results show somewhere.
static LISTINGS: [(&Operation, Listing); 9] = [
    (&op::ADD_PHOTO_AVATAR_MOTION, Listing::PhotoAvatars),
    (&op::ADD_PRODUCT_AVATAR_MOTION, Listing::ProductAvatars),
    (&op::CREATE_LIP_SYNC_VIDEO, Listing::LipSync),
    (&op::CREATE_PRODUCT, Listing::Harmless),
    (&op::CREATE_PRODUCT_PREVIEWS, Listing::ProductPreviews),
    (&op::CREATE_VIDEO_FROM_PRODUCT, Listing::ProductVideos),
    (&op::CREATE_VIDEO_WITH_TEMPLATE, Listing::TemplateVideos),
    (&op::CREATE_WEBHOOK_ENDPOINT, Listing::WebhookEndpoints),
    (&op::RENDER_PRODUCT_PREVIEW, Listing::ProductVideos),
];

impl Listing {
    /// Returns where the result of this operation shows.
    pub(crate) fn of(operation: &Operation) -> Self {
        let row = LISTINGS.iter().find(|(listed, _)| *listed == operation);
        row.map_or(Self::Nowhere, |(_, listing)| *listing)
    }

    /// Says what to do before a retry.
    pub(crate) fn advice(self) -> &'static str {
        match self {
            Self::Harmless => "no list shows it, but a second product does no harm",
            Self::LipSync => {
                "find it by its URLs first, as `LipSync::find` and `Jogg::candidates` do"
            }
            Self::Nowhere => {
                "no list shows it, so check for its webhook, and whether fewer credits are left"
            }
            Self::PhotoAvatars => {
                "search list_photo_avatars for the avatar's name first, as `Jogg::candidates` does"
            }
            Self::ProductAvatars => {
                "search list_product_avatars for the avatar's name first, as `Jogg::candidates` \
                 does"
            }
            Self::ProductPreviews => {
                "search list_product_previews for new items first, as `Jogg::candidates` does"
            }
            Self::ProductVideos => {
                "search list_product_videos for new items first, as `Jogg::candidates` does"
            }
            Self::TemplateVideos => {
                "search list_template_videos for new items first, as `Jogg::candidates` does"
            }
            Self::WebhookEndpoints => {
                "search list_webhook_endpoints for its URL first, as `Jogg::candidates` does"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jogg_api::RetryClass;

    use super::*;

    /// The page says what the message says, of every paid operation that shows somewhere.
    #[test]
    fn the_page_says_where_each_paid_operation_shows() {
        let page = include_str!("../../docs/outcome-unknown.md");
        assert!(page.contains("\n| any other | nowhere | credits |\n"));
        for operation in op::OPERATIONS {
            let row =
                page.lines().find(|line| line.starts_with(&format!("| `{}` |", operation.id)));
            let paid = operation.retry == RetryClass::AtMostOnce;
            let listing = Listing::of(operation);
            let Some(row) = row else {
                // The last row of the page is about all others.
                let is_needed = paid && listing != Listing::Nowhere;
                assert!(!is_needed, "docs/outcome-unknown.md has no row for `{}`", operation.id);
                continue;
            };
            assert!(paid, "{}", operation.id);
            let list = listing.advice().split_whitespace().find(|word| word.starts_with("list_"));
            match (listing, list) {
                (Listing::LipSync, _) => assert!(row.contains("`LipSync::find`"), "{row}"),
                (_, Some(list)) => assert!(row.contains(&format!("| `{list}` |")), "{row}"),
                (_, None) => assert!(row.contains("nowhere"), "{row}"),
            }
        }
    }
}
