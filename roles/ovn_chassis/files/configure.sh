#!/bin/sh
# Usage: configure.sh [KEY=VALUE ...], an empty value removes the key. Says what it changed.
set -eu
before=$(ovs-vsctl get Open_vSwitch . external_ids)
for setting in "$@"; do
  key=${setting%%=*} value=${setting#*=}
  if [ -n "$value" ]; then set -- "$@" -- set Open_vSwitch . "external_ids:$key=\"$value\""
  else set -- "$@" -- remove Open_vSwitch . external_ids "$key"
  fi
  shift
done
ovs-vsctl --no-wait "$@"
[ "$before" = "$(ovs-vsctl get Open_vSwitch . external_ids)" ] || echo "changed the settings"
