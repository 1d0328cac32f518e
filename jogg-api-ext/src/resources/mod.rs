//! The groups of operations, named as the API names its things.

mod account;
mod avatar_videos;
mod avatars;
mod lip_sync;
mod motion;
mod musics;
mod photo_avatars;
mod product_avatars;
mod product_previews;
mod product_videos;
mod products;
mod scripts;
mod template_videos;
mod templates;
mod translations;
mod video;
mod visual_styles;
mod voices;
mod webhook_endpoints;

pub use account::Account;
pub use avatar_videos::{AvatarVideos, CreateAvatarVideo, Speech};
pub use avatars::{Avatar, Avatars, ListCustomAvatars, ListPublicAvatars};
pub use lip_sync::{CreateLipSyncVideo, LipSync, LipSyncVideo};
pub use motion::Motion;
pub use musics::{ListMusics, Musics};
pub use photo_avatars::{
    AddMotion, GeneratePhoto, ListPhotoAvatars, PhotoAvatars, PhotoGeneration,
};
pub use product_avatars::{
    AddProductAvatarMotion, GenerateProductAvatarImages, ListProductAvatars, ProductAvatarImages,
    ProductAvatarSource, ProductAvatars,
};
pub use product_previews::{FailedPreview, Preview, Previews};
pub use product_videos::{
    CreateProductPreviews, CreateProductVideo, ListProductPreviews, ListProductVideos,
    ProductVideos, RenderProductPreview,
};
pub use products::{CreateProduct, ProductFile, ProductSource, Products, UpdateProduct};
pub use scripts::{CreateScript, ScriptSource, Scripts, WrittenScripts};
pub use template_videos::{CreateTemplateVideo, ListTemplateVideos, TemplateValue, TemplateVideos};
pub use templates::{ListCustomTemplates, ListTemplates, Templates};
pub use translations::{CreateTranslation, Translation, Translations};
pub use video::Video;
pub use visual_styles::{ListVisualStyles, VisualStyles};
pub use voices::{ListCustomVoices, ListVoices, Voices};
pub use webhook_endpoints::{CreateWebhookEndpoint, UpdateWebhookEndpoint, WebhookEndpoints};

use crate::Jogg;

/// A group of operations.
macro_rules! resource {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        pub struct $name {
            jogg: crate::Jogg,
        }

        impl $name {
            pub(crate) fn new(jogg: crate::Jogg) -> Self {
                Self { jogg }
            }
        }
    };
}
use resource;

/// The groups of operations.
impl Jogg {
    /// The account: who it is, and what credits remain.
    pub fn account(&self) -> Account {
        Account::new(self.clone())
    }

    /// Videos in which an avatar speaks.
    pub fn avatar_videos(&self) -> AvatarVideos {
        AvatarVideos::new(self.clone())
    }

    /// Avatars: the stock ones, and those made from own footage.
    pub fn avatars(&self) -> Avatars {
        Avatars::new(self.clone())
    }

    /// Lip sync: fitting a video to another audio track.
    pub fn lip_sync(&self) -> LipSync {
        LipSync::new(self.clone())
    }

    /// Tracks to play behind videos.
    pub fn musics(&self) -> Musics {
        Musics::new(self.clone())
    }

    /// Photo avatars: draw portraits, list them, and give them motion.
    pub fn photo_avatars(&self) -> PhotoAvatars {
        PhotoAvatars::new(self.clone())
    }

    /// Product avatars: presenters drawn with a product, and given motion.
    pub fn product_avatars(&self) -> ProductAvatars {
        ProductAvatars::new(self.clone())
    }

    /// Videos about a product, and previews of them.
    pub fn product_videos(&self) -> ProductVideos {
        ProductVideos::new(self.clone())
    }

    /// Products to make videos and scripts about.
    pub fn products(&self) -> Products {
        Products::new(self.clone())
    }

    /// Scripts written about a product.
    pub fn scripts(&self) -> Scripts {
        Scripts::new(self.clone())
    }

    /// Videos made by filling a template.
    pub fn template_videos(&self) -> TemplateVideos {
        TemplateVideos::new(self.clone())
    }

    /// Templates and their variables.
    pub fn templates(&self) -> Templates {
        Templates::new(self.clone())
    }

    /// Translations of videos.
    pub fn translations(&self) -> Translations {
        Translations::new(self.clone())
    }

    /// Looks for product videos.
    pub fn visual_styles(&self) -> VisualStyles {
        VisualStyles::new(self.clone())
    }

    /// Voices: the stock ones, and cloned ones.
    pub fn voices(&self) -> Voices {
        Voices::new(self.clone())
    }

    /// Addresses that are told, with a signature, how jobs end.
    pub fn webhook_endpoints(&self) -> WebhookEndpoints {
        WebhookEndpoints::new(self.clone())
    }
}
