#!/bin/sh
# Prints what is there: the programs, systemd, and each interface with its IPv4 address.
command -v ovs-vswitchd >/dev/null && command -v ovn-controller >/dev/null && echo programs
[ -d /run/systemd/system ] && echo systemd
ip -o link | sed 's/^[0-9]*: \([^:@]*\).*/interface \1/'
ip -o -4 address | sed 's/^[0-9]*: \([^ ]*\) *inet \([0-9.]*\).*/address \2 \1/'
