#!/usr/bin/env bash
# Runs the program: $BITIQ_BOOTSTRAP, else the one built from this checkout. Build output goes to stderr, and `exec`
# lets the program's exit code through; `-a` has the program name this script in what it tells to type.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# As ever, the clusters are those of the repository this script is in; --root says otherwise.
export BITIQ_BOOTSTRAP_ROOT="${BITIQ_BOOTSTRAP_ROOT:-${root}}"

program="${BITIQ_BOOTSTRAP:-}"
if [[ -z "${program}" ]]; then
  program="$("${root}/scripts/built.sh" bitiq-bootstrap)"
fi
exec -a "$0" "${program}" "$@"
