#!/bin/sh
# Usage: look.sh [ADDRESS ...], of the databases of OVN. Prints a line for each thing that is there: systemd, the programs, an address, the
# available memory in megabytes, whether the cloud runs, the project of its administrator, and each database that does not answer.
[ -d /run/systemd/system ] && echo systemd
command -v mariadbd >/dev/null && command -v mariadb >/dev/null && [ -e /usr/lib/rabbitmq/bin/rabbitmq-server ] && echo programs
ip -o -4 address | sed 's/^.* inet \([0-9.]*\).*/address \1/'
sed -n 's/^MemAvailable: *\([0-9]*\)[0-9]\{3\} kB$/memory \1/p' /proc/meminfo
pgrep -x mariadbd >/dev/null && echo runs
[ -e /var/lib/openstack/mariadb/packetwalk.filled ] && sed -n 's/^ *"admin_project": "\(.*\)",$/project \1/p' /etc/openstack/packetwalk/cloud.json
for address in "$@"; do
  for port in 6641 6642; do
    timeout 3 bash -c "exec 3<>/dev/tcp/$address/$port" 2>/dev/null || echo "silent $address:$port"
  done
done
exit 0
