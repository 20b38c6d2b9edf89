#!/bin/sh
# Defines migrate: it makes the tables of the databases that it is given, or brings them up to date, with the programs of the services.
# Wants sql, which runs the statements that it reads.

as_service() { runuser --user openstack -- "$@"; }

migrate_keystone() { as_service /opt/openstack/bin/keystone-manage --config-file /etc/openstack/keystone/keystone.conf db_sync; }
migrate_neutron() {
  as_service /opt/openstack/bin/neutron-db-manage --config-file /etc/openstack/neutron/neutron.conf \
    --config-file /etc/openstack/neutron/ml2_conf.ini upgrade heads
}
migrate_placement() { as_service /opt/openstack/bin/placement-manage --config-file /etc/openstack/placement/placement.conf db sync; }
migrate_glance() { as_service /opt/openstack/bin/glance-manage --config-file /etc/openstack/glance/glance-api.conf db_sync; }

# Those of the cells too. Nova puts in what is in braces from its configuration, so that no password is in the database.
migrate_nova_api() {
  nova_manage="as_service /opt/openstack/bin/nova-manage --config-file /etc/openstack/nova/nova.conf"
  $nova_manage api_db sync
  $nova_manage cell_v2 map_cell0 --database_connection '{scheme}://{username}@/nova_cell0?{query}'
  $nova_manage db sync
  # It would make another one each time.
  echo "SELECT name FROM nova_api.cell_mappings" | sql | grep -qx cell1 ||
    $nova_manage cell_v2 create_cell --name cell1 --database_connection '{scheme}://{username}@/nova_cell1?{query}' \
      --transport-url '{scheme}://{username}:{password}@{hostname}:{port}/'
}

# All at the same time: each of them waits for the disk, or for itself, for much of it.
migrate() {
  (
    cd /var/lib/openstack
    processes='' failed=0
    for database in "$@"; do
      case $database in nova_cell*) continue ;; esac
      (set -e; "migrate_$database") >"/var/log/openstack/migrate-$database.log" 2>&1 &
      processes="$processes $!:$database"
    done
    for process in $processes; do
      wait "${process%:*}" && continue
      failed=1 log=/var/log/openstack/migrate-${process#*:}.log
      echo "The migrations of ${process#*:} failed: $(tail -n 1 "$log") (more in $log)" >&2
    done
    exit $failed
  )
}
