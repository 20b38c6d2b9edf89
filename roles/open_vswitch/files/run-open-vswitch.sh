#!/bin/sh
# Starts what does not run of Open vSwitch, without systemd. Usage: run-open-vswitch.sh DATAPATH again|""
set -eu
datapath=$1 scripts=/usr/share/openvswitch/scripts
# shellcheck source=/dev/null
. /etc/default/openvswitch-switch
# shellcheck disable=SC2086
[ "$2" != again ] || "$scripts/ovs-ctl" stop
if [ "$datapath" = system ]; then
  # shellcheck disable=SC2086
  exec "$scripts/ovs-ctl" start $OVS_CTL_OPTS
fi
# Its internal ports are taps.
[ -e /dev/net/tun ] || { mkdir -p /dev/net; mknod /dev/net/tun c 10 200; }
# shellcheck disable=SC2086
"$scripts/ovs-ctl" --no-ovs-vswitchd start $OVS_CTL_OPTS
# ovs-ctl insists on the kernel's module wherever a kernel has modules; this datapath needs none.
set +eu
# shellcheck source=/dev/null
. "$scripts/ovs-lib"
# shellcheck disable=SC2034
MONITOR=yes
# shellcheck disable=SC2154
daemon_is_running ovs-vswitchd ||
  start_daemon -10 "" ovs-vswitchd "unix:$rundir/db.sock" -vconsole:emer -vsyslog:err -vfile:info --disable-system
