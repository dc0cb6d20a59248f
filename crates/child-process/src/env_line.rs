//! What stands behind `#!/usr/bin/env`.

/// What `env` is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum EnvLine {
    /// This program.
    Program(String),
    /// Nothing.
    Nothing,
    /// Several words that reach `env` as one.
    Words(String),
    /// It depends on more than the line, or is written in a way that is not understood here.
    Unknown,
}

/// The program that `env` looks for. Linux hands all that stands behind the interpreter over as one word, macOS splits it.
pub(crate) fn program_of(rest: &str) -> EnvLine {
    if rest.is_empty() {
        return EnvLine::Nothing;
    }
    if let Some(split) = split_by_env(rest) {
        return first_program(split);
    }
    if cfg!(target_os = "macos") {
        return first_program(rest);
    }
    // Else `env` reads an option or an assignment, and starts the script as its program, again and again.
    let is_setting = rest.starts_with('-') || rest.contains('=');
    match rest.contains([' ', '\t']) {
        true => EnvLine::Words(rest.to_owned()),
        false if is_setting => EnvLine::Nothing,
        false => first_program(rest),
    }
}

/// `-S bash -e`, `-Sbash`, `-vS bash`, `--split-string=bash -e` → `bash -e`
fn split_by_env(rest: &str) -> Option<&str> {
    if let Some(long) = rest.strip_prefix("--split-string") {
        return long.strip_prefix('=').or_else(|| long.strip_prefix([' ', '\t']));
    }
    rest.strip_prefix('-')?.trim_start_matches(['i', 'v']).strip_prefix('S')
}

/// Behind assignments. Options may change where `env` looks.
fn first_program(words: &str) -> EnvLine {
    if words.contains(['\\', '"', '\'', '$', '#']) {
        return EnvLine::Unknown;
    }
    let mut words = words.split([' ', '\t']).filter(|word| !word.is_empty());
    match words.find(|word| !word.contains('=') || word.starts_with('-') || word.starts_with("PATH=")) {
        None => EnvLine::Nothing,
        Some(word) if word.starts_with('-') || word.contains('=') => EnvLine::Unknown,
        Some(word) => EnvLine::Program(word.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(name: &str) -> EnvLine {
        EnvLine::Program(name.to_owned())
    }

    #[test]
    fn one_word_is_the_program() {
        assert_eq!(program_of("bash"), program("bash"));
        assert_eq!(program_of(""), EnvLine::Nothing);
    }

    #[test]
    fn several_words_are_one_name_unless_env_splits_them() {
        if cfg!(target_os = "linux") {
            assert_eq!(program_of("bash -e"), EnvLine::Words("bash -e".to_owned()));
        }
        for line in
            ["-S bash -e", "-Sbash -e", "-vS bash", "-ivS bash", "--split-string=bash -e", "-S A=b  bash"]
        {
            assert_eq!(program_of(line), program("bash"), "{line}");
        }
        assert_eq!(program_of("-S"), EnvLine::Nothing);
    }

    #[test]
    fn what_env_takes_for_itself_names_no_program() {
        if !cfg!(target_os = "linux") {
            return;
        }
        for line in ["FOO=bar bash", "-i bash", "-u HOME bash", "--ignore-environment bash", "- bash"] {
            assert_eq!(program_of(line), EnvLine::Words(line.to_owned()));
        }
        for line in ["FOO=bar", "-i", "-uHOME", "-", "--"] {
            assert_eq!(program_of(line), EnvLine::Nothing, "{line}");
        }
    }

    #[test]
    fn what_is_not_understood_is_not_judged() {
        for line in ["-S -i bash", "-S \"my shell\" -e", "-S PATH=/opt bash"] {
            assert_eq!(program_of(line), EnvLine::Unknown, "{line}");
        }
    }
}
