//! `man`: the pages of the manual.

use crate::support::process::Run;

#[tokio::test]
async fn the_manual_has_a_page_for_each_command_with_its_exit_codes_and_examples() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("man1");
    Run::bare(".", &["man", "--dir", dir.to_str().unwrap()]).ran().await.exits(0);
    let page = |name: &str| fs_err::read_to_string(dir.join(name)).unwrap();
    assert!(page("bitiq-bootstrap.1").contains(".SH ENVIRONMENT"));
    let run = page("bitiq-bootstrap-run.1");
    for part in [".SH NAME", ".SH FILES", ".SH \"EXIT STATUS\"", ".SH EXAMPLES", "bitiq\\-bootstrap run prod"]
    {
        assert!(run.contains(part) || run.contains(&part.replace('"', "")), "{part} is not in\n{run}");
    }
    let pages = fs_err::read_dir(&dir).unwrap().count();
    assert_eq!(pages, 19, "eighteen commands and the whole");
    assert!(!dir.join("bitiq-bootstrap-reference.1").exists());
}
