#!/bin/sh
# Usage: forget-chassis.sh [CHASSIS ...], those to keep. Says what it removed. Each member of a cluster takes changes.
set -eu
wanted=" $* "
for chassis in $(ovn-sbctl --no-leader-only --timeout=10 --bare --columns=name list Chassis); do
  case $wanted in
    *" $chassis "*) ;;
    *) ovn-sbctl --no-leader-only --timeout=10 chassis-del "$chassis"; echo "removed $chassis" ;;
  esac
done
