#!/usr/bin/env bash
# Prints the path of a program of this checkout (bitiq-bootstrap, or xtask), built as it ships: with the release profile.
# cargo is asked only where something changed since the last build: what is built starts without it.
set -euo pipefail

program="${1:-bitiq-bootstrap}"
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

# cargo means a relative folder from where it is called.
absolute() {
  case "$1" in
    "" | /*) printf '%s' "$1" ;;
    *) printf '%s/%s' "${PWD}" "$1" ;;
  esac
}
[[ -z "${CARGO_TARGET_DIR:-}" ]] || export CARGO_TARGET_DIR="$(absolute "${CARGO_TARGET_DIR}")"
[[ -z "${CARGO_BUILD_TARGET_DIR:-}" ]] || export CARGO_BUILD_TARGET_DIR="$(absolute "${CARGO_BUILD_TARGET_DIR}")"

# A stamp says with what a program was built, and where it is: build.target-dir may lead elsewhere.
target="${CARGO_TARGET_DIR:-${CARGO_BUILD_TARGET_DIR:-${root}/target}}"
stamp="${target}/${program}.built"
with="${root}|${target}|${CARGO_BUILD_TARGET:-}|${RUSTFLAGS:-}|${CARGO_ENCODED_RUSTFLAGS:-}"

# All that a build reads on this machine. A folder is newer than the stamp once a file in it came or went.
home="${CARGO_HOME:-${HOME:-}/.cargo}"
watched=("${root}/Cargo.toml" "${root}/Cargo.lock" "${root}/crates")
[[ "${program}" != xtask ]] || watched+=("${root}/xtask")
for file in "${home}/config" "${home}/config.toml" "${root}"/rust-toolchain "${root}"/rust-toolchain.toml; do
  [[ ! -e "${file}" ]] || watched+=("${file}")
done
folder="${root}"
while [[ -n "${folder}" ]]; do
  [[ ! -e "${folder}/.cargo" || "${folder}/.cargo" == "${home}" ]] || watched+=("${folder}/.cargo")
  folder="${folder%/*}"
done

# Whether what is built is of these sources. Sets `binary`.
current() {
  local built_with="" changed
  [[ -f "${stamp}" ]] || return 1
  { IFS= read -r built_with && IFS= read -r binary; } <"${stamp}" || return 1
  [[ "${built_with}" == "${with}" && -x "${binary}" ]] || return 1
  changed="$(find "${watched[@]}" -newer "${stamp}" -print 2>/dev/null)" && [[ -z "${changed}" ]]
}

# Whoever asks for the program uses $BITIQ_BOOTSTRAP where it is set. Nothing stands for the errands.
instead=", or name a program that is built: export BITIQ_BOOTSTRAP=FILE"
[[ "${program}" != xtask ]] || instead=""

refuse() {
  printf 'error: %s\n  next %s\n' "$1" "$2" >&2
  exit 3
}

# The stamp is as old as the beginning of the build: what changed meanwhile is newer.
stamped() {
  local file="${target}/$1.built" path
  path="$(sed -n 's/.*"name":"'"$1"'".*"executable":"\([^"]*\)".*/\1/p' <<<"$2" | tail -n 1)"
  [[ -n "${path}" ]] || return 0
  printf '%s\n%s\n' "${with}" "${path}" >"${file}.$$"
  touch -r "${begun}" "${file}.$$"
  mv -f "${file}.$$" "${file}"
}

build() {
  command -v cargo >/dev/null 2>&1 ||
    refuse "${program} is not built for this state of the sources, and there is no cargo on PATH" \
      "install Rust (https://rustup.rs)${instead}"
  local packages=(--package bitiq-bootstrap) artifacts
  # Once both were built they are built together: one alone would be built with other features of its dependencies.
  [[ "${program}" != xtask && ! -f "${target}/xtask.built" ]] || packages+=(--package xtask)
  printf 'building %s with the release profile: minutes the first time, seconds after a change\n' "${program}" >&2
  if [[ ! -d "${target}" ]]; then
    mkdir -p "${target}"
    printf 'Signature: 8a477f597d28d172789f06886806bc55\n' >"${target}/CACHEDIR.TAG"
  fi
  begun="${target}/.begun.$$"
  : >"${begun}"
  trap 'rm -f "${begun}"' EXIT
  artifacts="$(cd "${root}" && cargo build --release "${packages[@]}" --message-format=json-render-diagnostics)" ||
    refuse "cargo could not build ${program}: see above" "mend that${instead}"
  stamped bitiq-bootstrap "${artifacts}"
  stamped xtask "${artifacts}"
  [[ -f "${stamp}" ]] || refuse "cargo built no ${program}" "build it by hand: cargo build --release --package ${program}"
  { IFS= read -r _ && IFS= read -r binary; } <"${stamp}"
}

binary=""
current || build
printf '%s\n' "${binary}"
