#!/bin/sh
# Usage: ready.sh COUNT "WIRED PORT ..." [NEIGHBOUR ...]. Says what is missing.
ports=$1 wired=$2
shift 2
missing() { echo "$1"; exit 1; }
links=$(ip -n swns -o link show 2>/dev/null) || missing "there is no namespace swns"
# The original OpenSwitch has no interface for a port without a link, and runs no FRR.
is_frr=$(command -v /usr/lib/frr/zebra)
[ -z "$is_frr" ] || for port in $(seq "$ports"); do
  echo "$links" | grep -Eq "^[0-9]+: ${port}[:@]" || missing "there is no port $port in swns"
done
for port in $wired; do
  echo "$links" | grep -Eq "^[0-9]+: ${port}[:@].*LOWER_UP.* state UP " || missing "the link at port $port is not up"
done
[ -n "$is_frr" ] || exit 0
for daemon in zebra staticd bgpd ospfd; do
  vtysh -d "$daemon" -c "show version" >/dev/null 2>&1 || missing "$daemon does not answer"
done
for neighbour in "$@"; do
  # A session outlives its link for as long as the hold time.
  ip netns exec swns ping -c 1 -W 1 "$neighbour" >/dev/null 2>&1 || missing "the BGP neighbour $neighbour does not answer"
  state=$(vtysh -c "show bgp neighbors $neighbour" | sed -n 's/ *BGP state = \([A-Za-z]*\).*/\1/p')
  [ "$state" = Established ] || missing "the BGP session to $neighbour is not established but ${state:-not there}"
done
