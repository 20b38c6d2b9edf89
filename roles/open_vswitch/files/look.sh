#!/bin/sh
# Usage: look.sh PROGRAM ... Prints what is there: whether it is all programs, systemd, and each interface with its IPv4 address.
missing=
for program in "$@"; do command -v "$program" >/dev/null || missing=$program; done
[ -n "$missing" ] || echo programs
[ -d /run/systemd/system ] && echo systemd
ip -o link | sed 's/^[0-9]*: \([^:@]*\).*/interface \1/'
ip -o -4 address | sed 's/^[0-9]*: \([^ ]*\) *inet \([0-9.]*\).*/address \2 \1/'
