//! Scripts written about a product.
//!
//! ```no_run
//! # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
//! use jogg_api_ext::enums::{Language, ScriptStyle, VideoLength};
//! use jogg_api_ext::scripts::{CreateScript, Source};
//!
//! let request = CreateScript::new(
//!     Language::English,
//!     VideoLength::Seconds30,
//!     ScriptStyle::Storytime,
//!     Source::Product("product_c4f1".to_owned()),
//! );
//! for script in jogg.scripts().create(request).await?.wait().await?.scripts {
//!     println!("{}", script.script_paragraphs.join("\n"));
//! }
//! # Ok(()) }
//! ```

use jogg_api::Operation;
use jogg_api::endpoints::{CreateAiScript, GetAiScript};
use jogg_api::enums::{Language, ProductSourceType, ScriptStyle, VideoLength};
use jogg_api::operations::CREATE_AI_SCRIPT;
use jogg_api::types::{CreateAiScriptRequest, ScriptProduct, ScriptProductData, ScriptReport};

use super::estimate::{Estimate, estimate};
use crate::call::Call;
use crate::client::Jogg;
use crate::error::Result;
use crate::job_record::JobRecord;
use crate::jobs::{Job, JobReport, JobResult, Raw, Sealed, decoded};
use crate::request::{group, needed, request};

pub use jogg_api::types::GeneratedScript;

group! {
    /// Scripts written about a product.
    Scripts, scripts
}

impl Scripts {
    /// Creates a script. Calls `create_ai_script`; costs [`CreateScript::estimate`] credits when it
    /// is accepted, and takes 10 to 30 seconds.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the response was lost;
    /// see [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn create(&self, request: CreateScript) -> Call<Job<GeneratedScripts>> {
        self.jogg.start(request.check(), CreateAiScript::new(request.0))
    }

    /// Returns the script job of this id, to poll or to wait for. Sends nothing.
    pub fn script_job(&self, task_id: impl Into<String>) -> Job<GeneratedScripts> {
        Job::of(&self.jogg, &CREATE_AI_SCRIPT, task_id)
    }
}

/// What a script is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// A product described here.
    Details {
        /// Its name.
        name: String,
        /// What it is, and its selling points.
        description: String,
    },
    /// A registered product, by its id.
    Product(String),
}

impl From<Source> for ScriptProduct {
    fn from(source: Source) -> Self {
        let mut data = ScriptProductData::new();
        match source {
            Source::Details { name, description } => {
                data.name = Some(name);
                data.description = Some(description);
                Self::new(ProductSourceType::Details, data)
            }
            Source::Product(id) => {
                data.id = Some(id);
                Self::new(ProductSourceType::Id, data)
            }
        }
    }
}

request! {
    /// A request for a script.
    pub struct CreateScript(CreateAiScriptRequest);
    /// Sets the audience the script addresses.
    target_audience: text,
}

impl CreateScript {
    /// Creates a request with the fields the API requires: the language, how long the script takes
    /// to read, the style, and what it is about.
    pub fn new(
        language: Language,
        video_length: VideoLength,
        script_style: ScriptStyle,
        source: Source,
    ) -> Self {
        Self(CreateAiScriptRequest::new(language, video_length, script_style, source.into()))
    }

    /// Returns what it costs; `None` if the price list doesn't say.
    pub fn estimate(&self) -> Option<Estimate> {
        estimate(&CREATE_AI_SCRIPT, &self.0, None)
    }

    pub(crate) fn check(&self) -> Result<()> {
        self.check_extra()?;
        let ScriptProduct { source_type, data, .. } = &self.0.product_info;
        match source_type {
            ProductSourceType::Id => {
                needed("product_info.data.id", data.id.as_ref(), "a source_type of `id`")
            }
            _ => needed("product_info.data.name", data.name.as_ref(), "a source_type of `details`"),
        }
    }
}

/// Scripts: the result of [`Scripts::create`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct GeneratedScripts {
    /// The id of the job.
    pub task_id: String,
    /// The scripts, one per style, in paragraphs.
    pub scripts: Vec<GeneratedScript>,
    /// The `data` of the last report.
    pub raw: Raw,
}

impl Sealed for GeneratedScripts {}

impl JobResult for GeneratedScripts {
    const OPERATIONS: &'static [&'static Operation] = &[&CREATE_AI_SCRIPT];

    type Memory = ();

    async fn poll(jogg: Jogg, record: JobRecord, (): &mut ()) -> Result<JobReport<Self>> {
        let (report, raw) = jogg.report(GetAiScript::new(record.id.as_str())).await?;
        Ok(report_on(report, raw, record))
    }

    fn read(record: JobRecord, body: &[u8], raw: Raw) -> Option<JobReport<Self>> {
        Some(report_on(decoded::<GetAiScript>(body)?, raw, record))
    }

    fn into_raw(self) -> Raw {
        self.raw
    }
}

fn report_on(report: ScriptReport, raw: Raw, record: JobRecord) -> JobReport<GeneratedScripts> {
    let job = JobReport::of(report.status, report.err_msg, raw)
        .naming(report.task_id.as_deref(), &record.id);
    job.with_result(|raw| {
        let scripts = report.data.unwrap_or_default().generated_scripts;
        let task_id = report.task_id.unwrap_or(record.id);
        (!scripts.is_empty()).then_some(GeneratedScripts { task_id, scripts, raw })
    })
}
