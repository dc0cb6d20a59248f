use serde_json::{Map, Value};

use super::values::Values;
use super::{ChartError, OPERATORS_VALUES};

/// What `charts/bootstrap-operators` wants of the GitOps operator and of its ArgoCD resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Operators {
    /// `operators.gitops`
    pub gitops: GitOpsOperator,
    /// `argoInstance`
    pub instance: ArgoInstance,
}

/// The Subscription that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitOpsOperator {
    /// Package, and name of the Subscription.
    pub name: String,
    /// The package's channel.
    pub channel: String,
    /// The CatalogSource.
    pub source: String,
    /// Its namespace.
    pub source_namespace: String,
    /// Where the Subscription lives.
    pub install_namespace: String,
    /// Who approves what OLM wants to install.
    pub approval: Approval,
    /// The version to begin with.
    pub starting_csv: Option<String>,
    /// The operator shall not make (and deletes) ArgoCD openshift-gitops/openshift-gitops.
    pub disable_default_instance: bool,
}

/// Who approves an InstallPlan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approval {
    /// OLM itself.
    Automatic,
    /// A person.
    Manual,
}

impl Approval {
    /// As it stands in a Subscription.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Automatic => "Automatic",
            Self::Manual => "Manual",
        }
    }
}

/// The ArgoCD resource that the chart makes.
#[derive(Debug, Clone, PartialEq)]
pub struct ArgoInstance {
    /// Whether it makes one.
    pub create: bool,
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Its spec.
    pub spec: Map<String, Value>,
}

/// Reads `charts/bootstrap-operators/values.yaml`.
///
/// # Errors
/// Every key that is missing or of a wrong type, at once.
pub fn operators(text: &[u8]) -> Result<Operators, ChartError> {
    let mut values = Values::parse(OPERATORS_VALUES, text)?;
    let operators = Operators { gitops: gitops(&mut values), instance: instance(&mut values) };
    values.end(operators)
}

fn gitops(values: &mut Values) -> GitOpsOperator {
    GitOpsOperator {
        name: values.text("operators.gitops.name"),
        channel: values.text("operators.gitops.channel"),
        source: values.text("operators.gitops.source"),
        source_namespace: values.text("operators.gitops.sourceNamespace"),
        install_namespace: values.text("operators.gitops.installNamespace"),
        approval: approval(values, "operators.gitops.approval"),
        starting_csv: values.optional_text("operators.gitops.startingCSV"),
        disable_default_instance: values.switch("operators.gitops.disableDefaultInstance"),
    }
}

fn approval(values: &mut Values, key: &str) -> Approval {
    let word = values.text(key);
    match word.as_str() {
        "Manual" => Approval::Manual,
        "Automatic" | "" => Approval::Automatic, // the empty one is told as missing
        other => {
            values.problem(format!("{key} is {other:?}, expected Automatic or Manual"));
            Approval::Automatic
        }
    }
}

fn instance(values: &mut Values) -> ArgoInstance {
    let or_default = |text: Option<String>| text.unwrap_or_else(|| super::DEFAULT_INSTANCE.into());
    ArgoInstance {
        create: values.switch("argoInstance.create"),
        name: or_default(values.optional_text("argoInstance.name")),
        namespace: or_default(values.optional_text("argoInstance.namespace")),
        spec: values.map("argoInstance.spec"),
    }
}
