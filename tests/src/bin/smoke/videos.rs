//! Videos of all kinds.

use jogg_api_ext::avatar_videos::Speech;
use jogg_api_ext::enums::{
    AspectRatio, Language, PlaybackType, ScreenStyle, ScriptStyle, SortOrder, StatusFilter,
    VideoLength,
};
use jogg_api_ext::jogg_api::operations as op;
use jogg_api_ext::product_videos::{CreatePreviews, ListPreviews, RenderPreview};
use jogg_api_ext::translations::CreateTranslation;
use jogg_api_ext::{avatar_videos, lip_sync, product_videos, template_videos};

use crate::run::{Run, WEBHOOK_URL};

/// Sets every filter of a list of videos.
macro_rules! newest_done {
    ($list:expr) => {
        $list
            .status(StatusFilter::Success)
            .sort_by("created_at")
            .sort_order(SortOrder::Desc)
            .page(1)
            .page_size(10)
    };
}

/// Sets what videos and previews of a product have in common.
macro_rules! with_every_option {
    ($create:expr, $found:expr) => {
        $create
            .aspect_ratio(AspectRatio::Landscape)
            .caption(true)
            .name("Smoke test")
            .voice_id($found.voice_id.as_str())
            .music_id($found.music_id)
            .override_script("Hello from smoke.")
            .webhook_url(WEBHOOK_URL)
    };
}

impl Run {
    pub(crate) async fn videos(&mut self) {
        self.avatar_videos().await;
        self.template_videos().await;
        self.lip_sync().await;
        self.translations().await;
    }

    /// A video, previews and a rendered one of this product.
    pub(crate) async fn product_videos(&mut self, product_id: Option<&str>) {
        self.product_video(product_id).await;
        self.product_previews(product_id).await;
    }

    async fn avatar_videos(&mut self) {
        let speech = Speech::script(self.found.voice_id.as_str(), "Hello from smoke.");
        let (shape, style) = (AspectRatio::Portrait, ScreenStyle::WithBackground);
        let create = avatar_videos::CreateVideo::new(self.found.avatar, speech, shape, style)
            .caption(true)
            .video_name("Smoke test")
            .webhook_url(WEBHOOK_URL);
        let create = self.jogg.avatar_videos().create(create);
        let job = self.start(&op::CREATE_VIDEO_FROM_AVATAR, create).await;
        self.poll(&op::GET_AVATAR_VIDEO, job).await;
    }

    async fn template_videos(&mut self) {
        let videos = self.jogg.template_videos();
        let mut create = template_videos::CreateVideo::new(self.found.template_id, "english")
            .avatar(self.found.avatar)
            .video_name("Smoke test")
            .voice_id(self.found.voice_id.as_str())
            .captions_enabled(true)
            .background_music_id(self.found.music_id)
            .disable_random_trans(false)
            .disable_random_moving(false)
            .disable_trans(false)
            .disable_moving(false)
            .webhook_url(WEBHOOK_URL);
        for (name, kind) in &self.found.variables {
            create = create.variable(name.as_str(), self.found.value(kind));
        }
        let job = self.start(&op::CREATE_VIDEO_WITH_TEMPLATE, videos.create(create)).await;

        let filtered = newest_done!(template_videos::ListVideos::new());
        let (filtered, all) =
            (videos.list(filtered), videos.list(template_videos::ListVideos::new()));
        let listed = self.list(&op::LIST_TEMPLATE_VIDEOS, filtered, all).await;
        let known = listed.into_iter().next().map(|video| video.video_id);
        let job = job.or_else(|| known.map(|id| videos.video_job(id)));
        self.poll(&op::GET_TEMPLATE_VIDEO, job).await;
    }

    async fn lip_sync(&mut self) {
        let (video_url, audio_url) = (self.found.video_url.as_str(), self.found.audio_url.as_str());
        let create =
            lip_sync::CreateVideo::new(video_url, audio_url).playback_type(PlaybackType::Normal);
        let create = self.jogg.lip_sync().create(create);
        let job = self.start(&op::CREATE_LIP_SYNC_VIDEO, create).await;
        self.poll(&op::GET_LIP_SYNC_VIDEO, job).await;
    }

    async fn translations(&mut self) {
        let (video_url, language) = (self.found.video_url.as_str(), self.found.language.as_str());
        let create = CreateTranslation::new(video_url, language)
            .title("Smoke test")
            .translate_audio_only(false)
            .output_voice(self.found.voice_id.as_str())
            .add_subtitles(true)
            .enable_dynamic_duration(false)
            .callback_url(WEBHOOK_URL);
        let create = self.jogg.translations().create(create);
        let job = self.start(&op::CREATE_VIDEO_TRANSLATION, create).await;
        self.poll(&op::GET_VIDEO_TRANSLATION, job).await;
    }

    async fn product_video(&mut self, product_id: Option<&str>) {
        let videos = self.jogg.product_videos();
        let job = match product_id {
            Some(id) => {
                let (length, avatar) = (VideoLength::Seconds15, self.found.avatar);
                let (style, language) = (ScriptStyle::Storytime, Language::English);
                let create = product_videos::CreateVideo::new(id, length, avatar, style, language);
                let create = with_every_option!(create, self.found)
                    .visual_style(self.found.visual_style.as_str());
                self.start(&op::CREATE_VIDEO_FROM_PRODUCT, videos.create(create)).await
            }
            None => self.no_id(&op::CREATE_VIDEO_FROM_PRODUCT),
        };
        let filtered = newest_done!(product_videos::ListVideos::new());
        let (filtered, all) =
            (videos.list(filtered), videos.list(product_videos::ListVideos::new()));
        let listed = self.list(&op::LIST_PRODUCT_VIDEOS, filtered, all).await;
        let known = listed.into_iter().next().map(|video| video.id);
        let job = job.or_else(|| known.map(|id| videos.video_job(id)));
        self.poll(&op::GET_PRODUCT_VIDEO, job).await;
    }

    async fn product_previews(&mut self, product_id: Option<&str>) {
        let videos = self.jogg.product_videos();
        let job = match product_id {
            Some(id) => {
                let styles = [self.found.visual_style.as_str()];
                let (length, avatar) = (VideoLength::Seconds15, self.found.avatar);
                let (style, language) = (ScriptStyle::Storytime, Language::English);
                let create = CreatePreviews::new(id, styles, length, avatar, style, language);
                let create = with_every_option!(create, self.found);
                self.start(&op::CREATE_PRODUCT_PREVIEWS, videos.create_previews(create)).await
            }
            None => self.no_id(&op::CREATE_PRODUCT_PREVIEWS),
        };
        let filtered = newest_done!(ListPreviews::new());
        let (filtered, all) =
            (videos.list_previews(filtered), videos.list_previews(ListPreviews::new()));
        let listed = self.list(&op::LIST_PRODUCT_PREVIEWS, filtered, all).await;
        // A preview that is done can be rendered; the run's own takes minutes.
        let done = listed.into_iter().next().map(|preview| preview.id);
        let own = job.and_then(|job| job.id().split(',').next().map(str::to_owned));
        match done.or(own) {
            Some(id) => {
                let render = videos.render(RenderPreview::new(id));
                self.start(&op::RENDER_PRODUCT_PREVIEW, render).await;
            }
            None => {
                self.no_id::<()>(&op::RENDER_PRODUCT_PREVIEW);
            }
        }
    }
}
