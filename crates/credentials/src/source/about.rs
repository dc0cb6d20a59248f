use secret::LoginRule;

/// All that is known of a source but how it is asked.
pub(crate) struct About {
    /// The name on the command line and in the trace.
    pub name: &'static str,
    /// The name in a sentence.
    pub title: &'static str,
    /// The variables of the environment that it reads.
    pub variables: &'static [&'static str],
    /// The effect of its login on the one that an existing Secret of the cluster holds.
    pub rule: LoginRule,
    /// The steps that let it give a password.
    pub needs: &'static str,
    /// The steps that let it give a key for ssh, if it can.
    pub needs_for_ssh: Option<&'static str>,
}
