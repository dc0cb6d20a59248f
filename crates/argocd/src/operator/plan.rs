use advice::Advice;
use cluster_access::ObjectRef;
use serde_json::{Value, json};
use trace::Change;

use super::install::{approval, approved, needs_approval};
use super::objects;
use super::observe::State;
use super::variable::{DISABLE_DEFAULT, env};
use crate::chart::{Approval, GitOpsOperator, Operators};
use crate::instance::InstanceChanges;
use crate::merge::fields;
use crate::{ArgoCdError, helm, instance};

/// What is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Desired<'a> {
    /// By the chart.
    pub chart: &'a Operators,
    /// The Namespace that the run makes by itself.
    pub argocd_namespace: &'a str,
    /// The operator may delete the default instance.
    pub allow_argocd_delete: bool,
    /// The InstallPlan is approved.
    pub approve_install_plan: bool,
}

/// What has to be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    /// The Namespaces that are not there.
    pub(super) namespaces: Vec<String>,
    /// The OperatorGroup that is to be made in the namespace of the Subscription.
    pub(super) group: Option<String>,
    /// The Subscription.
    pub(super) subscription: SubscriptionChange,
    /// Where it lives.
    pub(super) place: ObjectRef,
    /// The InstallPlan that is approved.
    approval: Option<Change>,
    /// The operator will delete the default instance.
    deletes_default: bool,
    /// What is done to an ArgoCD that is there, or that the operator is about to make.
    instance: Option<InstanceChanges>,
    /// The same where the operator has yet to make it.
    instance_after: Option<ObjectRef>,
    warnings: Vec<Advice>,
}

/// What becomes of the Subscription.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum SubscriptionChange {
    /// It is made.
    Create(Value),
    /// It is changed where it differs, in the one that was read.
    Patch { patch: Value, fields: Vec<String> },
    /// It is as it should be.
    Nothing,
}

/// Decides.
///
/// # Errors
/// The package is subscribed elsewhere, OperatorGroups are in the way, an object belongs to another Helm release, or
/// the default instance would be deleted.
pub fn plan(desired: &Desired<'_>, state: &State) -> Result<Changes, ArgoCdError> {
    let Operators { gitops, instance: argo } = desired.chart;
    let namespace = gitops.install_namespace.as_str();
    let place = objects::subscription(namespace, &gitops.name);
    let is_there = |found: &&Value| is_at(found, &place);
    if let Some(elsewhere) = state.subscriptions.iter().find(|found| !is_there(found)) {
        return Err(subscribed_elsewhere(gitops, elsewhere));
    }
    if state.groups.len() > 1 {
        let (namespace, groups) = (namespace.into(), state.groups.clone());
        return Err(ArgoCdError::ManyGroups { namespace, groups });
    }
    check_default(desired, state)?;
    let live = state.subscriptions.iter().find(is_there);
    live.map_or(Ok(()), |live| helm::check_release(&place, live))?;
    let instance = state.instance.as_ref().filter(|_| argo.create);
    instance.map_or(Ok(()), |live| helm::check_release(&instance::of_chart(argo), live))?;
    let made_by_operator = argo.create && instance::is_default(argo) && !gitops.disable_default_instance;
    let resolved = live.filter(|live| is_resolved(live));
    let drift = resolved.map(|live| drift(gitops, live, &place)).unwrap_or_default();
    let mut warnings: Vec<Advice> = drift.into_iter().map(Into::into).collect();
    let waits = state.install_plan.as_ref().filter(|plan| needs_approval(plan));
    warnings.extend(waits.filter(|_| !desired.approve_install_plan).map(|plan| approval(plan).advice()));
    Ok(Changes {
        approval: approved_plan(desired, waits, live.is_none()),
        namespaces: namespaces(desired, state),
        group: state.groups.is_empty().then(|| format!("{namespace}-og")),
        subscription: subscription(gitops, live),
        deletes_default: gitops.disable_default_instance && state.default_instance.is_some(),
        instance: instance.map(|live| instance::plan(argo, live)),
        instance_after: (made_by_operator && state.instance.is_none()).then(instance::default),
        warnings,
        place,
    })
}

/// Those that are not there, each once. That of the ArgoCD has to be there before Helm makes the ArgoCD in it.
fn namespaces(desired: &Desired<'_>, state: &State) -> Vec<String> {
    let Operators { gitops, instance: argo } = desired.chart;
    let mut missing = Vec::new();
    if !state.namespace_exists {
        missing.push(gitops.install_namespace.clone());
    }
    if argo.create && !state.instance_namespace_exists && argo.namespace != gitops.install_namespace {
        missing.push(argo.namespace.clone());
    }
    missing.retain(|name| name != desired.argocd_namespace);
    missing
}

/// The InstallPlan that waits, or that OLM will make of a Subscription that is new.
fn approved_plan(desired: &Desired<'_>, waits: Option<&Value>, is_new: bool) -> Option<Change> {
    let gitops = &desired.chart.gitops;
    let will_wait = is_new && gitops.approval == Approval::Manual;
    let to_come = || {
        let object = format!("InstallPlan of {}/{}", gitops.install_namespace, gitops.name);
        Change::update(object).fields(["spec.approved"]).after("operator")
    };
    let change = waits.map(approved).or_else(|| will_wait.then(to_come));
    change.filter(|_| desired.approve_install_plan)
}

pub(super) fn is_at(found: &Value, place: &ObjectRef) -> bool {
    found["metadata"]["namespace"].as_str() == place.namespace.as_deref()
        && found["metadata"]["name"] == place.name.as_str()
}

fn subscribed_elsewhere(gitops: &GitOpsOperator, found: &Value) -> ArgoCdError {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let csv = [&found["status"]["installedCSV"], &found["status"]["currentCSV"]];
    ArgoCdError::SubscribedElsewhere {
        csv: csv.into_iter().map(text).find(|csv| !csv.is_empty()).map(Into::into),
        package: gitops.name.clone(),
        wanted: format!("{}/{}", gitops.install_namespace, gitops.name),
        namespace: text(&found["metadata"]["namespace"]),
        name: text(&found["metadata"]["name"]),
    }
}

/// `disableDefaultInstance` makes the operator delete ArgoCD openshift-gitops/openshift-gitops, whoever made it.
fn check_default(desired: &Desired<'_>, state: &State) -> Result<(), ArgoCdError> {
    let Operators { gitops, instance: argo } = desired.chart;
    if !gitops.disable_default_instance || desired.allow_argocd_delete {
        return Ok(());
    }
    let wanted = argo.create && instance::is_default(argo);
    match (wanted, state.default_instance.is_some()) {
        (false, false) => Ok(()),
        (wanted, lives) => Err(ArgoCdError::WouldDelete { wanted, lives }),
    }
}

fn subscription(gitops: &GitOpsOperator, live: Option<&Value>) -> SubscriptionChange {
    let Some(live) = live else { return SubscriptionChange::Create(body(gitops)) };
    let (metadata, mut touched) = helm::missing_marks(live);
    let mut patch = json!({});
    if !touched.is_empty() {
        patch["metadata"] = metadata;
    }
    let wanted = gitops.disable_default_instance;
    if let Some(env) = env(&live["spec"]["config"]["env"], wanted) {
        patch["spec"]["config"]["env"] = env;
        let done = if wanted { "true" } else { "removed" };
        touched.push(format!("spec.config.env {DISABLE_DEFAULT} ({done})"));
    }
    if !is_resolved(live) {
        touched.extend(bring(gitops, live, &mut patch));
    }
    if touched.is_empty() {
        return SubscriptionChange::Nothing;
    }
    patch["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"].clone();
    SubscriptionChange::Patch { patch, fields: touched }
}

/// OLM has resolved it: it is or was installed, and Helm leaves what it takes over.
pub(super) fn is_resolved(live: &Value) -> bool {
    let named = |key: &str| live["status"][key].as_str().is_some_and(|name| !name.is_empty());
    named("installedCSV") || named("currentCSV")
}

/// A Subscription that has resolved nothing yet gets what the chart wants now: a typo that was fixed there is fixed here.
fn bring(gitops: &GitOpsOperator, live: &Value, patch: &mut Value) -> Vec<String> {
    let mut fields = Vec::new();
    for (key, wanted) in wanted_spec(gitops) {
        let has = live["spec"][key].as_str().filter(|has| !has.is_empty());
        if has == wanted || is_default(key, has, wanted) {
            continue;
        }
        patch["spec"][key] = wanted.into();
        fields.push(format!("spec.{key} ({})", wanted.unwrap_or("removed")));
    }
    fields
}

/// What the chart says of the Subscription's source; nothing where it leaves the choice to OLM.
fn wanted_spec(gitops: &GitOpsOperator) -> [(&'static str, Option<&str>); 5] {
    [
        ("channel", Some(gitops.channel.as_str())),
        ("source", Some(gitops.source.as_str())),
        ("sourceNamespace", Some(gitops.source_namespace.as_str())),
        ("installPlanApproval", Some(gitops.approval.as_str())),
        ("startingCSV", gitops.starting_csv.as_deref()),
    ]
}

fn is_default(key: &str, has: Option<&str>, wanted: Option<&str>) -> bool {
    key == "installPlanApproval" && has.is_none() && wanted == Some("Automatic")
}

/// As the chart's template makes it, with the marks by which Helm takes it over.
fn body(gitops: &GitOpsOperator) -> Value {
    let mut metadata = helm::marks();
    metadata["name"] = gitops.name.as_str().into();
    metadata["namespace"] = gitops.install_namespace.as_str().into();
    let mut spec = json!({
        "channel": gitops.channel,
        "name": gitops.name,
        "source": gitops.source,
        "sourceNamespace": gitops.source_namespace,
        "installPlanApproval": gitops.approval.as_str(),
    });
    if let Some(csv) = &gitops.starting_csv {
        spec["startingCSV"] = csv.as_str().into();
    }
    if let Some(env) = env(&Value::Null, gitops.disable_default_instance) {
        spec["config"]["env"] = env;
    }
    json!({
        "apiVersion": "operators.coreos.com/v1alpha1", "kind": "Subscription",
        "metadata": metadata, "spec": spec,
    })
}

/// Where the Subscription is another than the chart's: an adoption by Helm does not mend that, and neither do we.
fn drift(gitops: &GitOpsOperator, live: &Value, place: &ObjectRef) -> Vec<String> {
    // startingCSV counts for the first installation alone.
    let pairs = wanted_spec(gitops).into_iter().filter(|(key, _)| *key != "startingCSV");
    pairs
        .filter_map(|(key, wanted)| {
            let has = live["spec"][key].as_str().filter(|has| !has.is_empty());
            let (shown, wants) = (has.unwrap_or_default(), wanted.unwrap_or_default());
            (has != wanted && !is_default(key, has, wanted)).then(|| {
                format!("{place} has {key} {shown:?}, the chart wants {wants:?}: it is left as it is, as Helm leaves it")
            })
        })
        .collect()
}

impl Changes {
    /// Whether nothing is to be written.
    pub fn is_empty(&self) -> bool {
        self.describe().is_empty()
    }

    /// The rights that these changes need beyond [`super::required_rights`].
    pub fn further_rights(&self) -> Vec<cluster_access::Right> {
        let namespace = self.place.namespace.as_deref().unwrap_or_default();
        let on = |object: &ObjectRef| cluster_access::Right::on("create", object);
        let namespaces = self.namespaces.iter().map(|name| on(&ObjectRef::namespace(name)));
        namespaces.chain(self.group.as_ref().map(|name| on(&objects::group(namespace, name)))).collect()
    }

    /// Whether this ArgoCD is written to, now or once the operator has made it.
    pub fn touches(&self, argocd: &ObjectRef) -> bool {
        self.instance.as_ref().is_some_and(|changes| changes.place() == argocd)
            || self.instance_after.as_ref() == Some(argocd)
    }

    /// In order, for plan and trace.
    pub fn describe(&self) -> Vec<Change> {
        let mut changes = self.describe_own();
        changes.extend(self.approval.clone());
        if self.deletes_default {
            let by = "by the operator, since disableDefaultInstance is true";
            changes.push(Change::delete(instance::default().to_string()).fields([by]));
        }
        changes.extend(self.instance.iter().flat_map(InstanceChanges::describe));
        if let Some(made) = &self.instance_after {
            let what = "Helm's marks and argoInstance.spec, once the operator has made it";
            changes.push(Change::update(made.to_string()).fields([what]).after("operator"));
        }
        changes
    }

    /// What is written before OLM's turn comes.
    pub fn describe_own(&self) -> Vec<Change> {
        let namespace = self.place.namespace.as_deref().unwrap_or_default();
        let made = |object: ObjectRef| Change::create(object.to_string());
        let mut changes: Vec<Change> =
            self.namespaces.iter().map(|name| made(ObjectRef::namespace(name))).collect();
        changes.extend(self.group.as_ref().map(|name| made(objects::group(namespace, name))));
        match &self.subscription {
            SubscriptionChange::Create(body) => {
                changes.push(Change::create(self.place.to_string()).fields(fields("spec", &body["spec"])));
            }
            SubscriptionChange::Patch { fields, .. } => {
                changes.push(Change::update(self.place.to_string()).fields(fields.clone()));
            }
            SubscriptionChange::Nothing => {}
        }
        changes
    }

    /// What to look at.
    pub fn warnings(&self) -> &[Advice] {
        &self.warnings
    }
}
