#!/usr/bin/env bash
# Trains on SVHN with its extra images (table 4): wrn_28_10 or ss_96, also as
# svhn_wrn_28_10, svhn_ss_96; rsvhn_… is the other table. Options of `pba reproduce` may follow.
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/../pba" reproduce table_4_svhn "$@"
