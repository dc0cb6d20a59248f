#!/bin/sh
# The entrypoint that the hand-over runs. The work is done in Python, with nothing but its standard library.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
exec python3 -S -B "$here/bootstrap.py" "$@"
