//! A template filled with custom texts and images.
//!
//! `cargo run -p jogg-api-ext --features simulator --example template_video`

mod support;

use std::error::Error;

use jogg_api_ext::avatars::Avatar;
use jogg_api_ext::enums::TemplateVariableType;
use jogg_api_ext::template_videos::{CreateVideo, TemplateValue};
use jogg_api_ext::templates::ListCustomTemplates;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (jogg, _simulator) = support::simulated().await?;

    let mut templates = jogg.templates().custom(ListCustomTemplates::new()).items();
    let id = templates.next().await.ok_or("no template")??.id;
    let template = jogg.templates().custom_template(id).await?;
    println!("template {}", template.name.unwrap_or_default());

    let mut request =
        CreateVideo::new(id, "english").avatar(Avatar::Public(81)).captions_enabled(true);
    for variable in template.variables {
        let name = variable.name.unwrap_or_default();
        let image = "https://files.example.com/mug.jpg".to_owned();
        let value = match variable.type_ {
            Some(TemplateVariableType::Image) => TemplateValue::Image(image),
            Some(TemplateVariableType::Script) => TemplateValue::Script("Warm feet!".to_owned()),
            Some(TemplateVariableType::Text) => TemplateValue::Text("Only today".to_owned()),
            Some(TemplateVariableType::Video) => {
                TemplateValue::Video("https://files.example.com/clip.mp4".to_owned())
            }
            // A kind that this version doesn't know.
            _ => continue,
        };
        println!("filled {name}");
        request = request.variable(name, value);
    }
    let video = jogg.template_videos().create(request).await?.wait().await?;
    println!("{} s of video", video.duration_seconds.unwrap_or_default());
    Ok(())
}

// It prints:
//
// template Three scenes
// filled headline
// filled image
// filled video
// filled script
// 30.5 s of video
