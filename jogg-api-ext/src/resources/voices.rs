//! Voices, both stock and cloned.

use jogg_api::enums::{Gender, VoiceAge};
use jogg_api::operations::{LIST_CUSTOM_VOICES, LIST_VOICES};
use jogg_api::types::{CustomVoice, ListCustomVoicesQuery, ListVoicesQuery, Voice};

use super::resource;
use crate::List;
use crate::call::send;
use crate::page::Extent;
use crate::request::{list_request, paged_request};

resource! {
    /// Voices, both stock and cloned. From [`Jogg::voices`](crate::Jogg::voices).
    Voices
}

impl Voices {
    /// The stock voices. Calls `list_voices`; free.
    ///
    /// The API has been seen to ignore the page size here, and to announce more for ever; the
    /// streams of the list end all the same.
    pub fn list(&self, request: ListVoices) -> List<Voice> {
        let jogg = self.jogg.clone();
        List::paged(
            request.paging(),
            |voice| voice.voice_id.clone(),
            move |page| {
                let query = request.on_page(page);
                jogg.page(&LIST_VOICES, request.check(), send!(list_voices(query)), |data| {
                    (data.voices, Extent { has_more: data.has_more, ..Extent::default() })
                })
            },
        )
    }

    /// The account's cloned voices, all at once. Calls `list_custom_voices`; free.
    pub fn custom(&self, request: ListCustomVoices) -> List<CustomVoice> {
        let jogg = self.jogg.clone();
        List::whole(
            |voice: &CustomVoice| voice.voice_id.clone(),
            move || {
                let (query, checked) = (request.0.clone(), request.check_filters());
                jogg.page(&LIST_CUSTOM_VOICES, checked, send!(list_custom_voices(query)), |data| {
                    (data.voices, Extent { total: data.total, ..Extent::default() })
                })
            },
        )
    }
}

paged_request! {
    /// Which stock voices to list.
    pub struct ListVoices(ListVoicesQuery);
    /// Those that sound this old.
    age: VoiceAge,
    /// Those of this gender.
    gender: Gender,
    /// Those that speak this language, a lower-case English word such as `english`.
    language: text,
    /// Those meant for this purpose, such as `audiobook`.
    use_case: text,
}

list_request! {
    /// Which cloned voices to list.
    pub struct ListCustomVoices(ListCustomVoicesQuery);
    /// Those that speak this language, a lower-case English word such as `english`.
    language: text,
}
