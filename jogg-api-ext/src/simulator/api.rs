//! What happens to a request, from its route to its answer.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jogg_api::codec::Codec;
use jogg_api::{JobRule, Operation, RetryClass};
use serde_json::{Map, Value, json};

use super::answer::{self, echo, replace_everywhere};
use super::credits::{Balance, price};
use super::files::{Files, refused};
use super::jobs::{self, Jobs, reported_id, submission_list};
use super::lists::List;
use super::parameters::Parameters;
use super::phase::{Phase, Vocabulary};
use super::post_limit::PostLimit;
use super::refusal::Refusal;
use super::reply::Reply;
use super::report::Reporter;
use super::request::ReceivedRequest;
use super::route::Route;
use super::spec::{Kind, OperationSpec};
use super::{Dialect, Target, lock};
use crate::clock::Clock;

/// How the simulator was set up.
pub(super) struct Settings {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) dialect: Dialect,
    pub(super) credits: f64,
    pub(super) post_limit: Option<usize>,
    pub(super) job_duration: Duration,
}

/// Everything the simulator knows.
pub(super) struct Api {
    settings: Settings,
    requests: Mutex<Vec<ReceivedRequest>>,
    replies: Mutex<Vec<(Target, Reply)>>,
    state: Mutex<State>,
}

struct State {
    balance: Balance,
    files: Files,
    jobs: Jobs,
    posts: PostLimit,
}

/// One call of an operation.
struct Call<'a> {
    operation: &'static Operation,
    parameters: Parameters,
    request: &'a ReceivedRequest,
}

impl Api {
    pub(super) fn new(settings: Settings, base_url: &str) -> Self {
        let state = State {
            balance: Balance::new(settings.credits),
            files: Files::new(base_url),
            jobs: Jobs::default(),
            posts: PostLimit::new(settings.post_limit),
        };
        Self {
            settings,
            requests: Mutex::default(),
            replies: Mutex::default(),
            state: Mutex::new(state),
        }
    }

    pub(super) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.settings.clock)
    }

    pub(super) fn clear_replies(&self) {
        lock(&self.replies).clear();
    }

    pub(super) fn now(&self) -> Duration {
        self.settings.clock.now()
    }

    pub(super) fn requests(&self) -> Vec<ReceivedRequest> {
        lock(&self.requests).clone()
    }

    pub(super) fn reply_next(&self, target: Target, reply: Reply) {
        lock(&self.replies).push((target, reply));
    }

    pub(super) fn fail_next_job(&self, message: &str) {
        lock(&self.state).jobs.fail_next(message.to_owned());
    }

    pub(super) fn credits(&self) -> f64 {
        lock(&self.state).balance.credits()
    }

    pub(super) fn set_credits(&self, credits: f64) {
        lock(&self.state).balance = Balance::new(credits);
    }

    /// Answers a request. `limit` is the length its body exceeds, if it does.
    pub(super) fn answer(
        &self,
        route: Route,
        request: ReceivedRequest,
        limit: Option<usize>,
    ) -> Reply {
        lock(&self.requests).push(request.clone());
        let queued = self.queued(&route).unwrap_or_else(Reply::pass);
        queued.or(|| self.usual(route, request, limit))
    }

    fn usual(&self, route: Route, request: ReceivedRequest, limit: Option<usize>) -> Reply {
        if let Some(limit) = limit {
            return Refusal::too_large(limit).into_reply();
        }
        match route {
            Route::Operation(operation, path) => {
                let parameters = Parameters::new(path, &request.query);
                let call = Call { operation, parameters, request: &request };
                match self.call(&call) {
                    Ok(data) => answer::success(self.settings.dialect, &data),
                    Err(refusal) => refusal.into_reply(),
                }
            }
            Route::Upload(key) if request.method == "PUT" => {
                let parameters = Parameters::new(Vec::new(), &request.query);
                let signature = parameters.query("signature");
                let files = &mut lock(&self.state).files;
                files.upload(key, signature, &request.headers, request.body)
            }
            Route::Download(key) if matches!(request.method.as_str(), "GET" | "HEAD") => {
                lock(&self.state).files.download(&key)
            }
            Route::Upload(_) | Route::Download(_) => refused(405, "not with this method"),
            route => route.refusal().into_reply(),
        }
    }

    fn queued(&self, route: &Route) -> Option<Reply> {
        let target = match route {
            Route::Operation(operation, _) => Target::Operation(operation),
            Route::Upload(_) => Target::Upload,
            Route::Download(_) => Target::Download,
            Route::UnknownPath | Route::WrongMethod { .. } => return None,
        };
        let mut replies = lock(&self.replies);
        let first = replies.iter().position(|(queued, _)| *queued == target)?;
        Some(replies.remove(first).1)
    }

    /// Carries out a call, in the order in which the real API finds fault.
    fn call(&self, call: &Call<'_>) -> Result<Value, Refusal> {
        let key = call.request.headers.get("x-api-key");
        if key.is_none_or(|key| key.is_empty() || key == "invalid") {
            return Err(Refusal::key());
        }
        let now = self.now();
        let state = &mut *lock(&self.state);
        if call.operation.method == "POST" {
            state.posts.admit(now)?;
        }
        call.parameters.check(call.operation)?;
        let body = call.body()?;
        if let Some(rule) = jobs::starts(call.operation) {
            return self.start(state, rule, body, now);
        }
        if let Some(id) = reported_id(call.operation, &call.parameters) {
            return self.report(state, call.operation, &id, now);
        }
        if call.operation.retry == RetryClass::Ticket {
            return state.files.ticket(call.operation, &body, &mut state.jobs);
        }
        state.balance.take(price(call.operation, &body))?;
        if let Some(list) = List::of(call.operation, &call.parameters) {
            let mut reporter = self.reporter(&mut state.files);
            return Ok(list.answer(&state.jobs, &mut reporter, now));
        }
        Ok(plain(call, body, state))
    }

    /// Starts what the call asks for.
    fn start(
        &self,
        state: &mut State,
        rule: &'static JobRule,
        body: Map<String, Value>,
        now: Duration,
    ) -> Result<Value, Refusal> {
        let price = price(rule.create, &body);
        let bodies = jobs::bodies(rule, body);
        state.balance.take(price * bodies.len() as f64)?;
        let Some(schema) = &OperationSpec::of(rule.create).data else { return Ok(Value::Null) };
        let list = submission_list(rule).and_then(|list| {
            let (_, item) = schema.object_list()?;
            Some((list, item))
        });
        let mut reporter = self.reporter(&mut state.files);
        let mut submissions = Vec::new();
        for body in bodies {
            let job = state.jobs.start(rule, body, price, now);
            let schema = list.map_or(schema, |(_, item)| item);
            submissions.push(reporter.show(schema, job, Phase::Pending));
        }
        match list {
            Some((name, _)) => {
                let mut data = schema.synthesize();
                data[name] = json!(submissions);
                Ok(data)
            }
            None => Ok(submissions.pop().unwrap_or_default()),
        }
    }

    fn report(
        &self,
        state: &mut State,
        operation: &'static Operation,
        id: &str,
        now: Duration,
    ) -> Result<Value, Refusal> {
        let Some(job) = state.jobs.find(operation, id) else {
            return Err(Refusal::new(Vocabulary::of(operation).not_found, "record not found"));
        };
        let phase = job.phase(now, self.settings.job_duration);
        let schema = OperationSpec::of(operation).data.as_ref();
        let mut reporter = self.reporter(&mut state.files);
        Ok(schema.map(|schema| reporter.show(schema, job, phase)).unwrap_or_default())
    }

    fn reporter<'a>(&self, files: &'a mut Files) -> Reporter<'a> {
        let Settings { dialect, job_duration, .. } = self.settings;
        Reporter { dialect, job_duration, files }
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api")
            .field("clock", &self.settings.clock)
            .field("dialect", &self.settings.dialect)
            .field("requests", &lock(&self.requests).len())
            .finish_non_exhaustive()
    }
}

impl Call<'_> {
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
}

/// An answer that nothing but the call itself decides.
fn plain(call: &Call<'_>, body: Map<String, Value>, state: &mut State) -> Value {
    let Some(schema) = &OperationSpec::of(call.operation).data else { return Value::Null };
    let mut shown = schema.synthesize();
    state.files.publish("", &mut shown);
    if call.operation.retry == RetryClass::Paid {
        for (name, property) in schema.properties() {
            if name.ends_with("_id") && matches!(property.kind, Kind::Text) {
                shown[name] = state.jobs.fresh_id(name, Some(property));
            }
        }
    }
    let mut sent = call.parameters.path_values(call.operation);
    sent.extend(body);
    echo(schema, &sent, &mut shown);
    let credits = json!(state.balance.credits());
    replace_everywhere(&mut shown, "remaining_quota", &credits);
    shown
}
