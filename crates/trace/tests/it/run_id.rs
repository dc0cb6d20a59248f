//! Names of runs.

use trace::{RunId, Timestamp};

fn refused(text: &str) {
    assert!(RunId::parse(text).is_err(), "{text}");
}

#[test]
fn an_id_is_the_time_and_six_digits() {
    let id = RunId::new("2026-11-23T19:33:00.987Z".parse().unwrap(), 0xff00_0abc);
    assert_eq!(id.as_str(), "20261123T193300Z-000abc");
    assert_eq!(id.timestamp(), "2026-11-23T19:33:00Z".parse::<Timestamp>().unwrap());
    assert_eq!(RunId::parse(id.as_str()), Ok(id));
}

#[test]
fn ids_sort_by_time() {
    let id = |time: &str, entropy| RunId::new(time.parse().unwrap(), entropy);
    assert!(id("2026-11-23T19:33:00Z", 0xffffff) < id("2026-11-23T19:33:01Z", 0));
}

#[test]
fn what_is_no_id_is_refused() {
    refused("");
    refused("20261123T193300Z");
    refused("20261123T193300Z-ABCDEF");
    refused("20261123T193300Z-abcdefa");
    refused("20261123T193300-abcdef");
    refused("20261323T193300Z-abcdef");
    refused("../../../T193300Z-abcdef");
    refused("é0261123T193300Z-abcdef");
    assert!(serde_json::from_str::<RunId>("\"../x\"").is_err());
}
