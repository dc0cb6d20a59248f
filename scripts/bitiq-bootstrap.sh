#!/usr/bin/env bash
# Runs the program: $BITIQ_BOOTSTRAP, else the one built from this checkout. Build output goes to stderr, and `exec`
# lets the program's exit code through; `-a` has the program name this script in what it tells to type.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# As ever, the clusters are those of the repository this script is in; --root says otherwise.
export BITIQ_BOOTSTRAP_ROOT="${BITIQ_BOOTSTRAP_ROOT:-${root}}"

if [[ -n "${BITIQ_BOOTSTRAP:-}" ]]; then
  exec -a "$0" "${BITIQ_BOOTSTRAP}" "$@"
fi
cargo build --manifest-path "${root}/Cargo.toml" --package bitiq-bootstrap >&2
target="$(cargo metadata --manifest-path "${root}/Cargo.toml" --format-version 1 --no-deps |
  sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')"
exec -a "$0" "${target}/debug/bitiq-bootstrap" "$@"
