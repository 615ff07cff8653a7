#!/usr/bin/env bash
# Trains on CIFAR-100 (table 2): wrn_28_10, ss_96 or pyramid_net. Options of `pba reproduce` may follow.
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/../pba" reproduce table_2_cifar100 "$@"
