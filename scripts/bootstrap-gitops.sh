#!/usr/bin/env bash
# Hands a cluster over: the stable entrypoint. CLUSTER as argument or in the environment; flags are passed on.
exec "$(dirname "${BASH_SOURCE[0]}")/bitiq-bootstrap.sh" run "$@"
