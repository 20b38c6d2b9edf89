#!/bin/sh
# Usage: services.sh [SERVICE ...]. Starts those that do not run, starts those again whose configuration is another than when they were
# started, and stops services that left /etc/openstack/services. Says what it did.
set -eu
launchers=/etc/openstack/services state=/run/openstack
install -d -o openstack -g openstack $state
# A run of Ansible that was killed leaves its commands here, which go on.
exec 9>$state/lock
flock 9

# A machine that was started again has none of it left, a container has all of it, with process numbers that are those of others now.
began() { sed -n 's/.*) [^Z] //p' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 19; }
if [ "$(cat $state/machine 2>/dev/null)" != "$(began 1)" ]; then
  rm -f $state/*.process
  began 1 >$state/machine
fi

# The configuration of "nova-scheduler" is in /etc/openstack/nova.
configuration() {
  find "/etc/openstack/${1%%-*}" "$launchers/$1" /etc/openstack/uwsgi.ini /opt/openstack/requirements.sha256 -maxdepth 1 -type f \
    -exec sha256sum {} + | sort | sha256sum | cut -c 1-64
}

is_other() { [ "$(cut -d ' ' -f 3 "$state/$1.process")" != "$(configuration "$1")" ]; }

if [ -d /run/systemd/system ]; then
  runs() { systemctl --quiet is-active "openstack@$1"; }
  stop() { systemctl --quiet disable --now "openstack@$1"; }
  start() {
    systemctl daemon-reload
    systemctl --quiet enable "openstack@$1"
    systemctl restart "openstack@$1"
    echo 0
  }
else
  process_of() { cut -d ' ' -f 1 "$state/$1.process" 2>/dev/null || echo 0; }
  runs() { [ "$(began "$(process_of "$1")")" = "$(cut -d ' ' -f 2 "$state/$1.process")" ]; }
  stop() {
    kill "$(process_of "$1")" 2>/dev/null || :
    # Neutron takes more than five seconds.
    for _ in $(seq 300); do
      runs "$1" || break
      sleep 0.1
    done
    # The first process is the leader of the others, some of which stay when it was killed.
    kill -KILL -- "-$(process_of "$1")" 2>/dev/null || :
  }
  start() {
    rm -f "$state/$1.pid"
    start-stop-daemon --start --background --make-pidfile --pidfile "$state/$1.pid" --chuid openstack --chdir /var/lib/openstack \
      --output "/var/log/openstack/$1.output" --startas "$launchers/$1" >/dev/null 9>&-
    until [ -s "$state/$1.pid" ]; do sleep 0.02; done
    cat "$state/$1.pid"
  }
fi

for process in "$state"/*.process; do
  name=$(basename "$process" .process)
  if [ -e "$process" ] && ! [ -e "$launchers/$name" ]; then
    stop "$name"
    rm "$process"
    echo "stopped $name"
  fi
done
# All that have to be stopped do so at the same time.
for name in "$@"; do
  if [ -e "$state/$name.process" ] && runs "$name" && is_other "$name"; then stop "$name" & fi
done
wait
for name in "$@"; do
  if [ -e "$state/$name.process" ]; then
    if runs "$name"; then continue; fi
    # What it left.
    stop "$name"
  fi
  configuration=$(configuration "$name")
  number=$(start "$name")
  echo "$number $(began "$number") $configuration" >"$state/$name.process"
  echo "started $name"
done
