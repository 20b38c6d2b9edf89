#!/bin/sh
# Usage: daemon.sh start|stop PROGRAM [ARGUMENT ...], without systemd. One that runs with other arguments, or whose file was replaced,
# is started again. Says what it did.
set -eu
action=$1
shift
name=$(basename "$1") log=/var/log/contiv process=
file=/run/packetwalk-$name.pid
if start-stop-daemon --status --pidfile "$file" --name "$name"; then process=/proc/$(cat "$file"); fi
if [ "$action" = start ] && [ -n "$process" ] && [ "$(readlink "$process/exe")" = "$(readlink -f "$1")" ] &&
  [ "$(tr '\0' '\n' <"$process/cmdline")" = "$(printf '%s\n' "$@")" ]; then
  exit 0
fi
if [ -n "$process" ]; then
  start-stop-daemon --stop --retry 10 --pidfile "$file" --name "$name" >/dev/null
  echo "stopped $name"
fi
# Docker would go on asking a socket that nobody serves.
rm -f "/run/docker/plugins/$name.sock"
[ "$action" = start ] || exit 0
mkdir -p $log
program=$1
shift
start-stop-daemon --start --background --make-pidfile --pidfile "$file" --output "$log/$name.log" --startas "$program" -- "$@"
echo "started $name"
