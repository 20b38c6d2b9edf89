#!/bin/sh
# Starts etcd when it does not run, as Debian's unit does, but without systemd. With the argument "again" it is stopped first.
set -eu
process=/run/packetwalk-etcd.pid
program=$(command -v etcd)
[ "${1:-}" != again ] || start-stop-daemon --stop --oknodo --retry 10 --pidfile $process --exec "$program" >/dev/null
start-stop-daemon --status --pidfile $process --exec "$program" && exit 0
set -a
# shellcheck source=/dev/null
. /etc/default/etcd
start-stop-daemon --start --background --make-pidfile --pidfile $process --chuid etcd --output /var/log/etcd.log --exec "$program"
echo started
