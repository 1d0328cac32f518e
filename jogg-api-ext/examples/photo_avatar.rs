//! A new face: generate photos, and give one of them motion and a voice.
//!
//! `cargo run -p jogg-api-ext --features simulator --example photo_avatar`

mod support;

use std::error::Error;

use jogg_api_ext::enums::{
    AspectRatio, MotionModel, PhotoAge, PhotoGender, PhotoModel, PhotoStyle,
};
use jogg_api_ext::photo_avatars::{GeneratePhoto, ListAvatars};
use jogg_api_ext::{JobStatus, photo_avatars};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (jogg, _simulator) = support::simulated().await?;

    let request = GeneratePhoto::new(
        PhotoAge::Adult,
        PhotoStyle::Professional,
        PhotoGender::Female,
        PhotoModel::Modern,
        AspectRatio::Portrait,
    )
    .appearance("short dark hair")
    .background("a library");
    let photos = jogg.photo_avatars().generate(request).await?.wait().await?;
    let chosen = photos.image_urls.first().ok_or("no photo")?;

    let request = photo_avatars::AddMotion::new(chosen, "Nora", "en-US-X", MotionModel::V3_0)
        .photo_id(photos.photo_id)
        .welcome_msg("Hello!");
    let motion = jogg.photo_avatars().add_motion(request).await?.wait().await?;
    println!("{} can speak now", motion.name.unwrap_or_default());

    let mut avatars = jogg.photo_avatars().list(ListAvatars::new().name("Nora")).items();
    while let Some(avatar) = avatars.next().await {
        let avatar = avatar?;
        let status = avatar.status.map_or(JobStatus::Unknown, JobStatus::from);
        println!("listed: {}, {status}", avatar.name.unwrap_or_default());
    }
    Ok(())
}

// It prints:
//
// Nora can speak now
// listed: Nora, completed
