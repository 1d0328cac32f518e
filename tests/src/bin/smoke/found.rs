//! What requests refer to: found on the server, or else as in the spec's examples.

use jogg_api_ext::avatars::Avatar;
use jogg_api_ext::enums::TemplateVariableType;
use jogg_api_ext::template_videos::TemplateValue;
use jogg_api_ext::templates::{Template, TemplateVariable};

/// Numbers, ids and URLs to make requests with.
pub(crate) struct Found {
    pub(crate) avatar: Avatar,
    pub(crate) voice_id: String,
    pub(crate) music_id: i64,
    pub(crate) visual_style: String,
    pub(crate) language: String,
    pub(crate) template_id: i64,
    pub(crate) variables: Vec<(String, TemplateVariableType)>,
    pub(crate) image_url: String,
    pub(crate) video_url: String,
    pub(crate) audio_url: String,
}

impl Default for Found {
    fn default() -> Self {
        Self {
            avatar: Avatar::Public(81),
            voice_id: "en-GB-RowanNeural".to_owned(),
            music_id: 7,
            visual_style: "Calm slides".to_owned(),
            language: "french".to_owned(),
            template_id: 512,
            variables: vec![("headline".to_owned(), TemplateVariableType::Text)],
            image_url: "https://files.example.com/photo.jpg".to_owned(),
            video_url: "https://files.example.com/talk.mp4".to_owned(),
            audio_url: "https://files.example.com/talk-fr.wav".to_owned(),
        }
    }
}

impl Found {
    /// The number of the avatar, without which list it is from.
    pub(crate) fn avatar_id(&self) -> i64 {
        self.avatar.id()
    }

    /// A stock template. The API does not list its variables, so the example's is kept.
    pub(crate) fn template(&mut self, templates: &[Template]) {
        set(&mut self.template_id, templates.first().map(|template| template.id));
    }

    /// A custom template is better: its variables are known.
    pub(crate) fn custom_template(&mut self, id: i64, variables: Vec<TemplateVariable>) {
        self.template_id = id;
        let pair = |variable: TemplateVariable| Some((variable.name?, variable.type_?));
        self.variables = variables.into_iter().filter_map(pair).collect();
    }

    /// Something to fill a variable of this kind with.
    pub(crate) fn value(&self, kind: &TemplateVariableType) -> TemplateValue {
        match kind {
            TemplateVariableType::Image => TemplateValue::Image(self.image_url.clone()),
            TemplateVariableType::Script => TemplateValue::Script("Hello from smoke.".to_owned()),
            TemplateVariableType::Video => TemplateValue::Video(self.video_url.clone()),
            _ => TemplateValue::Text("Hello".to_owned()),
        }
    }
}

/// Takes what was found, if something was.
pub(crate) fn set<T>(place: &mut T, found: Option<T>) {
    if let Some(found) = found {
        *place = found;
    }
}
