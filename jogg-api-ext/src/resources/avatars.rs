//! Avatars: the public ones, and custom ones made from the account's own footage.
//!
//! ```no_run
//! # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
//! use jogg_api_ext::avatars::{Avatar, ListPublicAvatars};
//! use jogg_api_ext::enums::AspectRatio;
//!
//! let request = ListPublicAvatars::new().aspect_ratio(AspectRatio::Portrait);
//! let mut avatars = jogg.avatars().public(request).items();
//! if let Some(avatar) = avatars.next().await {
//!     println!("make a video with {:?}", Avatar::Public(avatar?.id));
//! }
//! # Ok(()) }
//! ```

use jogg_api::endpoints;
use jogg_api::enums::{
    AspectRatio, AvatarAge, AvatarEthnicity, AvatarScene, AvatarStatusFilter, AvatarStyle,
    AvatarType, Gender,
};
use jogg_api::types::{ListCustomAvatarsQuery, ListPublicAvatarsQuery};

use crate::lists::{Extent, List};
use crate::request::{group, paged_request};

pub use jogg_api::types::{CustomAvatar, PublicAvatar};

group! {
    /// Avatars: the public ones, and custom ones made from the account's own footage.
    Avatars, avatars
}

impl Avatars {
    /// Lists the public avatars. Calls `list_public_avatars`; free.
    ///
    /// The API gives no total here, and has been seen to ignore the page size.
    pub fn public(&self, request: ListPublicAvatars) -> List<PublicAvatar> {
        List::paged(
            &self.jogg,
            request,
            endpoints::ListPublicAvatars::new,
            |avatar| avatar.id.to_string(),
            |data| (data.avatars, Extent::default()),
        )
    }

    /// Lists the custom avatars. Calls `list_custom_avatars`; free.
    pub fn custom(&self, request: ListCustomAvatars) -> List<CustomAvatar> {
        List::paged(
            &self.jogg,
            request,
            endpoints::ListCustomAvatars::new,
            |avatar| avatar.id.to_string(),
            |data| (data.avatars, Extent::default()),
        )
    }
}

/// An avatar to make a video with: its number, and which list that is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Avatar {
    /// One of the account: a custom avatar ([`Avatars::custom`]), a photo avatar
    /// ([`PhotoAvatars::list`](crate::photo_avatars::PhotoAvatars::list)) or a product avatar.
    Custom(i64),
    /// A public avatar, from [`Avatars::public`]. 0 is a valid number.
    Public(i64),
}

impl Avatar {
    /// Returns its number, in whichever list it is.
    pub fn id(self) -> i64 {
        match self {
            Self::Custom(id) | Self::Public(id) => id,
        }
    }

    pub(crate) fn kind(self) -> AvatarType {
        match self {
            Self::Custom(_) => AvatarType::Custom,
            Self::Public(_) => AvatarType::Public,
        }
    }
}

paged_request! {
    /// A request for public avatars.
    pub struct ListPublicAvatars(ListPublicAvatarsQuery);
    /// Lists only those with this aspect ratio.
    aspect_ratio: AspectRatio,
    /// Lists only those of this style.
    style: AvatarStyle,
    /// Lists only those of this gender.
    gender: Gender,
    /// Lists only those of this age.
    age: AvatarAge,
    /// Lists only those in this scene.
    scene: AvatarScene,
    /// Lists only those of this ethnicity.
    ethnicity: AvatarEthnicity,
}

paged_request! {
    /// A request for custom avatars.
    pub struct ListCustomAvatars(ListCustomAvatarsQuery);
    /// Lists only those whose name matches this.
    name: text,
    /// Lists only those in this state.
    status: AvatarStatusFilter,
}
