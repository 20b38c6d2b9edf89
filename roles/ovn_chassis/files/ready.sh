#!/bin/sh
# Usage: ready.sh ENCAPSULATION [CHASSIS ...], the other chassis. Says what is missing.
encapsulation=$1
shift
status=$(ovn-appctl -t ovn-controller connection-status 2>&1)
[ "$status" = connected ] || { echo "ovn-controller is not connected to the southbound database: $status"; exit 1; }
for chassis in "$@"; do
  ovs-vsctl --columns=external_ids list Port | grep -qF "ovn-chassis-id=\"$chassis@" || missing="${missing:+$missing, }$chassis"
done
[ -z "${missing:-}" ] || { echo "there is no tunnel to $missing"; exit 1; }
errors=$(ovs-vsctl --bare --columns=error find Interface "type=$encapsulation" | sort -u | tr '\n' ' ')
[ -z "${errors% }" ] || { echo "Open vSwitch could not make a tunnel: $errors"; exit 1; }
