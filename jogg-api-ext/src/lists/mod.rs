//! Lists: page by page or item by item, over the API's five styles of paging.
//!
//! ```no_run
//! # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
//! use jogg_api_ext::voices::ListVoices;
//!
//! let page = jogg.voices().list(ListVoices::new().page_size(20)).page().await?;
//! println!("{} voices, {} skipped", page.items.len(), page.metadata.skipped.len());
//! let all = jogg.voices().list(ListVoices::new()).items().try_collect().await?;
//! println!("{} voices in all", all.len());
//! # Ok(()) }
//! ```

mod gap;
mod list;
mod page;

pub(crate) use gap::Gap;
pub use list::List;
pub(crate) use page::Extent;
pub use page::Page;
