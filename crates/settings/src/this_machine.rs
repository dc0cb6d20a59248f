/// The user of this process, where the environment names none: `uid-1000`.
pub fn this_user() -> String {
    format!("uid-{}", rustix::process::getuid().as_raw())
}

/// The name of this machine.
pub fn this_machine() -> String {
    gethostname::gethostname().to_string_lossy().into_owned()
}
