#!/usr/bin/env bash
# Searches on noise, to see that everything runs. Options of `pba reproduce` may follow.
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/../pba" reproduce search test "$@"
