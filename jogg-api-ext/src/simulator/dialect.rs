//! The documented and the live variant of the API.

/// Which variant of the API the simulator imitates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dialect {
    /// As the vendor documents it.
    #[default]
    Documented,
    /// As the live API has been observed: `success` where `completed` is documented, except in
    /// batches of product avatar images, which the vendor's own tools expect to be `completed`; a
    /// `project_id` beside a video's id, no `avatar_id` before a motion is completed, and complete
    /// lists of stock avatars and voices on every page, each claiming that more items follow.
    /// Webhooks have a `project_id` in place of a video's id, and no `event_id`, status or
    /// `cover_url`.
    Live,
}
