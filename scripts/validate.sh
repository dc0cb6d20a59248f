#!/usr/bin/env bash
# Checks clusters/<cluster>/cluster.yaml.
exec "$(dirname "${BASH_SOURCE[0]}")/bitiq-bootstrap.sh" validate "$@"
