#!/bin/sh
# Prints a line for each thing that is there: the programs, systemd, and databases that are part of a cluster or not, and over
# what that cluster speaks.
command -v ovn-northd >/dev/null && echo programs
[ -d /run/systemd/system ] && echo systemd
database=/var/lib/ovn/ovnsb_db.db
if ! [ -e $database ]; then exit 0; fi
if ! ovsdb-tool db-is-clustered $database; then echo standalone; exit 0; fi
echo clustered
echo "over $(ovsdb-tool db-local-address $database | cut -d : -f 1)"
