#!/bin/sh
# Usage: ready.sh COUNT "WIRED PORT ..." [NEIGHBOUR ...]. Says what is missing.
ports=$1 wired=$2
shift 2
missing() { echo "$1"; exit 1; }
links=$(ip -n swns -o link show 2>/dev/null) || missing "there is no namespace swns"
for port in $(seq "$ports"); do
  echo "$links" | grep -Eq "^[0-9]+: ${port}[:@]" || missing "there is no port $port in swns"
done
for port in $wired; do
  echo "$links" | grep -Eq "^[0-9]+: ${port}[:@].*LOWER_UP.* state UP " || missing "the link at port $port is not up"
done
if command -v ops-switchd >/dev/null; then
  # In the order in which the original OpenSwitch starts. Afterwards its configuration is taken from its database.
  database=/var/run/openvswitch/db.sock
  [ -S $database ] || missing "the database of OpenSwitch does not listen at $database"
  [ -e /var/run/openvswitch/ops-switchd.pid ] || missing "ops-switchd does not run"
  ovsdb-client --timeout=5 transact "unix:$database" \
    '["OpenSwitch", {"op": "select", "table": "System", "where": [["cur_hw", "==", 1]], "columns": ["cur_hw"]}]' 2>/dev/null |
    grep -q '"cur_hw":1' || missing "OpenSwitch has not read its hardware yet (cur_hw of System)"
  exit 0
fi
answering=$(vtysh -c "show daemons" 2>/dev/null) || answering=
for daemon in zebra staticd bgpd ospfd; do
  case " $answering " in *" $daemon "*) ;; *) missing "$daemon does not answer" ;; esac
done
[ $# -gt 0 ] || exit 0
# A session outlives its link for as long as the hold time.
silent=$(
  for neighbour in "$@"; do
    ip netns exec swns ping -c 1 -W 1 "$neighbour" >/dev/null 2>&1 || echo "$neighbour" &
  done
  wait
)
[ -z "$silent" ] || missing "the BGP neighbour $(echo "$silent" | head -n 1) does not answer"
states=$(vtysh -c "show bgp neighbors" | sed -n 's/^BGP neighbor is \([^ ,]*\).*/\1/p; s/^ *BGP state = \([A-Za-z]*\).*/\1/p' | paste -d ' ' - -)
for neighbour in "$@"; do
  state=$(echo "$states" | sed -n "s/^$neighbour //p")
  [ "$state" = Established ] || missing "the BGP session to $neighbour is not established but ${state:-not there}"
done
