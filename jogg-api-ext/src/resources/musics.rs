//! Tracks to play behind videos.

use jogg_api::operations::LIST_MUSICS;
use jogg_api::types::{ListMusicsQuery, Music};

use super::resource;
use crate::List;
use crate::call::send;
use crate::request::paged_request;

resource! {
    /// Tracks to play behind videos. From [`Jogg::musics`](crate::Jogg::musics).
    Musics
}

impl Musics {
    /// The tracks, with totals. Calls `list_musics`; free.
    pub fn list(&self, request: ListMusics) -> List<Music> {
        let jogg = self.jogg.clone();
        List::paged(
            request.paging(),
            |music| music.id.map(|id| id.to_string()),
            move |page| {
                let query = request.on_page(page);
                jogg.page(&LIST_MUSICS, request.check(), send!(list_musics(query)), |data| {
                    (data.music, data.pagination.into())
                })
            },
        )
    }
}

paged_request! {
    /// Which tracks to list.
    pub struct ListMusics(ListMusicsQuery);
}
