#!/bin/sh
# Prints which switch is there.
[ -x /usr/lib/frr/zebra ] && [ -x /usr/lib/frr/bgpd ] && command -v vtysh >/dev/null && echo frr
command -v ops-switchd >/dev/null && echo openswitch
true
