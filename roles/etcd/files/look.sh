#!/bin/sh
# Usage: look.sh DATA_FOLDER. Prints a line for each thing that is there: systemd, the version of etcd, an address, whether data of a
# member are there, and the cluster that etcd was started for the last time.
[ -d /run/systemd/system ] && echo systemd
etcd --version 2>/dev/null | sed -n 's/^etcd Version: \([0-9.]*\).*/version \1/p'
ip -o -4 address | sed 's/^.* inet \([0-9.]*\).*/address \1/'
[ -d "$1/member" ] && echo data
sed -n 's/^ETCD_INITIAL_CLUSTER=/cluster /p' /etc/default/etcd 2>/dev/null
exit 0
