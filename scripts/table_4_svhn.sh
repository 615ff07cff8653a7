#!/usr/bin/env bash
# Trains on SVHN with its extra images (table 4): wrn_28_10 or ss_96. Options of `pba reproduce` may follow.
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/../pba" reproduce table_4_svhn "$@"
