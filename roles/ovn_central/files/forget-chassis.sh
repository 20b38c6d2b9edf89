#!/bin/sh
# Usage: forget-chassis.sh DATABASE [CHASSIS ...], those to keep. Says what it removed.
set -eu
export OVN_SB_DB="$1"
shift
wanted=" $* "
for chassis in $(ovn-sbctl --timeout=10 --bare --columns=name list Chassis); do
  case $wanted in
    *" $chassis "*) ;;
    *) ovn-sbctl --timeout=10 chassis-del "$chassis"; echo "removed $chassis" ;;
  esac
done
