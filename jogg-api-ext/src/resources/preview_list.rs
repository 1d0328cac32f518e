//! The list of previews.

use jogg_api::endpoints::ListProductPreviews;
use jogg_api::enums::{SortOrder, StatusFilter};
use jogg_api::types::{ListProductPreviewsQuery, ProductPreview};

use crate::client::Jogg;
use crate::lists::{Extent, List};
use crate::request::paged_request;

paged_request! {
    /// A request for previews.
    pub struct ListPreviews(ListProductPreviewsQuery);
    /// Lists only those in this state.
    status: StatusFilter,
    /// Sets the field to sort by. Default: `created_at`.
    sort_by: text,
    /// Sets the direction of sorting.
    sort_order: SortOrder,
}

/// Lists the account's previews.
pub(super) fn list(jogg: &Jogg, request: ListPreviews) -> List<ProductPreview> {
    List::paged(
        jogg,
        request,
        ListProductPreviews::new,
        |preview| preview.id.clone(),
        |data| {
            let (total, page_size) = (data.total, data.page_size);
            (data.previews, Extent { total, page_size, ..Extent::default() })
        },
    )
}
