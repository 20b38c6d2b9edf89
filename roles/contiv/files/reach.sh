#!/bin/sh
# Usage: reach.sh SECONDS [ADDRESS ...] Prints the addresses that do not answer.
seconds=$1
shift
for address in "$@"; do
  left=$seconds
  until ping -c 1 -W 1 "$address" >/dev/null 2>&1; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || { echo "$address"; break; }
  done
done
