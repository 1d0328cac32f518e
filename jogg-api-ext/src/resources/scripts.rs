//! Scripts written about a product.

use jogg_api::Operation;
use jogg_api::enums::{Language, ProductSourceType, ScriptStyle, VideoLength};
use jogg_api::operations::{CREATE_AI_SCRIPT, GET_AI_SCRIPT};
use jogg_api::types::{CreateAiScriptRequest, GeneratedScript, ScriptProduct, ScriptProductData};

use super::resource;
use crate::call::send;
use crate::credits::estimate;
use crate::job::private::Sealed;
use crate::job::report_of;
use crate::request::{needed, request};
use crate::{Call, Estimate, Job, JobRecord, JobReport, JobResult, Jogg, Raw, Result};

resource! {
    /// Scripts written about a product. From [`Jogg::scripts`](crate::Jogg::scripts).
    Scripts
}

impl Scripts {
    /// Has a script written. Calls `create_ai_script`; costs [`CreateScript::estimate`] credits
    /// when it is accepted, and takes 10 to 30 seconds.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the answer was lost; see
    /// [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn create(&self, request: CreateScript) -> Call<Job<WrittenScripts>> {
        let (body, checked) = (request.0.clone(), request.check());
        self.jogg.start(&CREATE_AI_SCRIPT, checked, send!(create_ai_script(body)))
    }

    /// The script job of this id, to look at or to wait for. Sends nothing.
    pub fn script(&self, task_id: impl Into<String>) -> Job<WrittenScripts> {
        Job::of(self.jogg.clone(), &CREATE_AI_SCRIPT, task_id)
    }
}

/// What a script is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScriptSource {
    /// A product described here.
    Details {
        /// What it is called.
        name: String,
        /// What speaks for it.
        description: String,
    },
    /// A registered product, by its id.
    Product(String),
}

impl From<ScriptSource> for ScriptProduct {
    fn from(source: ScriptSource) -> Self {
        let mut data = ScriptProductData::new();
        match source {
            ScriptSource::Details { name, description } => {
                data.name = Some(name);
                data.description = Some(description);
                Self::new(ProductSourceType::Details, data)
            }
            ScriptSource::Product(id) => {
                data.id = Some(id);
                Self::new(ProductSourceType::Id, data)
            }
        }
    }
}

request! {
    /// A script to be written.
    pub struct CreateScript(CreateAiScriptRequest);
    /// Whom the script should win over.
    target_audience: text,
}

impl CreateScript {
    /// With the fields the API requires: the language, how long reading it should take, the style,
    /// and what it is about.
    pub fn new(
        language: Language,
        video_length: VideoLength,
        script_style: ScriptStyle,
        source: ScriptSource,
    ) -> Self {
        Self(CreateAiScriptRequest::new(language, video_length, script_style, source.into()))
    }

    /// What it costs. `None` if the price list does not say.
    pub fn estimate(&self) -> Option<Estimate> {
        estimate(&CREATE_AI_SCRIPT, &self.0, None)
    }

    fn check(&self) -> Result<()> {
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
pub struct WrittenScripts {
    /// The id of the job.
    pub task_id: String,
    /// The texts, one a style, in paragraphs.
    pub scripts: Vec<GeneratedScript>,
    /// The `data` of the last report.
    pub raw: Raw,
}

impl Sealed for WrittenScripts {}

impl JobResult for WrittenScripts {
    const OPERATIONS: &'static [&'static Operation] = &[&CREATE_AI_SCRIPT];

    async fn look(jogg: Jogg, record: JobRecord) -> Result<JobReport<Self>> {
        let id = record.id.clone();
        let send = send!(get_ai_script(id));
        let (report, payload) = report_of(&jogg, &GET_AI_SCRIPT, send).await?;
        Ok(JobReport::of(report.status, payload).with_result(|raw| {
            let scripts = report.data.unwrap_or_default().generated_scripts;
            let task_id = report.task_id.unwrap_or(record.id);
            (!scripts.is_empty()).then_some(Self { task_id, scripts, raw })
        }))
    }
}
