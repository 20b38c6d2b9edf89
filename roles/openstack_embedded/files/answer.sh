#!/bin/sh
# Waits until the database answers.
for _ in $(seq 300); do
  mariadb --no-defaults --socket /run/openstack/mariadb.sock --execute 'SELECT 1' >/dev/null 2>&1 && exit 0
  sleep 0.1
done
echo "MariaDB does not answer, look at /var/log/openstack/mariadb.output" >&2
exit 1
