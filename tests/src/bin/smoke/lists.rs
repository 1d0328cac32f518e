//! The account and the lists, with every filter of every list.

use jogg_api_ext::assets::Upload;
use jogg_api_ext::avatars::{Avatar, ListCustomAvatars, ListPublicAvatars};
use jogg_api_ext::enums::{
    AspectRatio, AvatarAge, AvatarEthnicity, AvatarScene, AvatarStatusFilter, AvatarStyle, Gender,
    ProductAvatarAspectRatio, VoiceAge,
};
use jogg_api_ext::jogg_api::operations as op;
use jogg_api_ext::musics::ListMusics;
use jogg_api_ext::photo_avatars;
use jogg_api_ext::product_avatars;
use jogg_api_ext::templates::{ListCustomTemplates, ListTemplates};
use jogg_api_ext::visual_styles::ListStyles;
use jogg_api_ext::voices::{ListCustomVoices, ListVoices};

use crate::found::set;
use crate::run::Run;

/// A small photo, to upload.
const PHOTO: &[u8] = include_bytes!("../../../../jogg-api-ext/examples/photo.png");

impl Run {
    pub(crate) async fn account(&mut self) {
        let account = self.jogg.account();
        self.call(&op::WHOAMI, account.whoami()).await;
        self.call(&op::GET_REMAINING_QUOTA, account.remaining_quota()).await;
    }

    /// Lists that requests are made from, and those that belong to nothing else.
    pub(crate) async fn lists(&mut self) {
        self.avatars().await;
        self.voices().await;
        self.visual_styles().await;
        self.templates().await;
        let events = self.jogg.webhook_endpoints().events();
        self.call(&op::LIST_WEBHOOK_EVENTS, events).await;
        let languages = self.jogg.translations().target_languages();
        let languages = self.call(&op::LIST_TARGET_LANGUAGES, languages).await;
        set(&mut self.found.language, languages.and_then(|languages| languages.into_iter().next()));
    }

    pub(crate) async fn upload(&mut self) {
        let file = Upload::bytes("smoke.png", PHOTO).content_type("image/png");
        self.store(&op::CREATE_ASSET_UPLOAD, file).await;
    }

    async fn avatars(&mut self) {
        let avatars = self.jogg.avatars();
        let public = ListPublicAvatars::new()
            .aspect_ratio(AspectRatio::Portrait)
            .style(AvatarStyle::Professional)
            .gender(Gender::Female)
            .age(AvatarAge::Adult)
            .scene(AvatarScene::Studio)
            .ethnicity(AvatarEthnicity::EastAsian)
            .page(1)
            .page_size(10);
        let (filtered, all) = (avatars.public(public), avatars.public(ListPublicAvatars::new()));
        let public = self.list(&op::LIST_PUBLIC_AVATARS, filtered, all).await;
        let id = public.first().map(|avatar| avatar.id);
        set(&mut self.found.avatar, id.map(Avatar::Public));
        let video = public.into_iter().find_map(|avatar| avatar.video_url);
        set(&mut self.found.video_url, video);

        let custom = ListCustomAvatars::new()
            .name("Mira")
            .status(AvatarStatusFilter::Completed)
            .page(1)
            .page_size(10);
        let (filtered, all) = (avatars.custom(custom), avatars.custom(ListCustomAvatars::new()));
        self.list(&op::LIST_CUSTOM_AVATARS, filtered, all).await;
        self.photo_and_product_avatars().await;
    }

    /// Photo avatars and product avatars.
    async fn photo_and_product_avatars(&mut self) {
        let avatars = self.jogg.photo_avatars();
        let photo = photo_avatars::ListAvatars::new()
            .name("Mira")
            .status(AvatarStatusFilter::Completed)
            .page(1)
            .page_size(10);
        let (filtered, all) =
            (avatars.list(photo), avatars.list(photo_avatars::ListAvatars::new()));
        self.list(&op::LIST_PHOTO_AVATARS, filtered, all).await;

        let avatars = self.jogg.product_avatars();
        let product =
            product_avatars::ListAvatars::new().aspect_ratio(ProductAvatarAspectRatio::Portrait);
        let (filtered, all) =
            (avatars.list(product), avatars.list(product_avatars::ListAvatars::new()));
        self.list(&op::LIST_PRODUCT_AVATARS, filtered, all).await;
    }

    async fn voices(&mut self) {
        let voices = self.jogg.voices();
        let stock = ListVoices::new()
            .age(VoiceAge::Young)
            .gender(Gender::Female)
            .language("english")
            .use_case("audiobook")
            .page(1)
            .page_size(10);
        let (filtered, all) = (voices.list(stock), voices.list(ListVoices::new()));
        let stock = self.list(&op::LIST_VOICES, filtered, all).await;
        let id = stock.first().map(|voice| voice.voice_id.clone());
        set(&mut self.found.voice_id, id);
        let audio = stock.into_iter().find_map(|voice| voice.audio_url);
        set(&mut self.found.audio_url, audio);

        let custom = ListCustomVoices::new().language("english");
        let (filtered, all) = (voices.custom(custom), voices.custom(ListCustomVoices::new()));
        self.list(&op::LIST_CUSTOM_VOICES, filtered, all).await;
    }

    /// Tracks and visual styles.
    async fn visual_styles(&mut self) {
        let musics = self.jogg.musics();
        let (filtered, all) =
            (musics.list(ListMusics::new().page(1).page_size(10)), musics.list(ListMusics::new()));
        let musics = self.list(&op::LIST_MUSICS, filtered, all).await;
        set(&mut self.found.music_id, musics.first().map(|music| music.id));

        let styles = self.jogg.visual_styles();
        let filtered = ListStyles::new().aspect_ratio(AspectRatio::Landscape);
        let (filtered, all) = (styles.list(filtered), styles.list(ListStyles::new()));
        let styles = self.list(&op::LIST_VISUAL_STYLES, filtered, all).await;
        let name = styles.into_iter().next().map(|style| style.name);
        set(&mut self.found.visual_style, name);
    }

    async fn templates(&mut self) {
        let templates = self.jogg.templates();
        let stock = ListTemplates::new().aspect_ratio(AspectRatio::Portrait);
        let (filtered, all) = (templates.list(stock), templates.list(ListTemplates::new()));
        let stock = self.list(&op::LIST_TEMPLATES, filtered, all).await;
        self.found.template(&stock);

        let custom = ListCustomTemplates::new().aspect_ratio(AspectRatio::Portrait);
        let (filtered, all) =
            (templates.custom(custom), templates.custom(ListCustomTemplates::new()));
        let custom = self.list(&op::LIST_CUSTOM_TEMPLATES, filtered, all).await;
        let Some(id) = custom.first().map(|template| template.id) else {
            self.no_id::<()>(&op::GET_CUSTOM_TEMPLATE);
            return;
        };
        let template = self.call(&op::GET_CUSTOM_TEMPLATE, templates.custom_template(id)).await;
        if let Some(template) = template {
            self.found.custom_template(id, template.variables);
        }
    }
}
