//! Voices, both public and custom (cloned).
//!
//! ```no_run
//! # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
//! use jogg_api_ext::voices::ListVoices;
//!
//! let mut voices = jogg.voices().list(ListVoices::new().language("english")).items();
//! while let Some(voice) = voices.next().await {
//!     println!("{}", voice?.voice_id);
//! }
//! # Ok(()) }
//! ```

use jogg_api::endpoints;
use jogg_api::enums::{Gender, VoiceAge};
use jogg_api::types::{ListCustomVoicesQuery, ListVoicesQuery};

use crate::lists::{Extent, List};
use crate::request::{group, list_request, paged_request};

pub use jogg_api::types::{CustomVoice, Voice};

group! {
    /// Voices, both public and custom (cloned).
    Voices, voices
}

impl Voices {
    /// Lists the public voices. Calls `list_voices`; free.
    ///
    /// The API has been seen to ignore the page size here, and to always announce more; the
    /// streams of the list end all the same.
    pub fn list(&self, request: ListVoices) -> List<Voice> {
        List::paged(
            &self.jogg,
            request,
            endpoints::ListVoices::new,
            |voice| voice.voice_id.clone(),
            |data| (data.voices, Extent { has_more: data.has_more, ..Extent::default() }),
        )
    }

    /// Lists the account's custom voices, all at once. Calls `list_custom_voices`; free.
    pub fn custom(&self, request: ListCustomVoices) -> List<CustomVoice> {
        List::filtered(
            &self.jogg,
            request,
            endpoints::ListCustomVoices::new,
            |voice| voice.voice_id.clone(),
            |data| (data.voices, Extent { total: data.total, ..Extent::default() }),
        )
    }
}

paged_request! {
    /// A request for public voices.
    pub struct ListVoices(ListVoicesQuery);
    /// Lists only those of this age.
    age: VoiceAge,
    /// Lists only those of this gender.
    gender: Gender,
    /// Lists only those that speak this language, a lower-case English word such as `english`.
    language: text,
    /// Lists only those meant for this use case, such as `audiobook`.
    use_case: text,
}

list_request! {
    /// A request for custom voices.
    pub struct ListCustomVoices(ListCustomVoicesQuery);
    /// Lists only those that speak this language, a lower-case English word such as `english`.
    language: text,
}
