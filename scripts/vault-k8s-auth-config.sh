#!/usr/bin/env bash
# Makes Vault trust a cluster: that one step alone.
exec "$(dirname "${BASH_SOURCE[0]}")/bitiq-bootstrap.sh" vault-auth "$@"
