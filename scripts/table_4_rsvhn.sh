#!/usr/bin/env bash
# Trains on Reduced SVHN (table 4): wrn_28_10 or ss_96, also as
# rsvhn_wrn_28_10, rsvhn_ss_96; svhn_… is the other table. Options of `pba reproduce` may follow.
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/../pba" reproduce table_4_rsvhn "$@"
