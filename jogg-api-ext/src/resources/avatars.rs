//! Avatars: the stock ones, and those made from own footage.

use jogg_api::enums::{
    AspectRatio, AvatarAge, AvatarEthnicity, AvatarScene, AvatarStatusFilter, AvatarStyle,
    AvatarType, Gender,
};
use jogg_api::operations::{LIST_CUSTOM_AVATARS, LIST_PUBLIC_AVATARS};
use jogg_api::types::{CustomAvatar, ListCustomAvatarsQuery, ListPublicAvatarsQuery, PublicAvatar};

use super::resource;
use crate::List;
use crate::call::send;
use crate::page::Extent;
use crate::request::paged_request;

resource! {
    /// Avatars: the stock ones, and those made from own footage. From
    /// [`Jogg::avatars`](crate::Jogg::avatars).
    Avatars
}

impl Avatars {
    /// The stock avatars. Calls `list_public_avatars`; free.
    ///
    /// The API gives no total here, and has been seen to ignore the page size.
    pub fn public(&self, request: ListPublicAvatars) -> List<PublicAvatar> {
        let jogg = self.jogg.clone();
        List::paged(
            request.paging(),
            |avatar| avatar.id.map(|id| id.to_string()),
            move |page| {
                let (query, checked) = (request.on_page(page), request.check());
                jogg.page(
                    &LIST_PUBLIC_AVATARS,
                    checked,
                    send!(list_public_avatars(query)),
                    |data| (data.avatars, Extent::default()),
                )
            },
        )
    }

    /// The avatars made from own footage. Calls `list_custom_avatars`; free.
    pub fn custom(&self, request: ListCustomAvatars) -> List<CustomAvatar> {
        let jogg = self.jogg.clone();
        List::paged(
            request.paging(),
            |avatar| avatar.id.map(|id| id.to_string()),
            move |page| {
                let (query, checked) = (request.on_page(page), request.check());
                jogg.page(
                    &LIST_CUSTOM_AVATARS,
                    checked,
                    send!(list_custom_avatars(query)),
                    |data| (data.avatars, Extent::default()),
                )
            },
        )
    }
}

/// An avatar to make a video with: its number, and which list that is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Avatar {
    /// Of the account: one made from own footage ([`Avatars::custom`]), a photo avatar
    /// ([`PhotoAvatars::list`](crate::PhotoAvatars::list)) or a product avatar.
    Custom(i64),
    /// A stock avatar, from [`Avatars::public`]. 0 is a valid number.
    Public(i64),
}

impl Avatar {
    /// Its number, in whichever list it is.
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
    /// Which stock avatars to list.
    pub struct ListPublicAvatars(ListPublicAvatarsQuery);
    /// Those with this frame shape.
    aspect_ratio: AspectRatio,
    /// Those with this general look.
    style: AvatarStyle,
    /// Those of this gender.
    gender: Gender,
    /// Those that look this old.
    age: AvatarAge,
    /// Those in these surroundings.
    scene: AvatarScene,
    /// Those of this ethnicity.
    ethnicity: AvatarEthnicity,
}

paged_request! {
    /// Which avatars made from own footage to list.
    pub struct ListCustomAvatars(ListCustomAvatarsQuery);
    /// Those whose name matches this.
    name: text,
    /// Those in this state.
    status: AvatarStatusFilter,
}
