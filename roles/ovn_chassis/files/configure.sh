#!/bin/sh
# Usage: configure.sh "KEY CERTIFICATE AUTHORITY"|"" [KEY=VALUE ...], an empty value removes the key. Says what it changed.
set -eu
certificates=$1
shift
settings() { ovs-vsctl get-ssl -- get Open_vSwitch . external_ids; }
before=$(settings)
for setting in "$@"; do
  key=${setting%%=*} value=${setting#*=}
  if [ -n "$value" ]; then set -- "$@" -- set Open_vSwitch . "external_ids:$key=\"$value\""
  else set -- "$@" -- remove Open_vSwitch . external_ids "$key"
  fi
  shift
done
# shellcheck disable=SC2086
ovs-vsctl --no-wait ${certificates:+-- set-ssl $certificates} "$@"
[ "$before" = "$(settings)" ] || echo "changed the settings"
