//! A StorageClass for claims that name none: pure.

use serde_json::Value;

use super::Verdict;

const MARKS: [&str; 2] =
    ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];

pub(super) fn judge(classes: &[Value]) -> Verdict {
    let name = |class: &Value| class["metadata"]["name"].as_str().unwrap_or("?").to_owned();
    let is_default =
        |class: &&Value| MARKS.iter().any(|mark| class["metadata"]["annotations"][*mark] == "true");
    if let Some(class) = classes.iter().find(is_default) {
        return Verdict::Ready(name(class));
    }
    let names: Vec<String> = classes.iter().map(name).collect();
    Verdict::NotYet(vec![match names.as_slice() {
        [] => "there is no StorageClass".into(),
        names => format!("none is marked as the default one: {}", names.join(", ")),
    }])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn class(name: &str, mark: &str, value: &str) -> Value {
        json!({"metadata": {"name": name, "annotations": {mark: value}}})
    }

    #[test]
    fn the_mark_makes_it_the_default_one() {
        for mark in MARKS {
            let classes = [class("slow", mark, "false"), class("gp3-csi", mark, "true")];
            assert_eq!(judge(&classes), Verdict::Ready("gp3-csi".into()));
        }
    }

    #[test]
    fn without_it_there_is_none() {
        let said = |text: &str| Verdict::NotYet(vec![text.into()]);
        assert_eq!(judge(&[]), said("there is no StorageClass"));
        let classes = [class("gp2", MARKS[0], "false"), class("gp3", "other", "true")];
        assert_eq!(judge(&classes), said("none is marked as the default one: gp2, gp3"));
    }
}
