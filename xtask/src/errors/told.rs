/// One error.
pub struct Told {
    /// Where it stands, `crates/…/error.rs:12`.
    pub place: String,
    /// What the terminal shows, with `<field>` for what differs.
    pub message: String,
    /// Why.
    pub cause: String,
    /// What to type or change; each for another case.
    pub cures: Vec<String>,
    /// The exit code, where it is always the same.
    pub exit: Option<u8>,
    /// The section of the page, where the catalogue names it.
    pub section: Option<&'static str>,
}
