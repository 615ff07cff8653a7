#!/usr/bin/env bash
# Trains on CIFAR-10 (table 1): wrn_28_10, ss_32, ss_96, ss_112 or pyramid_net. Options of `pba reproduce` may follow.
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/../pba" reproduce table_1_cifar10 "$@"
