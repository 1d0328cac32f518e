//! Avatars made from photos and with products.

use jogg_api_ext::enums::{
    AspectRatio, AvatarKind, ImageAspectRatio, ImageCount, ImageQuality, MotionModel, PhotoAge,
    PhotoEthnicity, PhotoGender, PhotoModel, PhotoStyle, ProductAvatarMotionModel,
};
use jogg_api_ext::jogg_api::operations as op;
use jogg_api_ext::photo_avatars::GeneratePhoto;
use jogg_api_ext::product_avatars::GenerateImages;
use jogg_api_ext::{photo_avatars, product_avatars};

use crate::run::{Run, WEBHOOK_URL};

impl Run {
    pub(crate) async fn photo_avatars(&mut self) {
        let avatars = self.jogg.photo_avatars();
        let generate = GeneratePhoto::new(
            PhotoAge::Adult,
            PhotoStyle::Professional,
            PhotoGender::Female,
            PhotoModel::Modern,
            AspectRatio::Portrait,
        )
        .ethnicity(PhotoEthnicity::EastAsian)
        .background("A bright workshop")
        .appearance("Short grey hair, round glasses")
        .image_url(self.found.image_url.as_str());
        let photo = self.start(&op::GENERATE_PHOTO, avatars.generate(generate)).await;
        let photo_id = photo.as_ref().map(|photo| photo.id().to_owned());
        self.poll(&op::GET_PHOTO_GENERATION, photo).await;

        let (image_url, voice_id) = (self.found.image_url.as_str(), self.found.voice_id.as_str());
        let mut motion =
            photo_avatars::AddMotion::new(image_url, "Smoke test", voice_id, MotionModel::V2_0)
                .description("Made by a test of the API; of no use")
                .welcome_msg("Good to see you!");
        if let Some(photo_id) = photo_id {
            motion = motion.photo_id(photo_id);
        }
        let motion = self.start(&op::ADD_PHOTO_AVATAR_MOTION, avatars.add_motion(motion)).await;
        self.poll(&op::GET_PHOTO_AVATAR_MOTION, motion).await;
    }

    pub(crate) async fn product_avatars(&mut self) {
        let avatars = self.jogg.product_avatars();
        let avatar_id = self.found.avatar_id();
        let generate = GenerateImages::new(
            self.found.image_url.as_str(),
            product_avatars::Source::Avatar { avatar_id, avatar_type: AvatarKind::Public },
            ImageQuality::Low,
            ImageAspectRatio::Portrait,
            ImageCount::One,
        )
        .prompt("Holding the bottle beside a bicycle")
        .webhook_url(WEBHOOK_URL);
        let images = avatars.generate(generate);
        let images = self.start(&op::GENERATE_PRODUCT_AVATAR_IMAGES, images).await;
        let report = self.poll(&op::GET_PRODUCT_AVATAR_IMAGES, images).await;

        // The report has the ids of the images before those are done.
        let image = report.and_then(|report| {
            let id = report.raw.pointer("/generations/0/generation_id")?.as_str()?;
            Some(id.to_owned())
        });
        let motion = match image {
            Some(image) => {
                let voice_id = self.found.voice_id.as_str();
                let motion =
                    product_avatars::AddMotion::new(image, "Smoke test", voice_id, "Smiles")
                        .model(ProductAvatarMotionModel::Model0)
                        .aspect_ratio(AspectRatio::Portrait);
                self.start(&op::ADD_PRODUCT_AVATAR_MOTION, avatars.add_motion(motion)).await
            }
            None => self.no_id(&op::ADD_PRODUCT_AVATAR_MOTION),
        };
        self.poll(&op::GET_PRODUCT_AVATAR_MOTION, motion).await;
    }
}
