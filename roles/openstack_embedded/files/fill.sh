#!/bin/sh
# Fills databases that are empty, and brings those of other requirements up to date; says which of it was done. Wants migrate.sh before it.
# Usage: fill.sh SCHEMA SOCKET ARCHIVE DATABASE... SCHEMA is a name of the tables that there shall be. They come from ARCHIVE, which an
# earlier fill.sh made, or where that is not there or does not fit, from the migrations, and are written there.
set -eu
# A run of Ansible that was killed leaves its commands here, which go on.
exec 9>/run/openstack/lock
flock 9
schema=$1 socket=$2 archive=$3
shift 3
# Written at last. Without it there is nothing in the databases but what was left when this was interrupted.
filled=/var/lib/openstack/mariadb/packetwalk.filled
first="-- packetwalk.labs $schema" last="-- complete"

sql() { mariadb --no-defaults --socket="$socket"; }

empty() {
  for database in "$@"; do
    echo "DROP DATABASE IF EXISTS $database; CREATE DATABASE $database CHARACTER SET utf8mb3;"
  done | sql
}

restore() { [ "$(head -n 1 "$archive")" = "$first" ] && [ "$(tail -n 1 "$archive")" = "$last" ] && sql <"$archive"; }

# The dump is of schemas that no service has used. It is checked nevertheless that no password is in it.
save() {
  {
    echo "$first"
    /opt/openstack/bin/python /usr/local/share/packetwalk/openstack_embedded/dump.py "$socket" "$@"
    echo "$last"
  } >"$archive"
  if cut -d = -f 2- /etc/openstack/packetwalk/passwords | grep -q -F -f - "$archive"; then
    rm "$archive"
    echo "A password is in the databases, so they are not saved." >&2
    return 1
  fi
}

if [ "$(cat $filled 2>/dev/null)" = "$schema" ]; then
  rm -f "$archive"
elif [ -e $filled ]; then
  migrate "$@"
  echo migrated
else
  empty "$@"
  if [ -e "$archive" ] && restore; then
    rm "$archive"
    echo restored
  else
    [ ! -e "$archive" ] || echo ignored
    empty "$@"
    migrate "$@"
    save "$@"
    echo saved
  fi
fi
echo "$schema" >$filled
