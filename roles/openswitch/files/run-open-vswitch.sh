#!/bin/sh
# Runs Open vSwitch in the namespace of the switch's ports. Usage: run-open-vswitch.sh system|netdev. Says what it changed.
set -eu
datapath=$1 namespace=/run/netns/swns run=/run/openvswitch
shift
runs() { pid=$(cat "$run/$1.pid" 2>/dev/null) && [ "$(basename "$(readlink "/proc/$pid/exe")")" = "$1" ]; }
inode() { stat -L -c %i "$1"; }

# The package runs it too, but not in this namespace.
if runs ovs-vswitchd && [ "$(inode "/proc/$pid/ns/net")" != "$(inode $namespace)" ]; then
  bridges=$(ovs-vsctl list-br | tr '\n' ' ')
  [ -z "$bridges" ] || { echo "Open vSwitch has bridges outside of swns already: ${bridges% }" >&2; exit 1; }
  if [ -d /run/systemd/system ]; then systemctl disable --now openvswitch-switch
  else /usr/share/openvswitch/scripts/ovs-ctl stop
  fi >/dev/null 2>&1
  echo "stopped the Open vSwitch that the package started"
fi
# Its internal ports are taps in the userspace datapath.
[ -e /dev/net/tun ] || { mkdir -p /dev/net; mknod /dev/net/tun c 10 200; }
if ! runs ovsdb-server; then
  /usr/share/openvswitch/scripts/ovs-ctl --no-ovs-vswitchd --no-record-hostname --system-id="$(hostname)" start >/dev/null
  echo "started ovsdb-server"
fi
if ! runs ovs-vswitchd; then
  # Not by ovs-ctl, which wants the kernel's module for either datapath.
  [ "$datapath" = system ] || set -- --disable-system
  nsenter --net=$namespace ovs-vswitchd --detach --monitor --pidfile --log-file -vconsole:emer -vsyslog:err -vfile:info "$@" </dev/null
  echo "started ovs-vswitchd"
fi
