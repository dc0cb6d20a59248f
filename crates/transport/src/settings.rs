use advice::Advice;

/// The settings of one system that a hint names. Each is a phrase that begins with a verb or a command.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `HOST:PORT`, for commands.
    pub place: String,
    /// Where the trusted authority is set.
    pub authority: Advice,
    /// Where the expected name is set.
    pub server_name: Advice,
    /// Where the client certificate is set.
    pub client_certificate: Advice,
    /// What to do where the server does not use TLS.
    pub plain: Advice,
}
