#!/bin/sh
# Succeeds when northd works (one of a cluster does, the others stand by) and both databases answer.
set -eu
ovn-appctl -t ovn-northd status | grep -E 'active|standby'
ovn-nbctl --no-leader-only --timeout=2 get NB_Global . _uuid
ovn-sbctl --no-leader-only --timeout=2 get SB_Global . _uuid
for database in Northbound Southbound; do
  socket=/run/ovn/ovn$(echo $database | cut -c 1 | tr NS ns)b_db.ctl
  if [ "$1" = True ]; then ovn-appctl -t "$socket" cluster/status OVN_$database | grep '^Status: cluster member'; fi
done
