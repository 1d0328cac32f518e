//! From method and path to the operation or file that a request is for.

use jogg_api::Operation;
use jogg_api::operations::OPERATIONS;

use super::parameters::decode;
use crate::undocumented;

/// What a request is for.
pub(crate) enum Route {
    /// An operation, with the values of its path parameters.
    Operation(&'static Operation, Vec<(&'static str, String)>),
    /// The upload of a file, by its key.
    Upload(String),
    /// The download of a file, by its key.
    Download(String),
    /// No operation has this path.
    UnknownPath,
    /// The path has operations, but none with this method.
    WrongMethod { allowed: String },
}

impl Route {
    /// Finds the operation with this method and path, literal segments first. A trailing slash is
    /// significant.
    pub(crate) fn find(method: &str, path: &str) -> Self {
        if let Some(rest) = path.strip_prefix("/uploads/") {
            return Self::Upload(decode_path(rest));
        }
        if let Some(rest) = path.strip_prefix("/files/") {
            return Self::Download(decode_path(rest));
        }
        let all = OPERATIONS.iter().chain(&undocumented::OPERATIONS);
        let matching = all.filter_map(|operation| {
            let parameters = match_path(operation.path, path)?;
            Some((*operation, parameters))
        });
        let mut matching: Vec<_> = matching.collect();
        matching.sort_by_key(|(_, parameters)| parameters.len());
        match matching.iter().position(|(operation, _)| operation.method == method) {
            Some(found) => {
                let (operation, parameters) = matching.swap_remove(found);
                Self::Operation(operation, parameters)
            }
            None if matching.is_empty() => Self::UnknownPath,
            None => {
                let methods: Vec<_> = matching.iter().map(|(found, _)| found.method).collect();
                Self::WrongMethod { allowed: methods.join(", ") }
            }
        }
    }

    pub(crate) fn operation(&self) -> Option<&'static Operation> {
        match self {
            Self::Operation(operation, _) => Some(operation),
            _ => None,
        }
    }
}

fn decode_path(path: &str) -> String {
    path.split('/').map(decode).collect::<Vec<_>>().join("/")
}

/// The values of the path parameters, if the path matches the template.
fn match_path(template: &'static str, path: &str) -> Option<Vec<(&'static str, String)>> {
    let (expected, received) = (template.split('/'), path.split('/'));
    if expected.clone().count() != received.clone().count() {
        return None;
    }
    let mut parameters = Vec::new();
    for (expected, received) in expected.zip(received) {
        let received = decode(received);
        let name = expected.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        match name {
            Some(name) if !received.is_empty() => parameters.push((name, received)),
            None if received == expected => {}
            _ => return None,
        }
    }
    Some(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(method: &str, path: &str) -> String {
        match Route::find(method, path) {
            Route::Operation(operation, parameters) => {
                let values = parameters.iter().map(|(name, value)| format!(" {name}={value}"));
                format!("{}{}", operation.id, values.collect::<String>())
            }
            Route::Upload(key) => format!("upload {key}"),
            Route::Download(key) => format!("download {key}"),
            Route::UnknownPath => "404".to_owned(),
            Route::WrongMethod { allowed } => format!("405 {allowed}"),
        }
    }

    #[test]
    fn literals_beat_parameters_and_slashes_are_significant() {
        for (method, path, expected) in [
            ("GET", "/v2/video_translate/target_languages", "list_target_languages"),
            ("GET", "/v2/video_translate/t1", "get_video_translation video_translate_id=t1"),
            ("POST", "/v2/video_translate/", "create_video_translation"),
            ("GET", "/v2/video_translate/", "405 POST"),
            ("POST", "/v2/video_translate", "404"),
            ("GET", "/v2/musics/", "404"),
            ("GET", "/v2/musics", "list_musics"),
            ("get", "/v2/musics", "405 GET"),
            ("PATCH", "/v2/product", "405 POST, PUT"),
            ("DELETE", "/v2/endpoint/a%2Fb%20c", "delete_webhook_endpoint endpoint_id=a/b c"),
            ("DELETE", "/v2/endpoint/", "404"),
            ("GET", "/v2/lip_sync_video", "find_lip_sync_video"),
            ("GET", "/v2/lip_sync_video/t1", "get_lip_sync_video task_id=t1"),
            ("GET", "/", "404"),
            ("PUT", "/uploads/t/a%20b.jpg", "upload t/a b.jpg"),
            ("GET", "/files/t/%C3%A9.png", "download t/é.png"),
        ] {
            assert_eq!(found(method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn every_operation_is_reached_by_its_own_path() {
        for operation in OPERATIONS {
            let path = operation.path.replace(['{', '}'], "");
            let id = found(operation.method, &path);
            assert_eq!(id.split(' ').next(), Some(operation.id));
        }
    }
}
