#!/usr/bin/env bash
# Trains on Reduced CIFAR-10 (table 3): wrn_28_10 or ss_96. Options of `pba reproduce` may follow.
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/../pba" reproduce table_3_rcifar10 "$@"
