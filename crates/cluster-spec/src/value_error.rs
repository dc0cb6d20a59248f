//! What the values of cluster.yaml must be.

use advice::Diagnostic;

/// A value that is not as it must be. Its text says what is expected, and repeats nothing that may be a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Diagnostic)]
pub enum ValueError {
    /// The name of a cluster is a DNS label.
    #[error("expected lower-case letters, digits and `-` alone")]
    Name,
    /// A domain is a DNS name.
    #[error("expected a DNS name: lower-case letters, digits, `-` and `.` alone")]
    Domain,
    /// A domain has two dots in a row, or one at its end.
    #[error("expected a DNS name without empty parts, such as example.com")]
    EmptyLabel,
    /// A domain is longer than DNS allows.
    #[error("expected a DNS name of at most 253 characters")]
    LongDomain,
    /// A part of a DNS name is longer than DNS allows.
    #[error("expected at most 63 characters in one part of a DNS name")]
    LongLabel,
    /// A part of a DNS name has a dash at one of its ends.
    #[error("expected no `-` at the beginning or end of a part of a DNS name")]
    DashAtEnd,
    /// The name of an environment is a word.
    #[error("expected lower-case letters, digits and `-` alone, such as prod")]
    Env,
    /// The ref is empty.
    #[error("expected a branch, a tag, a full commit id or refs/…")]
    NoRef,
    /// Git would take the ref for an option.
    #[error("expected a ref without a leading `-`")]
    RefIsOption,
    /// Git allows no whitespace in a ref.
    #[error("expected a ref without whitespace")]
    RefWithWhitespace,
    /// Git allows no control characters in a ref.
    #[error("expected a ref without control characters")]
    RefWithControl,
    /// Git takes two dots for a range.
    #[error("expected a ref without `..`")]
    RefIsRange,
    /// Git allows none of these characters in a ref.
    #[error("expected a ref without any of `~ ^ : ? * [ \\`")]
    RefWithForbidden,
    /// The ref breaks another rule of Git.
    #[error("expected a ref that Git allows (see `git check-ref-format`)")]
    BadRef,
    /// 7 to 39 hexadecimal digits may mean another commit tomorrow.
    #[error(
        "expected the full commit id, not an abbreviated one \
         (or, for a branch or tag of that name, `refs/heads/{text}` or `refs/tags/{text}`)"
    )]
    AbbreviatedCommit {
        /// The ref as it was written.
        text: String,
    },
    /// The URL has none of the known forms.
    #[error(
        "expected https://host/path, http://host/path, ssh://user@host/path, user@host:path or file:///path"
    )]
    Url,
    /// The URL holds what can't be seen.
    #[error("expected a URL without whitespace and control characters")]
    UrlWithUnseen,
    /// Tokens hide in a query or a fragment.
    #[error("expected a URL without `?`, `#` and `\\`")]
    UrlWithQuery,
    /// The URL names a host alone.
    #[error("expected a path to the repository after the host")]
    UrlWithoutPath,
    /// The file URL names a host, or no path.
    #[error("expected file:// and an absolute path: file:///path")]
    FileUrl,
    /// The URL holds a password.
    #[error("expected a URL without a password: put the login into Vault or the environment")]
    UrlWithPassword,
    /// The URL holds a token in place of the user.
    #[error("expected a user name before `@`, not a token: put the login into Vault or the environment")]
    UrlWithToken,
    /// ssh would take a part of the URL for an option.
    #[error("expected user, host and path without a leading `-`")]
    UrlIsOption,
    /// People and scripts paste the URL into shells.
    #[error(
        "expected a URL without the characters $ ` ; | & ( ) ' \" < > \\, which mean something to a shell: \
         write them percent-encoded (%24 for $)"
    )]
    UrlForShell,
}
