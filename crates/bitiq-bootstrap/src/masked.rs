//! The mask of this process, made of what is known before anything is asked.

use std::collections::BTreeMap;
use std::ffi::OsString;

use secret::Mask;
use serde_json::Value;

/// Hides the secrets of the environment, and those of the addresses that `lookup` and it know.
pub fn mask_of(
    lookup: &dyn Fn(&str) -> Option<OsString>,
    environment: &BTreeMap<OsString, OsString>,
) -> Mask {
    let mask = Mask::new();
    for (_, secret) in settings::secrets(lookup, environment) {
        mask.add(&secret);
    }
    mask
}

/// Every text of it: a mask of the whole line could break its quotes.
pub fn mask_all(value: &mut Value, mask: &Mask) {
    match value {
        Value::String(text) => *text = mask.text(text),
        Value::Array(all) => all.iter_mut().for_each(|it| mask_all(it, mask)),
        Value::Object(all) => all.values_mut().for_each(|it| mask_all(it, mask)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_masked_wherever_it_stands_in_a_line() {
        let mask = Mask::default();
        mask.add(&secret::SecretString::from("hunter2\"hunter2".to_owned()));
        let mut value =
            serde_json::json!({ "a": ["x hunter2\"hunter2"], "b": { "c": "hunter2\"hunter2" }, "d": 1 });
        mask_all(&mut value, &mask);
        let text = value.to_string();
        assert!(!text.contains("hunter2"), "{text}");
        assert_eq!(value["d"], 1);
    }
}
