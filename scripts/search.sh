#!/usr/bin/env bash
# Learns the published schedule again: rcifar10 or rsvhn. Options of `pba reproduce` may follow.
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/../pba" reproduce search "$@"
