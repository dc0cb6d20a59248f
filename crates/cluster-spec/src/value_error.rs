//! What the values of cluster.yaml must be.

use advice::Diagnostic;

/// A value that is not as it must be. Its text says what is expected, and repeats nothing that may be a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Diagnostic)]
pub enum ValueError {
    /// The name of a cluster is a DNS label.
    #[error("expected lower-case letters, digits and `-` alone")]
    #[code("YAML-033")]
    Name,
    /// A domain is a DNS name.
    #[error("expected a DNS name: lower-case letters, digits, `-` and `.` alone")]
    #[code("YAML-034")]
    Domain,
    /// A domain has two dots in a row, or one at its end.
    #[error("expected a DNS name without empty parts, such as example.com")]
    #[code("YAML-035")]
    EmptyLabel,
    /// A domain is longer than DNS allows.
    #[error("expected a DNS name of at most 253 characters")]
    #[code("YAML-036")]
    LongDomain,
    /// A part of a DNS name is longer than DNS allows.
    #[error("expected at most 63 characters in one part of a DNS name")]
    #[code("YAML-037")]
    LongLabel,
    /// A part of a DNS name has a dash at one of its ends.
    #[error("expected no `-` at the beginning or end of a part of a DNS name")]
    #[code("YAML-038")]
    DashAtEnd,
    /// The name of an environment is a word.
    #[error("expected lower-case letters, digits and `-` alone, such as prod")]
    #[code("YAML-039")]
    Env,
    /// The ref is empty.
    #[error("expected a branch, a tag, a full commit id or refs/…")]
    #[code("YAML-040")]
    NoRef,
    /// Git would take the ref for an option.
    #[error("expected a ref without a leading `-`")]
    #[code("YAML-041")]
    RefIsOption,
    /// Git allows no whitespace in a ref.
    #[error("expected a ref without whitespace")]
    #[code("YAML-042")]
    RefWithWhitespace,
    /// Git allows no control characters in a ref.
    #[error("expected a ref without control characters")]
    #[code("YAML-043")]
    RefWithControl,
    /// Git takes two dots for a range.
    #[error("expected a ref without `..`")]
    #[code("YAML-044")]
    RefIsRange,
    /// Git allows none of these characters in a ref.
    #[error("expected a ref without any of `~ ^ : ? * [ \\`")]
    #[code("YAML-045")]
    RefWithForbidden,
    /// The ref breaks another rule of Git.
    #[error("expected a ref that Git allows (see `git check-ref-format`)")]
    #[code("YAML-046")]
    BadRef,
    /// 7 to 39 hexadecimal digits may mean another commit tomorrow.
    #[error(
        "expected the full commit id, not an abbreviated one \
         (or, for a branch or tag of that name, `refs/heads/{text}` or `refs/tags/{text}`)"
    )]
    #[code("YAML-047")]
    AbbreviatedCommit {
        /// The ref as it was written.
        text: String,
    },
    /// The URL has none of the known forms.
    #[error(
        "expected https://host/path, http://host/path, ssh://user@host/path, user@host:path or file:///path"
    )]
    #[code("YAML-048")]
    Url,
    /// The URL holds what can't be seen.
    #[error("expected a URL without whitespace and control characters")]
    #[code("YAML-049")]
    UrlWithUnseen,
    /// Tokens hide in a query or a fragment.
    #[error("expected a URL without `?`, `#` and `\\`")]
    #[code("YAML-050")]
    UrlWithQuery,
    /// The URL names a host alone.
    #[error("expected a path to the repository after the host")]
    #[code("YAML-051")]
    UrlWithoutPath,
    /// The file URL names a host, or no path.
    #[error("expected file:// and an absolute path: file:///path")]
    #[code("YAML-052")]
    FileUrl,
    /// The URL holds a password.
    #[error("expected a URL without a password: put the login into Vault or the environment")]
    #[code("YAML-053")]
    UrlWithPassword,
    /// The URL holds a token in place of the user.
    #[error("expected a user name before `@`, not a token: put the login into Vault or the environment")]
    #[code("YAML-054")]
    UrlWithToken,
    /// ssh would take a part of the URL for an option.
    #[error("expected user, host and path without a leading `-`")]
    #[code("YAML-055")]
    UrlIsOption,
    /// People and scripts paste the URL into shells.
    #[error(
        "expected a URL without the characters $ ` ; | & ( ) ' \" < > \\, which mean something to a shell: \
         write them percent-encoded (%24 for $)"
    )]
    #[code("YAML-056")]
    UrlForShell,
}
