#!/bin/sh
# Usage: run.sh NAME PROGRAM [again]. Starts the daemon NAME when it does not run, without systemd; with "again" it is stopped first.
set -eu
process=/run/legacy-swarm-$1.pid
[ "${3:-}" != again ] || start-stop-daemon --stop --oknodo --retry 10 --pidfile "$process" --exec "$2" >/dev/null
start-stop-daemon --status --pidfile "$process" --exec "$2" && exit 0
# shellcheck source=/dev/null
. "/etc/default/legacy-swarm-$1"
# shellcheck disable=SC2086
start-stop-daemon --start --background --make-pidfile --pidfile "$process" --output "/var/log/legacy-swarm-$1.log" --exec "$2" \
  -- $LEGACY_SWARM_ARGUMENTS
echo started
