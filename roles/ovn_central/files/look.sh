#!/bin/sh
# Prints one word for each thing that is there: the programs, systemd, and databases that are part of a cluster or not.
command -v ovn-northd >/dev/null && echo programs
[ -d /run/systemd/system ] && echo systemd
database=/var/lib/ovn/ovnsb_db.db
if [ -e $database ]; then ovsdb-tool db-is-clustered $database && echo clustered || echo standalone; fi
exit 0
