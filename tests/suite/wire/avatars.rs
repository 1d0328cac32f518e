//! Avatars and voices: the lists, photo avatars, and their motion.

use jogg_api_ext::avatars::{ListCustomAvatars, ListPublicAvatars};
use jogg_api_ext::enums::{
    AspectRatio, AvatarAge, AvatarEthnicity, AvatarScene, AvatarStatusFilter, AvatarStyle, Gender,
    MotionModel, PhotoAge, PhotoEthnicity, PhotoGender, PhotoModel, PhotoStyle, VoiceAge,
};
use jogg_api_ext::photo_avatars;
use jogg_api_ext::photo_avatars::{GeneratePhoto, ListAvatars};
use jogg_api_ext::voices::{ListCustomVoices, ListVoices};

use super::case::{Case, bodies, queries, report};

pub(crate) fn cases() -> Vec<Case> {
    [lists(), voices(), generate_photo(), add_motion()].into_iter().flatten().collect()
}

const STATES: [(AvatarStatusFilter, &str); 3] = [
    (AvatarStatusFilter::Processing, "status=processing"),
    (AvatarStatusFilter::Completed, "status=completed"),
    (AvatarStatusFilter::Failed, "status=failed"),
];

fn lists() -> Vec<Case> {
    let public = queries!(LIST_PUBLIC_AVATARS, "GET /v2/avatars/public", avatars.public);
    let custom = queries!(LIST_CUSTOM_AVATARS, "GET /v2/avatars/custom", avatars.custom);
    let photo = queries!(LIST_PHOTO_AVATARS, "GET /v2/avatars/photo_avatars", photo_avatars.list);
    let every_filter = ListPublicAvatars::new()
        .aspect_ratio(AspectRatio::Square)
        .style(AvatarStyle::Social)
        .gender(Gender::Female)
        .age(AvatarAge::YoungAdult)
        .scene(AvatarScene::HealthFitness)
        .ethnicity(AvatarEthnicity::SouthAsian)
        .page(2)
        .page_size(50);
    let named = "name=%C3%9Cn%C3%AF+%26+co&page=2&page_size=50";
    let name = "Ünï & co";
    let mut cases = vec![
        public.case("minimal", ListPublicAvatars::new(), ""),
        public.case(
            "maximal",
            every_filter,
            "age=young_adult&aspect_ratio=square&ethnicity=south_asian&gender=female&page=2
            &page_size=50&scene=health_fitness&style=social",
        ),
        custom.case("minimal", ListCustomAvatars::new(), ""),
        photo.case("minimal", ListAvatars::new(), ""),
    ];
    for (status, word) in STATES {
        let every_filter = ListCustomAvatars::new().name(name).status(status).page(2).page_size(50);
        cases.push(custom.case("maximal", every_filter, &format!("{named}&{word}")));
        let every_filter = ListAvatars::new().name(name).status(status).page(2).page_size(50);
        cases.push(photo.case("maximal", every_filter, &format!("{named}&{word}")));
    }
    cases
}

fn voices() -> Vec<Case> {
    let stock = queries!(LIST_VOICES, "GET /v2/voices", voices.list);
    let custom = queries!(LIST_CUSTOM_VOICES, "GET /v2/voices/custom", voices.custom);
    let every_filter = ListVoices::new()
        .age(VoiceAge::MiddleAged)
        .gender(Gender::Male)
        .language("french")
        .use_case("audio book")
        .page(1)
        .page_size(100);
    vec![
        stock.case("minimal", ListVoices::new(), ""),
        stock.case(
            "maximal",
            every_filter,
            "age=middle_aged&gender=male&language=french&page=1&page_size=100&use_case=audio+book",
        ),
        custom.case("minimal", ListCustomVoices::new(), ""),
        custom.case("maximal", ListCustomVoices::new().language("french"), "language=french"),
    ]
}

fn generate_photo() -> Vec<Case> {
    let target = "POST /v2/photo_avatar/photo/generate";
    let generate = bodies!(GENERATE_PHOTO, target, photo_avatars.generate);
    let minimal = || {
        GeneratePhoto::new(
            PhotoAge::YoungAdult,
            PhotoStyle::Social,
            PhotoGender::Male,
            PhotoModel::Classic,
            AspectRatio::Portrait,
        )
    };
    let maximal = minimal()
        .ethnicity(PhotoEthnicity::MiddleEastern)
        .background("a bakery at \"dawn\"")
        .appearance("curly hair, flour on the apron")
        .image_url("https://shop.example/like-this.png");
    vec![
        generate.case(
            "minimal",
            minimal(),
            r#"{"age":"Young adult","aspect_ratio":"portrait","avatar_style":"Social",
            "gender":"Male","model":"classic"}"#,
        ),
        generate.case(
            "maximal",
            maximal,
            r#"{"age":"Young adult","appearance":"curly hair, flour on the apron",
            "aspect_ratio":"portrait","avatar_style":"Social",
            "background":"a bakery at \"dawn\"","ethnicity":"Middle Eastern","gender":"Male",
            "image_url":"https://shop.example/like-this.png","model":"classic"}"#,
        ),
        report!(
            GET_PHOTO_GENERATION,
            "GET /v2/photo_avatar/photo?photo_id=p%2B1",
            photo_avatars.generation_job("p+1")
        ),
    ]
}

fn add_motion() -> Vec<Case> {
    let target = "POST /v2/photo_avatar/add_motion";
    let add = bodies!(ADD_PHOTO_AVATAR_MOTION, target, photo_avatars.add_motion);
    let of = |model| {
        photo_avatars::AddMotion::new("https://shop.example/baker.png", "Ada", "voice-7", model)
    };
    let maximal = of(MotionModel::V2_0)
        .photo_id("photo_1")
        .description("the baker")
        .welcome_msg("Fresh bread!\nCome in.");
    let mut cases = vec![
        add.case(
            "maximal",
            maximal,
            r#"{"description":"the baker","image_url":"https://shop.example/baker.png",
            "model":"2.0","name":"Ada","photo_id":"photo_1","voice_id":"voice-7",
            "welcome_msg":"Fresh bread!\nCome in."}"#,
        ),
        report!(
            GET_PHOTO_AVATAR_MOTION,
            "GET /v2/photo_avatar?motion_id=m%2B1",
            photo_avatars.motion_job("m+1")
        ),
    ];
    for (model, word) in [
        (MotionModel::V1_0, "1.0"),
        (MotionModel::V2_0, "2.0"),
        (MotionModel::V2_0Pro, "2.0-Pro"),
        (MotionModel::V3_0, "3.0"),
    ] {
        let body = format!(
            r#"{{"image_url":"https://shop.example/baker.png","model":"{word}","name":"Ada",
            "voice_id":"voice-7"}}"#
        );
        cases.push(add.case("minimal", of(model), &body));
    }
    cases
}
