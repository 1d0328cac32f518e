//! The groups of operations, named as the API names its things: a public module each, with the
//! group, its requests and its results.

pub mod account;
pub mod avatar_videos;
pub mod avatars;
pub(crate) mod estimate;
pub mod lip_sync;
pub(crate) mod motion;
pub mod musics;
pub mod photo_avatars;
mod preview_batch;
mod preview_list;
mod preview_search;
mod previews;
pub mod product_avatars;
mod product_images;
pub mod product_videos;
pub mod products;
pub mod scripts;
pub mod template_videos;
pub mod templates;
pub mod translations;
pub(crate) mod video;
pub mod visual_styles;
pub mod voices;
pub mod webhook_endpoints;
