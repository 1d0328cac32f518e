//! What the storage accepts.

use std::path::Path;

use reqwest::header::HeaderValue;

/// A mebibyte, in bytes.
pub(crate) const MIB: u64 = 1024 * 1024;

/// A kind of file that the storage accepts, with its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AssetKind {
    /// mp3, wav, m4a; 20 MiB, 10 minutes.
    Audio,
    /// jpg, png, webp, gif; 10 MiB.
    Image,
    /// mp4, webm, mov; 100 MiB, 5 minutes.
    Video,
}

impl AssetKind {
    /// Returns the kind of a content type; `None` if the storage doesn't accept it.
    pub fn of_content_type(content_type: &str) -> Option<Self> {
        let (kind, subtype) = content_type.split_once('/')?;
        match kind.trim().to_ascii_lowercase().as_str() {
            _ if subtype.trim().is_empty() => None,
            "audio" => Some(Self::Audio),
            "image" => Some(Self::Image),
            "video" => Some(Self::Video),
            _ => None,
        }
    }

    /// Returns the size of the largest file of this kind, in bytes. The vendor's guide says MB,
    /// which is read as MiB: what is refused here for its size would be refused there, too.
    /// [`Upload::max_bytes`](super::Upload::max_bytes) sets another limit.
    pub fn max_bytes(self) -> u64 {
        match self {
            Self::Audio => 20 * MIB,
            Self::Image => 10 * MIB,
            Self::Video => 100 * MIB,
        }
    }

    /// Returns the kind and content type of a file, or why it isn't accepted: by the type if one is
    /// given, else by the name.
    pub(crate) fn of_file(
        filename: &str,
        content_type: Option<&str>,
    ) -> Result<(Self, HeaderValue), String> {
        if let Some(content_type) = content_type {
            // The storage compares it with what was signed, and a header has no space around it.
            let content_type = content_type.trim();
            let value = HeaderValue::from_str(content_type).ok();
            let value = value.filter(|_| content_type.is_ascii()).ok_or_else(|| {
                let quoted = content_type.escape_debug();
                format!("the content type `{quoted}` has characters that a header can't have")
            })?;
            return match Self::of_content_type(content_type) {
                Some(kind) => Ok((kind, value)),
                None => Err(format!("`{content_type}` must be an image, video or audio type")),
            };
        }
        let extension = Path::new(filename).extension().and_then(|extension| extension.to_str());
        let kind = extension.and_then(Self::of_extension);
        let guessed = mime_guess::from_path(filename).first_raw();
        match (kind, guessed) {
            (Some(kind), Some(guessed)) => Ok((kind, HeaderValue::from_static(guessed))),
            _ => Err(format!(
                "the type of `{filename}` is not accepted: jpg, png, webp, gif, mp4, webm, mov, \
                 mp3, wav and m4a are; if its name is misleading, set `content_type`"
            )),
        }
    }

    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Audio => "an audio file",
            Self::Image => "an image",
            Self::Video => "a video",
        }
    }

    fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "m4a" | "mp3" | "wav" => Some(Self::Audio),
            "gif" | "jpeg" | "jpg" | "png" | "webp" => Some(Self::Image),
            "mov" | "mp4" | "webm" => Some(Self::Video),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fact_38_each_kind_has_its_types_and_its_limit() {
        for (names, kind, limit) in [
            (
                ["a.jpg", "a.JPEG", "a.png", "a.webp", "a.gif"].as_slice(),
                AssetKind::Image,
                10 * MIB,
            ),
            (&["a.mp4", "a.webm", "a.mov"], AssetKind::Video, 100 * MIB),
            (&["a.mp3", "a.wav", "a.m4a"], AssetKind::Audio, 20 * MIB),
        ] {
            for name in names {
                let (found, content_type) = AssetKind::of_file(name, None).unwrap();
                assert_eq!((found, found.max_bytes()), (kind, limit), "{name}");
                let content_type = content_type.to_str().unwrap();
                assert_eq!(AssetKind::of_content_type(content_type), Some(kind), "{name}");
            }
        }
        for name in ["a.txt", "a", "a.exe", "a.svg", ""] {
            assert!(AssetKind::of_file(name, None).is_err(), "{name}");
        }
        assert!(AssetKind::of_file("a.bin", Some("image/png")).is_ok());
        assert!(AssetKind::of_file("a.png", Some("text/plain")).is_err());
        let (_, trimmed) = AssetKind::of_file("a.png", Some(" image/png ")).unwrap();
        assert_eq!(trimmed, "image/png");
    }
}
