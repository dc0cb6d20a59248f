//! What a run will do, step by step. Made before the first write; `plan` prints it, `run` follows it.

use crate::Step;
use schemars::JsonSchema;
use serde::Serialize;
use trace::Change;

/// What one step will do.
#[derive(Debug, Clone, Serialize, JsonSchema, PartialEq, Eq)]
pub struct StepPlan {
    /// The step.
    pub name: Step,
    /// Its part of the plan.
    #[serde(flatten)]
    pub intent: Intent,
}

/// What a step is about to do.
#[derive(Debug, Clone, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase", tag = "intent")]
pub enum Intent {
    /// Writes these.
    Change {
        /// In order.
        changes: Vec<Change>,
    },
    /// Everything is as it should be.
    Unchanged,
    /// Has no business here.
    Skip {
        /// Why.
        reason: String,
    },
    /// Runs the script: that is no change to be counted.
    Run {
        /// The program and its environment of note.
        what: String,
    },
    /// Looks, and waits for others to act.
    Watch {
        /// What for.
        what: String,
    },
}

impl Intent {
    /// Changes, or nothing to do.
    pub fn of(changes: Vec<Change>) -> Self {
        if changes.is_empty() { Self::Unchanged } else { Self::Change { changes } }
    }
}

/// What a run will do.
#[derive(Debug, Clone, Serialize, JsonSchema, PartialEq, Eq, Default)]
pub struct RunPlan {
    /// In order.
    pub steps: Vec<StepPlan>,
}

impl Intent {
    fn map(&self, change: &impl Fn(&str) -> String) -> Self {
        match self {
            Self::Change { changes } => {
                Self::Change { changes: changes.iter().map(|it| it.clone().map(change)).collect() }
            }
            Self::Unchanged => Self::Unchanged,
            Self::Skip { reason } => Self::Skip { reason: change(reason) },
            Self::Run { what } => Self::Run { what: change(what) },
            Self::Watch { what } => Self::Watch { what: change(what) },
        }
    }
}

impl RunPlan {
    /// The same with each of its texts changed.
    #[must_use]
    pub fn map(&self, change: impl Fn(&str) -> String) -> Self {
        let steps = self.steps.iter();
        Self {
            steps: steps.map(|step| StepPlan { name: step.name, intent: step.intent.map(&change) }).collect(),
        }
    }

    /// Whether something is to be written; that the script will run is no change.
    pub fn pending(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.intent, Intent::Change { .. }))
    }

    /// Whether a run would do anything: write, or run the script, which may change what it likes.
    pub fn does_something(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.intent, Intent::Change { .. } | Intent::Run { .. }))
    }

    /// All changes.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.steps.iter().flat_map(|step| match &step.intent {
            Intent::Change { changes } => changes.as_slice(),
            Intent::Unchanged | Intent::Skip { .. } | Intent::Run { .. } | Intent::Watch { .. } => &[],
        })
    }

    /// True if the script is going to run.
    pub fn runs_script(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.intent, Intent::Run { .. }))
    }

    /// The part of one step.
    pub fn intent(&self, name: Step) -> Option<&Intent> {
        self.steps.iter().find(|step| step.name == name).map(|step| &step.intent)
    }

    /// Adds a step.
    pub fn push(&mut self, name: Step, intent: Intent) {
        self.steps.push(StepPlan { name, intent });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(intent: Intent) -> RunPlan {
        let mut plan = RunPlan::default();
        plan.push(Step::Preflight, Intent::Unchanged);
        plan.push(Step::Script, intent);
        plan
    }

    fn all() -> [Intent; 5] {
        [
            Intent::of(vec![Change::create("a").fields(["b"])]),
            Intent::of(Vec::new()),
            Intent::Skip { reason: "a".into() },
            Intent::Run { what: "a".into() },
            Intent::Watch { what: "a".into() },
        ]
    }

    #[test]
    fn a_change_is_pending_and_the_script_does_something_beside_it() {
        let told = all().map(|intent| (plan(intent.clone()).pending(), plan(intent).does_something()));
        assert_eq!(told, [(true, true), (false, false), (false, false), (false, true), (false, false)]);
        assert!(!RunPlan::default().pending() && !RunPlan::default().does_something());
    }

    #[test]
    fn the_part_of_a_step_is_found_by_its_name() {
        let plan = plan(Intent::Run { what: "it".into() });
        assert_eq!(plan.intent(Step::Script), Some(&Intent::Run { what: "it".into() }));
        assert_eq!(plan.intent(Step::Record), None);
    }

    #[test]
    fn each_text_of_a_plan_is_changed_and_nothing_else() {
        for intent in all() {
            let told = format!("{:?}", plan(intent.clone()).map(|_| "***".into()));
            let expect =
                format!("{:?}", plan(intent)).replace("\"a\"", "\"***\"").replace("\"b\"", "\"***\"");
            assert_eq!(told, expect);
        }
    }
}
