//! One call of an operation, and what it does.

use std::time::Duration;

use jogg_api::codec::Codec;
use jogg_api::operations as op;
use jogg_api::{JobRule, Operation, RetryClass};
use serde_json::{Map, Value, json};

use super::answer::{echo, replace_everywhere};
use super::api::Settings;
use super::credits::{Balance, price};
use super::files::Files;
use super::ids::Ids;
use super::jobs::{self, Jobs, Start, reported_id, submission_list};
use super::lists::List;
use super::parameters::Parameters;
use super::phase::{Phase, Vocabulary};
use super::post_limit::PostLimit;
use super::refusal::Refusal;
use super::report::{Refused, Reporter};
use super::request::ReceivedRequest;
use super::spec::{Kind, OperationSpec, Schema};
use super::store::Store;
use super::{endpoints, products, references, templates};

/// Everything that calls can change.
pub(super) struct State {
    pub(super) balance: Balance,
    pub(super) files: Files,
    pub(super) ids: Ids,
    pub(super) jobs: Jobs,
    pub(super) posts: PostLimit,
    pub(super) store: Store,
}

/// One call of an operation.
pub(super) struct Call<'a> {
    pub(super) operation: &'static Operation,
    pub(super) parameters: Parameters,
    pub(super) request: &'a ReceivedRequest,
    pub(super) settings: &'a Settings,
    pub(super) now: Duration,
}

type Handler = fn(&Call<'_>, Map<String, Value>, &mut State) -> Result<Value, Refusal>;

/// Operations that keep something or look at one thing that is kept. The others follow from the
/// spec and the table of jobs.
static HANDLERS: [(&Operation, Handler); 6] = [
    (&op::CREATE_PRODUCT, products::create),
    (&op::CREATE_WEBHOOK_ENDPOINT, endpoints::create),
    (&op::DELETE_WEBHOOK_ENDPOINT, endpoints::delete),
    (&op::GET_CUSTOM_TEMPLATE, templates::get),
    (&op::UPDATE_PRODUCT, products::update),
    (&op::UPDATE_WEBHOOK_ENDPOINT, endpoints::update),
];

impl Call<'_> {
    /// Carries the call out, in the order in which the real API finds fault.
    pub(super) fn answer(&self, state: &mut State) -> Result<Value, Refusal> {
        let key = self.request.headers.get("x-api-key");
        if key.is_none_or(|key| key.is_empty() || key == "invalid") {
            return Err(Refusal::key());
        }
        if self.operation.method == "POST" {
            state.posts.admit(self.now)?;
        }
        self.parameters.check(self.operation)?;
        let body = self.body()?;
        if self.settings.strict {
            references::check(self.operation, &body, state)?;
        }
        if let Some(rule) = jobs::starts(self.operation) {
            return self.start(state, rule, body);
        }
        if let Some(id) = reported_id(self.operation, &self.parameters) {
            return self.report(state, &id);
        }
        if self.operation.retry == RetryClass::UploadTicket {
            return state.files.ticket(self.operation, &body, &mut state.ids);
        }
        state.balance.take(price(self.operation, &body))?;
        if let Some((_, handle)) = HANDLERS.iter().find(|(known, _)| *known == self.operation) {
            return handle(self, body, state);
        }
        if let Some(list) = List::of(self.operation, &self.parameters) {
            let mut reporter = self.reporter(&mut state.files);
            return Ok(list.answer(&state.store, &state.jobs, &mut reporter, self.now));
        }
        Ok(self.plain(body, state))
    }

    /// The body, if the operation takes one and this is one.
    fn body(&self) -> Result<Map<String, Value>, Refusal> {
        let Some(codec) = Codec::of(self.operation.id).filter(|codec| codec.has_body()) else {
            return Ok(Map::new());
        };
        let body = &self.request.body;
        // First whether it is an object: to the codec, an array of the values would do as well.
        let members = serde_json::from_slice(body)
            .map_err(|error| Refusal::parameter(format!("the body is no JSON object: {error}")))?;
        codec.check_body(body).map_err(|error| Refusal::parameter(error.to_string()))?;
        Ok(members)
    }

    /// Starts what the call asks for.
    fn start(
        &self,
        state: &mut State,
        rule: &'static JobRule,
        body: Map<String, Value>,
    ) -> Result<Value, Refusal> {
        let price = price(rule.create, &body);
        let title = title(&body, state);
        let bodies = jobs::bodies(rule, body);
        let Some(schema) = &OperationSpec::of(rule.create).data else { return Ok(Value::Null) };
        let several = submission_list(rule).and_then(|_| schema.object_list());
        let refused = if several.is_some() { state.jobs.refusals().min(bodies.len()) } else { 0 };
        state.balance.take(price * (bodies.len() - refused) as f64)?;
        let item = several.map_or(schema, |(_, item)| item);
        let mut submissions = Vec::new();
        for (number, body) in bodies.into_iter().enumerate() {
            if number < refused {
                submissions.push(refuse(state, rule, item, &body));
                continue;
            }
            let start = Start { rule, body, price, now: self.now, title: title.clone() };
            let job = state.jobs.start(start, &mut state.ids);
            let mut reporter = self.reporter(&mut state.files);
            submissions.push(reporter.show(rule.report, item, job, Phase::Pending));
        }
        match several {
            Some((name, _)) => {
                let mut data = schema.synthesize();
                data[name] = json!(submissions);
                Ok(data)
            }
            None => Ok(submissions.pop().unwrap_or_default()),
        }
    }

    fn report(&self, state: &mut State, id: &str) -> Result<Value, Refusal> {
        let Some(job) = state.jobs.find(self.operation, id) else {
            let code = Vocabulary::of(self.operation).not_found;
            return Err(Refusal::new(code, "record not found"));
        };
        let phase = job.phase(self.now, self.settings.job_duration);
        let schema = OperationSpec::of(self.operation).data.as_ref();
        let mut reporter = self.reporter(&mut state.files);
        let shown = schema.map(|schema| reporter.show(self.operation, schema, job, phase));
        Ok(shown.unwrap_or_default())
    }

    fn reporter<'a>(&self, files: &'a mut Files) -> Reporter<'a> {
        let Settings { dialect, job_duration, .. } = *self.settings;
        Reporter { dialect, job_duration, files }
    }

    /// An answer that nothing but the call itself decides.
    fn plain(&self, body: Map<String, Value>, state: &mut State) -> Value {
        let Some(schema) = &OperationSpec::of(self.operation).data else { return Value::Null };
        let mut shown = schema.synthesize();
        state.files.publish("", &mut shown);
        if self.operation.retry == RetryClass::AtMostOnce {
            for (name, property) in schema.properties() {
                if name.ends_with("_id") && matches!(property.kind, Kind::Text) {
                    shown[name] = state.ids.fresh(name, Some(property));
                }
            }
        }
        let mut sent = self.parameters.path_values(self.operation);
        sent.extend(body);
        echo(schema, &sent, &mut shown);
        let credits = json!(state.balance.credits());
        replace_everywhere(&mut shown, "remaining_quota", &credits);
        shown
    }
}

/// A job that is not started because a refusal was waiting for it.
fn refuse(state: &mut State, rule: &JobRule, item: &Schema, body: &Map<String, Value>) -> Value {
    let message = state.jobs.take_refusal().unwrap_or_default();
    let id_name = jobs::id_name(rule);
    Reporter::refuse(Refused { schema: item, id_name, body, message: &message })
}

/// What a product video is called: as the call says, or else like its product or its preview.
fn title(body: &Map<String, Value>, state: &State) -> Option<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let named = || text(body.get("video_spec")?.get("name")?);
    let product = || text(state.store.product(body.get("product_id")?)?.get("name")?);
    let preview = || {
        let id = body.get("preview_id")?.as_str()?;
        state.jobs.find(&op::LIST_PRODUCT_PREVIEWS, id)?.title.clone()
    };
    named().or_else(product).or_else(preview)
}
