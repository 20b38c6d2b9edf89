#!/bin/sh
# Usage: vtep.sh INTERFACE ADDRESS/PREFIX_LENGTH. Gives the interface this address alone, unless the host has it. Says what it changed.
set -eu
[ -z "$(ip -o -4 address show to "${2%/*}")" ] || exit 0
ip address flush dev "$1" scope global
ip address add "$2" broadcast + dev "$1"
ip link set "$1" up
echo "gave $1 the address $2"
