#!/usr/bin/env bash
# Checks that a cluster is healthy, and that what was handed over to it works.
exec "$(dirname "${BASH_SOURCE[0]}")/bitiq-bootstrap.sh" verify "$@"
