//! How jobs are started and found, by the spec's table of jobs.

use jogg_api::jobs::JOBS;
use jogg_api::{IdPlace, JobLink, JobRule, Operation};

use super::OperationSpec;
use super::schema::Schema;

/// The rule by which an operation starts jobs, if it does.
pub(crate) fn start_rule(operation: &Operation) -> Option<&'static JobRule> {
    JOBS.iter().find(|rule| rule.create == operation)
}

/// The parameter with a job's id, if the operation reports on single jobs.
pub(crate) fn reported_id(operation: &Operation) -> Option<IdPlace> {
    JOBS.iter().find_map(|rule| match rule.link {
        JobLink::Id { to, .. } if rule.report == operation => Some(to),
        _ => None,
    })
}

/// The name a job's id has in the response that starts it, such as `motion_id`.
pub(crate) fn id_name(rule: &JobRule) -> &'static str {
    id_path(rule).rsplit('.').next().unwrap_or_default()
}

/// The list in the `data` of an operation that starts several jobs, such as `previews`.
pub(crate) fn submission_list(rule: &JobRule) -> Option<&'static str> {
    Some(id_path(rule).rsplit_once("[]")?.0)
}

/// The object that holds the id in the response that starts a job.
pub(crate) fn submission_schema(rule: &JobRule) -> Option<&'static Schema> {
    let data = OperationSpec::of(rule.create).data.as_ref()?;
    match submission_list(rule) {
        Some(list) => data.object_list().filter(|(name, _)| *name == list).map(|(_, item)| item),
        None => Some(data),
    }
}

/// The path of the id inside `data`, with `[]` for each item of a list.
fn id_path(rule: &JobRule) -> &'static str {
    let path = match rule.link {
        JobLink::Id { from, .. } | JobLink::Lookup { from, .. } => from,
        _ => "",
    };
    path.strip_prefix("data.").unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_an_id_in_the_spec() {
        for rule in JOBS {
            let schema = submission_schema(rule).unwrap();
            assert!(schema.property(id_name(rule)).is_some(), "{}", rule.create.id);
        }
    }
}
