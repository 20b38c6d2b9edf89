#!/bin/sh
# Starts what does not run, without systemd. With the argument "again" everything is stopped first.
set -eu
PATH=$PATH:/usr/share/ovn/scripts
# shellcheck source=/dev/null
. /etc/default/ovn-central
# shellcheck disable=SC2086
[ "${1:-}" != again ] || ovn-ctl stop_northd $OVN_CTL_OPTS
# shellcheck disable=SC2086
ovn-ctl start_northd $OVN_CTL_OPTS
