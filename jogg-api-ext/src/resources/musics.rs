//! Tracks to play behind videos.
//!
//! ```no_run
//! # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
//! use jogg_api_ext::musics::ListMusics;
//!
//! let page = jogg.musics().list(ListMusics::new()).page().await?;
//! for music in page {
//!     println!("{}: {:?}", music.id, music.name);
//! }
//! # Ok(()) }
//! ```

use jogg_api::endpoints;
use jogg_api::types::ListMusicsQuery;

use crate::lists::List;
use crate::request::{group, paged_request};

pub use jogg_api::types::Music;

group! {
    /// Tracks to play behind videos.
    Musics, musics
}

impl Musics {
    /// Lists the tracks, with totals. Calls `list_musics`; free.
    pub fn list(&self, request: ListMusics) -> List<Music> {
        List::paged(
            &self.jogg,
            request,
            endpoints::ListMusics::new,
            |music| music.id.to_string(),
            |data| (data.music, data.pagination.into()),
        )
    }
}

paged_request! {
    /// A request for tracks.
    pub struct ListMusics(ListMusicsQuery);
}
